#include <algorithm>
#include <pqxx/pqxx>
#include <thread>

#include "tests/gateway/storage/storage_fixture.hpp"

namespace postern::gateway {
namespace {

class Prepare : public StorageTest {
protected:
    // Two gateways on one database: their writers know nothing of each other.
    PostgresPaymentStore other_{options_, box_};
    std::vector<Result<PrepareResult>> race(std::vector<NewPayment> commands) {
        std::vector<Awaitable<Result<PrepareResult>>> calls;
        for (std::size_t i = 0; i < commands.size(); ++i)
            calls.push_back((i % 2 ? other_ : store_).prepare(std::move(commands[i]), soon()));
        return run_all(std::move(calls));
    }
};

TEST_F(Prepare, WritesKeyTenderPaymentAndOperation) {
    const auto command = new_payment(1234);
    const auto prepared = prepare(command);
    EXPECT_EQ(prepared.payment.version, 1);
    const auto stored = view(command.payment.id);
    EXPECT_EQ(stored.payment.requested, usd(1234));
    EXPECT_EQ(stored.payment.tender, command.payment.tender);
    EXPECT_EQ(stored.payment.created_at, command.payment.created_at);
    EXPECT_EQ(stored.payment.expires_at, command.payment.expires_at);
    EXPECT_EQ(stored.payment.version, 1);
    EXPECT_EQ(stored.payment.state(), domain::PaymentState::pending);
    EXPECT_EQ(stored.card, command.card);
    ASSERT_EQ(stored.operations.size(), 1U);
    EXPECT_EQ(stored.operations[0].id, command.operation.id);
    EXPECT_EQ(stored.operations[0].status, domain::OperationStatus::prepared);
    EXPECT_EQ(stored.operations[0].deadline, command.operation.deadline);
    EXPECT_EQ(count("tenders"), 1);
    EXPECT_EQ(count("idempotency_keys"), 1);
}

TEST_F(Prepare, OneKey64TimesAtOncePreparesOnce) {
    std::vector<NewPayment> commands;
    const auto first = new_payment();
    for (int i = 0; i < 64; ++i) {
        commands.push_back(new_payment());
        commands.back().command = first.command;
        commands.back().payment.tender = first.payment.tender;
    }
    const auto results = race(std::move(commands));
    EXPECT_EQ(count_of<Prepared>(results), 1);
    EXPECT_EQ(count_of<StillRunning>(results), 63);
    EXPECT_EQ(count("payments"), 1);
    EXPECT_EQ(count("operations"), 1);
}

TEST_F(Prepare, ATakenKeyWithAnotherTenderLeavesNoTender) {
    std::vector<NewPayment> commands;
    const auto first = new_payment();
    for (int i = 0; i < 64; ++i) {  // each brings a tender of its own under the one key
        commands.push_back(new_payment());
        commands.back().command = first.command;
    }
    const auto results = race(std::move(commands));
    EXPECT_EQ(count_of<Prepared>(results), 1);
    EXPECT_EQ(count_of<StillRunning>(results), 63);
    EXPECT_EQ(count("tenders"), 1);
    EXPECT_EQ(value("SELECT count(*) FROM tenders t JOIN payments p USING (payment_id)"), "1");
}

TEST_F(Prepare, ATenderThatGotInBeforeItsKeyWasTakenIsDeletedAgain) {
    const auto command = new_payment();
    pqxx::connection twin{database_.as("postern_gateway")};
    pqxx::work holds_the_key{twin};
    holds_the_key.exec_params("INSERT INTO idempotency_keys (tenant_id, key, path, fingerprint, meaning, payment_id, operation_id)"
                              " VALUES ($1, $2, $3, $4, '', $5, $6)",
                              tenant_.text(), command.command.key, command.command.path, command.command.fingerprint,
                              new_payment().payment.id.text(), new_payment().operation.id.text());
    std::thread waits{[&] {
        while (value("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") std::this_thread::yield();
        holds_the_key.commit();  // our tender stands by now, not yet committed
    }};
    const auto result = run(store_.prepare(command, soon()));
    waits.join();
    EXPECT_EQ(name_of(result), "still running");
    EXPECT_EQ(count("tenders"), 0);
    EXPECT_EQ(count("payments"), 0);
}

TEST_F(Prepare, ATakenTenderLeavesNoKey) {
    std::vector<NewPayment> commands;
    const auto first = new_payment(500);
    for (int i = 0; i < 64; ++i) {  // a client that mints a key per try
        commands.push_back(new_payment(500));
        commands.back().payment.tender = first.payment.tender;
    }
    const auto results = race(std::move(commands));
    EXPECT_EQ(count_of<Prepared>(results), 1);
    EXPECT_EQ(count_of<TenderTaken>(results), 63);
    EXPECT_EQ(count("idempotency_keys"), 1);
    const auto payment = value("SELECT payment_id FROM payments");
    for (const auto& result : results)
        if (const auto* taken = as<TenderTaken>(result)) {
            EXPECT_EQ(taken->payment_id.text(), payment);
            EXPECT_TRUE(taken->same_meaning);
        }
}

TEST_F(Prepare, ATenderWithAnotherAmountHasAnotherMeaning) {
    const auto first = new_payment(500);
    prepare(first);
    auto second = new_payment(501);
    second.payment.tender = first.payment.tender;
    const auto result = run(store_.prepare(std::move(second), soon()));
    ASSERT_TRUE(as<TenderTaken>(result)) << name_of(result);
    EXPECT_FALSE(as<TenderTaken>(result)->same_meaning);
    EXPECT_EQ(as<TenderTaken>(result)->operation_id, first.operation.id);
}

// Keys and tenders crossed over in every way, from two gateways: what stands at the end stands whole.
TEST_F(Prepare, CrossedKeysAndTendersAreWholeOrNotThere) {
    for (int round = 0; round < 20; ++round) {
        std::vector<NewPayment> commands, shapes;
        for (int i = 0; i < 6; ++i) shapes.push_back(new_payment());
        for (int i = 0; i < 36; ++i) {
            commands.push_back(new_payment());
            commands.back().command = shapes[static_cast<std::size_t>(i % 6)].command;
            commands.back().payment.tender = shapes[static_cast<std::size_t>((i * 7 / 6 + i) % 6)].payment.tender;
        }
        for (const auto& result : race(std::move(commands))) ASSERT_TRUE(result) << name_of(result);
    }
    const auto whole = value("SELECT count(*) FROM payments p JOIN operations o USING (payment_id)"
                             " JOIN idempotency_keys k ON k.payment_id = p.payment_id"
                             " JOIN tenders t ON t.payment_id = p.payment_id");
    EXPECT_EQ(whole, std::to_string(count("payments")));
    EXPECT_EQ(count("tenders"), count("payments"));
    EXPECT_EQ(count("idempotency_keys"), count("payments"));
    EXPECT_EQ(count("operations"), count("payments"));
    EXPECT_GT(count("payments"), 20);
}

TEST_F(Prepare, ATakenKeySaysWhatIsKnown) {
    const auto command = new_payment();
    const auto prepared = prepare(command);
    auto twin = new_payment();
    twin.command = command.command;
    EXPECT_EQ(name_of(run(store_.prepare(twin, soon()))), "still running");
    EXPECT_EQ(name_of(run(store_.find_key(command.command, soon()))), "still running");
    auto elsewhere = command.command;
    elsewhere.path = "/v1/other";
    EXPECT_EQ(name_of(run(store_.find_key(elsewhere, soon()))), "other meaning: /path");
    EXPECT_EQ(name_of(run(store_.find_key(keyed(command.command.key, "/v1/payments", 7), soon()))),
              "other meaning: /amount/amount_minor");
    EXPECT_EQ(run(store_.find_key(keyed("nobody's", "/v1/payments", 7), soon())).error().kind, ErrorKind::not_found);
    ASSERT_TRUE(run(store_.record(approval(prepared, 1000), soon())));
    const auto replay = run(store_.prepare(twin, soon()));
    ASSERT_TRUE(as<Replay>(replay)) << name_of(replay);
    EXPECT_EQ(as<Replay>(replay)->answer, (Answer{201, "approved", true}));
}

TEST_F(Prepare, TenantsDoNotShareKeysOrPayments) {
    const auto command = new_payment();
    prepare(command);
    auto foreign = new_payment();
    const auto other_tenant = TenantId::create(now(), random_);
    foreign.command.key = command.command.key;
    foreign.command.tenant_id = other_tenant;
    foreign.payment.tenant_id = other_tenant;
    foreign.operation.tenant_id = other_tenant;
    EXPECT_EQ(name_of(run(store_.prepare(foreign, soon()))), "prepared");
    EXPECT_EQ(run(store_.find(other_tenant, command.payment.id, soon())).error().code, "payment_not_found");
    auto capture = next_operation(command.payment, domain::Request::capture, 1);
    capture.command.tenant_id = other_tenant;
    capture.operation.tenant_id = other_tenant;
    EXPECT_EQ(run(store_.prepare(capture, soon())).error().code, "payment_not_found");
    EXPECT_EQ(value("SELECT count(*) FROM idempotency_keys WHERE operation_id = '" + capture.operation.id.text() + "'"), "0");
}

TEST_F(Prepare, RefundsRacingNeverExceedWhatWasCaptured) {
    const auto payment = approved(1000, domain::Verb::sale);
    std::vector<Awaitable<Result<PrepareResult>>> calls;
    for (int i = 0; i < 32; ++i)
        calls.push_back((i % 2 ? other_ : store_).prepare(next_operation(payment, domain::Request::refund, 300), soon()));
    const auto results = run_all(std::move(calls));
    EXPECT_EQ(count_of<Prepared>(results), 3);
    EXPECT_EQ(std::count_if(results.begin(), results.end(),
                            [](const auto& result) { return name_of(result) == "amount_exceeds_refundable"; }), 29);
    const auto after = view(payment.id);
    EXPECT_EQ(after.payment.refund_reserved, usd(900));
    EXPECT_EQ(after.operations.size(), 4U);
    EXPECT_EQ(count("idempotency_keys"), 4);
}

TEST_F(Prepare, CaptureAndVoidAtOnceOneOfThemWins) {
    for (int round = 0; round < 10; ++round) {
        const auto payment = approved();
        std::vector<Awaitable<Result<PrepareResult>>> calls;
        calls.push_back(store_.prepare(next_operation(payment, domain::Request::capture, 1000), soon()));
        calls.push_back(other_.prepare(next_operation(payment, domain::Request::void_payment, 1000), soon()));
        EXPECT_EQ(count_of<Prepared>(run_all(std::move(calls))), 1);
    }
}

TEST_F(Prepare, AnExpectedVersionHoldsUnderTheRowsLock) {
    const auto payment = approved();
    std::vector<Awaitable<Result<PrepareResult>>> calls;
    for (int i = 0; i < 8; ++i) {
        auto command = next_operation(payment, domain::Request::capture, 100);
        command.version = payment.version;
        calls.push_back((i % 2 ? other_ : store_).prepare(std::move(command), soon()));
    }
    const auto results = run_all(std::move(calls));
    EXPECT_EQ(count_of<Prepared>(results), 1);
    EXPECT_EQ(count_of<Refused>(results), 7);
    auto late = next_operation(payment, domain::Request::capture, 100);
    late.version = payment.version;
    EXPECT_EQ(name_of(run(store_.prepare(late, soon()))), "precondition_failed");
    late.version = payment.version + 1;
    EXPECT_EQ(name_of(run(store_.prepare(late, soon()))), "prepared");
}

TEST_F(Prepare, AVoidReservesThePaymentAndItsKeyIsReplayed) {
    const auto payment = approved();
    const auto command = next_operation(payment, domain::Request::void_payment, 1000);
    const auto prepared = prepare(command);
    EXPECT_TRUE(prepared.payment.void_requested);
    EXPECT_EQ(prepared.payment.version, payment.version + 1);
    EXPECT_EQ(view(payment.id).operations.back().undoes, command.operation.undoes);
    auto twin = next_operation(payment, domain::Request::void_payment, 1000);
    twin.command = command.command;
    EXPECT_EQ(name_of(run(store_.prepare(twin, soon()))), "still running") << "the key speaks before the guard";
}

TEST_F(Prepare, UndoOfAnUnknownSetsItsGoalOnceAndAnswersItsKey) {
    const auto prepared = prepare(new_payment());
    const auto command = undo_unknown(prepared.payment);
    const auto undone = run(store_.undo_unknown(command, soon()));
    ASSERT_TRUE(as<Prepared>(undone)) << name_of(undone);
    EXPECT_TRUE(as<Prepared>(undone)->payment.void_requested);
    EXPECT_EQ(as<Prepared>(undone)->operation.goal, domain::Goal::undo);
    EXPECT_EQ(name_of(run(store_.undo_unknown(command, soon()))), "replay");
    EXPECT_EQ(name_of(run(store_.undo_unknown(undo_unknown(prepared.payment), soon()))), "operation_in_progress");
    EXPECT_EQ(*run(store_.record(approval(prepared, 1000), soon())), OutcomeVerdict::fenced) << "it had another goal";
    EXPECT_EQ(name_of(run(store_.undo_unknown(undo_unknown(approved()), soon()))), "operation_in_progress");
}

TEST_F(Prepare, APoisonedCommandFailsAlone) {
    std::vector<Awaitable<Result<PrepareResult>>> calls;
    for (int i = 0; i < 32; ++i) {
        auto command = new_payment();
        if (i == 5) command.payment.order_reference = "\xff not UTF-8";
        calls.push_back(store_.prepare(std::move(command), soon()));
    }
    const auto results = run_all(std::move(calls));
    EXPECT_EQ(count_of<Prepared>(results), 31);
    EXPECT_EQ(results[5].error().code, "statement_failed");
    EXPECT_EQ(count("payments"), 31);
    EXPECT_EQ(count("tenders"), 31);
}

}  // namespace
}  // namespace postern::gateway
