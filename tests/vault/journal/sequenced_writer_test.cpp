#include "vault/journal/sequenced_writer.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>

#include "tests/vault/journal/journal_fixture.hpp"

namespace postern::vault {
namespace {

// A writer on a file of its own.
class SequencedWriterTest : public testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directory(folder.path());
        open_writer(1000);
    }
    void open_writer(std::size_t waiting_max) {
        writer.reset();
        header = encode_file_header({1, std::string(26, 'e'), {}, {}});
        write_file(path(), header);
        const int file = open(path().c_str(), O_RDWR | O_CLOEXEC);
        writer = std::make_unique<SequencedWriter>(file, chain_start(header), header.size(), waiting_max);
    }
    std::string path() const { return folder.path() + "/one.journal"; }
    Status write(int attempt) {
        return settled([&](SequencedWriter::Done done) { writer->submit(attempt_record(attempt), std::move(done)); });
    }
    std::vector<int> on_disk() const {
        std::vector<int> attempts;
        const auto scan = scan_journal(read_file(path()), [&](const JournalRecord& record, const ChainPoint&) {
            attempts.push_back(record.attempt->key.attempt);
        });
        EXPECT_EQ(scan.end, JournalScan::End::whole);
        return attempts;
    }

    JournalFolder folder;
    std::string header;
    std::unique_ptr<SequencedWriter> writer;
};

TEST_F(SequencedWriterTest, KeepsTheOrderOfArrivalAndTellsEach) {
    std::vector<int> told;  // on the writer's thread only
    for (int attempt = 1; attempt <= 200; ++attempt)
        writer->submit(attempt_record(attempt), [&told, attempt](Status status) {
            EXPECT_TRUE(status);
            told.push_back(attempt);
        });
    writer.reset();
    std::vector<int> expected(200);
    for (int i = 0; i < 200; ++i) expected[static_cast<std::size_t>(i)] = i + 1;
    EXPECT_EQ(told, expected);
    EXPECT_EQ(on_disk(), expected);
}

TEST_F(SequencedWriterTest, WhatIsToldIsOnDisk) {
    EXPECT_TRUE(write(1));
    EXPECT_EQ(writer->durable().sequence, 1u);
    EXPECT_EQ(on_disk(), (std::vector{1}));
    EXPECT_EQ(writer->durable_bytes(), read_file(path()).size());
}

TEST_F(SequencedWriterTest, RefusesWhereTooManyWait) {
    open_writer(1);
    std::promise<void> hold, held;
    writer->submit(attempt_record(1), [&](Status) {
        held.set_value();
        hold.get_future().wait();
    });
    held.get_future().wait();  // the writer's thread stands in the first callback
    auto second = std::make_shared<std::promise<Status>>();
    auto second_told = second->get_future();
    writer->submit(attempt_record(2), [second](Status status) { second->set_value(std::move(status)); });
    EXPECT_EQ(code_of(write(3)), "journal_busy");
    hold.set_value();
    EXPECT_TRUE(second_told.get());
    EXPECT_EQ(on_disk(), (std::vector{1, 2}));
}

// A limit on the file's size stands for the full disk.
TEST_F(SequencedWriterTest, AFullDiskRefusesAndHeals) {
    EXPECT_TRUE(write(1));
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit tight{writer->durable_bytes() + 10, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
    const auto refused = write(2);
    EXPECT_FALSE(writer->available());
    setrlimit(RLIMIT_FSIZE, &before);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "journal_unavailable");
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(on_disk(), (std::vector{1})) << "the half-written record is cut off";
    EXPECT_TRUE(write(3));
    EXPECT_TRUE(writer->available());
    EXPECT_EQ(on_disk(), (std::vector{1, 3}));
}

TEST(SequencedWriterAlone, WhereNothingCanBeUndoneItStaysUnavailable) {
    JournalFolder folder;
    std::filesystem::create_directory(folder.path());
    const auto path = folder.path() + "/one.journal";
    write_file(path, "x");
    SequencedWriter writer(open(path.c_str(), O_RDONLY | O_CLOEXEC), {}, 1, 10);  // neither write nor truncate work
    const auto write = [&] {
        return settled([&](SequencedWriter::Done done) { writer.submit(attempt_record(), std::move(done)); });
    };
    EXPECT_EQ(code_of(write()), "journal_unavailable");
    EXPECT_EQ(code_of(write()), "journal_unavailable");
    EXPECT_FALSE(writer.available());
    EXPECT_EQ(read_file(path), "x");
}

}  // namespace
}  // namespace postern::vault
