#include "processors/stripe/switches.hpp"

#include <array>
#include <string>

namespace postern::stripe {
namespace {

constexpr std::int64_t day_s = 86'400;
constexpr std::array rows{
    SwitchRow{"key_window_s", Mark::seen, &Switches::key_window_s, 0, day_s},
    SwitchRow{"search_blind_s", Mark::inferred, &Switches::search_blind_s, 0, day_s},
    SwitchRow{"read_blind_s", Mark::inferred, &Switches::read_blind_s, 0, day_s},
    SwitchRow{"call_time_max_ms", Mark::inferred, &Switches::call_time_max_ms, 1'000, 300'000},
    SwitchRow{"resend_pause_ms", Mark::inferred, &Switches::resend_pause_ms, 0, 60'000},
    SwitchRow{"resends_max", Mark::inferred, &Switches::resends_max, 0, 100},
    SwitchRow{"ask_people_after_s", Mark::unknown, &Switches::ask_people_after_s, 60, 30 * day_s},
    SwitchRow{"not_found_is_proof", Mark::inferred, &Switches::not_found_is_proof, 0, 1},
    SwitchRow{"connected_account", Mark::seen, &Switches::connected_account, 0, 1},
};

}  // namespace

std::span<const SwitchRow> switch_rows() { return rows; }

Result<Switches> read_switches(const AskSwitch& ask) {
    Switches switches;
    for (const SwitchRow& row : rows) {
        std::int64_t& value = switches.*row.value;
        value = ask(row.name, value);
        if (value < row.least || value > row.most)
            return Error{ErrorKind::invalid_request, "bad_config", "stripe." + std::string(row.name) + ": from " +
                         std::to_string(row.least) + " to " + std::to_string(row.most)};
    }
    return switches;
}

}  // namespace postern::stripe
