#include "tests/gateway/app/gateway_fixture.hpp"

namespace postern::gateway {
namespace {

using domain::OperationStatus;
using domain::PaymentState;
using test::Fault;

using Fences = GatewayTest;

std::function<void(const Outcome&)> once(std::function<void()> act) {
    return [act = std::move(act), done = false](const Outcome&) mutable {
        if (!std::exchange(done, true)) act();
    };
}

// The payment moved between reading and commit 2 (here: a void was accepted); the approval is decided on what is there.
TEST_F(Fences, VoidAcceptedMeanwhileTurnsTheApprovalIntoAnUndo) {
    store_.before_record = once([&] {
        auto& row = store_.payments.begin()->second;
        row.payment.void_requested = true;
        ++row.payment.version;
        store_.operations.at(row.operations.front()).operation.goal = domain::Goal::undo;
    });
    EXPECT_EQ(create("k1")->answer.status, 202);
    EXPECT_EQ(observer_.fences, 1);
    EXPECT_EQ(store_.evidence.size(), 2U);
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::voided);
    EXPECT_EQ(vault_.book.standing(operation(0).processor_identity), 0);
}

// A sleeper comes back after the resolver took its operation: its evidence stays, the taker concludes.
TEST_F(Fences, HolderOfAnOldLeaseOnlyAddsEvidence) {
    resolve_meanwhile();
    store_.before_record = once([&] {
        auto& row = store_.operations.begin()->second;
        ++row.operation.lease_epoch;
        row.lease_until = clock_.now();
    });
    EXPECT_EQ(create("k1")->answer.status, 201);
    EXPECT_EQ(payment().state(), PaymentState::authorized);
    EXPECT_EQ(vault_.messages, 1);
    EXPECT_EQ(store_.events.size(), 1U);
}

TEST_F(Fences, OldLeaseMovesNothingWhileTheNewHolderWorks) {
    store_.before_record = once([&] {
        auto& row = store_.operations.begin()->second;
        ++row.operation.lease_epoch;
        row.lease_until = clock_.now() + std::chrono::minutes{10};
    });
    EXPECT_EQ(create("k1")->answer.status, 202);
    EXPECT_EQ(operation(0).status, OperationStatus::prepared);
    EXPECT_EQ(store_.evidence.size(), 1U);
    EXPECT_TRUE(store_.events.empty());
}

// Approval evidence for an operation that was failed meanwhile: it stays failed, the money goes back, people hear.
TEST_F(Fences, LateApprovalOfAFailedOperationIsUndone) {
    store_.before_record = once([&] {
        auto& row = store_.payments.begin()->second;
        row.payment.standing = domain::Standing::failed;
        ++row.payment.version;
        store_.operations.at(row.operations.front()).operation.status = OperationStatus::failed;
    });
    EXPECT_TRUE(create("k1")->answer.body.starts_with("failed authorize failed"));
    EXPECT_EQ(observer_.alarms.at(0), "undo_needed");
    resolve();
    EXPECT_EQ(operation(0).status, OperationStatus::failed);
    EXPECT_EQ(payment().state(), PaymentState::failed);
    EXPECT_EQ(operation(1).status, OperationStatus::approved);
    EXPECT_EQ(vault_.book.standing(operation(0).processor_identity), 0);
    EXPECT_EQ(store_.operations.size(), 2U);
}

TEST_F(Fences, LateApprovalIsUndoneOnce) {
    store_.before_record = once([&] {
        auto& row = store_.payments.begin()->second;
        auto& first = store_.operations.at(row.operations.front()).operation;
        row.payment.standing = domain::Standing::failed;
        ++row.payment.version;
        first.status = OperationStatus::failed;
        auto undo = first;
        undo.id = OperationId::create(clock_.now(), random_);
        undo.verb = domain::Verb::reverse;
        undo.undoes = first.id;
        row.operations.push_back(undo.id);
        store_.operations.emplace(undo.id, test::FakePaymentStore::OperationRow{undo, clock_.now(), ""});
    });
    EXPECT_TRUE(create("k1")->answer.body.starts_with("failed authorize failed"));
    EXPECT_EQ(store_.operations.size(), 2U);
}

TEST_F(Fences, CommitTwoInDoubtIsReadAgainAndAnswered) {
    store_.failures = {std::nullopt, Error{ErrorKind::outcome_unknown, "commit_in_doubt"}};
    EXPECT_EQ(create("k1")->answer.body, "authorized authorize approved v2");
    EXPECT_EQ(vault_.messages, 1);
}

TEST_F(Fences, DatabaseGoneAtCommitTwoAnswers202AndTheResolverEndsItFromTheVaultsRecord) {
    const std::optional<Error> gone = Error{ErrorKind::unavailable, "database_unreachable"};
    store_.failures = {std::nullopt, gone, gone, gone, gone, gone, gone};
    const Instant start = clock_.instant();
    const auto response = create("k1");
    EXPECT_EQ(response->answer.status, 202);
    EXPECT_LT(clock_.instant() - start, std::chrono::seconds{5});
    clock_.move(std::chrono::seconds{60});
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::authorized);
    EXPECT_EQ(vault_.messages, 1);
    EXPECT_EQ(store_.evidence.back().source, "reply");
}

}  // namespace
}  // namespace postern::gateway
