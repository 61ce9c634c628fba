#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/wiped/wiped.hpp"

namespace postern::gateway {

// A JSON document as the caller wrote it, in wiped memory: a body may hold a card number until the guard has seen it.
// Numbers stay text, so that 10, 10.0 and 1e1 can be told apart.
struct JsonNode {
    enum class Kind { null, boolean, number, string, array, object };
    Kind kind = Kind::null;
    bool boolean = false;
    wiped::Bytes text;                 // of a number or string (unescaped)
    std::vector<wiped::Bytes> names;   // of an object's children, in order
    std::vector<JsonNode> children;

    std::string_view view() const { return {text.data(), text.size()}; }
    std::string_view name(std::size_t index) const { return {names[index].data(), names[index].size()}; }
};

constexpr std::size_t json_depth_max = 8;
constexpr std::size_t json_values_max = 256;

// RFC 8259 text to a tree. "json_malformed", "json_too_deep", "json_too_large", "name_repeated" (with its pointer).
Result<JsonNode> parse_json(std::string_view text);

// A JSON pointer (RFC 6901) one step deeper.
std::string pointer_to(std::string_view parent, std::string_view name);
// `text` between quotes, escaped.
void append_json_text(std::string& out, std::string_view text);

}  // namespace postern::gateway
