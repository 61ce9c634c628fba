#include "gateway/domain/routing.hpp"

#include <gtest/gtest.h>

#include "tests/support/sample_payment.hpp"

namespace postern::domain {
namespace {

std::string id_of(const std::string& prefix, char last) { return prefix + test::body26.substr(0, 25) + last; }
const RouteAccount mercury{*AccountId::parse(id_of("acct_", '1')), "mercury"};
const RouteAccount stripe{*AccountId::parse(id_of("acct_", '2')), "stripe"};
const RouteAccount second_stripe{*AccountId::parse(id_of("acct_", '3')), "stripe"};
const std::vector<RouteAccount> all{mercury, stripe, second_stripe};
const Timestamp noon = test::at_second(0);

RouteRuleText text_of(char last, const std::string& accounts) {
    RouteRuleText text;
    text.id = id_of("rule_", last);
    text.name = "rule";
    text.accounts = accounts;
    return text;
}
RouteRule rule_of(const RouteRuleText& text) { return RouteRule::parse(text).value(); }
RouteQuestion question() {
    return {*StoreId::parse("sto_" + test::body26), test::usd(1250), "411111", "visa", "credit", noon};
}
std::string chosen(std::vector<RouteRule> rules, const std::vector<RouteAccount>& accounts = all) {
    sort_rules(rules);
    const RouteChoice choice = choose_route(rules, accounts, question());
    std::string ends;
    for (const RouteAccount& account : choice.accounts) ends += account.id.text().back();
    return ends;
}

struct FitCase {
    const char* name;
    void (*set)(RouteRuleText&);
    std::string_view mismatch;
    friend void PrintTo(const FitCase& c, std::ostream* out) { *out << c.name; }
};
class RouteFits : public testing::TestWithParam<FitCase> {};
TEST_P(RouteFits, WhereEverythingThatItNamesIsSo) {
    RouteRuleText text = text_of('a', "stripe");
    GetParam().set(text);
    EXPECT_EQ(mismatch(rule_of(text), question()), GetParam().mismatch);
}
std::string seconds(int more) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(noon.time_since_epoch()).count() + more);
}
INSTANTIATE_TEST_SUITE_P(
    Table, RouteFits,
    testing::Values(
        FitCase{"open", [](RouteRuleText&) {}, ""},
        FitCase{"disabled", [](RouteRuleText& t) { t.is_enabled = false; }, "disabled"},
        FitCase{"store", [](RouteRuleText& t) { t.store = "sto_" + test::body26; }, ""},
        FitCase{"other_store", [](RouteRuleText& t) { t.store = id_of("sto_", 'z'); }, "store"},
        FitCase{"brand", [](RouteRuleText& t) { t.brands = "amex,visa"; }, ""},
        FitCase{"other_brand", [](RouteRuleText& t) { t.brands = "amex,mastercard"; }, "brand"},
        FitCase{"funding", [](RouteRuleText& t) { t.fundings = "credit"; }, ""},
        FitCase{"other_funding", [](RouteRuleText& t) { t.fundings = "debit,prepaid"; }, "funding"},
        FitCase{"bin", [](RouteRuleText& t) { t.bins = "51,4111"; }, ""},
        FitCase{"whole_bin", [](RouteRuleText& t) { t.bins = "411111"; }, ""},
        FitCase{"other_bin", [](RouteRuleText& t) { t.bins = "411112"; }, "bin"},
        FitCase{"currency", [](RouteRuleText& t) { t.currency = "USD"; }, ""},
        FitCase{"other_currency", [](RouteRuleText& t) { t.currency = "EUR"; }, "currency"},
        FitCase{"least", [](RouteRuleText& t) { t.currency = "USD", t.amount_min = "1250"; }, ""},
        FitCase{"above", [](RouteRuleText& t) { t.currency = "USD", t.amount_min = "1251"; }, "amount"},
        FitCase{"most", [](RouteRuleText& t) { t.currency = "USD", t.amount_max = "1250"; }, ""},
        FitCase{"below", [](RouteRuleText& t) { t.currency = "USD", t.amount_max = "1249"; }, "amount"},
        FitCase{"from_now", [](RouteRuleText& t) { t.from = seconds(0); }, ""},
        FitCase{"not_yet", [](RouteRuleText& t) { t.from = seconds(1); }, "not_yet"},
        FitCase{"until_later", [](RouteRuleText& t) { t.until = seconds(1); }, ""},
        FitCase{"over", [](RouteRuleText& t) { t.until = seconds(0); }, "over"}),
    [](const auto& test) { return std::string{test.param.name}; });

