#pragma once

#include "base/clock.hpp"
#include "base/ops/log.hpp"

namespace postern::ops {

// One line of the log, without its end. Pure: what the digit guard lets through is tested here.
std::string log_line(Timestamp time, Level level, std::string_view program, std::string_view message,
                     std::initializer_list<Field> fields);

}  // namespace postern::ops
