#include <gtest/gtest.h>

#include "tests/processors/mercury/sandbox/soap_message.hpp"

namespace postern::mercury::sandbox {
namespace {

using test::Bench;
using test::Fields;
using test::value;

std::string gift(Bench& bench, const std::string& code, const Fields& changes = {}) {
    static int invoice = 0;
    Fields fields{{"MerchantID", "595901"}, {"TranType", "PrePaid"}, {"IpPort", "9100"}, {"TranCode", code},
                  {"InvoiceNo", "g" + std::to_string(++invoice)}, {"RefNo", "1"}, {"Purchase", "10.00"},
                  {"AcctNo", "6050110010021825160"}};
    for (const auto& [name, text] : changes) fields[name] = text;
    const auto body = test::envelope("GiftTransaction", "<tran><![CDATA[" + test::tstream(fields) + "]]></tran><pw>xyz</pw>");
    return std::string(bench.post("/ws/ws.asmx", body).response.body.view());
}
std::string balance(Bench& bench) { return value(gift(bench, "Balance", {{"Purchase", ""}}), "Balance"); }

TEST(Gift, IsIssuedSpentReloadedAndGivenBack) {
    Bench bench;
    EXPECT_EQ(value(gift(bench, "Sale"), "TextResponse"), "Account Not Issued");
    const auto issued = gift(bench, "Issue");
    EXPECT_EQ(value(issued, "CmdStatus"), "Approved") << issued;
    EXPECT_EQ(value(issued, "TranCode"), "Issue");
    EXPECT_EQ(value(issued, "Balance"), "10.00");
    EXPECT_EQ(value(gift(bench, "Issue"), "TextResponse"), "Account Already Issued");
    EXPECT_EQ(value(gift(bench, "Sale", {{"Purchase", "4.00"}}), "Balance"), "6.00");
    EXPECT_EQ(value(gift(bench, "Sale", {{"Purchase", "6.01"}}), "CmdStatus"), "Declined");
    const auto rest = gift(bench, "NoNSFSale", {{"Purchase", "6.01"}});
    EXPECT_EQ(value(rest, "Authorize"), "6.00");
    EXPECT_EQ(value(rest, "Balance"), "0.00");
    EXPECT_EQ(value(gift(bench, "NoNSFSale"), "CmdStatus"), "Declined") << "nothing is left";
    EXPECT_EQ(value(gift(bench, "Reload", {{"Purchase", "1.50"}}), "Balance"), "1.50");
    EXPECT_EQ(value(gift(bench, "Return", {{"Purchase", "0.50"}}), "Balance"), "2.00");
    EXPECT_EQ(balance(bench), "2.00");
    EXPECT_EQ(bench.sandbox.book().open_batch("595901").items(), 0) << "no part of the credit batch";
}
struct GiftVoidCase {
    std::string code, undo, balance;  // after the void; it was 10.00 before what is voided
};
class GiftVoids : public testing::TestWithParam<GiftVoidCase> {};
TEST_P(GiftVoids, TakeBackOnceWhatTheirRefNoNames) {
    Bench bench;
    std::string done = gift(bench, "Issue");
    if (GetParam().code != "Issue") done = gift(bench, GetParam().code, {{"Purchase", "3.00"}});
    const Fields undo{{"RefNo", value(done, "RefNo")}, {"Purchase", value(done, "Authorize")}};
    EXPECT_EQ(value(gift(bench, GetParam().undo, {{"RefNo", "9999"}}), "CmdStatus"), "Declined");
    EXPECT_EQ(value(gift(bench, GetParam().undo, undo), "CmdStatus"), "Approved");
    EXPECT_EQ(balance(bench), GetParam().balance);
    EXPECT_EQ(value(gift(bench, GetParam().undo, undo), "CmdStatus"), "Declined");
}
INSTANTIATE_TEST_SUITE_P(Table, GiftVoids, testing::Values(
    GiftVoidCase{"Sale", "VoidSale", "10.00"}, GiftVoidCase{"NoNSFSale", "VoidSale", "10.00"},
    GiftVoidCase{"Reload", "VoidReload", "10.00"}, GiftVoidCase{"Return", "VoidReturn", "10.00"},
    GiftVoidCase{"Issue", "VoidIssue", "(none)"}),
    [](const auto& test) { return test.param.code; });

struct GiftRefusalCase {
    std::string name;
    Fields changes;
    std::string text;
};
class GiftRefusals : public testing::TestWithParam<GiftRefusalCase> {};
TEST_P(GiftRefusals, SayWhatTheServiceSays) {
    Bench bench;
    EXPECT_EQ(value(gift(bench, "Issue", GetParam().changes), "TextResponse"), GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(Table, GiftRefusals, testing::Values(
    GiftRefusalCase{"no_merchant", {{"MerchantID", ""}}, "No MerchantID Specified"},
    GiftRefusalCase{"merchant", {{"MerchantID", "1"}}, "MerchantID not found"},
    GiftRefusalCase{"type", {{"TranType", "Credit"}}, "Invalid TranType for Prepaid Server"},
    GiftRefusalCase{"code", {{"TranCode", "PreAuth"}}, "Invalid TranCode"},
    GiftRefusalCase{"letters", {{"AcctNo", "60501100100218251a0"}}, "Non Numeric Account"},
    GiftRefusalCase{"number", {{"AcctNo", "605011"}}, "Invalid Account Number"},
    GiftRefusalCase{"invoice", {{"InvoiceNo", ""}}, "Missing Invoice Field"},
    GiftRefusalCase{"amount", {{"Purchase", "1"}}, "Amount Field Error"},
    GiftRefusalCase{"zero", {{"Purchase", "0.00"}}, "Amount Cannot Be Zero"}),
    [](const auto& test) { return test.param.name; });

TEST(Gift, DeclinesARepeat) {
    Bench bench;
    gift(bench, "Issue");
    const Fields same{{"InvoiceNo", "same"}, {"Purchase", "1.00"}};
    EXPECT_EQ(value(gift(bench, "Sale", same), "CmdStatus"), "Approved");
    EXPECT_EQ(value(gift(bench, "Sale", same), "TextResponse"), "Duplicate Transaction");
    EXPECT_EQ(balance(bench), "9.00");
}

}  // namespace
}  // namespace postern::mercury::sandbox
