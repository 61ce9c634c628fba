#include <gtest/gtest.h>

#include "gateway/http/commands.hpp"
#include "gateway/http/route.hpp"
#include "tests/support/sample_payment.hpp"

namespace postern::gateway {
namespace {

std::string create_body(const std::string& change_from = "", const std::string& change_to = "") {
    std::string body = R"({"intent":"sale","amount":{"amount_minor":1250,"currency":"USD"},"token":"tok_)" + test::body26 +
                       R"(","tender":{"store_id":"sto_)" + test::body26 + R"(","device_id":"dev_)" + test::body26 +
                       R"(","tender_id":"check 7"},"order_reference":"order 9","device_sequence":3})";
    if (!change_from.empty()) body.replace(body.find(change_from), change_from.size(), change_to);
    return body;
}

struct RefusedCase {
    std::string name, from, to;
    std::vector<FieldError> errors;
    friend void PrintTo(const RefusedCase& c, std::ostream* printed) { *printed << c.name; }
};
class ParseCreate : public testing::TestWithParam<RefusedCase> {};
TEST_P(ParseCreate, NamesTheFaultyFields) {
    const auto& [name, from, to, errors] = GetParam();
    const auto parsed = parse_create(create_body(from, to));
    const auto* refusal = std::get_if<Refusal>(&parsed);
    EXPECT_EQ(refusal != nullptr, !errors.empty());
    if (refusal) EXPECT_EQ(refusal->fields, errors);
}
INSTANTIATE_TEST_SUITE_P(
    Table, ParseCreate,
    testing::Values(RefusedCase{"whole", "", "", {}}, RefusedCase{"least", ":1250", ":1", {}},
                    RefusedCase{"zero", ":1250", ":0", {{"/amount/amount_minor", "out_of_range"}}},
                    RefusedCase{"negative", ":1250", ":-1", {{"/amount/amount_minor", "out_of_range"}}},
                    RefusedCase{"largest", ":1250", ":99999999999", {}},
                    RefusedCase{"one_past_largest", ":1250", ":100000000000", {{"/amount/amount_minor", "out_of_range"}}},
                    RefusedCase{"currency", "USD", "usd", {{"/amount/currency", "unknown_currency"}}},
                    RefusedCase{"no_currency", "USD", "", {{"/amount/currency", "required"}}},
                    RefusedCase{"no_intent", R"("intent":"sale",)", "", {{"/intent", "required"}}},
                    RefusedCase{"token", "tok_", "tak_", {{"/token", "malformed_id"}}},
                    RefusedCase{"no_tender", "check 7", "", {{"/tender/tender_id", "required"}}},
                    RefusedCase{"long_tender", "check 7", std::string(128, 'x'), {}},
                    RefusedCase{"too_long_tender", "check 7", std::string(129, 'x'), {{"/tender/tender_id", "too_long"}}},
                    RefusedCase{"sequence", ":3}", ":-3}", {{"/device_sequence", "out_of_range"}}},
                    RefusedCase{"account", ":3}", R"(:3,"account_id":"acct_1"})", {{"/account_id", "malformed_id"}}}),
    [](const auto& test) { return test.param.name; });

TEST(ParseCreate, UnderstandsTheWhole) {
    const auto parsed = parse_create(create_body());
    const auto& command = std::get<NewPaymentInput>(parsed);
    EXPECT_EQ(command.verb, domain::Verb::sale);
    EXPECT_EQ(command.amount, *domain::Money::of_minor(1250, domain::Currency::usd));
    EXPECT_EQ(command.tender.tender_id, "check 7");
    EXPECT_EQ(command.order_reference, "order 9");
    EXPECT_EQ(command.device_sequence, 3);
    EXPECT_FALSE(command.account_id);
}

TEST(ParseCreate, RefusesAnEscapedCardNumberBeforeSayingAnythingElse) {
    const auto parsed = parse_create(create_body("order 9", R"(\u0034111111111111111)"));
    const auto* refusal = std::get_if<Refusal>(&parsed);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->error.code, "card_number_refused");
    EXPECT_TRUE(refusal->fields.empty());
}

