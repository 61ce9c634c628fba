#include "processors/mercury/sandbox/echo.hpp"

#include <gtest/gtest.h>

#include "tests/processors/mercury/sandbox/soap_message.hpp"
#include "vault/keeper/scrub.hpp"

namespace postern::mercury::sandbox {
namespace {

TEST(Echo, WritesEachForm) {
    EXPECT_GE(echo_forms().size(), 20u);
    EXPECT_EQ(*echoed("4003000123456781", "spaced"), "4003 0001 2345 6781");
    EXPECT_EQ(*echoed("40", "entities"), "&#52;&#48;");
    EXPECT_EQ(*echoed("40", "hex_entities"), "&#x34;&#x30;");
    EXPECT_EQ(*echoed("40", "double_entities"), "&amp;#x34;&amp;#x30;");
    EXPECT_EQ(*echoed("40", "cdata_split"), "<![CDATA[4]]><![CDATA[0]]>");
    EXPECT_EQ(*echoed("4003", "comment_split"), "40<!-- -->03");
    EXPECT_EQ(*echoed("40", "element_split"), "<D>4</D><D>0</D>");
    EXPECT_EQ(*echoed("4003", "base64+0"), "NDAwMw==");
    EXPECT_EQ(*echoed("400", "base64+2"), "eHk0MDA=");
    EXPECT_EQ(*echoed("40", "hex"), "3430");
    EXPECT_EQ(*echoed("40", "utf16le_hex"), "34003000");
    EXPECT_EQ(*echoed("4003", "bcd_base64"), "QAM=");
    EXPECT_EQ(*echoed("4003", "reversed"), "3004");
    EXPECT_EQ(*echoed("40", "percent"), "%34%30");
    EXPECT_EQ(*echoed("40", "full_width"), "\xEF\xBC\x94\xEF\xBC\x90");
    EXPECT_FALSE(echoed("40", "other"));
}

// The vault's own judge on every form that the sandbox can send.
TEST(Echo, NoFormPassesTheVault) {
    constexpr std::string_view number = "4003000123456781";
    for (const std::string& form : echo_forms()) {
        test::Bench bench;
        bench.post("/sandbox/faults", R"({"kind":"echo_card","form":")" + form + R"("})");
        const std::string reply = bench.ask(test::sale_fields());
        const std::string echo = *echoed(number, form);
        ASSERT_NE(reply.find(form == "plain" ? std::string(number) : test::value(reply, "UserTraceData")),
                  std::string::npos);
        vault::ExchangeSecrets secrets;
        secrets.number = {number.data(), number.size()};
        const auto scrubbed = vault::scrub(reply, {"AcctNo"}, secrets);
        if (!scrubbed) continue;  // withheld: as safe
        EXPECT_NE(*scrubbed, reply) << form << " came through";
        EXPECT_EQ(test::value(*scrubbed, "ProcessData"), test::value(reply, "ProcessData")) << form;
    }
}

}  // namespace
}  // namespace postern::mercury::sandbox