TEST(RouteChoices, TheFirstFittingRuleByPriorityDecides) {
    RouteRuleText low = text_of('a', "mercury"), high = text_of('b', "stripe,mercury");
    EXPECT_EQ(chosen({rule_of(low), rule_of(high)}), "1") << "equal priority: the elder id";
    high.priority = "5";
    EXPECT_EQ(chosen({rule_of(low), rule_of(high)}), "21");
    high.brands = "amex";
    EXPECT_EQ(chosen({rule_of(low), rule_of(high)}), "1");
}

TEST(RouteChoices, AnAccountStandsForItselfAProcessorForItsFirst) {
    EXPECT_EQ(chosen({rule_of(text_of('a', second_stripe.id.text() + ",stripe,mercury,stripe"))}), "321");
}

TEST(RouteChoices, WhatCannotBeUsedIsPassedOver) {
    auto accounts = all;
    accounts[1].is_enabled = false;
    EXPECT_EQ(chosen({rule_of(text_of('a', "stripe,mercury"))}, accounts), "31");
    EXPECT_EQ(chosen({rule_of(text_of('a', id_of("acct_", '9') + ",mercury"))}), "1") << "an account of another store";
    EXPECT_EQ(chosen({rule_of(text_of('a', "nowhere")), rule_of(text_of('b', "stripe"))}), "2") << "a rule without one decides nothing";
}

TEST(RouteChoices, WithoutARuleTheStoresFirstAccountTakesIt) {
    EXPECT_EQ(chosen({}), "1");
    auto accounts = all;
    accounts[0].is_enabled = false;
    EXPECT_EQ(chosen({}, accounts), "2");
    EXPECT_EQ(chosen({}, {}), "");
}

struct RefusedCase {
    const char* name;
    void (*set)(RouteRuleText&);
    std::string_view code;
    friend void PrintTo(const RefusedCase& c, std::ostream* out) { *out << c.name; }
};
class RouteRefusals : public testing::TestWithParam<RefusedCase> {};
TEST_P(RouteRefusals, NameTheField) {
    RouteRuleText text = text_of('a', "stripe");
    GetParam().set(text);
    const auto rule = RouteRule::parse(text);
    ASSERT_FALSE(rule);
    EXPECT_EQ(rule.error().code, GetParam().code);
    EXPECT_EQ(rule.error().kind, ErrorKind::invalid_request);
}
INSTANTIATE_TEST_SUITE_P(
    Table, RouteRefusals,
    testing::Values(RefusedCase{"id", [](RouteRuleText& t) { t.id = "rule_1"; }, "malformed_id"},
                    RefusedCase{"store", [](RouteRuleText& t) { t.store = "sto_1"; }, "malformed_id"},
                    RefusedCase{"priority", [](RouteRuleText& t) { t.priority = "-1"; }, "bad_priority"},
                    RefusedCase{"priority_text", [](RouteRuleText& t) { t.priority = "1x"; }, "bad_priority"},
                    RefusedCase{"brand", [](RouteRuleText& t) { t.brands = "Visa"; }, "bad_brand"},
                    RefusedCase{"empty_word", [](RouteRuleText& t) { t.brands = "visa,,amex"; }, "bad_brand"},
                    RefusedCase{"last_comma", [](RouteRuleText& t) { t.brands = "visa,"; }, "bad_brand"},
                    RefusedCase{"funding", [](RouteRuleText& t) { t.fundings = "charge"; }, "bad_funding"},
                    RefusedCase{"bin_too_long", [](RouteRuleText& t) { t.bins = "4111111"; }, "bad_bin"},
                    RefusedCase{"bin_letters", [](RouteRuleText& t) { t.bins = "41x"; }, "bad_bin"},
                    RefusedCase{"currency", [](RouteRuleText& t) { t.currency = "XXX"; }, "unknown_currency"},
                    RefusedCase{"amount", [](RouteRuleText& t) { t.currency = "USD", t.amount_min = "-1"; }, "bad_amount"},
                    RefusedCase{"amounts", [](RouteRuleText& t) { t.currency = "USD", t.amount_min = "2", t.amount_max = "1"; }, "bad_amount"},
                    RefusedCase{"bare_amount", [](RouteRuleText& t) { t.amount_min = "2"; }, "amount_needs_currency"},
                    RefusedCase{"validity", [](RouteRuleText& t) { t.from = "5", t.until = "5"; }, "bad_validity"},
                    RefusedCase{"account", [](RouteRuleText& t) { t.accounts = "acct_1"; }, "bad_account"},
                    RefusedCase{"no_account", [](RouteRuleText& t) { t.accounts = ""; }, "bad_account"}),
    [](const auto& test) { return std::string{test.param.name}; });

}  // namespace
}  // namespace postern::domain
