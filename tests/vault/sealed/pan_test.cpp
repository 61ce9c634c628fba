#include "vault/sealed/pan.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <ostream>
#include <type_traits>

namespace postern::vault::sealed {
namespace {

static_assert(!std::is_copy_constructible_v<Pan> && !std::is_copy_assignable_v<Pan>);
static_assert(!std::is_copy_constructible_v<SecurityCode> && !std::is_copy_constructible_v<SecretChars>);
static_assert(!fmt::is_formattable<Pan>::value && !fmt::is_formattable<SecurityCode>::value);
static_assert(!std::is_convertible_v<Pan, std::string_view> && !std::is_convertible_v<Pan, std::string>);

// A number of a brand and length that passes Luhn's check: made here, so that none stands in the sources.
std::string number_of(std::string_view prefix, std::size_t length) {
    std::string digits{prefix};
    digits.resize(length - 1, '0');
    for (char check = '0'; check <= '9'; ++check)
        if (passes_luhn(digits + check)) return digits + check;
    return {};
}

struct BrandCase {
    const char* name;
    const char* prefix;
    std::size_t length;
    const char* outcome;  // the brand, or the error's code
};
class PanTable : public testing::TestWithParam<BrandCase> {};

TEST_P(PanTable, BrandOrRefusal) {
    const auto& [name, prefix, length, outcome] = GetParam();
    const auto arena = *Arena::create(4096, Arena::Mode::development);
    const auto digits = number_of(prefix, length);
    const auto pan = Pan::parse(*arena, digits);
    EXPECT_EQ(pan ? to_text(pan->brand()) : pan.error().code, outcome);
    if (!pan) return;
    EXPECT_EQ(pan->bin6(), digits.substr(0, 6));
    EXPECT_EQ(pan->last4(), digits.substr(digits.size() - 4));
    EXPECT_EQ(pan->lend([](std::span<const char> lent) { return std::string(lent.begin(), lent.end()); }), digits);
}

INSTANTIATE_TEST_SUITE_P(Table, PanTable, testing::Values(
    BrandCase{"visa_13", "4", 13, "visa"},
    BrandCase{"visa_16", "4", 16, "visa"},
    BrandCase{"visa_19", "4", 19, "visa"},
    BrandCase{"visa_15", "4", 15, "card_brand_unknown"},
    BrandCase{"below_13", "4", 12, "card_number_invalid"},
    BrandCase{"above_19", "4", 20, "card_number_invalid"},
    BrandCase{"amex_34", "34", 15, "amex"},
    BrandCase{"amex_37", "37", 15, "amex"},
    BrandCase{"amex_16", "37", 16, "card_brand_unknown"},
    BrandCase{"below_mastercard_51", "50", 16, "maestro"},
    BrandCase{"mastercard_51", "51", 16, "mastercard"},
    BrandCase{"mastercard_55", "55", 16, "mastercard"},
    BrandCase{"below_mastercard_2", "2220", 16, "card_brand_unknown"},
    BrandCase{"mastercard_2221", "2221", 16, "mastercard"},
    BrandCase{"mastercard_2720", "2720", 16, "mastercard"},
    BrandCase{"above_mastercard_2", "2721", 16, "card_brand_unknown"},
    BrandCase{"discover_6011", "6011", 16, "discover"},
    BrandCase{"discover_644", "644", 16, "discover"},
    BrandCase{"discover_65", "65", 16, "discover"},
    BrandCase{"diners_300", "300", 14, "diners"},
    BrandCase{"diners_36", "36", 14, "diners"},
    BrandCase{"jcb_3528", "3528", 16, "jcb"},
    BrandCase{"below_jcb", "3527", 16, "card_brand_unknown"},
    BrandCase{"unionpay", "62", 16, "unionpay"},
    BrandCase{"maestro_13", "6759", 13, "maestro"},
    BrandCase{"nobody", "9", 16, "card_brand_unknown"}),
    [](const auto& test) { return test.param.name; });

TEST(Pan, RefusesWhatIsNoNumber) {
    const auto arena = *Arena::create(4096, Arena::Mode::development);
    auto wrong_check = number_of("4", 16);
    wrong_check.back() = wrong_check.back() == '9' ? '0' : static_cast<char>(wrong_check.back() + 1);
    for (const std::string& text : {std::string{}, wrong_check, std::string(16, 'x'), std::string("4003 0001 2345 678")})
        EXPECT_EQ(Pan::parse(*arena, text).error().code, "card_number_invalid") << text.size();
    EXPECT_EQ(arena->use().small_used, 0u);
}

TEST(Pan, AFullArenaRefuses) {
    const auto arena = *Arena::create(4096, Arena::Mode::development);
    std::vector<Arena::Cell> cells;
    while (auto cell = arena->take(1)) cells.push_back(std::move(*cell));
    EXPECT_EQ(Pan::parse(*arena, number_of("4", 16)).error().code, "arena_full");
}

TEST(SecurityCode, HasThreeDigitsAndFourOnlyForAmex) {
    const auto arena = *Arena::create(4096, Arena::Mode::development);
    EXPECT_TRUE(SecurityCode::parse(*arena, "123", Brand::visa));
    EXPECT_TRUE(SecurityCode::parse(*arena, "1234", Brand::amex));
    EXPECT_EQ(SecurityCode::parse(*arena, "1234", Brand::visa).error().code, "security_code_invalid");
    EXPECT_EQ(SecurityCode::parse(*arena, "123", Brand::amex).error().code, "security_code_invalid");
    EXPECT_EQ(SecurityCode::parse(*arena, "12a", Brand::visa).error().code, "security_code_invalid");
    EXPECT_EQ(SecurityCode::parse(*arena, "", Brand::visa).error().code, "security_code_invalid");
}

}  // namespace
}  // namespace postern::vault::sealed
