#include <boost/asio/detached.hpp>

#include "tests/gateway/storage/storage_fixture.hpp"

// Acceptances of partial approvals, and what the clock finds due.
namespace postern::gateway {
namespace {

using domain::PartialApproval;

class Accept : public StorageTest {
protected:
    // 400 of 1000 were approved, and are on offer.
    PaymentView offered() {
        auto command = new_payment(1000);
        command.payment.partial_approval = PartialApproval::allowed;
        const auto prepared = prepare(command);
        auto yes = approval(prepared, 400);
        yes.change->payment.due_at = now() + std::chrono::minutes{2};
        EXPECT_EQ(*run(store_.record(yes, soon())), OutcomeVerdict::applied);
        return view(prepared.payment.id);
    }
    AcceptPartial acceptance(const PaymentView& view, const std::string& key) {
        domain::Payment payment = domain::accepted(view.payment);
        auto event = idempotency::make_event(EventId::create(now(), random_), "payment.accepted", payment,
                                             view.card, view.operations[0], now());
        payment.event_version = event.version;
        payment.last_event_hash = event.hash;
        return {keyed(key, "/v1/payments/" + payment.id.text() + "/accept", 0), payment, view.card, view.operations[0],
                event, Answer{201, R"({"status":"authorized"})", true}};
    }
    Outcome lapse(const PaymentView& view) {
        domain::Payment payment = view.payment;
        payment.due_at = now();
        auto made = outcome({payment, view.card, view.operations[0]}, domain::LapsedClaim{});
        made.change->operation_was_final = true;
        made.change->undo = next_operation(view.payment, domain::Request::void_payment, 400).operation;
        made.change->undo->cause = domain::Cause::partial_approval;
        return made;
    }
    PostgresResolverStore operations_{options_, box_};
};

TEST_F(Accept, WritesKeyPaymentAndEventTogether) {
    const auto before = offered();
    EXPECT_TRUE(before.payment.is_offered());
    const auto command = acceptance(before, "accept");
    EXPECT_EQ(name_of(run(store_.accept(command, soon()))), "prepared");
    const auto after = view(before.payment.id);
    EXPECT_EQ(after.payment.state(), domain::PaymentState::authorized);
    EXPECT_EQ(after.payment.version, before.payment.version + 1);
    EXPECT_EQ(after.payment.due_at, after.payment.expires_at);
    EXPECT_EQ(after.payment.last_event_hash, command.event.hash);
    EXPECT_EQ(count("events"), 2);
    EXPECT_EQ(count("events_pending"), 2);
    const auto again = run(store_.accept(command, soon()));
    ASSERT_TRUE(as<Replay>(again)) << name_of(again);
    EXPECT_EQ(as<Replay>(again)->answer, command.answer);
}

TEST_F(Accept, OfAPaymentThatMovedOnDoesNothing) {
    const auto before = offered();
    ASSERT_EQ(name_of(run(store_.accept(acceptance(before, "first"), soon()))), "prepared");
    EXPECT_EQ(name_of(run(store_.accept(acceptance(before, "second"), soon()))), "moved_on");
    EXPECT_EQ(value("SELECT count(*) FROM idempotency_keys WHERE key = 'second'"), "0");
    EXPECT_EQ(count("events"), 2);
}

TEST_F(Accept, AndTheClockOneWins) {
    PostgresPaymentStore other{options_, box_};
    long accepted = 0;
    for (int round = 0; round < 20; ++round) {
        const auto before = offered();
        std::optional<Result<PrepareResult>> acceptance_result;
        std::optional<Result<OutcomeVerdict>> lapse_result;
        const auto keep = [](auto call, auto& into) -> Awaitable<void> { into.emplace(co_await std::move(call)); };
        const auto accept_call = [&] {
            boost::asio::co_spawn(io_, keep(store_.accept(acceptance(before, "key " + before.payment.id.text()), soon()),
                                            acceptance_result), boost::asio::detached);
        };
        const auto lapse_call = [&] {
            boost::asio::co_spawn(io_, keep(other.record(lapse(before), soon()), lapse_result), boost::asio::detached);
        };
        if (round % 2 == 0) accept_call(), lapse_call();
        else lapse_call(), accept_call();
        io_.restart();
        io_.run();
        const bool is_accepted = as<Prepared>(*acceptance_result) != nullptr;
        EXPECT_NE(is_accepted, **lapse_result == OutcomeVerdict::applied);
        const auto after = view(before.payment.id);
        EXPECT_EQ(after.operations.size(), is_accepted ? 1U : 2U);
        EXPECT_EQ(after.payment.void_requested, !is_accepted);
        if (!is_accepted) EXPECT_EQ(after.operations[1].cause, domain::Cause::partial_approval);
        accepted += is_accepted ? 1 : 0;
    }
    EXPECT_EQ(count("idempotency_keys"), 20 + accepted);
}

class Due : public Accept {
protected:
    std::vector<PaymentView> due(std::chrono::hours clock_ahead = std::chrono::hours{0}, int rows = 10) {
        return *run(operations_.find_due(now() + clock_ahead, rows));
    }
    void make_due(const PaymentId& payment, int seconds_ago = 1) {
        database_.execute("UPDATE payments SET due_at = now() - interval '" + std::to_string(seconds_ago) +
                          " seconds' WHERE payment_id = '" + payment.text() + "'");
    }
};

TEST_F(Due, FindsOffersAndHoldsTheLongestDueFirst) {
    const auto offer = offered().payment.id;
    const auto hold = approved().id;
    approved();
    EXPECT_TRUE(due().empty());
    make_due(offer, 5);
    make_due(hold, 10);
    const auto found = due();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].payment.id, hold);
    EXPECT_EQ(found[1].payment.id, offer);
    EXPECT_EQ(found[0].operations.size(), 1U);
    EXPECT_EQ(due(std::chrono::hours{0}, 1).size(), 1U);
}

