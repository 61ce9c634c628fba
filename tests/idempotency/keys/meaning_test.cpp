#include <gtest/gtest.h>

#include "base/base32.hpp"
#include "idempotency/keys/keyed_command.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::idempotency {
namespace {

const Meaning base{{"/intent", "sale"}, {"/amount/amount_minor", "1250"}, {"/order_reference", ""}};

TEST(MeaningText, ComesBackAsItWas) {
    const Meaning odd{{"/a", "1:2"}, {"/b", std::string("\0\n\"", 3)}, {"", ""}, {"/c", "3:/d1:x"}};
    EXPECT_EQ(decode_meaning(encode_meaning(odd)), odd);
    EXPECT_EQ(decode_meaning(encode_meaning(base)), base);
}

TEST(MeaningText, MalformedTextEndsTheList) {
    for (const char* text : {"x", "2:/a", "2:/a1", "2:/a9:x", "99999999999999999999:a", "-1:a", ":"}) {
        EXPECT_TRUE(decode_meaning(text).empty()) << text;
    }
    EXPECT_EQ(decode_meaning("2:/a1:x2:/b").size(), 1U);
}

TEST(Difference, NamesTheFirstFieldThatDiffers) {
    EXPECT_EQ(first_difference(base, base), "");
    for (std::size_t i = 0; i < base.size(); ++i) {
        Meaning other = base;
        other[i].second += "x";
        EXPECT_EQ(first_difference(base, other), base[i].first);
    }
    Meaning shorter = base;
    shorter.pop_back();
    EXPECT_EQ(first_difference(base, shorter), "/order_reference");
    EXPECT_EQ(first_difference(shorter, base), "/order_reference");
}

TEST(Fingerprint, DiffersWithPathAndMeaningAndIsFitForACardFreeZone) {
    test::SeededRandom random;
    const TenantId tenant = TenantId::create(Timestamp{}, random);
    const auto command = make_keyed_command(tenant, "k", "/v1/payments", base);
    EXPECT_EQ(make_keyed_command(tenant, "other key", "/v1/payments", base).fingerprint, command.fingerprint);
    EXPECT_NE(make_keyed_command(tenant, "k", "/v1/payments2", base).fingerprint, command.fingerprint);
    Meaning moved = base;  // "1" + "250" is not "12" + "50"
    moved[1].second = "125";
    moved[2].second = "0";
    EXPECT_NE(make_keyed_command(tenant, "k", "/v1/payments", moved).fingerprint, command.fingerprint);
    EXPECT_LT(longest_digit_run(command.fingerprint), 12U);
}

}  // namespace
}  // namespace postern::idempotency
