#include "base/sql/commit_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <map>

#include "tests/support/postgres.hpp"

namespace postern::sql {
namespace {

namespace asio = boost::asio;
constexpr std::pair<std::string_view, std::string_view> one_table[] = {
    {"0001_numbers.sql", "CREATE TABLE numbers (n integer PRIMARY KEY CHECK (n <> 13));"}};

Instant soon() { return std::chrono::steady_clock::now() + std::chrono::seconds{20}; }

// Commands are numbers to insert; the verdict is the size of the batch that carried it.
struct CommitQueueTest : testing::Test {
    using Queue = CommitQueue<int, std::size_t>;
    CommitQueueOptions options() {
        CommitQueueOptions made;
        made.connection_string = database.as("postern_admin");
        made.writers = 1;
        made.name = "test";
        return made;
    }
    // Holds the first batch back until `open`, so that what follows piles up.
    Queue::Run inserts() {
        return [this](pqxx::work& tx, std::span<int* const> batch) {
            gate.wait();
            for (const int* n : batch) tx.exec_params("INSERT INTO numbers VALUES ($1)", *n);
            if (after_insert) after_insert(tx);
            return std::vector<std::size_t>(batch.size(), batch.size());
        };
    }
    void submit(Queue& queue, int n, std::uint64_t route, Instant deadline = soon()) {
        asio::co_spawn(
            io,
            [](CommitQueueTest& test, Queue& q, int number, std::uint64_t r, Instant by) -> asio::awaitable<void> {
                const auto thread = std::this_thread::get_id();
                auto verdict = co_await q.submit(number, r, by);
                EXPECT_EQ(thread, std::this_thread::get_id()) << "resumes on its own executor";
                test.verdicts.emplace(number, std::move(verdict));
            }(*this, queue, n, route, deadline),
            asio::detached);
    }
    void open() { opener.set_value(); }
    std::string_view code(int n) { return verdicts.at(n) ? "" : verdicts.at(n).error().code; }
    std::string stored() { return database.value("SELECT string_agg(n::text, ',' ORDER BY n) FROM numbers"); }

