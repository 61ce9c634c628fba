#include "vault/keeper/field_mask.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <string_view>
#include <utility>

namespace postern::vault {
namespace {

using UseCharacter = std::function<void(const Seen&)>;

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

// Gives each character of the text of elements and attributes with one of the names to `use`.
class XmlFields {
public:
    XmlFields(const View& view, const std::vector<std::string>& names, const UseCharacter& use)
        : view_(view), names_(names), use_(use) {}

    void run() {
        for (std::size_t i = 0; i < view_.size(); ++i) find_at(i, true);
    }
    // The first element's alone; false where there is none.
    bool run_first_element() {
        for (std::size_t i = 0; i < view_.size(); ++i)
            if (find_at(i, false)) return true;
        return false;
    }

private:
    // True where an element of ours begins.
    bool find_at(std::size_t i, bool use_attributes) {
        if (view_[i].character != '<' || i + 1 >= view_.size()) return false;
        if (view_[i + 1].character == '!' || view_[i + 1].character == '?') return false;
        const auto tag = read_tag(i, use_attributes);
        const bool is_ours = !tag.closes && !tag.empty && is_wanted(tag.name);
        if (is_ours) use_content(tag);
        return is_ours;
    }
    bool is_wanted(Name name) const {
        return std::ranges::any_of(names_, [&](const std::string& masked) { return same_name(name, masked); });
    }
    bool same_name(Name name, std::string_view lower_case) const {
        if (name.last - name.first != lower_case.size()) return false;
        for (std::size_t i = 0; i < lower_case.size(); ++i)
            if (lower(view_[name.first + i].character) != lower_case[i]) return false;
        return true;
    }

    Tag read_tag(std::size_t first, bool use_attributes) {
        Tag tag;
        tag.first = first;
        std::size_t at = first + 1;
        tag.closes = at < view_.size() && view_[at].character == '/';
        if (tag.closes) ++at;
        tag.name = local_name(view_, at);
        while (at < view_.size() && view_[at].character != '>' && view_[at].character != '<') {
            const auto before = at;
            const auto attribute = local_name(view_, at);
            if (at < view_.size() && view_[at].character == '=') at = value(at + 1, use_attributes && is_wanted(attribute));
            else if (at == before) tag.empty = view_[at].character == '/', ++at;
        }
        tag.last = std::min(at + 1, view_.size());
        return tag;
    }

    // Behind an attribute's '='; gives the place behind its value.
    std::size_t value(std::size_t at, bool is_ours) {
        while (at < view_.size() && is_space(view_[at].character)) ++at;
        if (at >= view_.size()) return at;
        const char quote = view_[at].character;
        if (quote != '"' && quote != '\'') return at;
        for (++at; at < view_.size() && view_[at].character != quote; ++at)
            if (is_ours) use_(view_[at]);
        return std::min(at + 1, view_.size());
    }

