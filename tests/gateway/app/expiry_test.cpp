#include "tests/gateway/app/gateway_fixture.hpp"

// Holds whose life is over, and voids that come after the batch's close.
namespace postern::gateway {
namespace {

using domain::PaymentState;
using domain::Verb;
using test::Fault;
using test::usd;
using std::chrono::hours;

class Expiry : public GatewayTest {
protected:
    static constexpr hours life{7 * 24};
    std::int64_t ledger(ledger::Account account) const {
        std::int64_t balance = 0;
        for (const ledger::Entry& entry : store_.entries) {
            if (entry.debit == account) balance += entry.amount.amount_minor();
            if (entry.credit == account) balance -= entry.amount.amount_minor();
        }
        return balance;
    }
};

TEST_F(Expiry, HoldsLiveAsLongAsTheProcessorSaysOfTheBrand) {
    adapter_.can().hold_lives = {{"visa", hours{100}}, {"amex", hours{50}}};
    create("k1").value();
    EXPECT_EQ(payment().expires_at, clock_.now() + hours{100});
    EXPECT_EQ(hold_life(adapter_.capabilities(), "amex"), hours{50});
    EXPECT_EQ(hold_life(adapter_.capabilities(), "jcb"), life);
}

TEST_F(Expiry, AHoldThatNobodyCapturedIsReleasedAtTheProcessor) {
    const PaymentId id = create("k1")->payment_id;
    clock_.move(life - hours{1});
    EXPECT_EQ(lapse(), 0);
    clock_.move(hours{1});
    EXPECT_EQ(capture(id, "k2").error().code, "authorization_expired");
    EXPECT_EQ(lapse(), 1);
    EXPECT_EQ(payment().state(), PaymentState::authorized) << "until the processor has let go";
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::expired);
    EXPECT_EQ(payment().released, usd(1250));
    EXPECT_EQ(vault_.book.standing(operation(0).processor_identity), 0);
    EXPECT_EQ(operation(1).cause, domain::Cause::expiry);
    EXPECT_EQ(ledger(ledger::Account::hold), 0);
    EXPECT_EQ(store_.events.back().type, "payment.expired");
    EXPECT_EQ(lapse(), 0);
    EXPECT_EQ(void_it(id, "k3").error().code, "payment_not_voidable");
}

TEST_F(Expiry, AHoldThatIsGoneAlreadyIsReleasedAllTheSame) {
    create("k1").value();
    clock_.move(life);
    EXPECT_EQ(lapse(), 1);
    vault_.faults = {Fault::no_target};
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::expired);
    EXPECT_EQ(operation(1).status, domain::OperationStatus::declined);
    EXPECT_EQ(ledger(ledger::Account::hold), 0);
    EXPECT_TRUE(observer_.alarms.empty());
}

TEST_F(Expiry, ALostReleaseRunsUntilItIsAcknowledged) {
    create("k1").value();
    clock_.move(life);
    ASSERT_EQ(lapse(), 1);
    vault_.faults = {Fault::lose_request, Fault::lose_reply, Fault::unreachable};
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::expired);
}

TEST_F(Expiry, ARefusedReleaseIsTriedAgainLater) {
    create("k1").value();
    clock_.move(life);
    ASSERT_EQ(lapse(), 1);
    vault_.faults = {Fault::decline};
    resolve();
    EXPECT_EQ(observer_.alarms.at(0), "undo_refused");
    EXPECT_EQ(lapse(), 0) << "not at once";
    clock_.move(hours{1});
    EXPECT_EQ(lapse(), 1);
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::expired);
}