    support::TestDatabase database{"postern_admin", one_table};
    std::promise<void> opener;
    std::shared_future<void> gate{opener.get_future()};
    std::function<void(pqxx::work&)> after_insert;
    asio::io_context io;
    std::map<int, Result<std::size_t>> verdicts;
};

TEST_F(CommitQueueTest, ConcurrentCommandsShareACommit) {
    Queue queue{options(), inserts()};
    for (int n = 0; n < 9; ++n) submit(queue, n, static_cast<std::uint64_t>(n));
    io.poll();
    open();
    io.run();
    EXPECT_EQ(stored(), "0,1,2,3,4,5,6,7,8");
    const auto first = *verdicts.at(0), last = *verdicts.at(8);
    EXPECT_TRUE(first == 9 || first + last == 9) << "one batch, and all that waited behind it in another";
}

// The pause is held until all that should gather is there: without it, the first to come is taken alone.
TEST_F(CommitQueueTest, APauseBehindABatchGathersWhatComesMeanwhile) {
    std::promise<void> rests, goes_on;
    std::shared_future<void> until{goes_on.get_future()};
    std::atomic<int> pauses = 0;
    auto gathering = options();
    gathering.gather = std::chrono::milliseconds{7};
    gathering.rest = [&, until](std::chrono::milliseconds pause) {
        EXPECT_EQ(pause.count(), 7);
        if (++pauses == 1) rests.set_value();
        until.wait();
    };
    open();
    Queue queue{gathering, inserts()};
    submit(queue, 0, 0);
    io.poll();
    ASSERT_EQ(rests.get_future().wait_for(std::chrono::seconds{20}), std::future_status::ready) << "no pause was made";
    for (int n = 1; n < 9; ++n) {
        submit(queue, n, static_cast<std::uint64_t>(n));
        io.poll();  // each alone, as callers come
    }
    goes_on.set_value();
    io.restart();
    io.run();
    EXPECT_EQ(*verdicts.at(0), 1U);
    for (int n = 1; n < 9; ++n) EXPECT_EQ(*verdicts.at(n), 8U) << n;
}

TEST_F(CommitQueueTest, WithoutAPauseACommandIsTakenAsItComes) {
    auto at_once = options();
    std::atomic<int> pauses = 0;
    at_once.rest = [&](std::chrono::milliseconds) { ++pauses; };
    open();
    Queue queue{at_once, inserts()};
    for (int n = 0; n < 4; ++n) {
        submit(queue, n, static_cast<std::uint64_t>(n));
        io.restart();
        io.run();  // to its verdict
        EXPECT_EQ(*verdicts.at(n), 1U);
    }
    EXPECT_EQ(pauses, 0);
}

TEST_F(CommitQueueTest, TwoOfOneRouteNeverShareABatch) {
    Queue queue{options(), inserts()};
    for (int n = 0; n < 4; ++n) submit(queue, n, 7);
    io.poll();
    open();
    io.run();
    for (int n = 0; n < 4; ++n) EXPECT_EQ(*verdicts.at(n), 1U);
}

TEST_F(CommitQueueTest, ABadCommandFailsAlone) {
    Queue queue{options(), inserts()};
    for (int n = 0; n < 32; ++n) submit(queue, n, static_cast<std::uint64_t>(n));
    io.poll();
    open();
    io.run();
    for (int n = 0; n < 32; ++n) EXPECT_EQ(code(n), n == 13 ? "statement_failed" : "") << n;
    EXPECT_EQ(database.value("SELECT count(*) FROM numbers"), "31");
}

TEST_F(CommitQueueTest, ALostCommitPutsEachOfItsCommandsInDoubt) {
    after_insert = [this](pqxx::work& tx) {
        const auto pid = tx.exec1("SELECT pg_backend_pid()")[0].as<std::string>();
        pqxx::connection other{database.as("postgres")};
        pqxx::nontransaction{other}.exec("SELECT pg_terminate_backend(" + pid + ", 5000)");
    };
    Queue queue{options(), inserts()};
    for (int n = 0; n < 3; ++n) submit(queue, n, static_cast<std::uint64_t>(n));
    io.poll();
    open();
    io.run();
    for (int n = 0; n < 3; ++n) EXPECT_EQ(verdicts.at(n).error().kind, ErrorKind::outcome_unknown) << n;
    EXPECT_EQ(stored(), "");
}

TEST_F(CommitQueueTest, RefusesBeyondItsBound) {
    auto small = options();
    small.waiting_max = 2;
    Queue queue{small, inserts()};
    for (int n = 0; n < 5; ++n) submit(queue, n, 1);  // at most one is taken while the gate is closed
    io.poll();
    open();
    io.run();
    EXPECT_EQ(code(4), "queue_full");
    EXPECT_EQ(verdicts.at(4).error().kind, ErrorKind::unavailable);
    EXPECT_EQ(code(0), "");
}

TEST_F(CommitQueueTest, ALateCommandIsNotRun) {
    Queue queue{options(), inserts()};
    submit(queue, 1, 1, std::chrono::steady_clock::now() - std::chrono::seconds{1});
    open();
    io.run();
    EXPECT_EQ(code(1), "deadline");
    EXPECT_EQ(stored(), "");
}

TEST_F(CommitQueueTest, DrainsBeforeItEnds) {
    {
        Queue queue{options(), inserts()};
        for (int n = 0; n < 5; ++n) submit(queue, n, 1);
        io.poll();
        open();
    }
    io.run();
    EXPECT_EQ(stored(), "0,1,2,3,4");
}

TEST_F(CommitQueueTest, NoServerIsUnavailable) {
    auto nowhere = options();
    nowhere.connection_string = "host=/nonexistent dbname=x user=y";
    Queue queue{nowhere, inserts()};
    submit(queue, 1, 1);
    open();
    io.run();
    EXPECT_EQ(code(1), "storage_unavailable");
}

}  // namespace
}  // namespace postern::sql
