// Property: what the serializer writes, a foreign parser (pugixml as it comes) reads as the same tree: names, text,
// attributes, embedded documents; and what stands in a slot or a text never becomes an element.
#include <pugixml.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/fuzz_check.hpp"
#include "processors/wire/serialize.hpp"

namespace {

using namespace postern;

// Builds a tree from bytes: one opcode, then its operand up to a zero byte.
class TreeMaker {
public:
    explicit TreeMaker(std::string_view input) : input_{input} {}

    vault::XmlElement element(int depth) {
        vault::XmlElement out;
        out.name = "e" + std::to_string(take() % 7);
        if (take() % 4 == 0) out.attributes.emplace_back("a", vault::Leaf{text()});
        const int kind = depth >= 5 ? 0 : take() % 5;
        if (kind <= 1) out.content = vault::Leaf{text()};
        if (kind == 2) out.content = vault::Leaf{vault::Slot::card_number};
        if (kind == 3) out.content = vault::EmbeddedDocument{{element(depth + 1)}};
        if (kind == 4) out.content = children(depth);
        return out;
    }

private:
    std::vector<vault::XmlElement> children(int depth) {
        std::vector<vault::XmlElement> out;
        const int count = 1 + take() % 3;
        for (int i = 0; i < count; ++i) out.push_back(element(depth + 1));
        return out;
    }
    int take() {
        if (input_.empty()) return 0;
        const int byte = static_cast<unsigned char>(input_.front());
        input_.remove_prefix(1);
        return byte;
    }
    std::string text() {
        const std::size_t end = std::min(input_.find('\0'), input_.size());
        const std::string out(input_.substr(0, end));
        input_.remove_prefix(std::min(end + 1, input_.size()));
        return out;
    }
    std::string_view input_;
};

constexpr std::string_view slot_text = "40]]><x>&\"'\r\n 03";
constexpr unsigned int options = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_ws_pcdata;

std::string text_of(const vault::Leaf& leaf) {
    const auto* text = std::get_if<std::string>(&leaf);
    return text ? *text : std::string(slot_text);
}

void check_same(const vault::XmlElement& written, const pugi::xml_node& read) {
    FUZZ_CHECK(written.name == read.name());
    for (const auto& [name, value] : written.attributes)
        FUZZ_CHECK(text_of(value) == read.attribute(name.c_str()).value());
    if (const auto* leaf = std::get_if<vault::Leaf>(&written.content)) {
        FUZZ_CHECK(text_of(*leaf) == read.child_value());
        FUZZ_CHECK(read.select_nodes("*").empty());
        return;
    }
    if (const auto* embedded = std::get_if<vault::EmbeddedDocument>(&written.content)) {
        FUZZ_CHECK(read.select_nodes("*").empty());
        pugi::xml_document document;
        FUZZ_CHECK(document.load_string(read.child_value(), options));
        check_same(embedded->root.front(), document.document_element());
        return;
    }
    pugi::xml_node child = read.first_child();
    for (const vault::XmlElement& expected : std::get<std::vector<vault::XmlElement>>(written.content)) {
        check_same(expected, child);
        child = child.next_sibling();
    }
    FUZZ_CHECK(!child);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    vault::MessageTree tree;
    tree.path_template = "/ws";
    tree.body = vault::XmlBody{TreeMaker{{reinterpret_cast<const char*>(data), size}}.element(0)};
    const auto bytes = processors::wire::serialize_http(tree, "h", "text/xml", [](vault::Slot, wiped::Bytes& out) {
        out.insert(out.end(), slot_text.begin(), slot_text.end());
        return Status{};
    });
    if (!bytes) {
        FUZZ_CHECK(bytes.error().code == "malformed_text");  // the maker writes nothing else that is wrong
        return 0;
    }
    const std::string_view request{bytes->data(), bytes->size()};
    const std::string_view body = request.substr(request.find("\r\n\r\n") + 4);
    pugi::xml_document document;
    FUZZ_CHECK(document.load_buffer(body.data(), body.size(), options, pugi::encoding_utf8));
    check_same(std::get<vault::XmlBody>(tree.body).root, document.document_element());
    return 0;
}
