#include "processors/stripe/switches.hpp"

#include <array>

namespace postern::stripe {
namespace {

using SwitchRow = processors::SwitchRow<Switches>;
using processors::Mark;

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

Result<Switches> read_switches(const processors::AskSwitch& ask) {
    return processors::read_switches<Switches>("stripe", rows, ask);
}

}  // namespace postern::stripe
