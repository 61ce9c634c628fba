#include "gateway/domain/tip_rules.hpp"

#include <gtest/gtest.h>

#include "tests/support/sample_payment.hpp"

namespace postern::domain {
namespace {

using test::usd;

TipRule rule(std::string name, std::string from, std::vector<std::string> brands = {}, std::vector<std::string> categories = {},
             std::optional<Funding> funding = {}, std::optional<bool> after_partial = {}) {
    return {std::move(name), std::move(from), std::move(brands), std::move(categories), funding, after_partial, 0, false, false};
}
const TipRules rules{{
    rule("old", "2020-01-01"),
    rule("restaurants", "2020-01-01", {}, {"5812", "5813"}),
    rule("restaurant_prepaid", "2020-01-01", {}, {"5812"}, Funding::prepaid),
    rule("after_partial", "2020-01-01", {}, {}, {}, true),
    rule("new_visa", "2026-05-01", {"visa"}),
}};

struct Case {
    std::string_view name;
    TipQuestion question;
    std::string_view found;
};
class FindRule : public testing::TestWithParam<Case> {};
TEST_P(FindRule, NewestThenTheOneWithMostConditions) {
    const TipRule* found = rules.find(GetParam().question);
    EXPECT_EQ(found ? found->name : "none", GetParam().found);
}
INSTANTIATE_TEST_SUITE_P(Table, FindRule, testing::Values(
    Case{"before_all",       {"2019-12-31", "visa", "5812"}, "none"},
    Case{"its_first_day",    {"2020-01-01", "visa", "5999"}, "old"},
    Case{"category",         {"2026-04-30", "visa", "5812"}, "restaurants"},
    Case{"second_category",  {"2026-04-30", "visa", "5813"}, "restaurants"},
    Case{"newer_wins",       {"2026-05-01", "visa", "5812"}, "new_visa"},
    Case{"of_another_brand", {"2026-05-01", "mastercard", "5812"}, "restaurants"},
    Case{"funding",          {"2026-04-30", "visa", "5812", Funding::prepaid}, "restaurant_prepaid"},
    Case{"funding_unknown",  {"2026-04-30", "visa", "5812", Funding::unknown}, "restaurants"},
    Case{"after_partial",    {"2026-04-30", "visa", "5999", Funding::unknown, true}, "after_partial"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(TipRule, RoundsDown) {
    TipRule row = rule("r", "2020-01-01");
    row.above_percent = 20;
    EXPECT_EQ(above_minor(row, usd(1004)), 200);
    EXPECT_EQ(above_minor(row, usd(1005)), 201);
    EXPECT_EQ(above_minor(row, usd(Money::minor_max)), Money::minor_max / 5);
}

TEST(Funding, HasWords) {
    for (const auto funding : {Funding::unknown, Funding::credit, Funding::debit, Funding::prepaid})
        EXPECT_EQ(parse_funding(to_text(funding)), funding);
    EXPECT_FALSE(parse_funding("Credit"));
}

}  // namespace
}  // namespace postern::domain
