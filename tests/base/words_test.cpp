// Base32, ids, time and digests: the words that every part shares.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <unistd.h>

#include "base/crypto/digest.hpp"
#include "base/crypto/sealed_box.hpp"
#include "base/crypto/system_random.hpp"
#include "base/id.hpp"
#include "base/wiped/wiped.hpp"

namespace postern {
namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

TEST(Base32, EveryLengthRoundTrips) {
    for (std::size_t size = 0; size <= 64; ++size) {
        std::vector<std::uint8_t> bytes(size, 0xff);
        EXPECT_EQ(base32_decode(base32_encode(bytes)), bytes) << size;
        EXPECT_EQ(base32_ungrouped(base32_grouped(bytes)), bytes) << size;
    }
    EXPECT_EQ(base32_encode(bytes_of("foobar")), "csqpyrk1e8");
    EXPECT_EQ(base32_grouped(bytes_of("foobar")), "csqpyrk1-e8");
}

TEST(Base32, RefusesWhatItDoesNotWrite) {
    for (const std::string_view text : {"l", "u0", "0", "01", "CSQPYRK1E8", "csqpyrk1e9", "csqpyrk1-"}) {
        EXPECT_FALSE(base32_decode(text)) << text;
    }
    for (const std::string_view text : {"csqpyrk1e8", "csqpyrk-1e8", "csqpyrk1-", "-"}) {
        EXPECT_FALSE(base32_ungrouped(text)) << text;
    }
}

TEST(Base32, GroupedZerosHoldNoLongRun) {
    EXPECT_EQ(longest_digit_run(base32_grouped(std::vector<std::uint8_t>(64))), 8U);
    EXPECT_EQ(longest_digit_run("a12b123"), 3U);
}

struct TextCase {
    std::string name, text;
    bool as_it_is;
};
class StoredText : public testing::TestWithParam<TextCase> {};
TEST_P(StoredText, ComesBackAndHoldsNoLongRun) {
    const auto stored = stored_text(GetParam().text);
    EXPECT_EQ(stored == GetParam().text, GetParam().as_it_is);
    EXPECT_LT(longest_digit_run(stored), 12U);
    EXPECT_EQ(shown_text(stored), GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(Table, StoredText, testing::Values(
    TextCase{"empty",         "", true},
    TextCase{"words",         "table 12", true},
    TextCase{"eleven_digits", "12345678901", true},
    TextCase{"twelve_digits", "ref 123456789012", false},
    TextCase{"tilde",         "~x", false},
    TextCase{"bytes",         std::string("\0\xff 000000000000", 15), false}),
    [](const auto& test) { return test.param.name; });

TEST(Ids, AreNewShapedAndSortIntoTime) {
    crypto::SystemRandom random;
    std::set<PaymentId> seen;
    const Timestamp now{std::chrono::seconds{1'800'000'000}};
    for (int i = 0; i < 10'000; ++i) {
        const auto id = PaymentId::create(now, random);
        ASSERT_TRUE(seen.insert(id).second);
        ASSERT_LT(longest_digit_run(id.text()), 12U);
        ASSERT_TRUE(PaymentId::parse(id.text()));
    }
    const auto later = PaymentId::create(now + std::chrono::seconds{1}, random).text().substr(5, 9);
    EXPECT_LT(seen.begin()->text().substr(5, 9), later);
}

// Random bytes that would make an id of digits only the first time.
class DigitsFirst final : public Random {
public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes) byte = draws == 0 ? 1 : 20;
        ++draws;
    }
    int draws = 0;
};
TEST(Ids, AreDrawnAgainWhileTheyHoldTwelveDigits) {
    DigitsFirst random;
    const auto text = new_id_text(Timestamp{}, random);
    EXPECT_EQ(random.draws, 2);
    EXPECT_LT(longest_digit_run(text), 12U);
}

TEST(Ids, RefuseOtherForms) {
    const std::string good = "pay_" + std::string(26, 'a');
    EXPECT_TRUE(PaymentId::parse(good));
    for (const auto& text : {good + "a", good.substr(1), "op_" + good.substr(4), "pay_" + std::string(26, 'A'),
                             "pay_" + std::string(26, 'u'), std::string()}) {
        ASSERT_FALSE(PaymentId::parse(text)) << text;
        EXPECT_EQ(PaymentId::parse(text).error().code, "malformed_id");
    }
}

TEST(Time, IsWrittenAsRfc3339) {
    EXPECT_EQ(to_rfc3339(Timestamp{}), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(to_rfc3339(Timestamp{std::chrono::microseconds{1'709'210'096'000'007}}), "2024-02-29T12:34:56.000007Z");
    EXPECT_EQ(to_rfc3339(Timestamp{std::chrono::microseconds{-1}}), "1969-12-31T23:59:59.999999Z");
}

TEST(Digest, IsSha256) {
    EXPECT_EQ(crypto::sha256("abc")[0], 0xba);  // FIPS 180-4, example: ba7816bf …
    EXPECT_EQ(crypto::sha256("abc")[1], 0x78);
    EXPECT_EQ(crypto::sha256("abc")[31], 0xad);
    EXPECT_EQ(crypto::sha256_text("abc"), base32_grouped(crypto::sha256("abc")));
    EXPECT_TRUE(crypto::equal_in_constant_time("key", "key"));
    EXPECT_FALSE(crypto::equal_in_constant_time("key", "kez"));
    EXPECT_FALSE(crypto::equal_in_constant_time("key", "keys"));
}

TEST(Wiped, ForgetsWhatItGaveBack) {
    // The block is looked at while it is still ours: the allocator wipes before it lets go.
    char block[8] = "secret";
    wiped::wipe(block, sizeof block);
    for (const char c : block) EXPECT_EQ(c, 0);
    wiped::Text text("secret");
    const wiped::Text moved = std::move(text);
    EXPECT_EQ(moved.view(), "secret");
}

class Boxes : public testing::Test {
protected:
    crypto::SystemRandom random;
    crypto::EvidenceBox box{{1, 2, 3}, random};
};

TEST_F(Boxes, OpenWhatTheySealed) {
    for (const std::string& plain : {std::string(), std::string("<reply/>"), std::string(100'000, '7')}) {
        const auto sealed = box.seal(plain, "op_1");
        EXPECT_LT(longest_digit_run(sealed), 12U);
        EXPECT_EQ(box.open(sealed, "op_1").value(), plain);
    }
    EXPECT_NE(box.seal("x", "op_1"), box.seal("x", "op_1"));
}

TEST_F(Boxes, RefuseOtherContextKeyAndBytes) {
    const auto sealed = box.seal("reply", "op_1");
    auto changed = sealed;
    changed[20] = changed[20] == 'a' ? 'b' : 'a';
    const crypto::EvidenceBox other({9}, random);
    EXPECT_FALSE(box.open(sealed, "op_2"));
    EXPECT_FALSE(box.open(changed, "op_1"));
    EXPECT_FALSE(box.open(sealed.substr(0, 40), "op_1"));
    EXPECT_FALSE(box.open("", "op_1"));
    EXPECT_FALSE(other.open(sealed, "op_1"));
}

TEST_F(Boxes, KeyFileHoldsExactlyOneKey) {
    const std::string path = "/tmp/postern-key-" + std::to_string(::getpid());
    for (const std::size_t bytes : {31U, 32U, 33U}) {
        std::ofstream(path, std::ios::binary) << std::string(bytes, 'k');
        EXPECT_EQ(crypto::EvidenceBox::from_key_file(path, random).has_value(), bytes == 32) << bytes;
    }
    std::filesystem::remove(path);
    EXPECT_FALSE(crypto::EvidenceBox::from_key_file(path, random));
}

}  // namespace
}  // namespace postern
