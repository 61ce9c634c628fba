#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postern::processors::wire {

// A JSON value as readers of foreign replies want it. Numbers stay text, so that no amount passes through floating
// point; of an object the names stand beside the children, in order.
struct JsonNode {
    enum class Kind { null, boolean, number, string, array, object };
    Kind kind = Kind::null;
    bool boolean = false;
    std::string text;                // of a number as it stood, of a string unescaped
    std::vector<std::string> names;  // of an object's children
    std::vector<JsonNode> children;
    friend bool operator==(const JsonNode&, const JsonNode&) = default;
};

struct JsonLimits {
    std::size_t bytes_max = 256 * 1024;
    std::size_t values_max = 8192;
    std::size_t depth_max = 32;
};

// Reads one RFC 8259 document of UTF-8 text. "malformed_json" for what is none; "name_repeated" where an object holds a
// name twice: whoever decides about money on one member must not pick one of two; "json_too_large" past a limit.
Result<JsonNode> read_json(std::string_view text, const JsonLimits& limits = {});

// The member of that name; null where there is none or `parent` is no object.
const JsonNode* find_member(const JsonNode& parent, std::string_view name);
// The string, or the whole number without fraction and exponent; nothing for every other kind.
std::optional<std::string> string_of(const JsonNode* node);
std::optional<std::int64_t> integer_of(const JsonNode* node);

}  // namespace postern::processors::wire
