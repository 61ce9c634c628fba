#include "processors/wire/xml_reader.hpp"

#include <gtest/gtest.h>

namespace postern::processors::wire {
namespace {

std::string outline(const XmlNode& node) {
    std::string out = node.name + "=" + node.text;
    for (const XmlNode& child : node.children) out += "(" + outline(child) + ")";
    return out;
}

struct ReadCase {
    std::string name, text, expected;  // the outline, or "error CODE"
};
class ReadXml : public testing::TestWithParam<ReadCase> {};
TEST_P(ReadXml, GivesATreeOrSaysWhyNot) {
    const auto node = read_xml(GetParam().text);
    EXPECT_EQ(node ? outline(*node) : "error " + std::string(node.error().code), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Table, ReadXml, testing::Values(
    ReadCase{"plain", "<a><b>1</b><c/></a>", "a=(b=1)(c=)"},
    ReadCase{"namespaces_are_left_out", "<s:a xmlns:s='u'><s:b>1</s:b></s:a>", "a=(b=1)"},
    ReadCase{"prolog_behind_white_space", "\r\n <?xml version=\"1.0\"?><a/>", "a="},
    ReadCase{"two_prologs", "<?xml version=\"1.0\"?><?xml version=\"1.0\"?>\r\n<a/>", "a="},
    ReadCase{"cdata_is_text", "<a>x<![CDATA[<b>&nbsp;]]>y</a>", "a=x<b>&nbsp;y"},
    ReadCase{"spaces_are_kept", "<a> K  x  </a>", "a= K  x  "},
    ReadCase{"only_spaces_are_kept", "<a>  </a>", "a=  "},
    ReadCase{"comment_splits_no_text", "<a>1<!-- & -->2</a>", "a=12"},
    ReadCase{"five_entities", "<a>&lt;&gt;&amp;&quot;&apos;</a>", "a=<>&\"'"},
    ReadCase{"references", "<a>&#65;&#x42;</a>", "a=AB"},
    ReadCase{"bare_ampersand", "<a>A & B</a>", "a=A & B"},
    ReadCase{"unknown_entity", "<a>&nbsp;</a>", "error malformed_xml"},
    ReadCase{"reference_to_nul", "<a>1&#0;2</a>", "error malformed_xml"},
    ReadCase{"doctype", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>1</a>", "error malformed_xml"},
    ReadCase{"doctype_without_subset", "<!DOCTYPE a><a/>", "error malformed_xml"},
    ReadCase{"two_roots", "<a/><b/>", "error malformed_xml"},
    ReadCase{"prefix_without_name", "<s:/>", "error malformed_xml"},
    ReadCase{"cut", "<a><b>1</b>", "error malformed_xml"},
    ReadCase{"empty", "", "error malformed_xml"},
    ReadCase{"no_xml", "Server busy", "error malformed_xml"},
    ReadCase{"nul_byte", std::string("<a>\0</a>", 8), "error malformed_xml"},
    ReadCase{"not_utf8", "<a>\xff</a>", "error malformed_xml"}),
    [](const auto& test) { return test.param.name; });

TEST(ReadXmlLimits, HoldAtTheEdge) {
    const XmlLimits limits{.bytes_max = 40, .elements_max = 3, .depth_max = 2};
    EXPECT_TRUE(read_xml("<a><b/><c/></a>", limits));
    EXPECT_FALSE(read_xml("<a><b/><c/><d/></a>", limits)) << "elements";
    EXPECT_FALSE(read_xml("<a><b><c/></b></a>", limits)) << "depth";
    EXPECT_TRUE(read_xml("<a>" + std::string(33, 'x') + "</a>", limits));
    EXPECT_FALSE(read_xml("<a>" + std::string(34, 'x') + "</a>", limits)) << "bytes";
}

TEST(FindChild, IgnoresCaseAndNoticesRepeats) {
    const auto node = read_xml("<r><Status>1</Status><n><STATUS>2</STATUS></n><m/></r>");
    ASSERT_TRUE(node);
    bool repeated = false;
    EXPECT_EQ(find_child(*node, "status", repeated)->text, "1");
    EXPECT_FALSE(repeated);
    EXPECT_EQ(find_child(*node, "other", repeated), nullptr);
    EXPECT_EQ(find_anywhere(*node, "STATUS", repeated)->text, "1");
    EXPECT_TRUE(repeated) << "one of two must not be picked";
}

}  // namespace
}  // namespace postern::processors::wire
