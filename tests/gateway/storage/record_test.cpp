#include "tests/gateway/storage/storage_fixture.hpp"

namespace postern::gateway {
namespace {

using Record = StorageTest;

TEST_F(Record, WritesEverythingThatFollowsFromTheEvidence) {
    const auto command = new_payment(1000, domain::Verb::sale);
    const auto prepared = prepare(command);
    const auto outcome = approval(prepared, 1000);
    ASSERT_EQ(*run(store_.record(outcome, soon())), OutcomeVerdict::applied);
    const auto after = view(prepared.payment.id);
    EXPECT_EQ(after.payment.state(), domain::PaymentState::captured);
    EXPECT_EQ(after.payment.version, 2);
    EXPECT_EQ(after.payment.event_version, 1);
    EXPECT_EQ(after.payment.last_event_hash, outcome.change->event->hash);
    EXPECT_EQ(after.operations[0].status, domain::OperationStatus::approved);
    EXPECT_EQ(after.operations[0].approved, usd(1000));
    EXPECT_EQ(after.operations[0].reference, outcome.change->operation.reference);
    EXPECT_EQ(count("ledger_entries"), static_cast<long>(outcome.change->entries.size()));
    EXPECT_GT(count("ledger_entries"), 0);
    EXPECT_EQ(count("events"), 1);
    EXPECT_EQ(count("events_pending"), 1);
    EXPECT_EQ(value("SELECT answer_body FROM idempotency_keys"), "approved");
    EXPECT_EQ(count("tenders"), 1) << "an approved tender stays taken";
    EXPECT_EQ(value("SELECT count(*) FROM evidence WHERE sealed LIKE '%reply%'"), "0");
}

TEST_F(Record, ADeclineKeepsItsReasonAndFreesTheTender) {
    const auto command = new_payment();
    const auto prepared = prepare(command);
    const domain::Decline decline{domain::DeclineReason::insufficient_funds, "000051 NSF", true};
    ASSERT_EQ(*run(store_.record(outcome(prepared, domain::DeclinedClaim{decline}), soon())), OutcomeVerdict::applied);
    EXPECT_EQ(view(prepared.payment.id).operations[0].decline, decline);
    EXPECT_EQ(view(prepared.payment.id).payment.state(), domain::PaymentState::declined);
    auto again = new_payment();
    again.payment.tender = command.payment.tender;
    EXPECT_EQ(name_of(run(store_.prepare(again, soon()))), "prepared");
}

// What one commit 2 makes of a charge that never left and goes on at another account.
struct MovedOutcome {
    Outcome outcome;
    OperationId operation;
};
class Moves : public StorageTest {
protected:
    MovedOutcome moved_from(const Prepared& prepared) {
        const auto other = AccountId::create(now(), random_);
        auto made = outcome(prepared, domain::NotSentClaim{"connect_refused", domain::NextAccount{other, "stripe"}});
        domain::Operation operation = prepared.operation;
        operation.id = OperationId::create(now(), random_);
        operation.account_id = other;
        operation.processor = "stripe";
        operation.processor_identity = operation.id.text();
        operation.created_at = now();
        made.change->moved = Change::Moved{operation, std::chrono::minutes{1}};
        made.change->answer = {};
        made.change->tender_is_free = false;
        return {std::move(made), operation.id};
    }
};

TEST_F(Moves, KeepBothOperationsAndTheKeyWaitsForTheLast) {
    const auto command = new_payment();
    const auto prepared = prepare(command);
    const auto moved = moved_from(prepared);
    ASSERT_EQ(*run(store_.record(moved.outcome, soon())), OutcomeVerdict::applied);
    const auto after = view(prepared.payment.id);
    EXPECT_EQ(after.payment.processor, "stripe");
    EXPECT_EQ(after.payment.account_id, after.operations[1].account_id);
    EXPECT_EQ(after.payment.state(), domain::PaymentState::pending);
    EXPECT_EQ(after.payment.version, 2);
    ASSERT_EQ(after.operations.size(), 2U);
    EXPECT_EQ(after.operations[0].status, domain::OperationStatus::failed);
    EXPECT_EQ(after.operations[1].id, moved.operation);
    EXPECT_EQ(after.operations[1].status, domain::OperationStatus::prepared);
    EXPECT_EQ(value("SELECT lease_until > now() FROM operations WHERE status = 'prepared'"), "t");
    EXPECT_EQ(name_of(run(store_.find_key(command.command, soon()))), "still running");
    EXPECT_EQ(count("tenders"), 1);

    auto again = new_payment();
    again.payment.tender = command.payment.tender;
    const auto taken = run(store_.prepare(again, soon()));
    ASSERT_TRUE(as<TenderTaken>(taken)) << name_of(taken);
    EXPECT_EQ(as<TenderTaken>(taken)->operation_id, moved.operation) << "the charge as it stands";

    const auto approved = approval(Prepared{after.payment, after.card, after.operations[1]}, 1000);
    ASSERT_EQ(*run(store_.record(approved, soon())), OutcomeVerdict::applied);
    EXPECT_EQ(name_of(run(store_.find_key(command.command, soon()))), "replay");
}

TEST_F(Moves, ARepeatedCommitMovesOnce) {
    const auto prepared = prepare(new_payment());
    const auto moved = moved_from(prepared);
    ASSERT_EQ(*run(store_.record(moved.outcome, soon())), OutcomeVerdict::applied);
    EXPECT_EQ(*run(store_.record(moved.outcome, soon())), OutcomeVerdict::applied) << "its event tells";
    EXPECT_EQ(count("operations"), 2);
}

TEST_F(Moves, AVoidOfAPaymentThatWentOnMeetsTheChargeAsItStands) {
    const auto prepared = prepare(new_payment());
    const auto moved = moved_from(prepared);
    ASSERT_EQ(*run(store_.record(moved.outcome, soon())), OutcomeVerdict::applied);
    const auto result = run(store_.undo_unknown(undo_unknown(prepared.payment), soon()));
    ASSERT_TRUE(as<Prepared>(result)) << name_of(result);
    EXPECT_EQ(as<Prepared>(result)->operation.id, moved.operation);
    EXPECT_EQ(value("SELECT goal FROM operations WHERE operation_id = '" + moved.operation.text() + "'"), "undo");
}

TEST_F(Moves, AreFencedWithTheirChange) {
    const auto prepared = prepare(new_payment());
    const auto moved = moved_from(prepared);
    ASSERT_TRUE(as<Prepared>(run(store_.undo_unknown(undo_unknown(prepared.payment), soon()))));
    EXPECT_EQ(*run(store_.record(moved.outcome, soon())), OutcomeVerdict::fenced);
    EXPECT_EQ(count("operations"), 1);
    EXPECT_EQ(view(prepared.payment.id).payment.processor, "mercury");
}

TEST_F(Record, AnUnknownKeepsItsNextStepAndGoal) {
    const auto prepared = prepare(new_payment());
    auto unknown = outcome(prepared, domain::UnknownClaim{domain::Goal::complete, "answer_lost"});
    unknown.change->next_look = std::chrono::milliseconds{0};
    unknown.change->next_step = "inquire";
    ASSERT_EQ(*run(store_.record(unknown, soon())), OutcomeVerdict::applied);
    const auto after = view(prepared.payment.id);
    EXPECT_EQ(after.operations[0].status, domain::OperationStatus::unknown);
    EXPECT_EQ(after.operations[0].goal, domain::Goal::complete);
    EXPECT_TRUE(after.operations[0].unknown_since);
    EXPECT_EQ(after.next_steps, std::vector<std::string>{"inquire"});
    EXPECT_EQ(value("SELECT lease_until <= now() FROM operations"), "t");
    const auto key = run(store_.find_key(keyed("key 1", "/v1/payments", 1000), soon()));
    ASSERT_TRUE(as<Replay>(key)) << name_of(key);
    EXPECT_FALSE(as<Replay>(key)->answer.is_final);
}

TEST_F(Record, ASecondClaimIsFencedAndItsEvidenceKept) {
    const auto prepared = prepare(new_payment());
    const domain::Decline decline{domain::DeclineReason::generic, "X", false};
    ASSERT_EQ(*run(store_.record(outcome(prepared, domain::DeclinedClaim{decline}), soon())), OutcomeVerdict::applied);
    EXPECT_EQ(*run(store_.record(approval(prepared, 1000), soon())), OutcomeVerdict::fenced);
    EXPECT_EQ(count("evidence"), 2);
    EXPECT_EQ(count("events"), 1);
    EXPECT_EQ(view(prepared.payment.id).payment.state(), domain::PaymentState::declined);
    EXPECT_EQ(view(prepared.payment.id).payment.version, 2);
}

TEST_F(Record, AnOldLeaseIsFencedAndItsEvidenceKept) {
    const auto prepared = prepare(new_payment());
    database_.execute("UPDATE operations SET lease_epoch = 1");
    EXPECT_EQ(*run(store_.record(approval(prepared, 1000), soon())), OutcomeVerdict::fenced);
    EXPECT_EQ(count("evidence"), 1);
    EXPECT_EQ(count("ledger_entries"), 0);
    EXPECT_EQ(count("events_pending"), 0);
    EXPECT_EQ(view(prepared.payment.id).payment.state(), domain::PaymentState::pending);
}

TEST_F(Record, ALateApprovalOpensAnUndoDueAtOnce) {
    auto prepared = prepare(new_payment());
    ASSERT_TRUE(run(store_.record(outcome(prepared, domain::NotSentClaim{"vault_unreachable"}), soon())));
    const auto after = view(prepared.payment.id);
    const Prepared ended{after.payment, after.card, after.operations[0]};
    auto late = approval(ended, 1000);
    late.change->operation_was_final = true;
    late.change->event.reset();
    late.change->undo = next_operation(after.payment, domain::Request::void_payment, 1000).operation;
    ASSERT_EQ(*run(store_.record(late, soon())), OutcomeVerdict::applied);
    const auto undone = view(prepared.payment.id);
    ASSERT_EQ(undone.operations.size(), 2U);
    EXPECT_EQ(undone.operations[0].status, domain::OperationStatus::failed);
    EXPECT_EQ(undone.operations[1].undoes, undone.operations[0].id);
    EXPECT_EQ(value("SELECT lease_until <= now() FROM operations WHERE verb = 'reverse'"), "t");
    EXPECT_EQ(*run(store_.record(approval(ended, 1000), soon())), OutcomeVerdict::fenced) << "once is enough";
}

TEST_F(Record, TwoHoldersAtOnceOneMovesIt) {
    PostgresPaymentStore other{options_, box_};
    for (int round = 0; round < 20; ++round) {
        const auto prepared = prepare(new_payment());
        const domain::Decline decline{domain::DeclineReason::generic, "X", false};
        std::vector<Awaitable<Result<OutcomeVerdict>>> calls;
        calls.push_back(store_.record(approval(prepared, 1000), soon()));
        calls.push_back(other.record(outcome(prepared, domain::DeclinedClaim{decline}), soon()));
        const auto verdicts = run_all(std::move(calls));
        EXPECT_NE(*verdicts[0] == OutcomeVerdict::applied, *verdicts[1] == OutcomeVerdict::applied);
    }
    EXPECT_EQ(count("evidence"), 40);
    EXPECT_EQ(count("events"), 20);
}

TEST_F(Record, EvidenceWithoutAChangeIsKept) {
    const auto prepared = prepare(new_payment());
    auto only = approval(prepared, 1000);
    only.change.reset();
    EXPECT_EQ(*run(store_.record(only, soon())), OutcomeVerdict::applied);
    EXPECT_EQ(count("evidence"), 1);
    EXPECT_EQ(view(prepared.payment.id).payment.version, 1);
}

}  // namespace
}  // namespace postern::gateway