struct ChangeCase {
    std::string name;
    domain::Request request;
    std::string body;
    std::int64_t amount_minor;  // -1: all that is left, -2: refused
    friend void PrintTo(const ChangeCase& c, std::ostream* printed) { *printed << c.name; }
};
class ParseChange : public testing::TestWithParam<ChangeCase> {};
TEST(ParseCreate, ARepeatedNameThatIsACardNumberIsNotQuoted) {
    const auto parsed = parse_create(R"({"\u0034111111111111111":1,"\u0034111111111111111":2})");
    const auto* refusal = std::get_if<Refusal>(&parsed);
    ASSERT_NE(refusal, nullptr);
    EXPECT_EQ(refusal->error.code, "card_number_refused");
    EXPECT_EQ(refusal->error.field, "");
}

TEST_P(ParseChange, TakesAnAmountWhereOneMayStand) {
    const auto parsed = parse_change(GetParam().request, GetParam().body);
    std::int64_t amount = -2;
    if (const auto* command = std::get_if<ChangeCommand>(&parsed)) {
        amount = command->amount ? command->amount->amount_minor() : -1;
    }
    EXPECT_EQ(amount, GetParam().amount_minor);
}
constexpr auto capture = domain::Request::capture;
INSTANTIATE_TEST_SUITE_P(
    Table, ParseChange,
    testing::Values(ChangeCase{"no_body", capture, "", -1}, ChangeCase{"empty", capture, "{}", -1},
                    ChangeCase{"amount", capture, R"({"amount":{"amount_minor":5,"currency":"USD"}})", 5},
                    ChangeCase{"zero", domain::Request::refund, R"({"amount":{"amount_minor":0,"currency":"USD"}})", -2},
                    ChangeCase{"void_takes_none", domain::Request::void_payment,
                               R"({"amount":{"amount_minor":5,"currency":"USD"}})", -2},
                    ChangeCase{"accept_takes_none", domain::Request::accept,
                               R"({"amount":{"amount_minor":5,"currency":"USD"}})", -2},
                    ChangeCase{"accept", domain::Request::accept, "", -1},
                    ChangeCase{"void", domain::Request::void_payment, "{}", -1}),
    [](const auto& test) { return test.param.name; });

struct MoneyCase {
    std::string name;
    domain::Request request;
    std::string body, said;
    friend void PrintTo(const MoneyCase& c, std::ostream* printed) { *printed << c.name; }
};
class ParseMoney : public testing::TestWithParam<MoneyCase> {};
TEST_P(ParseMoney, TakesWhatItsCallHas) {
    const auto parsed = parse_change(GetParam().request, GetParam().body);
    std::string said;
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) {
        said = refusal->fields.at(0).field + " " + std::string(refusal->fields.at(0).code);
    } else {
        const auto& command = std::get<ChangeCommand>(parsed);
        if (command.amount) said += "amount " + std::to_string(command.amount->amount_minor());
        if (command.tip) said += std::string(said.empty() ? "" : " ") + "tip " + std::to_string(command.tip->amount_minor());
    }
    EXPECT_EQ(said, GetParam().said);
}
#define USD(minor) R"({"amount_minor":)" minor R"(,"currency":"USD"})"
constexpr auto tip = domain::Request::adjust_tip, more = domain::Request::increment;
INSTANTIATE_TEST_SUITE_P(
    Table, ParseMoney,
    testing::Values(MoneyCase{"capture_with_tip", capture, R"({"amount":)" USD("500") R"(,"tip":)" USD("90") "}", "amount 500 tip 90"},
                    MoneyCase{"capture_tip_alone", capture, R"({"tip":)" USD("90") "}", "tip 90"},
                    MoneyCase{"tip", tip, R"({"tip":)" USD("90") "}", "tip 90"},
                    MoneyCase{"no_tip", tip, R"({"tip":)" USD("0") "}", "tip 0"},
                    MoneyCase{"tip_missing", tip, "{}", "/tip required"},
                    MoneyCase{"tip_below_zero", tip, R"({"tip":)" USD("-1") "}", "/tip/amount_minor out_of_range"},
                    MoneyCase{"tip_without_currency", tip, R"({"tip":{"amount_minor":9}})", "/tip/currency required"},
                    MoneyCase{"tip_has_no_amount", tip, R"({"amount":)" USD("9") "}", "/amount unknown_field"},
                    MoneyCase{"increment", more, R"({"amount":)" USD("300") "}", "amount 300"},
                    MoneyCase{"increment_missing", more, "{}", "/amount required"},
                    MoneyCase{"increment_of_nothing", more, R"({"amount":)" USD("0") "}", "/amount/amount_minor out_of_range"},
                    MoneyCase{"refund_has_no_tip", domain::Request::refund, R"({"tip":)" USD("9") "}", "/tip unknown_field"}),
    [](const auto& test) { return test.param.name; });
