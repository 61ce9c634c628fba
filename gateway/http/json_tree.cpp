#include "gateway/http/json_tree.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>

namespace postern::gateway {
namespace {

namespace json = boost::json;

// What the parser tells, kept as a tree. A refusal stops the parser at once.
class TreeBuilder {
public:
    static constexpr std::size_t max_object_size = json_values_max;
    static constexpr std::size_t max_array_size = json_values_max;
    static constexpr std::size_t max_key_size = 128;
    static constexpr std::size_t max_string_size = 4096;
    using Code = boost::system::error_code;

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code& code) { return open(JsonNode::Kind::object, code); }
    bool on_object_end(std::size_t, Code&) { return close(); }
    bool on_array_begin(Code& code) { return open(JsonNode::Kind::array, code); }
    bool on_array_end(std::size_t, Code&) { return close(); }
    bool on_key_part(json::string_view part, std::size_t, Code&) { return gather(part); }
    bool on_key(json::string_view part, std::size_t, Code& code) {
        gather(part);
        JsonNode& object = *open_.back();
        const std::string_view name{gathered_.data(), gathered_.size()};
        for (std::size_t i = 0; i < object.names.size(); ++i) {
            if (object.name(i) == name) return refuse("name_repeated", pointer_to(pointer(), name), code);
        }
        object.names.push_back(std::exchange(gathered_, {}));
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, Code&) { return gather(part); }
    bool on_string(json::string_view part, std::size_t, Code& code) {
        gather(part);
        return add_text(JsonNode::Kind::string, code);
    }
    bool on_number_part(json::string_view part, Code&) { return gather(part); }
    bool on_int64(std::int64_t, json::string_view part, Code& code) { return number(part, code); }
    bool on_uint64(std::uint64_t, json::string_view part, Code& code) { return number(part, code); }
    bool on_double(double, json::string_view part, Code& code) { return number(part, code); }
    bool on_bool(bool value, Code& code) {
        JsonNode* node = add(JsonNode::Kind::boolean, code);
        if (node) node->boolean = value;
        return node;
    }
    bool on_null(Code& code) { return add(JsonNode::Kind::null, code); }
    bool on_comment_part(json::string_view, Code&) { return true; }
    bool on_comment(json::string_view, Code&) { return true; }

    JsonNode root;
    Error refusal;

private:
    bool gather(json::string_view part) {
        gathered_.insert(gathered_.end(), part.begin(), part.end());
        return true;
    }
    bool number(json::string_view part, Code& code) {
        gather(part);
        return add_text(JsonNode::Kind::number, code);
    }
    bool add_text(JsonNode::Kind kind, Code& code) {
        JsonNode* node = add(kind, code);
        if (node) node->text = std::exchange(gathered_, {});
        return node;
    }
    // A new value in the innermost open one. `open_` may point into vectors: a level gains no sibling while it is open.
    JsonNode* add(JsonNode::Kind kind, Code& code) {
        if (++values_ > json_values_max) return refuse("json_too_large", {}, code), nullptr;
        JsonNode* node = &root;
        if (!open_.empty()) node = &open_.back()->children.emplace_back();
        node->kind = kind;
        return node;
    }
    bool open(JsonNode::Kind kind, Code& code) {
        if (open_.size() >= json_depth_max) return refuse("json_too_deep", {}, code);
        JsonNode* node = add(kind, code);
        if (node) open_.push_back(node);
        return node;
    }
    bool close() {
        open_.pop_back();
        return true;
    }
    bool refuse(std::string_view why, std::string field, Code& code) {
        refusal = Error{ErrorKind::invalid_request, why, {}, std::move(field)};
        code = boost::system::errc::make_error_code(boost::system::errc::invalid_argument);
        return false;
    }
    // Where the innermost open object stands.
    std::string pointer() const {
        std::string text;
        for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
            const JsonNode& parent = *open_[i];
            text = parent.kind == JsonNode::Kind::object ? pointer_to(text, parent.name(parent.names.size() - 1))
                                                         : pointer_to(text, std::to_string(parent.children.size() - 1));
        }
        return text;
    }

    std::vector<JsonNode*> open_;
    wiped::Bytes gathered_;
    std::size_t values_ = 0;
};

// The parser unescapes through a buffer on the stack: what it left below is overwritten.
[[gnu::noinline]] void wipe_stack_below() {
    char dead[8192];
    wiped::wipe(dead, sizeof dead);
}

Result<JsonNode> parse(std::string_view text) {
    json::parse_options options;
    options.max_depth = json_depth_max + 1;
    json::basic_parser<TreeBuilder> parser(options);
    boost::system::error_code code;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), code);
    if (!parser.handler().refusal.code.empty() && parser.handler().refusal.code != "internal") {
        return parser.handler().refusal;
    }
    if (code || used != text.size() || !parser.done()) return Error{ErrorKind::invalid_request, "json_malformed"};
    return std::move(parser.handler().root);
}

}  // namespace

Result<JsonNode> parse_json(std::string_view text) {
    auto result = parse(text);
    wipe_stack_below();
    return result;
}

std::string pointer_to(std::string_view parent, std::string_view name) {
    std::string out{parent};
    out += '/';
    for (const char c : name) {
        if (c == '~') out += "~0";
        else if (c == '/') out += "~1";
        else out += c;
    }
    return out;
}

void append_json_text(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

}  // namespace postern::gateway
