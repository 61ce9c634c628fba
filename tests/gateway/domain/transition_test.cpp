#include "gateway/domain/transition.hpp"

#include <gtest/gtest.h>

#include "tests/support/sample_payment.hpp"

namespace postern::domain {
namespace {

using test::usd;
const Timestamp now = test::at_second(100);

constexpr std::array statuses{OperationStatus::prepared, OperationStatus::approved, OperationStatus::declined,
                              OperationStatus::failed, OperationStatus::unknown};
constexpr std::array supported{Verb::authorize, Verb::sale, Verb::capture, Verb::void_sale, Verb::reverse, Verb::refund,
                               Verb::increment, Verb::adjust_tip};
constexpr std::array unsupported{Verb::verify, Verb::batch_close};

Claim claim_of(ClaimKind kind, std::int64_t amount = 1250) {
    switch (kind) {
        case ClaimKind::approved: return ApprovedClaim{usd(amount), {{"RefNo", "7"}}};
        case ClaimKind::declined: return DeclinedClaim{{DeclineReason::generic, "000000 DECLINE", false}};
        case ClaimKind::not_sent: return NotSentClaim{"closed"};
        case ClaimKind::refused: return RefusedClaim{"processor_refused", "100201"};
        case ClaimKind::unknown: return UnknownClaim{Goal::complete, "answer_lost"};
        case ClaimKind::lapsed: return LapsedClaim{};
    }
    __builtin_unreachable();
}
constexpr std::array kinds{ClaimKind::approved, ClaimKind::declined, ClaimKind::not_sent, ClaimKind::refused,
                           ClaimKind::unknown};

struct Situation {
    Payment payment = test::sample_payment();
    Operation operation = test::sample_operation();
};
// A payment just as it may be while an operation of this verb and status exists.
Situation situation(Verb verb, OperationStatus status = OperationStatus::prepared) {
    Situation made;
    made.operation.verb = verb;
    made.operation.status = status;
    made.operation.approved.reset();
    if (status == OperationStatus::approved) made.operation.approved = usd(1250);
    made.operation.reference.clear();
    Payment& payment = made.payment;
    const bool open = !is_final(status);
    if (verb == Verb::authorize || verb == Verb::sale) {
        payment.approved = usd(0);
        payment.standing = Standing::pending;
        if (status == OperationStatus::declined) payment.standing = Standing::declined;
        if (status == OperationStatus::failed) payment.standing = Standing::failed;
    }
    if (verb == Verb::capture && open) payment.capture_reserved = usd(1250);
    if (verb == Verb::refund) payment.captured = usd(1250);
    if (verb == Verb::refund && open) payment.refund_reserved = usd(1250);
    if (verb == Verb::increment && open) payment.edit_above = usd(0);
    if (verb == Verb::adjust_tip) {  // of a sale of 10.50, to 2.00
        payment.captured = usd(1050);
        payment.approved = payment.requested = usd(1050);
        made.operation.tip = usd(200);
        if (open) payment.edit_above = usd(0);
    }
    if (verb == Verb::reverse || verb == Verb::void_sale) payment.void_requested = open;
    return made;
}

TEST(Transitions, EveryPairOfAKnownVerbHasARowAndNoOther) {
    for (const auto status : statuses) {
        for (const auto kind : kinds) {
            for (const auto verb : supported) {
                EXPECT_TRUE(has_row(status, verb, kind));
                const auto [payment, operation] = situation(verb, status);
                EXPECT_TRUE(apply(payment, operation, claim_of(kind), now)) << to_text(verb) << to_text(status);
            }
            for (const auto verb : unsupported) {
                const auto [payment, operation] = situation(verb, status);
                EXPECT_FALSE(has_row(status, verb, kind));
                EXPECT_EQ(apply(payment, operation, claim_of(kind), now).error().code, "no_such_transition");
            }
        }
    }
}

// Money rule 2: nothing moves what is final, whatever is claimed.
TEST(Transitions, FinalOperationsNeverChange) {
    for (const auto status : {OperationStatus::approved, OperationStatus::declined, OperationStatus::failed}) {
        for (const auto verb : supported) {
            for (const auto kind : kinds) {
                const auto [payment, operation] = situation(verb, status);
                const auto effect = apply(payment, operation, claim_of(kind), now);
                ASSERT_TRUE(effect);
                EXPECT_FALSE(effect->changes_state);
                EXPECT_EQ(effect->operation.status, status);
                EXPECT_EQ(effect->operation.approved, operation.approved);
                EXPECT_EQ(effect->payment.standing, payment.standing);
                EXPECT_EQ(effect->payment.approved, payment.approved);
                EXPECT_EQ(effect->payment.captured, payment.captured);
                EXPECT_EQ(effect->payment.tip, payment.tip);
                EXPECT_TRUE(effect->event.empty());
            }
        }
    }
}

TEST(Transitions, ApprovalOfWhatWasDeclinedOrFailedIsUndoneWithItsReference) {
    for (const auto status : {OperationStatus::declined, OperationStatus::failed}) {
        for (const auto verb : {Verb::authorize, Verb::sale, Verb::capture}) {
            const auto [payment, operation] = situation(verb, status);
            const auto effect = apply(payment, operation, claim_of(ClaimKind::approved), now);
            EXPECT_TRUE(effect->undo);
            EXPECT_EQ(effect->alarm, "undo_needed");
            EXPECT_EQ(effect->operation.reference.at("RefNo"), "7");
        }
        const auto [payment, operation] = situation(Verb::refund, status);
        const auto effect = apply(payment, operation, claim_of(ClaimKind::approved), now);
        EXPECT_FALSE(effect->undo);
        EXPECT_EQ(effect->alarm, "return_after_failure");
    }
}

TEST(Transitions, ApprovalToldAgainIsNoNewsButAnotherOneIs) {
    auto [payment, operation] = situation(Verb::sale, OperationStatus::approved);
    operation.reference = {{"RefNo", "7"}};
    EXPECT_EQ(apply(payment, operation, claim_of(ClaimKind::approved), now)->alarm, "");
    operation.reference = {{"RefNo", "8"}};
    EXPECT_EQ(apply(payment, operation, claim_of(ClaimKind::approved), now)->alarm, "approval_differs");
    EXPECT_EQ(apply(payment, operation, claim_of(ClaimKind::declined), now)->alarm, "evidence_contradicts");
}

struct EffectCase {
    std::string_view name;
    Verb verb;
    ClaimKind claim;
    std::int64_t amount;
    PaymentState state;
    std::string_view event;
    bool undo;
};
class OpenOperations : public testing::TestWithParam<EffectCase> {};

TEST_P(OpenOperations, MoveByEvidence) {
    for (const auto status : {OperationStatus::prepared, OperationStatus::unknown}) {
        const auto& [name, verb, kind, amount, state, event, undo] = GetParam();
        const auto [payment, operation] = situation(verb, status);
        const auto effect = apply(payment, operation, claim_of(kind, amount), now);
        ASSERT_TRUE(effect);
        EXPECT_TRUE(effect->changes_state);
        EXPECT_TRUE(is_final(effect->operation.status));
        EXPECT_EQ(to_text(effect->payment.state()), to_text(state));
        EXPECT_EQ(effect->event, event);
        EXPECT_EQ(effect->undo, undo);
        EXPECT_TRUE(effect->payment.capture_reserved.is_zero());
        EXPECT_TRUE(effect->payment.refund_reserved.is_zero());
        EXPECT_EQ(effect->payment.void_requested, undo);
        EXPECT_FALSE(effect->payment.edit_above);
    }
}
using enum ClaimKind;
INSTANTIATE_TEST_SUITE_P(Table, OpenOperations, testing::Values(
    EffectCase{"authorized",        Verb::authorize, approved, 1250, PaymentState::authorized, "payment.authorized", false},
    EffectCase{"sold",              Verb::sale,      approved, 1250, PaymentState::captured, "payment.captured", false},
    EffectCase{"partly_authorized", Verb::authorize, approved, 1249, PaymentState::partially_authorized, "payment.partially_authorized", true},
    EffectCase{"partly_sold",       Verb::sale,      approved, 400, PaymentState::partially_authorized, "payment.partially_authorized", true},
    EffectCase{"declined",          Verb::authorize, declined, 0, PaymentState::declined, "payment.declined", false},
    EffectCase{"not_sent",          Verb::sale,      not_sent, 0, PaymentState::failed, "payment.failed", false},
    EffectCase{"refused",           Verb::authorize, refused, 0, PaymentState::failed, "payment.failed", false},
    EffectCase{"captured",          Verb::capture,   approved, 1250, PaymentState::captured, "payment.captured", false},
    EffectCase{"captured_less",     Verb::capture,   approved, 1000, PaymentState::partially_captured, "payment.captured", false},
    EffectCase{"capture_declined",  Verb::capture,   declined, 0, PaymentState::authorized, "payment.capture_declined", false},
    EffectCase{"capture_not_sent",  Verb::capture,   not_sent, 0, PaymentState::authorized, "payment.capture_failed", false},
    EffectCase{"refunded",          Verb::refund,    approved, 1250, PaymentState::refunded, "payment.refunded", false},
    EffectCase{"refund_refused",    Verb::refund,    refused, 0, PaymentState::captured, "payment.refund_failed", false},
    EffectCase{"incremented",       Verb::increment, approved, 1250, PaymentState::authorized, "payment.incremented", false},
    EffectCase{"not_incremented",   Verb::increment, declined, 0, PaymentState::authorized, "payment.increment_declined", false},
    EffectCase{"increment_lost",    Verb::increment, not_sent, 0, PaymentState::authorized, "payment.increment_failed", false},
    EffectCase{"tip_adjusted",      Verb::adjust_tip, approved, 1250, PaymentState::captured, "payment.tip_adjusted", false},
    EffectCase{"tip_declined",      Verb::adjust_tip, declined, 0, PaymentState::captured, "payment.tip_adjust_declined", false},
    EffectCase{"tip_refused",       Verb::adjust_tip, refused, 0, PaymentState::captured, "payment.tip_adjust_failed", false},
    EffectCase{"reversed",          Verb::reverse,   approved, 1250, PaymentState::voided, "payment.voided", false},
    EffectCase{"void_sale_done",    Verb::void_sale, approved, 1250, PaymentState::voided, "payment.voided", false},
    EffectCase{"void_declined",     Verb::reverse,   declined, 0, PaymentState::authorized, "payment.void_declined", false}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Transitions, ApprovalThatCannotBeOursIsRefused) {
    for (const auto verb : {Verb::authorize, Verb::sale, Verb::capture, Verb::refund}) {
        const auto [payment, operation] = situation(verb);
        for (const std::int64_t amount : {1251, 0, -1}) {
            EXPECT_EQ(apply(payment, operation, claim_of(approved, amount), now).error().code, "approval_does_not_fit");
        }
        const Claim foreign = ApprovedClaim{*Money::of_minor(1250, Currency::eur), {}};
        EXPECT_EQ(apply(payment, operation, foreign, now).error().code, "approval_does_not_fit");
    }
}

TEST(Transitions, UnknownKeepsItsStartAndAGoalOfUndo) {
    auto [payment, operation] = situation(Verb::authorize);
    const auto first = apply(payment, operation, claim_of(unknown), now);
    EXPECT_EQ(first->operation.status, OperationStatus::unknown);
    EXPECT_EQ(first->operation.goal, Goal::complete);
    EXPECT_EQ(first->event, "payment.outcome_unknown");
    const auto second = apply(payment, first->operation, claim_of(unknown), now + std::chrono::hours{1});
    EXPECT_FALSE(second->changes_state);
    EXPECT_EQ(second->operation.unknown_since, now);
    payment.void_requested = true;
    const auto undo = apply(payment, first->operation, claim_of(unknown), now);
    EXPECT_EQ(undo->operation.goal, Goal::undo);
    EXPECT_EQ(apply(payment, undo->operation, claim_of(unknown), now)->operation.goal, Goal::undo);
}

TEST(Transitions, WantedUndoMakesAnApprovalGoBackAndANoEndTheVoid) {
    auto [payment, operation] = situation(Verb::authorize, OperationStatus::unknown);
    payment.void_requested = true;
    EXPECT_TRUE(apply(payment, operation, claim_of(approved), now)->undo);
    const auto no = apply(payment, operation, claim_of(declined), now);
    EXPECT_FALSE(no->undo);
    EXPECT_FALSE(no->payment.void_requested);
}

TEST(Transitions, UndoOfAStrayApprovalLeavesThePaymentAlone) {
    auto [payment, operation] = situation(Verb::reverse);
    payment.void_requested = false;
    const auto effect = apply(payment, operation, claim_of(approved), now);
    EXPECT_EQ(effect->payment.state(), PaymentState::authorized);
    EXPECT_EQ(effect->event, "payment.stray_approval_undone");
}

TEST(Transitions, UndoOfACapturedPaymentReleasesAllOfIt) {
    auto [payment, operation] = situation(Verb::reverse);
    payment.captured = usd(1250);
    const auto effect = apply(payment, operation, claim_of(approved), now);
    EXPECT_EQ(effect->payment.captured, usd(0));
    EXPECT_EQ(effect->payment.released, usd(1250));
    EXPECT_EQ(effect->payment.approved, usd(1250));
}

const NextAccount elsewhere{*AccountId::parse("acct_" + test::body26.substr(1) + "2"), "stripe"};

TEST(Transitions, AChargeThatNeverLeftMayGoOnElsewhere) {
    for (const auto verb : {Verb::authorize, Verb::sale}) {
        for (const auto status : {OperationStatus::prepared, OperationStatus::unknown}) {
            const auto [payment, operation] = situation(verb, status);
            const auto effect = apply(payment, operation, NotSentClaim{"connect_refused", elsewhere}, now);
            EXPECT_TRUE(effect->moved);
            EXPECT_EQ(effect->operation.status, OperationStatus::failed);
            EXPECT_EQ(effect->operation.failure_code, "connect_refused");
            EXPECT_EQ(effect->operation.account_id, operation.account_id);
            EXPECT_EQ(effect->payment.standing, Standing::pending);
            EXPECT_EQ(effect->payment.account_id, elsewhere.id);
            EXPECT_EQ(effect->payment.processor, "stripe");
            EXPECT_EQ(effect->event, "payment.rerouted");
        }
    }
}

TEST(Transitions, NothingElseGoesOnElsewhere) {
    const NotSentClaim claim{"connect_refused", elsewhere};
    auto wanted_no_more = situation(Verb::sale);
    wanted_no_more.payment.void_requested = true;
    auto elsewhere_already = situation(Verb::sale);
    elsewhere_already.payment.account_id = elsewhere.id;
    for (const auto& [payment, operation] : {wanted_no_more, elsewhere_already, situation(Verb::capture),
                                             situation(Verb::refund), situation(Verb::reverse)}) {
        const auto effect = apply(payment, operation, claim, now);
        EXPECT_FALSE(effect->moved);
        EXPECT_EQ(effect->payment.account_id, payment.account_id);
        EXPECT_EQ(effect->operation.status, OperationStatus::failed);
    }
}

// An account that the payment has left: its stray approval comes back while the payment's own void is under way.
TEST(Transitions, AnUndoAtAnAccountThatWasLeftMovesNothing) {
    auto [payment, operation] = situation(Verb::reverse);
    payment.account_id = elsewhere.id;
    const auto taken_back = apply(payment, operation, claim_of(approved), now);
    EXPECT_EQ(taken_back->payment.state(), PaymentState::authorized);
    EXPECT_TRUE(taken_back->payment.void_requested);
    EXPECT_EQ(taken_back->event, "payment.stray_approval_undone");
    EXPECT_TRUE(apply(payment, operation, claim_of(ClaimKind::declined), now)->payment.void_requested);
}

TEST(Transitions, ACaptureThatEndsItsHoldReleasesWhatNobodyIsTaking) {
    auto [payment, operation] = situation(Verb::capture);
    operation.requested = usd(1000);
    payment.capture_reserved = usd(1100);  // another capture is under way
    const auto effect = apply(payment, operation, ApprovedClaim{usd(1000), {}, false, true}, now);
    ASSERT_TRUE(effect);
    EXPECT_EQ(effect->payment.captured, usd(1000));
    EXPECT_EQ(effect->payment.released, usd(150));
    EXPECT_EQ(effect->payment.capturable(), usd(0));
}

TEST(Transitions, HoldThatMayRemainIsTold) {
    const auto [payment, operation] = situation(Verb::reverse);
    EXPECT_EQ(apply(payment, operation, ApprovedClaim{usd(1250), {}, true}, now)->alarm, "hold_may_remain");
}

}  // namespace
}  // namespace postern::domain
