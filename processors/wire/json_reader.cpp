#include "processors/wire/json_reader.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <utility>

namespace postern::processors::wire {
namespace {

namespace json = boost::json;

// What the parser tells, kept as a tree. A refusal stops the parser at once.
class TreeBuilder {
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);
    using Code = boost::system::error_code;

    explicit TreeBuilder(const JsonLimits& limits) : limits_{limits} {}

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code& code) { return open(JsonNode::Kind::object, code); }
    bool on_object_end(std::size_t, Code&) { return close(); }
    bool on_array_begin(Code& code) { return open(JsonNode::Kind::array, code); }
    bool on_array_end(std::size_t, Code&) { return close(); }
    bool on_key_part(json::string_view part, std::size_t, Code&) { return gather(part); }
    bool on_key(json::string_view part, std::size_t, Code& code) {
        gather(part);
        auto& names = open_.back()->names;
        if (std::ranges::find(names, gathered_) != names.end()) return refuse("name_repeated", code);
        names.push_back(std::exchange(gathered_, {}));
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, Code&) { return gather(part); }
    bool on_string(json::string_view part, std::size_t, Code& code) { return add(JsonNode::Kind::string, part, code); }
    bool on_number_part(json::string_view part, Code&) { return gather(part); }
    bool on_int64(std::int64_t, json::string_view part, Code& code) { return add(JsonNode::Kind::number, part, code); }
    bool on_uint64(std::uint64_t, json::string_view part, Code& code) { return add(JsonNode::Kind::number, part, code); }
    bool on_double(double, json::string_view part, Code& code) { return add(JsonNode::Kind::number, part, code); }
    bool on_bool(bool value, Code& code) {
        JsonNode* node = add(JsonNode::Kind::boolean, code);
        if (node) node->boolean = value;
        return node;
    }
    bool on_null(Code& code) { return add(JsonNode::Kind::null, code); }
    bool on_comment_part(json::string_view, Code&) { return true; }
    bool on_comment(json::string_view, Code&) { return true; }

    JsonNode root;
    std::string_view refusal;

private:
    bool gather(json::string_view part) {
        gathered_.append(part.data(), part.size());
        return true;
    }
    bool add(JsonNode::Kind kind, json::string_view part, Code& code) {
        gather(part);
        JsonNode* node = add(kind, code);
        if (node) node->text = std::exchange(gathered_, {});
        return node;
    }
    // A new value in the innermost open one, whose vector grows only while no child of it is open.
    JsonNode* add(JsonNode::Kind kind, Code& code) {
        if (++values_ > limits_.values_max) return refuse("json_too_large", code), nullptr;
        JsonNode* node = open_.empty() ? &root : &open_.back()->children.emplace_back();
        node->kind = kind;
        return node;
    }
    bool open(JsonNode::Kind kind, Code& code) {
        if (open_.size() >= limits_.depth_max) return refuse("json_too_large", code);
        JsonNode* node = add(kind, code);
        if (node) open_.push_back(node);
        return node;
    }
    bool close() {
        open_.pop_back();
        return true;
    }
    bool refuse(std::string_view why, Code& code) {
        refusal = why;
        code = boost::system::errc::make_error_code(boost::system::errc::invalid_argument);
        return false;
    }

    const JsonLimits& limits_;
    std::vector<JsonNode*> open_;
    std::string gathered_;
    std::size_t values_ = 0;
};

}  // namespace

Result<JsonNode> read_json(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.bytes_max) return Error{ErrorKind::invalid_request, "json_too_large"};
    json::parse_options options;
    options.max_depth = limits.depth_max + 1;
    json::basic_parser<TreeBuilder> parser(options, limits);
    boost::system::error_code code;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), code);
    TreeBuilder& builder = parser.handler();
    if (!builder.refusal.empty()) return Error{ErrorKind::invalid_request, builder.refusal};
    if (code || used != text.size() || !parser.done()) return Error{ErrorKind::invalid_request, "malformed_json"};
    return std::move(builder.root);
}

const JsonNode* find_member(const JsonNode& parent, std::string_view name) {
    const auto found = std::ranges::find(parent.names, name);
    if (found == parent.names.end()) return nullptr;
    return &parent.children[static_cast<std::size_t>(found - parent.names.begin())];
}

std::optional<std::string> string_of(const JsonNode* node) {
    return node && node->kind == JsonNode::Kind::string ? std::optional(node->text) : std::nullopt;
}

std::optional<std::int64_t> integer_of(const JsonNode* node) {
    if (!node || node->kind != JsonNode::Kind::number) return std::nullopt;
    std::int64_t value = 0;
    const char* const end = node->text.data() + node->text.size();
    const auto [stopped, error] = std::from_chars(node->text.data(), end, value);
    return error == std::errc{} && stopped == end ? std::optional(value) : std::nullopt;
}

}  // namespace postern::processors::wire
