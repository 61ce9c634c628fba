#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::mercury::sandbox {

// A document as clients of this service write it: elements in elements, text in the innermost, nothing else in use.
// Names are local and point into the document; depth 1 is the root.
struct PlainXml {
    struct Element {
        std::size_t depth = 0;
        std::string_view name;
        bool is_leaf = true;
        std::string text = {};  // of a leaf
    };
    std::vector<Element> elements;  // in the order in which they open
};

// Reads in one pass without a tree. Nothing for all that is not plain: CDATA, comments, numbered references, carriage
// returns and bytes beyond ASCII in a value, text beside elements, what is no XML. Whoever gets nothing asks the
// general reader (processors/wire), which gives the same for what is plain, and alone decides what is malformed.
std::optional<PlainXml> read_plain_xml(std::string_view document);

}  // namespace postern::mercury::sandbox
