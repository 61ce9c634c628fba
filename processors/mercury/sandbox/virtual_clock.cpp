#include "processors/mercury/sandbox/virtual_clock.hpp"

#include <array>
#include <charconv>

namespace postern::mercury::sandbox {
namespace {

std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t digits) {
    const std::string_view part = text.substr(at, digits);
    int value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    const bool is_number = error == std::errc{} && end == part.data() + part.size() && part.front() != '-';
    return is_number ? std::optional(value) : std::nullopt;
}

// Up to six digits behind the point, as microseconds.
std::optional<std::chrono::microseconds> fraction_of(std::string_view digits) {
    if (digits.empty() || digits.size() > 6) return std::nullopt;
    std::array<char, 6> padded;
    padded.fill('0');
    digits.copy(padded.data(), digits.size());
    const auto value = number_at({padded.data(), padded.size()}, 0, padded.size());
    return value ? std::optional(std::chrono::microseconds(*value)) : std::nullopt;
}

}  // namespace

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00T00:00:00";
    if (text.size() <= shape.size() || text.back() != 'Z') return std::nullopt;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i]) return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t digits) { return *number_at(text, at, digits); };
    const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                          std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                          std::chrono::day(static_cast<unsigned>(number(8, 2)))};
    const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
    if (!day.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const Timestamp whole = std::chrono::sys_days(day) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                            std::chrono::seconds(second);
    const std::string_view rest = text.substr(shape.size(), text.size() - shape.size() - 1);
    if (rest.empty()) return whole;
    const auto fraction = rest.front() == '.' ? fraction_of(rest.substr(1)) : std::nullopt;
    return fraction ? std::optional<Timestamp>(whole + *fraction) : std::nullopt;
}

}  // namespace postern::mercury::sandbox
