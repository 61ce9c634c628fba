#include "gateway/domain/effects.hpp"

namespace postern::domain {
namespace {

const Error does_not_fit{ErrorKind::conflict, "approval_does_not_fit"};

bool fits(const Operation& operation, Money approved) {
    return approved.currency() == operation.requested.currency() && approved.amount_minor() > 0 &&
           approved.amount_minor() <= operation.requested.amount_minor();
}

Status add(Money& total, Money amount) {
    const auto sum = total.plus(amount);
    if (!sum) return sum.error();
    total = *sum;
    return {};
}

// A reservation ends with its operation; it was made for what was requested.
void release(Money& reserved, Money requested) {
    const auto rest = reserved.minus(requested);
    reserved = rest && rest->amount_minor() > 0 ? *rest : Money::zero(reserved.currency());
}

// What nobody took of a hold, and no other capture is about to take.
void let_rest_go(Payment& payment) {
    const Money rest = payment.capturable();
    if (rest.amount_minor() > 0) payment.released = *payment.released.plus(rest);
}

void approve(Effect& effect, const ApprovedClaim& claim) {
    Operation& operation = effect.operation;
    operation.status = OperationStatus::approved;
    operation.approved = claim.approved;
    if (!claim.reference.empty()) operation.reference = claim.reference;
    operation.goal.reset();
    effect.changes_state = true;
}

// How a no reads on the operation; true where it was the issuer's (a decline).
bool refuse(Operation& operation, const Claim& claim) {
    operation.goal.reset();
    if (const auto* declined = std::get_if<DeclinedClaim>(&claim)) {
        operation.status = OperationStatus::declined;
        operation.decline = declined->decline;
        return true;
    }
    operation.status = OperationStatus::failed;
    if (const auto* not_sent = std::get_if<NotSentClaim>(&claim)) operation.failure_code = not_sent->code;
    if (const auto* refused = std::get_if<RefusedClaim>(&claim)) operation.failure_code = refused->code;
    return false;
}

}  // namespace

Status first_approved(Effect& effect, const Claim& claim, Timestamp) {
    const auto& approval = std::get<ApprovedClaim>(claim);
    if (!fits(effect.operation, approval.approved)) return does_not_fit;
    const bool undo_wanted = effect.payment.void_requested || effect.operation.goal == Goal::undo;
    const bool partial = approval.approved != effect.operation.requested;
    const bool sale = effect.operation.verb == Verb::sale;
    approve(effect, approval);
    effect.payment.standing = Standing::live;
    effect.payment.approved = approval.approved;
    if (sale) effect.payment.captured = approval.approved;
    if (partial) effect.operation.failure_code = "partial_approval_reversed";
    effect.event = partial ? "payment.partially_authorized" : sale ? "payment.captured" : "payment.authorized";
    effect.undo = undo_wanted || partial;
    effect.payment.void_requested = effect.undo;
    return {};
}

Status capture_approved(Effect& effect, const Claim& claim, Timestamp) {
    const auto& approval = std::get<ApprovedClaim>(claim);
    if (!fits(effect.operation, approval.approved)) return does_not_fit;
    approve(effect, approval);
    release(effect.payment.capture_reserved, effect.operation.requested);
    effect.event = "payment.captured";
    const Status added = add(effect.payment.captured, approval.approved);
    if (added && approval.rest_is_let_go) let_rest_go(effect.payment);
    return added;
}

Status refund_approved(Effect& effect, const Claim& claim, Timestamp) {
    const auto& approval = std::get<ApprovedClaim>(claim);
    if (!fits(effect.operation, approval.approved)) return does_not_fit;
    approve(effect, approval);
    release(effect.payment.refund_reserved, effect.operation.requested);
    effect.event = "payment.refunded";
    return add(effect.payment.refunded, approval.approved);
}

// Where nobody asked to void the payment, the undo took back a stray approval that the amounts never counted.
Status undo_approved(Effect& effect, const Claim& claim, Timestamp) {
    const auto& approval = std::get<ApprovedClaim>(claim);
    approve(effect, approval);
    if (approval.hold_may_remain) effect.alarm = "hold_may_remain";
    Payment& payment = effect.payment;
    if (payment.standing != Standing::live || !payment.void_requested) {
        effect.event = "payment.stray_approval_undone";
        return {};
    }
    payment.standing = Standing::voided;
    payment.void_requested = false;
    payment.captured = Money::zero(payment.approved.currency());
    payment.released = payment.approved;
    effect.event = "payment.voided";
    return {};
}

Status ended_without_effect(Effect& effect, const Claim& claim, Timestamp) {
    Payment& payment = effect.payment;
    const bool declined = refuse(effect.operation, claim);
    effect.changes_state = true;
    switch (effect.operation.verb) {
        case Verb::authorize:
        case Verb::sale:
            payment.standing = declined ? Standing::declined : Standing::failed;
            payment.void_requested = false;
            effect.event = declined ? "payment.declined" : "payment.failed";
            return {};
        case Verb::capture:
            release(payment.capture_reserved, effect.operation.requested);
            effect.event = declined ? "payment.capture_declined" : "payment.capture_failed";
            return {};
        case Verb::refund:
            release(payment.refund_reserved, effect.operation.requested);
            effect.event = declined ? "payment.refund_declined" : "payment.refund_failed";
            return {};
        case Verb::void_sale:
        case Verb::reverse:
            payment.void_requested = false;
            effect.event = declined ? "payment.void_declined" : "payment.void_failed";
            effect.alarm = "undo_refused";
            return {};
        case Verb::increment:
        case Verb::adjust_tip:
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

}  // namespace postern::domain
