#include <gtest/gtest.h>

#include "idempotency/keys/keyed_command.hpp"

namespace postern::idempotency {
namespace {

struct KeyCase {
    std::string name, header, key, error;
};
class KeyHeader : public testing::TestWithParam<KeyCase> {};

TEST_P(KeyHeader, IsAKeyOrSaysWhyNot) {
    const auto& [name, header, key, error] = GetParam();
    const auto parsed = parse_key(header);
    EXPECT_EQ(parsed ? "" : parsed.error().code, error);
    EXPECT_EQ(parsed ? *parsed : "", key);
}
const std::string malformed = "idempotency_key_malformed", missing = "idempotency_key_missing";
INSTANTIATE_TEST_SUITE_P(Table, KeyHeader, testing::Values(
    KeyCase{"bare", "8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324", ""},
    KeyCase{"quoted", "\"8e03978e\"", "8e03978e", ""},
    KeyCase{"spaces_around", " \t\"a\" ", "a", ""},
    KeyCase{"escaped_quote", R"("a\"b")", "a\"b", ""},
    KeyCase{"escaped_backslash", R"("a\\b")", "a\\b", ""},
    KeyCase{"bare_backslash", R"(a\b)", R"(a\b)", ""},
    KeyCase{"longest", std::string(255, 'k'), std::string(255, 'k'), ""},
    KeyCase{"one_too_long", std::string(256, 'k'), "", malformed},
    KeyCase{"longest_quoted", '"' + std::string(255, 'k') + '"', std::string(255, 'k'), ""},
    KeyCase{"one_too_long_quoted", '"' + std::string(256, 'k') + '"', "", malformed},
    KeyCase{"empty", "", "", missing},
    KeyCase{"only_spaces", "  \t ", "", missing},
    KeyCase{"empty_quoted", "\"\"", "", malformed},
    KeyCase{"one_quote", "\"", "", malformed},
    KeyCase{"open_quote", "\"abc", "", malformed},
    KeyCase{"quote_inside", R"("a"b")", "", malformed},
    KeyCase{"escape_of_other", R"("a\nb")", "", malformed},
    KeyCase{"escape_at_end", R"("a\")", "", malformed},
    KeyCase{"parameters", R"("a";p=1)", "", malformed},
    KeyCase{"space_inside", "a b", "", malformed},
    KeyCase{"space_inside_quoted", "\"a b\"", "", malformed},
    KeyCase{"control", std::string("a\x01z"), "", malformed},
    KeyCase{"nul", std::string("a\0b", 3), "", malformed},
    KeyCase{"delete", "a\x7f", "", malformed},
    KeyCase{"beyond_ascii", "sch\xc3\xb6n", "", malformed}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern::idempotency
