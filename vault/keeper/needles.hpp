#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/wiped/wiped.hpp"

namespace postern::vault {

// Byte strings to look for, all in one pass over a text: a table says which of them may begin with the bytes at hand,
// and only those are compared. All memory is wiped.
class Needles {
public:
    enum class Compare { bytes, low_halves };

    Needles();
    void add(std::span<const char> needle, Compare compare = Compare::bytes);  // two bytes at least; 64 needles at most

    std::size_t size_least() const { return size_least_; }

    // Calls `hit(at, size)` wherever one of them stands, overlapping ones too.
    template <class Hit>
    void for_each_match(std::string_view text, Hit hit) const {
        for (auto at = find_candidate(text, 0); at < text.size(); at = find_candidate(text, at + 1))
            for (auto left = candidates(text.data() + at); left != 0; left &= left - 1)
                if (const auto& needle = needles_[static_cast<std::size_t>(std::countr_zero(left))];
                    stands_at(text, at, needle))
                    hit(at, needle.size);
    }

private:
    static constexpr std::size_t lead = 2;  // so many first bytes are in the table
    using Set = std::uint64_t;              // of needles, a bit each
    using ByFirstBytes = std::array<std::array<Set, 256>, lead>;
    struct Needle {
        std::size_t first, size;  // in `bytes_`
        Compare compare;
    };

    // Those that may begin with these bytes.
    Set candidates(const char* bytes) const {
        Set left = ~Set{0};
        for (std::size_t i = 0; i < lead; ++i) left &= table_.front()[i][static_cast<unsigned char>(bytes[i])];
        return left;
    }
    // The first place from `at` on with a candidate, or the end of the text.
    std::size_t find_candidate(std::string_view text, std::size_t at) const;
    bool stands_at(std::string_view text, std::size_t at, const Needle& needle) const;

    std::vector<Needle> needles_;
    wiped::Bytes bytes_;  // of all needles
    std::vector<ByFirstBytes, wiped::Allocator<ByFirstBytes>> table_;  // one, where it is wiped
    std::size_t size_least_ = SIZE_MAX;
};

}  // namespace postern::vault
