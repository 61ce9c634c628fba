#include <cstdlib>
#include <functional>
#include <iostream>
#include <pqxx/pqxx>

#include "tests/gateway/storage/storage_fixture.hpp"

namespace postern::gateway {
namespace {

using Throughput = StorageTest;

// Not a benchmark: shows that concurrent payments share commits, and says how fast this machine was. POSTERN_TEST_LOAD
// is the number of payments.
TEST_F(Throughput, ConcurrentPaymentsShareCommits) {
    const char* load = std::getenv("POSTERN_TEST_LOAD");
    const int payments = load ? std::atoi(load) : 400;
    constexpr int at_once = 128;
    const auto commits = [&] { return std::stol(value("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")); };
    const auto life = [](PostgresPaymentStore& store, NewPayment command,
                         std::function<Outcome(const Prepared&)> approve) -> Awaitable<bool> {
        const auto prepared = co_await store.prepare(std::move(command), soon());
        if (!as<Prepared>(prepared)) co_return false;
        const auto verdict = co_await store.record(approve(*as<Prepared>(prepared)), soon());
        co_return verdict && *verdict == OutcomeVerdict::applied;
    };
    const auto before = commits();
    const auto started = std::chrono::steady_clock::now();
    for (int done = 0; done < payments; done += at_once) {
        std::vector<Awaitable<bool>> calls;
        for (int i = 0; i < std::min(at_once, payments - done); ++i)
            calls.push_back(life(store_, new_payment(1000, domain::Verb::sale),
                                 [this](const Prepared& prepared) { return approval(prepared, 1000); }));
        for (const bool good : run_all(std::move(calls))) ASSERT_TRUE(good);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    std::cout << "[ measured ] " << static_cast<int>(payments / took.count()) << " payments/s, both commits\n";
    EXPECT_EQ(count("events"), payments);
    pqxx::connection super{database_.as("postgres")};
    pqxx::nontransaction{super}.exec("SELECT pg_stat_force_next_flush()");
    EXPECT_LT(commits() - before, payments) << "fewer commits than half of what one by one would take";
}

}  // namespace
}  // namespace postern::gateway
