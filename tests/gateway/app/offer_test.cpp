#include "tests/gateway/app/gateway_fixture.hpp"

// Partial approvals on offer: accepted, voided, or taken back by the clock.
namespace postern::gateway {
namespace {

using domain::PaymentState;
using domain::Verb;
using test::Fault;
using test::usd;
using std::chrono::seconds;

class Offers : public GatewayTest {
protected:
    Offers() { adapter_.can().partial_approval = true; }
    Result<Response> create_partial(const std::string& key, Verb verb = Verb::authorize, bool allowed = true) {
        vault_.faults.push_back(Fault::partial);
        auto wanted = input(verb);
        wanted.partial_approval = allowed;
        return run_result(create_payment(services_, context(key), wanted));
    }
    std::size_t events(std::string_view type) const {
        return static_cast<std::size_t>(std::ranges::count(store_.events, type, &idempotency::EventRecord::type));
    }
    // Events are gap-free, each with the hash of the one before.
    void expect_whole_chain() const {
        for (std::size_t i = 0; i < store_.events.size(); ++i)
            EXPECT_EQ(store_.events[i].version, static_cast<std::int64_t>(i) + 1);
    }
};

TEST_F(Offers, APartIsAnsweredAtOnceAndStays) {
    const auto answer = create_partial("k1");
    EXPECT_EQ(answer->answer.body, "partially_authorized authorize approved v2");
    EXPECT_TRUE(answer->answer.is_final);
    EXPECT_EQ(payment().due_at, clock_.now() + seconds{120});
    EXPECT_EQ(lapse(), 0);
    EXPECT_EQ(store_.operations.size(), 1U);
    EXPECT_EQ(capture(answer->payment_id, "k2").error().code, "partial_approval_not_accepted");
}

TEST_F(Offers, WithoutTheCallersWordAPartGoesBackAndItsTenderIsFree) {
    resolve_meanwhile();
    const auto answer = create_partial("k1", Verb::authorize, false);
    EXPECT_TRUE(answer->answer.body.starts_with("voided authorize approved")) << answer->answer.body;
    EXPECT_EQ(operation(1).cause, domain::Cause::partial_approval);
    EXPECT_TRUE(store_.tenders.empty());
    EXPECT_EQ(accept(answer->payment_id, "k2").error().code, "nothing_to_accept");
}

TEST_F(Offers, AProcessorWithoutPartsIgnoresTheWord) {
    adapter_.can().partial_approval = false;
    auto wanted = input();
    wanted.partial_approval = true;
    EXPECT_TRUE(run_result(create_payment(services_, context("k1"), wanted))->answer.body.starts_with("authorized"));
    EXPECT_EQ(payment().partial_approval, domain::PartialApproval::refused);
}

TEST_F(Offers, AcceptedIsPaidForWhatWasApproved) {
    const PaymentId id = create_partial("k1")->payment_id;
    const auto accepted = accept(id, "k2");
    EXPECT_EQ(accepted->answer.body, "authorized authorize approved v3");
    EXPECT_TRUE(accepted->answer.is_final);
    EXPECT_EQ(events("payment.accepted"), 1U);
    expect_whole_chain();
    const auto again = accept(id, "k2");
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->answer, accepted->answer);
    EXPECT_EQ(accept(id, "k3").error().code, "nothing_to_accept");
    clock_.move(seconds{121});
    EXPECT_EQ(lapse(), 0) << "the offer's deadline is over with the offer";
    EXPECT_TRUE(capture(id, "k4", usd(400))->answer.body.starts_with("captured"));
}

TEST_F(Offers, AcceptedSaleReadsCaptured) {
    const PaymentId id = create_partial("k1", Verb::sale)->payment_id;
    EXPECT_EQ(accept(id, "k2")->answer.body, "captured sale approved v3");
    EXPECT_TRUE(refund(id, "k3")->answer.body.starts_with("refunded"));
}

TEST_F(Offers, TheCallersVoidTakesItBackAndFreesTheTender) {
    const PaymentId id = create_partial("k1", Verb::sale)->payment_id;
    EXPECT_TRUE(void_it(id, "k2")->answer.body.starts_with("voided"));
    EXPECT_EQ(vault_.book.standing(operation(0).processor_identity), 0);
    EXPECT_TRUE(store_.tenders.empty());
}

TEST_F(Offers, TheDeadlineTakesItBackByItself) {
    const PaymentId id = create_partial("k1")->payment_id;
    clock_.move(seconds{119});
    EXPECT_EQ(lapse(), 0);
    clock_.move(seconds{1});
    EXPECT_EQ(accept(id, "k2").error().code, "acceptance_expired");
    EXPECT_EQ(lapse(), 1);
    EXPECT_EQ(lapse(), 0) << "it is on its way back";
    EXPECT_EQ(accept(id, "k3").error().code, "void_in_progress");
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::voided);
    EXPECT_EQ(vault_.book.standing(operation(0).processor_identity), 0);
    EXPECT_TRUE(store_.tenders.empty());
    EXPECT_EQ(store_.operations.size(), 2U);
    expect_whole_chain();
    EXPECT_TRUE(create("k4")->answer.body.starts_with("authorized")) << "another card may pay the same tender";
}

TEST_F(Offers, OfAcceptanceAndDeadlineTheFirstWins) {
    const PaymentId id = create_partial("k1")->payment_id;
    store_.before_accept = [this] {  // the clock of another gateway is ahead, and it gets in between
        store_.before_accept = nullptr;
        domain::Payment& now = store_.payments.begin()->second.payment;
        now = domain::apply(now, operation(0), domain::LapsedClaim{}, *now.due_at)->payment;
        ++now.version;
    };
    EXPECT_EQ(accept(id, "k2").error().code, "void_in_progress");
    EXPECT_EQ(events("payment.accepted"), 0U);
    EXPECT_FALSE(store_.keys.contains(context("").tenant_id.text() + " k2")) << "nothing was done under it";
}

TEST_F(Offers, ADeadlineThatComesAfterAnAcceptanceMovesNothing) {
    const PaymentId id = create_partial("k1")->payment_id;
    auto due = *run(store_.find_due(clock_.now() + seconds{120}, 10));
    ASSERT_EQ(due.size(), 1U);
    ASSERT_TRUE(accept(id, "k2"));
    clock_.move(seconds{121});
    struct Stale final : DuePayments {
        std::vector<PaymentView> views;
        Awaitable<Result<std::vector<PaymentView>>> find_due(Timestamp, int) override { co_return views; }
    } stale;
    stale.views = std::move(due);
    run(LapseSweeper{services_, stale, {}}.run_once());
    EXPECT_EQ(observer_.fences, 1);
    EXPECT_EQ(payment().state(), PaymentState::authorized);
    EXPECT_EQ(store_.operations.size(), 1U);
}

TEST_F(Offers, ConditionsOnTheVersionHold) {
    const PaymentId id = create_partial("k1")->payment_id;
    auto named = context("k2", id.text() + "/accept");
    named.if_versions = {{1}};
    EXPECT_EQ(run_result(accept_payment(services_, named, id)).error().code, "precondition_failed");
    named.if_versions = {{2}};
    EXPECT_TRUE(run_result(accept_payment(services_, named, id)));
}

TEST_F(Offers, TheWordIsPartOfTheKeysMeaning) {
    ASSERT_TRUE(create_partial("k1"));
    const auto other = create("k1");
    EXPECT_EQ(other.error().code, "idempotency_key_reused");
    EXPECT_EQ(other.error().field, "/partial_approval");
}

}  // namespace
}  // namespace postern::gateway
