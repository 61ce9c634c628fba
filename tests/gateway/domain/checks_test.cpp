#include "gateway/domain/checks.hpp"

#include <gtest/gtest.h>

#include "gateway/domain/transition.hpp"
#include "tests/support/sample_payment.hpp"

namespace postern::domain {
namespace {

using test::usd;
constexpr std::array actions{CheckAction::accept, CheckAction::flag, CheckAction::void_payment};
constexpr std::array avs_results{AvsResult::not_told, AvsResult::full_match, AvsResult::address_only,
                                 AvsResult::postal_code_only, AvsResult::no_match, AvsResult::unavailable};
constexpr std::array cvv_results{CvvResult::not_told, CvvResult::match, CvvResult::no_match,
                                 CvvResult::not_processed, CvvResult::not_on_card, CvvResult::issuer_cannot};

TEST(Checks, AreKeptAsWordsAndReadBack) {
    for (const auto avs : avs_results)
        for (const auto cvv : cvv_results) EXPECT_EQ(parse_checks(encode(Checks{avs, cvv})), (Checks{avs, cvv}));
    for (const auto avs : actions)
        for (const auto cvv : actions) EXPECT_EQ(parse_checks_policy(encode(ChecksPolicy{avs, cvv})), (ChecksPolicy{avs, cvv}));
    for (const bool avs : {false, true})
        for (const bool cvv : {false, true}) EXPECT_EQ(parse_failed_checks(encode(FailedChecks{avs, cvv})), (FailedChecks{avs, cvv}));
}

TEST(Checks, TheOrdinaryIsKeptAsNothing) {
    EXPECT_EQ(encode(Checks{}), "");
    EXPECT_EQ(encode(ChecksPolicy{}), "");
    EXPECT_EQ(encode(FailedChecks{}), "");
}

TEST(Checks, UnknownWordsAreNone) {
    for (const auto* text : {"match", "no_match", "no_match ", " match", "no_match match match", "x y"})
        EXPECT_FALSE(parse_checks(text)) << text;
    for (const auto* text : {"accept", "void flag accept", "void  flag", "refuse accept"})
        EXPECT_FALSE(parse_checks_policy(text)) << text;
    EXPECT_FALSE(parse_failed_checks("cvv_no_match avs_no_match"));
}

// Each comparison by its own rule, and only a plain "no match" counts.
TEST(Checks, OnlyNoMatchFailsAndOnlyUnderItsOwnRule) {
    for (const auto avs : avs_results) {
        for (const auto cvv : cvv_results) {
            const ChecksPolicy policy{CheckAction::flag, CheckAction::void_payment};
            const FailedChecks flagged = failed_checks(policy, {avs, cvv}, CheckAction::flag);
            EXPECT_EQ(flagged, (FailedChecks{avs == AvsResult::no_match, false}));
            const FailedChecks voided = failed_checks(policy, {avs, cvv}, CheckAction::void_payment);
            EXPECT_EQ(voided, (FailedChecks{false, cvv == CvvResult::no_match}));
        }
    }
}

Effect approved_with(const ChecksPolicy& policy, const Checks& checks, Verb verb = Verb::sale) {
    Payment payment = test::sample_payment();
    payment.standing = Standing::pending;
    payment.approved = usd(0);
    payment.checks_policy = policy;
    Operation operation = test::sample_operation();
    operation.verb = verb;
    operation.status = OperationStatus::prepared;
    return *apply(payment, operation, ApprovedClaim{usd(1250), {}, false, false, checks}, test::at_second(1));
}
const Checks both_fail{AvsResult::no_match, CvvResult::no_match};

TEST(ChecksPolicies, AcceptedTellsAndDoesNothing) {
    const Effect effect = approved_with({}, both_fail);
    EXPECT_EQ(effect.operation.checks, both_fail);
    EXPECT_FALSE(effect.payment.flags.any());
    EXPECT_FALSE(effect.undo);
    EXPECT_EQ(effect.payment.state(), PaymentState::captured);
}

TEST(ChecksPolicies, FlaggedStandsOnThePayment) {
    const Effect effect = approved_with({CheckAction::flag, CheckAction::flag}, {AvsResult::no_match, CvvResult::match});
    EXPECT_EQ(words(effect.payment.flags), std::vector<std::string_view>{"avs_no_match"});
    EXPECT_FALSE(effect.undo);
    EXPECT_EQ(effect.event, "payment.captured");
}

TEST(ChecksPolicies, VoidedGoesBackAndFreesItsTender) {
    for (const Verb verb : {Verb::authorize, Verb::sale}) {
        const Effect effect = approved_with({CheckAction::accept, CheckAction::void_payment}, both_fail, verb);
        EXPECT_TRUE(effect.undo);
        EXPECT_EQ(effect.cause, Cause::checks);
        EXPECT_EQ(effect.event, "payment.checks_failed");
        EXPECT_EQ(effect.operation.status, OperationStatus::approved);
        EXPECT_EQ(effect.operation.failure_code, "checks_failed");
        Operation reverse = test::sample_operation();
        reverse.verb = Verb::reverse;
        reverse.status = OperationStatus::prepared;
        reverse.cause = effect.cause;
        const auto done = apply(effect.payment, reverse, ApprovedClaim{usd(1250), {}}, test::at_second(2));
        EXPECT_EQ(done->payment.state(), PaymentState::voided);
        EXPECT_TRUE(done->tender_is_free);
    }
}

TEST(ChecksPolicies, ADeclineTellsItsChecksToo) {
    Payment payment = test::sample_payment();
    payment.standing = Standing::pending;
    Operation operation = test::sample_operation();
    operation.status = OperationStatus::prepared;
    const DeclinedClaim claim{{DeclineReason::security_code_mismatch, "DECLINED-CV2 FAIL", false}, both_fail};
    EXPECT_EQ(apply(payment, operation, claim, test::at_second(1))->operation.checks, both_fail);
}

}  // namespace
}  // namespace postern::domain
