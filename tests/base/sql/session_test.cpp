#include "base/sql/session.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "tests/support/postgres.hpp"

namespace postern::sql {
namespace {

constexpr std::pair<std::string_view, std::string_view> one_table[] = {
    {"0001_counts.sql", "CREATE TABLE counts (id integer PRIMARY KEY, n integer NOT NULL CHECK (n < 100));"
                        "INSERT INTO counts VALUES (1, 0), (2, 0);"}};
constexpr const char* raise_one = R"sql(UPDATE counts SET n = n + 1 WHERE id = 1)sql";
constexpr const char* raise_two = R"sql(UPDATE counts SET n = n + 1 WHERE id = 2)sql";

class SessionTest : public testing::Test {
protected:
    Session session(std::chrono::milliseconds time_max = transaction_time_max) {
        return Session{database_.as("postern_admin"), {}, time_max};
    }
    // The session's own server process ends, as a failover or an operator would end it.
    void kill_backend(int pid) const {
        pqxx::connection other{database_.as("postgres")};
        pqxx::nontransaction{other}.exec("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 5000)");
    }
    std::string n() const { return database_.value("SELECT n FROM counts WHERE id = 1"); }
    support::TestDatabase database_{"postern_admin", one_table};
};

int backend(pqxx::work& tx) { return tx.exec1("SELECT pg_backend_pid()")[0].as<int>(); }

TEST_F(SessionTest, CommitsWhatItWrites) {
    auto s = session();
    const auto done = s.write([](pqxx::work& tx) { return tx.exec(raise_one).affected_rows(); });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(*done, 1);
    EXPECT_EQ(n(), "1");
}

TEST_F(SessionTest, NeverCommitsInARead) {
    auto s = session();
    ASSERT_TRUE(s.read([](pqxx::work& tx) { return tx.exec(raise_one).affected_rows(); }));
    EXPECT_EQ(n(), "0");
}

TEST_F(SessionTest, AStatementAloneIsItsOwnTransaction) {
    auto s = session();
    const auto done = s.write_alone([](Alone& writing) { return writing.exec(raise_one).affected_rows(); });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(n(), "1");
    const auto open = [](Alone& reading) { return reading.exec1("SELECT now() = statement_timestamp()")[0].as<bool>(); };
    EXPECT_TRUE(*s.read_alone(open));
}

TEST_F(SessionTest, AWriteAloneThatWasCutIsInDoubtAndAReadAloneRunAgain) {
    auto s = session();
    int runs = 0;
    const auto cut = [&](Alone& alone) {
        if (++runs == 1) kill_backend(alone.exec1("SELECT pg_backend_pid()")[0].as<int>());
        return alone.exec1("SELECT 7")[0].as<int>();
    };
    const auto written = s.write_alone(cut);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, "commit_in_doubt");
    EXPECT_EQ(runs, 1);
    runs = 0;
    EXPECT_EQ(*s.read_alone(cut), 7);
    EXPECT_EQ(runs, 2);
}

TEST_F(SessionTest, NoServerIsUnavailable) {
    Session s{"host=/nonexistent dbname=x user=y", {}};
    const auto done = s.write([](pqxx::work& tx) { return tx.exec(raise_one).affected_rows(); });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::unavailable);
}

TEST_F(SessionTest, AStatementsOwnErrorNamesItsSqlStateAndKeepsTheSession) {
    auto s = session();
    const auto done = s.write([](pqxx::work& tx) { return tx.exec("UPDATE counts SET n = 100").affected_rows(); });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, "statement_failed");
    EXPECT_EQ(done.error().detail, "sqlstate 23514");
    EXPECT_TRUE(s.write([](pqxx::work& tx) { return tx.exec(raise_one).affected_rows(); }));
}

TEST_F(SessionTest, ReconnectsWhereTheIdleSessionDied) {
    auto s = session();
    const auto pid = s.read(backend);
    kill_backend(*pid);
    const auto done = s.write([](pqxx::work& tx) { return tx.exec(raise_one).affected_rows(); });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(n(), "1");
}

