#include "processors/wire/xml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

#include "processors/wire/characters.hpp"

namespace postern::processors::wire {
namespace {

// XML's five entities and references to characters that XML knows; pugixml would leave others as they stand, and cut
// the text at a reference to NUL.
bool is_known_reference(std::string_view name) {
    constexpr std::string_view five[] = {"amp", "lt", "gt", "quot", "apos"};
    if (!name.starts_with('#')) return std::ranges::find(five, name) != std::end(five);
    name.remove_prefix(1);
    const bool is_hex = name.starts_with('x');
    if (is_hex) name.remove_prefix(1);
    std::uint32_t code_point = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code_point, is_hex ? 16 : 10);
    return error == std::errc{} && end == name.data() + name.size() && is_xml_character(code_point);
}

bool starts_reference(std::string_view after_ampersand) {
    if (after_ampersand.empty()) return false;
    const char c = after_ampersand.front();
    return c == '#' || c == '_' || c == ':' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

// Where a section that holds no references ends: CDATA, comment, instruction. 0: none begins here.
std::size_t literal_section(std::string_view text) {
    constexpr std::pair<std::string_view, std::string_view> sections[] = {
        {"<![CDATA[", "]]>"}, {"<!--", "-->"}, {"<?", "?>"}};
    for (const auto& [open, close] : sections) {
        if (!text.starts_with(open)) continue;
        const std::size_t end = text.find(close, open.size());
        return end == text.npos ? text.size() : end + close.size();
    }
    return 0;
}

bool references_are_known(std::string_view text) {
    constexpr std::size_t reference_characters_max = 12;
    while (true) {
        const std::size_t at = text.find_first_of("&<");
        if (at == text.npos) return true;
        text.remove_prefix(at);
        if (text.front() == '<') {
            text.remove_prefix(std::max<std::size_t>(literal_section(text), 1));
            continue;
        }
        text.remove_prefix(1);
        if (!starts_reference(text)) continue;  // a bare ampersand is read as itself
        const std::size_t end = text.find(';');
        if (end == text.npos || end > reference_characters_max) {
            if (text.front() == '#') return false;
            continue;
        }
        const std::string_view name = text.substr(0, end);
        const bool is_name = name.find_first_of(" \t\r\n<&=\"'") == name.npos;
        if (is_name && !is_known_reference(name)) return false;
    }
}

std::string_view local_name(std::string_view qualified) {
    const std::size_t colon = qualified.rfind(':');
    return colon == qualified.npos ? qualified : qualified.substr(colon + 1);
}

class Reader {
public:
    explicit Reader(const XmlLimits& limits) : limits_{limits} {}

    Status read(const pugi::xml_node& source, XmlNode& target, std::size_t depth) {
        if (depth > limits_.depth_max || ++elements_ > limits_.elements_max)
            return Error{ErrorKind::invalid_request, "xml_too_large"};
        target.name = local_name(source.name());
        if (target.name.empty()) return Error{ErrorKind::invalid_request, "malformed_xml"};  // "a:" names nothing
        for (const pugi::xml_node& child : source.children()) {
            if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) target.text += child.value();
            if (child.type() == pugi::node_doctype) return Error{ErrorKind::invalid_request, "malformed_xml"};
            if (child.type() != pugi::node_element) continue;
            if (auto status = read(child, target.children.emplace_back(), depth + 1); !status) return status;
        }
        return {};
    }

private:
    const XmlLimits& limits_;
    std::size_t elements_ = 0;
};

// The one root element; null where there is none, more than one, or a DOCTYPE.
pugi::xml_node only_root(const pugi::xml_document& document) {
    pugi::xml_node root;
    for (const pugi::xml_node& child : document.children()) {
        if (child.type() == pugi::node_doctype) return {};
        if (child.type() != pugi::node_element) continue;
        if (root) return {};
        root = child;
    }
    return root;
}

void collect(const XmlNode& node, std::string_view name, const XmlNode*& first, bool& repeated) {
    if (equal_ignoring_case(node.name, name)) {
        if (first) repeated = true;
        else first = &node;
    }
    for (const XmlNode& child : node.children) collect(child, name, first, repeated);
}

}  // namespace

Result<XmlNode> read_xml(std::string_view text, const XmlLimits& limits) {
    constexpr unsigned int options = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol |
                                     pugi::parse_ws_pcdata | pugi::parse_doctype;
    const Error malformed{ErrorKind::invalid_request, "malformed_xml"};
    if (text.size() > limits.bytes_max) return Error{ErrorKind::invalid_request, "xml_too_large"};
    if (!is_xml_text(text) || !references_are_known(text)) return malformed;
    pugi::xml_document document;
    if (!document.load_buffer(text.data(), text.size(), options, pugi::encoding_utf8)) return malformed;
    const pugi::xml_node root = only_root(document);
    if (!root) return malformed;
    XmlNode node;
    if (auto status = Reader{limits}.read(root, node, 1); !status) return status.error();
    return node;
}

const XmlNode* find_child(const XmlNode& parent, std::string_view name, bool& repeated) {
    const XmlNode* first = nullptr;
    for (const XmlNode& child : parent.children) {
        if (!equal_ignoring_case(child.name, name)) continue;
        if (first) repeated = true;
        else first = &child;
    }
    return first;
}

const XmlNode* find_anywhere(const XmlNode& root, std::string_view name, bool& repeated) {
    const XmlNode* first = nullptr;
    collect(root, name, first, repeated);
    return first;
}

}  // namespace postern::processors::wire
