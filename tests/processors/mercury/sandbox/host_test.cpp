#include <gtest/gtest.h>

#include "tests/processors/mercury/sandbox/soap_message.hpp"

namespace postern::mercury::sandbox {
namespace {

using test::Bench;
using test::Fields;
using test::sale_fields;
using test::value;

struct OutcomeCase {
    std::string name;
    Fields changes;
    std::string status, code, text;
};
class Outcomes : public testing::TestWithParam<OutcomeCase> {};
TEST_P(Outcomes, AreAsPublishedOrDocumented) {
    Bench bench;
    const std::string reply = bench.ask(sale_fields(GetParam().changes));
    EXPECT_EQ(value(reply, "CmdStatus"), GetParam().status) << reply;
    EXPECT_EQ(value(reply, "DSIXReturnCode"), GetParam().code);
    EXPECT_EQ(value(reply, "TextResponse"), GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(Table, Outcomes, testing::Values(
    OutcomeCase{"approved", {}, "Approved", "000000", "AP"},
    OutcomeCase{"largest_amount", {{"Purchase", "99999.99"}}, "Approved", "000000", "AP"},
    OutcomeCase{"decline", {{"Purchase", "2.57"}}, "Declined", "000000", "DECLINE"},
    OutcomeCase{"expired", {{"Purchase", "2.67"}}, "Declined", "000000", "INVLD EXP DATE"},
    OutcomeCase{"retry", {{"Purchase", "20.19"}}, "Declined", "000000", "PLEASE RETRY"},
    OutcomeCase{"pick_up", {{"Purchase", "20.04"}}, "Declined", "000000", "PIC UP"},
    OutcomeCase{"pin", {{"Purchase", "20.55"}}, "Declined", "000000", "INVLD PIN"},
    OutcomeCase{"pin_tries", {{"Purchase", "20.75"}}, "Declined", "000000", "MAX PIN TRIES"},
    OutcomeCase{"issuer", {{"Purchase", "20.91"}}, "Declined", "000000", "ISSUER UNAVAIL"},
    OutcomeCase{"issuer_discover", {{"Purchase", "20.91"}, {"AcctNo", "6011000997235373"}}, "Declined", "000000",
                "CALL DISCOVER"},
    OutcomeCase{"issuer_timeout", {{"Purchase", "23.00"}}, "Declined", "000000", "ISSUER UNAVAIL"},
    OutcomeCase{"partial", {{"Purchase", "23.54"}, {"AcctNo", "4005550000000480"}}, "Approved", "000000", "PARTIAL AP"},
    OutcomeCase{"same_amount_other_card", {{"Purchase", "23.54"}}, "Approved", "000000", "AP"},
    OutcomeCase{"no_merchant", {{"MerchantID", ""}}, "Error", "004018", "Merchant ID Missing"},
    OutcomeCase{"unknown_merchant", {{"MerchantID", "1"}}, "Error", "009999", "Invalid Credentials. Please call support."},
    OutcomeCase{"tran_code", {{"TranCode", "Other"}}, "Error", "100219", "Invalid Field - TranCode"},
    OutcomeCase{"tran_type", {{"TranType", "Debit"}}, "Error", "100201", "Invalid Field - TranType"},
    OutcomeCase{"amount", {{"Purchase", "1"}}, "Error", "100211", "Invalid Field - Purchase"},
    OutcomeCase{"number", {{"AcctNo", "400300012345678"}}, "Error", "004017", "Invalid Check Digit"},
    OutcomeCase{"number_short", {{"AcctNo", "4003"}}, "Error", "100204", "Invalid Field - Account Number"},
    OutcomeCase{"expiry", {{"ExpDate", "1330"}}, "Error", "100205", "Invalid Field - Expiration Date"},
    OutcomeCase{"invoice_long", {{"InvoiceNo", "12345678901234567"}}, "Error", "001004", "Insufficient Fields"}),
    [](const auto& test) { return test.param.name; });

struct CarriedCase {
    std::string name;
    Fields changes;
    std::string carried;
};
class Carried : public testing::TestWithParam<CarriedCase> {};
TEST_P(Carried, IsToldByNameAndNeverByValue) {
    Bench bench;
    bench.ask(sale_fields(GetParam().changes));
    const std::string book = bench.get("/sandbox/book");
    EXPECT_NE(book.find("\"carried\":\"" + GetParam().carried + "\""), std::string::npos) << book;
    for (const auto* value : {"123", "Guest", "1 Main", "45209"}) EXPECT_EQ(book.find(value), std::string::npos) << book;
}
INSTANTIATE_TEST_SUITE_P(Table, Carried, testing::Values(
    CarriedCase{"nothing", {}, ""}, CarriedCase{"code", {{"CVVData", "123"}}, "CVVData"},
    CarriedCase{"name", {{"Name", "A. Guest"}}, "Name"},
    CarriedCase{"address", {{"AVS", "<Address>1 Main</Address>"}}, "Address"},
    CarriedCase{"zip", {{"AVS", "<Address></Address><Zip>45209</Zip>"}}, "Zip"},
    CarriedCase{"both", {{"CVVData", "123"}, {"AVS", "<Address>1 Main</Address><Zip>45209</Zip>"}},
                "CVVData Address Zip"}),
    [](const auto& test) { return test.param.name; });

TEST(Host, AnswersWithTheQuirksOfTheWire) {
    Bench bench;
    const std::string reply = bench.ask(sale_fields({{"CVVData", "123"}, {"AVS", "<Address>123 Main Street</Address>"
                                                                                 "<Zip>45209</Zip>"}}));
    EXPECT_NE(reply.find("&lt;?xml version=\"1.0\"?&gt;\r\n&lt;RStream&gt;\r\n\t&lt;CmdResponse&gt;"), std::string::npos);
    EXPECT_EQ(value(reply, "InvoiceNo"), "INV.1");
    EXPECT_EQ(value(reply, "AcctNo"), "400300XXXXXX6781");
    EXPECT_EQ(value(reply, "CVVResult"), "M");
    EXPECT_EQ(value(reply, "AVSResult"), "Y");
    EXPECT_EQ(value(reply, "AcqRefData"), "KbMCC000000001  A  ");
    EXPECT_EQ(value(reply, "CaptureStatus"), "Captured");
    Settings settings = default_settings();
    settings.shows_whole_number = true;
    EXPECT_EQ(value(Bench{settings}.ask(sale_fields()), "AcctNo"), "4003000123456781");
}

Fields with_references(const std::string& reply, const Fields& changes) {
    Fields fields = sale_fields(changes);
    for (const char* name : {"AuthCode", "AcqRefData", "ProcessData"}) fields[name] = value(reply, name);
    return fields;
}

struct DuplicateCase {
    std::string name;
    DuplicateRule rule;
    Fields changes;
    std::string text;
};
class Duplicates : public testing::TestWithParam<DuplicateCase> {};
TEST_P(Duplicates, FollowTheRule) {
    Settings settings = default_settings();
    settings.duplicate_rule = GetParam().rule;
    Bench bench{settings};
    const std::string first = bench.ask(sale_fields());
    const std::string second = bench.ask(sale_fields(GetParam().changes));
    EXPECT_EQ(value(second, "TextResponse"), GetParam().text);
    EXPECT_EQ(value(second, "RefNo") == value(first, "RefNo"), GetParam().text == "AP*");
}
constexpr auto whole = DuplicateRule::merchant_code_invoice_card_amount;
constexpr auto shorter = DuplicateRule::invoice_card_amount;
const Fields hold{{"TranCode", "PreAuth"}, {"Authorize", "1.00"}};
INSTANTIATE_TEST_SUITE_P(Table, Duplicates, testing::Values(
    DuplicateCase{"same", whole, {}, "AP*"}, DuplicateCase{"invoice_in_capitals", whole, {{"InvoiceNo", "INV.1"}}, "AP*"},
    DuplicateCase{"other_amount", whole, {{"Purchase", "1.01"}}, "AP"},
    DuplicateCase{"other_invoice", whole, {{"InvoiceNo", "inv.2"}}, "AP"},
    DuplicateCase{"other_card", whole, {{"AcctNo", "5499990123456781"}}, "AP"},
    DuplicateCase{"other_code", whole, hold, "AP"}, DuplicateCase{"short_same", shorter, {}, "AP*"},
    DuplicateCase{"short_other_code", shorter, hold, "AP*"},
    DuplicateCase{"short_other_merchant", shorter, {{"MerchantID", "494901"}}, "AP*"},
    DuplicateCase{"off", DuplicateRule::off, {}, "AP"}),
    [](const auto& test) { return test.param.name; });

TEST(Host, CapturesUnderTheShorterRuleToo) {
    Settings settings = default_settings();
    settings.duplicate_rule = shorter;
    Bench bench{settings};
    const std::string reply = bench.ask(sale_fields(hold));
    EXPECT_EQ(value(bench.ask(with_references(reply, {{"TranCode", "PreAuthCapture"}, {"Authorize", "1.00"}})),
                    "TextResponse"), "AP");
}
TEST(Host, CapturesMoreThanWasHeldAndInParts) {
    Bench bench;
    const std::string reply = bench.ask(sale_fields(hold));
    for (const char* amount : {"0.40", "2.06"})
        EXPECT_EQ(value(bench.ask(with_references(reply, {{"TranCode", "PreAuthCapture"}, {"Authorize", "1.00"},
                                                          {"Purchase", amount}})), "Authorize"), amount);
    EXPECT_EQ(bench.sandbox.book().at(1).captured_minor, 246);
}
// A capture and a void find their charge by all that the host gave out, spaces included, and by the card.
struct ForeignCase {
    std::string name;
    Fields changes;
};
class ForeignReferences : public testing::TestWithParam<ForeignCase> {};
TEST_P(ForeignReferences, FindNothing) {
    const auto changed = [](Fields fields) {
        for (const auto& [name, value] : GetParam().changes)
            if (fields.contains(name)) fields[name] = value;
        return fields;
    };
    Bench bench;
    const std::string held = bench.ask(sale_fields(hold));
    const Fields capture = with_references(held, {{"TranCode", "PreAuthCapture"}, {"Authorize", "1.00"}});
    const Fields reversal = with_references(held, {{"TranCode", "VoidSale"}, {"RefNo", "1"}});
    const bool of_reversal_alone = GetParam().changes.contains("ProcessData");
    if (!of_reversal_alone) EXPECT_EQ(value(bench.ask(changed(capture)), "TextResponse"), "NO TRAN FOUND");
    EXPECT_EQ(value(bench.ask(changed(reversal)), "TextResponse"), "NO TRAN FOUND");
    EXPECT_EQ(value(bench.ask(reversal), "TextResponse"), "REVERSED") << "the unchanged one is found";
}
INSTANTIATE_TEST_SUITE_P(Table, ForeignReferences, testing::Values(
    ForeignCase{"a_space_less", {{"AcqRefData", "KbMCC000000001  A "}}},
    ForeignCase{"other_auth_code", {{"AuthCode", "099999"}}},
    ForeignCase{"other_process_data", {{"ProcessData", "|00|1"}}},
    ForeignCase{"other_card", {{"AcctNo", "5499990123456781"}}}),
    [](const auto& test) { return test.param.name; });

TEST(Host, ReversesOnceAndRefusesTheRepeat) {
    Bench bench;
    const Fields undo = with_references(bench.ask(sale_fields(hold)), {{"TranCode", "VoidSale"}, {"RefNo", "1"}});
    EXPECT_EQ(value(bench.ask(undo), "TextResponse"), "REVERSED");
    EXPECT_EQ(value(bench.ask(undo), "TextResponse"), "NO TRAN FOUND");
    Settings settings = default_settings();
    settings.repeated_void_is_refused = false;
    Bench kind{settings};
    const Fields again = with_references(kind.ask(sale_fields(hold)), {{"TranCode", "VoidSale"}, {"RefNo", "1"}});
    kind.ask(again);
    EXPECT_EQ(value(kind.ask(again), "TextResponse"), "AP*");
}
TEST(Host, AnswersSomeReversalsPlainly) {
    Bench bench;
    const std::string reply = bench.ask(sale_fields({{"Purchase", "1.03"}}));
    EXPECT_EQ(value(bench.ask(with_references(reply, {{"TranCode", "VoidSale"}, {"Purchase", "1.03"}})), "TextResponse"),
              "AP");
}
TEST(Host, VoidsItemsOfTheBatchOnly) {
    Bench bench;
    const auto undo_of = [&](const std::string& reply) {
        return sale_fields({{"TranCode", "VoidSale"}, {"RefNo", value(reply, "RefNo")},
                            {"AuthCode", value(reply, "AuthCode")}});
    };
    EXPECT_EQ(value(bench.ask(undo_of(bench.ask(sale_fields(hold)))), "TextResponse"), "INV ITEM NUM");
    Fields other_amount = undo_of(bench.ask(sale_fields({{"InvoiceNo", "inv.2"}})));
    other_amount["Purchase"] = "0.99";
    EXPECT_EQ(value(bench.ask(other_amount), "TextResponse"), "INV ITEM NUM");
    const std::string voided = bench.ask(undo_of(bench.ask(sale_fields())));
    EXPECT_EQ(value(voided, "TextResponse"), "AP");
    EXPECT_EQ(value(voided, "AuthCode"), "VOIDED");
}
TEST(Host, KeepsToTestCardsWhenTold) {
    Settings settings = default_settings();
    settings.only_test_cards = true;
    Bench bench{settings};
    EXPECT_EQ(value(bench.ask(sale_fields({{"AcctNo", "4111111111111111"}})), "CmdStatus"), "Error");
    EXPECT_EQ(value(bench.ask(sale_fields()), "CmdStatus"), "Approved");
}

}  // namespace
}  // namespace postern::mercury::sandbox
