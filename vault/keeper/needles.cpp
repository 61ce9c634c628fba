#include "vault/keeper/needles.hpp"

#include <algorithm>
#include <cstdlib>

namespace postern::vault {
namespace {

constexpr std::size_t needles_max = 64;
constexpr std::size_t bytes_usual = 2048;

unsigned char low_half(char c) { return static_cast<unsigned char>(c) & 0x0F; }

}  // namespace

Needles::Needles() : table_(1) {
    needles_.reserve(needles_max);
    bytes_.reserve(bytes_usual);
}

void Needles::add(std::span<const char> needle, Compare compare) {
    if (needle.size() < lead || needles_.size() == needles_max) std::abort();
    const Set bit = Set{1} << needles_.size();
    for (std::size_t i = 0; i < lead; ++i) {
        auto& row = table_.front()[i];
        if (compare == Compare::bytes) row[static_cast<unsigned char>(needle[i])] |= bit;
        else
            for (std::size_t high = 0; high < 256; high += 16) row[high + low_half(needle[i])] |= bit;
    }
    needles_.push_back({bytes_.size(), needle.size(), compare});
    size_least_ = std::min(size_least_, needle.size());
    bytes_.insert(bytes_.end(), needle.begin(), needle.end());
}

std::size_t Needles::find_candidate(std::string_view text, std::size_t at) const {
    for (; at + lead <= text.size(); ++at)
        if (candidates(text.data() + at) != 0) return at;
    return text.size();
}

bool Needles::stands_at(std::string_view text, std::size_t at, const Needle& needle) const {
    const auto there = text.substr(at, needle.size);
    const auto bytes = std::span{bytes_}.subspan(needle.first, needle.size);
    return needle.compare == Compare::bytes ? std::ranges::equal(there, bytes)
                                            : std::ranges::equal(there, bytes, {}, low_half, low_half);
}

}  // namespace postern::vault
