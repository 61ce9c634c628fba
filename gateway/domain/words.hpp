#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace postern::domain {

// An enumeration's public words, one row an enumerator: both directions come from the same table.
template <class Enum, std::size_t N>
using Words = std::array<std::pair<Enum, std::string_view>, N>;

template <class Enum, std::size_t N>
std::string_view word_of(const Words<Enum, N>& words, Enum value) {
    return std::ranges::find(words, value, &std::pair<Enum, std::string_view>::first)->second;
}

template <class Enum, std::size_t N>
std::optional<Enum> value_of(const Words<Enum, N>& words, std::string_view text) {
    const auto* found = std::ranges::find(words, text, &std::pair<Enum, std::string_view>::second);
    return found == words.end() ? std::nullopt : std::optional{found->first};
}

}  // namespace postern::domain
