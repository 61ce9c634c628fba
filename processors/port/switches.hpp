#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace postern::processors {

// How much of a value is known: read in public sources, inferred from them, or open (then it is our decision and no
// claim about the real host).
enum class Mark { seen, inferred, unknown };

// A row of a processor's table in the configuration: what can be turned without a new build, because nobody outside the
// processor can know it. Flags are 0 or 1.
template <class Switches>
struct SwitchRow {
    std::string_view name;
    Mark mark;
    std::int64_t Switches::*value;
    std::int64_t least, most;
};

// Asks for a row's value, its default given.
using AskSwitch = std::function<std::int64_t(std::string_view name, std::int64_t fallback)>;

// All rows of `[processor]`; "bad_config" where one is out of its range.
template <class Switches>
Result<Switches> read_switches(std::string_view processor, std::span<const SwitchRow<Switches>> rows,
                               const AskSwitch& ask) {
    Switches switches;
    for (const auto& row : rows) {
        std::int64_t& value = switches.*row.value;
        value = ask(row.name, value);
        if (value < row.least || value > row.most)
            return Error{ErrorKind::invalid_request, "bad_config",
                         std::string(processor) + '.' + std::string(row.name) + ": from " + std::to_string(row.least) +
                             " to " + std::to_string(row.most)};
    }
    return switches;
}

}  // namespace postern::processors
