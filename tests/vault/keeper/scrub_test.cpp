#include "vault/keeper/scrub.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/vault/keeper/spellings.hpp"

namespace postern::vault {
namespace {

using namespace test;

const std::string number = "5499990123456781";
const std::vector<std::string> fields{"AcctNo", "CVVData", "pw", "Track2"};

struct Echo {
    std::string name, form;
};

// A reply that holds the form in a place of no sensitive name, among things that must survive.
constexpr std::string_view before = "<RStream><AcqRefData>KbMCC1234567890123456  </AcqRefData><Memo>";
constexpr std::string_view after = "</Memo><ProcessData>|00|123456789012</ProcessData><RefNo>0042</RefNo></RStream>";

class ScrubEcho : public testing::TestWithParam<Echo> {};

TEST_P(ScrubEcho, HidesTheNumberAndKeepsTheRest) {
    const auto reply = std::string(before) + GetParam().form + std::string(after);
    const auto shown = scrub(reply, fields, {.number = number});
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->size(), reply.size());
    EXPECT_TRUE(shown->starts_with(before));
    EXPECT_TRUE(shown->ends_with(after));
    const auto form = shown->substr(before.size(), GetParam().form.size());
    // Nothing of the middle digits is left in any spelling: the form must have lost most of what it had.
    EXPECT_NE(form, GetParam().form);
    EXPECT_TRUE(scrub(*shown, {}, {.number = number}).value() == *shown);
    EXPECT_GE(std::ranges::count(form, 'X'), 7) << form;
}

INSTANTIATE_TEST_SUITE_P(Table, ScrubEcho, testing::Values(
    Echo{"plain", number},
    Echo{"inside_a_longer_run", "99" + number + "77"},
    Echo{"spaces", grouped(number, " ")},
    Echo{"dashes", grouped(number, "-")},
    Echo{"dots", grouped(number, ".")},
    Echo{"no_break_spaces", grouped(number, "\xC2\xA0")},
    Echo{"each_apart", each(number, [](char c) { return std::string{c, ' '}; })},
    Echo{"lines", grouped(number, "\r\n")},
    Echo{"decimal_entities", each(number, [](char c) { return fmt::format("&#{};", int{c}); })},
    Echo{"padded_decimal_entities", each(number, [](char c) { return fmt::format("&#0000{};", int{c}); })},
    Echo{"hex_entities", each(number, [](char c) { return fmt::format("&#x{:X};", int{c}); })},
    Echo{"mixed_entities", number.substr(0, 5) + "&#57;" + number.substr(6, 4) + "&#x34;" + number.substr(11)},
    Echo{"some_digits_as_entities", "5&#52;99&#x39;901" "23456&#55;&#x38;1"},
    Echo{"entities_escaped_again", escaped(each(number, [](char c) { return fmt::format("&#{};", int{c}); }))},
    Echo{"cdata", "<![CDATA[" + number + "]]>"},
    Echo{"cdata_split", "<![CDATA[54999901]]><![CDATA[23456781]]>"},
    Echo{"cdata_in_the_middle", "5499<![CDATA[9901]]>2345<![CDATA[67]]>81"},
    Echo{"comment_in_the_middle", "54999901<!-- 42 -->23456781"},
    Echo{"base64_0", base64(number)},
    Echo{"base64_1", base64("a" + number + "zz")},
    Echo{"base64_2", base64("ab" + number + "z")},
    Echo{"base64_lines", base64(number).substr(0, 9) + "\r\n " + base64(number).substr(9)},
    Echo{"base64_glued", "ref" + base64(number)},
    Echo{"base64_of_separated", base64(grouped(number, " "))},
    Echo{"base64_of_utf16", base64(utf16(number, false))},
    Echo{"base64_of_packed", base64(packed(number))},
    Echo{"base64_of_reversed", base64(backwards(number))},
    Echo{"base64_of_base64", base64(base64(number))},
    Echo{"base64_of_hex", base64(hex(number))},
    Echo{"base64_backwards", backwards(base64(number))},
    Echo{"base64_split_over_elements", "<a>" + base64(number).substr(0, 10) + "</a><b>" + base64(number).substr(10) + "</b>"},
    Echo{"hex", hex(number)},
    Echo{"hex_spaced", each(number, [](char c) { return fmt::format("{:02X} ", int{c}); })},
    Echo{"hex_0x", each(number, [](char c) { return fmt::format("0x{:02x}, ", int{c}); })},
    Echo{"hex_of_separated", hex(grouped(number, "-"))},
    Echo{"hex_of_base64", hex(base64(number))},
    Echo{"hex_of_utf16", hex(utf16(number, true))},
    Echo{"percent", each(number, [](char c) { return fmt::format("%{:02X}", int{c}); })},
    Echo{"percent_twice", each(number, [](char c) { return fmt::format("%25{:02X}", int{c}); })},
    Echo{"json_escapes", each(number, [](char c) { return fmt::format("\\u{:04x}", int{c}); })},
    Echo{"c_escapes", each(number, [](char c) { return fmt::format("\\x{:02x}", int{c}); })},
    Echo{"octal_escapes", each(number, [](char c) { return fmt::format("\\{:03o}", int{c}); })},
    Echo{"character_codes", each(number, [](char c) { return fmt::format("{}, ", int{c}); })},
    Echo{"binary", each(number, [](char c) { return fmt::format("{:08b} ", int{c}); })},
    Echo{"utf16_little", utf16(number, false)},
    Echo{"utf16_big", utf16(number, true)},
    Echo{"packed", packed(number)},
    Echo{"packed_half_off", packed("0" + number + "0")},
    Echo{"unpacked", each(number, [](char c) { return std::string(1, static_cast<char>(c - '0')); })},
    Echo{"ebcdic", each(number, [](char c) { return std::string(1, static_cast<char>(0xF0 + (c - '0'))); })},
    Echo{"reversed", backwards(number)},
    Echo{"reversed_spaced", backwards(grouped(number, " "))},
    Echo{"reversed_dotted", backwards(grouped(number, "."))},
    Echo{"reversed_character_codes", backwards(each(number, [](char c) { return fmt::format("{}. ", int{c}); }))},
    Echo{"fullwidth", each(number, [](char c) { return std::string("\xEF\xBC") + static_cast<char>(0x90 + (c - '0')); })},
    Echo{"fullwidth_entities", each(number, [](char c) { return fmt::format("&#x{:X};", 0xFF10 + (c - '0')); })},
    Echo{"arabic_digits", in_block(number, "\xD9\xA0")},
    Echo{"bengali_digits", in_block(number, "\xE0\xA7\xA6")},
    Echo{"bold_digits", in_block(number, "\xF0\x9D\x9F\x8E")},
    Echo{"arabic_digits_as_percent", each(in_block(number, "\xD9\xA0"), [](char c) { return fmt::format("%{:02x}", static_cast<unsigned char>(c)); })},
    Echo{"base64_of_arabic_digits", base64(in_block(number, "\xD9\xA0"))},
    Echo{"base32", base32(number, base32_common)},
    Echo{"base32_glued", "x7" + base32("abc" + number + "z", base32_common)},
    Echo{"base32_lower_case", each(base32(number, base32_common), [](char c) { return std::string(1, static_cast<char>(std::tolower(c))); })},
    Echo{"base32_hex", base32("ab" + number, base32_hex)},
    Echo{"base32_crockford", base32(number, base32_crockford)},
    Echo{"base32_grouped", base32(number, base32_crockford).insert(5, "-").insert(11, "-").insert(17, "-")},
    Echo{"base32_of_packed", base32(packed(number), base32_common)},
    Echo{"base32_backwards", backwards(base32(number, base32_common))},
    Echo{"value_as_hex", fmt::format("{:x}", std::stoull(number))},
    Echo{"value_as_hex_upper", fmt::format("0x{:016X}", std::stoull(number))},
    Echo{"value_backwards", backwards(fmt::format("{:x}", std::stoull(number)))},
    Echo{"value_in_base36", "1i5l0kxywb1"},
    Echo{"value_as_octal", fmt::format("{:o}", std::stoull(number))},
    Echo{"value_as_base64_of_bytes", base64(value_bytes(number, true))},
    Echo{"value_as_bytes_little", base64(value_bytes(number, false))},
    Echo{"hex_backwards", "z" + backwards(hex(number)) + "z"},
    Echo{"quoted_printable", each(number, [](char c) { return fmt::format("={:02X}", int{c}); })},
    Echo{"css_escapes", each(number, [](char c) { return fmt::format("\\{:x} ", int{c}); })},
    Echo{"code_points", each(number, [](char c) { return fmt::format("U+{:04X} ", int{c}); })},
    Echo{"utf7", "+" + base64(utf16(number, true)) + "-"},
    Echo{"instructions_between", each(number, [](char c) { return std::string(1, c) + "<?x y?>"; })},
    Echo{"comments_between", each(number, [](char c) { return std::string(1, c) + "<!-- 7 -->"; })},
    Echo{"split_over_elements", "<a>5499</a><b>9901</b><c>2345</c><d>6781</d>"},
    Echo{"split_over_numbered_elements", "<p n=\"1\">5499</p><p n=\"2\">9901</p><p n=\"3\">2345</p><p n=\"4\">6781</p>"},
    Echo{"split_over_escaped_elements", escaped("<p1>54999901</p1><p2>23456781</p2>")},
    Echo{"attribute", "<a note=\"" + number + "\"/>"},
    Echo{"element_name", "<n" + number + "/>"}),
    [](const auto& test) { return test.param.name; });

TEST(Scrub, KeepsLongReferencesByteForByte) {
    const std::string reply =
        "<?xml version=\"1.0\"?>\r\n<RStream>\r\n\t<TranResponse>\r\n\t\t<AcqRefData>KbMCC1725021018  1234567890123456789"
        "</AcqRefData>\r\n<RecordNo>+ZFdB/QqZ7oVq8h3k0mM5499990123456782NjM0NTY3ODkwMTIzNDU2Nzg5MDEy</RecordNo>"
        "<ProcessData>|00|549999012345</ProcessData><Purchase>123.00</Purchase><InvoiceNo>5499990123456780</InvoiceNo>"
        "</TranResponse></RStream>";
    EXPECT_EQ(scrub(reply, fields, {.number = number, .security_code = std::string_view("123")}).value(), reply);
}

struct FieldCase {
    std::string name, reply, shown;
};
class ScrubField : public testing::TestWithParam<FieldCase> {};
TEST_P(ScrubField, MasksByName) { EXPECT_EQ(scrub(GetParam().reply, fields, {}).value(), GetParam().shown); }
INSTANTIATE_TEST_SUITE_P(Table, ScrubField, testing::Values(
    FieldCase{"element", "<a><AcctNo>4003000123456781</AcctNo></a>", "<a><AcctNo>XXXXXXXXXXXXXXXX</AcctNo></a>"},
    FieldCase{"any_case_and_prefix", "<m:ACCTNO x='1'>40</m:ACCTNO>", "<m:ACCTNO x='1'>XX</m:ACCTNO>"},
    FieldCase{"longer_name_is_another", "<AcctNoType>40</AcctNoType>", "<AcctNoType>40</AcctNoType>"},
    FieldCase{"escaped", "<r>&lt;AcctNo&gt;40&lt;/AcctNo&gt;7</r>", "<r>&lt;AcctNo&gt;XX&lt;/AcctNo&gt;7</r>"},
    FieldCase{"escaped_twice", "<r>&amp;lt;pw&amp;gt;xyz&amp;lt;/pw&amp;gt;</r>",
              "<r>&amp;lt;pw&amp;gt;XXX&amp;lt;/pw&amp;gt;</r>"},
    FieldCase{"cdata", "<r><![CDATA[<AcctNo>40</AcctNo>7]]></r>", "<r><![CDATA[<AcctNo>XX</AcctNo>7]]></r>"},
    FieldCase{"cdata_inside", "<AcctNo>40<![CDATA[03]]>1</AcctNo>", "<AcctNo>XX<![CDATA[XX]]>X</AcctNo>"},
    FieldCase{"tag_split_by_cdata", "<r><![CDATA[<Acct]]><![CDATA[No>40</AcctNo>]]></r>",
              "<r><![CDATA[<Acct]]><![CDATA[No>XX</AcctNo>]]></r>"},
    FieldCase{"entities_inside", "<AcctNo>&#52;0</AcctNo>", "<AcctNo>XXXXXX</AcctNo>"},
    FieldCase{"children", "<AcctNo><a>40</a> <b>03</b></AcctNo><c>1</c>", "<AcctNo><a>XX</a> <b>XX</b></AcctNo><c>1</c>"},
    FieldCase{"nested_same_name", "<pw><pw>x</pw>y</pw>z", "<pw><pw>X</pw>X</pw>z"},
    FieldCase{"attribute", "<a pw=\"xyz\" b='1'/>", "<a pw=\"XXX\" b='1'/>"},
    FieldCase{"empty", "<AcctNo/><b>1</b>", "<AcctNo/><b>1</b>"},
    FieldCase{"cut_off", "<r><AcctNo>4003", "<r><AcctNo>XXXX"},
    FieldCase{"json", R"({"AcctNo":"4003","b":"1"})", R"({"AcctNo":"XXXX","b":"1"})"},
    FieldCase{"json_any_case_and_space", "{ \"ACCTNO\" :\n \"40\" , \"b\":2}", "{ \"ACCTNO\" :\n \"XX\" , \"b\":2}"},
    FieldCase{"json_number_and_word", R"({"pw":4003,"Track2":null,"b":12})", R"({"pw":XXXX,"Track2":XXXX,"b":12})"},
    FieldCase{"json_longer_name_is_another", R"({"AcctNoType":"40","pwd":"x"})", R"({"AcctNoType":"40","pwd":"x"})"},
    FieldCase{"json_name_as_value", R"({"b":"pw","c":"xyz"})", R"({"b":"pw","c":"xyz"})"},
    FieldCase{"json_object", R"({"pw":{"a":"40","b":[1,"2",{"c":true}]},"d":"5"})",
              R"({"pw":{"X":"XX","X":[X,"X",{"X":XXXX}]},"d":"5"})"},
    FieldCase{"json_list", R"({"pw":["a","b"],"c":["d"]})", R"({"pw":["X","X"],"c":["d"]})"},
    FieldCase{"json_deep", R"({"card":{"pw":"xyz","brand":"visa"}})", R"({"card":{"pw":"XXX","brand":"visa"}})"},
    FieldCase{"json_escaped_quote", R"({"pw":"x\"y","b":"1"})", R"({"pw":"XXXX","b":"1"})"},
    FieldCase{"json_in_json", R"({"raw":"{\"pw\":\"xyz\",\"b\":\"1\"}"})", R"({"raw":"{\"pw\":\"XXX\",\"b\":\"1\"}"})"},
    FieldCase{"json_in_xml", R"(<r>{"pw":"xyz"}</r>)", R"(<r>{"pw":"XXX"}</r>)"},
    FieldCase{"json_name_escaped", R"({"p\u0077":"xyz"})", R"({"p\u0077":"XXX"})"},
    FieldCase{"json_cut_off", R"({"b":"1","pw":"xy)", R"({"b":"1","pw":"XX)"},
    FieldCase{"json_twice", R"({"pw":"a","pw":"b"})", R"({"pw":"X","pw":"X"})"},
    FieldCase{"twice", "<pw>a</pw><b>1</b><pw>c</pw>", "<pw>X</pw><b>1</b><pw>X</pw>"}),
    [](const auto& test) { return test.param.name; });

struct CodeCase {
    std::string name, reply, shown;
};
class ScrubCode : public testing::TestWithParam<CodeCase> {};
TEST_P(ScrubCode, MasksBesideNamesOnly) {
    EXPECT_EQ(scrub(GetParam().reply, fields, {.number = number, .security_code = std::string_view("123")}).value(),
              GetParam().shown);
}
INSTANTIATE_TEST_SUITE_P(Table, ScrubCode, testing::Values(
    CodeCase{"amount", "<Purchase>123.00</Purchase><RefNo>123</RefNo>", "<Purchase>123.00</Purchase><RefNo>123</RefNo>"},
    CodeCase{"named_element", "<Cvv2>123</Cvv2>", "<Cvv2>XXX</Cvv2>"},
    CodeCase{"message", "<m>CVV 123 does not match</m>", "<m>CVV XXX does not match</m>"},
    CodeCase{"security_code", "<m>Security Code: 123</m>", "<m>Security Code: XXX</m>"},
    CodeCase{"escaped", "<m>&lt;cvc&gt;&#49;23&lt;/cvc&gt;</m>", "<m>&lt;cvc&gt;XXXXXXX&lt;/cvc&gt;</m>"},
    CodeCase{"longer_number", "<m>CVV 1234</m>", "<m>CVV 1234</m>"},
    CodeCase{"another_element", "<CVVResult>M</CVVResult><RefNo>123</RefNo>",
             "<CVVResult>M</CVVResult><RefNo>123</RefNo>"},
    CodeCase{"beside_the_number", "<m>" + number + "|1227|123</m>", "<m>XXXXXXXXXXXXXXXX|1227|XXX</m>"},
    CodeCase{"in_base64", "<m>" + base64("CVV=123") + "</m>", "<m>Q1ZWPXXXXX==</m>"}),
    [](const auto& test) { return test.param.name; });

TEST(Scrub, MasksThePasswordInAnyDepth) {
    const std::string_view password = "s3cret-pass";
    EXPECT_EQ(scrub("<m>pw s3cret-pass</m>", {}, {.password = password}).value(), "<m>pw XXXXXXXXXXX</m>");
    const auto shown = scrub("<m>" + base64("s3cret-pass") + "</m>", {}, {.password = password}).value();
    EXPECT_EQ(shown.find(base64("s3cret-pass").substr(4)), shown.npos);
}

struct WithheldCase {
    std::string name, reply;
};
class ScrubWithheld : public testing::TestWithParam<WithheldCase> {};
TEST_P(ScrubWithheld, WhereItCannotTell) {
    const auto shown = scrub(GetParam().reply, fields, {.number = number});
    ASSERT_FALSE(shown);
    EXPECT_EQ(shown.error().code, "reply_withheld");
}
INSTANTIATE_TEST_SUITE_P(Table, ScrubWithheld, testing::Values(
    WithheldCase{"gzip", "\x1f\x8b\x08 something"},
    WithheldCase{"too_long", std::string(scrub_bytes_max + 1, 'a')}),
    [](const auto& test) { return test.param.name; });

TEST(Scrub, JudgesTheLongestReplyInTime) {
    std::string reply;
    while (reply.size() < scrub_bytes_max - 100) reply += "<a>QWxhZGRpbjpvcGVuIHNlc2FtZQ== 123 456</a>\n";
    EXPECT_EQ(scrub(reply, fields, {.number = number}).value(), reply);
}

}  // namespace
}  // namespace postern::vault
