#include "vault/sealed/tracks.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::vault::sealed {
namespace {

TEST(Tracks, NumberAndExpiryAreReadWithAndWithoutSentinels) {
    for (const std::string text : {";4003000123456781=29121015432112345678?", ";4003000123456781=29121015432112345678?5",
                                   "4003000123456781=29121015432112345678"}) {
        const auto track = parse_track2(text);
        ASSERT_TRUE(track) << text;
        EXPECT_EQ(track->number, "4003000123456781");
        EXPECT_EQ(track->expiry_month, 12);
        EXPECT_EQ(track->expiry_year, 2029);
        EXPECT_EQ(track->data, "4003000123456781=29121015432112345678");
    }
    for (const std::string text : {"%B4003000123456781^GUEST/ADA^29121010000000000000?", "B4003000123456781^GUEST/ADA^29121010000000000000",
                                   "%B4003000123456781^GUEST/ADA^29121010000000000000?V"}) {
        const auto track = parse_track1(text);
        ASSERT_TRUE(track) << text;
        EXPECT_EQ(track->number, "4003000123456781");
        EXPECT_EQ(track->expiry_month, 12);
        EXPECT_EQ(track->expiry_year, 2029);
        EXPECT_EQ(track->data, "B4003000123456781^GUEST/ADA^29121010000000000000");
    }
    EXPECT_EQ(parse_track1("%B4003000123456781^GUEST/ADA^2912101?V")->framed, "%B4003000123456781^GUEST/ADA^2912101?");
}

struct BadTrack {
    std::string name, text;
};
class BadTrack2 : public testing::TestWithParam<BadTrack> {};
TEST_P(BadTrack2, IsRefusedWithoutADigitOfIt) {
    const auto track = parse_track2(GetParam().text);
    ASSERT_FALSE(track);
    EXPECT_EQ(track.error().code, "track_malformed");
    EXPECT_EQ(track.error().detail, "");
}
INSTANTIATE_TEST_SUITE_P(Table, BadTrack2, testing::Values(
    BadTrack{"empty", ""}, BadTrack{"no_separator", ";40030001234567812912101?"}, BadTrack{"no_number", ";=2912101?"},
    BadTrack{"number_too_long", ";40030001234567810000=2912101?"}, BadTrack{"letters", ";4003000123456781=29121A1?"},
    BadTrack{"no_service_code", ";4003000123456781=291210?"}, BadTrack{"month_13", ";4003000123456781=2913101?"},
    BadTrack{"two_check_characters", ";4003000123456781=2912101?55"}, BadTrack{"two_ends", ";4003000123456781=2912101?;?1"},
    BadTrack{"too_long", ";4003000123456781=" + std::string(21, '1') + "?"},
    BadTrack{"track1", "%B4003000123456781^GUEST/ADA^2912101?"}),
    [](const auto& test) { return test.param.name; });

class BadTrack1 : public testing::TestWithParam<BadTrack> {};
TEST_P(BadTrack1, IsRefusedWithoutADigitOfIt) {
    const auto track = parse_track1(GetParam().text);
    ASSERT_FALSE(track);
    EXPECT_EQ(track.error().code, "track_malformed");
    EXPECT_EQ(track.error().detail, "");
}
INSTANTIATE_TEST_SUITE_P(Table, BadTrack1, testing::Values(
    BadTrack{"empty", ""}, BadTrack{"no_format_code", "%4003000123456781^GUEST/ADA^2912101?"},
    BadTrack{"one_separator", "%B4003000123456781^GUEST/ADA2912101?"}, BadTrack{"name_too_long", "%B4003000123456781^" + std::string(27, 'A') + "^2912101?"},
    BadTrack{"lower_case", "%B4003000123456781^guest/ada^2912101?"}, BadTrack{"no_service_code", "%B4003000123456781^GUEST/ADA^291210?"},
    BadTrack{"too_long", "%B4003000123456781^GUEST/ADA^2912101" + std::string(50, '0') + "?"},
    BadTrack{"track2", ";4003000123456781=2912101?"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern::vault::sealed
