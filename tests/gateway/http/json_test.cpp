#include <gtest/gtest.h>

#include "gateway/contract/payments.pb.h"
#include "gateway/http/json_tree.hpp"
#include "gateway/http/proto_json.hpp"
#include "gateway/http/time_text.hpp"

namespace postern::gateway {
namespace {

namespace api = postern::payments::v1;

// ---- Text to tree ---------------------------------------------------------------------------------------------------

struct TreeCase {
    std::string name, text, code, field;
    friend void PrintTo(const TreeCase& c, std::ostream* printed) { *printed << c.name; }
};
class JsonTree : public testing::TestWithParam<TreeCase> {};
TEST_P(JsonTree, RefusesWithCodeAndPlace) {
    const auto& [name, text, code, field] = GetParam();
    const auto parsed = parse_json(text);
    EXPECT_EQ(parsed ? "" : parsed.error().code, code);
    EXPECT_EQ(parsed ? "" : parsed.error().field, field);
}
std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }
std::string many(std::size_t count) {
    std::string text = "[0";
    for (std::size_t i = 2; i < count; ++i) text += ",0";
    return text + "]";
}
INSTANTIATE_TEST_SUITE_P(
    Table, JsonTree,
    testing::Values(TreeCase{"object", R"({"a":1})", "", ""}, TreeCase{"space_around", " {} \n", "", ""},
                    TreeCase{"empty_text", "", "json_malformed", ""}, TreeCase{"cut", R"({"a":)", "json_malformed", ""},
                    TreeCase{"more_behind", "{} {}", "json_malformed", ""},
                    TreeCase{"comment", "{/**/}", "json_malformed", ""},
                    TreeCase{"trailing_comma", R"({"a":1,})", "json_malformed", ""},
                    TreeCase{"not_utf8", "{\"a\":\"\xff\"}", "json_malformed", ""},
                    TreeCase{"leading_zero", R"({"a":01})", "json_malformed", ""},
                    TreeCase{"repeated_name", R"({"a":1,"a":1})", "name_repeated", "/a"},
                    TreeCase{"repeated_inside", R"({"b":{"x/y":1,"x\/y":2}})", "name_repeated", "/b/x~1y"},
                    TreeCase{"repeated_in_a_list", R"([0,{"a":1,"a":2}])", "name_repeated", "/1/a"},
                    TreeCase{"repeated_by_escape", R"({"a":1,"\u0061":2})", "name_repeated", "/a"},
                    TreeCase{"deepest", nested(json_depth_max), "", ""},
                    TreeCase{"one_too_deep", nested(json_depth_max + 1), "json_too_deep", ""},
                    TreeCase{"most_values", many(json_values_max), "", ""},
                    TreeCase{"one_value_too_many", many(json_values_max + 1), "json_too_large", ""}),
    [](const auto& test) { return test.param.name; });

TEST(JsonTreeValues, KeepsNumbersAsTheyWereWritten) {
    const auto tree = parse_json(R"({"a":10,"b":10.0,"c":1e1,"d":123456789012345678901234567890,"e":"\u0034\u0031"})");
    ASSERT_TRUE(tree);
    ASSERT_EQ(tree->children.size(), 5U);
    EXPECT_EQ(tree->children[0].view(), "10");
    EXPECT_EQ(tree->children[1].view(), "10.0");
    EXPECT_EQ(tree->children[2].view(), "1e1");
    EXPECT_EQ(tree->children[3].view(), "123456789012345678901234567890");
    EXPECT_EQ(tree->children[4].view(), "41");
    EXPECT_EQ(tree->name(4), "e");
}

// ---- Tree to message ------------------------------------------------------------------------------------------------

struct ReadCase {
    std::string name, text;
    std::vector<FieldError> errors;
    friend void PrintTo(const ReadCase& c, std::ostream* printed) { *printed << c.name; }
};
class ReadMessage : public testing::TestWithParam<ReadCase> {};
TEST_P(ReadMessage, GivesEveryRefusal) {
    const auto& [name, text, errors] = GetParam();
    const auto tree = parse_json(text);
    ASSERT_TRUE(tree);
    api::CreatePaymentRequest message;
    EXPECT_EQ(read_message(*tree, message), errors);
}
INSTANTIATE_TEST_SUITE_P(
    Table, ReadMessage,
    testing::Values(
        ReadCase{"empty", "{}", {}}, ReadCase{"null_is_absent", R"({"amount":null,"intent":null})", {}},
        ReadCase{"not_an_object", "[]", {{"", "wrong_type"}}},
        ReadCase{"unknown_field", R"({"tokn":"x"})", {{"/tokn", "unknown_field"}}},
        ReadCase{"unknown_inside", R"({"amount":{"cents":1}})", {{"/amount/cents", "unknown_field"}}},
        ReadCase{"fraction", R"({"amount":{"amount_minor":10.0}})", {{"/amount/amount_minor", "not_an_integer"}}},
        ReadCase{"exponent", R"({"amount":{"amount_minor":1e3}})", {{"/amount/amount_minor", "not_an_integer"}}},
        ReadCase{"number_as_text", R"({"amount":{"amount_minor":"10"}})", {{"/amount/amount_minor", "wrong_type"}}},
        ReadCase{"past_int64", R"({"amount":{"amount_minor":9223372036854775808}})",
                 {{"/amount/amount_minor", "out_of_range"}}},
        ReadCase{"largest_int64", R"({"amount":{"amount_minor":9223372036854775807}})", {}},
        ReadCase{"text_as_number", R"({"token":1})", {{"/token", "wrong_type"}}},
        ReadCase{"flag_as_text", R"({"token":true})", {{"/token", "wrong_type"}}},
        ReadCase{"control_character", R"({"token":"a\u0000"})", {{"/token", "control_character"}}},
        ReadCase{"unknown_enumerator", R"({"intent":"hold"})", {{"/intent", "unknown_value"}}},
        ReadCase{"unspecified_is_never_said", R"({"intent":"unspecified"})", {{"/intent", "unknown_value"}}},
        ReadCase{"enumerator_in_capitals", R"({"intent":"SALE"})", {{"/intent", "unknown_value"}}},
        ReadCase{"not_a_time", R"({"accepted_offline_at":"yesterday"})", {{"/accepted_offline_at", "not_a_time"}}},
        ReadCase{"all_of_them", R"({"a":1,"intent":1,"token":2})",
                 {{"/a", "unknown_field"}, {"/intent", "wrong_type"}, {"/token", "wrong_type"}}}),
    [](const auto& test) { return test.param.name; });

TEST(ProtoJson, WhatIsReadIsWrittenBackTheSame) {
    const std::string text =
        R"({"intent":"sale","amount":{"amount_minor":1250,"currency":"USD"},"token":"tok_x","tender":)"
        R"({"store_id":"s","device_id":"d","tender_id":"t \"1\" é"},"accepted_offline_at":)"
        R"("2026-11-25T03:56:29.000000Z","device_sequence":7,"partial_approval":true})";
    const auto tree = parse_json(text);
    ASSERT_TRUE(tree);
    api::CreatePaymentRequest message;
    ASSERT_EQ(read_message(*tree, message), std::vector<FieldError>{});
    EXPECT_EQ(write_message(message), text);
}

