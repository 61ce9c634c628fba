#include "processors/stripe/reading.hpp"

#include <algorithm>

#include "processors/stripe/amounts.hpp"
#include "processors/stripe/answer.hpp"
#include "processors/stripe/codes.hpp"
#include "processors/stripe/message.hpp"

namespace postern::stripe {
namespace {

using domain::Verb;
using processors::Attempt;
using processors::History;
using vault::AttemptKind;

// What a look at the object makes of what an answer would say.
Past as_row(Past past) {
    if (auto* yes = std::get_if<Yes>(&past)) return RowFound{std::move(yes->claim)};
    if (auto* no = std::get_if<No>(&past)) return RowFound{std::move(no->claim)};
    return past;
}

class Reader {
public:
    Reader(const History& history, Form form, bool is_inquiry)
        : history_{history}, operation_{history.operation}, form_{form}, is_inquiry_{is_inquiry} {}

    Past intent(const Intent& intent) const {
        if (!is_charge(operation_.verb) && intent.id != intent_of(history_)) return Nothing{"intent_differs"};
        const CurrencyRow* currency = find_currency(operation_.requested.currency());
        if (!currency || intent.currency != currency->code) return Nothing{"currency_differs"};
        if (is_charge(operation_.verb)) return charge(intent);
        if (operation_.verb == Verb::capture) return capture(intent);
        if (operation_.verb == Verb::increment) return increment(intent);
        if (is_undo(operation_.verb)) return cancel(intent.status);
        return Nothing{"object_unexpected"};
    }

    Past refund(const Refund& refund) const {
        const bool refunds = is_undo(operation_.verb) || operation_.verb == Verb::refund;
        const CurrencyRow* currency = find_currency(operation_.requested.currency());
        if (!refunds) return Nothing{"object_unexpected"};
        if (refund.identity != operation_.processor_identity) return Nothing{"identity_differs"};
        if (refund.intent != intent_of(history_)) return Nothing{"intent_differs"};
        if (refund.amount != operation_.requested.amount_minor() || !currency || refund.currency != currency->code)
            return Nothing{"amount_differs"};
        if (refund.status == "succeeded" || refund.status == "pending")
            return Yes{{operation_.requested, with_original({{"refund", refund.id}}), false}};
        if (refund.status == "failed" || refund.status == "canceled") {
            const std::string raw = raw_code("refund_" + refund.status, refund.failure_reason);
            return No{domain::DeclinedClaim{{domain::DeclineReason::generic, raw, false}}, true};
        }
        return Nothing{"refund_status_unknown"};
    }

    Past list(const List& list) const {
        if (is_charge(operation_.verb)) return found_intent(list);
        std::vector<Refund> ours;
        std::ranges::copy_if(list.refunds, std::back_inserter(ours), [&](const Refund& refund) {
            return refund.identity == operation_.processor_identity;
        });
        if (ours.size() > 1) return Nothing{"several_refunds"};
        if (!ours.empty()) return refund(ours.front());
        return list.has_more ? Past{Nothing{"list_goes_on"}} : Past{RowMissing{}};
    }

    Past error(const ErrorObject& error, int http_status) const {
        const domain::Claim refused = domain::RefusedClaim{"processor_refused", raw_code(error.code, error.decline_code)};
        const ErrorClass error_class = class_of(http_status, error.type, error.code);
        if (is_inquiry_) return missing_object(error_class, http_status);
        switch (error_class) {
            case ErrorClass::declined:
                return No{domain::DeclinedClaim{decline_of(error.code, error.decline_code)}, form_ != Form::card};
            case ErrorClass::refused: return No{refused, false};
            case ErrorClass::wrong_state:
                if (form_ == Form::cancel && error.intent_id == intent_of(history_)) return cancel(error.intent_status);
                return No{refused, false};
            case ErrorClass::busy: return Busy{"processor_busy"};
            case ErrorClass::running: return Nothing{"key_in_use"};
            case ErrorClass::key_used: return Nothing{"key_used_before"};
            case ErrorClass::unknown: return Nothing{"processor_error"};
        }
        __builtin_unreachable();
    }

private:
    domain::ProcessorReference with_original(domain::ProcessorReference reference) const {
        if (history_.original) reference.insert(history_.original->reference.begin(), history_.original->reference.end());
        return reference;
    }
    domain::ProcessorReference reference_of(const Intent& intent) const {
        domain::ProcessorReference reference{{"payment_intent", intent.id}};
        if (!intent.charge.empty()) reference["charge"] = intent.charge;
        return with_original(std::move(reference));
    }
    // One capture a hold: what it leaves is let go.
    Past approved(const Intent& intent) const {
        return Yes{{operation_.requested, reference_of(intent), false, operation_.verb == Verb::capture}};
    }
    Past declined(const ErrorObject& error) const {
        return No{domain::DeclinedClaim{decline_of(error.code, error.decline_code)}, true};
    }

