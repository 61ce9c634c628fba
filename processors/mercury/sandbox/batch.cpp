#include "processors/mercury/sandbox/batch.hpp"

#include <date/tz.h>

#include <string>

namespace postern::mercury::sandbox {

Result<ClosingTime> parse_closing_time(std::string_view text) {
    const auto is_digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    const bool shaped = text.size() == 5 && text[2] == ':' && is_digit(0) && is_digit(1) && is_digit(3) && is_digit(4);
    const int hours = shaped ? (text[0] - '0') * 10 + text[1] - '0' : 24;
    const int minutes = shaped ? (text[3] - '0') * 10 + text[4] - '0' : 60;
    if (hours > 23 || minutes > 59)
        return Error{ErrorKind::invalid_request, "bad_config", "batch_closes_at: " + std::string(text)};
    ClosingTime closing;
    closing.minutes = hours * 60 + minutes;
    return closing;
}

Timestamp next_close(Timestamp after, const ClosingTime& closing) {
    const auto* zone = date::locate_zone(std::string(closing.zone));
    auto day = std::chrono::floor<date::days>(zone->to_local(after));
    while (true) {
        const auto at = zone->to_sys(day + std::chrono::minutes(closing.minutes), date::choose::earliest);
        if (at > after) return at;
        day += date::days(1);
    }
}

}  // namespace postern::mercury::sandbox
