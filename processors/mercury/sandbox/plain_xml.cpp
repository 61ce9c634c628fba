#include "processors/mercury/sandbox/plain_xml.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postern::mercury::sandbox {
namespace {

constexpr std::size_t elements_max = 256, depth_max = 16;
constexpr std::string_view white = " \t\r\n";

bool is_plain_character(char c) { return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r'; }
bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_name(std::string_view text) {
    const bool starts_well = !text.empty() && !(text.front() >= '0' && text.front() <= '9');
    return starts_well && std::ranges::all_of(text, is_name_character);
}

constexpr std::array<std::pair<std::string_view, char>, 5> references{
    {{"lt;", '<'}, {"gt;", '>'}, {"amp;", '&'}, {"quot;", '"'}, {"apos;", '\''}}};

bool append_decoded(std::string& out, std::string_view raw) {
    out.reserve(raw.size());
    while (true) {
        const std::size_t at = raw.find('&');
        out += raw.substr(0, at);
        if (at == raw.npos) return true;
        raw.remove_prefix(at + 1);
        const auto known =
            std::ranges::find_if(references, [&](const auto& one) { return raw.starts_with(one.first); });
        if (known == references.end()) return false;
        out += known->second;
        raw.remove_prefix(known->first.size());
    }
}

class Reader {
public:
    explicit Reader(std::string_view document) : rest_{document} {}

    std::optional<PlainXml> read() {
        constexpr std::size_t most_have = 32;
        out_.elements.reserve(most_have);
        skip_white();
        if (rest_.starts_with("<?xml ") && !skip_past("?>")) return std::nullopt;
        while (true) {
            if (!take_text() || rest_.empty()) break;
            if (!(rest_.starts_with("</") ? take_end() : take_start())) return std::nullopt;
            if (open_.empty()) break;
        }
        skip_white();
        const bool is_whole = rest_.empty() && open_.empty() && !out_.elements.empty();
        return is_whole ? std::optional(std::move(out_)) : std::nullopt;
    }

private:
    void skip_white() { rest_.remove_prefix(std::min(rest_.find_first_not_of(white), rest_.size())); }
    bool skip_past(std::string_view what) {
        const std::size_t at = rest_.find(what);
        if (at == rest_.npos) return false;
        rest_.remove_prefix(at + what.size());
        return true;
    }

    // Up to the next tag: a leaf's text, white space elsewhere.
    bool take_text() {
        const std::string_view text = rest_.substr(0, rest_.find('<'));
        rest_.remove_prefix(text.size());
        const bool in_leaf = !open_.empty() && open_.back() == out_.elements.size() - 1 && rest_.starts_with("</");
        if (!in_leaf) return text.find_first_not_of(white) == text.npos;
        return text.find('\r') == text.npos && append_decoded(out_.elements.back().text, text);
    }

    bool take_start() {
        rest_.remove_prefix(1);
        const std::size_t end = rest_.find('>');
        if (end == rest_.npos || out_.elements.size() == elements_max || open_.size() == depth_max) return false;
        std::string_view tag = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        const bool is_closed = tag.ends_with('/');
        if (is_closed) tag.remove_suffix(1);
        const std::string_view qualified = tag.substr(0, tag.find_first_of(white));
        if (!are_attributes(tag.substr(qualified.size())) || !is_qualified_name(qualified)) return false;
        if (!open_.empty()) out_.elements[open_.back()].is_leaf = false;
        out_.elements.push_back({open_.size() + 1, local(qualified)});
        if (is_closed) return true;
        open_.push_back(out_.elements.size() - 1);
        names_.push_back(qualified);
        return true;
    }

    bool take_end() {
        rest_.remove_prefix(2);
        const std::string_view name = rest_.substr(0, rest_.find('>'));
        if (open_.empty() || name != names_.back() || name.size() == rest_.size()) return false;
        rest_.remove_prefix(name.size() + 1);
        open_.pop_back();
        names_.pop_back();
        return true;
    }

    // ` name="value"`, as often as it stands there; a value without references.
    static bool are_attributes(std::string_view text) {
        while (true) {
            const std::size_t start = text.find_first_not_of(white);
            if (start == text.npos) return true;
            text.remove_prefix(start);
            const std::size_t equals = text.find('=');
            if (start == 0 || equals == text.npos || !is_qualified_name(text.substr(0, equals))) return false;
            text.remove_prefix(equals + 1);
            if (!text.starts_with('"')) return false;
            const std::size_t close = text.find('"', 1);
            if (close == text.npos || text.substr(0, close).find_first_of("&<") != text.npos) return false;
            text.remove_prefix(close + 1);
        }
    }

    static std::string_view local(std::string_view qualified) { return qualified.substr(qualified.find(':') + 1); }
    static bool is_qualified_name(std::string_view text) {
        const std::size_t colon = text.find(':');
        return is_name(text.substr(colon + 1)) && (colon == text.npos || is_name(text.substr(0, colon)));
    }

    std::string_view rest_;
    PlainXml out_;
    std::vector<std::size_t> open_;          // where the open elements stand
    std::vector<std::string_view> names_;    // and what they must be closed with
};

}  // namespace

std::optional<PlainXml> read_plain_xml(std::string_view document) {
    if (!std::ranges::all_of(document, is_plain_character)) return std::nullopt;
    return Reader{document}.read();
}

}  // namespace postern::mercury::sandbox
