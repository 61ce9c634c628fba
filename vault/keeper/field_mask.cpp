#include "vault/keeper/field_mask.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace postern::vault {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
bool ends_name(char c) { return c == '>' || c == '/' || c == '=' || c == '<' || is_space(c); }

// Where the local part of a qualified name stands: [first, last).
struct Name {
    std::size_t first = 0, last = 0;
};

// Reads a qualified name from `at` and moves `at` behind it.
Name local_name(const View& view, std::size_t& at) {
    std::size_t first = at;
    for (; at < view.size() && !ends_name(view[at].character); ++at)
        if (view[at].character == ':') first = at + 1;
    return {first, at};
}

struct Tag {
    Name name;
    bool closes = false, empty = false;
    std::size_t first = 0, last = 0;  // [first, last): from '<' to behind '>'
};

class FieldMask {
public:
    FieldMask(const View& view, const std::vector<std::string>& names, Marks& marks)
        : view_(view), names_(names), marks_(marks) {}

    void run() {
        for (std::size_t i = 0; i < view_.size(); ++i) {
            if (view_[i].character != '<' || i + 1 >= view_.size()) continue;
            if (view_[i + 1].character == '!' || view_[i + 1].character == '?') continue;
            const auto tag = read_tag(i, true);
            if (!tag.closes && !tag.empty && is_masked(tag.name)) mask_content(tag);
        }
    }

private:
    bool is_masked(Name name) const {
        return std::ranges::any_of(names_, [&](const std::string& masked) { return same_name(name, masked); });
    }
    bool same_name(Name name, std::string_view lower_case) const {
        if (name.last - name.first != lower_case.size()) return false;
        for (std::size_t i = 0; i < lower_case.size(); ++i)
            if (lower(view_[name.first + i].character) != lower_case[i]) return false;
        return true;
    }

    Tag read_tag(std::size_t first, bool mask_attributes) {
        Tag tag;
        tag.first = first;
        std::size_t at = first + 1;
        tag.closes = at < view_.size() && view_[at].character == '/';
        if (tag.closes) ++at;
        tag.name = local_name(view_, at);
        while (at < view_.size() && view_[at].character != '>' && view_[at].character != '<') {
            const auto before = at;
            const auto attribute = local_name(view_, at);
            if (at < view_.size() && view_[at].character == '=') at = value(at + 1, mask_attributes && is_masked(attribute));
            else if (at == before) tag.empty = view_[at].character == '/', ++at;
        }
        tag.last = std::min(at + 1, view_.size());
        return tag;
    }

    // Behind an attribute's '='; gives the place behind its value.
    std::size_t value(std::size_t at, bool mask) {
        while (at < view_.size() && is_space(view_[at].character)) ++at;
        if (at >= view_.size()) return at;
        const char quote = view_[at].character;
        if (quote != '"' && quote != '\'') return at;
        for (++at; at < view_.size() && view_[at].character != quote; ++at)
            if (mask) marks_.add(view_[at]);
        return std::min(at + 1, view_.size());
    }

    void mask_content(const Tag& open) {
        std::string name;
        for (auto i = open.name.first; i < open.name.last; ++i) name += lower(view_[i].character);
        int depth = 1;
        for (std::size_t i = open.last; i < view_.size(); ++i) {
            const bool tag_begins = view_[i].character == '<' && i + 1 < view_.size() &&
                                    (std::isalpha(static_cast<unsigned char>(view_[i + 1].character)) ||
                                     view_[i + 1].character == '/' || view_[i + 1].character == '_');
            if (!tag_begins) {
                marks_.add(view_[i]);
                continue;
            }
            const auto tag = read_tag(i, false);
            if (!tag.empty && same_name(tag.name, name)) depth += tag.closes ? -1 : 1;
            if (depth == 0) return;
            i = tag.last - 1;
        }
    }

    const View& view_;
    const std::vector<std::string>& names_;
    Marks& marks_;
};

}  // namespace

void mask_fields(const View& view, const std::vector<std::string>& names, Marks& marks) {
    if (!names.empty()) FieldMask{view, names, marks}.run();
}

}  // namespace postern::vault
