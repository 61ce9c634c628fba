#include <gtest/gtest.h>

#include "gateway/domain/transition.hpp"
#include "tests/support/sample_payment.hpp"

// Offers of partial approvals, holds whose life is over, and undos that come too late.
namespace postern::domain {
namespace {

using test::usd;
const Timestamp due = test::at_second(3600);

struct Situation {
    Payment payment = test::sample_payment();
    Operation operation = test::sample_operation();
};
// 400 of 1250 were approved, and the caller had said that a part may do.
Situation offered(Verb verb = Verb::authorize) {
    Situation made;
    made.payment.standing = Standing::pending;
    made.payment.approved = usd(0);
    made.payment.partial_approval = PartialApproval::allowed;
    made.operation.verb = verb;
    made.operation.status = OperationStatus::prepared;
    made.operation.approved.reset();
    const auto effect = apply(made.payment, made.operation, ApprovedClaim{usd(400), {}}, test::at_second(0));
    made.payment = effect->payment;
    made.operation = effect->operation;
    made.payment.due_at = due;
    return made;
}
Situation held(std::int64_t captured = 0) {
    Situation made;
    made.payment.captured = usd(captured);
    made.payment.due_at = due;
    return made;
}
Situation undo(const Payment& payment, std::optional<Cause> cause) {
    Situation made;
    made.payment = payment;
    made.payment.void_requested = true;
    made.operation.verb = Verb::reverse;
    made.operation.status = OperationStatus::prepared;
    made.operation.approved.reset();
    made.operation.cause = cause;
    return made;
}
const Claim no_target = DeclinedClaim{{DeclineReason::reversal_target_missing, "NO TRAN FOUND", false}};
const Claim other_no = DeclinedClaim{{DeclineReason::generic, "DECLINE", false}};

TEST(Offers, APartThatMayDoIsOfferedAndNotUndone) {
    for (const Verb verb : {Verb::authorize, Verb::sale}) {
        const auto [payment, operation] = offered(verb);
        EXPECT_EQ(payment.state(), PaymentState::partially_authorized);
        EXPECT_TRUE(payment.is_offered());
        EXPECT_FALSE(payment.void_requested);
        EXPECT_EQ(operation.failure_code, "");
        EXPECT_EQ(may_start(payment, Request::refund, usd(1)).error().code, "payment_not_refundable");
        EXPECT_EQ(may_start(payment, Request::capture, usd(1)).error().code, "partial_approval_not_accepted");
        EXPECT_TRUE(may_start(payment, Request::void_payment, usd(400)));
    }
}

TEST(Offers, AcceptedReadsAsWhatWasApproved) {
    const Payment hold = accepted(offered().payment);
    EXPECT_EQ(hold.state(), PaymentState::authorized);
    EXPECT_EQ(hold.due_at, hold.expires_at) << "then the hold's own life counts";
    EXPECT_TRUE(may_start(hold, Request::capture, usd(400)));
    EXPECT_EQ(may_start(hold, Request::capture, usd(401)).error().code, "amount_exceeds_capturable");
    EXPECT_EQ(may_start(hold, Request::accept, usd(400)).error().code, "nothing_to_accept");
    EXPECT_EQ(accepted(offered(Verb::sale).payment).state(), PaymentState::captured);
}

TEST(Offers, NothingElseCanBeAccepted) {
    EXPECT_EQ(may_start(held().payment, Request::accept, usd(1)).error().code, "nothing_to_accept");
    auto [payment, operation] = offered();
    payment.void_requested = true;
    EXPECT_EQ(may_start(payment, Request::accept, usd(1)).error().code, "void_in_progress");
    payment.void_requested = false;
    payment.standing = Standing::pending;
    EXPECT_EQ(may_start(payment, Request::accept, usd(1)).error().code, "payment_pending");
}

TEST(Offers, EndWithTheirTimeAndNotBefore) {
    const auto [payment, operation] = offered(Verb::sale);
    EXPECT_FALSE(apply(payment, operation, LapsedClaim{}, due - std::chrono::seconds{1})->changes_state);
    const auto effect = apply(payment, operation, LapsedClaim{}, due);
    EXPECT_TRUE(effect->undo);
    EXPECT_EQ(effect->cause, Cause::partial_approval);
    EXPECT_EQ(effect->operation.failure_code, "partial_approval_reversed");
    EXPECT_TRUE(effect->payment.void_requested);
    EXPECT_FALSE(effect->payment.due_at);
    const auto [back, reverse] = undo(effect->payment, effect->cause);
    const auto done = apply(back, reverse, ApprovedClaim{usd(400), {}}, due);
    EXPECT_EQ(done->payment.state(), PaymentState::voided);
    EXPECT_TRUE(done->tender_is_free);
}

TEST(Offers, WhatTheCallerVoidedWasNeverOffered) {
    auto [payment, operation] = offered();
    payment.standing = Standing::pending;
    payment.void_requested = true;
    operation.status = OperationStatus::unknown;
    const auto effect = apply(payment, operation, ApprovedClaim{usd(400), {}}, due);
    EXPECT_TRUE(effect->undo);
    EXPECT_FALSE(effect->cause);
    EXPECT_FALSE(effect->payment.is_offered());
}

TEST(Holds, ThatNobodyCapturedGoBackWhenTheirLifeIsOver) {
    const auto [payment, operation] = held();
    EXPECT_FALSE(apply(payment, operation, LapsedClaim{}, due - std::chrono::seconds{1})->changes_state);
    const auto effect = apply(payment, operation, LapsedClaim{}, due);
    EXPECT_TRUE(effect->undo);
    EXPECT_EQ(effect->cause, Cause::expiry);
    EXPECT_EQ(effect->payment.state(), PaymentState::authorized) << "until the processor has let go";
    for (const Claim& claim : {Claim{ApprovedClaim{usd(1250), {}}}, no_target}) {
        const auto [back, reverse] = undo(effect->payment, effect->cause);
        const auto done = apply(back, reverse, claim, due);
        EXPECT_EQ(done->payment.state(), PaymentState::expired);
        EXPECT_EQ(done->payment.released, usd(1250));
        EXPECT_EQ(done->event, "payment.expired");
        EXPECT_EQ(done->alarm, "");
        EXPECT_FALSE(done->tender_is_free);
    }
}

TEST(Holds, CapturedInPartKeepWhatWasCaptured) {
    const auto [payment, operation] = held(500);
    const auto effect = apply(payment, operation, LapsedClaim{}, due);
    EXPECT_FALSE(effect->undo) << "no processor takes back the rest alone";
    EXPECT_EQ(effect->payment.released, usd(750));
    EXPECT_EQ(effect->payment.captured, usd(500));
    EXPECT_EQ(effect->payment.capturable(), usd(0));
    EXPECT_EQ(effect->event, "payment.expired");
    EXPECT_FALSE(effect->payment.due_at);
    EXPECT_TRUE(may_start(effect->payment, Request::refund, usd(500)));
}

TEST(Holds, OfWhichACaptureOrAnIncrementIsUnderWayWait) {
    Situation captured = held(), incremented = held();
    captured.payment.capture_reserved = usd(500);
    incremented.payment.edit_above = usd(0);
    for (const auto& [payment, operation] : {captured, incremented}) {
        const auto effect = apply(payment, operation, LapsedClaim{}, due);
        EXPECT_FALSE(effect->undo);
        EXPECT_FALSE(effect->payment.void_requested);
        EXPECT_GT(effect->payment.due_at, due);
        EXPECT_EQ(effect->event, "");
    }
}

TEST(Holds, ThatNobodyCanLetGoAreAskedForAgainLater) {
    const auto [back, reverse] = undo(held().payment, Cause::expiry);
    const auto effect = apply(back, reverse, other_no, due);
    EXPECT_EQ(effect->payment.state(), PaymentState::authorized);
    EXPECT_EQ(effect->alarm, "undo_refused");
    EXPECT_GT(effect->payment.due_at, due);
}

TEST(Holds, LeaveTheClockWhenNothingIsHeld) {
    for (const Verb verb : {Verb::sale, Verb::authorize}) {
        auto [payment, operation] = held();
        payment.standing = Standing::pending;
        payment.approved = usd(0);
        operation.verb = verb;
        operation.status = OperationStatus::prepared;
        const auto yes = apply(payment, operation, ApprovedClaim{usd(1250), {}}, due);
        EXPECT_EQ(yes->payment.due_at.has_value(), verb == Verb::authorize);
        EXPECT_FALSE(apply(payment, operation, other_no, due)->payment.due_at);
    }
    auto [payment, operation] = held();
    payment.capture_reserved = usd(1250);
    operation.verb = Verb::capture;
    operation.status = OperationStatus::prepared;
    EXPECT_FALSE(apply(payment, operation, ApprovedClaim{usd(1250), {}}, due)->payment.due_at);
}

TEST(LateUndos, OfACapturedPaymentBecomeARefundOfWhatIsLeft) {
    const auto [back, reverse] = undo(held(1250).payment, std::nullopt);
    const auto effect = apply(back, reverse, no_target, test::at_second(10));
    EXPECT_EQ(effect->refund, usd(1250));
    EXPECT_EQ(effect->cause, Cause::batch_closed);
    EXPECT_EQ(effect->payment.refund_reserved, usd(1250));
    EXPECT_FALSE(effect->payment.void_requested);
    EXPECT_EQ(effect->event, "payment.void_became_refund");
    EXPECT_EQ(effect->operation.status, OperationStatus::declined);
    EXPECT_EQ(effect->alarm, "");
    EXPECT_FALSE(apply(back, reverse, other_no, test::at_second(10))->refund) << "only where the target is gone";
}

TEST(LateUndos, OfAHoldEndItOnlyWhenItsLifeIsOver) {
    const auto [back, reverse] = undo(held().payment, std::nullopt);
    EXPECT_EQ(apply(back, reverse, no_target, test::at_second(10))->alarm, "undo_refused");
    EXPECT_EQ(apply(back, reverse, no_target, due)->payment.state(), PaymentState::expired);
}

TEST(LateUndos, OfAStrayApprovalMoveNothing) {
    auto [back, reverse] = undo(held(1250).payment, std::nullopt);
    back.void_requested = false;
    const auto effect = apply(back, reverse, no_target, due);
    EXPECT_FALSE(effect->refund);
    EXPECT_EQ(effect->alarm, "undo_refused");
    EXPECT_EQ(effect->payment.state(), PaymentState::captured);
}

TEST(Lapses, AreOfApprovedChargesAlone) {
    for (const auto status : {OperationStatus::prepared, OperationStatus::unknown, OperationStatus::declined,
                              OperationStatus::failed})
        EXPECT_FALSE(has_row(status, Verb::authorize, ClaimKind::lapsed));
    for (const auto verb : {Verb::capture, Verb::refund, Verb::reverse, Verb::void_sale})
        EXPECT_FALSE(has_row(OperationStatus::approved, verb, ClaimKind::lapsed));
    EXPECT_TRUE(has_row(OperationStatus::approved, Verb::authorize, ClaimKind::lapsed));
    EXPECT_TRUE(has_row(OperationStatus::approved, Verb::sale, ClaimKind::lapsed));
}

}  // namespace
}  // namespace postern::domain