TEST_F(SessionTest, ASessionLostAfterAWriteIsInDoubtAndNotRunAgain) {
    auto s = session();
    int runs = 0;
    const auto done = s.write([&](pqxx::work& tx) {
        ++runs;
        const auto rows = tx.exec(raise_one).affected_rows();
        kill_backend(backend(tx));
        return rows;  // COMMIT meets a dead session
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::outcome_unknown);
    EXPECT_EQ(done.error().code, "commit_in_doubt");
    EXPECT_EQ(runs, 1);
    EXPECT_TRUE(s.write([](pqxx::work& tx) { return tx.exec(raise_one).affected_rows(); }));
}

TEST_F(SessionTest, AReadIsRunOnceMoreWhereItsSessionWasLost) {
    auto s = session();
    int runs = 0;
    const auto read = s.read([&](pqxx::work& tx) {
        if (++runs == 1) kill_backend(backend(tx));
        return tx.exec1("SELECT 7")[0].as<int>();
    });
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(runs, 2);
}

TEST_F(SessionTest, ACancelledStatementDidNothing) {
    auto s = session();
    const auto done = s.write([](pqxx::work& tx) {
        tx.exec("SET LOCAL statement_timeout = '20ms'");
        return tx.exec("UPDATE counts SET n = 1 FROM (SELECT pg_sleep(5)) AS p").affected_rows();
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(n(), "0");
}

TEST_F(SessionTest, DeadlocksAreRunAgainWhole) {
    const auto raise_both = [&](const char* first, const char* second, std::atomic<int>& first_done) {
        auto s = session();
        return s.write([&](pqxx::work& tx) {
            tx.exec("SET LOCAL deadlock_timeout = '20ms'");
            tx.exec(first);
            ++first_done;
            while (first_done < 2) std::this_thread::yield();
            return tx.exec(second).affected_rows();
        });
    };
    std::atomic<int> first_done{0};
    bool other_ok = false;
    pqxx::connection super{database_.as("postgres")};
    pqxx::nontransaction{super}.exec("GRANT SET ON PARAMETER deadlock_timeout TO postern_admin");
    std::thread other{[&] { other_ok = raise_both(raise_two, raise_one, first_done).has_value(); }};
    const auto done = raise_both(raise_one, raise_two, first_done);
    other.join();
    EXPECT_TRUE(done) << done.error().detail;
    EXPECT_TRUE(other_ok);
    EXPECT_EQ(n(), "2");
}

TEST_F(SessionTest, SerializationFailuresEndAfterTheLastTry) {
    auto s = session();
    int runs = 0;
    const auto done = s.write([&](pqxx::work& tx) {
        ++runs;
        tx.exec("DO $$ BEGIN RAISE EXCEPTION USING errcode = '40001'; END $$");
        return 0;
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, "contention");
    EXPECT_EQ(runs, Session::tries_max);
}

TEST_F(SessionTest, AFrozenServerIsLeftAtTheDeadline) {
    auto s = session(std::chrono::milliseconds{300});
    int pid = 0;
    const auto done = s.write([&](pqxx::work& tx) {
        pid = backend(tx);
        ::kill(pid, SIGSTOP);
        return tx.exec(raise_one).affected_rows();
    });
    ::kill(pid, SIGCONT);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::outcome_unknown);
    EXPECT_FALSE(s.connected());
}

TEST_F(SessionTest, ComesBackAfterTheServerWasKilled) {
    auto s = session();
    ASSERT_TRUE(s.write([](pqxx::work& tx) { return tx.exec(raise_one).affected_rows(); }));
    support::PostgresCluster::instance().kill_and_restart();
    const auto done = s.write([](pqxx::work& tx) { return tx.exec(raise_one).affected_rows(); });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(n(), "2");
}

}  // namespace
}  // namespace postern::sql
