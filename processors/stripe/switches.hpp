#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace postern::stripe {

// How much of a value is known: read in public sources, inferred from them, or open (then it is our decision and no
// claim about the real host).
enum class Mark { seen, inferred, unknown };

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
struct SwitchRow {
    std::string_view name;
    Mark mark;
    std::int64_t Switches::*value;
    std::int64_t least, most;
};
std::span<const SwitchRow> switch_rows();

// Asks for each row's value ("stripe.NAME" of a configuration, its default given); "bad_config" where one is out of its
// range.
using AskSwitch = std::function<std::int64_t(std::string_view name, std::int64_t fallback)>;
Result<Switches> read_switches(const AskSwitch& ask);

}  // namespace postern::stripe
