#include "processors/mercury/answer.hpp"

#include <gtest/gtest.h>

#include "tests/processors/mercury/scene.hpp"

namespace postern::mercury {
namespace {

using test::escaped_once;
using test::soap;

constexpr std::string_view inner =
    "<RStream><CmdResponse><DSIXReturnCode>000000</DSIXReturnCode><CmdStatus>Approved</CmdStatus>"
    "<TextResponse>AP</TextResponse></CmdResponse><TranResponse><InvoiceNo>X1</InvoiceNo><AuthCode>12 </AuthCode>"
    "<AcqRefData>K a  b </AcqRefData><Amount><Purchase>1.00</Purchase><Authorize>1.00</Authorize></Amount>"
    "</TranResponse></RStream>";

struct FormCase {
    std::string name, body;
};
class AnswerForms : public testing::TestWithParam<FormCase> {};
TEST_P(AnswerForms, ReadAlike) {
    const auto answer = parse_answer(GetParam().body);
    ASSERT_TRUE(answer) << answer.error().code;
    EXPECT_EQ(answer->status, CmdStatus::approved);
    EXPECT_EQ(answer->text, "AP");
    EXPECT_EQ(answer->invoice, "X1");
    EXPECT_EQ(answer->auth_code, "12 ");
    EXPECT_EQ(answer->acq_ref_data, "K a  b ") << "its spaces count";
    EXPECT_EQ(answer->authorize, "1.00");
    EXPECT_FALSE(answer->process_data);
}
std::string with(std::string_view text) { return soap("CreditTransaction", escaped_once(text)); }
INSTANTIATE_TEST_SUITE_P(Table, AnswerForms, testing::Values(
    FormCase{"escaped", with(inner)},
    FormCase{"own_prolog", with("<?xml version=\"1.0\"?>\r\n" + std::string(inner))},
    FormCase{"two_prologs", with("<?xml version=\"1.0\"?>\r\n<?xml version=\"1.0\"?>" + std::string(inner))},
    FormCase{"cdata", soap("CreditTransaction", "\n<![CDATA[" + std::string(inner) + "]]>\n")},
    FormCase{"as_children", soap("CreditTransaction", inner)},
    FormCase{"shuffled_other_case_unknown_elements", with(
        "<rstream><New/><TranResponse><Amount><Other>9</Other><AUTHORIZE>1.00</AUTHORIZE><Purchase>1.00</Purchase>"
        "</Amount><acqrefdata>K a  b </acqrefdata>\r\n\t<AuthCode>12 </AuthCode><UserTraceData/><InvoiceNo>X1</InvoiceNo>"
        "</TranResponse><cmdresponse><textresponse>AP</textresponse><CMDSTATUS> success </CMDSTATUS></cmdresponse>"
        "</rstream>")}),
    [](const auto& test) { return test.param.name; });

struct FaultyCase {
    std::string name, body, error;
};
class FaultyAnswers : public testing::TestWithParam<FaultyCase> {};
TEST_P(FaultyAnswers, ProveNothing) {
    const auto answer = parse_answer(GetParam().body);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, GetParam().error);
}
std::string command(std::string_view fields) {
    return with("<RStream><CmdResponse>" + std::string(fields) + "</CmdResponse></RStream>");
}
INSTANTIATE_TEST_SUITE_P(Table, FaultyAnswers, testing::Values(
    FaultyCase{"empty", "", "malformed_xml"},
    FaultyCase{"html", "<!DOCTYPE html><html><body>busy</body></html>", "malformed_xml"},
    FaultyCase{"cut", with(inner).substr(0, 300), "malformed_xml"},
    FaultyCase{"inner_cut", with(inner.substr(0, 200)), "malformed_xml"},
    FaultyCase{"inner_empty", soap("CreditTransaction", ""), "malformed_xml"},
    FaultyCase{"other_reply", soap("CTranDetail", escaped_once(inner)), "answer_missing"},
    FaultyCase{"fault", "<e><Body><Fault><faultstring>x</faultstring></Fault></Body></e>", "soap_fault"},
    FaultyCase{"no_command", with("<RStream><TranResponse/></RStream>"), "answer_missing"},
    FaultyCase{"status_missing", command("<TextResponse>AP</TextResponse>"), "status_missing"},
    FaultyCase{"status_unknown", command("<CmdStatus>Approved?</CmdStatus>"), "status_missing"},
    FaultyCase{"status_twice", command("<CmdStatus>Declined</CmdStatus><CmdStatus>Approved</CmdStatus>"),
               "element_repeated"},
    FaultyCase{"status_twice_in_other_case", command("<CmdStatus>Approved</CmdStatus><cmdstatus>Error</cmdstatus>"),
               "element_repeated"},
    FaultyCase{"two_rstreams", with("<x>" + std::string(inner) + std::string(inner) + "</x>"), "element_repeated"}),
    [](const auto& test) { return test.param.name; });

TEST(ParseDetail, FindsRowsByNameAndDropsEmptyOnes) {
    const auto rows = parse_detail(test::detail_reply({{"Approved", "Sale", "1.00", "True"}, {"", "Sale", "1.00"}}).body);
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 1u);
    EXPECT_TRUE(rows->front().voided);
    EXPECT_EQ(rows->front().ref_no, "0042");
    EXPECT_TRUE(parse_detail(test::detail_reply({}).body)->empty());
}

TEST(ParseDetail, DoesNotTakeSilenceForNotFound) {
    EXPECT_EQ(parse_detail(soap("CTranDetail", "")).error().code, "malformed_xml");
    EXPECT_EQ(parse_detail(soap("CTranDetail", escaped_once("<Any/>"))).error().code, "status_missing");
}

}  // namespace
}  // namespace postern::mercury
