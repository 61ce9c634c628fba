#include "vault/keeper/read_card.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "vault/sealed/tracks.hpp"

namespace postern::vault {
namespace {

using sealed::Arena;
using sealed::CardFields;
using sealed::SecretChars;
using sealed::Track;

constexpr std::size_t block_characters_least = 32, key_serial_characters = 20;
constexpr std::size_t framed_track1_max = 77;  // where its end sentinel stands further back, a track goes without them
constexpr std::array<std::string_view, 3> sources{"Swiped", "Keyed", "Contactless"};

Error refused(std::string_view code, std::string_view field) {
    return {ErrorKind::invalid_request, code, {}, std::string(field)};
}

Error about(Error error, std::string_view field) {
    if (error.kind == ErrorKind::invalid_request) error.field = std::string(field);
    return error;
}

// Cards are good to the end of their month, anywhere on earth.
Status check_expiry(int month, int year, Timestamp now) {
    const auto today = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(now - std::chrono::hours{12})};
    constexpr int years_ahead_max = 20;
    if (month < 1 || month > 12) return refused("card_expiry_invalid", "/expiry_month");
    if (year > static_cast<int>(today.year()) + years_ahead_max) return refused("card_expiry_invalid", "/expiry_year");
    const auto expiry = std::chrono::year{year} / std::chrono::month{static_cast<unsigned>(month)};
    if (expiry < today.year() / today.month()) return refused("card_expired", "/expiry_year");
    return {};
}

Status hold(Arena& arena, std::string_view text, std::optional<SecretChars>& out) {
    auto copy = SecretChars::copy_of(arena, text);
    if (!copy) return copy.error();
    out.emplace(std::move(*copy));
    return {};
}

Status read_keyed(Arena& arena, const CardFields& fields, Timestamp now, ReadCard& card) {
    auto pan = sealed::Pan::parse(arena, fields.number);
    if (!pan) return about(pan.error(), "/number");
    if (auto good = check_expiry(fields.expiry_month, fields.expiry_year, now); !good) return good;
    card.pan.emplace(std::move(*pan));
    card.expiry_month = fields.expiry_month;
    card.expiry_year = fields.expiry_year;
    if (fields.security_code.empty()) return {};
    auto code = sealed::SecurityCode::parse(arena, fields.security_code, card.pan->brand());
    if (!code) return about(code.error(), "/security_code");
    card.one_time.security_code.emplace(std::move(*code).take());
    card.given.security_code = true;
    return {};
}

bool same_card(const Track& a, const Track& b) {
    return a.number == b.number && a.expiry_month == b.expiry_month && a.expiry_year == b.expiry_year;
}

std::string_view as_sent(const Track& track1) {
    return track1.framed.rfind('?') >= framed_track1_max ? track1.data : track1.framed;
}

// Number and expiry may be kept, the rest of a track may not.
Status read_swiped(Arena& arena, const CardFields& fields, Timestamp now, ReadCard& card) {
    std::optional<Track> track1, track2;
    if (!fields.track1.empty()) {
        const auto parsed = sealed::parse_track1(fields.track1);
        if (!parsed) return about(parsed.error(), "/track1");
        track1 = *parsed;
    }
    if (!fields.track2.empty()) {
        const auto parsed = sealed::parse_track2(fields.track2);
        if (!parsed) return about(parsed.error(), "/track2");
        track2 = *parsed;
    }
    if (track1 && track2 && !same_card(*track1, *track2)) return refused("tracks_differ", "/track2");
    const auto& track = track2 ? *track2 : *track1;
    const std::string_view field = track2 ? "/track2" : "/track1";
    auto pan = sealed::Pan::parse(arena, track.number);
    if (!pan) return about(pan.error(), field);
    if (auto good = check_expiry(track.expiry_month, track.expiry_year, now); !good) return about(good.error(), field);
    card.pan.emplace(std::move(*pan));
    card.expiry_month = track.expiry_month;
    card.expiry_year = track.expiry_year;
    card.given.entry = CardEntry::swiped;
    card.given.track1 = track1.has_value();
    card.given.track2 = track2.has_value();
    if (track1)
        if (auto held = hold(arena, as_sent(*track1), card.one_time.track1); !held) return held;
    return track2 ? hold(arena, track2->data, card.one_time.track2) : Status{};
}

bool is_hexadecimal(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
}

// Passed through: only the processor can say what is in it.
Status read_encrypted(Arena& arena, const CardFields& fields, ReadCard& card) {
    const auto& [format, source, block, key_serial] = fields.encrypted;
    if (format != "MagneSafe") return refused("encrypted_format_unknown", "/encrypted/format");
    const auto known = std::ranges::find(sources, source);
    if (known == sources.end()) return refused("encrypted_source_unknown", "/encrypted/source");
    const bool is_block = block.size() >= block_characters_least && block.size() % 2 == 0 && is_hexadecimal(block);
    if (!is_block) return refused("encrypted_block_malformed", "/encrypted/block");
    if (key_serial.size() != key_serial_characters || !is_hexadecimal(key_serial))
        return refused("encrypted_key_malformed", "/encrypted/key_serial");
    card.given.entry = CardEntry::encrypted;
    card.given.encrypted_block = true;
    card.one_time.encrypted_source = *known;
    if (auto held = hold(arena, block, card.one_time.encrypted_block); !held) return held;
    return hold(arena, key_serial, card.one_time.encrypted_key);
}

Status read_way(Arena& arena, const CardFields& fields, Timestamp now, ReadCard& card) {
    if (fields.is_keyed()) return read_keyed(arena, fields, now, card);
    const bool has_tracks = !fields.track1.empty() || !fields.track2.empty();
    const bool is_one_way = fields.number.empty() && fields.security_code.empty() &&
                            !(has_tracks && fields.encrypted.is_given());
    if (!is_one_way) return Error{ErrorKind::invalid_request, "malformed_card_frame"};
    return has_tracks ? read_swiped(arena, fields, now, card) : read_encrypted(arena, fields, card);
}

}  // namespace

Result<ReadCard> read_card(Arena& arena, const CardFields& fields, Timestamp now) {
    ReadCard card;
    card.given.holder_name = !fields.name.empty();
    card.given.address = !fields.address.empty();
    card.given.postal_code = !fields.postal_code.empty();
    if (auto read = read_way(arena, fields, now, card); !read) return read.error();
    return card;
}

}  // namespace postern::vault
