#include "processors/wire/form_tree.hpp"

#include <algorithm>
#include <optional>

#include "processors/wire/characters.hpp"

namespace postern::processors::wire {
namespace {

Error refused(std::string_view code) { return {ErrorKind::invalid_request, code}; }

bool is_form_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '.';
    });
}

Status flatten_into(const FormTree& tree, const std::string& above, std::size_t depth, vault::FormBody& out) {
    if (tree.empty() || depth > form_depth_max) return refused("malformed_tree");
    for (auto node = tree.begin(); node != tree.end(); ++node) {
        const bool again = std::any_of(tree.begin(), node, [&](const FormNode& n) { return n.name == node->name; });
        if (again || !is_form_name(node->name)) return refused("malformed_name");
        const std::string name = above.empty() ? node->name : above + '[' + node->name + ']';
        if (const auto* leaf = std::get_if<vault::Leaf>(&node->content)) {
            out.push_back({name, *leaf});
            continue;
        }
        const auto& children = std::get<FormTree>(node->content);
        if (auto status = flatten_into(children, name, depth + 1, out); !status) return status;
    }
    return {};
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_text(std::string_view text) {
    while (!text.empty()) {
        const Utf8Character next = first_character(text);
        const bool is_surrogate = next.code_point >= 0xD800 && next.code_point <= 0xDFFF;
        if (next.length == 0 || next.code_point == 0 || next.code_point > 0x10FFFF || is_surrogate) return false;
        text.remove_prefix(next.length);
    }
    return true;
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i] == '+' ? ' ' : text[i]);
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return is_text(out) ? std::optional(out) : std::nullopt;
}

// "a[b][c]" as its names; empty: it is none.
std::vector<std::string> names_of(std::string_view field) {
    std::vector<std::string> names;
    const std::size_t first = std::min(field.find('['), field.size());
    names.emplace_back(field.substr(0, first));
    field.remove_prefix(first);
    while (!field.empty()) {
        const std::size_t close = field.find(']');
        if (field.front() != '[' || close == field.npos) return {};
        names.emplace_back(field.substr(1, close - 1));
        field.remove_prefix(close + 1);
    }
    const bool all_names = std::ranges::all_of(names, is_form_name) && names.size() <= form_depth_max;
    return all_names ? names : std::vector<std::string>{};
}

FormNode* find_child(FormTree& tree, std::string_view name) {
    const auto found = std::ranges::find(tree, name, &FormNode::name);
    return found == tree.end() ? nullptr : &*found;
}

// A name that is a leaf and a branch at once, or a leaf twice, means two things.
Status insert(FormTree& tree, const std::vector<std::string>& names, std::string value) {
    FormTree* level = &tree;
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
        FormNode* child = find_child(*level, names[i]);
        if (!child) child = &level->emplace_back(FormNode{names[i], FormTree{}});
        level = std::get_if<FormTree>(&child->content);
        if (!level) return refused("name_repeated");
    }
    if (find_child(*level, names.back())) return refused("name_repeated");
    level->push_back({names.back(), vault::Leaf{std::move(value)}});
    return {};
}

}  // namespace

Result<vault::FormBody> flatten(const FormTree& tree) {
    vault::FormBody out;
    if (tree.empty()) return out;
    if (auto status = flatten_into(tree, {}, 1, out); !status) return status.error();
    return out;
}

Result<FormTree> read_form(std::string_view text, const FormLimits& limits) {
    FormTree tree;
    if (text.size() > limits.bytes_max) return refused("form_too_large");
    std::size_t fields = 0;
    while (!text.empty()) {
        if (++fields > limits.fields_max) return refused("form_too_large");
        const std::string_view pair = text.substr(0, text.find('&'));
        const bool is_last = pair.size() == text.size();
        text.remove_prefix(is_last ? pair.size() : pair.size() + 1);
        const std::size_t equals = pair.find('=');
        const bool is_whole = equals != pair.npos && (is_last || !text.empty());
        const auto name = unescaped(pair.substr(0, equals));
        auto value = is_whole ? unescaped(pair.substr(equals + 1)) : std::nullopt;
        const auto names = name ? names_of(*name) : std::vector<std::string>{};
        if (!value || names.empty()) return refused("malformed_form");
        if (auto status = insert(tree, names, std::move(*value)); !status) return status.error();
    }
    return tree;
}

const std::string* find_text(const FormTree& tree, std::initializer_list<std::string_view> path) {
    const FormTree* level = &tree;
    const vault::Leaf* leaf = nullptr;
    for (const std::string_view name : path) {
        if (!level) return nullptr;
        const auto found = std::ranges::find(*level, name, &FormNode::name);
        if (found == level->end()) return nullptr;
        leaf = std::get_if<vault::Leaf>(&found->content);
        level = std::get_if<FormTree>(&found->content);
    }
    return leaf ? std::get_if<std::string>(leaf) : nullptr;
}

}  // namespace postern::processors::wire
