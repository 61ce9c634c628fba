#include "gateway/domain/operation.hpp"

#include "gateway/domain/words.hpp"

namespace postern::domain {
namespace {

constexpr Words<Verb, 10> verbs{{
    {Verb::authorize, "authorize"}, {Verb::sale, "sale"}, {Verb::capture, "capture"}, {Verb::increment, "increment"},
    {Verb::adjust_tip, "adjust_tip"}, {Verb::void_sale, "void_sale"}, {Verb::reverse, "reverse"},
    {Verb::refund, "refund"}, {Verb::verify, "verify"}, {Verb::batch_close, "batch_close"},
}};
constexpr Words<OperationStatus, 5> statuses{{
    {OperationStatus::prepared, "prepared"}, {OperationStatus::approved, "approved"},
    {OperationStatus::declined, "declined"}, {OperationStatus::failed, "failed"},
    {OperationStatus::unknown, "unknown"},
}};
constexpr Words<Goal, 2> goals{{{Goal::complete, "complete"}, {Goal::undo, "undo"}}};
constexpr Words<Cause, 4> causes{{
    {Cause::partial_approval, "partial_approval"}, {Cause::expiry, "expiry"}, {Cause::checks, "checks"},
    {Cause::batch_closed, "batch_closed"},
}};
constexpr Words<DeclineReason, 16> reasons{{
    {DeclineReason::generic, "generic"}, {DeclineReason::insufficient_funds, "insufficient_funds"},
    {DeclineReason::expired_card, "expired_card"}, {DeclineReason::invalid_card, "invalid_card"},
    {DeclineReason::invalid_amount, "invalid_amount"},
    {DeclineReason::security_code_mismatch, "security_code_mismatch"}, {DeclineReason::pick_up_card, "pick_up_card"},
    {DeclineReason::call_issuer, "call_issuer"}, {DeclineReason::retry_later, "retry_later"},
    {DeclineReason::issuer_unavailable, "issuer_unavailable"}, {DeclineReason::not_permitted, "not_permitted"},
    {DeclineReason::pin, "pin"}, {DeclineReason::reversal_target_missing, "reversal_target_missing"},
    {DeclineReason::batch_must_close, "batch_must_close"},
    {DeclineReason::security_code_expired, "security_code_expired"},
    {DeclineReason::not_in_open_batch, "not_in_open_batch"},
}};

}  // namespace

std::string_view to_text(Verb verb) { return word_of(verbs, verb); }
std::string_view to_text(OperationStatus status) { return word_of(statuses, status); }
std::string_view to_text(Goal goal) { return word_of(goals, goal); }
std::string_view to_text(Cause cause) { return word_of(causes, cause); }
std::string_view to_text(DeclineReason reason) { return word_of(reasons, reason); }
std::optional<Verb> parse_verb(std::string_view text) { return value_of(verbs, text); }
std::optional<OperationStatus> parse_operation_status(std::string_view text) { return value_of(statuses, text); }
std::optional<Goal> parse_goal(std::string_view text) { return value_of(goals, text); }
std::optional<Cause> parse_cause(std::string_view text) { return value_of(causes, text); }
std::optional<DeclineReason> parse_decline_reason(std::string_view text) { return value_of(reasons, text); }

}  // namespace postern::domain