    void use_content(const Tag& open) {
        std::string name;
        for (auto i = open.name.first; i < open.name.last; ++i) name += lower(view_[i].character);
        int depth = 1;
        for (std::size_t i = open.last; i < view_.size(); ++i) {
            const bool tag_begins = view_[i].character == '<' && i + 1 < view_.size() &&
                                    (std::isalpha(static_cast<unsigned char>(view_[i + 1].character)) ||
                                     view_[i + 1].character == '/' || view_[i + 1].character == '_');
            if (!tag_begins) {
                use_(view_[i]);
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
    const UseCharacter& use_;
};

// The same of a JSON member's value: a string's characters, a number or word as it is, of an object or a list all strings,
// numbers and words inside. Quotes may be escaped, as in JSON that is carried in a string.
class JsonFields {
public:
    JsonFields(const View& view, const std::vector<std::string>& names, const UseCharacter& use)
        : view_(view), names_(names), use_(use) {}

    void run() {
        for (std::size_t at = 0; at < view_.size();) {
            if (!is_quote(at)) {
                ++at;
                continue;
            }
            const auto first = behind_quote(at), last = string_end(first);
            const auto value = last < view_.size() ? skip_space(behind_quote(last)) : view_.size();
            const bool is_ours = value < view_.size() && view_[value].character == ':' && is_wanted(first, last);
            at = is_ours ? use_value(skip_space(value + 1)) : first;  // inside a string JSON may be carried
        }
    }

private:
    bool is_quote(std::size_t at) const {
        std::size_t quote = at;
        while (quote < view_.size() && view_[quote].character == '\\') ++quote;
        return quote < view_.size() && view_[quote].character == '"';
    }
    std::size_t behind_quote(std::size_t at) const {
        while (view_[at].character == '\\') ++at;
        return at + 1;
    }
    // Where its closing quote, or the escapes of it, begin. An escaped quote inside a string that began with a bare one is
    // content, and so is one that is escaped more often than the one it began with.
    std::size_t string_end(std::size_t first) const {
        const auto depth = escapes_before(first - 1);
        for (std::size_t at = first; at < view_.size(); ++at)
            if (view_[at].character == '"' && escapes_before(at) <= depth) return at - escapes_before(at);
        return view_.size();
    }
    std::size_t escapes_before(std::size_t at) const {
        std::size_t count = 0;
        while (count < at && view_[at - count - 1].character == '\\') ++count;
        return count;
    }
    std::size_t skip_space(std::size_t at) const {
        while (at < view_.size() && is_space(view_[at].character)) ++at;
        return at;
    }
    bool is_wanted(std::size_t first, std::size_t last) const {
        return std::ranges::any_of(names_, [&](const std::string& name) {
            if (last - first != name.size()) return false;
            for (std::size_t i = 0; i < name.size(); ++i)
                if (lower(view_[first + i].character) != name[i]) return false;
            return true;
        });
    }
    std::size_t use_string(std::size_t at) {
        const auto first = behind_quote(at), last = string_end(first);
        for (auto i = first; i < last; ++i) use_(view_[i]);
        return last < view_.size() ? behind_quote(last) : view_.size();
    }
    std::size_t use_value(std::size_t at) {
        std::size_t depth = 0;
        do {
            at = skip_space(at);
            if (at >= view_.size()) return at;
            const char c = view_[at].character;
            if (is_quote(at)) at = use_string(at);
            else if (c == '{' || c == '[') ++depth, ++at;
            else if ((c == '}' || c == ']') && depth > 0) --depth, ++at;
            else if (c == ',' || c == ':') ++at;
            else if (c == '}' || c == ']') return at;
            else at = use_word(at);
        } while (depth > 0);
        return at;
    }
    std::size_t use_word(std::size_t at) {
        constexpr std::string_view ends = ",:{}[]\"\\";
        for (; at < view_.size() && !is_space(view_[at].character) && ends.find(view_[at].character) == ends.npos; ++at)
            use_(view_[at]);
        return at;
    }

    const View& view_;
    const std::vector<std::string>& names_;
    const UseCharacter& use_;
};

}  // namespace

void mask_fields(const View& view, const std::vector<std::string>& names, Marks& marks) {
    if (names.empty()) return;
    const UseCharacter mark = [&](const Seen& seen) { marks.add(seen); };
    XmlFields{view, names, mark}.run();
    JsonFields{view, names, mark}.run();
}

std::optional<wiped::Bytes> find_element(std::string_view reply, std::string_view name) {
    constexpr std::size_t layers_max = 4;
    std::string lower_case(name);
    std::ranges::transform(lower_case, lower_case.begin(), lower);
    const std::vector<std::string> names{std::move(lower_case)};
    wiped::Bytes text;
    const UseCharacter keep = [&](const Seen& seen) { text.push_back(seen.character); };
    View view = raw_view(reply), next;
    for (std::size_t layer = 0; layer < layers_max; ++layer) {
        if (XmlFields{view, names, keep}.run_first_element()) return text;
        if (!decode_escapes(view, next)) break;
        view = std::exchange(next, {});
    }
    return std::nullopt;
}

}  // namespace postern::vault