TEST_F(Expiry, CapturedInPartKeepsThatAndReleasesTheRest) {
    const PaymentId id = create("k1")->payment_id;
    ASSERT_TRUE(capture(id, "k2", usd(500)));
    const int messages = vault_.messages;
    clock_.move(life);
    EXPECT_EQ(lapse(), 1);
    EXPECT_EQ(vault_.messages, messages) << "a reversal would take the capture along";
    EXPECT_EQ(payment().state(), PaymentState::captured);
    EXPECT_EQ(payment().released, usd(750));
    EXPECT_EQ(ledger(ledger::Account::hold), 0);
    EXPECT_EQ(ledger(ledger::Account::processor_receivable), 500);
    EXPECT_EQ(store_.events.back().type, "payment.expired");
    EXPECT_EQ(lapse(), 0);
    EXPECT_TRUE(refund(id, "k3"));
}

TEST_F(Expiry, CapturedInFullOrVoidedIsNeverLookedAt) {
    ASSERT_TRUE(capture(create("k1", Verb::authorize, "check 1")->payment_id, "k2"));
    ASSERT_TRUE(void_it(create("k3", Verb::authorize, "check 2")->payment_id, "k4"));
    ASSERT_TRUE(create("k5", Verb::sale, "check 3"));
    clock_.move(life * 2);
    EXPECT_EQ(lapse(), 0);
}

TEST_F(Expiry, ACaptureWhoseAnswerIsLostIsWaitedFor) {
    const PaymentId id = create("k1")->payment_id;
    vault_.faults = {Fault::lose_reply};
    vault_.silence = std::chrono::seconds{30};
    ASSERT_EQ(capture(id, "k2")->answer.status, 202);
    clock_.move(life);
    EXPECT_EQ(lapse(), 1);
    EXPECT_FALSE(payment().void_requested);
    EXPECT_EQ(lapse(), 0);
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::captured);
    clock_.move(life);
    EXPECT_EQ(lapse(), 0);
    EXPECT_EQ(vault_.book.charged.size(), 2U);
    EXPECT_TRUE(vault_.book.reversed.empty());
}

class LateVoids : public GatewayTest {
protected:
    LateVoids() { adapter_.can().batch_closes = processors::DailyClose{"America/New_York", 240}; }
};

TEST_F(LateVoids, BeforeTheCloseReverseAndAfterItRefund) {
    const PaymentId before = create("k1", Verb::sale, "check 1")->payment_id;
    EXPECT_TRUE(void_it(before, "k2")->answer.body.starts_with("voided reverse approved"));
    const PaymentId after = create("k3", Verb::sale, "check 2")->payment_id;
    clock_.move(hours{24});
    const int messages = vault_.messages;
    EXPECT_TRUE(void_it(after, "k4")->answer.body.starts_with("refunded refund approved"));
    EXPECT_EQ(vault_.messages, messages + 1) << "nothing asks for what cannot be";
    EXPECT_EQ(void_it(after, "k5").error().code, "payment_not_voidable");
}

TEST_F(LateVoids, RefundWhatIsLeft) {
    const PaymentId id = create("k1", Verb::sale)->payment_id;
    ASSERT_TRUE(refund(id, "k2", usd(250)));
    clock_.move(hours{24});
    EXPECT_TRUE(void_it(id, "k3")->answer.body.starts_with("refunded refund approved"));
    EXPECT_EQ(payment().refunded, usd(1250));
}

TEST_F(LateVoids, AHoldHasNoBatch) {
    const PaymentId id = create("k1")->payment_id;
    clock_.move(hours{24});
    EXPECT_TRUE(void_it(id, "k2")->answer.body.starts_with("voided reverse approved"));
}

TEST_F(LateVoids, BecomeARefundWhereTheProcessorSaysThatTheItemIsGone) {
    resolve_meanwhile();
    const PaymentId id = create("k1", Verb::sale)->payment_id;
    vault_.faults = {Fault::no_target};
    const auto answer = void_it(id, "k2");
    EXPECT_TRUE(answer->answer.body.starts_with("refunded refund approved")) << answer->answer.body;
    EXPECT_EQ(payment().refunded, usd(1250));
    EXPECT_EQ(vault_.book.refunded.size(), 1U);
    EXPECT_EQ(operation(2).cause, domain::Cause::batch_closed);
    EXPECT_EQ(operation(2).undoes, operation(0).id);
    const auto again = void_it(id, "k2");
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->answer.body, answer->answer.body);
}

