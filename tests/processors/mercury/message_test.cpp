#include <gtest/gtest.h>

#include "tests/processors/mercury/message_validator.hpp"
#include "tests/processors/mercury/stories.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using test::fault_of;
using test::Scene;
using vault::AttemptKind;

std::string message_of(const Scene& scene, AttemptKind kind = AttemptKind::send, Switches switches = {}) {
    const auto tree = MercuryAdapter{switches}.plan(kind, scene.history());
    return tree ? test::request_of(*tree) : "error " + std::string(tree.error().code);
}

// Every verb, with and without what a card may come with, each kind of message, each form of an undo.
std::vector<Scene> scenes() {
    std::vector<Scene> out;
    for (const Verb verb : {Verb::authorize, Verb::sale, Verb::capture, Verb::refund, Verb::reverse}) {
        out.push_back(test::scene_of(verb));
        out.push_back(test::scene_of(verb));
        out.back().with_security_code = out.back().with_address = true;
        out.push_back(test::scene_of(verb));
        out.back().operation.requested = test::usd(9'999'999);
        out.push_back(test::scene_of(verb));
        out.back().operation.requested = test::usd(1);
    }
    out.push_back(test::tip_scene());
    out.push_back(test::tip_scene());
    out.back().operation.requested = test::usd(1000);
    out.back().operation.tip = test::usd(0);
    out.push_back(test::scene_of(Verb::capture));
    out.back().operation.requested = test::usd(1500);
    out.back().operation.tip = test::usd(250);
    for (const Verb verb : {Verb::authorize, Verb::sale}) {
        out.push_back(test::swiped(verb));
        out.push_back(test::swiped(verb, true, false));
        out.push_back(test::encrypted(verb));
    }
    for (const Verb verb : {Verb::capture, Verb::refund, Verb::reverse}) out.push_back(test::with_record(test::scene_of(verb)));
    out.push_back(test::undo_of_sale());
    out.push_back(test::undo_of_sale());
    out.back().attempt(AttemptKind::send, vault::Sent{test::decline("NO TRAN FOUND")}, 1);
    out.push_back(test::undo_of_sale());
    out.back().operation.verb = Verb::void_sale;
    out.push_back(test::scene_of(Verb::capture));
    out.back().original->reference.erase("ProcessData");
    return out;
}

TEST(Messages, EveryOneOfTheAdapterIsWellFormedByTheSheet) {
    for (const auto& row : switch_rows()) {
        for (const std::int64_t value : {row.least, row.most}) {
            Switches switches;
            switches.*row.value = value;
            for (const Scene& scene : scenes())
                for (const AttemptKind kind : {AttemptKind::send, AttemptKind::resend, AttemptKind::inquire}) {
                    const std::string message = message_of(scene, kind, switches);
                    EXPECT_EQ(fault_of(message), "") << row.name << "=" << value << "\n" << message;
                }
        }
    }
}

// ---- One fault each: what the validator must see ------------------------------------------------------------------------

constexpr Verb tip = Verb::adjust_tip;

struct FaultCase {
    const char* name;
    Verb verb;
    const char* from;  // in the message as sent; every place of it is changed
    const char* to;
    const char* fault;
    AttemptKind kind = AttemptKind::send;
};
std::string escaped(std::string text, bool is_inner) {
    if (!is_inner) return text;
    return test::escaped_once(text);
}

class OneFault : public testing::TestWithParam<FaultCase> {};
TEST_P(OneFault, IsRefusedByName) {
    const FaultCase& row = GetParam();
    Scene scene = row.verb == tip ? test::tip_scene() : test::scene_of(row.verb);
    scene.with_security_code = scene.with_address = true;
    std::string message = message_of(scene, row.kind);
    ASSERT_EQ(fault_of(message), "");
    const bool is_inner = message.find(row.from) == message.npos;
    const std::string from = escaped(row.from, is_inner), to = escaped(row.to, is_inner);
    const std::size_t at = message.find(from);
    ASSERT_NE(at, message.npos) << message;
    message.replace(at, from.size(), to);
    EXPECT_EQ(fault_of(message), row.fault);
}

constexpr Verb hold = Verb::authorize, sale = Verb::sale, capture = Verb::capture, refund = Verb::refund,
               undo = Verb::reverse;