    // An approval says of what: our own identity, amount and way of capture, or it is not this operation's.
    Past charge(const Intent& intent) const {
        const std::int64_t requested = operation_.requested.amount_minor();
        const bool holds = operation_.verb == Verb::authorize;
        if (intent.id.empty() || intent.identity != operation_.processor_identity) return Nothing{"identity_differs"};
        if (intent.amount != requested) return Nothing{"amount_differs"};
        const bool automatic = intent.capture_method == "automatic" || intent.capture_method == "automatic_async";
        if (holds ? intent.capture_method != "manual" : !automatic) return Nothing{"capture_method_differs"};
        if (intent.status == "requires_capture" && holds)
            return intent.amount_capturable == requested ? approved(intent) : Past{Nothing{"amount_differs"}};
        if (intent.status == "succeeded" && !holds)
            return intent.amount_received == requested ? approved(intent) : Past{Nothing{"amount_differs"}};
        if (intent.status == "requires_payment_method" && intent.last_error) return declined(*intent.last_error);
        if (intent.status == "requires_action") return declined({"card_error", "authentication_required", {}, {}, {}});
        if (intent.status == "canceled" && is_inquiry_) return RowVoided{};
        if (intent.status == "processing") return Nothing{"processing"};
        return Nothing{"status_unexpected"};
    }

    Past capture(const Intent& intent) const {
        const std::int64_t requested = operation_.requested.amount_minor();
        if (intent.status == "succeeded")
            return intent.amount_received == requested ? approved(intent) : Past{Nothing{"amount_differs"}};
        if (intent.status == "requires_capture" && is_inquiry_) return RowMissing{};
        if (intent.status == "canceled" && is_inquiry_) return No{domain::RefusedClaim{"authorization_gone", "canceled"}, true};
        return Nothing{"status_unexpected"};
    }

    Past increment(const Intent& intent) const {
        const auto total = history_.payment.approved.plus(operation_.requested);
        if (intent.status != "requires_capture" || !total) return Nothing{"status_unexpected"};
        if (intent.amount == total->amount_minor()) return approved(intent);
        const bool unchanged = intent.amount == history_.payment.approved.amount_minor();
        return unchanged && is_inquiry_ ? Past{RowMissing{}} : Past{Nothing{"amount_differs"}};
    }

    Past cancel(std::string_view status) const {
        if (status == "canceled") return Yes{{operation_.requested, {}, false}};
        if (status == "succeeded")
            return No{domain::DeclinedClaim{{domain::DeclineReason::reversal_target_missing, "succeeded", false}}, true};
        if (status == "requires_capture" && is_inquiry_) return RowMissing{};
        return Nothing{"status_unexpected"};
    }

    // Two intents of one identity are two charges, and people must hear of it.
    Past found_intent(const List& list) const {
        std::vector<Intent> ours;
        std::ranges::copy_if(list.intents, std::back_inserter(ours), [&](const Intent& found) {
            return found.identity == operation_.processor_identity;
        });
        if (ours.size() > 1) return Nothing{"several_intents"};
        if (!ours.empty()) return intent(ours.front());
        return list.has_more ? Past{Nothing{"list_goes_on"}} : Past{RowMissing{}};
    }

    // A look-up that fails proves nothing; that an intent we know is not there least of all.
    static Past missing_object(ErrorClass error_class, int http_status) {
        if (error_class == ErrorClass::busy) return Nothing{"processor_busy"};
        return http_status == 404 ? Past{Nothing{"intent_not_found"}} : Past{Nothing{"inquiry_refused"}};
    }

