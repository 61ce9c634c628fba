#include "processors/wire/serialize.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "processors/wire/characters.hpp"
#include "processors/wire/xml_writer.hpp"

namespace postern::processors::wire {
namespace {

Error malformed(std::string_view code) { return {ErrorKind::invalid_request, code}; }

void append(wiped::Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }
std::string_view view(const wiped::Bytes& bytes) { return {bytes.data(), bytes.size()}; }

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
// RFC 9110 token.
bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return is_alphanumeric(c) || others.find(c) != others.npos;
    });
}
bool is_header_value(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// Everything but RFC 3986 unreserved characters becomes %XX.
void append_percent_encoded(std::string_view text, wiped::Bytes& out) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(digits[byte >> 4]);
        out.push_back(digits[byte & 15]);
    }
}

bool is_path_text(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '#' && c != '{' && c != '}'; });
}

Status append_path_parameter(const vault::MessageTree& tree, std::string_view name, const FillSlot& fill,
                             wiped::Bytes& out) {
    const auto found = std::ranges::find_if(tree.path_parameters, [&](const auto& p) { return p.first == name; });
    if (found == tree.path_parameters.end()) return malformed("malformed_request_line");
    wiped::Bytes value;
    if (auto status = append_leaf(found->second, fill, value); !status) return status;
    const bool climbs = value.empty() || view(value) == "." || view(value) == "..";
    if (climbs) return malformed("malformed_request_line");
    append_percent_encoded(view(value), out);
    return {};
}

// Each parameter of the list stands in the template exactly once.
Status append_path(const vault::MessageTree& tree, const FillSlot& fill, wiped::Bytes& out) {
    std::string_view rest = tree.path_template;
    if (!rest.starts_with('/')) return malformed("malformed_request_line");
    std::size_t filled = 0;
    while (!rest.empty()) {
        const std::size_t open = rest.find('{');
        const std::string_view text = rest.substr(0, open);
        if (!is_path_text(text)) return malformed("malformed_request_line");
        append(out, text);
        if (open == rest.npos) break;
        const std::size_t close = rest.find('}', open);
        if (close == rest.npos) return malformed("malformed_request_line");
        if (auto status = append_path_parameter(tree, rest.substr(open + 1, close - open - 1), fill, out); !status)
            return status;
        ++filled;
        rest.remove_prefix(close + 1);
    }
    return filled == tree.path_parameters.size() ? Status{} : malformed("malformed_request_line");
}

bool is_codecs_own(std::string_view name) {
    constexpr std::array<std::string_view, 8> own{"host", "content-length", "content-type", "transfer-encoding",
                                                  "connection", "expect", "upgrade", "te"};
    return std::ranges::any_of(own, [&](std::string_view header) { return equal_ignoring_case(header, name); });
}

Status append_header(std::string_view name, const vault::Leaf& value, const FillSlot& fill, wiped::Bytes& out) {
    wiped::Bytes filled;
    if (auto status = append_leaf(value, fill, filled); !status) return status;
    if (!is_token(name) || !is_header_value(view(filled))) return malformed("malformed_header");
    append(out, name);
    append(out, ": ");
    append(out, view(filled));
    append(out, "\r\n");
    return {};
}

Status append_form(const vault::FormBody& form, const FillSlot& fill, wiped::Bytes& out) {
    for (const vault::FormField& field : form) {
        if (!out.empty()) out.push_back('&');
        append_percent_encoded(field.name, out);
        out.push_back('=');
        wiped::Bytes value;
        if (auto status = append_leaf(field.value, fill, value); !status) return status;
        append_percent_encoded(view(value), out);
    }
    return {};
}

Status append_body(const vault::Body& body, const FillSlot& fill, wiped::Bytes& out) {
    if (const auto* xml = std::get_if<vault::XmlBody>(&body)) return append_xml_document(xml->root, fill, out);
    if (const auto* form = std::get_if<vault::FormBody>(&body)) return append_form(*form, fill, out);
    return {};
}

Status append_head(const vault::MessageTree& tree, std::string_view host, std::string_view content_type,
                   std::size_t body_bytes, const FillSlot& fill, wiped::Bytes& out) {
    if (!is_token(tree.method)) return malformed("malformed_request_line");
    append(out, tree.method);
    append(out, " ");
    if (auto status = append_path(tree, fill, out); !status) return status;
    append(out, " HTTP/1.1\r\n");
    if (auto status = append_header("Host", std::string(host), fill, out); !status) return status;
    if (!std::holds_alternative<vault::NoBody>(tree.body))
        if (auto status = append_header("Content-Type", std::string(content_type), fill, out); !status) return status;
    if (auto status = append_header("Content-Length", std::to_string(body_bytes), fill, out); !status) return status;
    for (const vault::Header& header : tree.headers) {
        if (is_codecs_own(header.name)) return malformed("malformed_header");
        if (auto status = append_header(header.name, header.value, fill, out); !status) return status;
    }
    append(out, "\r\n");
    return {};
}

}  // namespace

Result<wiped::Bytes> serialize_http(const vault::MessageTree& tree, std::string_view host,
                                    std::string_view content_type, const FillSlot& fill) {
    wiped::Bytes body;
    body.reserve(4096);
    if (auto status = append_body(tree.body, fill, body); !status) return status.error();
    wiped::Bytes request;
    request.reserve(body.size() + 512);
    if (auto status = append_head(tree, host, content_type, body.size(), fill, request); !status)
        return status.error();
    append(request, view(body));
    return request;
}

}  // namespace postern::processors::wire
