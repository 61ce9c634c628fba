#include "processors/mercury/checks.hpp"

#include <gtest/gtest.h>

#include "tests/processors/mercury/scene.hpp"

namespace postern::mercury {
namespace {

using processors::AvsResult;
using processors::Checks;
using processors::CvvResult;

struct AvsCase {
    std::string_view card_type, letter;
    AvsResult expected, without_usual_letters;
};
TEST(AvsResultOf, IsReadByBrand) {
    constexpr auto full = AvsResult::full_match, none = AvsResult::not_told;
    const AvsCase cases[] = {
        {"VISA", "Y", full, full}, {"M/C", "Y", full, full}, {"M/C", "X", full, full}, {"AMEX", "Y", full, full},
        {"DCVR", "A", full, full}, {"DCVR", "X", full, full}, {"visa", " Y ", full, full},
        {"DCVR", "Y", none, none}, {"VISA", "X", none, none}, {"JCB", "Y", none, none}, {"", "Y", none, none},
        {"VISA", "N", AvsResult::no_match, AvsResult::no_match}, {"DCVR", "N", AvsResult::no_match, AvsResult::no_match},
        {"VISA", "A", AvsResult::address_only, none}, {"M/C", "Z", AvsResult::postal_code_only, none},
        {"DCVR", "W", AvsResult::postal_code_only, none}, {"", "U", AvsResult::unavailable, none},
        {"AMEX", "R", AvsResult::unavailable, none}, {"AMEX", "S", AvsResult::unavailable, none},
        {"VISA", "G", AvsResult::unavailable, none}, {"VISA", "Q", none, none}, {"VISA", "", none, none},
        {"VISA", "YY", none, none}};
    Switches strict;
    strict.usual_avs_letters = 0;
    for (const AvsCase& row : cases) {
        EXPECT_EQ(avs_result(row.card_type, row.letter, {}), row.expected) << row.card_type << row.letter;
        EXPECT_EQ(avs_result(row.card_type, row.letter, strict), row.without_usual_letters) << row.card_type << row.letter;
    }
}

TEST(CvvResultOf, KnowsFiveLetters) {
    EXPECT_EQ(cvv_result("M"), CvvResult::match);
    EXPECT_EQ(cvv_result("N"), CvvResult::no_match);
    EXPECT_EQ(cvv_result("P"), CvvResult::not_processed);
    EXPECT_EQ(cvv_result("S"), CvvResult::not_on_card);
    EXPECT_EQ(cvv_result(" U "), CvvResult::issuer_cannot);
    EXPECT_EQ(cvv_result("X"), CvvResult::not_told);
    EXPECT_EQ(cvv_result(""), CvvResult::not_told);
}

TEST(Checks, ComeWithTheAnswerAndChangeNoOutcome) {
    const test::Fields told{{"CardType", "M/C"}, {"AVSResult", "X"}, {"CVVResult", "N"}};
    const MercuryAdapter adapter;
    EXPECT_TRUE(adapter.capabilities().tells_checks);
    const auto reply = test::approval("Sale", told);
    EXPECT_EQ(adapter.checks(reply), (Checks{AvsResult::full_match, CvvResult::no_match}));
    EXPECT_EQ(test::word(adapter.read(vault::AttemptKind::send, test::scene_of(domain::Verb::sale).history(), reply)),
              "approved 1250");
    EXPECT_EQ(adapter.checks(test::approval("Sale")), Checks{});
    EXPECT_EQ(adapter.checks(test::rstream_reply("Declined", "000000", "DECLINED-CV2 FAIL", {{"CVVResult", "N"}})),
              (Checks{AvsResult::not_told, CvvResult::no_match}));
    EXPECT_EQ(adapter.checks(test::decline()), Checks{});
    const auto twice = test::approval("Sale", {{"CardType", "VISA"}, {"AVSResult", "N"}, {"AvsResult", "Y"}});
    EXPECT_EQ(adapter.checks(twice), Checks{}) << "told twice is not told";
    EXPECT_EQ(test::word(adapter.read(vault::AttemptKind::send, test::scene_of(domain::Verb::sale).history(), twice)),
              "approved 1250");
    EXPECT_EQ(adapter.checks(test::reply_of(reply.body, 500)), Checks{});
    EXPECT_EQ(adapter.checks(test::reply_of("AVSResult X")), Checks{});
}

}  // namespace
}  // namespace postern::mercury
