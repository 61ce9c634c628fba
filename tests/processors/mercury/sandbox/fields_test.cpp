#include "processors/mercury/sandbox/fields.hpp"

#include <gtest/gtest.h>

namespace postern::mercury::sandbox {
namespace {

struct DayCase {
    std::string name, text, day;  // as RFC 3339 begins; empty: none
};
class ParseDay : public testing::TestWithParam<DayCase> {};
TEST_P(ParseDay, TakesTheTwoFormsAndRealDays) {
    const auto day = parse_day(GetParam().text);
    EXPECT_EQ(day ? to_rfc3339(*day).substr(0, 10) : "", GetParam().day);
}
INSTANTIATE_TEST_SUITE_P(Table, ParseDay, testing::Values(
    DayCase{"us", "11/25/2026", "2026-11-25"}, DayCase{"iso", "2026-11-25", "2026-11-25"},
    DayCase{"leap_day", "02/29/2028", "2028-02-29"}, DayCase{"no_leap_day", "02/29/2026", ""},
    DayCase{"month_13", "13/01/2026", ""}, DayCase{"letters", "1a/25/2026", ""}, DayCase{"mixed", "2026/11/25", ""},
    DayCase{"short", "1/5/2026", ""}, DayCase{"empty", "", ""}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern::mercury::sandbox