#undef USD

// ---- Routes ---------------------------------------------------------------------------------------------------------

struct RouteCase {
    std::string method, path, name;
    std::size_t index;
    friend void PrintTo(const RouteCase& c, std::ostream* printed) { *printed << c.method; }
};
class FindRoute : public testing::TestWithParam<RouteCase> {};
TEST_P(FindRoute, ByMethodAndPath) {
    const auto& [method, path, name, index] = GetParam();
    const auto routed = find_route(method, path);
    EXPECT_EQ(routed.name, name);
    EXPECT_EQ(routed.route.index(), index);
}
const std::string one = "/v1/payments/pay_" + test::body26;
const std::string template_one = "/v1/payments/{payment_id}";
INSTANTIATE_TEST_SUITE_P(
    Table, FindRoute,
    testing::Values(RouteCase{"GET", "/healthz", "/healthz", 1}, RouteCase{"GET", "/readyz", "/readyz", 2},
                    RouteCase{"GET", "/metrics", "/metrics", 3}, RouteCase{"POST", "/metrics", "/metrics", 0},
                    RouteCase{"POST", "/v1/payments", "/v1/payments", 4},
                    RouteCase{"GET", "/v1/payments", "/v1/payments", 5},
                    RouteCase{"DELETE", "/v1/payments", "/v1/payments", 0}, RouteCase{"GET", one, template_one, 6},
                    RouteCase{"POST", one, template_one, 0},
                    RouteCase{"POST", one + "/capture", template_one + "/capture", 7},
                    RouteCase{"POST", one + "/accept", template_one + "/accept", 7},
                    RouteCase{"POST", one + "/refund", template_one + "/refund", 7},
                    RouteCase{"POST", one + "/tip", template_one + "/tip", 7},
                    RouteCase{"POST", one + "/increment", template_one + "/increment", 7},
                    RouteCase{"POST", one + "/void", template_one + "/void", 7},
                    RouteCase{"GET", one + "/void", template_one + "/void", 0},
                    RouteCase{"POST", one + "/void/", "other", 0}, RouteCase{"GET", "/v1/payments/", "other", 0},
                    RouteCase{"GET", "/v1/payments/pay_1", "other", 0}, RouteCase{"GET", "/", "other", 0}));

struct ListCase {
    std::string name, query;
    int page_size;
    std::string code;
    friend void PrintTo(const ListCase& c, std::ostream* printed) { *printed << c.name; }
};
class ParseListQuery : public testing::TestWithParam<ListCase> {};
TEST_P(ParseListQuery, TakesWhatItKnowsWithinItsLimits) {
    const auto parsed = parse_list_query(*TenantId::parse("ten_" + test::body26), GetParam().query);
    const auto* refusal = std::get_if<Refusal>(&parsed);
    EXPECT_EQ(refusal ? refusal->fields.at(0).code : "", GetParam().code);
    if (!refusal) EXPECT_EQ(std::get<ListQuery>(parsed).page_size, GetParam().page_size);
}
INSTANTIATE_TEST_SUITE_P(
    Table, ParseListQuery,
    testing::Values(ListCase{"none", "", 20, ""}, ListCase{"size", "page_size=7", 7, ""},
                    ListCase{"largest_size", "page_size=100", 100, ""},
                    ListCase{"too_large", "page_size=101", 0, "out_of_range"},
                    ListCase{"smallest_size", "page_size=1", 1, ""},
                    ListCase{"too_small", "page_size=0", 0, "out_of_range"},
                    ListCase{"not_utf8", "order_reference=%ff", 0, "not_utf8"},
                    ListCase{"name_not_utf8", "%ff=1", 0, "unknown_parameter"},
                    ListCase{"size_is_a_number", "page_size=x", 0, "not_an_integer"},
                    ListCase{"status", "status=captured&page_token=abc", 20, ""},
                    ListCase{"unknown_status", "status=paid", 0, "unknown_value"},
                    ListCase{"store", "store_id=7", 0, "malformed_id"},
                    ListCase{"twice", "status=captured&status=captured", 0, "parameter_repeated"},
                    ListCase{"unknown", "colour=red", 0, "unknown_parameter"},
                    ListCase{"control", "order_reference=a%00", 0, "control_character"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern::gateway
