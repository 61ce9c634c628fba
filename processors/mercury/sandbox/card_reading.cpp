#include "processors/mercury/sandbox/card_reading.hpp"

#include <sodium.h>

#include <array>

namespace postern::mercury::sandbox {
namespace {

constexpr std::size_t year_and_month = 4;

// Number, one separator, YYMM.
void read_parts(std::string_view number, std::string_view behind, Transaction& t) {
    if (behind.size() < year_and_month) return;
    t.account_number = number;
    t.expiry = std::string(behind.substr(2, 2)) + std::string(behind.substr(0, 2));
}

void read_track2(std::string_view track, Transaction& t) {
    if (track.starts_with(';')) track.remove_prefix(1);
    const auto separator = track.find('=');
    if (separator != track.npos) read_parts(track.substr(0, separator), track.substr(separator + 1), t);
}

void read_track1(std::string_view track, Transaction& t) {
    if (track.starts_with('%')) track.remove_prefix(1);
    const auto number_end = track.find('^');
    const auto name_end = number_end == track.npos ? track.npos : track.find('^', number_end + 1);
    if (!track.starts_with('B') || name_end == track.npos) return;
    read_parts(track.substr(1, number_end - 1), track.substr(name_end + 1), t);
}

void read_block(Transaction& t) {
    std::array<unsigned char, 64> block{}, stream{};
    std::size_t size = 0;
    const char* end = nullptr;
    const bool is_hexadecimal = sodium_hex2bin(block.data(), block.size(), t.encrypted_block.data(), t.encrypted_block.size(),
                                               nullptr, &size, &end) == 0 &&
                                end == t.encrypted_block.data() + t.encrypted_block.size();
    if (!is_hexadecimal) return;
    crypto_generichash(stream.data(), stream.size(), reinterpret_cast<const unsigned char*>(t.encrypted_key.data()),
                       t.encrypted_key.size(), nullptr, 0);
    std::string track;
    for (std::size_t i = 0; i < size && block[i] != stream[i]; ++i) track += static_cast<char>(block[i] ^ stream[i]);
    if (track.starts_with(';') && track.ends_with('?')) read_track2(track, t);
}

}  // namespace

void read_card(Transaction& t) {
    if (!t.account_number.empty()) return;
    if (!t.track2.empty()) read_track2(t.track2, t);
    else if (!t.track1.empty()) read_track1(t.track1, t);
    else if (t.encrypted_format == "MagneSafe" && !t.encrypted_block.empty()) read_block(t);
}

}  // namespace postern::mercury::sandbox
