#include <atomic>
#include <pqxx/pqxx>
#include <thread>

#include "tests/gateway/storage/storage_fixture.hpp"

namespace postern::gateway {
namespace {

// Server processes of the gateway are ended again and again while it writes: some transactions die before their COMMIT,
// some in it, some right after, and each answer must still be true.
class Doubt : public StorageTest {
protected:
    template <class Work>
    void under_fire(Work work) {
        std::atomic<bool> over{false};
        std::thread gun{[&] {
            pqxx::connection super{database_.as("postgres")};
            while (!over) {
                pqxx::nontransaction{super}.exec(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE usename = 'postern_gateway' AND datname = current_database()"
                    " AND (query LIKE '%WITH input%' OR query ILIKE 'commit%')");
                std::this_thread::sleep_for(std::chrono::milliseconds{15});
            }
        }};
        work();
        over = true;
        gun.join();
    }
};

TEST_F(Doubt, EveryPreparedAnswerIsTrueAndNothingIsWrittenTwice) {
    constexpr int rounds = 100, at_once = 8;
    int prepared = 0;
    under_fire([&] {
        for (int round = 0; round < rounds; ++round) {
            std::vector<Awaitable<Result<PrepareResult>>> calls;
            for (int i = 0; i < at_once; ++i) calls.push_back(store_.prepare(new_payment(), soon()));
            for (const auto& result : run_all(std::move(calls))) {
                const bool nothing_happened = !result && result.error().kind == ErrorKind::unavailable;
                EXPECT_TRUE(as<Prepared>(result) || nothing_happened) << name_of(result);
                prepared += as<Prepared>(result) ? 1 : 0;
            }
        }
    });
    EXPECT_GT(prepared, rounds * at_once / 2);
    EXPECT_EQ(count("payments"), prepared);
    EXPECT_EQ(count("operations"), prepared);
    EXPECT_EQ(count("idempotency_keys"), prepared);
    EXPECT_EQ(count("tenders"), prepared);
}

TEST_F(Doubt, EveryRecordedOutcomeIsAppliedOnce) {
    constexpr int payments = 60;
    std::vector<Prepared> all;
    for (int i = 0; i < payments; ++i) all.push_back(prepare(new_payment(1000, domain::Verb::sale)));
    under_fire([&] {
        for (const auto& prepared : all) {
            const auto outcome = approval(prepared, 1000);
            auto verdict = run(store_.record(outcome, soon()));
            for (int i = 0; i < 20 && !verdict && safe_to_retry(verdict.error().kind); ++i)
                verdict = run(store_.record(outcome, soon()));
            ASSERT_TRUE(verdict) << verdict.error().code;
            EXPECT_EQ(*verdict, OutcomeVerdict::applied);
        }
    });
    EXPECT_EQ(count("evidence"), payments);
    EXPECT_EQ(count("events"), payments);
    EXPECT_EQ(value("SELECT count(*) FROM payments WHERE version <> 2 OR captured_minor <> 1000"), "0");
}

TEST_F(Doubt, ReservationsAreMadeOnce) {
    const auto payment = approved(100'000, domain::Verb::sale);
    int refunds = 0;
    under_fire([&] {
        for (int i = 0; i < 100; ++i) {
            const auto result = run(store_.prepare(next_operation(payment, domain::Request::refund, 10), soon()));
            const bool nothing_happened = !result && result.error().kind == ErrorKind::unavailable;
            EXPECT_TRUE(as<Prepared>(result) || nothing_happened) << name_of(result);
            refunds += as<Prepared>(result) ? 1 : 0;
        }
    });
    EXPECT_GT(refunds, 50);
    EXPECT_EQ(view(payment.id).payment.refund_reserved, usd(10 * refunds));
    EXPECT_EQ(view(payment.id).operations.size(), 1U + static_cast<std::size_t>(refunds));
}

// The answer of a commit that did happen is lost: the same command again finds its own rows.
TEST_F(Doubt, TheSameCommandAgainIsALookUp) {
    const auto command = new_payment();
    prepare(command);
    EXPECT_EQ(name_of(run(store_.prepare(command, soon()))), "prepared");
    const auto payment = approved();
    const auto capture = next_operation(payment, domain::Request::capture, 1000);
    const auto captured = prepare(capture);
    EXPECT_EQ(name_of(run(store_.prepare(capture, soon()))), "prepared");
    EXPECT_EQ(view(payment.id).payment.capture_reserved, usd(1000));
    const auto outcome = approval(captured, 1000);
    EXPECT_EQ(*run(store_.record(outcome, soon())), OutcomeVerdict::applied);
    EXPECT_EQ(*run(store_.record(outcome, soon())), OutcomeVerdict::applied);
    EXPECT_EQ(view(payment.id).payment.captured, usd(1000));
    EXPECT_EQ(count("evidence"), 2);
}

TEST_F(Doubt, ALockedTableEndsTheStatementAndServesAgainLater) {
    prepare(new_payment());
    pqxx::connection super{database_.as("postgres")};
    pqxx::work lock{super};
    lock.exec("LOCK TABLE payments IN ACCESS EXCLUSIVE MODE");
    const auto started = std::chrono::steady_clock::now();
    const auto result = run(store_.prepare(new_payment(), started + std::chrono::seconds{2}));
    EXPECT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::unavailable) << "lock_timeout: cancelled before its commit";
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds{6});
    lock.abort();
    prepare(new_payment());
}

}  // namespace
}  // namespace postern::gateway
