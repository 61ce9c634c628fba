#include "tests/gateway/app/gateway_fixture.hpp"

namespace postern::gateway {
namespace {

using domain::PaymentState;
using domain::Verb;
using test::Fault;
using test::usd;

using Voids = GatewayTest;

TEST_F(Voids, ApprovedPaymentGoesBack) {
    const PaymentId id = create("k1", Verb::sale)->payment_id;
    EXPECT_EQ(void_it(id, "k2")->answer.body, "voided reverse approved v4");
    EXPECT_EQ(payment().released, usd(1250));
    EXPECT_EQ(payment().captured, usd(0));
    EXPECT_EQ(vault_.book.standing(operation(0).processor_identity), 0);
    EXPECT_EQ(operation(1).undoes, operation(0).id);
    EXPECT_EQ(void_it(id, "k3").error().code, "payment_not_voidable");
}

TEST_F(Voids, RepeatGetsTheFirstAnswerEvenThoughThePaymentIsVoidedNow) {
    const PaymentId id = create("k1")->payment_id;
    const auto first = void_it(id, "k2");
    const auto again = void_it(id, "k2");
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->answer, first->answer);
}

TEST_F(Voids, CapturedHoldIsUndoneByItsCapture) {
    const PaymentId id = create("k1")->payment_id;
    ASSERT_TRUE(capture(id, "k2"));
    ASSERT_TRUE(void_it(id, "k3"));
    EXPECT_EQ(operation(2).undoes, operation(1).id);
    EXPECT_EQ(payment().state(), PaymentState::voided);
}

TEST_F(Voids, PartlyRefundedOrCapturedInPartsIsRefused) {
    const PaymentId id = create("k1")->payment_id;
    ASSERT_TRUE(capture(id, "k2", usd(500)));
    ASSERT_TRUE(capture(id, "k3", usd(500)));
    EXPECT_EQ(void_it(id, "k4").error().code, "payment_not_voidable");
    ASSERT_TRUE(refund(id, "k5", usd(100)));
    EXPECT_EQ(void_it(id, "k6").error().code, "payment_partly_refunded");
}

TEST_F(Voids, UnknownIsAcceptedAndWhatWasApprovedIsReversed) {
    vault_.faults = {Fault::lose_reply};
    vault_.silence = std::chrono::seconds{30};
    const PaymentId id = create("k1")->payment_id;
    vault_.silence = std::chrono::seconds{0};
    const auto pending = void_it(id, "k2");
    EXPECT_EQ(pending->answer.status, 202);
    EXPECT_TRUE(payment().void_requested);
    EXPECT_EQ(void_it(id, "k3").error().code, "void_in_progress");
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::voided);
    EXPECT_EQ(vault_.book.standing(operation(0).processor_identity), 0);
    EXPECT_EQ(vault_.book.charged.size(), 1U);
    EXPECT_EQ(void_it(id, "k2")->answer.body, "voided authorize approved v5");
}

TEST_F(Voids, UnknownThatNeverArrivedEndsFailedWithNothingToUndo) {
    vault_.faults = {Fault::lose_request};
    vault_.silence = std::chrono::seconds{30};
    const PaymentId id = create("k1")->payment_id;
    vault_.silence = std::chrono::seconds{0};
    ASSERT_EQ(void_it(id, "k2")->answer.status, 202);
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::failed);
    EXPECT_FALSE(payment().void_requested);
    EXPECT_EQ(store_.operations.size(), 1U);
    EXPECT_TRUE(vault_.book.charged.empty());
}

TEST_F(Voids, LostReversalRunsUntilItIsAcknowledged) {
    const PaymentId id = create("k1")->payment_id;
    vault_.faults = {Fault::lose_request, Fault::lose_reply, Fault::unreachable};
    vault_.silence = std::chrono::seconds{12};
    void_it(id, "k2").value();
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::voided);
    EXPECT_EQ(vault_.book.standing(operation(0).processor_identity), 0);
}

TEST_F(Voids, UnreachableVaultDoesNotEndAVoid) {
    const PaymentId id = create("k1")->payment_id;
    vault_.faults = {Fault::unreachable, Fault::unreachable};
    EXPECT_TRUE(void_it(id, "k2")->answer.body.starts_with("voided reverse approved"));
}

TEST_F(Voids, RefusedVoidLeavesThePaymentLiveAndTellsPeople) {
    const PaymentId id = create("k1")->payment_id;
    vault_.faults = {Fault::decline};
    EXPECT_EQ(void_it(id, "k2")->answer.body, "authorized reverse declined v4");
    EXPECT_EQ(observer_.alarms.at(0), "undo_refused");
    EXPECT_TRUE(void_it(id, "k3")->answer.body.starts_with("voided"));
}

}  // namespace
}  // namespace postern::gateway
