// Property: what the reader accepts it reads the same again when it is written anew with every special character
// escaped and a comment amid each text; it holds its limits; and it never makes text or elements that the input had no bytes for.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/fuzz_check.hpp"
#include "processors/wire/characters.hpp"
#include "processors/wire/xml_reader.hpp"

namespace {

using namespace postern;
using processors::wire::XmlNode;

// Under a prefix: what may stand behind one need not be a name by itself.
void write(const XmlNode& node, std::string& out) {
    out += "<p:" + node.name + '>';
    for (std::size_t i = 0; i < node.text.size(); ++i) {
        const char c = node.text[i];
        const bool starts_character = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        if (i == node.text.size() / 2 && starts_character) out += "<!-- a comment parts no text -->";
        const bool is_special = c == '<' || c == '>' || c == '&' || c == '"' || c == '\'' || static_cast<unsigned char>(c) < 0x20;
        if (is_special) out += "&#" + std::to_string(static_cast<int>(c)) + ';';
        else out += c;
    }
    for (const XmlNode& child : node.children) write(child, out);
    out += "</p:" + node.name + '>';
}

struct Size {
    std::size_t elements = 0, depth = 0, bytes = 0;
};
void measure(const XmlNode& node, std::size_t depth, Size& size) {
    ++size.elements;
    size.depth = std::max(size.depth, depth);
    size.bytes += node.name.size() + node.text.size();
    FUZZ_CHECK(processors::wire::is_xml_text(node.text));
    FUZZ_CHECK(node.name.find(':') == std::string::npos);
    for (const XmlNode& child : node.children) measure(child, depth + 1, size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const auto node = processors::wire::read_xml(input);
    if (!node) {
        FUZZ_CHECK(node.error().code == "malformed_xml" || node.error().code == "xml_too_large");
        return 0;
    }
    const processors::wire::XmlLimits limits;
    Size read;
    measure(*node, 1, read);
    FUZZ_CHECK(read.elements <= limits.elements_max && read.depth <= limits.depth_max && read.bytes <= input.size());
    std::string again;
    write(*node, again);
    if (again.size() > limits.bytes_max) return 0;  // escapes are longer than what they stand for
    const auto second = processors::wire::read_xml(again);
    FUZZ_CHECK(second && *second == *node);
    return 0;
}
