#include "gateway/domain/effects.hpp"

#include <algorithm>

namespace postern::domain {
namespace {

const Error does_not_fit{ErrorKind::conflict, "approval_does_not_fit"};

bool fits(const Operation& operation, Money approved) {
    return approved.currency() == operation.requested.currency() && approved.amount_minor() > 0 &&
           approved.amount_minor() <= operation.requested.amount_minor();
}

// A reservation ends with its operation; it was made for what was requested.
void release(Money& reserved, Money requested) {
    const auto rest = reserved.minus(requested);
    reserved = rest && rest->amount_minor() > 0 ? *rest : Money::zero(reserved.currency());
}

// What is taken may come to lie above what was approved, by a tip: then what had been given back is used again, and only
// for the rest the approved amount rises.
Status cover(Payment& payment) {
    const auto held = payment.approved.minus(payment.released)->minus(payment.captured);
    if (!held) return held.error();
    std::int64_t missing = -held->amount_minor();
    if (missing <= 0) return {};
    const std::int64_t again = std::min(missing, payment.released.amount_minor());
    const Currency currency = payment.approved.currency();
    payment.released = *payment.released.minus(*Money::of_minor(again, currency));
    missing -= again;
    return add(payment.approved, *Money::of_minor(missing, currency));
}

// What nobody took of a hold, and no other capture is about to take.
void let_rest_go(Payment& payment) {
    const Money rest = payment.capturable();
    if (rest.amount_minor() > 0) payment.released = *payment.released.plus(rest);
}

// How a no reads on the operation; true where it was the issuer's (a decline).
bool refuse(Operation& operation, const Claim& claim) {
    operation.goal.reset();
    if (const auto* declined = std::get_if<DeclinedClaim>(&claim)) {
        operation.status = OperationStatus::declined;
        operation.decline = declined->decline;
        operation.checks = declined->checks;
        return true;
    }
    operation.status = OperationStatus::failed;
    if (const auto* not_sent = std::get_if<NotSentClaim>(&claim)) operation.failure_code = not_sent->code;
    if (const auto* refused = std::get_if<RefusedClaim>(&claim)) operation.failure_code = refused->code;
    return false;
}

// The store's word on a comparison that failed; the strictest counts.
void judge_checks(Effect& effect) {
    Payment& payment = effect.payment;
    const Checks& checks = effect.operation.checks;
    payment.flags = failed_checks(payment.checks_policy, checks, CheckAction::flag);
    if (!failed_checks(payment.checks_policy, checks, CheckAction::void_payment).any()) return;
    take_back(effect, Cause::checks);
    effect.event = "payment.checks_failed";
}

// A charge that never left may be made elsewhere, unless somebody wants none by now.
bool move_on(Effect& effect, const Claim& claim) {
    const auto* not_sent = std::get_if<NotSentClaim>(&claim);
    Payment& payment = effect.payment;
    const bool may = not_sent != nullptr && not_sent->next && payment.standing == Standing::pending &&
                     is_current(effect) && not_sent->next->id != payment.account_id && !payment.void_requested;
    if (!may) return false;
    payment.account_id = not_sent->next->id;
    payment.processor = not_sent->next->processor;
    effect.moved = true;
    effect.event = "payment.rerouted";
    return true;
}

}  // namespace

bool is_current(const Effect& effect) { return effect.operation.account_id == effect.payment.account_id; }

Status add(Money& total, Money amount) {
    const auto sum = total.plus(amount);
    if (!sum) return sum.error();
    total = *sum;
    return {};
}

void approve(Effect& effect, const ApprovedClaim& claim) {
    Operation& operation = effect.operation;
    operation.status = OperationStatus::approved;
    operation.approved = claim.approved;
    operation.checks = claim.checks;
    if (!claim.reference.empty()) operation.reference = claim.reference;
    operation.goal.reset();
    effect.changes_state = true;
}

void take_back(Effect& effect, Cause cause) {
    effect.undo = true;
    effect.cause = cause;
    effect.operation.failure_code = cause == Cause::checks ? "checks_failed" : "partial_approval_reversed";
}

// What becomes of an approval: kept, offered, or taken back, and then why.
Status first_approved(Effect& effect, const Claim& claim, Timestamp) {
    const auto& approval = std::get<ApprovedClaim>(claim);
    if (!fits(effect.operation, approval.approved)) return does_not_fit;
    Payment& payment = effect.payment;
    const bool undo_wanted = payment.void_requested || effect.operation.goal == Goal::undo;
    const bool partial = approval.approved != effect.operation.requested;
    const bool sale = effect.operation.verb == Verb::sale;
    approve(effect, approval);
    payment.standing = Standing::live;
    payment.approved = approval.approved;
    if (sale) payment.captured = approval.approved;
    effect.event = partial ? "payment.partially_authorized" : sale ? "payment.captured" : "payment.authorized";
    judge_checks(effect);
    if (partial && payment.partial_approval == PartialApproval::refused) take_back(effect, Cause::partial_approval);
    if (undo_wanted) effect.cause.reset();
    effect.undo = effect.undo || undo_wanted;
    payment.void_requested = effect.undo;
    return {};
}

Status capture_approved(Effect& effect, const Claim& claim, Timestamp) {
    const auto& approval = std::get<ApprovedClaim>(claim);
    if (!fits(effect.operation, approval.approved)) return does_not_fit;
    approve(effect, approval);
    release(effect.payment.capture_reserved, effect.operation.requested);
    effect.event = "payment.captured";
    Payment& payment = effect.payment;
    if (const auto& tip = effect.operation.tip) {
        const bool is_whole = tip->amount_minor() <= approval.approved.amount_minor();
        if (const Status added = add(payment.tip, is_whole ? *tip : approval.approved); !added) return added;
    }
    if (const Status added = add(payment.captured, approval.approved); !added) return added;
    payment.edit_above.reset();
    if (const Status covered = cover(payment); !covered) return covered;
    if (approval.rest_is_let_go) let_rest_go(payment);
    return {};
}

Status increment_approved(Effect& effect, const Claim& claim, Timestamp) {
    const auto& approval = std::get<ApprovedClaim>(claim);
    if (!fits(effect.operation, approval.approved)) return does_not_fit;
    approve(effect, approval);
    effect.payment.edit_above.reset();
    effect.event = "payment.incremented";
    return add(effect.payment.approved, approval.approved);
}

// All or nothing: the processor has the new tip, or it has the one before.
Status tip_approved(Effect& effect, const Claim& claim, Timestamp) {
    const auto& approval = std::get<ApprovedClaim>(claim);
    const Money wanted = effect.operation.requested;
    if (!effect.operation.tip || approval.approved != wanted) return does_not_fit;
    approve(effect, approval);
    Payment& payment = effect.payment;
    const auto given_back = payment.captured.minus(wanted);
    if (!given_back) return given_back.error();
    payment.captured = wanted;
    payment.tip = *effect.operation.tip;
    payment.edit_above.reset();
    effect.event = "payment.tip_adjusted";
    return given_back->amount_minor() > 0 ? add(payment.released, *given_back) : cover(payment);
}

Status refund_approved(Effect& effect, const Claim& claim, Timestamp) {
    const auto& approval = std::get<ApprovedClaim>(claim);
    if (!fits(effect.operation, approval.approved)) return does_not_fit;
    approve(effect, approval);
    release(effect.payment.refund_reserved, effect.operation.requested);
    effect.event = "payment.refunded";
    return add(effect.payment.refunded, approval.approved);
}

Status ended_without_effect(Effect& effect, const Claim& claim, Timestamp now) {
    Payment& payment = effect.payment;
    const bool declined = refuse(effect.operation, claim);
    effect.changes_state = true;
    switch (effect.operation.verb) {
        case Verb::authorize:
        case Verb::sale:
            if (move_on(effect, claim)) return {};
            payment.standing = declined ? Standing::declined : Standing::failed;
            payment.void_requested = false;
            effect.event = declined ? "payment.declined" : "payment.failed";
            return {};
        case Verb::capture:
            release(payment.capture_reserved, effect.operation.requested);
            payment.edit_above.reset();
            effect.event = declined ? "payment.capture_declined" : "payment.capture_failed";
            return {};
        case Verb::refund:
            release(payment.refund_reserved, effect.operation.requested);
            effect.event = declined ? "payment.refund_declined" : "payment.refund_failed";
            if (effect.operation.cause == Cause::batch_closed) effect.alarm = "undo_refused";  // it was promised
            return {};
        case Verb::void_sale:
        case Verb::reverse: return undo_refused(effect, declined, now);
        case Verb::increment:
            payment.edit_above.reset();
            effect.event = declined ? "payment.increment_declined" : "payment.increment_failed";
            return {};
        case Verb::adjust_tip:
            payment.edit_above.reset();
            effect.event = declined ? "payment.tip_adjust_declined" : "payment.tip_adjust_failed";
            if (effect.operation.undoes) effect.alarm = "tip_differs";  // the books' tip could not be said again
            return {};
        case Verb::verify:
        case Verb::batch_close: break;
    }
    return Error{ErrorKind::internal, "no_such_transition"};
}

// A goal of undo is never taken back: somebody was promised it.
Status became_unknown(Effect& effect, const Claim& claim, Timestamp now) {
    Operation& operation = effect.operation;
    const bool undo_first = effect.payment.void_requested &&
                            (operation.verb == Verb::authorize || operation.verb == Verb::sale);
    const bool undo = undo_first || operation.goal == Goal::undo;
    const Goal goal = undo ? Goal::undo : std::get<UnknownClaim>(claim).goal;
    const bool is_news = operation.status != OperationStatus::unknown;
    effect.changes_state = is_news || operation.goal != goal;
    operation.status = OperationStatus::unknown;
    operation.goal = goal;
    if (!operation.unknown_since) operation.unknown_since = now;
    if (is_news) effect.event = "payment.outcome_unknown";
    return {};
}

Status keep(Effect&, const Claim&, Timestamp) { return {}; }

// The same approval told again is no news; one with another reference may be a second charge.
Status keep_approval(Effect& effect, const Claim& claim, Timestamp) {
    const auto& approval = std::get<ApprovedClaim>(claim);
    const Operation& operation = effect.operation;
    bool differs = approval.approved != operation.approved;
    for (const auto& [name, value] : approval.reference) {
        const auto known = operation.reference.find(name);
        differs = differs || (known != operation.reference.end() && known->second != value);
    }
    if (differs) effect.alarm = "approval_differs";
    return {};
}

Status contradicts_approval(Effect& effect, const Claim&, Timestamp) {
    effect.alarm = "evidence_contradicts";
    return {};
}

// Status and amounts stay; what the processor calls the stray approval is kept, for its undo needs it.
Status late_charge(Effect& effect, const Claim& claim, Timestamp) {
    const auto& approval = std::get<ApprovedClaim>(claim);
    if (!approval.reference.empty()) effect.operation.reference = approval.reference;
    effect.alarm = "undo_needed";
    effect.undo = true;
    return {};
}

// Money went back although we said that it did not: nothing here can take a refund back, so people must hear of it.
Status late_return(Effect& effect, const Claim&, Timestamp) {
    effect.alarm = "return_after_failure";
    return {};
}

// More is held than the books say, and no processor takes an increment back alone: a capture or void ends it.
Status late_increment(Effect& effect, const Claim&, Timestamp) {
    effect.alarm = "hold_differs";
    return {};
}

// The processor has a tip that the books do not have, or had it for a while: the books' tip is said once more. Where that
// cannot start now, people must hear of it.
Status late_tip(Effect& effect, const Claim&, Timestamp) {
    Payment& payment = effect.payment;
    const Operation& late = effect.operation;
    if (!payment.edit_above && late.tip == payment.tip && late.requested == payment.captured) return {};
    const bool may_say = may_start(payment, Request::adjust_tip, payment.captured).has_value();
    effect.alarm = may_say ? "undo_needed" : "tip_differs";
    effect.undo = may_say;
    if (may_say) payment.edit_above = Money::zero(payment.captured.currency());
    return {};
}

}  // namespace postern::domain
