#include "processors/mercury/switches.hpp"

#include <array>

namespace postern::mercury {
namespace {

using SwitchRow = processors::SwitchRow<Switches>;
using processors::Mark;

constexpr std::int64_t day_s = 86'400;
constexpr std::array rows{
    SwitchRow{"duplicate_window_s", Mark::unknown, &Switches::duplicate_window_s, 0, day_s},
    SwitchRow{"inquiry_blind_s", Mark::inferred, &Switches::inquiry_blind_s, 0, day_s},
    SwitchRow{"call_time_max_ms", Mark::inferred, &Switches::call_time_max_ms, 1000, 300'000},
    SwitchRow{"resend_pause_ms", Mark::seen, &Switches::resend_pause_ms, 0, 60'000},
    SwitchRow{"resends_max", Mark::seen, &Switches::resends_max, 0, 100},
    SwitchRow{"ask_people_after_s", Mark::unknown, &Switches::ask_people_after_s, 60, 30 * day_s},
    SwitchRow{"not_found_is_proof", Mark::inferred, &Switches::not_found_is_proof, 0, 1},
    SwitchRow{"confirm_no_after_lost_answer", Mark::inferred, &Switches::confirm_no_after_lost_answer, 0, 1},
    SwitchRow{"learn_reference_by_resend", Mark::inferred, &Switches::learn_reference_by_resend, 0, 1},
    SwitchRow{"legacy_void_after_refusal", Mark::seen, &Switches::legacy_void_after_refusal, 0, 1},
    SwitchRow{"undo_with_original_invoice", Mark::seen, &Switches::undo_with_original_invoice, 0, 1},
    SwitchRow{"capture_with_original_invoice", Mark::inferred, &Switches::capture_with_original_invoice, 0, 1},
    SwitchRow{"capture_authorize_is_original", Mark::seen, &Switches::capture_authorize_is_original, 0, 1},
    SwitchRow{"ask_partial_approval", Mark::seen, &Switches::ask_partial_approval, 0, 1},
    SwitchRow{"final_codes_are_trusted", Mark::inferred, &Switches::final_codes_are_trusted, 0, 1},
    SwitchRow{"busy_codes_are_trusted", Mark::inferred, &Switches::busy_codes_are_trusted, 0, 1},
    SwitchRow{"unlisted_code_is_final", Mark::inferred, &Switches::unlisted_code_is_final, 0, 1},
    SwitchRow{"unlisted_decline_is_final", Mark::inferred, &Switches::unlisted_decline_is_final, 0, 1},
    SwitchRow{"plain_ap_keeps_hold", Mark::inferred, &Switches::plain_ap_keeps_hold, 0, 1},
    SwitchRow{"duplicate_names_verb", Mark::unknown, &Switches::duplicate_names_verb, 0, 1},
    SwitchRow{"row_names_verb", Mark::unknown, &Switches::row_names_verb, 0, 1},
    SwitchRow{"rows_of_one_reference_are_one", Mark::unknown, &Switches::rows_of_one_reference_are_one, 0, 1},
    SwitchRow{"reversal_window_s", Mark::unknown, &Switches::reversal_window_s, 0, 30 * day_s},
    SwitchRow{"auth_code_is_kept_whole", Mark::inferred, &Switches::auth_code_is_kept_whole, 0, 1},
    SwitchRow{"send_street_line", Mark::inferred, &Switches::send_street_line, 0, 1},
    SwitchRow{"usual_avs_letters", Mark::inferred, &Switches::usual_avs_letters, 0, 1},
    SwitchRow{"adjust_with_ref_no_as_invoice", Mark::seen, &Switches::adjust_with_ref_no_as_invoice, 0, 1},
    SwitchRow{"adjust_shows_on_item", Mark::unknown, &Switches::adjust_shows_on_item, 0, 1},
    SwitchRow{"canadian_dollars", Mark::inferred, &Switches::canadian_dollars, 0, 1},
    SwitchRow{"hold_visa_s", Mark::unknown, &Switches::hold_visa_s, 1, 60 * day_s},
    SwitchRow{"hold_mastercard_s", Mark::unknown, &Switches::hold_mastercard_s, 1, 60 * day_s},
    SwitchRow{"hold_amex_s", Mark::unknown, &Switches::hold_amex_s, 1, 60 * day_s},
    SwitchRow{"hold_discover_s", Mark::unknown, &Switches::hold_discover_s, 1, 60 * day_s},
    SwitchRow{"hold_other_s", Mark::unknown, &Switches::hold_other_s, 1, 60 * day_s},
    SwitchRow{"batch_closes_at_min", Mark::seen, &Switches::batch_closes_at_min, 0, 1440},
    SwitchRow{"use_records", Mark::seen, &Switches::use_records, 0, 1},
};

}  // namespace

std::span<const SwitchRow> switch_rows() { return rows; }

Result<Switches> read_switches(const processors::AskSwitch& ask) {
    return processors::read_switches<Switches>("mercury", rows, ask);
}

}  // namespace postern::mercury
