#include "vault/journal/journal.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <sys/resource.h>

#include "tests/vault/journal/journal_fixture.hpp"
#include "vault/journal/await.hpp"

namespace postern::vault {
namespace {

class JournalTest : public testing::Test {
protected:
    Result<std::unique_ptr<Journal>> try_open(std::optional<JournalHead> remembered) {
        return Journal::open({folder.path(), remembered, 100}, clock, random);
    }
    std::unique_ptr<Journal> opened(std::optional<JournalHead> remembered = {}) {
        auto journal = try_open(remembered);
        EXPECT_TRUE(journal) << journal.error().detail;
        return std::move(*journal);
    }
    // Two attempts sent and closed; gives the head after each record.
    std::vector<JournalHead> write_history() {
        auto journal = opened();
        std::vector<JournalHead> heads{journal->head()};
        EXPECT_TRUE(intend(*journal, 1));
        heads.push_back(journal->head());
        EXPECT_TRUE(fence(*journal, 2));
        heads.push_back(journal->head());
        return heads;
    }

    JournalFolder folder;
    test::ManualClock clock;
    test::SeededRandom random;
};

TEST_F(JournalTest, TheSameAttemptIsRefusedTwice) {
    auto journal = opened();
    EXPECT_EQ(journal->state(attempt_key()), AttemptState::unknown);
    EXPECT_TRUE(intend(*journal));
    EXPECT_EQ(journal->state(attempt_key()), AttemptState::intended);
    EXPECT_EQ(code_of(intend(*journal)), "attempt_repeated");
    EXPECT_TRUE(intend(*journal, 2)) << "another attempt of the operation is its own";
}

TEST_F(JournalTest, ASecondIntentIsRefusedBeforeTheFirstIsOnDisk) {
    auto journal = opened();
    std::promise<void> hold, held;
    journal->append({}, [&](Status) {
        held.set_value();
        hold.get_future().wait();
    });
    held.get_future().wait();
    std::promise<Status> first;
    journal->append_intent(attempt_record(), [&](Status status) { first.set_value(std::move(status)); });
    EXPECT_EQ(code_of(intend(*journal)), "attempt_repeated");
    EXPECT_EQ(code_of(fence(*journal)), "attempt_intended") << "a waiting intent may be sent any moment";
    hold.set_value();
    EXPECT_TRUE(first.get_future().get());
}

TEST_F(JournalTest, AFenceRefusesTheSleepersSend) {
    auto journal = opened();
    EXPECT_TRUE(fence(*journal));
    EXPECT_EQ(journal->state(attempt_key()), AttemptState::closed);
    EXPECT_EQ(code_of(intend(*journal)), "attempt_closed");
    EXPECT_TRUE(fence(*journal)) << "closing twice is fine";
}

TEST_F(JournalTest, ASecondFenceWaitsForTheFirstToBeOnDisk) {
    auto journal = opened();
    std::promise<void> hold, held;
    journal->append({}, [&](Status) {
        held.set_value();
        hold.get_future().wait();
    });
    held.get_future().wait();
    journal->append_closure(attempt_record(), false, [](Status) {});
    EXPECT_EQ(journal->state(attempt_key()), AttemptState::unknown) << "not yet a proof";
    std::promise<Status> second;
    auto told = second.get_future();
    journal->append_closure(attempt_record(), false, [&](Status status) { second.set_value(std::move(status)); });
    EXPECT_EQ(told.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    hold.set_value();
    EXPECT_TRUE(told.get());
    EXPECT_EQ(journal->state(attempt_key()), AttemptState::closed);
    EXPECT_EQ(journal->head().sequence, 3u) << "opened, the event and one closure: no second record";
}

TEST_F(JournalTest, AnIntentIsClosedOnlyWithProof) {
    auto journal = opened();
    EXPECT_TRUE(intend(*journal));
    EXPECT_EQ(code_of(fence(*journal)), "attempt_intended");
    EXPECT_TRUE(fence(*journal, 1, true));
    EXPECT_EQ(code_of(intend(*journal)), "attempt_closed");
}

TEST_F(JournalTest, AttemptsOutliveARestart) {
    const auto heads = write_history();
    for (const auto& remembered : {heads.back(), heads.front()}) {
        auto journal = opened(remembered);
        EXPECT_EQ(journal->new_epoch_reason(), "") << "a head that lags is no rollback";
        EXPECT_EQ(journal->epoch(), heads.front().epoch);
        EXPECT_EQ(journal->head(), heads.back());
        EXPECT_EQ(code_of(intend(*journal, 1)), "attempt_repeated");
        EXPECT_EQ(code_of(intend(*journal, 2)), "attempt_closed");
    }
}

TEST_F(JournalTest, ATornTailAtEveryByteIsCutAndTheChainGoesOn) {
    const auto heads = write_history();
    const auto path = folder.newest_file();
    const auto whole = read_file(path);
    write_file(path, whole);
    // The first record (opened) stays: it is what the database remembers.
    std::size_t first_end = 0;
    {
        auto again = opened(heads.back());
        EXPECT_TRUE(again->verify());
    }
    for (std::size_t size = whole.size(); size-- > 0;) {
        write_file(path, std::string_view{whole}.substr(0, size));
        auto journal = opened(heads.front());
        if (journal->new_epoch_reason() != "") {
            first_end = size + 1;
            break;
        }
        EXPECT_EQ(journal->state(attempt_key(2)), AttemptState::unknown) << size;
        EXPECT_TRUE(fence(*journal, 9)) << size;
        EXPECT_TRUE(journal->verify()) << size;
    }
    EXPECT_GT(first_end, 0u) << "a cut into the remembered record must begin a new epoch";
    EXPECT_LT(first_end, whole.size() - 100);
}

TEST_F(JournalTest, FirstStartBeginsAnEpochThatVerifies) {
    auto journal = opened();
    EXPECT_EQ(journal->new_epoch_reason(), "first_start");
    EXPECT_EQ(journal->epoch().size(), 26u);
    EXPECT_EQ(journal->head().sequence, 1u);
    const auto walked = journal->verify();
    ASSERT_TRUE(walked);
    EXPECT_EQ(walked->head, journal->head());
}

struct RollbackCase {
    const char* name;
    void (*strike)(const JournalFolder& folder, std::vector<JournalHead>& heads);
    const char* reason;
};
class JournalRollback : public JournalTest, public testing::WithParamInterface<RollbackCase> {};

TEST_P(JournalRollback, BeginsANewEpochThatStillRefusesWhatItCanRead) {
    auto heads = write_history();
    const auto old_epoch = heads.front().epoch;
    GetParam().strike(folder, heads);
    auto journal = opened(heads.empty() ? std::nullopt : std::optional{heads.back()});
    EXPECT_EQ(journal->new_epoch_reason(), GetParam().reason);
    EXPECT_NE(journal->epoch(), old_epoch);
    const auto head = journal->head();
    journal.reset();
    EXPECT_EQ(opened(head)->new_epoch_reason(), "") << "the new epoch goes on";
}

INSTANTIATE_TEST_SUITE_P(Table, JournalRollback, testing::Values(
    RollbackCase{"file_missing",
                 [](const JournalFolder& folder, auto&) { std::filesystem::remove(folder.newest_file()); },
                 "file_missing"},
    RollbackCase{"cut_at_a_record",
                 [](const JournalFolder& folder, auto&) {
                     const auto bytes = read_file(folder.newest_file());
                     for (std::size_t size = bytes.size() - 1;; --size) {  // back to the end of the record before
                         write_file(folder.newest_file(), bytes.substr(0, size));
                         const auto walked = verify_journal(folder.path());
                         if (walked && !walked->torn_tail) return;
                     }
                 },
                 "rolled_back"},
    RollbackCase{"flipped_byte",
                 [](const JournalFolder& folder, auto&) {
                     auto bytes = read_file(folder.newest_file());
                     bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
                     write_file(folder.newest_file(), bytes);
                 },
                 "chain_broken"},
    RollbackCase{"another_history",
                 [](const JournalFolder&, auto& heads) { heads.back().hash[0] ^= 1; }, "rolled_back"},
    RollbackCase{"database_lost_its_head", [](const JournalFolder&, auto& heads) { heads.clear(); }, "head_unknown"},
    RollbackCase{"database_knows_another_epoch",
                 [](const JournalFolder&, auto& heads) { heads.back().epoch = std::string(26, 'q'); }, "file_missing"}),
    [](const auto& test) { return test.param.name; });

TEST_F(JournalTest, AnOlderEpochsAttemptsAreStillRefused) {
    write_history();
    auto journal = opened();  // the database lost its head
    EXPECT_EQ(journal->new_epoch_reason(), "head_unknown");
    EXPECT_EQ(code_of(intend(*journal, 1)), "attempt_repeated");
    EXPECT_EQ(code_of(intend(*journal, 2)), "attempt_closed");
    EXPECT_TRUE(journal->verify());
}

TEST_F(JournalTest, ADatabaseThatRemembersAnOlderEpochBeginsANewOne) {
    const auto old_head = write_history().back();
    opened().reset();
    EXPECT_EQ(opened(old_head)->new_epoch_reason(), "head_unknown");
}

TEST_F(JournalTest, VerifyFindsAnOldFileCutChangedOrGone) {
    write_history();
    const auto old_file = folder.newest_file();
    const auto bytes = read_file(old_file);
    opened().reset();
    EXPECT_TRUE(verify_journal(folder.path()));
    write_file(old_file, bytes.substr(0, bytes.size() - 1));
    EXPECT_EQ(verify_journal(folder.path()).error().code, "chain_broken");
    write_file(old_file, bytes);
    EXPECT_TRUE(verify_journal(folder.path()));
    std::filesystem::remove(old_file);
    EXPECT_EQ(verify_journal(folder.path()).error().code, "chain_broken");
}

TEST_F(JournalTest, VerifyHoldsTheNewestFileAgainstAHead) {
    auto head = write_history().back();
    EXPECT_TRUE(verify_journal(folder.path(), head));
    head.sequence += 1;
    EXPECT_EQ(verify_journal(folder.path(), head).error().code, "rolled_back");
}

TEST_F(JournalTest, OneKeeperAtATime) {
    auto journal = opened();
    EXPECT_EQ(try_open(journal->head()).error().code, "journal_in_use");
}

TEST_F(JournalTest, AFullDiskSendsNothingAndForgetsWhatItRefused) {
    auto journal = opened();
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit tight{10, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
    const auto intended = intend(*journal, 1);
    const auto fenced = fence(*journal, 2);
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_EQ(code_of(intended), "journal_unavailable");
    EXPECT_EQ(code_of(fenced), "journal_unavailable");
    EXPECT_EQ(journal->state(attempt_key(1)), AttemptState::unknown);
    EXPECT_EQ(journal->state(attempt_key(2)), AttemptState::unknown);
    EXPECT_TRUE(intend(*journal, 1));
    EXPECT_TRUE(fence(*journal, 2));
    EXPECT_TRUE(journal->available());
}

TEST_F(JournalTest, AuditEventsCarryTheirSixFields) {
    clock.move(std::chrono::seconds(5));
    const auto journal = opened();
    JournalRecord record;
    record.event = JournalEvent::tokenized;
    record.actor = "key_1";
    record.origin = "10.0.0.1";
    record.object = "tok_1";
    EXPECT_TRUE(settled([&](Journal::Done done) { journal->append(record, std::move(done)); }));
    EXPECT_EQ(journal->head().sequence, 2u);
    EXPECT_NE(read_file(folder.newest_file()).find("10.0.0.1"), std::string::npos);
}

TEST_F(JournalTest, CoroutinesAwaitIt) {
    auto journal = opened();
    boost::asio::io_context context;
    std::string first = "none", second = "none";
    boost::asio::co_spawn(
        context,
        [&]() -> boost::asio::awaitable<void> {
            first = code_of(co_await journaled([&](Journal::Done done) {
                journal->append_intent(attempt_record(), std::move(done));
            }));
            second = code_of(co_await journaled([&](Journal::Done done) {
                journal->append_intent(attempt_record(), std::move(done));
            }));
        },
        boost::asio::detached);
    context.run();
    EXPECT_EQ(first, "");
    EXPECT_EQ(second, "attempt_repeated");
}

}  // namespace
}  // namespace postern::vault
