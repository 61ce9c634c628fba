#include "tests/gateway/app/gateway_fixture.hpp"

namespace postern::gateway {
namespace {

using domain::Verb;
using test::Fault;
using test::usd;

using Keys = GatewayTest;

TEST_F(Keys, RepeatGetsTheSameBytes) {
    const auto first = create("k1");
    const auto again = create("k1");
    EXPECT_FALSE(first->replayed);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->answer, first->answer);
    EXPECT_EQ(vault_.messages, 1);
}

TEST_F(Keys, ReplayNeedsNeitherTokenNorVaultNorStore) {
    const auto first = create("k1");
    vault_.token_is_gone = true;
    EXPECT_EQ(create("k1")->answer, first->answer);
    vault_.is_down = true;
    EXPECT_EQ(create("k1")->answer, first->answer);
    directory_.store_disabled = true;
    EXPECT_EQ(create("k1")->answer, first->answer);
}

TEST_F(Keys, CopiesAtOnceChargeOnceAndGetTheSameBytes) {
    std::vector<std::optional<Result<Response>>> results(64);
    for (auto& result : results) {
        boost::asio::co_spawn(io_, keep(create_payment(services_, context("k1"), input()), result),
                              [](std::exception_ptr failure) {
                                  if (failure) std::rethrow_exception(failure);
                              });
    }
    io_.run();
    for (const auto& result : results) EXPECT_EQ((*result)->answer, (*results.front())->answer);
    EXPECT_EQ(vault_.book.charged.size(), 1U);
    EXPECT_EQ(vault_.messages, 1);
}

TEST_F(Keys, SecondOfAKeyEntersWhenTheFirstLeaves) {
    const TenantId tenant = context("k1").tenant_id;
    std::vector<std::string> order;
    const auto pass = [&](std::string key, std::string name) -> Awaitable<void> {
        const auto ticket = co_await flights_.enter(tenant, key, std::chrono::seconds{10});
        order.push_back(name + (ticket ? " in" : " refused"));
        co_await boost::asio::post(boost::asio::use_awaitable);
        order.push_back(name + " out");
    };
    const auto no_failure = [](std::exception_ptr failure) { EXPECT_FALSE(failure); };
    boost::asio::co_spawn(io_, pass("k1", "a"), no_failure);
    boost::asio::co_spawn(io_, pass("k1", "b"), no_failure);
    boost::asio::co_spawn(io_, pass("k2", "c"), no_failure);
    io_.run();
    EXPECT_EQ(order, (std::vector<std::string>{"a in", "c in", "a out", "c out", "b in", "b out"}));
}

TEST_F(Keys, SecondOfAKeyIsRefusedAtItsDeadline) {
    const TenantId tenant = context("k1").tenant_id;
    std::string code;
    const auto wait = [&]() -> Awaitable<void> {
        const auto first = co_await flights_.enter(tenant, "k1", std::chrono::seconds{10});
        const auto second = co_await flights_.enter(tenant, "k1", std::chrono::milliseconds{1});
        code = second ? "" : second.error().code;
    };
    boost::asio::co_spawn(io_, wait(), [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
    io_.run();
    EXPECT_EQ(code, "request_in_progress");
}

TEST_F(Keys, OtherMeaningNamesTheField) {
    ASSERT_TRUE(create("k1"));
    auto other = input();
    other.amount = usd(1251);
    const auto refused = run_result(create_payment(services_, context("k1"), other));
    EXPECT_EQ(refused.error().code, "idempotency_key_reused");
    EXPECT_EQ(refused.error().field, "/amount/amount_minor");
    const auto elsewhere = run_result(create_payment(services_, context("k1", "/elsewhere"), input()));
    EXPECT_EQ(elsewhere.error().code, "idempotency_key_reused");
}

TEST_F(Keys, NewKeyForTheSameTenderGetsTheFirstPayment) {
    const auto first = create("k1");
    const auto second = create("k2");
    EXPECT_TRUE(second->replayed);
    EXPECT_EQ(second->payment_id, first->payment_id);
    EXPECT_EQ(vault_.messages, 1);
    auto other = input();
    other.amount = usd(999);
    EXPECT_EQ(run_result(create_payment(services_, context("k3"), other)).error().code, "tender_meaning_differs");
}

// A twin in another process holds the key: its row is there, its answer is not.
TEST_F(Keys, TwinElsewhereIsWaitedForUntilItAnswers) {
    ASSERT_TRUE(create("k1"));
    auto& row = store_.keys.begin()->second;
    const Answer answer = *row.answer;
    row.answer.reset();
    int sleeps = 0;
    sleeper_.on_sleep = [&]() -> Awaitable<void> {
        if (++sleeps == 5) row.answer = answer;
        co_return;
    };
    EXPECT_EQ(create("k1")->answer, answer);
    EXPECT_EQ(sleeps, 5);
}

TEST_F(Keys, TwinThatDoesNotEndIsAConflictAtTheDeadline) {
    ASSERT_TRUE(create("k1"));
    store_.keys.begin()->second.answer.reset();
    const Instant start = clock_.instant();
    EXPECT_EQ(create("k1").error().code, "request_in_progress");
    EXPECT_GE(clock_.instant() - start, std::chrono::seconds{29});
}

TEST_F(Keys, CommitOneInDoubtSendsNothingAndIsNeverSafeToRetry) {
    store_.failures = {Error{ErrorKind::outcome_unknown, "commit_in_doubt"}};
    const auto response = create("k1");
    EXPECT_EQ(response.error().kind, ErrorKind::outcome_unknown);
    EXPECT_FALSE(safe_to_retry(response.error().kind));
    EXPECT_EQ(vault_.messages, 0);
}

TEST_F(Keys, CommitOneRefusedByADeadDatabaseIsUnavailable) {
    store_.failures = {Error{ErrorKind::unavailable, "database_unreachable"}};
    EXPECT_EQ(create("k1").error().kind, ErrorKind::unavailable);
    EXPECT_TRUE(create("k1"));
}

}  // namespace
}  // namespace postern::gateway
