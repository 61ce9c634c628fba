#include "gateway/domain/money.hpp"

#include <gtest/gtest.h>

namespace postern::domain {
namespace {

struct PlusCase {
    std::string_view name;
    std::int64_t left, right;
    Currency right_currency;
    std::string_view error;
    std::int64_t sum;
};
class MoneyPlus : public testing::TestWithParam<PlusCase> {};

TEST_P(MoneyPlus, AddsOrSaysWhyNot) {
    const auto& [name, left, right, currency, error, sum] = GetParam();
    const auto result = Money::of_minor(left, Currency::usd)->plus(*Money::of_minor(right, currency));
    EXPECT_EQ(result ? "" : result.error().code, error);
    if (result) {
        EXPECT_EQ(result->amount_minor(), sum);
    }
}
INSTANTIATE_TEST_SUITE_P(Table, MoneyPlus, testing::Values(
    PlusCase{"plain",            1250, 300, Currency::usd, "", 1550},
    PlusCase{"largest_sum",      Money::minor_max, 0, Currency::usd, "", Money::minor_max},
    PlusCase{"one_past_largest", Money::minor_max, 1, Currency::usd, "amount_overflow", 0},
    PlusCase{"one_past_least",   -Money::minor_max, -1, Currency::usd, "amount_overflow", 0},
    PlusCase{"other_currency",   1, 1, Currency::jpy, "currency_mismatch", 0}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Money, MinusMayGoBelowZero) {
    EXPECT_EQ(Money::of_minor(1, Currency::usd)->minus(*Money::of_minor(3, Currency::usd))->amount_minor(), -2);
    EXPECT_EQ(Money::of_minor(1, Currency::usd)->minus(Money::zero(Currency::eur)).error().code, "currency_mismatch");
}

TEST(Money, BeyondElevenDigitsIsRefused) {
    EXPECT_TRUE(Money::of_minor(99'999'999'999, Currency::usd));
    EXPECT_FALSE(Money::of_minor(100'000'000'000, Currency::usd));
    EXPECT_FALSE(Money::of_minor(INT64_MIN, Currency::usd));
}

TEST(Currencies, CodesAndExponents) {
    EXPECT_EQ(exponent(Currency::usd), 2);
    EXPECT_EQ(exponent(Currency::jpy), 0);
    EXPECT_EQ(exponent(Currency::kwd), 3);
    for (const char* code : {"AUD", "CAD", "EUR", "GBP", "JPY", "KWD", "USD"}) {
        EXPECT_EQ(alphabetic_code(*parse_currency(code)), code);
    }
    for (const char* none : {"", "usd", "US", "USDX", "840", "XXX"}) EXPECT_FALSE(parse_currency(none)) << none;
}

}  // namespace
}  // namespace postern::domain
