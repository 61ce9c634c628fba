#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace postern::ops {

enum class Level { debug, info, warn, error };

// One JSON object a line on stderr: time (RFC 3339, UTC), level, program, msg and the fields given. Never
// blocks payments: an async bounded queue drops (and counts) when its sink is slow. Every value is checked on its way
// out: a run of 12 or more digits is written as `[digits]`, a value that looks like a card number as `[card-like]`.
using Field = std::pair<std::string_view, std::string>;
void start_log(std::string_view program, Level least);  // before it, lines go nowhere
void stop_log();                                        // flushes
std::size_t log_lines_dropped();                        // also in metrics_text() as postern_log_lines_dropped
void log(Level level, std::string_view message, std::initializer_list<Field> fields = {});
inline void info(std::string_view message, std::initializer_list<Field> fields = {}) {
    log(Level::info, message, fields);
}
inline void warn(std::string_view message, std::initializer_list<Field> fields = {}) {
    log(Level::warn, message, fields);
}
inline void error(std::string_view message, std::initializer_list<Field> fields = {}) {
    log(Level::error, message, fields);
}

}  // namespace postern::ops
