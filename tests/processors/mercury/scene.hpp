#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "processors/mercury/adapter.hpp"
#include "tests/support/sample_payment.hpp"

namespace postern::mercury::test {

using ::postern::test::at_second;
using ::postern::test::usd;

// One operation with everything around it that an adapter may look at; seconds count from its creation.
struct Scene {
    domain::Payment payment = ::postern::test::sample_payment();
    domain::Operation operation = ::postern::test::sample_operation();
    std::optional<domain::Operation> original;
    std::vector<processors::Attempt> attempts;
    int now_s = 0;
    bool with_security_code = false, with_address = false;  // address: with name and postal code
    bool with_track1 = false, with_track2 = false, with_block = false;
    vault::CardEntry entry = vault::CardEntry::keyed;

    processors::History history() const {
        return {operation, payment, original ? &*original : nullptr, attempts, at_second(now_s),
                with_security_code, with_address, with_address, with_address,
                with_track1, with_track2, with_block, entry};
    }
    Scene& attempt(vault::AttemptKind kind, vault::Verdict verdict, int second) {
        attempts.push_back({static_cast<std::int32_t>(attempts.size() + 1), kind, std::move(verdict), at_second(second)});
        operation.attempts = static_cast<std::int32_t>(attempts.size());
        now_s = second;
        return *this;
    }
};

inline constexpr std::string_view invoice = "abcdefghp0000001";
inline constexpr std::string_view original_invoice = "abcdefghp0000002";

inline domain::ProcessorReference full_reference() {
    return {{"AuthCode", "00012 "}, {"RefNo", "0042"}, {"AcqRefData", "KbMCC1  A  "}, {"ProcessData", "|00|210100"}};
}

inline Scene scene_of(domain::Verb verb) {
    Scene scene;
    scene.operation.verb = verb;
    scene.operation.status = domain::OperationStatus::prepared;
    scene.operation.approved.reset();
    scene.operation.reference.clear();
    if (verb == domain::Verb::authorize || verb == domain::Verb::sale || verb == domain::Verb::refund) return scene;
    scene.original = ::postern::test::sample_operation();
    scene.original->processor_identity = original_invoice;
    scene.original->reference = full_reference();
    return scene;
}
// A tip of 2.50 for a sale of 10.00.
inline Scene tip_scene() {
    Scene scene = scene_of(domain::Verb::adjust_tip);
    scene.original->verb = domain::Verb::sale;
    scene.original->approved = scene.original->requested = usd(1000);
    scene.operation.tip = usd(250);
    scene.payment.captured = usd(1000);
    return scene;
}
// A charge of a card that was swiped (with both tracks, or one) or came encrypted.
inline Scene swiped(domain::Verb verb, bool with_track1 = true, bool with_track2 = true) {
    Scene scene = scene_of(verb);
    scene.with_track1 = with_track1;
    scene.with_track2 = with_track2;
    scene.entry = vault::CardEntry::swiped;
    return scene;
}
inline Scene encrypted(domain::Verb verb) {
    Scene scene = scene_of(verb);
    scene.with_block = true;
    scene.entry = vault::CardEntry::encrypted;
    return scene;
}
// What follows a charge that brought a record.
inline Scene with_record(Scene scene) {
    if (!scene.original) scene.original = ::postern::test::sample_operation();
    scene.original->reference["RecordNo"] = "kept";
    return scene;
}
// An undo of a captured sale: both forms can work.
inline Scene undo_of_sale() {
    Scene scene = scene_of(domain::Verb::reverse);
    scene.original->verb = domain::Verb::sale;
    scene.payment.captured = usd(1250);
    return scene;
}

inline std::string escaped_once(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return out;
}
inline std::string soap(std::string_view operation, std::string_view inner_escaped) {
    const std::string name(operation);
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"u\"><soap:Body><" + name +
           "Response xmlns=\"http://www.mercurypay.com\"><" + name + "Result>" + std::string(inner_escaped) + "</" +
           name + "Result></" + name + "Response></soap:Body></soap:Envelope>";
}
inline vault::Reply reply_of(std::string body, int status = 200) {
    return {status, "text/xml; charset=utf-8", std::move(body)};
}

using Fields = std::map<std::string, std::string>;
// An RStream with these fields; "Amount" ones go into Amount. A field set to "-" is left out.
inline vault::Reply rstream_reply(std::string_view status, std::string_view code, std::string_view text,
                                  Fields transaction = {}) {
    std::string inner = "<?xml version=\"1.0\"?>\r\n<RStream>\r\n\t<CmdResponse>\r\n\t\t<DSIXReturnCode>" +
                        std::string(code) + "</DSIXReturnCode>\r\n\t\t<CmdStatus>" + std::string(status) +
                        "</CmdStatus>\r\n\t\t<TextResponse>" + std::string(text) +
                        "</TextResponse>\r\n\t</CmdResponse>\r\n";
    if (!transaction.empty()) {
        std::string amounts;
        inner += "\t<TranResponse>\r\n";
        for (const auto& [name, value] : transaction) {
            const std::string element = "\t\t<" + name + ">" + value + "</" + name + ">\r\n";
            if (value != "-") (name == "Purchase" || name == "Authorize" ? amounts : inner) += element;
        }
        inner += "\t\t<Amount>" + amounts + "</Amount>\r\n\t</TranResponse>\r\n";
    }
    return reply_of(soap("CreditTransaction", escaped_once(inner + "</RStream>")));
}
// What an approval of the scene's verb carries; `changes` replace or add fields.
inline Fields approved_fields(std::string_view tran_code, const Fields& changes = {}, std::string_view of = invoice) {
    std::string capitals(of);
    for (char& c : capitals) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    Fields fields{{"TranCode", std::string(tran_code)}, {"InvoiceNo", capitals}, {"AuthCode", "00012 "},
                  {"RefNo", "0042"}, {"AcqRefData", "KbMCC1  A  "}, {"ProcessData", "|00|210100"},
                  {"Purchase", "12.50"}, {"Authorize", "12.50"}};
    for (const auto& [name, value] : changes) fields[name] = value;
    return fields;
}
inline vault::Reply approval(std::string_view tran_code, const Fields& changes = {}, std::string_view text = "AP") {
    return rstream_reply("Approved", "000000", text, approved_fields(tran_code, changes));
}
inline vault::Reply decline(std::string_view text = "DECLINE") {
    return rstream_reply("Declined", "000000", text, {{"InvoiceNo", "-"}});
}

struct Row {
    std::string status, type, total, voided = "false", ref_no = "0042";
};
inline vault::Reply detail_reply(const std::vector<Row>& rows) {
    std::string inner = "<?xml version=\"1.0\"?><Any>";
    for (const Row& row : rows)
        inner += "<T><Status>" + row.status + "</Status><AUTHCODE>00012</AUTHCODE><reference>" + row.ref_no + "</reference><total>" +
                 row.total + "</total><TranType>" + row.type + "</TranType><voided>" + row.voided + "</voided></T>";
    if (rows.empty()) inner += "<T><STATUS></STATUS></T>";
    return reply_of(soap("CTranDetail", escaped_once(inner + "</Any>")));
}

// Outcomes, claims and steps in a word, so that tables stay readable.
inline std::string word(const domain::Claim& claim) {
    if (const auto* c = std::get_if<domain::ApprovedClaim>(&claim))
        return "approved " + std::to_string(c->approved.amount_minor()) + (c->hold_may_remain ? " hold may remain" : "");
    if (const auto* c = std::get_if<domain::DeclinedClaim>(&claim))
        return "declined " + std::string(domain::to_text(c->decline.reason));
    if (const auto* c = std::get_if<domain::NotSentClaim>(&claim)) return "not sent " + std::string(c->code);
    if (const auto* c = std::get_if<domain::RefusedClaim>(&claim)) return "refused " + std::string(c->code);
    return "unknown";
}
inline std::string word(const processors::Outcome& outcome) {
    if (const auto* o = std::get_if<domain::Claim>(&outcome)) return word(*o);
    if (const auto* o = std::get_if<processors::Found>(&outcome)) return "found " + word(o->claim);
    if (std::holds_alternative<processors::FoundVoided>(outcome)) return "found voided";
    if (std::holds_alternative<processors::NotFound>(outcome)) return "not found";
    return "unreadable " + std::string(std::get<processors::Unreadable>(outcome).code);
}
inline std::string word(const processors::Step& step) {
    if (std::holds_alternative<processors::Inquire>(step)) return "inquire";
    if (std::holds_alternative<processors::Resend>(step)) return "resend";
    if (const auto* s = std::get_if<processors::Wait>(&step)) return "wait " + std::to_string(s->pause.count());
    if (const auto* s = std::get_if<processors::Conclude>(&step)) return "conclude " + word(s->claim);
    return "ask people " + std::string(std::get<processors::AskPeople>(step).reason);
}

}  // namespace postern::mercury::test
