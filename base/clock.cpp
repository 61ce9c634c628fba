#include "base/clock.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace postern {
namespace {

#ifdef POSTERN_FAULTS
std::chrono::seconds wall_clock_offset() {
    const char* path = std::getenv("POSTERN_CLOCK_OFFSET_FILE");
    long long seconds = 0;
    if (path != nullptr) std::ifstream(path) >> seconds;
    return std::chrono::seconds{seconds};
}
#else
constexpr std::chrono::seconds wall_clock_offset() { return std::chrono::seconds{0}; }
#endif

}  // namespace

Timestamp SystemClock::now() const {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()) +
           wall_clock_offset();
}

std::string to_rfc3339(Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss of_day{time - day};
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(of_day.hours().count()), static_cast<int>(of_day.minutes().count()),
                  static_cast<int>(of_day.seconds().count()), static_cast<int>(of_day.subseconds().count()));
    return text;
}

}  // namespace postern
