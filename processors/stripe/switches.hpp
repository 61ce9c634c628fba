#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "processors/port/switches.hpp"

namespace postern::stripe {

// What can be turned without a new build, because nobody outside the processor can know it. Flags are 0 or 1.
struct Switches {
    std::int64_t key_window_s = 82'800;       // keys may be dropped after 24 h: an hour less
    std::int64_t search_blind_s = 3'600;      // how far a search may lag behind
    std::int64_t read_blind_s = 120;          // how long a request of ours may still run when an object is read
    std::int64_t call_time_max_ms = 60'000;
    std::int64_t resend_pause_ms = 1'000;
    std::int64_t resends_max = 3;
    std::int64_t ask_people_after_s = 86'400;
    std::int64_t not_found_is_proof = 1;      // 0: people decide instead
    std::int64_t connected_account = 0;       // 1: the merchant id goes as Stripe-Account
};

// The rows of the configuration's `[stripe]` table.
std::span<const processors::SwitchRow<Switches>> switch_rows();
Result<Switches> read_switches(const processors::AskSwitch& ask);

}  // namespace postern::stripe
