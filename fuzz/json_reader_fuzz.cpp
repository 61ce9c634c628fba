// Property: what is read is what another reader (Boost.JSON's document model) finds there, value for value and name for
// name; a refusal as malformed is shared by that reader, and an object that holds a name twice is never read.
#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/fuzz_check.hpp"
#include "processors/wire/json_reader.hpp"

namespace {

namespace json = boost::json;
using postern::processors::wire::JsonNode;

void check_number(const JsonNode& node, const json::value& other) {
    const auto integer = postern::processors::wire::integer_of(&node);
    if (other.is_int64() && node.text != "-0") FUZZ_CHECK(integer == other.as_int64());
    if (other.is_double()) FUZZ_CHECK(!integer);
}

void check_same(const JsonNode& node, const json::value& other) {
    switch (node.kind) {
        case JsonNode::Kind::null: FUZZ_CHECK(other.is_null()); return;
        case JsonNode::Kind::boolean: FUZZ_CHECK(other.is_bool() && other.as_bool() == node.boolean); return;
        case JsonNode::Kind::number: FUZZ_CHECK(other.is_number()); return check_number(node, other);
        case JsonNode::Kind::string:
            FUZZ_CHECK(other.is_string() && std::string_view(other.as_string()) == node.text);
            return;
        case JsonNode::Kind::array:
            FUZZ_CHECK(other.is_array() && other.as_array().size() == node.children.size());
            for (std::size_t i = 0; i < node.children.size(); ++i) check_same(node.children[i], other.as_array()[i]);
            return;
        case JsonNode::Kind::object:
            FUZZ_CHECK(other.is_object() && other.as_object().size() == node.children.size());  // it drops repeated names
            for (std::size_t i = 0; i < node.children.size(); ++i) {
                FUZZ_CHECK(other.as_object().contains(node.names[i]));
                check_same(node.children[i], other.as_object().at(node.names[i]));
            }
            return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto root = postern::processors::wire::read_json(text);
    boost::system::error_code error;
    const json::value other = json::parse({text.data(), text.size()}, error);
    if (!root) {
        const bool is_malformed = root.error().code == "malformed_json";
        FUZZ_CHECK(!is_malformed || error);
        return 0;
    }
    FUZZ_CHECK(!error);
    check_same(*root, other);
    return 0;
}