TEST(ProtoJson, WritesZerosAndLeavesOutWhatIsUnset) {
    api::Money money;
    EXPECT_EQ(write_message(money), R"({"amount_minor":0})");
    api::ListPaymentsResponse page;
    EXPECT_EQ(write_message(page), "{}");
    EXPECT_EQ(write_message(page, "payments"), R"({"payments":[]})");
}

TEST(ProtoJson, WritesTimesPastTheYear2262) {
    const auto tree = parse_json(R"({"accepted_offline_at":"4052-01-01T00:00:00.000001Z"})");
    api::CreatePaymentRequest message;
    ASSERT_TRUE(tree && read_message(*tree, message).empty());
    EXPECT_EQ(write_message(message), R"({"accepted_offline_at":"4052-01-01T00:00:00.000001Z","device_sequence":0,"partial_approval":false})");
}

// ---- Times ----------------------------------------------------------------------------------------------------------

struct TimeCase {
    std::string name, text, shown;
    friend void PrintTo(const TimeCase& c, std::ostream* printed) { *printed << c.name; }
};
class Rfc3339 : public testing::TestWithParam<TimeCase> {};
TEST_P(Rfc3339, IsReadExactlyOrNotAtAll) {
    const auto parsed = parse_rfc3339(GetParam().text);
    EXPECT_EQ(parsed ? to_rfc3339(*parsed) : "", GetParam().shown);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Rfc3339,
    testing::Values(TimeCase{"utc", "2026-11-25T03:56:29Z", "2026-11-25T03:56:29.000000Z"},
                    TimeCase{"fraction", "2026-11-25T03:56:29.5Z", "2026-11-25T03:56:29.500000Z"},
                    TimeCase{"nanoseconds_are_cut", "2026-11-25T03:56:29.123456789Z", "2026-11-25T03:56:29.123456Z"},
                    TimeCase{"offset", "2026-11-24T22:56:29-05:00", "2026-11-25T03:56:29.000000Z"},
                    TimeCase{"leap_day", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000000Z"},
                    TimeCase{"no_leap_day", "2026-02-29T00:00:00Z", ""}, TimeCase{"hour_24", "2026-11-25T24:00:00Z", ""},
                    TimeCase{"no_zone", "2026-11-25T03:56:29", ""}, TimeCase{"date_only", "2026-11-25", ""},
                    TimeCase{"dot_without_digits", "2026-11-25T03:56:29.Z", ""},
                    TimeCase{"more_behind", "2026-11-25T03:56:29Z ", ""}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern::gateway
