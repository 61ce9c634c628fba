#include "processors/wire/serialize.hpp"

#include <gtest/gtest.h>

#include "processors/wire/xml_reader.hpp"

namespace postern::processors::wire {
namespace {

using vault::Leaf;
using vault::Slot;
using vault::XmlElement;

Status fill_with_number(Slot slot, wiped::Bytes& out) {
    if (slot != Slot::card_number) return Error{ErrorKind::not_found, "slot_empty"};
    for (const char c : std::string_view("4003<&>\r6781")) out.push_back(c);
    return {};
}

std::string bytes_of(const vault::MessageTree& tree, std::string_view host = "mercury.localhost:9443",
                     std::string_view content_type = "text/xml") {
    const auto bytes = serialize_http(tree, host, content_type, fill_with_number);
    return bytes ? std::string(bytes->data(), bytes->size()) : "error " + std::string(bytes.error().code);
}
std::string body_of(const vault::MessageTree& tree) {
    const std::string bytes = bytes_of(tree);
    const std::size_t end = bytes.find("\r\n\r\n");
    return end == bytes.npos ? bytes : bytes.substr(end + 4);
}

XmlElement leaf(std::string name, Leaf value) { return {std::move(name), {}, std::move(value)}; }
XmlElement group(std::string name, std::vector<XmlElement> children) {
    return {std::move(name), {}, std::move(children)};
}
vault::MessageTree with_root(XmlElement root) {
    vault::MessageTree tree;
    tree.path_template = "/ws";
    tree.body = vault::XmlBody{std::move(root)};
    return tree;
}

TEST(Serialize, WritesTheWholeRequest) {
    vault::MessageTree tree = with_root(leaf("a", std::string("b")));
    tree.path_template = "/v1/{id}/capture";
    tree.path_parameters = {{"id", std::string("pi/1?&x")}};
    tree.headers = {{"SOAPAction", std::string("\"urn:x\"")}};
    EXPECT_EQ(bytes_of(tree),
              "POST /v1/pi%2F1%3F%26x/capture HTTP/1.1\r\nHost: mercury.localhost:9443\r\nContent-Type: text/xml\r\n"
              "Content-Length: 46\r\nSOAPAction: \"urn:x\"\r\n\r\n"
              "<?xml version=\"1.0\" encoding=\"utf-8\"?><a>b</a>");
}

TEST(Serialize, EscapesTextAndSlotsAlike) {
    const XmlElement root{"a", {{"q", std::string("<\"&'\n")}}, Leaf{Slot::card_number}};
    EXPECT_EQ(body_of(with_root(root)), "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
                                        "<a q=\"&lt;&quot;&amp;'&#10;\">4003&lt;&amp;&gt;&#13;6781</a>");
}

TEST(Serialize, EscapesAnEmbeddedDocumentAsAWhole) {
    XmlElement carrier = leaf("tran", std::string());
    carrier.content = vault::EmbeddedDocument{{group("T", {leaf("N", Slot::card_number), leaf("M", std::string("]]>"))})}};
    const auto outer = read_xml(body_of(with_root(group("e", {carrier}))));
    ASSERT_TRUE(outer);
    const auto inner = read_xml(outer->children.at(0).text);
    ASSERT_TRUE(inner) << outer->children.at(0).text;
    EXPECT_EQ(inner->children.at(0).text, "4003<&>\r6781");
    EXPECT_EQ(inner->children.at(1).text, "]]>");
}

TEST(Serialize, WritesForms) {
    vault::MessageTree tree;
    tree.path_template = "/form";
    tree.body = vault::FormBody{{"a b", std::string("1&2=3")}, {"n", Slot::card_number}};
    EXPECT_EQ(body_of(tree), "a%20b=1%262%3D3&n=4003%3C%26%3E%0D6781");
}

TEST(Serialize, SendsNoContentTypeWithoutABody) {
    vault::MessageTree tree;
    tree.method = "GET";
    tree.path_template = "/";
    EXPECT_EQ(bytes_of(tree, "h"), "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
}

struct RefusedCase {
    std::string name;
    vault::MessageTree tree;
    std::string_view host;
    std::string error;
};
std::vector<RefusedCase> refused_cases() {
    const vault::MessageTree good = with_root(leaf("a", std::string("b")));
    std::vector<RefusedCase> cases;
    const auto add = [&](std::string name, std::string error, auto&& change, std::string_view host = "h") {
        vault::MessageTree tree = good;
        change(tree);
        cases.push_back({std::move(name), std::move(tree), host, "error " + error});
    };
    const auto root = [](vault::MessageTree& t) -> XmlElement& { return std::get<vault::XmlBody>(t.body).root; };
    add("header_value_with_line_end", "malformed_header",
        [](auto& t) { t.headers = {{"X", std::string("a\r\nY: b")}}; });
    add("header_slot_with_control", "malformed_header", [](auto& t) { t.headers = {{"X", Slot::card_number}}; });
    add("header_name_with_space", "malformed_header", [](auto& t) { t.headers = {{"X Y", std::string("a")}}; });
    add("header_of_the_codec", "malformed_header", [](auto& t) { t.headers = {{"hOsT", std::string("a")}}; });
    add("length_twice", "malformed_header", [](auto& t) { t.headers = {{"Content-Length", std::string("1")}}; });
    add("host_with_line_end", "malformed_header", [](auto&) {}, "h\r\nX: y");
    add("element_name", "malformed_name", [&](auto& t) { root(t).name = "a b"; });
    add("element_name_closing", "malformed_name", [&](auto& t) { root(t).name = "a></a><b"; });
    add("attribute_twice", "malformed_name",
        [&](auto& t) { root(t).attributes = {{"q", std::string()}, {"q", std::string()}}; });
    add("text_with_nul", "malformed_text", [&](auto& t) { root(t).content = Leaf{std::string("a\0b", 3)}; });
    add("text_not_utf8", "malformed_text", [&](auto& t) { root(t).content = Leaf{std::string("\xC0\x80")}; });
    add("slot_without_content", "slot_empty", [&](auto& t) { root(t).content = Leaf{Slot::card_expiry_mmyy}; });
    add("embedded_without_root", "malformed_tree", [&](auto& t) { root(t).content = vault::EmbeddedDocument{}; });
    add("method", "malformed_request_line", [](auto& t) { t.method = "GET /x"; });
    add("path_without_slash", "malformed_request_line", [](auto& t) { t.path_template = "x"; });
    add("path_with_space", "malformed_request_line", [](auto& t) { t.path_template = "/a HTTP/1.1"; });
    add("parameter_missing", "malformed_request_line", [](auto& t) { t.path_template = "/{id}"; });
    add("parameter_unused", "malformed_request_line", [](auto& t) { t.path_parameters = {{"id", std::string("1")}}; });
    add("parameter_climbs", "malformed_request_line", [](auto& t) {
        t.path_template = "/a/{id}/b";
        t.path_parameters = {{"id", std::string("..")}};
    });
    add("too_deep", "malformed_tree", [&](auto& t) {
        XmlElement deep = leaf("x", std::string());
        for (std::size_t i = 0; i < tree_depth_max; ++i) deep = group("x", {deep});
        root(t) = deep;
    });
    return cases;
}
TEST(Serialize, RefusesWhatWouldBreakTheMessage) {
    for (const RefusedCase& row : refused_cases()) EXPECT_EQ(bytes_of(row.tree, row.host), row.error) << row.name;
}

}  // namespace
}  // namespace postern::processors::wire
