#include "processors/mercury/amounts.hpp"

#include <gtest/gtest.h>

namespace postern::mercury {
namespace {

TEST(AmountText, HasExactlyTwoPlaces) {
    EXPECT_EQ(amount_text(1), "0.01");
    EXPECT_EQ(amount_text(10), "0.10");
    EXPECT_EQ(amount_text(400), "4.00");
    EXPECT_EQ(amount_text(amount_minor_max), "99999.99");
}

struct AmountCase {
    std::string name, text;
    std::optional<std::int64_t> minor;
};
class ParseAmount : public testing::TestWithParam<AmountCase> {};
TEST_P(ParseAmount, TakesOneSpelling) { EXPECT_EQ(parse_amount(GetParam().text), GetParam().minor); }
INSTANTIATE_TEST_SUITE_P(Table, ParseAmount, testing::Values(
    AmountCase{"plain", "12.50", 1250}, AmountCase{"white_space_around", " \t12.50\r\n", 1250},
    AmountCase{"least", "0.01", 1}, AmountCase{"ten_characters", "9999999.99", 999'999'999},
    AmountCase{"eleven_characters", "99999999.99", std::nullopt}, AmountCase{"one_place", "12.5", std::nullopt},
    AmountCase{"three_places", "12.500", std::nullopt}, AmountCase{"no_places", "1250", std::nullopt},
    AmountCase{"no_whole_part", ".50", std::nullopt}, AmountCase{"comma", "1,250.00", std::nullopt},
    AmountCase{"sign", "-12.50", std::nullopt}, AmountCase{"currency", "$12.50", std::nullopt},
    AmountCase{"empty", "", std::nullopt}, AmountCase{"letters", "ab.cd", std::nullopt},
    AmountCase{"two_dots", "1.2.50", std::nullopt}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern::mercury
