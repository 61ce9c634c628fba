#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>

#include "tests/processors/mercury/sandbox/soap_message.hpp"

namespace postern::mercury::sandbox {
namespace {

using test::Bench;
using test::Fields;
using test::sale_fields;
using test::value;

Fields hold_fields(const Fields& changes = {}) {
    Fields fields = sale_fields({{"TranCode", "PreAuth"}, {"Authorize", "1.00"}});
    for (const auto& [name, text] : changes) fields[name] = text;
    return fields;
}
// On the item that a reply told of.
Fields on_item(const std::string& reply, const Fields& changes) {
    Fields fields = sale_fields(changes);
    for (const char* name : {"RefNo", "AuthCode"})
        if (!changes.contains(name)) fields[name] = value(reply, name);
    return fields;
}
Fields reversal_of(const std::string& reply, const Fields& changes) {
    Fields fields = on_item(reply, changes);
    for (const char* name : {"AcqRefData", "ProcessData"}) fields[name] = value(reply, name);
    return fields;
}
// The same fields with a record in the card's place.
Fields by_record(Fields fields, const std::string& record, const Fields& changes = {}) {
    fields["TranCode"] += "ByRecordNo";
    fields["RecordNo"] = record;
    for (const char* name : {"AcctNo", "ExpDate"}) fields.erase(name);
    for (const auto& [name, text] : changes) fields[name] = text;
    return fields;
}
std::string outcome(const std::string& reply) {
    return value(reply, "CmdStatus") == "Error" ? value(reply, "DSIXReturnCode") : value(reply, "TextResponse");
}
std::int64_t of_charge(Bench& bench, std::size_t which, std::string_view what) {
    return boost::json::parse(bench.get("/sandbox/book")).at("charges").as_array().at(which).at(what).as_int64();
}
void advance_days(Bench& bench, int days) {
    bench.post("/sandbox/clock", R"({"advance_s":)" + std::to_string(days * 86'400) + "}");
}
std::int64_t net(const Bench& bench) { return bench.sandbox.book().open_batch("595901").net_minor(); }

TEST(Adjust, ReplacesTheTipAndKeepsTheItem) {
    Bench bench;
    const auto sold = bench.ask(sale_fields({{"Purchase", "2.25"}}));
    const auto tip = [&](const char* gratuity) {
        return bench.ask(on_item(sold, {{"TranCode", "Adjust"}, {"Purchase", "2.25"}, {"Gratuity", gratuity}}));
    };
    const auto first = tip("1.75");
    EXPECT_EQ(value(first, "TextResponse"), "AP");
    EXPECT_EQ(value(first, "Authorize"), "4.00");
    EXPECT_EQ(value(first, "Purchase"), "2.25");
    EXPECT_EQ(value(first, "Gratuity"), "1.75");
    EXPECT_EQ(value(first, "RefNo"), value(sold, "RefNo"));
    EXPECT_EQ(net(bench), 400);
    EXPECT_EQ(value(tip("0.50"), "Authorize"), "2.75");
    EXPECT_EQ(value(tip("1.75"), "TextResponse"), "AP") << "no repeat of the first: it would not be applied";
    EXPECT_EQ(of_charge(bench, 0, "captured"), 400);
    EXPECT_EQ(value(tip("0.00"), "Authorize"), "2.25");
    EXPECT_EQ(net(bench), 225);
}
TEST(Adjust, OfACaptureChangesItsHoldToo) {
    Bench bench;
    const auto held = bench.ask(hold_fields());
    const auto taken = bench.ask(reversal_of(held, {{"TranCode", "PreAuthCapture"}, {"Authorize", "1.00"},
                                                    {"Gratuity", "0.20"}}));
    EXPECT_EQ(value(taken, "Authorize"), "1.20");
    EXPECT_EQ(value(bench.ask(on_item(taken, {{"TranCode", "Adjust"}, {"Gratuity", "0.30"}})), "Authorize"), "1.30");
    EXPECT_EQ(of_charge(bench, 0, "captured"), 130);
}
struct RefusedAdjustCase {
    std::string name;
    Fields changes;
};
class RefusedAdjusts : public testing::TestWithParam<RefusedAdjustCase> {};
TEST_P(RefusedAdjusts, LeaveTheItemAsItWas) {
    Bench bench;
    const auto sold = bench.ask(sale_fields());
    Fields fields = on_item(sold, {{"TranCode", "Adjust"}, {"Gratuity", "0.50"}});
    for (const auto& [name, text] : GetParam().changes) fields[name] = text;
    EXPECT_EQ(value(bench.ask(fields), "TextResponse"), "INV ITEM NUM");
    EXPECT_EQ(net(bench), 100);
}
INSTANTIATE_TEST_SUITE_P(Table, RefusedAdjusts, testing::Values(
    RefusedAdjustCase{"other_base", {{"Purchase", "1.01"}}}, RefusedAdjustCase{"other_item", {{"RefNo", "9999"}}},
    RefusedAdjustCase{"other_code", {{"AuthCode", "099999"}}},
    RefusedAdjustCase{"other_card", {{"AcctNo", "5499990123456781"}}},
    RefusedAdjustCase{"other_merchant", {{"MerchantID", "494901"}}}),
    [](const auto& test) { return test.param.name; });
TEST(Adjust, IsRefusedOnWhatIsVoidedHeldOrClosed) {
    Bench bench;
    const Fields adjust{{"TranCode", "Adjust"}, {"Gratuity", "0.50"}};
    const auto held = bench.ask(hold_fields({{"InvoiceNo", "1"}}));
    EXPECT_EQ(outcome(bench.ask(on_item(held, adjust))), "INV ITEM NUM") << "a hold";
    const auto voided = bench.ask(sale_fields({{"InvoiceNo", "2"}}));
    bench.ask(on_item(voided, {{"TranCode", "VoidSale"}}));
    EXPECT_EQ(outcome(bench.ask(on_item(voided, adjust))), "INV ITEM NUM") << "voided";
    const auto closed = bench.ask(sale_fields({{"InvoiceNo", "3"}}));
    advance_days(bench, 2);
    EXPECT_EQ(outcome(bench.ask(on_item(closed, adjust))), "INV ITEM NUM") << "closed";
}
TEST(VoidSale, OfAnAdjustedItemNamesTheWholeAmount) {
    Bench bench;
    const auto sold = bench.ask(sale_fields());
    bench.ask(on_item(sold, {{"TranCode", "Adjust"}, {"Gratuity", "0.50"}}));
    EXPECT_EQ(outcome(bench.ask(on_item(sold, {{"TranCode", "VoidSale"}}))), "INV ITEM NUM");
    EXPECT_EQ(outcome(bench.ask(on_item(sold, {{"TranCode", "VoidSale"}, {"Purchase", "1.50"}}))), "AP");
    EXPECT_EQ(net(bench), 0);
}

TEST(VoidReturn, TakesARefundBackOnceAndNothingElse) {
    Bench bench;
    const auto sold = bench.ask(sale_fields());
    const auto refunded = bench.ask(sale_fields({{"InvoiceNo", "2"}, {"TranCode", "Return"}, {"Purchase", "0.40"}}));
    EXPECT_EQ(net(bench), 60);
    const Fields undo{{"InvoiceNo", "2"}, {"TranCode", "VoidReturn"}, {"Purchase", "0.40"}};
    EXPECT_EQ(outcome(bench.ask(on_item(sold, {{"TranCode", "VoidReturn"}}))), "INV ITEM NUM") << "a sale";
    EXPECT_EQ(outcome(bench.ask(on_item(refunded, {{"TranCode", "VoidSale"}, {"Purchase", "0.40"}}))), "INV ITEM NUM");
    const auto undone = bench.ask(on_item(refunded, undo));
    EXPECT_EQ(value(undone, "AuthCode"), "VOIDED");
    EXPECT_EQ(net(bench), 100);
    EXPECT_NE(bench.get("/sandbox/book?totals=1").find("\"refunded\":0"), std::string::npos);
    Fields again = on_item(refunded, undo);
    again["InvoiceNo"] = "3";
    EXPECT_EQ(outcome(bench.ask(again)), "INV ITEM NUM");
}

TEST(VoiceAuth, IsCapturedUnderThePhonedCodeWhateverTheAmount) {
    Bench bench;
    const Fields voice = sale_fields({{"TranCode", "VoiceAuth"}, {"AuthCode", "A1B2C3"}, {"Purchase", "2.57"}});
    const auto approved = bench.ask(voice);
    EXPECT_EQ(value(approved, "TextResponse"), "AP");
    EXPECT_EQ(value(approved, "AuthCode"), "A1B2C3");
    EXPECT_EQ(value(approved, "CaptureStatus"), "Captured");
    EXPECT_EQ(net(bench), 257);
    EXPECT_EQ(outcome(bench.ask(on_item(approved, {{"TranCode", "VoidSale"}, {"Purchase", "2.57"}}))), "AP");
    Fields without = voice;
    without.erase("AuthCode");
    EXPECT_EQ(outcome(bench.ask(without)), "100206");
}

TEST(ZeroAuth, ChecksACardForNothing) {
    Bench bench;
    for (const char* amount : {"0.00", ""}) {
        const auto reply = bench.ask(sale_fields({{"TranCode", "ZeroAuth"}, {"Purchase", amount}, {"InvoiceNo", "z"},
                                                  {"AVS", "<Address>123 Main Street</Address><Zip>45209</Zip>"}}));
        EXPECT_EQ(value(reply, "CmdStatus"), "Approved");
        EXPECT_EQ(value(reply, "CaptureStatus"), "Not Captured");
        EXPECT_EQ(value(reply, "AVSResult"), "Y");
        EXPECT_EQ(value(reply, "Authorize"), "0.00");
    }
    EXPECT_EQ(outcome(bench.ask(sale_fields({{"TranCode", "ZeroAuth"}}))), "100211") << "for 1.00";
    EXPECT_EQ(outcome(bench.ask(sale_fields({{"Purchase", "0.00"}}))), "100211") << "a sale";
    EXPECT_EQ(bench.sandbox.book().open_batch("595901").items(), 0);
}

const Fields asks{{"RecordNo", "RecordNumberRequested"}};
std::string record_of(Bench& bench, const Fields& changes = {}) {
    Fields fields = sale_fields(asks);
    for (const auto& [name, text] : changes) fields[name] = text;
    return value(bench.ask(fields), "RecordNo");
}

TEST(Records, StandForACardInEveryVerb) {
    Bench bench;
    const std::string record = record_of(bench);
    EXPECT_EQ(record.size(), 56u);
    const auto pay = [&](Fields fields, const std::string& invoice) {
        fields["InvoiceNo"] = invoice;
        return bench.ask(by_record(fields, record));
    };
    const auto sold = pay(sale_fields(), "2");
    EXPECT_EQ(outcome(sold), "AP");
    EXPECT_EQ(value(sold, "TranCode"), "Sale");
    EXPECT_EQ(value(sold, "AcctNo"), "400300XXXXXX6781");
    EXPECT_EQ(value(sold, "CardType"), "VISA");
    EXPECT_EQ(outcome(pay(on_item(sold, {{"TranCode", "Adjust"}, {"Gratuity", "0.10"}}), "2")), "AP");
    EXPECT_EQ(outcome(pay(on_item(sold, {{"TranCode", "VoidSale"}, {"Purchase", "1.10"}}), "2")), "AP");
    const auto held = pay(hold_fields(), "3");
    EXPECT_EQ(outcome(pay(reversal_of(held, {{"TranCode", "PreAuthCapture"}, {"Authorize", "1.00"}}), "3")), "AP");
    EXPECT_EQ(outcome(pay(reversal_of(held, {{"TranCode", "VoidSale"}}), "3")), "REVERSED");
    const auto refunded = pay(sale_fields({{"TranCode", "Return"}}), "4");
    EXPECT_EQ(outcome(pay(on_item(refunded, {{"TranCode", "VoidReturn"}}), "4")), "AP");
    EXPECT_EQ(outcome(pay(sale_fields({{"TranCode", "VoiceAuth"}, {"AuthCode", "X"}}), "5")), "AP");
    EXPECT_EQ(outcome(pay(sale_fields({{"TranCode", "ZeroAuth"}, {"Purchase", "0.00"}}), "6")), "AP");
    EXPECT_EQ(outcome(pay(sale_fields({{"Purchase", "2.57"}}), "7")), "DECLINE");
}
TEST(Records, AreNewAtEachUseAndTheSameInARepeat) {
    Bench bench;
    const std::string first = record_of(bench);
    EXPECT_EQ(record_of(bench), first) << "the repeat of what gave it";
    const Fields use = by_record(sale_fields({{"InvoiceNo", "2"}}), first);
    const std::string second = value(bench.ask(use), "RecordNo");
    EXPECT_NE(second, first);
    EXPECT_EQ(value(bench.ask(use), "RecordNo"), second);
    for (const std::string& record : {first, second})
        EXPECT_EQ(outcome(bench.ask(by_record(sale_fields({{"InvoiceNo", record.substr(0, 8)}}), record))), "AP");
    Settings settings = default_settings();
    settings.used_records_stay = false;
    Bench strict{settings};
    const std::string once = record_of(strict);
    const Fields used = by_record(sale_fields({{"InvoiceNo", "2"}}), once);
    EXPECT_EQ(outcome(strict.ask(by_record(sale_fields({{"InvoiceNo", "3"}, {"Purchase", "2.57"}}), once))), "DECLINE");
    EXPECT_EQ(outcome(strict.ask(used)), "AP") << "a decline uses nothing up";
    EXPECT_EQ(outcome(strict.ask(used)), "AP*");
    EXPECT_EQ(outcome(strict.ask(by_record(sale_fields({{"InvoiceNo", "4"}}), once))), "004014");
}
TEST(Records, ComeWithAnApprovalAndBelongToTheirMerchant) {
    Bench bench;
    EXPECT_EQ(record_of(bench, {{"Purchase", "2.57"}, {"InvoiceNo", "no"}}), "(none)");
    EXPECT_EQ(record_of(bench, {{"RecordNo", ""}, {"InvoiceNo", "unasked"}}), "(none)");
    const std::string record = record_of(bench);
    const Fields foreign = by_record(sale_fields({{"MerchantID", "494901"}}), record);
    EXPECT_EQ(outcome(bench.ask(foreign)), "004014");
    EXPECT_EQ(outcome(bench.ask(by_record(sale_fields(), "unknown"))), "004014");
    EXPECT_EQ(outcome(bench.ask(by_record(sale_fields(), ""))), "100231");
    EXPECT_EQ(outcome(bench.ask(by_record(sale_fields(), "RecordNumberRequested"))), "100231");
}
TEST(Records, ComeWithoutMoneyFromACardLookup) {
    Bench bench;
    const Fields look{{"TranType", "CardLookup"}, {"MerchantID", "595901"}, {"AcctNo", "4003000123456781"},
                      {"ExpDate", "1230"}, {"RecordNo", "RecordNumberRequested"}, {"Frequency", "Recurring"}};
    const auto reply = bench.ask(look);
    EXPECT_EQ(value(reply, "CmdStatus"), "Success") << reply;
    EXPECT_EQ(outcome(bench.ask(by_record(sale_fields(), value(reply, "RecordNo")))), "AP");
    Fields without = look;
    without.erase("RecordNo");
    EXPECT_EQ(outcome(bench.ask(without)), "100231");
}
struct LifeCase {
    std::string name, frequency;
    int days;
};
class RecordLives : public testing::TestWithParam<LifeCase> {};
TEST_P(RecordLives, CountFromTheLastUse) {
    const auto& [name, frequency, days] = GetParam();
    Bench bench;
    const std::string record = record_of(bench, {{"Frequency", frequency}});
    const auto use = [&](const char* invoice) {
        return outcome(bench.ask(by_record(sale_fields({{"InvoiceNo", invoice}}), record)));
    };
    advance_days(bench, days - 1);
    EXPECT_EQ(use("a"), "AP");
    advance_days(bench, days - 1);
    EXPECT_EQ(use("b"), "AP") << "its use extended it";
    advance_days(bench, days);
    EXPECT_EQ(use("c"), "004014");
}
INSTANTIATE_TEST_SUITE_P(Table, RecordLives, testing::Values(
    LifeCase{"one_time", "OneTime", 183}, LifeCase{"recurring", "Recurring", 730}, LifeCase{"unnamed", "", 183}),
    [](const auto& test) { return test.param.name; });
TEST(Records, OutliveTheProcess) {
    const std::string path = (std::filesystem::temp_directory_path() / ("records-" + std::to_string(::getpid()))).string();
    std::string record;
    for (const char* invoice : {"1", "2"}) {
        postern::test::ManualClock clock;
        postern::test::SeededRandom random{static_cast<std::uint64_t>(invoice[0])};
        Sandbox sandbox{default_settings(), *Book::open(path), clock, random, {}};
        Fields fields = sale_fields({{"InvoiceNo", invoice}, {"RecordNo", "RecordNumberRequested"}});
        if (!record.empty()) fields = by_record(fields, record, {{"InvoiceNo", invoice}});
        const auto request = postern::test::http_request("POST", "/ws/ws.asmx", {}, test::in_cdata(fields));
        const auto exchange = sandbox.handle(request);
        EXPECT_EQ(outcome(std::string(exchange.response.body.view())), "AP");
        record = value(exchange.response.body.view(), "RecordNo");
    }
    std::filesystem::remove(path);
}

TEST(Holds, AreLetGoByAReversalOrTheirAgeNotByAVoid) {
    Bench bench;
    const auto first = bench.ask(sale_fields({{"InvoiceNo", "1"}}));
    const auto second = bench.ask(sale_fields({{"InvoiceNo", "2"}}));
    const auto third = bench.ask(hold_fields({{"InvoiceNo", "3"}}));
    bench.ask(on_item(first, {{"InvoiceNo", "1"}, {"TranCode", "VoidSale"}}));
    EXPECT_EQ(of_charge(bench, 0, "held"), 100) << "voided in the batch";
    bench.ask(reversal_of(second, {{"InvoiceNo", "2"}, {"TranCode", "VoidSale"}}));
    EXPECT_EQ(of_charge(bench, 1, "held"), 0) << "reversed";
    advance_days(bench, 6);
    EXPECT_EQ(of_charge(bench, 0, "held"), 100);
    EXPECT_EQ(of_charge(bench, 2, "held"), 100);
    advance_days(bench, 1);
    EXPECT_EQ(of_charge(bench, 0, "held"), 0);
    EXPECT_EQ(of_charge(bench, 2, "held"), 0);
}
TEST(Holds, EndWhereTheMoneyWasTaken) {
    Bench bench;
    bench.ask(sale_fields({{"InvoiceNo", "1"}}));
    const auto held = bench.ask(hold_fields({{"InvoiceNo", "2"}}));
    bench.ask(reversal_of(held, {{"InvoiceNo", "2"}, {"TranCode", "PreAuthCapture"}, {"Authorize", "1.00"},
                                 {"Purchase", "0.30"}}));
    EXPECT_EQ(of_charge(bench, 0, "held"), 100);
    EXPECT_EQ(of_charge(bench, 1, "held"), 100);
    advance_days(bench, 1);
    EXPECT_EQ(of_charge(bench, 0, "held"), 0) << "settled";
    EXPECT_EQ(of_charge(bench, 1, "held"), 70) << "the rest of the hold";
}
TEST(Holds, LeaveLessOnACardThatHasALimit) {
    Settings settings = default_settings();
    settings.card_limit_minor = 250;
    Bench bench{settings};
    const auto first = bench.ask(sale_fields({{"InvoiceNo", "1"}, {"Purchase", "1.50"}}));
    EXPECT_EQ(outcome(bench.ask(sale_fields({{"InvoiceNo", "2"}, {"Purchase", "1.01"}}))), "DECLINE");
    EXPECT_EQ(outcome(bench.ask(sale_fields({{"InvoiceNo", "3"}, {"AcctNo", "5499990123456781"}}))), "AP");
    bench.ask(reversal_of(first, {{"InvoiceNo", "1"}, {"Purchase", "1.50"}, {"TranCode", "VoidSale"}}));
    EXPECT_EQ(outcome(bench.ask(sale_fields({{"InvoiceNo", "4"}, {"Purchase", "2.50"}}))), "AP");
}

}  // namespace
}  // namespace postern::mercury::sandbox
