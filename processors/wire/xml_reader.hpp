#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postern::processors::wire {

// An element as readers of foreign XML want it: local name, the whole of its own text (CDATA and references resolved,
// white space kept), children in order. Namespaces, attributes, comments and instructions are left out.
struct XmlNode {
    std::string name;
    std::string text;
    std::vector<XmlNode> children;
    friend bool operator==(const XmlNode&, const XmlNode&) = default;
};

struct XmlLimits {
    std::size_t bytes_max = 256 * 1024;
    std::size_t elements_max = 4096;
    std::size_t depth_max = 32;
};

// Reads one document: prologs and white space in front are tolerated, unknown elements are kept. "malformed_xml" for
// what is none, for a DOCTYPE, for an entity beyond XML's five and character references; "xml_too_large" past a limit.
Result<XmlNode> read_xml(std::string_view text, const XmlLimits& limits = {});

// Look-ups by local name in any case. `repeated` is set, never cleared, where the name stands more than once: whoever
// decides about money on one element must not pick one of two.
const XmlNode* find_child(const XmlNode& parent, std::string_view name, bool& repeated);
const XmlNode* find_anywhere(const XmlNode& root, std::string_view name, bool& repeated);  // the root included

}  // namespace postern::processors::wire
