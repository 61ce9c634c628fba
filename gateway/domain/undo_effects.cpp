#include <algorithm>

#include "gateway/domain/effects.hpp"

// What takes a payment back, and what the clock ends.
namespace postern::domain {
namespace {

constexpr std::chrono::hours undo_pause{1};       // until the clock asks again for what a processor refused to undo
constexpr std::chrono::minutes edit_pause{5};  // and looks again at a hold of which a capture or an increment is under way

// Takes a payment to its end with all that was held of it let go.
void end(Effect& effect, Standing standing) {
    Payment& payment = effect.payment;
    effect.tender_is_free = payment.is_partial() || effect.operation.cause == Cause::checks;
    payment.standing = standing;
    payment.void_requested = false;
    payment.captured = payment.tip = Money::zero(payment.approved.currency());
    payment.released = payment.approved;
    effect.event = standing == Standing::expired ? "payment.expired" : "payment.voided";
}

// An undo whose target the processor does not know any more: a hold whose life is over is gone all the same, and of
// what was captured the batch has closed, so that it is refunded instead. False: neither explains it.
bool target_is_gone(Effect& effect, Timestamp now) {
    Payment& payment = effect.payment;
    const bool is_over = effect.operation.cause == Cause::expiry || (payment.expires_at && *payment.expires_at <= now);
    if (payment.captured.is_zero() && is_over) {
        end(effect, Standing::expired);
        return true;
    }
    if (payment.refundable().is_zero()) return false;
    effect.refund = payment.refundable();
    effect.cause = Cause::batch_closed;
    effect.event = "payment.void_became_refund";
    payment.refund_reserved = *payment.refund_reserved.plus(*effect.refund);
    payment.void_requested = false;
    return true;
}

}  // namespace

// Where nobody asked to void the payment, or it went on elsewhere, the undo took back a stray approval that the amounts never counted.
Status undo_approved(Effect& effect, const Claim& claim, Timestamp) {
    const auto& approval = std::get<ApprovedClaim>(claim);
    approve(effect, approval);
    if (approval.hold_may_remain) effect.alarm = "hold_may_remain";
    Payment& payment = effect.payment;
    if (payment.standing != Standing::live || !payment.void_requested || !is_current(effect)) {
        effect.event = "payment.stray_approval_undone";
        return {};
    }
    end(effect, effect.operation.cause == Cause::expiry ? Standing::expired : Standing::voided);
    return {};
}

// A void that did not happen is no void: people must hear of it, and the clock asks again where it asked before.
Status undo_refused(Effect& effect, bool declined, Timestamp now) {
    Payment& payment = effect.payment;
    const auto& decline = effect.operation.decline;
    const bool was_wanted = payment.standing == Standing::live && payment.void_requested && is_current(effect);
    const bool no_target = declined && decline && decline->reason == DeclineReason::reversal_target_missing;
    if (was_wanted && no_target && target_is_gone(effect, now)) return {};
    if (is_current(effect)) payment.void_requested = false;
    if (was_wanted) payment.due_at = std::max(payment.expires_at.value_or(now), now + undo_pause);
    effect.event = declined ? "payment.void_declined" : "payment.void_failed";
    effect.alarm = "undo_refused";
    return {};
}

// An offer that was not accepted, or a hold that nobody captured, goes back by an undo; of a hold that was captured in
// part no processor takes the rest back alone, it ends by itself.
Status lapsed(Effect& effect, const Claim&, Timestamp now) {
    Payment& payment = effect.payment;
    const bool is_due = payment.due_at && *payment.due_at <= now;
    if (payment.standing != Standing::live || payment.void_requested || !is_due) return {};
    effect.changes_state = true;
    if (payment.is_partial()) {
        payment.partial_approval = PartialApproval::refused;
        payment.void_requested = true;
        take_back(effect, Cause::partial_approval);
        return {};
    }
    if (!payment.capture_reserved.is_zero() || payment.edit_above) {
        payment.due_at = now + edit_pause;
        return {};
    }
    if (payment.captured.is_zero()) {
        payment.void_requested = true;
        effect.undo = true;
        effect.cause = Cause::expiry;
        return {};
    }
    effect.event = "payment.expired";
    return add(payment.released, payment.capturable());
}

}  // namespace postern::domain
