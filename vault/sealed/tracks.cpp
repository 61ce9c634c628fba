#include "vault/sealed/tracks.hpp"

#include <algorithm>

namespace postern::vault::sealed {
namespace {

constexpr std::size_t number_digits_max = 19;
constexpr std::size_t expiry_and_service_code = 7;  // YYMM, three digits
constexpr std::size_t track1_data_max = 77, track2_data_max = 37;
constexpr std::size_t name_max = 26;
constexpr int century = 2000;

const Error malformed{ErrorKind::invalid_request, "track_malformed"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return std::ranges::all_of(text, is_digit); }
bool is_of_track1(char c) { return c >= ' ' && c <= '_'; }
int two_digits(std::string_view text) { return (text[0] - '0') * 10 + (text[1] - '0'); }

// Takes the sentinels off, and the one character behind the end sentinel.
bool unframe(std::string_view text, char start, Track& track) {
    const auto end = text.rfind('?');
    if (end != text.npos && text.size() - end > 2) return false;
    track.framed = text.substr(0, end == text.npos ? text.size() : end + 1);
    track.data = text.substr(0, end);
    if (track.data.starts_with(start)) track.data.remove_prefix(1);
    return true;
}

// What stands behind number and name: YYMM, the service code, and what the issuer likes.
bool read_expiry(std::string_view rest, Track& track) {
    if (rest.size() < expiry_and_service_code || !all_digits(rest.substr(0, expiry_and_service_code))) return false;
    track.expiry_year = century + two_digits(rest);
    track.expiry_month = two_digits(rest.substr(2));
    return track.expiry_month >= 1 && track.expiry_month <= 12;
}

bool read_number(std::string_view digits, Track& track) {
    track.number = digits;
    return !digits.empty() && digits.size() <= number_digits_max && all_digits(digits);
}

}  // namespace

Result<Track> parse_track1(std::string_view text) {
    Track track;
    if (!unframe(text, '%', track)) return malformed;
    auto rest = track.data;
    if (rest.size() > track1_data_max || !rest.starts_with('B') || !std::ranges::all_of(rest, is_of_track1)) return malformed;
    rest.remove_prefix(1);
    const auto number_end = rest.find('^');
    if (number_end == rest.npos || !read_number(rest.substr(0, number_end), track)) return malformed;
    rest.remove_prefix(number_end + 1);
    const auto name_end = rest.find('^');
    if (name_end == rest.npos || name_end > name_max) return malformed;
    if (!read_expiry(rest.substr(name_end + 1), track)) return malformed;
    return track;
}

Result<Track> parse_track2(std::string_view text) {
    Track track;
    if (!unframe(text, ';', track)) return malformed;
    const auto separator = track.data.find('=');
    const bool shaped = track.data.size() <= track2_data_max && separator != track.data.npos;
    if (!shaped || !read_number(track.data.substr(0, separator), track)) return malformed;
    const auto rest = track.data.substr(separator + 1);
    if (!all_digits(rest) || !read_expiry(rest, track)) return malformed;
    return track;
}

}  // namespace postern::vault::sealed