    const History& history_;
    const domain::Operation& operation_;
    Form form_;
    bool is_inquiry_;
};

Past read_answer(const Reader& reader, const Answer& answer, int http_status) {
    if (const auto* error = std::get_if<ErrorObject>(&answer)) return reader.error(*error, http_status);
    if (http_status != 200) return Nothing{"http_status"};
    if (std::holds_alternative<Card>(answer)) return Prepared{};
    if (const auto* intent = std::get_if<Intent>(&answer)) return reader.intent(*intent);
    if (const auto* refund = std::get_if<Refund>(&answer)) return reader.refund(*refund);
    return Nothing{"object_unexpected"};
}

bool made_no_card(const Attempt& attempt) {
    if (std::holds_alternative<vault::NotSent>(attempt.verdict)) return true;
    const auto* sent = std::get_if<vault::Sent>(&attempt.verdict);
    return sent && attempt.kind != AttemptKind::inquire && card_of({&attempt, 1}).empty();
}

// The first message of a charge makes the card and cannot have moved money, whatever became of it; so does the next
// where every answer before it is known and gave no card. After a lost answer a message could be the charge: the answer
// that gave the card may be lost to us alone.
bool is_preparation(const History& history, std::span<const Attempt> before) {
    return is_charge(history.operation.verb) && std::ranges::all_of(before, made_no_card);
}

Past harmless(Past past) {
    const auto* nothing = std::get_if<Nothing>(&past);
    return nothing ? Past{Busy{nothing->code}} : past;
}

}  // namespace

Past read_reply(AttemptKind kind, const History& history, std::span<const Attempt> before, const vault::Reply& reply) {
    const bool inquires = kind == AttemptKind::inquire;
    History then = history;
    then.attempts = before;
    const Reader reader{history, form_of(kind, then), inquires};
    const auto answer = parse_answer(reply.body);
    if (inquires) {
        if (!answer) return Nothing{answer.error().code};
        const auto* list = std::get_if<List>(&*answer);
        if (list && reply.http_status == 200) return as_row(reader.list(*list));
        return as_row(read_answer(reader, *answer, reply.http_status));
    }
    const bool prepares = is_preparation(history, before);
    if (prepares && answer && std::holds_alternative<Intent>(*answer)) return Nothing{"object_unexpected"};
    Past past = answer ? read_answer(reader, *answer, reply.http_status) : Past{Nothing{answer.error().code}};
    return prepares ? harmless(std::move(past)) : past;
}

Past read_past(const History& history, std::size_t index) {
    const Attempt& attempt = history.attempts[index];
    const auto earlier = history.attempts.first(index);
    if (const auto* not_sent = std::get_if<vault::NotSent>(&attempt.verdict)) return NotSentAttempt{not_sent->code};
    const auto* sent = std::get_if<vault::Sent>(&attempt.verdict);
    if (sent) return read_reply(attempt.kind, history, earlier, sent->reply);
    const bool is_gapless = attempt.number == static_cast<std::int32_t>(index) + 1;
    const bool prepares = attempt.kind != AttemptKind::inquire && is_gapless && is_preparation(history, earlier);
    return prepares ? Past{Busy{"answer_lost"}} : Past{Nothing{"answer_lost"}};
}

std::span<const Attempt> before(const History& history, const vault::Reply& reply) {
    if (history.attempts.empty()) return {};
    const auto* last = std::get_if<vault::Sent>(&history.attempts.back().verdict);
    return last && last->reply == reply ? history.attempts.first(history.attempts.size() - 1) : history.attempts;
}

Timestamp last_left(std::span<const Attempt> attempts) {
    Timestamp latest{};
    for (const Attempt& attempt : attempts)
        if (attempt.kind != AttemptKind::inquire && !std::holds_alternative<vault::NotSent>(attempt.verdict))
            latest = std::max(latest, attempt.at);
    return latest;
}

std::size_t proven_absences(const History& history, std::chrono::seconds blind) {
    std::size_t count = 0;
    bool is_counted = false;  // one absence a message
    for (std::size_t i = 0; i < history.attempts.size(); ++i) {
        const Attempt& attempt = history.attempts[i];
        if (attempt.kind != AttemptKind::inquire) {
            is_counted = false;
            continue;
        }
        const bool is_late = attempt.at - last_left(history.attempts.first(i)) >= blind;
        if (is_counted || !is_late || !std::holds_alternative<RowMissing>(read_past(history, i))) continue;
        is_counted = true;
        ++count;
    }
    return count;
}

}  // namespace postern::stripe
