#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace postern::mercury::sandbox {

// Finds an entry's number by the hash of some of its fields, in constant time and without a copy of them: an open table
// of hashes and numbers, at most half full. Two keys may share a hash, so the caller says which number it means.
class NumberIndex {
public:
    // The number for which `is_it(number)` holds; 0: none.
    template <class IsIt>
    std::int64_t find(std::uint64_t hash, const IsIt& is_it) const {
        if (slots_.empty()) return 0;
        for (std::size_t at = place(hash); slots_[at].number != 0; at = next(at))
            if (slots_[at].hash == hash && is_it(slots_[at].number)) return slots_[at].number;
        return 0;
    }

    // Puts `number` into the place of the one for which `is_it` holds, or adds it.
    template <class IsIt>
    void set(std::uint64_t hash, std::int64_t number, const IsIt& is_it) {
        if ((count_ + 1) * 2 > slots_.size()) grow();
        std::size_t at = place(hash);
        for (; slots_[at].number != 0; at = next(at))
            if (slots_[at].hash == hash && is_it(slots_[at].number)) break;
        if (slots_[at].number == 0) ++count_;
        slots_[at] = {hash, number};
    }

    void clear() {
        slots_.clear();
        count_ = 0;
    }

private:
    struct Slot {
        std::uint64_t hash = 0;
        std::int64_t number = 0;  // 0: free
    };
    std::size_t place(std::uint64_t hash) const { return static_cast<std::size_t>(hash) & (slots_.size() - 1); }
    std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
    void grow();

    std::vector<Slot> slots_;  // as many as a power of two
    std::size_t count_ = 0;
};

// Of fields in an order; the same for "ab", "c" and "a", "bc" only by chance.
std::uint64_t hash_of(std::initializer_list<std::string_view> fields);

}  // namespace postern::mercury::sandbox
