#include "processors/wire/xml_writer.hpp"

#include <algorithm>

#include "processors/wire/characters.hpp"

namespace postern::processors::wire {
namespace {

void append(wiped::Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

// '>' too, so that no ']]>' can stand in text. White space that a parser would normalise becomes a reference.
std::string_view reference_for(char c, bool in_attribute) {
    switch (c) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '\r': return "&#13;";
        case '"': return in_attribute ? "&quot;" : "";
        case '\n': return in_attribute ? "&#10;" : "";
        case '\t': return in_attribute ? "&#9;" : "";
        default: return "";
    }
}

Status append_escaped(std::string_view text, bool in_attribute, wiped::Bytes& out) {
    if (!is_xml_text(text)) return Error{ErrorKind::invalid_request, "malformed_text"};
    for (const char c : text) {
        const std::string_view reference = reference_for(c, in_attribute);
        if (reference.empty()) out.push_back(c);
        else append(out, reference);
    }
    return {};
}

Status append_escaped_leaf(const vault::Leaf& leaf, bool in_attribute, const FillSlot& fill, wiped::Bytes& out) {
    if (const auto* text = std::get_if<std::string>(&leaf)) return append_escaped(*text, in_attribute, out);
    wiped::Bytes filled;
    if (auto status = append_leaf(leaf, fill, filled); !status) return status;
    return append_escaped({filled.data(), filled.size()}, in_attribute, out);
}

class Writer {
public:
    Writer(const FillSlot& fill, wiped::Bytes& out) : fill_{fill}, out_{out} {}

    Status element(const vault::XmlElement& element, std::size_t depth) {
        if (depth > tree_depth_max) return Error{ErrorKind::invalid_request, "malformed_tree"};
        if (!is_xml_name(element.name)) return Error{ErrorKind::invalid_request, "malformed_name"};
        append(out_, "<");
        append(out_, element.name);
        if (auto status = attributes(element); !status) return status;
        append(out_, ">");
        if (auto status = content(element, depth); !status) return status;
        append(out_, "</");
        append(out_, element.name);
        append(out_, ">");
        return {};
    }

private:
    Status attributes(const vault::XmlElement& element) {
        for (auto it = element.attributes.begin(); it != element.attributes.end(); ++it) {
            const auto& [name, value] = *it;
            const bool repeated = std::any_of(element.attributes.begin(), it,
                                              [&](const auto& earlier) { return earlier.first == name; });
            if (repeated || !is_xml_name(name)) return Error{ErrorKind::invalid_request, "malformed_name"};
            append(out_, " ");
            append(out_, name);
            append(out_, "=\"");
            if (auto status = append_escaped_leaf(value, true, fill_, out_); !status) return status;
            append(out_, "\"");
        }
        return {};
    }

    Status content(const vault::XmlElement& element, std::size_t depth) {
        if (const auto* leaf = std::get_if<vault::Leaf>(&element.content))
            return append_escaped_leaf(*leaf, false, fill_, out_);
        if (const auto* embedded = std::get_if<vault::EmbeddedDocument>(&element.content))
            return document_as_text(*embedded, depth);
        for (const vault::XmlElement& child : std::get<std::vector<vault::XmlElement>>(element.content))
            if (auto status = this->element(child, depth + 1); !status) return status;
        return {};
    }

    Status document_as_text(const vault::EmbeddedDocument& embedded, std::size_t depth) {
        if (embedded.root.size() != 1) return Error{ErrorKind::invalid_request, "malformed_tree"};
        wiped::Bytes document;
        if (auto status = Writer{fill_, document}.element(embedded.root.front(), depth + 1); !status) return status;
        return append_escaped({document.data(), document.size()}, false, out_);
    }

    const FillSlot& fill_;
    wiped::Bytes& out_;
};

}  // namespace

Status append_leaf(const vault::Leaf& leaf, const FillSlot& fill, wiped::Bytes& out) {
    if (const auto* slot = std::get_if<vault::Slot>(&leaf)) return fill(*slot, out);
    append(out, std::get<std::string>(leaf));
    return {};
}

Status append_xml_document(const vault::XmlElement& root, const FillSlot& fill, wiped::Bytes& out) {
    append(out, R"(<?xml version="1.0" encoding="utf-8"?>)");
    return Writer{fill, out}.element(root, 1);
}

}  // namespace postern::processors::wire
