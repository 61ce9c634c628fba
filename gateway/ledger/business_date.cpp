#include <date/tz.h>

#include "gateway/ledger/entry.hpp"

namespace postern::ledger {

// The wall clock decides, not hours counted from midnight: on the day of a clock change a cut-off of 04:00 is 04:00.
Result<std::string> business_date(Timestamp at, std::string_view time_zone, int cutoff_minutes) {
    const date::time_zone* zone = nullptr;
    try {
        zone = date::locate_zone(std::string(time_zone));
    } catch (const std::runtime_error& failure) {
        return Error{ErrorKind::invalid_request, "unknown_time_zone", failure.what()};
    }
    const auto local = zone->to_local(at) - std::chrono::minutes{cutoff_minutes};
    return date::format("%F", std::chrono::floor<date::days>(local));
}

}  // namespace postern::ledger
