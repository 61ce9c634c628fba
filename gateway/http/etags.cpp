#include "gateway/http/etags.hpp"

#include <charconv>

namespace postern::gateway {
namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

// Our tags hold digits alone, so that a comma always parts two.
std::vector<std::int64_t> parse_etags(std::string_view list, Etags which) {
    std::vector<std::int64_t> versions;
    while (!list.empty()) {
        const std::size_t end = list.find(',');
        std::string_view tag = trimmed(list.substr(0, end));
        list = end == list.npos ? std::string_view{} : list.substr(end + 1);
        if (which == Etags::weak_too && tag.starts_with("W/")) tag.remove_prefix(2);
        if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') continue;
        std::int64_t version = 0;
        const auto [stop, failure] = std::from_chars(tag.data() + 1, tag.data() + tag.size() - 1, version);
        if (failure == std::errc{} && stop == tag.data() + tag.size() - 1) versions.push_back(version);
    }
    return versions;
}

}  // namespace postern::gateway
