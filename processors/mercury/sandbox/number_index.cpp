#include "processors/mercury/sandbox/number_index.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace postern::mercury::sandbox {

void NumberIndex::grow() {
    constexpr std::size_t slots_min = 64;
    const std::vector<Slot> before = std::exchange(slots_, {});
    slots_.resize(std::max(slots_min, before.size() * 2));
    for (const Slot& slot : before) {
        if (slot.number == 0) continue;
        std::size_t at = place(slot.hash);
        while (slots_[at].number != 0) at = next(at);
        slots_[at] = slot;
    }
}

std::uint64_t hash_of(std::initializer_list<std::string_view> fields) {
    std::uint64_t hash = 0;
    for (const std::string_view field : fields)
        hash = (hash ^ std::hash<std::string_view>{}(field)) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 32);
}

}  // namespace postern::mercury::sandbox
