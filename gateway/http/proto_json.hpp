#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/json_tree.hpp"

namespace google::protobuf {
class Message;
}

namespace postern::gateway {

// Why one field of a body is refused.
struct FieldError {
    std::string field;      // JSON pointer
    std::string_view code;  // "unknown_field", "wrong_type", "not_an_integer", "out_of_range", "unknown_value", …
    friend bool operator==(const FieldError&, const FieldError&) = default;
};

// The JSON face of a Protobuf message, by reflection: names as in the .proto, enum values in lower case without their
// prefix, integers as numbers, times as RFC 3339 text. Strict: what is not in the message is refused, so that a
// misspelt field never means "the default". Gives every refusal; null means "not given".
std::vector<FieldError> read_message(const JsonNode& json, google::protobuf::Message& message);

// The same face written: fields in .proto order; numbers and flags always (optional ones
// where set), text and enums where not empty, messages
// where set, lists where not empty or named by `list_always`.
std::string write_message(const google::protobuf::Message& message, std::string_view list_always = {});

}  // namespace postern::gateway