TEST_F(LateVoids, AnswerPendingWhileTheirRefundIsUnderWay) {
    const PaymentId id = create("k1", Verb::sale)->payment_id;
    vault_.faults = {Fault::no_target};
    const auto answer = void_it(id, "k2");
    EXPECT_EQ(answer->answer.status, 202);
    EXPECT_TRUE(answer->answer.body.starts_with("captured refund prepared")) << answer->answer.body;
    EXPECT_EQ(refund(id, "k3").error().code, "payment_not_refundable") << "all of it is on its way back";
    resolve();
    EXPECT_TRUE(void_it(id, "k2")->answer.body.starts_with("refunded refund approved"));
}

TEST_F(LateVoids, RunTheirRefundUntilItIsAnswered) {
    const PaymentId id = create("k1", Verb::sale)->payment_id;
    vault_.faults = {Fault::no_target, Fault::unreachable, Fault::lose_reply};
    ASSERT_EQ(void_it(id, "k2")->answer.status, 202);
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::refunded);
    EXPECT_EQ(vault_.book.refunded.size(), 1U);
}

TEST_F(LateVoids, WhoseRefundIsRefusedAreToldToPeople) {
    const PaymentId id = create("k1", Verb::sale)->payment_id;
    vault_.faults = {Fault::no_target, Fault::decline};
    ASSERT_EQ(void_it(id, "k2")->answer.status, 202);
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::captured);
    EXPECT_EQ(observer_.alarms.at(0), "undo_refused");
    EXPECT_TRUE(void_it(id, "k2")->answer.body.starts_with("captured refund declined"));
}

class CheckPolicies : public GatewayTest {
protected:
    CheckPolicies() { adapter_.can().tells_checks = true; }
};

TEST_F(CheckPolicies, VoidTakesTheApprovalBackBeforeTheAnswer) {
    directory_.checks = {domain::CheckAction::void_payment, domain::CheckAction::accept};
    vault_.checks_told = " avs";
    resolve_meanwhile();
    const auto answer = create("k1", Verb::sale);
    EXPECT_TRUE(answer->answer.body.starts_with("voided sale approved")) << answer->answer.body;
    EXPECT_EQ(operation(0).failure_code, "checks_failed");
    EXPECT_EQ(operation(1).cause, domain::Cause::checks);
    EXPECT_EQ(vault_.book.standing(operation(0).processor_identity), 0);
    EXPECT_TRUE(store_.tenders.empty());
    vault_.checks_told = " cvv";
    EXPECT_TRUE(create("k2", Verb::sale)->answer.body.starts_with("captured sale approved"));
}

TEST_F(CheckPolicies, FlagStandsOnThePayment) {
    directory_.checks = {domain::CheckAction::flag, domain::CheckAction::flag};
    vault_.checks_told = " cvv";
    ASSERT_TRUE(create("k1"));
    EXPECT_EQ(payment().flags, (domain::FailedChecks{false, true}));
    EXPECT_EQ(operation(0).checks.cvv, domain::CvvResult::no_match);
}

TEST_F(CheckPolicies, TheRuleIsTheOneOfThePaymentsBeginning) {
    directory_.checks = {domain::CheckAction::flag, domain::CheckAction::accept};
    vault_.checks_told = " avs";
    vault_.faults = {Fault::garbage};
    vault_.silence = std::chrono::seconds{0};
    ASSERT_TRUE(create("k1"));
    directory_.checks = {};
    resolve();
    EXPECT_EQ(payment().flags, (domain::FailedChecks{true, false}));
}

}  // namespace
}  // namespace postern::gateway
