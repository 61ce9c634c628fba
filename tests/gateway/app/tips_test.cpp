#include "tests/gateway/app/gateway_fixture.hpp"

namespace postern::gateway {
namespace {

using domain::OperationStatus;
using domain::PaymentState;
using domain::Verb;
using test::Fault;
using test::usd;

class Tips : public GatewayTest {
protected:
    struct Allowed {
        int above_percent = 0;
        bool adjust = false, increment = false;
    };
    Tips() { rule({.above_percent = 20, .adjust = true, .increment = true}); }

    void rule(Allowed allowed) {
        services_.settings.tip_rules = domain::TipRules{{{.name = "restaurants", .valid_from = "2020-01-01", .brands = {},
                                                          .categories = {}, .funding = {}, .after_partial_approval = {},
                                                          .above_percent = allowed.above_percent,
                                                          .may_adjust = allowed.adjust,
                                                          .may_increment = allowed.increment}}};
    }
    PaymentId sold() { return create("sale", Verb::sale)->payment_id; }
    PaymentId held() { return create("hold")->payment_id; }
    static std::string refused(const Result<Response>& response) {
        if (response) return "done " + response->answer.body;
        const Error& error = response.error();
        return std::string(error.code) + (error.field.empty() ? "" : " " + error.field) +
               (error.detail.empty() ? "" : " by " + error.detail);
    }
    std::int64_t booked(ledger::Account account) const {
        std::int64_t sum = 0;
        for (const auto& entry : store_.entries) {
            if (entry.credit == account) sum += entry.amount.amount_minor();
            if (entry.debit == account) sum -= entry.amount.amount_minor();
        }
        return sum;
    }
    void expect_tip(std::int64_t tip, std::int64_t captured) const {
        EXPECT_EQ(payment().tip, usd(tip));
        EXPECT_EQ(payment().captured, usd(captured));
        EXPECT_FALSE(payment().edit_above);
        EXPECT_EQ(booked(ledger::Account::tip), tip);
        EXPECT_EQ(booked(ledger::Account::merchant_payable), captured - tip);
    }
};

TEST_F(Tips, OfACaptureAreBookedApart) {
    EXPECT_EQ(capture_tipped(held(), "k", 1250, 250)->answer.body, "captured capture approved v4");
    expect_tip(250, 1250);
    EXPECT_EQ(operation(1).tip, usd(250));
}

TEST_F(Tips, OfACaptureMayComeAboveTheHoldAsFarAsTheRuleSays) {
    EXPECT_EQ(refused(capture_tipped(held(), "k1", 1501, 300)), "tip_exceeds_tolerance /tip/amount_minor by restaurants");
    EXPECT_EQ(refused(capture_tipped(payment().id, "k2", 1500, 249)), "amount_exceeds_capturable") << "more than the tip";
    EXPECT_EQ(refused(capture_tipped(payment().id, "k3", 1500, 1500)), "tip_exceeds_amount /tip/amount_minor");
    EXPECT_EQ(payment().version, 2);
    EXPECT_EQ(capture_tipped(payment().id, "k4", 1500, 250)->answer.body, "captured capture approved v4");
    expect_tip(250, 1500);
    EXPECT_EQ(payment().approved, usd(1500));
}

TEST_F(Tips, OfACaptureStayWithinTheHoldWhereTheProcessorWantsItSo) {
    adapter_.able().tip_above_authorized = false;
    EXPECT_EQ(refused(capture_tipped(held(), "k1", 1251, 250)), "tip_exceeds_tolerance /tip/amount_minor by restaurants");
    EXPECT_EQ(capture_tipped(payment().id, "k2", 1250, 250)->answer.status, 201);
}

TEST_F(Tips, ReplaceTheOneBefore) {
    const auto id = sold();
    EXPECT_EQ(tip(id, "k1", 200)->answer.body, "captured adjust_tip approved v4");
    expect_tip(200, 1450);
    EXPECT_EQ(tip(id, "k2", 250)->answer.body, "captured adjust_tip approved v6");
    expect_tip(250, 1500);
    tip(id, "k3", 0).value();
    expect_tip(0, 1250);
    EXPECT_EQ(payment().state(), PaymentState::captured);
    EXPECT_EQ(vault_.book.adjusted, 1250);
}

TEST_F(Tips, AreRefusedByTheirRule) {
    const auto id = sold();
    EXPECT_EQ(refused(tip(id, "k1", 251)), "tip_exceeds_tolerance /tip/amount_minor by restaurants");
    tip(id, "k2", 250).value();
    rule({.above_percent = 10, .adjust = true});
    EXPECT_EQ(refused(tip(id, "k3", 251)), "tip_exceeds_tolerance /tip/amount_minor by restaurants");
    EXPECT_EQ(tip(id, "k4", 249)->answer.status, 201) << "lower is always fine";
    rule({.above_percent = 50});
    EXPECT_EQ(refused(tip(id, "k5", 1)), "tip_not_allowed /tip by restaurants");
    services_.settings.tip_rules = domain::TipRules{};
    EXPECT_EQ(refused(tip(id, "k6", 1)), "tip_not_allowed /tip by none");
    std::erase(adapter_.able().verbs, Verb::adjust_tip);
    EXPECT_EQ(refused(tip(id, "k7", 1)), "verb_not_supported");
}

TEST_F(Tips, NeedMoneyThatWasTakenAtOnce) {
    const auto id = held();
    EXPECT_EQ(refused(tip(id, "k1", 100)), "tip_not_adjustable");
    capture(id, "k2", usd(500)).value();
    capture(id, "k3", usd(500)).value();
    EXPECT_EQ(refused(tip(id, "k4", 100)), "tip_not_adjustable") << "of which of the two?";
}

TEST_F(Tips, InAnotherCurrencyAreRefused) {
    const auto id = sold();
    const auto euro = *domain::Money::of_minor(100, domain::Currency::eur);
    EXPECT_EQ(refused(run_result(adjust_tip(services_, context("k", "/tip"), {id, {}, euro}))), "currency_mismatch /tip/currency");
}

TEST_F(Tips, RefusedByTheProcessorLeaveTheOneBefore) {
    const auto id = sold();
    tip(id, "k1", 200).value();
    vault_.faults = {Fault::decline};
    EXPECT_EQ(tip(id, "k2", 250)->answer.body, "captured adjust_tip declined v6");
    expect_tip(200, 1450);
    EXPECT_EQ(store_.events.back().type, "payment.tip_adjust_declined");
}

TEST_F(Tips, WhoseAnswerWasLostAreSentAgainUnderTheirIdentity) {
    const auto id = sold();
    vault_.faults = {Fault::lose_reply};
    EXPECT_EQ(tip(id, "k1", 200)->answer.status, 201);
    expect_tip(200, 1450);
    EXPECT_EQ(store_.events.back().type, "payment.tip_adjusted");
    EXPECT_EQ(vault_.book.charged.size(), 2U);  // the sale, and one tip
}

TEST_F(Tips, WithoutAnAnswerBlockWhatFollowsUntilTheyHaveOne) {
    const auto id = sold();
    vault_.faults = {Fault::lose_reply, Fault::lose_request, Fault::lose_request};
    vault_.silence = std::chrono::seconds{12};
    EXPECT_EQ(tip(id, "k1", 200)->answer.status, 202);
    EXPECT_EQ(payment().tip, usd(0));
    EXPECT_EQ(refused(tip(id, "k2", 250)), "operation_in_progress");
    EXPECT_EQ(refused(refund(id, "k3")), "operation_in_progress");
    EXPECT_EQ(refused(void_it(id, "k4")), "operation_in_progress");
    clock_.move(std::chrono::seconds{60});
    resolve();
    expect_tip(200, 1450);
    EXPECT_EQ(tip(id, "k5", 250)->answer.status, 201);
    expect_tip(250, 1500);
    EXPECT_EQ(vault_.book.adjusted, 1500);
}

TEST_F(Tips, ThatTheProcessorNeverSawEndFailed) {
    const auto id = sold();
    vault_.faults = {Fault::lose_request, Fault::lose_request, Fault::lose_request};
    vault_.silence = std::chrono::seconds{12};
    EXPECT_EQ(tip(id, "k1", 200)->answer.status, 202);
    clock_.move(std::chrono::seconds{60});
    resolve();
    EXPECT_EQ(operation(1).status, OperationStatus::failed);
    expect_tip(0, 1250);
}

TEST_F(Tips, ThatCameThroughAfterTheyFailedAreTakenBack) {
    const auto id = sold();
    tip(id, "k1", 100).value();
    store_.before_record = [this, done = false](const Outcome&) mutable {
        if (std::exchange(done, true)) return;
        auto& row = store_.payments.begin()->second;
        row.payment.edit_above.reset();
        ++row.payment.version;
        store_.operations.at(row.operations.back()).operation.status = OperationStatus::failed;
    };
    EXPECT_TRUE(tip(id, "k2", 250)->answer.body.starts_with("captured adjust_tip failed"));
    EXPECT_EQ(vault_.book.adjusted, 1500);
    EXPECT_EQ(refused(tip(id, "k3", 50)), "operation_in_progress");
    resolve();
    EXPECT_EQ(vault_.book.adjusted, 1350) << "what the books say, said again";
    EXPECT_EQ(operation(3).status, OperationStatus::approved);
    expect_tip(100, 1350);
    EXPECT_EQ(observer_.alarms, std::vector<std::string>{"undo_needed"});
}

TEST_F(Tips, PlannedOnAPaymentThatMovedArePlannedAgain) {
    const auto id = sold();
    store_.before_prepare = [done = false](test::FakePaymentStore::PaymentRow& row) mutable {
        if (!std::exchange(done, true)) ++row.payment.version;
    };
    EXPECT_EQ(tip(id, "k1", 200)->answer.status, 201);
    expect_tip(200, 1450);
    store_.before_prepare = [](test::FakePaymentStore::PaymentRow& row) { ++row.payment.version; };
    EXPECT_EQ(refused(tip(id, "k2", 250)), "operation_in_progress");
}

TEST_F(Tips, AtAStaleVersionAreRefused) {
    const auto id = sold();
    auto stale = context("k1", id.text() + "/tip");
    stale.if_versions = {1};
    EXPECT_EQ(refused(run_result(adjust_tip(services_, stale, {id, {}, usd(100)}))), "precondition_failed");
    EXPECT_EQ(operation(0).verb, Verb::sale);
    EXPECT_EQ(store_.operations.size(), 1U);
}

TEST_F(Tips, UnderAUsedKeyAreToldAgainOrRefused) {
    const auto id = sold();
    const auto first = tip(id, "k1", 200);
    const auto again = tip(id, "k1", 200);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->answer, first->answer);
    EXPECT_EQ(refused(tip(id, "k1", 201)), "idempotency_key_reused /tip/amount_minor");
}

TEST_F(Tips, GoBackWithTheSale) {
    const auto id = sold();
    tip(id, "k1", 200).value();
    EXPECT_EQ(void_it(id, "k2")->answer.body, "voided reverse approved v6");
    EXPECT_EQ(operation(2).requested, usd(1450));
    expect_tip(0, 0);
}

TEST_F(Tips, AreRefundedLast) {
    const auto id = sold();
    tip(id, "k1", 200).value();
    refund(id, "k2", usd(1250)).value();
    EXPECT_EQ(booked(ledger::Account::tip), 200);
    refund(id, "k3").value();
    EXPECT_EQ(booked(ledger::Account::tip), 0);
    EXPECT_EQ(booked(ledger::Account::processor_receivable), 0);
    EXPECT_EQ(refused(tip(id, "k4", 100)), "payment_partly_refunded");
}

TEST_F(Tips, AnIncrementRaisesTheHoldAndWhatATipIsMeasuredBy) {
    const auto id = held();
    EXPECT_EQ(increment(id, "k1", 750)->answer.body, "authorized increment approved v4");
    EXPECT_EQ(payment().approved, usd(2000));
    EXPECT_EQ(booked(ledger::Account::hold), -2000);
    EXPECT_EQ(store_.events.back().type, "payment.incremented");
    EXPECT_EQ(refused(capture_tipped(id, "k2", 2401, 500)), "tip_exceeds_tolerance /tip/amount_minor by restaurants");
    capture_tipped(id, "k3", 2400, 400).value();
    expect_tip(400, 2400);
    EXPECT_EQ(refused(increment(id, "k4", 1)), "payment_not_incrementable");
}

TEST_F(Tips, AnIncrementIsRefusedByRuleProcessorOrTime) {
    const auto id = held();
    rule({.above_percent = 20, .adjust = true});
    EXPECT_EQ(refused(increment(id, "k1", 100)), "increment_not_allowed /amount by restaurants");
    rule({.increment = true});
    EXPECT_EQ(refused(increment(id, "k2", 9'999'999)), "amount_out_of_range /amount/amount_minor");
    std::erase(adapter_.able().verbs, Verb::increment);
    EXPECT_EQ(refused(increment(id, "k3", 100)), "verb_not_supported");
    adapter_.able().verbs.push_back(Verb::increment);
    clock_.move(std::chrono::hours{24 * 8});
    EXPECT_EQ(refused(increment(id, "k4", 100)), "authorization_expired");
}

TEST_F(Tips, AnIncrementWithoutAnAnswerBlocksTheCapture) {
    const auto id = held();
    vault_.faults = {Fault::lose_reply, Fault::lose_request, Fault::lose_request};
    vault_.silence = std::chrono::seconds{12};
    EXPECT_EQ(increment(id, "k1", 100)->answer.status, 202);
    EXPECT_EQ(refused(capture(id, "k2")), "operation_in_progress");
    clock_.move(std::chrono::seconds{60});
    resolve();
    EXPECT_EQ(payment().approved, usd(1350));
    EXPECT_EQ(capture(id, "k3")->answer.body, "captured capture approved v7");
}

}  // namespace
}  // namespace postern::gateway
