#include "vault/contract/message_codec.hpp"
#include "vault/contract/vault.pb.h"

namespace postern::vault {
namespace {

using NamedLeaves = google::protobuf::RepeatedPtrField<v1::NamedLeaf>;

// Decodes a tree while it counts. The first thing that is wrong stops it: `error_` is set and stays.
class TreeReader {
public:
    explicit TreeReader(const TreeLimits& limits) : limits_{limits} {}

    Result<MessageTree> read(const v1::MessageTree& wire) {
        MessageTree tree;
        tree.method = text(wire.method());
        tree.path_template = text(wire.path_template());
        tree.path_parameters = pairs(wire.path_parameters());
        for (auto& [name, value] : pairs(wire.headers())) tree.headers.push_back({std::move(name), std::move(value)});
        if (wire.has_xml()) tree.body = XmlBody{element(wire.xml(), 1)};
        if (wire.has_form()) {
            FormBody form;
            for (auto& [name, value] : pairs(wire.form().field())) form.push_back({std::move(name), std::move(value)});
            tree.body = std::move(form);
        }
        if (!error_.empty()) return Error{ErrorKind::invalid_request, error_};
        return tree;
    }

private:
    void refuse(std::string_view code) {
        if (error_.empty()) error_ = code;
    }
    bool count_node() {
        if (++nodes_ > limits_.nodes_max) refuse("tree_too_large");
        return error_.empty();
    }
    std::string text(const std::string& wire) {
        text_bytes_ += wire.size();
        if (text_bytes_ > limits_.text_bytes_max) refuse("tree_too_large");
        return error_.empty() ? wire : std::string{};
    }
    Leaf leaf(const v1::Leaf& wire) {
        if (wire.has_text()) return text(wire.text());
        const auto slot = parse_slot(wire.slot());
        if (!slot) refuse("malformed_tree");
        return slot ? Leaf{*slot} : Leaf{std::string{}};
    }
    std::vector<std::pair<std::string, Leaf>> pairs(const NamedLeaves& wire) {
        std::vector<std::pair<std::string, Leaf>> out;
        for (const auto& pair : wire) {
            if (!count_node()) break;
            if (!pair.has_value()) refuse("malformed_tree");
            out.emplace_back(text(pair.name()), leaf(pair.value()));
        }
        return out;
    }
    XmlElement element(const v1::XmlElement& wire, std::size_t depth) {
        XmlElement out;
        if (depth > limits_.depth_max) refuse("tree_too_deep");
        if (!count_node()) return out;
        out.name = text(wire.name());
        out.attributes = pairs(wire.attributes());
        if (wire.has_leaf()) out.content = leaf(wire.leaf());
        else if (wire.has_embedded()) out.content = EmbeddedDocument{{element(wire.embedded(), depth + 1)}};
        else if (wire.has_children()) out.content = children(wire.children(), depth + 1);
        else refuse("malformed_tree");
        return out;
    }
    std::vector<XmlElement> children(const v1::XmlElement::Children& wire, std::size_t depth) {
        std::vector<XmlElement> out;
        for (const auto& child : wire.element()) {
            out.push_back(element(child, depth));
            if (!error_.empty()) break;
        }
        return out;
    }

    TreeLimits limits_;
    std::size_t nodes_ = 0;
    std::size_t text_bytes_ = 0;
    std::string_view error_;
};

void put_leaf(const Leaf& leaf, v1::Leaf& wire) {
    if (const auto* slot = std::get_if<Slot>(&leaf)) wire.set_slot(std::string(to_text(*slot)));
    else wire.set_text(std::get<std::string>(leaf));
}

void put_pair(const std::string& name, const Leaf& value, NamedLeaves& wire) {
    auto& pair = *wire.Add();
    pair.set_name(name);
    put_leaf(value, *pair.mutable_value());
}

void put_element(const XmlElement& element, v1::XmlElement& wire) {
    wire.set_name(element.name);
    for (const auto& [name, value] : element.attributes) put_pair(name, value, *wire.mutable_attributes());
    if (const auto* leaf = std::get_if<Leaf>(&element.content)) return put_leaf(*leaf, *wire.mutable_leaf());
    if (const auto* document = std::get_if<EmbeddedDocument>(&element.content)) {
        // One without its root goes out as an element without content, which the other side refuses.
        if (document->root.size() == 1) put_element(document->root.front(), *wire.mutable_embedded());
        return;
    }
    auto& children = *wire.mutable_children();
    for (const auto& child : std::get<std::vector<XmlElement>>(element.content))
        put_element(child, *children.add_element());
}

}  // namespace

Result<MessageTree> decode_tree(const v1::MessageTree& wire, const TreeLimits& limits) {
    return TreeReader{limits}.read(wire);
}

void encode_tree(const MessageTree& tree, v1::MessageTree& wire) {
    wire.Clear();
    wire.set_method(tree.method);
    wire.set_path_template(tree.path_template);
    for (const auto& [name, value] : tree.path_parameters) put_pair(name, value, *wire.mutable_path_parameters());
    for (const auto& header : tree.headers) put_pair(header.name, header.value, *wire.mutable_headers());
    if (const auto* xml = std::get_if<XmlBody>(&tree.body)) put_element(xml->root, *wire.mutable_xml());
    if (const auto* form = std::get_if<FormBody>(&tree.body)) {
        auto& fields = *wire.mutable_form()->mutable_field();
        for (const auto& field : *form) put_pair(field.name, field.value, fields);
    }
}

}  // namespace postern::vault
