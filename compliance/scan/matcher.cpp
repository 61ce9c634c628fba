#include "compliance/scan/matcher.hpp"

#include <deque>

namespace postern::compliance {

Matcher::Matcher(std::vector<Needle> needles) : needles_{std::move(needles)}, nodes_(1) {
    for (std::uint32_t i = 0; i < needles_.size(); ++i) insert(i);
    link();
}

void Matcher::insert(std::uint32_t needle) {
    std::uint32_t at = 0;
    for (const char c : needles_[needle].bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (nodes_[at].next[byte] == 0) {
            const auto fresh = static_cast<std::uint32_t>(nodes_.size());
            nodes_.emplace_back();
            nodes_[at].next[byte] = fresh;
        }
        at = nodes_[at].next[byte];
    }
    nodes_[at].ends.push_back(needle);
}

// Breadth first: a node's fail link is shorter than it, hence linked before it; missing edges become the fail path's.
void Matcher::link() {
    std::deque<std::uint32_t> waiting;
    for (const std::uint32_t child : nodes_[0].next)
        if (child != 0) waiting.push_back(child);
    while (!waiting.empty()) {
        const std::uint32_t at = waiting.front();
        waiting.pop_front();
        const std::uint32_t fail = nodes_[at].fail;
        nodes_[at].ends.insert(nodes_[at].ends.end(), nodes_[fail].ends.begin(), nodes_[fail].ends.end());
        for (int byte = 0; byte < 256; ++byte) {
            const std::uint32_t child = nodes_[at].next[byte];
            if (child == 0) {
                nodes_[at].next[byte] = nodes_[fail].next[byte];
            } else {
                nodes_[child].fail = nodes_[fail].next[byte];
                waiting.push_back(child);
            }
        }
    }
}

void Matcher::feed(Cursor& cursor, std::span<const char> piece, const Found& found) const {
    std::uint32_t state = cursor.state;
    for (std::size_t i = 0; i < piece.size(); ++i) {
        state = nodes_[state].next[static_cast<unsigned char>(piece[i])];
        for (const std::uint32_t needle : nodes_[state].ends) found(needles_[needle], cursor.offset + i);
    }
    cursor.state = state;
    cursor.offset += piece.size();
}

}  // namespace postern::compliance
