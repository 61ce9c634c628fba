#include <gtest/gtest.h>

#include "gateway/contract/payments.pb.h"
#include "gateway/http/payment_json.hpp"
#include "tests/support/sample_payment.hpp"

namespace postern::gateway {
namespace {

const std::string payment_golden =
    R"({"payment_id":"pay_00000000000samp1eanyxyzabc","status":"authorized","currency":"USD","requested_minor":1250,)"
    R"("approved_minor":1250,"captured_minor":0,"tip_minor":0,"refunded_minor":0,"released_minor":0,)"
    R"("capturable_minor":1250,"refundable_minor":0,"tender":{"store_id":"sto_00000000000samp1eanyxyzabc",)"
    R"("device_id":"dev_00000000000samp1eanyxyzabc","tender_id":"check 7"},"card":{)"
    R"("token":"tok_00000000000samp1eanyxyzabc","bin6":"411111","last4":"1111","brand":"visa","expiry_month":12,)"
    R"("expiry_year":2030,"funding":"credit","country":"US"},"order_reference":"order 9","account_id":"acct_00000000000samp1eanyxyzabc",)"
    R"("business_date":"2026-11-18","created_at":"2026-11-18T11:06:40.000000Z",)"
    R"("capture_until":"2026-11-18T12:06:40.000000Z","device_sequence":0,"late":false,"version":2,"operation":)";
const std::string operation_golden =
    R"({"operation_id":"op_00000000000samp1eanyxyzabc","verb":"authorize","status":"approved","requested_minor":1250,)"
    R"("approved_minor":1250,"processor":"mercury","processor_reference":"0042",)"
    R"("created_at":"2026-11-18T11:06:40.000000Z","account_id":"acct_00000000000samp1eanyxyzabc"})";

TEST(PaymentJson, OfAnApprovalIsTheseBytes) {
    const auto answer =
        JsonAnswerRenderer{}.render(test::sample_payment(), test::sample_card(), test::sample_operation());
    EXPECT_EQ(answer.body, payment_golden + operation_golden + "}");
    EXPECT_EQ(answer.status, 201);
    EXPECT_TRUE(answer.is_final);
}

TEST(PaymentJson, OfAGetHoldsAllOperations) {
    const PaymentView view{test::sample_payment(), test::sample_card(), {test::sample_operation()}, {""}};
    EXPECT_EQ(payment_json(view), payment_golden + operation_golden + R"(,"operations":[)" + operation_golden + "]}");
    EXPECT_EQ(page_json({{view}, "next"}), R"({"payments":[)" + payment_golden + operation_golden +
                                               R"(}],"next_page_token":"next"})");
    EXPECT_EQ(page_json({}), R"({"payments":[]})");
}

TEST(PaymentJson, ShowsTheTipOfAnOperationThatHasOne) {
    auto operation = test::sample_operation();
    operation.tip = test::usd(0);
    const auto answer = JsonAnswerRenderer{}.render(test::sample_payment(), test::sample_card(), operation);
    EXPECT_NE(answer.body.find(R"(000000Z","tip_minor":0,"account_id")"), std::string::npos) << answer.body;
}

struct AnswerCase {
    domain::OperationStatus status;
    int http;
    bool is_final;
    friend void PrintTo(const AnswerCase& c, std::ostream* printed) { *printed << static_cast<int>(c.status); }
};
class AnswerStatus : public testing::TestWithParam<AnswerCase> {};
TEST_P(AnswerStatus, IsFinalExactlyWhereTheOperationIs) {
    auto operation = test::sample_operation();
    operation.status = GetParam().status;
    const auto answer = JsonAnswerRenderer{}.render(test::sample_payment(), test::sample_card(), operation);
    EXPECT_EQ(answer.status, GetParam().http);
    EXPECT_EQ(answer.is_final, GetParam().is_final);
    EXPECT_EQ(answer.body.find("\"unresolved\"") == std::string::npos, GetParam().is_final);
}
INSTANTIATE_TEST_SUITE_P(Table, AnswerStatus,
                         testing::Values(AnswerCase{domain::OperationStatus::prepared, 202, false},
                                         AnswerCase{domain::OperationStatus::unknown, 202, false},
                                         AnswerCase{domain::OperationStatus::approved, 201, true},
                                         AnswerCase{domain::OperationStatus::declined, 201, true},
                                         AnswerCase{domain::OperationStatus::failed, 201, true}));

TEST(PaymentJson, SaysWhatIsDoneAboutAnUnknown) {
    auto operation = test::sample_operation();
    operation.status = domain::OperationStatus::unknown;
    operation.goal = domain::Goal::undo;
    operation.unknown_since = test::at_second(30);
    const auto answer = JsonAnswerRenderer{}.render(test::sample_payment(), test::sample_card(), operation);
    EXPECT_NE(answer.body.find(R"("unresolved":{"goal":"undo","since":"2026-11-18T11:07:10.000000Z","next_step":"undo"})"),
              std::string::npos)
        << answer.body;
}

TEST(PaymentJson, ShowsADecline) {
    auto operation = test::sample_operation();
    operation.status = domain::OperationStatus::declined;
    operation.decline = domain::Decline{domain::DeclineReason::insufficient_funds, "000000 \"NSF\"", true};
    const auto answer = JsonAnswerRenderer{}.render(test::sample_payment(), test::sample_card(), operation);
    EXPECT_NE(answer.body.find(
                  R"("decline":{"reason":"insufficient_funds","raw_code":"000000 \"NSF\"","retry_may_help":true})"),
              std::string::npos)
        << answer.body;
}

TEST(PaymentJson, ShowsAnOfferChecksFlagsAndWhyTheGatewayBegan) {
    auto payment = test::sample_payment();
    payment.approved = test::usd(400);
    payment.partial_approval = domain::PartialApproval::allowed;
    payment.due_at = test::at_second(60);
    payment.flags = {true, false};
    auto operation = test::sample_operation();
    operation.checks = {domain::AvsResult::no_match, domain::CvvResult::not_told};
    operation.cause = domain::Cause::expiry;
    const auto body = JsonAnswerRenderer{}.render(payment, test::sample_card(), operation).body;
    for (const char* part : {R"("accept_until":"2026-11-18T11:07:40.000000Z")", R"("flags":["avs_no_match"])",
                             R"("checks":{"avs":"no_match","cvv":"not_told"})", R"("cause":"expiry")",
                             R"("status":"partially_authorized")"})
        EXPECT_NE(body.find(part), body.npos) << part << " in " << body;
    payment.partial_approval = domain::PartialApproval::accepted;
    EXPECT_EQ(JsonAnswerRenderer{}.render(payment, test::sample_card(), operation).body.find("accept_until"), body.npos);
}

// The contract's enumerators and the domain's words are the same lists.
TEST(PaymentJson, KnowsEveryWordOfTheDomain) {
    namespace api = postern::payments::v1;
    const auto capitals = [](std::string prefix, std::string_view word) {
        for (const char c : word) prefix += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        return prefix;
    };
    api::PaymentStatus state{};
    for (int i = 0; i <= static_cast<int>(domain::PaymentState::expired); ++i) {
        const auto word = domain::to_text(static_cast<domain::PaymentState>(i));
        EXPECT_TRUE(api::PaymentStatus_Parse(capitals("PAYMENT_STATUS_", word), &state)) << word;
    }
    api::OperationVerb verb{};
    for (int i = 0; i <= static_cast<int>(domain::Verb::batch_close); ++i) {
        const auto word = domain::to_text(static_cast<domain::Verb>(i));
        EXPECT_TRUE(api::OperationVerb_Parse(capitals("OPERATION_VERB_", word), &verb)) << word;
    }
    api::OperationStatus status{};
    for (int i = 0; i <= static_cast<int>(domain::OperationStatus::unknown); ++i) {
        const auto word = domain::to_text(static_cast<domain::OperationStatus>(i));
        EXPECT_TRUE(api::OperationStatus_Parse(capitals("OPERATION_STATUS_", word), &status)) << word;
    }
}

}  // namespace
}  // namespace postern::gateway
