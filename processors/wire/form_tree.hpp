#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "vault/contract/message_tree.hpp"

namespace postern::processors::wire {

// A form with nested names: `card[number]=…` is a branch "card" over a leaf "number"; of a list the names are its
// indices. Siblings have different names, and a branch has a child: an empty one could not be written.
struct FormNode {
    std::string name;  // ASCII letters, digits, '_', '-', '.'
    std::variant<vault::Leaf, std::vector<FormNode>> content = vault::Leaf{std::string{}};
    friend bool operator==(const FormNode&, const FormNode&);
};
using FormTree = std::vector<FormNode>;
inline bool operator==(const FormNode& a, const FormNode& b) { return a.name == b.name && a.content == b.content; }

constexpr std::size_t form_depth_max = 8;

// The fields of the tree in its order, names joined by brackets: what a message's body holds. "malformed_name" for a
// name that is none or stands twice, "malformed_tree" for an empty branch or one deeper than form_depth_max.
Result<vault::FormBody> flatten(const FormTree& tree);

struct FormLimits {
    std::size_t bytes_max = 64 * 1024;
    std::size_t fields_max = 512;
};

// Reads application/x-www-form-urlencoded text back into the tree that gives the same fields; branches stand where
// their first field stood. All leaves are text. "malformed_form" for what is none: a broken escape, text that is not
// UTF-8 or holds a NUL, a name that no tree gives; "name_repeated" where one field could be read as another, too;
// "form_too_large" past a limit.
Result<FormTree> read_form(std::string_view text, const FormLimits& limits = {});

// The text at a path of names ("card", "number"); null where there is none.
const std::string* find_text(const FormTree& tree, std::initializer_list<std::string_view> path);

}  // namespace postern::processors::wire
