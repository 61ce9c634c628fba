#include "processors/mercury/sandbox/batch.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/processors/mercury/sandbox/soap_message.hpp"

namespace postern::mercury::sandbox {
namespace {

using namespace std::chrono_literals;
using test::Bench;
using test::Fields;
using test::sale_fields;
using test::value;

struct CloseCase {
    std::string name, after, next;
};
class NextClose : public testing::TestWithParam<CloseCase> {};
TEST_P(NextClose, IsFourInTheMorningOfTheWallClock) {
    EXPECT_EQ(to_rfc3339(next_close(*parse_rfc3339(GetParam().after), {})).substr(0, 19) + "Z", GetParam().next);
}
INSTANTIATE_TEST_SUITE_P(Table, NextClose, testing::Values(
    CloseCase{"winter", "2026-11-25T12:00:00Z", "2026-11-26T09:00:00Z"},
    CloseCase{"summer", "2026-07-01T12:00:00Z", "2026-07-02T08:00:00Z"},
    CloseCase{"just_before", "2026-11-25T08:59:59.999999Z", "2026-11-25T09:00:00Z"},
    CloseCase{"at_it", "2026-11-25T09:00:00Z", "2026-11-26T09:00:00Z"},
    CloseCase{"clock_goes_forward", "2026-03-08T05:30:00Z", "2026-03-08T08:00:00Z"},
    CloseCase{"clock_goes_back", "2026-11-01T05:30:00Z", "2026-11-01T09:00:00Z"}),
    [](const auto& test) { return test.param.name; });

TEST(NextClose, ReadsATimeOfDay) {
    EXPECT_EQ(parse_closing_time("23:59")->minutes, 23 * 60 + 59);
    for (const char* text : {"24:00", "4:00", "04:60", "04-00", "", "ab:cd"}) EXPECT_FALSE(parse_closing_time(text)) << text;
}

struct InstantCase {
    std::string name, text, same;  // as it is shown again; empty: refused
};
class Rfc3339 : public testing::TestWithParam<InstantCase> {};
TEST_P(Rfc3339, IsReadStrictly) {
    const auto at = parse_rfc3339(GetParam().text);
    EXPECT_EQ(at ? to_rfc3339(*at) : "", GetParam().same);
}
INSTANTIATE_TEST_SUITE_P(Table, Rfc3339, testing::Values(
    InstantCase{"whole", "2026-11-25T03:56:29Z", "2026-11-25T03:56:29.000000Z"},
    InstantCase{"fraction", "2026-11-25T03:56:29.5Z", "2026-11-25T03:56:29.500000Z"},
    InstantCase{"zone", "2026-11-25T03:56:29+01:00", ""}, InstantCase{"day", "2026-02-29T00:00:00Z", ""},
    InstantCase{"hour", "2026-11-25T24:00:00Z", ""}, InstantCase{"point", "2026-11-25T03:56:29.Z", ""},
    InstantCase{"minus", "2026-11-25T03:56:29.-1Z", ""}, InstantCase{"empty", "", ""}),
    [](const auto& test) { return test.param.name; });

std::string admin(Bench& bench, std::string_view code, const Fields& figures = {}, std::string_view password = "xyz") {
    std::string out = "<TStream><Admin><MerchantID>595901</MerchantID><TranCode>" + std::string(code) + "</TranCode>";
    for (const auto& [name, text] : figures) out += "<" + name + ">" + text + "</" + name + ">";
    const auto body = test::envelope("CreditTransaction", "<tran><![CDATA[" + out + "</Admin></TStream>]]></tran><pw>" +
                                                              std::string(password) + "</pw>");
    return std::string(bench.post("/ws/ws.asmx", body).response.body.view());
}
Fields figures(const std::string& summary) {
    Fields out;
    for (const char* name : {"BatchNo", "BatchItemCount", "NetBatchTotal", "CreditPurchaseCount", "CreditPurchaseAmount",
                             "CreditReturnCount", "CreditReturnAmount", "DebitPurchaseCount", "DebitPurchaseAmount",
                             "DebitReturnCount", "DebitReturnAmount"})
        out[name] = value(summary, name);
    return out;
}
std::string close(Bench& bench) { return admin(bench, "BatchClose", figures(admin(bench, "BatchSummary"))); }

Fields with_references(const std::string& reply, const Fields& changes) {
    Fields fields = sale_fields(changes);
    for (const char* name : {"RefNo", "AuthCode", "AcqRefData", "ProcessData"}) fields[name] = value(reply, name);
    return fields;
}

TEST(Batch, HoldsWhatStands) {
    Bench bench;
    EXPECT_EQ(value(admin(bench, "BatchSummary"), "BatchItemCount"), "0");
    bench.ask(sale_fields());
    bench.ask(sale_fields());  // a repeat
    bench.ask(sale_fields({{"InvoiceNo", "2"}, {"Purchase", "2.57"}}));  // declined
    const auto held = bench.ask(sale_fields({{"InvoiceNo", "3"}, {"TranCode", "PreAuth"}, {"Authorize", "1.00"}}));
    EXPECT_EQ(value(admin(bench, "BatchSummary"), "BatchItemCount"), "1") << "a hold is none";
    bench.ask(with_references(held, {{"InvoiceNo", "3"}, {"TranCode", "PreAuthCapture"}, {"Authorize", "1.00"},
                                     {"Purchase", "3.00"}}));
    bench.ask(sale_fields({{"InvoiceNo", "4"}, {"TranCode", "Return"}, {"Purchase", "10.50"}}));
    bench.ask(sale_fields({{"InvoiceNo", "5"}, {"MerchantID", "494901"}}));  // another's
    const auto voided = bench.ask(sale_fields({{"InvoiceNo", "6"}}));
    bench.ask(with_references(voided, {{"InvoiceNo", "6"}, {"TranCode", "VoidSale"}}));
    const std::string summary = admin(bench, "BatchSummary");
    EXPECT_EQ(value(summary, "CmdStatus"), "Success");
    EXPECT_EQ(figures(summary), (Fields{{"BatchNo", "0001"}, {"BatchItemCount", "3"}, {"NetBatchTotal", "-6.50"},
                                        {"CreditPurchaseCount", "2"}, {"CreditPurchaseAmount", "4.00"},
                                        {"CreditReturnCount", "1"}, {"CreditReturnAmount", "10.50"},
                                        {"DebitPurchaseCount", "0"}, {"DebitPurchaseAmount", "0.00"},
                                        {"DebitReturnCount", "0"}, {"DebitReturnAmount", "0.00"}}));
}
TEST(Batch, LosesAHoldThatIsReversedWithItsCaptures) {
    Bench bench;
    const auto held = bench.ask(sale_fields({{"TranCode", "PreAuth"}, {"Authorize", "1.00"}}));
    for (const char* amount : {"0.40", "0.50"})
        bench.ask(with_references(held, {{"TranCode", "PreAuthCapture"}, {"Authorize", "1.00"}, {"Purchase", amount}}));
    EXPECT_EQ(value(admin(bench, "BatchSummary"), "NetBatchTotal"), "0.90");
    EXPECT_EQ(value(bench.ask(with_references(held, {{"TranCode", "VoidSale"}})), "TextResponse"), "REVERSED");
    EXPECT_EQ(value(admin(bench, "BatchSummary"), "BatchItemCount"), "0");
}

struct RefusedCloseCase {
    std::string name;
    Fields changes;
    std::string code;
};
class RefusedCloses : public testing::TestWithParam<RefusedCloseCase> {};
TEST_P(RefusedCloses, LeaveTheBatchOpen) {
    Bench bench;
    bench.ask(sale_fields());
    Fields given = figures(admin(bench, "BatchSummary"));
    for (const auto& [name, text] : GetParam().changes) given[name] = text;
    const std::string reply = admin(bench, "BatchClose", given);
    EXPECT_EQ(value(reply, "CmdStatus"), "Error");
    EXPECT_EQ(value(reply, "DSIXReturnCode"), GetParam().code);
    EXPECT_EQ(value(reply, "BatchNo"), "(none)");
    EXPECT_EQ(value(admin(bench, "BatchSummary"), "BatchItemCount"), "1");
    EXPECT_EQ(value(close(bench), "CmdStatus"), "Success");
    EXPECT_EQ(value(admin(bench, "BatchSummary"), "BatchNo"), "0002");
}
INSTANTIATE_TEST_SUITE_P(Table, RefusedCloses, testing::Values(
    RefusedCloseCase{"net", {{"NetBatchTotal", "1.01"}}, "001003"},
    RefusedCloseCase{"count", {{"BatchItemCount", "2"}}, "100223"},
    RefusedCloseCase{"number", {{"BatchNo", "0002"}}, "100222"},
    RefusedCloseCase{"purchases", {{"CreditPurchaseAmount", "0.99"}}, "001003"},
    RefusedCloseCase{"returns", {{"CreditReturnCount", "1"}}, "001003"},
    RefusedCloseCase{"debit", {{"DebitPurchaseAmount", "1.00"}}, "001003"},
    RefusedCloseCase{"nothing_said", {{"NetBatchTotal", ""}}, "001004"}),
    [](const auto& test) { return test.param.name; });

TEST(Batch, ClosesByNumberCountAndNetAloneUnlessToldOtherwise) {
    const Fields three{{"BatchNo", "0001"}, {"BatchItemCount", "1"}, {"NetBatchTotal", "1.00"}};
    Bench bench;
    bench.ask(sale_fields());
    EXPECT_EQ(value(admin(bench, "BatchClose", three), "CreditPurchaseAmount"), "1.00");
    Settings settings = default_settings();
    settings.close_wants_every_figure = true;
    Bench strict{settings};
    strict.ask(sale_fields());
    EXPECT_EQ(value(admin(strict, "BatchClose", three), "DSIXReturnCode"), "001004");
}
TEST(Batch, KnowsItsMerchant) {
    Bench bench;
    EXPECT_EQ(value(admin(bench, "BatchSummary", {}, "wrong"), "DSIXReturnCode"), "009999");
    EXPECT_EQ(value(admin(bench, "ServerVersion"), "DSIXReturnCode"), "100219");
}

TEST(ClosedBatch, TakesVoidsAndReversalsNoMoreButReturnsAndCaptures) {
    Bench bench;
    const auto sold = bench.ask(sale_fields());
    const auto held = bench.ask(sale_fields({{"InvoiceNo", "2"}, {"TranCode", "PreAuth"}, {"Authorize", "1.00"}}));
    const auto other = bench.ask(sale_fields({{"InvoiceNo", "3"}, {"TranCode", "PreAuth"}, {"Authorize", "1.00"}}));
    const Fields capture = with_references(held, {{"InvoiceNo", "2"}, {"TranCode", "PreAuthCapture"}, {"Authorize", "1.00"},
                                                  {"Purchase", "0.60"}});
    bench.ask(capture);
    EXPECT_EQ(value(close(bench), "NetBatchTotal"), "1.60");
    Fields plain = with_references(sold, {{"TranCode", "VoidSale"}});
    EXPECT_EQ(value(bench.ask(plain), "TextResponse"), "NO TRAN FOUND") << "a reversal";
    plain.erase("AcqRefData");
    plain.erase("ProcessData");
    EXPECT_EQ(value(bench.ask(plain), "TextResponse"), "INV ITEM NUM") << "a void";
    const Fields undo_held = with_references(held, {{"InvoiceNo", "2"}, {"TranCode", "VoidSale"}});
    EXPECT_EQ(value(bench.ask(undo_held), "TextResponse"), "NO TRAN FOUND") << "a hold with a capture in it";
    const Fields undo_other = with_references(other, {{"InvoiceNo", "3"}, {"TranCode", "VoidSale"}});
    EXPECT_EQ(value(bench.ask(undo_other), "TextResponse"), "REVERSED") << "a hold without";
    EXPECT_EQ(value(bench.ask(sale_fields({{"InvoiceNo", "4"}, {"TranCode", "Return"}})), "TextResponse"), "AP");
    EXPECT_EQ(value(admin(bench, "BatchSummary"), "NetBatchTotal"), "-1.00") << "of the next batch";
}
TEST(ClosedBatch, EndsDuplicatesUnlessToldOtherwise) {
    for (const bool ends : {true, false}) {
        Settings settings = default_settings();
        settings.duplicates_end_with_batch = ends;
        Bench bench{settings};
        bench.ask(sale_fields());
        close(bench);
        EXPECT_EQ(value(bench.ask(sale_fields()), "TextResponse"), ends ? "AP" : "AP*");
        EXPECT_EQ(value(bench.ask(sale_fields()), "TextResponse"), "AP*");
    }
}

void set_clock(Bench& bench, std::string_view to) {
    const auto exchange = bench.post("/sandbox/clock", R"({"set":")" + std::string(to) + R"("})");
    ASSERT_EQ(exchange.response.status, 200) << exchange.response.body.view();
}

TEST(SandboxClock, ClosesAtFourInTheMorning) {
    Bench bench;
    set_clock(bench, "2030-11-25T12:00:00Z");
    bench.ask(sale_fields());
    set_clock(bench, "2030-11-26T08:59:59Z");
    EXPECT_EQ(value(admin(bench, "BatchSummary"), "BatchNo"), "0001");
    set_clock(bench, "2030-11-28T12:00:00Z");
    EXPECT_EQ(value(admin(bench, "BatchSummary"), "BatchNo"), "0002");
    const std::string book = bench.get("/sandbox/book");
    EXPECT_NE(book.find(R"("number":1,"at":"2030-11-26T09:00:00.000000Z","net":100,"by":"time"})"), book.npos) << book;
    EXPECT_EQ(book.find(R"("by":"time"},{)"), book.npos) << "an empty one is not closed";
    EXPECT_NE(book.find(R"("requests":1,)"), book.npos) << "what the time does is no request";
}
TEST(SandboxClock, ClosesByHandAloneWhenTold) {
    Settings settings = default_settings();
    settings.closes_at.reset();
    Bench bench{settings};
    bench.ask(sale_fields());
    bench.post("/sandbox/clock", R"({"advance_s":1000000})");
    EXPECT_EQ(value(admin(bench, "BatchSummary"), "BatchItemCount"), "1");
}
TEST(SandboxClock, GoesForwardOnlyAndBackWithAReset) {
    Bench bench;
    const std::string before = bench.get("/sandbox/clock");
    EXPECT_NE(before.find("\"ahead_s\":0}"), before.npos);
    bench.post("/sandbox/clock", R"({"advance_s":90})");
    bench.post("/sandbox/clock", R"({"advance_s":10})");
    EXPECT_NE(bench.get("/sandbox/clock").find("\"ahead_s\":100}"), before.npos);
    for (const char* body : {"", "{}", R"({"advance_s":-1})", R"({"advance_s":"1"})", R"({"set":"1999-01-01T00:00:00Z"})",
                             R"({"set":"tomorrow"})"})
        EXPECT_EQ(bench.post("/sandbox/clock", body).response.status, 400) << body;
    bench.post("/sandbox/reset", "");
    EXPECT_EQ(bench.get("/sandbox/clock"), before);
}
TEST(SandboxClock, AndBatchesOutliveTheProcess) {
    const std::string path = (std::filesystem::temp_directory_path() / ("clock-" + std::to_string(::getpid()))).string();
    const auto at_the_end = [&](auto&& use) {
        postern::test::ManualClock clock;
        postern::test::SeededRandom random;
        Sandbox sandbox{default_settings(), *Book::open(path), clock, random, {}};
        const auto call = [&](std::string_view method, std::string_view target, std::string_view body) {
            const auto request = postern::test::http_request(std::string(method), target, {}, body);
            return std::string(sandbox.handle(request).response.body.view());
        };
        use(call);
    };
    at_the_end([](auto& call) {
        call("POST", "/ws/ws.asmx", test::in_cdata(sale_fields()));
        call("POST", "/sandbox/clock", R"({"advance_s":90000})");
        call("POST", "/ws/ws.asmx", test::in_cdata(sale_fields({{"InvoiceNo", "2"}})));
    });
    at_the_end([](auto& call) {
        EXPECT_NE(call("GET", "/sandbox/clock", "").find("\"ahead_s\":90000}"), std::string::npos);
        const std::string book = call("GET", "/sandbox/book", "");
        EXPECT_NE(book.find(R"("open":[{"merchant":"595901","number":2,"items":1,)"), book.npos) << book;
        call("POST", "/sandbox/clock", R"({"advance_s":90000})");
        EXPECT_NE(call("GET", "/sandbox/book", "").find(R"("number":3,"items":0)"), std::string::npos)
            << "the close of a batch that was read back";
    });
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace postern::mercury::sandbox
