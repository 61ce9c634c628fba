#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "compliance/scan/needles.hpp"

namespace postern::compliance {

// Looks for all needles at once in a stream of bytes (Aho-Corasick: each byte is looked at once, whatever their count).
// A needle that lies across two pieces of one stream is found.
class Matcher {
public:
    explicit Matcher(std::vector<Needle> needles);

    // A place in a stream; one for each stream.
    struct Cursor {
        std::uint32_t state = 0;
        std::uint64_t offset = 0;
    };
    // Calls `found` with the needle and the stream offset of its last byte.
    using Found = std::function<void(const Needle& needle, std::uint64_t offset)>;
    void feed(Cursor& cursor, std::span<const char> piece, const Found& found) const;

    const std::vector<Needle>& needles() const { return needles_; }

private:
    struct Node {
        std::uint32_t next[256] = {};
        std::uint32_t fail = 0;
        std::vector<std::uint32_t> ends;  // needles that end here, those of the fail path included
    };
    void insert(std::uint32_t needle);
    void link();
    std::vector<Needle> needles_;
    std::vector<Node> nodes_;
};

}  // namespace postern::compliance
