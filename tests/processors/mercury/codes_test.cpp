#include "processors/mercury/codes.hpp"

#include <gtest/gtest.h>

#include <set>

namespace postern::mercury {
namespace {

using enum CodeClass;
using domain::DeclineReason;

struct CodeCase {
    std::string_view code, text;
    CodeClass expected;
};
TEST(ClassOf, KnowsEachGroupAndDoubtsTheRest) {
    const CodeCase cases[] = {
        {"000000", "", final},   {"001001", "", final},   {"001003", "", final},   {"001004", "", final},
        {"001006", "", resend},  {"001007", "", unknown}, {"001011", "", final},   {"001024", "", final},
        {"001499", "", unknown}, {"001500", "", unknown}, {"001600", "", unknown}, {"002001", "", resend},
        {"002002", "", final},   {"002003", "", resend},  {"002004", "", resend},  {"002006", "", resend},
        {"002008", "", final},   {"002009", "", final},   {"002010", "", final},   {"002011", "", unknown},
        {"002012", "", final},   {"003002", "", final},   {"003003", "", unknown}, {"003004", "", resend},
        {"003005", "", resend},  {"003006", "", resend},  {"003007", "", unknown}, {"003008", "", resend},
        {"003009", "", final},   {"003010", "", unknown}, {"003011", "", resend},  {"003012", "", final},
        {"003014", "", final},   {"003017", "", final},   {"003050", "", final},   {"003051", "", resend},
        {"003052", "", resend},  {"003053", "", resend},  {"003327", "", final},   {"004001", "", unknown},
        {"004002", "", unknown}, {"004003", "", resend},  {"004004", "", unknown}, {"004005", "", unknown},
        {"004010", "", final},   {"004011", "", final},   {"004014", "", final},   {"004017", "", final},
        {"004018", "", final},   {"004019", "", final},   {"004020", "", unknown}, {"004040", "", final},
        {"004050", "", unknown}, {"004101", "", final},   {"004102", "", final},   {"004115", "", final},
        {"004116", "", resend},  {"004117", "", final},   {"004118", "", resend},  {"004119", "", resend},
        {"100201", "", final},   {"100231", "", final},   {"100232", "", unknown}, {"100245", "", final},
        {"100246", "", final},   {"100254", "", final},   {" 100204 ", "", final}, {"123456", "", unknown},
        {"", "", unknown},       {"00000", "", unknown},  {"0000000", "", unknown},
        {"009999", "Unknown Error", unknown}, {"009999", "Invalid Credentials, call support", final},
        {"009999", "PASSWORD failed", final}};
    for (const CodeCase& row : cases) EXPECT_EQ(class_of(row.code, row.text), row.expected) << row.code << row.text;
}

TEST(CodeRows, DoNotOverlap) {
    std::string_view last;
    for (const CodeRow& row : code_rows()) {
        EXPECT_LT(last, row.first);
        EXPECT_LE(row.first, row.last);
        last = row.last;
    }
}

struct TextCase {
    std::string_view text;
    DeclineReason reason;
    bool retry;
};
TEST(DeclineOf, PutsTheHostsWordsIntoOurs) {
    const TextCase cases[] = {
        {"DECLINE", DeclineReason::generic, false},
        {" call nd ", DeclineReason::call_issuer, false},
        {"CALL AE", DeclineReason::call_issuer, false},
        {"CALL DISCOVER", DeclineReason::call_issuer, false},
        {"PIC UP", DeclineReason::pick_up_card, false},
        {"DECLINED-CV2 FAIL", DeclineReason::security_code_mismatch, false},
        {"INVLD CID", DeclineReason::security_code_mismatch, false},
        {"INVLD EXP DATE", DeclineReason::expired_card, false},
        {"INVLD PIN", DeclineReason::pin, false},
        {"MAX PIN TRIES", DeclineReason::pin, false},
        {"PLEASE RETRY", DeclineReason::retry_later, true},
        {"ISSUER UNAVAIL", DeclineReason::issuer_unavailable, true},
        {"NO TRAN FOUND", DeclineReason::reversal_target_missing, false},
        {"INV ITEM NUM", DeclineReason::reversal_target_missing, false},
        {"MUST BALANCE NOW", DeclineReason::batch_must_close, true},
        {"USE DUP THEN BAL", DeclineReason::batch_must_close, true},
        {"SOMETHING NEW", DeclineReason::generic, false}};
    for (const TextCase& row : cases) {
        const domain::Decline decline = decline_of("000000", row.text);
        EXPECT_EQ(decline.reason, row.reason) << row.text;
        EXPECT_EQ(decline.retry_may_help, row.retry) << row.text;
    }
}

TEST(RawCode, IsShortPlainText) {
    EXPECT_EQ(raw_code("000000", " DECLINE "), "000000 DECLINE");
    EXPECT_EQ(raw_code("1", "a\nb\xff"), "1 a?b?");
    EXPECT_EQ(raw_code("1", std::string(500, 'x')).size(), 80u);
}

}  // namespace
}  // namespace postern::mercury
