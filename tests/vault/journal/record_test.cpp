#include "vault/journal/record.hpp"

#include "tests/vault/journal/journal_fixture.hpp"

namespace postern::vault {
namespace {

JournalRecord full_record() {
    auto record = attempt_record(7);
    record.event = JournalEvent::closed;
    record.at = Timestamp{std::chrono::microseconds{1'795'000'000'123'456}};
    record.success = false;
    record.reason = "nothing_left";
    return record;
}

TEST(JournalRecord, RoundTripsWithAndWithoutAttempt) {
    auto record = full_record();
    for (int i = 0; i < 2; ++i) {
        const auto decoded = decode_record(encode_record(42, record));
        ASSERT_TRUE(decoded);
        EXPECT_EQ(decoded->sequence, 42u);
        EXPECT_TRUE(decoded->record == record);
        record.attempt.reset();
    }
}

// The layout is on disk for ever: this test fails where it changes under the same version.
TEST(JournalRecord, KeepsItsBytes) {
    JournalRecord record;
    record.event = JournalEvent::tokenized;
    record.at = Timestamp{std::chrono::microseconds{2}};
    record.actor = "a";
    record.object = "bc";
    const std::string expected{"\x01\x04\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02\x01\0\x01" "a\0\0\0\x02" "bc\0\0\0", 31};
    EXPECT_EQ(encode_record(1, record), expected);
}

TEST(JournalRecord, EveryPrefixAndAnyTailIsRefused) {
    const auto bytes = encode_record(1, full_record());
    for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_record(bytes.substr(0, size))) << size;
    EXPECT_FALSE(decode_record(bytes + "x"));
}

TEST(JournalRecord, WhatDecodesEncodesToTheSameBytes) {
    const auto bytes = encode_record(1, full_record());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (const int flip : {1, 0x80, 0xff}) {
            auto changed = bytes;
            changed[i] = static_cast<char>(changed[i] ^ flip);
            const auto decoded = decode_record(changed);
            if (decoded) EXPECT_EQ(encode_record(decoded->sequence, decoded->record), changed) << i;
        }
    }
}

TEST(JournalRecord, CutsTextsThatAreTooLong) {
    auto record = full_record();
    record.origin = std::string(1000, 'x');
    const auto decoded = decode_record(encode_record(1, record));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->record.origin.size(), journal_text_bytes_max);
}

TEST(JournalRecord, EveryEventHasAName) {
    for (int event = 1; event <= static_cast<int>(last_journal_event); ++event)
        EXPECT_FALSE(to_text(static_cast<JournalEvent>(event)).empty());
}

}  // namespace
}  // namespace postern::vault
