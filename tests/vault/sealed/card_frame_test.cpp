#include "vault/sealed/card_frame.hpp"

#include <gtest/gtest.h>
#include <string>

namespace postern::vault::sealed {
namespace {

CardFields full_fields() { return {12, 2030, "4003000123456781", "123", "A. Guest", "1 Main St", "30301"}; }

wiped::Bytes encoded(const CardFields& fields) {
    wiped::Bytes out;
    EXPECT_TRUE(encode_card_frame(fields, out));
    return out;
}

TEST(CardFrame, RoundTrip) {
    const auto bytes = encoded(full_fields());
    const auto parsed = parse_card_frame(bytes);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->expiry_month, 12);
    EXPECT_EQ(parsed->expiry_year, 2030);
    EXPECT_EQ(parsed->number, full_fields().number);
    EXPECT_EQ(parsed->security_code, "123");
    EXPECT_EQ(parsed->name, "A. Guest");
    EXPECT_EQ(parsed->address, "1 Main St");
    EXPECT_EQ(parsed->postal_code, "30301");
    EXPECT_EQ(encoded(*parsed), bytes);
}

TEST(CardFrame, TracksAndBlocksGoWithoutNumberAndExpiry) {
    CardFields swiped{0, 0, {}, {}, "A. Guest", {}, {}, "B4^A/B^2912101?", "4=2912101"};
    EXPECT_EQ(parse_card_frame(encoded(swiped))->track1, swiped.track1);
    EXPECT_EQ(parse_card_frame(encoded(swiped))->track2, swiped.track2);
    CardFields encrypted{0, 0, {}, {}, {}, {}, {}, {}, {}, {"MagneSafe", "Swiped", "ABCD", "9012"}};
    const auto bytes = encoded(encrypted);
    const auto parsed = parse_card_frame(bytes);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->encrypted.format, "MagneSafe");
    EXPECT_EQ(parsed->encrypted.source, "Swiped");
    EXPECT_EQ(parsed->encrypted.block, "ABCD");
    EXPECT_EQ(parsed->encrypted.key_serial, "9012");
    EXPECT_FALSE(parsed->is_keyed());
    wiped::Bytes nothing;
    EXPECT_FALSE(encode_card_frame({0, 0, "4", {}, {}, {}, {}}, nothing)) << "a number goes with its expiry";
}

TEST(CardFrame, EveryPrefixAndAnyTailIsRefused) {
    auto bytes = encoded(full_fields());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_EQ(parse_card_frame(std::span{bytes.data(), size}).error().code, "malformed_card_frame") << size;
    bytes.push_back('x');
    EXPECT_FALSE(parse_card_frame(bytes));
}

TEST(CardFrame, AnotherVersionIsRefused) {
    auto bytes = encoded(full_fields());
    bytes[0] = 1;
    EXPECT_FALSE(parse_card_frame(bytes));
}

struct LimitCase {
    const char* name;
    CardFields fields;
    const char* outcome;  // the pointer of the refused field
};
class CardFrameLimits : public testing::TestWithParam<LimitCase> {};

TEST_P(CardFrameLimits, Edge) {
    wiped::Bytes out;
    const auto status = encode_card_frame(GetParam().fields, out);
    EXPECT_EQ(status ? "" : status.error().field, GetParam().outcome);
    EXPECT_EQ(out.empty(), !status);
    if (status) EXPECT_TRUE(parse_card_frame(out));
}

const std::string long_text(300, 'x');
const std::string longer_text(600, 'y');
std::string_view y(std::size_t size) { return std::string_view{longer_text}.substr(0, size); }
std::string_view x(std::size_t size) { return std::string_view{long_text}.substr(0, size); }

INSTANTIATE_TEST_SUITE_P(Table, CardFrameLimits, testing::Values(
    LimitCase{"number_longest", {1, 2026, x(32), {}, {}, {}, {}}, ""},
    LimitCase{"number_longer", {1, 2026, x(33), {}, {}, {}, {}}, "/number"},
    LimitCase{"code_longest", {1, 2026, "4", x(8), {}, {}, {}}, ""},
    LimitCase{"code_longer", {1, 2026, "4", x(9), {}, {}, {}}, "/security_code"},
    LimitCase{"name_longest", {1, 2026, "4", {}, x(128), {}, {}}, ""},
    LimitCase{"name_longer", {1, 2026, "4", {}, x(129), {}, {}}, "/name"},
    LimitCase{"address_longest", {1, 2026, "4", {}, {}, x(256), {}}, ""},
    LimitCase{"address_longer", {1, 2026, "4", {}, {}, x(257), {}}, "/address"},
    LimitCase{"postal_code_longest", {1, 2026, "4", {}, {}, {}, x(16)}, ""},
    LimitCase{"postal_code_longer", {1, 2026, "4", {}, {}, {}, x(17)}, "/postal_code"},
    LimitCase{"track1_longer", {0, 0, {}, {}, {}, {}, {}, x(129)}, "/track1"},
    LimitCase{"track2_longest", {0, 0, {}, {}, {}, {}, {}, {}, x(128)}, ""},
    LimitCase{"track2_longer", {0, 0, {}, {}, {}, {}, {}, {}, x(129)}, "/track2"},
    LimitCase{"block_longest", {0, 0, {}, {}, {}, {}, {}, {}, {}, {"m", "s", y(512), "k"}}, ""},
    LimitCase{"block_longer", {0, 0, {}, {}, {}, {}, {}, {}, {}, {"m", "s", y(513), "k"}}, "/encrypted/block"},
    LimitCase{"key_serial_longer", {0, 0, {}, {}, {}, {}, {}, {}, {}, {"m", "s", "b", y(33)}}, "/encrypted/key_serial"},
    LimitCase{"month_none", {0, 2026, "4", {}, {}, {}, {}}, "/expiry_month"},
    LimitCase{"month_thirteen", {13, 2026, "4", {}, {}, {}, {}}, "/expiry_month"},
    LimitCase{"year_early", {1, 1999, "4", {}, {}, {}, {}}, "/expiry_year"},
    LimitCase{"year_late", {1, 2100, "4", {}, {}, {}, {}}, "/expiry_year"}),
    [](const auto& test) { return test.param.name; });

TEST(Details, RoundTripAndNothingForNothing) {
    wiped::Bytes out;
    EXPECT_TRUE(encode_details({1, 2030, "4", {}, {}, {}, {}}, out));
    EXPECT_TRUE(out.empty());
    EXPECT_TRUE(encode_details(full_fields(), out));
    const auto parsed = parse_details(out);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->name, "A. Guest");
    EXPECT_EQ(parsed->address, "1 Main St");
    EXPECT_EQ(parsed->postal_code, "30301");
    EXPECT_TRUE(parsed->number.empty());
    out.pop_back();
    EXPECT_FALSE(parse_details(out));
}

TEST(Details, TheLongestFitALargeCell) {
    wiped::Bytes out;
    EXPECT_TRUE(encode_details({1, 2030, "4", {}, x(128), x(256), x(16)}, out));
    EXPECT_LE(out.size(), 512u);
}

TEST(Credentials, RoundTripAndLimits) {
    wiped::Bytes out;
    EXPECT_TRUE(encode_credentials({"595901", "xyz"}, out));
    const auto parsed = parse_credentials(out);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->merchant_id, "595901");
    EXPECT_EQ(parsed->password, "xyz");
    out.pop_back();
    EXPECT_EQ(parse_credentials(out).error().code, "malformed_credentials");
    EXPECT_FALSE(encode_credentials({x(129), "p"}, out));
}

}  // namespace
}  // namespace postern::vault::sealed
