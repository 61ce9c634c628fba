#include "gateway/http/time_text.hpp"

#include <charconv>

namespace postern::gateway {
namespace {

// Reads fixed-width numbers and single characters from the front; `ok` turns false at the first that does not fit.
struct Scanner {
    std::string_view rest;
    bool ok = true;

    int number(std::size_t digits) {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (i >= rest.size() || rest[i] < '0' || rest[i] > '9') return ok = false, 0;
            value = value * 10 + (rest[i] - '0');
        }
        rest.remove_prefix(digits);
        return value;
    }
    char one_of(std::string_view allowed) {
        if (rest.empty() || allowed.find(rest.front()) == allowed.npos) return ok = false, '\0';
        const char found = rest.front();
        rest.remove_prefix(1);
        return found;
    }
    std::int64_t fraction_micros() {
        if (rest.empty() || rest.front() != '.') return 0;
        rest.remove_prefix(1);
        std::int64_t micros = 0;
        std::size_t digits = 0;
        for (; digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9'; ++digits) {
            if (digits < 6) micros = micros * 10 + (rest[digits] - '0');
        }
        if (digits == 0 || digits > 9) ok = false;
        rest.remove_prefix(digits);
        for (; digits < 6; ++digits) micros *= 10;
        return micros;
    }
};

std::chrono::minutes offset(Scanner& scan) {
    const char sign = scan.one_of("Zz+-");
    if (!scan.ok || sign == 'Z' || sign == 'z') return {};
    const int hours = scan.number(2);
    scan.one_of(":");
    const int minutes = scan.number(2);
    if (hours > 23 || minutes > 59) scan.ok = false;
    const std::chrono::minutes size{hours * 60 + minutes};
    return sign == '-' ? -size : size;
}

}  // namespace

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
    Scanner scan{text};
    const int year = scan.number(4);
    scan.one_of("-");
    const int month = scan.number(2);
    scan.one_of("-");
    const int day = scan.number(2);
    scan.one_of("Tt");
    const int hour = scan.number(2);
    scan.one_of(":");
    const int minute = scan.number(2);
    scan.one_of(":");
    const int second = scan.number(2);
    const std::chrono::microseconds micros{scan.fraction_micros()};
    const auto from_utc = offset(scan);
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!scan.ok || !scan.rest.empty() || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return Timestamp{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
           std::chrono::seconds{second} + micros - from_utc;
}

}  // namespace postern::gateway