#define AMOUNT(place) place ": two decimal places, at most 8 characters"
INSTANTIATE_TEST_SUITE_P(Table, OneFault, testing::Values(
    FaultCase{"method", sale, "POST ", "PUT ", "request: POST /ws/ws.asmx"},
    FaultCase{"path", sale, "/ws/ws.asmx", "/ws/ws2.asmx", "request: POST /ws/ws.asmx"},
    FaultCase{"content_type", sale, "text/xml", "application/json", "Content-Type: text/xml"},
    FaultCase{"action_unquoted", sale, "\"http://www.mercurypay.com/CreditTransaction\"",
              "http://www.mercurypay.com/CreditTransaction", "SOAPAction: namespace, slash, operation, in quotes"},
    FaultCase{"action_of_another", sale, "com/CreditTransaction\"", "com/GiftTransaction\"",
              "SOAPAction: namespace, slash, operation, in quotes"},
    FaultCase{"soap_namespace", sale, "schemas.xmlsoap.org", "www.w3.org", "soap:Envelope: SOAP 1.1's namespace"},
    FaultCase{"namespace_with_slash", sale, "xmlns=\"http://www.mercurypay.com\"", "xmlns=\"http://www.mercurypay.com/\"",
              "xmlns: is http://www.mercurypay.com, no slash at its end"},
    FaultCase{"password_missing", sale, "<pw>xyz</pw>", "", "pw: is missing or not in its place"},
    FaultCase{"password_empty", sale, "<pw>xyz</pw>", "<pw></pw>", "pw: is empty"},
    FaultCase{"parameter_too_many", sale, "<pw>xyz</pw>", "<pw>xyz</pw><invoice>1</invoice>",
              "invoice: one parameter too many"},
    FaultCase{"two_children", sale, "</Transaction></TStream>", "</Transaction><Admin></Admin></TStream>",
              "TStream: exactly one child"},
    FaultCase{"stream_attribute", sale, "<TStream>", "<TStream a=\"1\">", "TStream: attributes are not allowed"},
    FaultCase{"element_attribute", sale, "<Memo>", "<Memo a=\"1\">", "Memo: attributes are not allowed"},
    FaultCase{"unknown_element", sale, "<Memo>Postern 0.1</Memo>", "<Note>Postern 0.1</Note>", "Note: no such element"},
    FaultCase{"element_twice", sale, "<TranCode>Sale</TranCode>", "<TranCode>Sale</TranCode><TranCode>Sale</TranCode>",
              "TranCode: stands twice"},
    FaultCase{"out_of_order", sale, "<TranType>Credit</TranType><TranCode>Sale</TranCode>",
              "<TranCode>Sale</TranCode><TranType>Credit</TranType>", "TranType: out of order"},
    FaultCase{"type", sale, "Credit<", "Debit<", "TranType: a type of section 3"},
    FaultCase{"code_unknown", sale, "<TranCode>Sale<", "<TranCode>Charge<", "TranCode: no such code"},
    FaultCase{"invoice_missing", sale, "<InvoiceNo>abcdefghp0000001</InvoiceNo>", "", "InvoiceNo: is missing"},
    FaultCase{"invoice_too_long", sale, "<InvoiceNo>abcdefghp0000001", "<InvoiceNo>abcdefghp00000012",
              "InvoiceNo: 1 to 16 letters, digits or points"},
    FaultCase{"invoice_with_dash", sale, "<InvoiceNo>abcdefgh", "<InvoiceNo>abcdefg-",
              "InvoiceNo: 1 to 16 letters, digits or points"},
    FaultCase{"ref_no_missing", sale, "<RefNo>abcdefghp0000001</RefNo>", "", "RefNo: is missing"},
    FaultCase{"ref_no_of_a_void_not_a_number", undo, "<RefNo>1<", "<RefNo>x1<",
              "RefNo: is the number of the answer, or a filler of digits"},
    FaultCase{"merchant_missing", sale, "<MerchantID>595901</MerchantID>", "", "MerchantID: is missing"},
    FaultCase{"merchant_of_letters", sale, "<MerchantID>595901", "<MerchantID>shop",
              "MerchantID: digits, with a suffix at most, 24 in all"},
    FaultCase{"purchase_missing", refund, "<Amount><Purchase>12.50</Purchase></Amount>", "", "Amount/Purchase: is missing"},
    FaultCase{"purchase_one_place", sale, "<Purchase>12.50", "<Purchase>12.5", AMOUNT("Amount/Purchase")},
    FaultCase{"purchase_in_cents", sale, "<Purchase>12.50", "<Purchase>1250", AMOUNT("Amount/Purchase")},
    FaultCase{"purchase_with_currency", sale, "<Purchase>12.50", "<Purchase>$12.50", AMOUNT("Amount/Purchase")},
    FaultCase{"purchase_too_long", sale, "<Purchase>12.50", "<Purchase>100000.00", AMOUNT("Amount/Purchase")},
    FaultCase{"purchase_of_nothing", sale, "<Purchase>12.50", "<Purchase>0.00", "Amount/Purchase: nothing to move"},
    FaultCase{"authorize_missing", hold, "<Authorize>12.50</Authorize>", "", "Amount/Authorize: is missing"},
    FaultCase{"authorize_differs", hold, "<Authorize>12.50", "<Authorize>12.51",
              "Amount/Authorize: is Purchase in a PreAuth"},
    FaultCase{"authorize_of_a_sale", sale, "</Purchase>", "</Purchase><Authorize>12.50</Authorize>",
              "Amount/Authorize: does not go with this TranCode"},
    FaultCase{"number_too_long", sale, "<AcctNo>4003", "<AcctNo>40034003", "Account/AcctNo: 12 to 19 digits"},
    FaultCase{"expiry_order", sale, "<ExpDate>1230", "<ExpDate>3012", "Account/ExpDate: MMYY"},
    FaultCase{"expiry_missing", sale, "<ExpDate>1230</ExpDate>", "", "Account/ExpDate: is missing"},
    FaultCase{"security_code_too_long", sale, "<CVVData>123", "<CVVData>12345",
              "CVVData: 3 or 4 digits, or None, or Illegible"},
    FaultCase{"security_code_of_a_return", refund, "</Account>", "</Account><CVVData>123</CVVData>",
              "CVVData: does not go with this TranCode"},
    FaultCase{"zip_with_letters", sale, "<Zip>45209", "<Zip>4520O",
              "AVS/Zip: 5 to 9 digits, or Canada's form"},
    FaultCase{"auth_code_missing", capture, "<AuthCode>00012 </AuthCode>", "", "TranInfo/AuthCode: is missing"},
    FaultCase{"auth_code_too_long", capture, "<AuthCode>00012 ", "<AuthCode>00012            ",
              "TranInfo/AuthCode: 1 to 16 characters"},
    FaultCase{"acq_ref_data_missing", capture, "<AcqRefData>KbMCC1  A  </AcqRefData>", "",
              "TranInfo/AcqRefData: is missing"},
    FaultCase{"process_data_of_half_a_reversal", undo, "<ProcessData>|00|210100</ProcessData>", "",
              "TranInfo/ProcessData: a reversal carries both, a void neither"},
    FaultCase{"process_data_form", capture, "<ProcessData>|00|", "<ProcessData>00",
              "TranInfo/ProcessData: pipe, two digits, pipe, data"},
    FaultCase{"other_spelling_of_the_group", capture, "<TranInfo>", "<TransInfo>", "tran: is no XML"},
    FaultCase{"token_without_frequency", sale, "<MerchantID>", "<RecordNo>RecordNumberRequested</RecordNo><MerchantID>",
              "Frequency: goes with RecordNo"},
    FaultCase{"account_missing_by_record", sale, "<TranCode>Sale<", "<TranCode>SaleByRecordNo<", "Frequency: is missing"},
    FaultCase{"tip_missing", tip, "<Gratuity>2.50</Gratuity>", "", "Amount/Gratuity: is missing"},
    FaultCase{"tip_without_its_approval", tip, "<TranInfo><AuthCode>00012 </AuthCode></TranInfo>", "",
              "TranInfo/AuthCode: is missing"},
    FaultCase{"tip_with_the_issuers_data", tip, "</AuthCode>", "</AuthCode><AcqRefData>K</AcqRefData>",
              "TranInfo/AcqRefData: does not go with this TranCode"},
    FaultCase{"tip_of_no_item", tip, "<RefNo>0042", "<RefNo>abc", "RefNo: is the number of the answer, or a filler of digits"},
    FaultCase{"tip_of_a_return", refund, "</Purchase>", "</Purchase><Gratuity>1.00</Gratuity>",
              "Amount/Gratuity: does not go with this TranCode"},
    FaultCase{"tip_in_cents", tip, "<Gratuity>2.50", "<Gratuity>250", AMOUNT("Amount/Gratuity")},
    FaultCase{"inquiry_invoice", sale, "<invoice>abcdefghp0000001", "<invoice>abcdefghp00000012",
              "invoice: 1 to 16 letters, digits or points", AttemptKind::inquire},
    FaultCase{"inquiry_order", sale, "<pw>xyz</pw><invoice>abcdefghp0000001</invoice>",
              "<invoice>abcdefghp0000001</invoice><pw>xyz</pw>", "pw: is missing or not in its place",
              AttemptKind::inquire}),
    [](const auto& test) { return test.param.name; });
#undef AMOUNT

}  // namespace
}  // namespace postern::mercury
