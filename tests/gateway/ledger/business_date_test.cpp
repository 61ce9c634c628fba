#include <date/date.h>
#include <gtest/gtest.h>

#include <sstream>

#include "gateway/ledger/entry.hpp"

namespace postern::ledger {
namespace {

Timestamp utc(const std::string& text) {
    std::istringstream in{text};
    date::sys_time<std::chrono::microseconds> time;
    in >> date::parse("%FT%T", time);
    EXPECT_FALSE(in.fail()) << text;
    return time;
}

struct DayCase {
    std::string_view name, at_utc, zone;
    int cutoff_minutes;
    std::string_view day;
};
class BusinessDay : public testing::TestWithParam<DayCase> {};

TEST_P(BusinessDay, EndsAtTheLocalCutOff) {
    const auto& [name, at, zone, cutoff, day] = GetParam();
    EXPECT_EQ(business_date(utc(std::string(at)), zone, cutoff).value(), day);
}
constexpr std::string_view new_york = "America/New_York";
INSTANTIATE_TEST_SUITE_P(Table, BusinessDay, testing::Values(
    DayCase{"midnight_before",    "2026-11-26T04:59:59", new_york, 0, "2026-11-25"},
    DayCase{"midnight_at",        "2026-11-26T05:00:00", new_york, 0, "2026-11-26"},
    DayCase{"cutoff_before",      "2026-11-26T08:59:59", new_york, 240, "2026-11-25"},
    DayCase{"cutoff_at",          "2026-11-26T09:00:00", new_york, 240, "2026-11-26"},
    DayCase{"summer_before",      "2026-07-01T07:59:59", new_york, 240, "2026-06-30"},
    DayCase{"summer_at",          "2026-07-01T08:00:00", new_york, 240, "2026-07-01"},
    // Clocks go forward on 8 March 2026 at 02:00 and back on 1 November at 02:00: 04:00 stays 04:00 on the wall.
    DayCase{"forward_before",     "2026-03-08T07:59:59", new_york, 240, "2026-03-07"},
    DayCase{"forward_at",         "2026-03-08T08:00:00", new_york, 240, "2026-03-08"},
    DayCase{"back_before",        "2026-11-01T08:59:59", new_york, 240, "2026-10-31"},
    DayCase{"back_at",            "2026-11-01T09:00:00", new_york, 240, "2026-11-01"},
    DayCase{"inside_lost_hour",   "2026-03-08T07:00:00", new_york, 150, "2026-03-08"},  // 03:00, cut-off 02:30
    DayCase{"repeated_hour_first", "2026-11-01T05:30:00", new_york, 90, "2026-11-01"},  // 01:30 for the first time
    DayCase{"year_end",           "2026-12-31T23:30:00", "Asia/Tokyo", 240, "2027-01-01"},
    DayCase{"leap_day",           "2028-02-29T12:00:00", "Etc/UTC", 0, "2028-02-29"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(BusinessDate, UnknownZoneIsAnError) {
    EXPECT_EQ(business_date(utc("2026-01-01T00:00:00"), "Mars/Olympus", 0).error().code, "unknown_time_zone");
    EXPECT_EQ(business_date(utc("2026-01-01T00:00:00"), "", 0).error().code, "unknown_time_zone");
}

}  // namespace
}  // namespace postern::ledger
