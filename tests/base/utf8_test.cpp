#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern {
namespace {

struct Utf8Case {
    std::string name, text;
    bool valid;
    friend void PrintTo(const Utf8Case& c, std::ostream* printed) { *printed << c.name; }
};
class Utf8 : public testing::TestWithParam<Utf8Case> {};
TEST_P(Utf8, IsTakenOnlyInItsShortestForm) { EXPECT_EQ(is_utf8(GetParam().text), GetParam().valid); }
INSTANTIATE_TEST_SUITE_P(
    Table, Utf8,
    testing::Values(Utf8Case{"empty", "", true}, Utf8Case{"ascii", "check 7", true},
                    Utf8Case{"two", "\xc2\x80", true}, Utf8Case{"three", "\xef\xbc\x94", true},
                    Utf8Case{"largest", "\xf4\x8f\xbf\xbf", true}, Utf8Case{"past_largest", "\xf4\x90\x80\x80", false},
                    Utf8Case{"lone", "\xff", false}, Utf8Case{"lone_continuation", "a\x80", false},
                    Utf8Case{"cut", "a\xc3", false}, Utf8Case{"overlong_two", "\xc1\xbf", false},
                    Utf8Case{"overlong_three", "\xe0\x9f\xbf", false}, Utf8Case{"overlong_four", "\xf0\x8f\xbf\xbf", false},
                    Utf8Case{"surrogate", "\xed\xa0\x80", false}, Utf8Case{"before_surrogates", "\xed\x9f\xbf", true}),
    [](const auto& test) { return test.param.name; });

TEST(Utf8First, SaysTheCharacter) {
    EXPECT_EQ(first_utf8("\xef\xbc\x94x")->code, U'\uff14');
    EXPECT_EQ(first_utf8("\xef\xbc\x94x")->bytes, 3U);
}

}  // namespace
}  // namespace postern
