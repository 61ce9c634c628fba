#include "processors/mercury/sandbox/sandbox.hpp"

#include <gtest/gtest.h>

#include "processors/mercury/sandbox/reply.hpp"
#include "tests/processors/mercury/sandbox/soap_message.hpp"

namespace postern::mercury::sandbox {
namespace {

using namespace std::chrono_literals;
using test::Bench;
using test::sale_fields;
using test::value;

struct ShapeCase {
    std::string name, body;
};
class Shapes : public testing::TestWithParam<ShapeCase> {};
TEST_P(Shapes, AreAllTaken) {
    Bench bench;
    const auto exchange = bench.post("/ws/ws.asmx", GetParam().body);
    EXPECT_EQ(value(exchange.response.body.view(), "TextResponse"), "AP") << exchange.response.body.view();
}
const std::string flat = test::tstream(sale_fields());
const std::string nested =
    "<?xml version=\"1.0\" encoding=\"US-ASCII\"?>\r\n<TStream>\r\n\t<Transaction><Account><ExpDate>1230</ExpDate>"
    "<AcctNo>4003000123456781</AcctNo></Account><Amount><Purchase>1.00</Purchase></Amount><RefNo>1</RefNo>"
    "<InvoiceNo>a</InvoiceNo><TransInfo/><TranCode>Sale</TranCode><TranType>Credit</TranType>"
    "<MerchantID>62589006=TEST</MerchantID></Transaction></TStream>";
std::string call(std::string_view tran, std::string_view more = "<pw>xyz</pw>") {
    return test::envelope("CreditTransaction", "<tran>" + std::string(tran) + "</tran>" + std::string(more));
}
INSTANTIATE_TEST_SUITE_P(Table, Shapes, testing::Values(
    ShapeCase{"cdata", test::in_cdata(sale_fields())}, ShapeCase{"escaped", call(escaped(flat))},
    ShapeCase{"nested_with_prolog", call(escaped(nested))},
    ShapeCase{"password_first", test::envelope("CreditTransaction", "<pw>xyz</pw><tran>" + escaped(flat) + "</tran>")}),
    [](const auto& test) { return test.param.name; });

TEST(Sandbox, AnswersWhatIsNoSoapWithAFault) {
    Bench bench;
    for (const char* body : {"", "nonsense", "<a/>", "<!DOCTYPE a><a/>"}) {
        const auto exchange = bench.post("/ws/ws.asmx", body);
        EXPECT_EQ(exchange.response.status, 500);
        EXPECT_NE(exchange.response.body.view().find("faultstring"), std::string::npos);
    }
    EXPECT_EQ(value(bench.post("/ws/ws.asmx", call("no xml")).response.body.view(), "DSIXReturnCode"), "003050");
    EXPECT_EQ(bench.post("/other", "").response.status, 404);
}

TEST(Sandbox, CountsWhatCameAndWhatItEchoed) {
    Bench bench;
    bench.post("/sandbox/faults", R"({"kind":"echo_card","form":"hex"})");
    bench.ask(sale_fields());
    bench.post("/ws/ws.asmx", "nonsense");
    bench.look_up("inv.1");
    const auto received = bench.get("/sandbox/received");
    EXPECT_NE(received.find(R"("messages":3,"echoes":{"hex":1})"), received.npos) << received;
    EXPECT_NE(received.find(R"("plain")"), received.npos) << "the forms that may be asked for";
}

TEST(Sandbox, ServesAWsdlThatIsXml) {
    Bench bench;
    EXPECT_NE(bench.get("/ws/ws.asmx?wsdl").find("soapAction=\"http://www.mercurypay.com/CTranDetail\""),
              std::string::npos);
}

struct FaultCase {
    std::string kind;
    int status;
    bool is_booked;
    std::chrono::milliseconds delay;
};
class FaultAnswers : public testing::TestWithParam<FaultCase> {};
TEST_P(FaultAnswers, DamageTheAnswerNotTheBook) {
    Bench bench;
    bench.post("/sandbox/faults", R"({"kind":")" + GetParam().kind + R"("})");
    const auto exchange = bench.post("/ws/ws.asmx", test::in_cdata(sale_fields()));
    EXPECT_EQ(exchange.response.status, GetParam().status);
    EXPECT_EQ(exchange.delay, GetParam().delay);
    EXPECT_EQ(bench.sandbox.book().entries().size(), GetParam().is_booked ? 1u : 0u);
    if (GetParam().is_booked) EXPECT_EQ(bench.sandbox.book().at(1).fault, GetParam().kind);
    const std::string again = bench.ask(sale_fields());
    EXPECT_EQ(value(again, "TextResponse"), GetParam().is_booked ? "AP*" : "AP");
}
INSTANTIATE_TEST_SUITE_P(Table, FaultAnswers, testing::Values(
    FaultCase{"lost_answer", net::hang_up, true, 0ms}, FaultCase{"late_answer", 200, true, 3000ms},
    FaultCase{"cut", 200, true, 0ms}, FaultCase{"garbage", 200, true, 0ms}, FaultCase{"empty", 200, true, 0ms},
    FaultCase{"html_500", 500, true, 0ms}, FaultCase{"soap_fault", 500, true, 0ms},
    FaultCase{"silent_server", 200, true, 0ms}, FaultCase{"echo_card", 200, true, 0ms},
    FaultCase{"truncated", 200, true, 0ms}, FaultCase{"slow_drip", 200, true, 0ms},
    FaultCase{"wrong_invoice", 200, true, 0ms}, FaultCase{"two_prologs", 200, true, 0ms},
    FaultCase{"html_200", 200, true, 0ms}, FaultCase{"bad_gateway", 502, true, 0ms},
    FaultCase{"tls_break", 200, true, 0ms}, FaultCase{"oversized", 200, true, 0ms},
    FaultCase{"deep_xml", 200, true, 0ms}, FaultCase{"not_utf8", 200, true, 0ms},
    FaultCase{"refuse", 503, false, 0ms}, FaultCase{"drop_before_booking", net::hang_up, false, 0ms},
    FaultCase{"busy", 200, false, 0ms}),
    [](const auto& test) { return test.param.kind; });

// What only one kind does to its answer.
Exchange struck(Bench& bench, const std::string& fault, const test::Fields& changes = {}) {
    EXPECT_EQ(bench.post("/sandbox/faults", fault).response.status, 201) << fault;
    return bench.post("/ws/ws.asmx", test::in_cdata(sale_fields(changes)));
}
TEST(Damage, OfTheTransfer) {
    Bench bench;
    const auto cut = struck(bench, R"({"kind":"truncated","bytes":300})");
    EXPECT_EQ(cut.response.mishap->bytes_max, 300u);
    EXPECT_EQ(value(cut.response.body.view(), "TextResponse"), "AP") << "what it says it sends is whole";
    EXPECT_TRUE(struck(bench, R"({"kind":"tls_break"})").response.mishap->breaks_tls);
    const auto slow = struck(bench, R"({"kind":"slow_drip","bytes":3,"delay_ms":7})");
    EXPECT_EQ(slow.response.mishap->drip_bytes, 3u);
    EXPECT_EQ(slow.response.mishap->drip_pause, 7ms);
    EXPECT_EQ(slow.delay, 0ms);
}
TEST(Damage, OfTheDocument) {
    Bench bench;
    const auto body = [&](const std::string& fault) {
        return std::string(struck(bench, R"({"kind":")" + fault).response.body.view());
    };
    EXPECT_EQ(value(body(R"(wrong_invoice"})"), "InvoiceNo"), "INV.7");
    EXPECT_NE(body(R"(two_prologs"})").find("?&gt;&lt;?xml"), std::string::npos);
    EXPECT_GT(body(R"(oversized","bytes":1000000})").size(), 1'000'000u);
    EXPECT_EQ(value(body(R"(deep_xml","bytes":3})"), "UserTraceData"), "&lt;a&gt;&lt;a&gt;&lt;a&gt;&lt;/a&gt;&lt;/a&gt;&lt;/a&gt;");
    EXPECT_NE(body(R"(not_utf8"})").find("\xFF\xFE"), std::string::npos);
    EXPECT_NE(body(R"(html_200"})").find("<html>"), std::string::npos);
}
TEST(Damage, OfTheBook) {
    Bench bench;
    struck(bench, R"({"kind":"duplicated"})");
    EXPECT_NE(bench.get("/sandbox/book?totals=1").find("\"charges\":2,\"duplicates\":0"), std::string::npos);
    EXPECT_EQ(value(bench.ask(sale_fields({{"Duplicate", "Override"}})), "TextResponse"), "AP") << "on purpose, by its caller";
}
TEST(LateBooking, IsNotFoundUntilItComes) {
    Bench bench;
    const auto exchange = struck(bench, R"({"kind":"late_booking","delay_ms":900})");
    EXPECT_EQ(exchange.delay, 900ms);
    EXPECT_EQ(value(bench.look_up("inv.1"), "STATUS"), "");
    const auto late = exchange.then();
    EXPECT_EQ(value(late.response.body.view(), "TextResponse"), "AP");
    EXPECT_EQ(late.delay, 0ms);
    EXPECT_EQ(value(bench.look_up("inv.1"), "STATUS"), "Approved");
}
TEST(LateBooking, MayComeAfterTheUndoThatFoundNothing) {
    Bench bench;
    const auto exchange = struck(bench, R"({"kind":"late_booking","until":"undo","tran_code":"Sale"})");
    EXPECT_FALSE(exchange.until());
    const auto undo = sale_fields({{"TranCode", "VoidSale"}, {"AuthCode", "000001"}});
    EXPECT_EQ(value(bench.ask(undo), "TextResponse"), "INV ITEM NUM");
    EXPECT_TRUE(exchange.until());
    EXPECT_EQ(value(exchange.then().response.body.view(), "TextResponse"), "AP") << "a charge that nobody waits for";
}
TEST(LateAnswer, MayComeAfterTheUndo) {
    Bench bench;
    const auto exchange = struck(bench, R"({"kind":"late_answer","until":"undo","tran_code":"Sale"})");
    EXPECT_FALSE(exchange.until());
    const auto& sold = bench.sandbox.book().at(1);
    bench.ask(sale_fields({{"TranCode", "VoidSale"}, {"AuthCode", sold.auth_code}, {"RefNo", sold.ref_no}}));
    EXPECT_TRUE(sold.is_voided);
    EXPECT_TRUE(exchange.until());
}
TEST(Damage, OfALookUpWhereItIsNamed) {
    Bench bench;
    bench.ask(sale_fields());
    bench.post("/sandbox/faults", R"({"kind":"html_500","tran_code":"CTranDetail"})");
    bench.post("/sandbox/faults", R"({"kind":"lost_answer"})");
    EXPECT_EQ(bench.post("/ws/ws.asmx", test::inquiry("INV.1")).response.status, 500);
    EXPECT_EQ(value(bench.look_up("INV.1"), "STATUS"), "Approved") << "one without a name is for transactions";
    EXPECT_EQ(bench.post("/ws/ws.asmx", test::in_cdata(sale_fields())).response.status, net::hang_up);
}

TEST(Sandbox, DelaysAsAskedAndOnTheSlowAmount) {
    Bench bench;
    bench.post("/sandbox/faults", R"({"kind":"late_answer","delay_ms":70})");
    EXPECT_EQ(bench.post("/ws/ws.asmx", test::in_cdata(sale_fields())).delay, 70ms);
    EXPECT_EQ(bench.post("/ws/ws.asmx", test::in_cdata(sale_fields({{"Purchase", "24.00"}}))).delay, 10s);
}

TEST(Sandbox, LooksUpByInvoiceInAnyCase) {
    Bench bench;
    bench.ask(sale_fields({{"Purchase", "2.57"}}));
    bench.ask(sale_fields());
    const std::string reply = bench.look_up("INV.1");
    EXPECT_EQ(value(reply, "STATUS"), "Declined") << "the first row";
    EXPECT_NE(reply.find("&lt;STATUS&gt;Approved"), std::string::npos);
    EXPECT_EQ(value(reply, "voided"), "false");
    EXPECT_EQ(value(bench.look_up("other"), "STATUS"), "");
    EXPECT_EQ(bench.post("/ws/ws.asmx", test::inquiry("INV.1", "wrong")).response.status, 500);
}
TEST(Sandbox, ShowsARowLateWhenTold) {
    Settings settings = default_settings();
    settings.row_delay = 5000ms;
    Bench bench{settings};
    bench.ask(sale_fields());
    bench.clock.move(4999ms);
    EXPECT_EQ(value(bench.look_up("inv.1"), "STATUS"), "");
    bench.clock.move(1ms);
    EXPECT_EQ(value(bench.look_up("inv.1"), "STATUS"), "Approved");
}

TEST(Sandbox, NeverShowsAWholeNumberInItsBook) {
    Bench bench;
    bench.ask(sale_fields());
    bench.ask(sale_fields({{"Purchase", "2.57"}}));
    const std::string book = bench.get("/sandbox/book");
    EXPECT_NE(book.find("400300XXXXXX6781"), std::string::npos);
    EXPECT_EQ(book.find("4003000123456781"), std::string::npos);
}
TEST(Sandbox, ShowsFiltersAndForgetsItsBook) {
    Bench bench;
    bench.ask(sale_fields());
    bench.ask(sale_fields({{"InvoiceNo", "second"}}));
    EXPECT_EQ(bench.get("/sandbox/book?invoice=second").find("INV.1"), std::string::npos);
    EXPECT_EQ(bench.get("/sandbox/book?since=1").find("INV.1"), std::string::npos);
    EXPECT_NE(bench.get("/sandbox/book?totals=1").find("\"charges\":2"), std::string::npos);
    EXPECT_NE(bench.get("/sandbox/book?since=x").find("error"), std::string::npos);
    bench.post("/sandbox/faults", R"({"kind":"cut","count":5})");
    bench.post("/sandbox/reset", "");
    EXPECT_NE(bench.get("/sandbox/book?totals=1").find("\"last\":0"), std::string::npos);
    EXPECT_EQ(bench.get("/sandbox/faults"), "[]\n");
    EXPECT_EQ(value(bench.ask(sale_fields()), "TextResponse"), "AP");
}
TEST(Sandbox, TakesItsFaultsBackAndKeepsItsBook) {
    Bench bench;
    bench.ask(sale_fields());
    bench.post("/sandbox/faults", R"({"kind":"cut","rate":1})");
    bench.sandbox.handle(::postern::test::http_request("DELETE", "/sandbox/faults"));
    EXPECT_EQ(bench.get("/sandbox/faults"), "[]\n");
    EXPECT_EQ(value(bench.ask(sale_fields()), "TextResponse"), "AP*");
}
TEST(Sandbox, RefusesAFaultThatItDoesNotKnow) {
    Bench bench;
    EXPECT_EQ(bench.post("/sandbox/faults", R"({"kind":"other"})").response.status, 400);
}

}  // namespace
}  // namespace postern::mercury::sandbox
