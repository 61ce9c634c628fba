#include "base/card_shape.hpp"

#include <gtest/gtest.h>
#include <string>

namespace postern {
namespace {

struct ShapeCase {
    std::string name;
    std::string text;
    bool holds;
};
class CardShape : public testing::TestWithParam<ShapeCase> {};
TEST_P(CardShape, HoldsCardNumber) { EXPECT_EQ(holds_card_number(GetParam().text), GetParam().holds); }

// Numbers are the brands' and processors' published test numbers.
INSTANTIATE_TEST_SUITE_P(Table, CardShape, testing::Values(
    ShapeCase{"visa_16",             "4111111111111111", true},
    ShapeCase{"visa_13",             "4222222222222", true},
    ShapeCase{"visa_15_is_none",     "411111111111116", false},
    ShapeCase{"mastercard_5",        "5555555555554444", true},
    ShapeCase{"mastercard_2",        "2223003122003222", true},
    ShapeCase{"mastercard_2_first",  "2221000000000009", true},
    ShapeCase{"before_mastercard_2", "2220990000000002", false},
    ShapeCase{"amex",                "378282246310005", true},
    ShapeCase{"amex_34",             "343434343434343", true},
    ShapeCase{"discover",            "6011111111111117", true},
    ShapeCase{"jcb",                 "3530111333300000", true},
    ShapeCase{"diners",              "30569309025904", true},
    ShapeCase{"diners_38",           "38520000023237", true},
    ShapeCase{"unionpay_19",         "6205500000000000004", true},
    ShapeCase{"gift",                "6050110010032766771", true},
    ShapeCase{"spaces",              "4111 1111 1111 1111", true},
    ShapeCase{"dashes",              "3782-822463-10005", true},
    ShapeCase{"dots",                "4111.1111.1111.1111", true},
    ShapeCase{"two_spaces",          "4111  1111  1111  1111", false},
    ShapeCase{"in_a_sentence",       "card 4111111111111111, exp 12/30", true},
    ShapeCase{"after_letters",       "x4111111111111111y", true},
    ShapeCase{"glued_behind",        "99994111111111111111", true},
    ShapeCase{"glued_both_sides",    "0004111111111111111000000", true},
    ShapeCase{"glued_far_behind",    std::string(100, '9') + "4111111111111111", true},
    ShapeCase{"across_two_windows",  std::string(55, '9') + "4111111111111111" + std::string(55, '9'), true},
    ShapeCase{"separator_before",    "-4111111111111111-", true},
    ShapeCase{"behind_other_number", "12 4111111111111111", true},
    ShapeCase{"wrong_check_digit",   "4111111111111112", false},
    ShapeCase{"wrong_prefix",        "9111111111111111", false},
    ShapeCase{"twelve_digits",       "411111111111", false},
    ShapeCase{"split_by_letters",    "41111111x11111111", false},
    ShapeCase{"id_with_digits",      "pay_01jd7q8z4v3k2m9x5t6w0r1s2e", false},
    ShapeCase{"a_timestamp",         "2026-11-25T03:56:29.123456Z", false},
    ShapeCase{"empty",               "", false}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern
