// What the evidence about tips and increments does to the amounts.
#include <gtest/gtest.h>

#include "gateway/domain/transition.hpp"
#include "tests/support/sample_payment.hpp"

namespace postern::domain {
namespace {

using test::usd;
const Timestamp now = test::at_second(100);

// A sale of 10.00, whose tip is now as given.
Payment sale_with(std::int64_t tip, std::int64_t approved = 1000, std::int64_t released = 0) {
    Payment payment = test::sample_payment();
    payment.requested = usd(1000);
    payment.approved = usd(approved);
    payment.captured = usd(1000 + tip);
    payment.tip = usd(tip);
    payment.released = usd(released);
    payment.edit_above = usd(0);
    return payment;
}
Operation tip_operation(std::int64_t tip, OperationStatus status = OperationStatus::prepared) {
    Operation operation = test::sample_operation();
    operation.verb = Verb::adjust_tip;
    operation.status = status;
    operation.requested = usd(1000 + tip);
    operation.tip = usd(tip);
    operation.approved.reset();
    return operation;
}

struct TipCase {
    std::string_view name;
    Payment before;
    std::int64_t tip, captured, approved, released;
};
class TipApproved : public testing::TestWithParam<TipCase> {};
TEST_P(TipApproved, ReplacesTheTipAndKeepsTheLimits) {
    const auto& row = GetParam();
    const auto operation = tip_operation(row.tip);
    const auto effect = apply(row.before, operation, ApprovedClaim{operation.requested, {}}, now);
    ASSERT_TRUE(effect);
    const Payment& after = effect->payment;
    EXPECT_EQ(after.tip, usd(row.tip));
    EXPECT_EQ(after.captured, usd(row.captured));
    EXPECT_EQ(after.approved, usd(row.approved));
    EXPECT_EQ(after.released, usd(row.released));
    EXPECT_FALSE(after.edit_above);
    EXPECT_EQ(after.state(), PaymentState::captured);
}
INSTANTIATE_TEST_SUITE_P(Table, TipApproved, testing::Values(
    TipCase{"first",            sale_with(0), 200, 1200, 1200, 0},
    TipCase{"higher",           sale_with(200, 1200), 300, 1300, 1300, 0},
    TipCase{"lower",            sale_with(200, 1200), 50, 1050, 1200, 150},
    TipCase{"none",             sale_with(200, 1200), 0, 1000, 1200, 200},
    TipCase{"the_same",         sale_with(200, 1200), 200, 1200, 1200, 0},
    TipCase{"back_up",          sale_with(0, 1200, 200), 150, 1150, 1200, 50},
    TipCase{"back_up_and_over", sale_with(0, 1200, 200), 250, 1250, 1250, 0}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Tips, OfAHoldThatHadMoreComeOutOfItFirst) {
    Payment payment = sale_with(0);
    payment.approved = payment.requested = usd(1100);  // 1000 of it captured
    const auto operation = tip_operation(150);
    const auto effect = apply(payment, operation, ApprovedClaim{usd(1150), {}}, now);
    EXPECT_EQ(effect->payment.approved, usd(1150));
    EXPECT_EQ(effect->payment.capturable(), usd(0));
}

TEST(Tips, AreAllOrNothing) {
    for (const std::int64_t amount : {1199, 1201, 0})
        EXPECT_EQ(apply(sale_with(0), tip_operation(200), ApprovedClaim{usd(amount), {}}, now).error().code,
                  "approval_does_not_fit");
}

TEST(Tips, OfARefusedAdjustmentStay) {
    const auto effect = apply(sale_with(100, 1100), tip_operation(200), DeclinedClaim{}, now);
    EXPECT_EQ(effect->payment.tip, usd(100));
    EXPECT_EQ(effect->payment.captured, usd(1100));
    EXPECT_FALSE(effect->payment.edit_above);
    EXPECT_EQ(effect->alarm, "");
}

TEST(Tips, OfAnUnknownAdjustmentBlockWhatFollows) {
    const auto effect = apply(sale_with(100, 1100), tip_operation(200), UnknownClaim{Goal::complete, "lost"}, now);
    EXPECT_TRUE(effect->payment.edit_above);
    EXPECT_EQ(effect->payment.tip, usd(100));
    EXPECT_EQ(may_start(effect->payment, Request::adjust_tip, usd(1200)).error().code, "operation_in_progress");
}

TEST(Tips, ThatCameThroughAfterAllAreSaidAgain) {
    Payment payment = sale_with(100, 1100);
    payment.edit_above.reset();
    const auto late = ApprovedClaim{usd(1200), {}};
    const auto effect = apply(payment, tip_operation(200, OperationStatus::failed), late, now);
    EXPECT_TRUE(effect->undo);
    EXPECT_TRUE(effect->payment.edit_above);  // nothing else may start before the books' tip is at the processor again
    EXPECT_EQ(effect->alarm, "undo_needed");
    EXPECT_EQ(effect->payment.tip, usd(100));

    payment.edit_above = usd(0);  // another edit is running: people look
    const auto beside = apply(payment, tip_operation(200, OperationStatus::failed), late, now);
    EXPECT_FALSE(beside->undo);
    EXPECT_EQ(beside->alarm, "tip_differs");

    payment.edit_above.reset();  // what came through is what the books say anyway
    const auto same = apply(payment, tip_operation(100, OperationStatus::failed), ApprovedClaim{usd(1100), {}}, now);
    EXPECT_FALSE(same->undo);
    EXPECT_EQ(same->alarm, "");
}

TEST(Tips, ThatCannotBeSaidAgainAreForPeople) {
    Operation again = tip_operation(100);
    again.undoes = *OperationId::parse("op_" + test::body26);
    EXPECT_EQ(apply(sale_with(100, 1100), again, DeclinedClaim{}, now)->alarm, "tip_differs");
}

TEST(Tips, OfACaptureAreAPartOfIt) {
    Payment payment = test::sample_payment();
    payment.capture_reserved = usd(1250);
    Operation operation = test::sample_operation();
    operation.verb = Verb::capture;
    operation.status = OperationStatus::prepared;
    operation.tip = usd(250);
    const auto effect = apply(payment, operation, ApprovedClaim{usd(1250), {}}, now);
    EXPECT_EQ(effect->payment.captured, usd(1250));
    EXPECT_EQ(effect->payment.tip, usd(250));
    EXPECT_EQ(effect->payment.approved, usd(1250));
}

TEST(Tips, OfACaptureAboveTheHoldRaiseWhatIsApprovedOnlyOnceTheyAre) {
    Payment payment = test::sample_payment();
    payment.capture_reserved = usd(1500);
    payment.edit_above = usd(250);
    Operation operation = test::sample_operation();
    operation.verb = Verb::capture;
    operation.status = OperationStatus::prepared;
    operation.requested = usd(1500);
    operation.tip = usd(300);
    const auto yes = apply(payment, operation, ApprovedClaim{usd(1500), {}}, now);
    EXPECT_EQ(yes->payment.approved, usd(1500));
    EXPECT_EQ(yes->payment.captured, usd(1500));
    EXPECT_FALSE(yes->payment.edit_above);
    const auto no = apply(payment, operation, DeclinedClaim{}, now);
    EXPECT_EQ(no->payment.approved, usd(1250));
    EXPECT_FALSE(no->payment.edit_above);
    EXPECT_EQ(no->payment.capturable(), usd(1250));
    EXPECT_EQ(payment.capturable(), usd(0));
}

TEST(Tips, GoWithTheVoidedSale) {
    Payment payment = sale_with(200, 1200);
    payment.edit_above.reset();
    payment.void_requested = true;
    Operation undo = test::sample_operation();
    undo.verb = Verb::reverse;
    undo.status = OperationStatus::prepared;
    undo.requested = usd(1200);
    const auto effect = apply(payment, undo, ApprovedClaim{usd(1200), {}}, now);
    EXPECT_EQ(effect->payment.tip, usd(0));
    EXPECT_EQ(effect->payment.released, usd(1200));
}

TEST(Increments, RaiseWhatIsApproved) {
    Payment payment = test::sample_payment();
    payment.edit_above = usd(0);
    Operation operation = test::sample_operation();
    operation.verb = Verb::increment;
    operation.status = OperationStatus::prepared;
    operation.requested = usd(300);
    EXPECT_EQ(apply(payment, operation, ApprovedClaim{usd(300), {}}, now)->payment.approved, usd(1550));
    EXPECT_EQ(apply(payment, operation, DeclinedClaim{}, now)->payment.approved, usd(1250));
    EXPECT_EQ(apply(payment, operation, ApprovedClaim{usd(301), {}}, now).error().code, "approval_does_not_fit");
    operation.status = OperationStatus::failed;
    const auto late = apply(payment, operation, ApprovedClaim{usd(300), {}}, now);
    EXPECT_EQ(late->alarm, "hold_differs");
    EXPECT_FALSE(late->undo);
}

}  // namespace
}  // namespace postern::domain
