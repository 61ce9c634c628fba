#include "processors/mercury/sandbox/plain_xml.hpp"

#include <gtest/gtest.h>

#include <random>

#include "processors/wire/xml_reader.hpp"

namespace postern::mercury::sandbox {
namespace {

using processors::wire::XmlNode;

void flatten(const XmlNode& node, std::size_t depth, std::vector<std::string>& out) {
    out.push_back(std::to_string(depth) + node.name + (node.children.empty() ? "=" + node.text : ""));
    for (const XmlNode& child : node.children) flatten(child, depth + 1, out);
}
std::vector<std::string> flatten(const PlainXml& plain) {
    std::vector<std::string> out;
    for (const auto& element : plain.elements)
        out.push_back(std::to_string(element.depth) + std::string(element.name) +
                      (element.is_leaf ? "=" + element.text : ""));
    return out;
}

struct PlainCase {
    std::string name, document;
    bool is_plain;
};
class PlainDocuments : public testing::TestWithParam<PlainCase> {};
TEST_P(PlainDocuments, AreReadAsTheGeneralReaderReadsThem) {
    const auto plain = read_plain_xml(GetParam().document);
    ASSERT_EQ(plain.has_value(), GetParam().is_plain);
    if (!plain) return;
    const auto tree = processors::wire::read_xml(GetParam().document);
    ASSERT_TRUE(tree);
    std::vector<std::string> general;
    flatten(*tree, 1, general);
    EXPECT_EQ(flatten(*plain), general);
}
INSTANTIATE_TEST_SUITE_P(Table, PlainDocuments, testing::Values(
    PlainCase{"one", "<a/>", true}, PlainCase{"empty_leaf", "<a></a>", true},
    PlainCase{"prolog", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<a> b </a>\n", true},
    PlainCase{"prefixes_and_attributes", "<s:a xmlns:s=\"u v\" s:b=\"\"><s:c d=\"1\">x</s:c></s:a>", true},
    PlainCase{"references", "<a>&lt;b&gt; &amp;amp; &quot;&apos;</a>", true},
    PlainCase{"nested", "<a>\r\n\t<b><c>1</c><d/></b>\r\n\t<e>2</e>\r\n</a>", true},
    PlainCase{"cdata", "<a><![CDATA[b]]></a>", false}, PlainCase{"comment", "<a><!-- b --></a>", false},
    PlainCase{"doctype", "<!DOCTYPE a><a/>", false}, PlainCase{"numbered", "<a>&#65;</a>", false},
    PlainCase{"bare_ampersand", "<a>b & c</a>", false}, PlainCase{"mixed", "<a>b<c/></a>", false},
    PlainCase{"mixed_behind", "<a><c/>b</a>", false}, PlainCase{"carriage_return", "<a>b\r\nc</a>", false},
    PlainCase{"beyond_ascii", "<a>\xC3\xA9</a>", false}, PlainCase{"nul", std::string("<a>\0</a>", 8), false},
    PlainCase{"unclosed", "<a><b></b>", false}, PlainCase{"crossed", "<a><b></a></b>", false},
    PlainCase{"two_roots", "<a/><b/>", false}, PlainCase{"text_behind", "<a/>b", false},
    PlainCase{"no_name", "<>b</>", false}, PlainCase{"bracket_in_attribute", "<a b=\">\"/>", false},
    PlainCase{"cut_tag", "<a><b", false}, PlainCase{"cut_end", "<a></a", false}, PlainCase{"empty", "", false},
    PlainCase{"instruction_within", "<a><?b c?></a>", false},
    PlainCase{"too_deep", [] {
        std::string open, close;
        for (int i = 0; i < 17; ++i) {
            open += "<a>";
            close += "</a>";
        }
        return open + close;
    }(), false}),
    [](const auto& test) { return test.param.name; });

TEST(PlainDocumentsAtRandom, NeverDifferFromTheGeneralReader) {
    constexpr std::string_view pieces[] = {"<", ">", "/", "=", "\"", "'", "&", "&lt;", "&amp;", "&#9;", ";", " ", "\r", "\n",
                                           "<a>", "</a>", "<b/>", "<p:c d=\"e\">", "</p:c>", "]]>", "<!--", "-->", "a", "?>",
                                           "<?xml ", ":", "<![CDATA[", "9", ".", "-", "\t"};
    const std::string start = "<?xml version=\"1.0\"?><a x=\"y\"><b>1 &lt; 2</b><p:c d=\"e\"> <b/><a>z</a></p:c></a>";
    std::mt19937 random{20261125};
    int plain_ones = 0;
    for (int round = 0; round < 50'000; ++round) {
        std::string document = start;
        for (auto changes = random() % 4; changes > 0; --changes) {
            const std::size_t at = random() % document.size();
            document.replace(at, random() % 3, pieces[random() % std::size(pieces)]);
        }
        const auto plain = read_plain_xml(document);
        if (!plain) continue;
        ++plain_ones;
        const auto tree = processors::wire::read_xml(document);
        ASSERT_TRUE(tree) << document;
        std::vector<std::string> general;
        flatten(*tree, 1, general);
        ASSERT_EQ(flatten(*plain), general) << document;
    }
    EXPECT_GT(plain_ones, 5'000);
}

}  // namespace
}  // namespace postern::mercury::sandbox
