#include "gateway/app/evidence_text.hpp"

#include <gtest/gtest.h>

namespace postern::gateway {
namespace {

TEST(EvidenceText, VerdictsComeBackAsTheyWere) {
    const vault::Reply reply{200, "text/xml; charset=utf-8", "<a>\n 1 \n</a>\n"};
    const auto sent = decode_verdict_text(encode_verdict_text(vault::Sent{reply}));
    ASSERT_TRUE(sent);
    EXPECT_EQ(std::get<vault::Sent>(*sent).reply, reply);
    const auto maybe = decode_verdict_text(encode_verdict_text(vault::MaybeSent{"timeout"}));
    EXPECT_EQ(std::get<vault::MaybeSent>(*maybe).code, "timeout");
    const auto not_sent = decode_verdict_text(encode_verdict_text(vault::NotSent{"policy_refused"}));
    EXPECT_EQ(std::get<vault::NotSent>(*not_sent).code, "policy_refused");
}

TEST(EvidenceText, SentencesAreNoVerdicts) {
    for (const char* text : {"", "sent", "sent x text/xml\n", "concluded from what is kept", "two people\n"}) {
        EXPECT_FALSE(decode_verdict_text(text)) << text;
    }
}

}  // namespace
}  // namespace postern::gateway