TEST_F(Due, OneClockThatJumpsEndsNothing) {
    approved();
    EXPECT_TRUE(due(std::chrono::hours{24 * 365}).empty()) << "the database's clock has not come there";
    const auto hold = approved().id;
    make_due(hold);
    EXPECT_TRUE(due(std::chrono::hours{-1}).empty()) << "nor has ours";
}

TEST_F(Due, WhatIsSettledOrOnItsWayBackIsNotThere) {
    const auto sale = approved(1000, domain::Verb::sale);
    EXPECT_FALSE(sale.due_at);
    const auto back = approved();
    ASSERT_TRUE(as<Prepared>(run(store_.prepare(next_operation(back, domain::Request::void_payment, 1000), soon()))));
    make_due(back.id);
    EXPECT_TRUE(due().empty());
    EXPECT_EQ(value("SELECT count(*) FROM payments WHERE due_at IS NOT NULL"), "1");
}

TEST_F(Due, ReadsTheIndexAlone) {
    const std::string query = "SELECT p.* FROM payments p WHERE p.due_at <= least(now(), now()) AND p.standing = 'live' "
                              "AND NOT p.void_requested ORDER BY p.due_at, p.payment_id LIMIT 10";
    const std::string plan = value("SET enable_seqscan = off; EXPLAIN (FORMAT JSON) " + query);
    EXPECT_NE(plan.find("payments_due"), plan.npos) << plan;
}

TEST_F(Accept, ChecksFlagsAndRulesComeBackAsTheyWere) {
    auto command = new_payment();
    command.payment.checks_policy = {domain::CheckAction::flag, domain::CheckAction::void_payment};
    const auto prepared = prepare(command);
    const domain::Checks checks{domain::AvsResult::no_match, domain::CvvResult::match};
    ASSERT_TRUE(run(store_.record(outcome(prepared, domain::ApprovedClaim{usd(1000), {}, false, false, checks}), soon())));
    const auto after = view(prepared.payment.id);
    EXPECT_EQ(after.payment.checks_policy, command.payment.checks_policy);
    EXPECT_EQ(after.payment.flags, (domain::FailedChecks{true, false}));
    EXPECT_EQ(after.operations[0].checks, checks);
}

TEST_F(Accept, AKeyThatWaitsMovesToTheRefundThatTakesTheVoidsPlace) {
    const auto sale = approved(1000, domain::Verb::sale);
    const auto command = next_operation(sale, domain::Request::void_payment, 1000);
    const auto undo = prepare(command);
    const domain::Decline gone{domain::DeclineReason::reversal_target_missing, "NO TRAN FOUND", false};
    auto late = outcome(undo, domain::DeclinedClaim{gone});
    late.change->undo = next_operation(sale, domain::Request::refund, 1000).operation;
    late.change->undo->undoes = view(sale.id).operations.front().id;
    late.change->undo->cause = domain::Cause::batch_closed;
    late.change->keys_wait_for_undo = true;
    late.change->answer = {202, "refund prepared", false};
    ASSERT_EQ(*run(store_.record(late, soon())), OutcomeVerdict::applied);
    EXPECT_EQ(value("SELECT operation_id FROM idempotency_keys WHERE answer_body = 'refund prepared'"),
              late.change->undo->id.text());
    const auto now_view = view(sale.id);
    EXPECT_EQ(now_view.payment.refund_reserved, usd(1000));
    EXPECT_EQ(now_view.operations.back().cause, domain::Cause::batch_closed);
    ASSERT_EQ(*run(store_.record(outcome({now_view.payment, now_view.card, now_view.operations.back()},
                                         domain::ApprovedClaim{usd(1000), {}}), soon())), OutcomeVerdict::applied);
    const auto key = run(store_.find_key(command.command, soon()));
    ASSERT_TRUE(as<Replay>(key)) << name_of(key);
    EXPECT_TRUE(as<Replay>(key)->answer.is_final);
    EXPECT_EQ(view(sale.id).payment.state(), domain::PaymentState::refunded);
}

}  // namespace
}  // namespace postern::gateway
