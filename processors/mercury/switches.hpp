#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace postern::mercury {

// How much of a value is known: read in public sources, inferred from them, or open (then it is our decision and no
// claim about the real host).
enum class Mark { seen, inferred, unknown };

// What can be turned without a new build, because nobody outside the processor can know it; docs/mercury.md explains
// each. Flags are 0 or 1.
struct Switches {
    std::int64_t duplicate_window_s = 1200;
    std::int64_t inquiry_blind_s = 60;
    std::int64_t call_time_max_ms = 65'000;
    std::int64_t resend_pause_ms = 1000;
    std::int64_t resends_max = 3;
    std::int64_t ask_people_after_s = 86'400;
    std::int64_t not_found_is_proof = 1;
    std::int64_t confirm_no_after_lost_answer = 1;
    std::int64_t learn_reference_by_resend = 1;
    std::int64_t legacy_void_after_refusal = 1;
    std::int64_t undo_with_original_invoice = 1;
    std::int64_t capture_with_original_invoice = 0;
    std::int64_t capture_authorize_is_original = 1;
    std::int64_t ask_partial_approval = 0;
    std::int64_t final_codes_are_trusted = 1;
    std::int64_t busy_codes_are_trusted = 1;
    std::int64_t unlisted_code_is_final = 0;
    std::int64_t unlisted_decline_is_final = 1;
    std::int64_t plain_ap_keeps_hold = 1;
    std::int64_t duplicate_names_verb = 1;
    std::int64_t row_names_verb = 1;
    std::int64_t rows_of_one_reference_are_one = 0;
    std::int64_t reversal_window_s = 0;
    std::int64_t auth_code_is_kept_whole = 1;
    std::int64_t send_street_line = 1;
    std::int64_t usual_avs_letters = 1;
    std::int64_t canadian_dollars = 1;
};

// The rows of the configuration's `[mercury]` table.
struct SwitchRow {
    std::string_view name;
    Mark mark;
    std::int64_t Switches::*value;
    std::int64_t least, most;
};
std::span<const SwitchRow> switch_rows();

// Asks for each row's value ("mercury.NAME" of a configuration, its default given); "bad_config" where one is out of
// its range.
using AskSwitch = std::function<std::int64_t(std::string_view name, std::int64_t fallback)>;
Result<Switches> read_switches(const AskSwitch& ask);

}  // namespace postern::mercury
