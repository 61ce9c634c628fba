#include "vault/journal/journal_file.hpp"

#include "tests/vault/journal/journal_fixture.hpp"

namespace postern::vault {
namespace {

struct Written {
    std::string bytes;
    std::vector<std::size_t> ends;  // of the header and of each record
    ChainPoint last;
};

Written three_records() {
    Written written;
    written.bytes = encode_file_header({1, std::string(26, 'e'), {}, {}});
    written.last = chain_start(written.bytes);
    written.ends.push_back(written.bytes.size());
    for (int attempt = 1; attempt <= 3; ++attempt) {
        append_link(attempt_record(attempt), written.last, written.bytes);
        written.ends.push_back(written.bytes.size());
    }
    return written;
}

JournalScan scan(std::string_view bytes) {
    return scan_journal(bytes, [](const JournalRecord&, const ChainPoint&) {});
}

TEST(JournalFile, AWholeFileIsWalkedInOrder) {
    const auto written = three_records();
    std::vector<int> attempts;
    const auto result = scan_journal(written.bytes, [&](const JournalRecord& record, const ChainPoint& point) {
        attempts.push_back(record.attempt->key.attempt);
        EXPECT_EQ(point.sequence, attempts.size());
    });
    EXPECT_EQ(result.end, JournalScan::End::whole);
    EXPECT_EQ(attempts, (std::vector{1, 2, 3}));
    EXPECT_EQ(result.last, written.last);
    EXPECT_EQ(result.header.epoch, std::string(26, 'e'));
}

TEST(JournalFile, ATailTornAtAnyByteEndsAtTheLastWholeRecord) {
    const auto written = three_records();
    for (std::size_t size = written.ends.front(); size < written.bytes.size(); ++size) {
        const auto result = scan(std::string_view{written.bytes}.substr(0, size));
        std::size_t whole_end = 0;
        for (const auto end : written.ends)
            if (end <= size) whole_end = end;
        EXPECT_EQ(result.end, size == whole_end ? JournalScan::End::whole : JournalScan::End::torn) << size;
        EXPECT_EQ(result.good_bytes, whole_end) << size;
    }
}

TEST(JournalFile, AFlippedBitAnywhereIsBroken) {
    const auto written = three_records();
    for (std::size_t i = 0; i < written.bytes.size(); ++i) {
        auto changed = written.bytes;
        changed[i] = static_cast<char>(changed[i] ^ 0x40);
        EXPECT_EQ(scan(changed).end, JournalScan::End::broken) << i;
    }
}

TEST(JournalFile, ARecordRemovedOrSwappedIsBroken) {
    const auto written = three_records();
    const auto part = [&](std::size_t i) {
        return written.bytes.substr(written.ends[i], written.ends[i + 1] - written.ends[i]);
    };
    const auto header = written.bytes.substr(0, written.ends[0]);
    EXPECT_EQ(scan(header + part(0) + part(2)).end, JournalScan::End::broken);
    EXPECT_EQ(scan(header + part(1) + part(0) + part(2)).end, JournalScan::End::broken);
    EXPECT_EQ(scan(header + part(0) + part(0)).end, JournalScan::End::broken);
}

TEST(JournalFile, ZerosBehindTheLastRecordAreATornTail) {
    const auto written = three_records();
    const auto result = scan(written.bytes + std::string(100, '\0'));
    EXPECT_EQ(result.end, JournalScan::End::torn);
    EXPECT_EQ(result.good_bytes, written.bytes.size());
}

TEST(JournalFile, AShortHeaderIsBroken) {
    const auto written = three_records();
    for (std::size_t size = 0; size < written.ends.front(); ++size)
        EXPECT_EQ(scan(std::string_view{written.bytes}.substr(0, size)).end, JournalScan::End::broken) << size;
}

TEST(JournalFile, NamesSortLikeNumbers) {
    EXPECT_LT(journal_file_name({9, "z", {}, {}}), journal_file_name({10, "a", {}, {}}));
    EXPECT_EQ(ordinal_of_file("/x/" + journal_file_name({10, "a", {}, {}})), 10u);
}

}  // namespace
}  // namespace postern::vault
