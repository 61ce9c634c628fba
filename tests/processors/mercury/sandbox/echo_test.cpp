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
    EXPECT_EQ(*echoed("40", "padded_entities"), "&#0000052;&#0000048;");
    EXPECT_EQ(*echoed("40", "instructions_between"), "4<?x 1?>0<?x 1?>");
    EXPECT_EQ(*echoed("40", "base32"), "GQYA");
    EXPECT_EQ(*echoed("40", "arabic_digits"), "\xD9\xA4\xD9\xA0");
    EXPECT_EQ(*echoed("40", "value_in_hex"), "28");
    EXPECT_FALSE(echoed("40", "other"));
}

TEST(Echo, ChangesTheWholeReply) {
    const auto changed = [](const std::string& form) {
        net::HttpResponse reply;
        reply.headers = {{"content-type", "text/xml"}};
        reply.body = wiped::Text("40");
        change_reply(reply, "40", form);
        return reply;
    };
    EXPECT_EQ(changed("chunks").chunk_bytes, 1U);
    EXPECT_EQ(changed("utf16_reply").body.view(), std::string_view("4\0000\0", 4));
    EXPECT_EQ(changed("content_type").headers[0].second, "text/xml; boundary=40");
    EXPECT_EQ(changed("gzip").headers[1].second, "gzip");
    EXPECT_EQ(changed("gzip").body.view(),
              std::string_view("\x1f\x8b\x08\0\0\0\0\0\0\xff\1\2\0\xfd\xff" "40" "\xa4\xd1\x2a\xdc" "\2\0\0\0", 25));
    EXPECT_EQ(changed("plain").body.view(), "40");
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
