#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "processors/port/switches.hpp"

namespace postern::mercury {

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
    std::int64_t adjust_with_ref_no_as_invoice = 0;
    std::int64_t adjust_shows_on_item = 0;
    std::int64_t canadian_dollars = 1;
    std::int64_t hold_visa_s = 8 * 86'400;         // until an uncaptured authorization is given up
    std::int64_t hold_mastercard_s = 7 * 86'400;   // 30 days, where it is sent as a pre-authorization
    std::int64_t hold_amex_s = 7 * 86'400;
    std::int64_t hold_discover_s = 30 * 86'400;
    std::int64_t hold_other_s = 7 * 86'400;
    std::int64_t batch_closes_at_min = 4 * 60;     // Eastern time; 1440: only when the merchant closes it
    std::int64_t use_records = 0;
};

// The rows of the configuration's `[mercury]` table.
std::span<const processors::SwitchRow<Switches>> switch_rows();
Result<Switches> read_switches(const processors::AskSwitch& ask);

}  // namespace postern::mercury
