#include "processors/stripe/codes.hpp"

#include <algorithm>
#include <array>

namespace postern::stripe {
namespace {

using domain::DeclineReason;
using enum ErrorClass;

constexpr std::array errors{
    ErrorRow{200, 299, "", "", unknown, "an error in the body of a success"},
    ErrorRow{400, 499, "", "idempotency_key_in_use", running, "a request under this key is still at work"},
    ErrorRow{400, 499, "", "lock_timeout", busy, "another request held the object"},
    ErrorRow{429, 429, "", "", busy, "rate limit: turned away before anything was done"},
    ErrorRow{409, 409, "", "", running, "conflict"},
    ErrorRow{400, 499, "idempotency_error", "", key_used, "the key belongs to a request with other parameters"},
    ErrorRow{424, 424, "", "", unknown, "a dependency of the processor failed"},
    ErrorRow{402, 402, "", "", declined, "parameters fine, request failed"},
    ErrorRow{400, 499, "card_error", "", declined, "the card"},
    ErrorRow{400, 499, "", "card_declined", declined, "the card, whatever the type says"},
    ErrorRow{400, 499, "", "payment_intent_unexpected_state", wrong_state, "the intent is not open for this"},
    ErrorRow{400, 499, "", "charge_already_refunded", refused, "nothing left to give back"},
    ErrorRow{401, 401, "", "", refused, "the key is wrong"},
    ErrorRow{403, 403, "", "", refused, "the key may not do this"},
    ErrorRow{404, 404, "", "", refused, "no such object"},
    ErrorRow{400, 400, "invalid_request_error", "", refused, "a parameter is bad or missing"},
    ErrorRow{400, 499, "api_error", "", unknown, "the processor's own fault"},
    ErrorRow{400, 400, "", "", refused, "a bad request"},
};

constexpr std::array declines{
    DeclineRow{"insufficient_funds", DeclineReason::insufficient_funds, false},
    DeclineRow{"expired_card", DeclineReason::expired_card, false},
    DeclineRow{"invalid_expiry_month", DeclineReason::expired_card, false},
    DeclineRow{"invalid_expiry_year", DeclineReason::expired_card, false},
    DeclineRow{"incorrect_number", DeclineReason::invalid_card, false},
    DeclineRow{"invalid_number", DeclineReason::invalid_card, false},
    DeclineRow{"invalid_account", DeclineReason::invalid_card, false},
    DeclineRow{"new_account_information_available", DeclineReason::invalid_card, false},
    DeclineRow{"testmode_decline", DeclineReason::invalid_card, false},
    DeclineRow{"test_mode_live_card", DeclineReason::invalid_card, false},
    DeclineRow{"incorrect_cvc", DeclineReason::security_code_mismatch, false},
    DeclineRow{"invalid_cvc", DeclineReason::security_code_mismatch, false},
    DeclineRow{"invalid_amount", DeclineReason::invalid_amount, false},
    DeclineRow{"amount_too_small", DeclineReason::invalid_amount, false},
    DeclineRow{"amount_too_large", DeclineReason::invalid_amount, false},
    DeclineRow{"lost_card", DeclineReason::pick_up_card, false},
    DeclineRow{"stolen_card", DeclineReason::pick_up_card, false},
    DeclineRow{"pickup_card", DeclineReason::pick_up_card, false},
    DeclineRow{"call_issuer", DeclineReason::call_issuer, false},
    DeclineRow{"do_not_honor", DeclineReason::call_issuer, false},
    DeclineRow{"no_action_taken", DeclineReason::call_issuer, false},
    DeclineRow{"security_violation", DeclineReason::call_issuer, false},
    DeclineRow{"processing_error", DeclineReason::retry_later, true},
    DeclineRow{"reenter_transaction", DeclineReason::retry_later, true},
    DeclineRow{"try_again_later", DeclineReason::retry_later, true},
    DeclineRow{"approve_with_id", DeclineReason::retry_later, true},
    DeclineRow{"issuer_not_available", DeclineReason::issuer_unavailable, true},
    DeclineRow{"card_not_supported", DeclineReason::not_permitted, false},
    DeclineRow{"currency_not_supported", DeclineReason::not_permitted, false},
    DeclineRow{"not_permitted", DeclineReason::not_permitted, false},
    DeclineRow{"restricted_card", DeclineReason::not_permitted, false},
    DeclineRow{"service_not_allowed", DeclineReason::not_permitted, false},
    DeclineRow{"transaction_not_allowed", DeclineReason::not_permitted, false},
    DeclineRow{"authentication_required", DeclineReason::not_permitted, false},
    DeclineRow{"authentication_not_handled", DeclineReason::not_permitted, false},
    DeclineRow{"incorrect_pin", DeclineReason::pin, false},
    DeclineRow{"pin_try_exceeded", DeclineReason::pin, false},
    DeclineRow{"offline_pin_required", DeclineReason::pin, false},
    DeclineRow{"online_or_offline_pin_required", DeclineReason::pin, false},
};

bool fits(std::string_view rule, std::string_view text) { return rule.empty() || rule == text; }

}  // namespace

std::span<const ErrorRow> error_rows() { return errors; }
std::span<const DeclineRow> decline_rows() { return declines; }

ErrorClass class_of(int http_status, std::string_view type, std::string_view code) {
    const auto row = std::ranges::find_if(errors, [&](const ErrorRow& candidate) {
        return candidate.status_first <= http_status && http_status <= candidate.status_last &&
               fits(candidate.type, type) && fits(candidate.code, code);
    });
    return row == errors.end() ? unknown : row->error_class;
}

domain::Decline decline_of(std::string_view code, std::string_view decline_code) {
    const std::string_view word = decline_code.empty() ? code : decline_code;
    const auto row = std::ranges::find(declines, word, &DeclineRow::code);
    if (row == declines.end()) return {DeclineReason::generic, raw_code(code, decline_code), false};
    return {row->reason, raw_code(code, decline_code), row->retry_may_help};
}

std::string raw_code(std::string_view code, std::string_view decline_code) {
    constexpr std::size_t characters_max = 80;
    std::string raw(code);
    if (!decline_code.empty() && decline_code != code) raw += (raw.empty() ? "" : " ") + std::string(decline_code);
    if (raw.size() > characters_max) raw.resize(characters_max);
    for (char& c : raw)
        if (c < 0x20 || c > 0x7E) c = '?';
    return raw;
}

}  // namespace postern::stripe
