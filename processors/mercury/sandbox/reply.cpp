#include "processors/mercury/sandbox/reply.hpp"

#include "processors/mercury/sandbox/fields.hpp"

namespace postern::mercury::sandbox {
namespace {

constexpr std::string_view prolog = "<?xml version=\"1.0\"?>\r\n";
constexpr std::size_t rstream_bytes = 1024, escapes_bytes = 512;  // what most replies need

// Runs of what needs no escape go over at once.
void append_escaped(std::string& out, std::string_view text) {
    std::size_t start = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c != '&' && c != '<' && c != '>') continue;
        out.append(text, start, at - start);
        out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;";
        start = at + 1;
    }
    out.append(text, start);
}

void element(std::string& out, std::string_view indent, std::string_view name, std::string_view value) {
    out += indent;
    out += '<';
    out += name;
    out += '>';
    append_escaped(out, value);
    out += "</";
    out += name;
    out += ">\r\n";
}
void element_if_any(std::string& out, std::string_view indent, std::string_view name, std::string_view value) {
    if (!value.empty()) element(out, indent, name, value);
}

void append_command(std::string& out, const HostAnswer& answer, std::string_view echo) {
    out += "\t<CmdResponse>\r\n";
    element(out, "\t\t", "ResponseOrigin", answer.origin);
    element(out, "\t\t", "DSIXReturnCode", answer.entry.code);
    element(out, "\t\t", "CmdStatus", answer.entry.status);
    element(out, "\t\t", "TextResponse", answer.entry.text);
    out += "\t\t<UserTraceData>";
    out += echo;
    out += "</UserTraceData>\r\n\t</CmdResponse>\r\n";
}

void append_transaction(std::string& out, const HostAnswer& answer) {
    const Entry& e = answer.entry;
    const bool approved = is_approved(e);
    out += "\t<TranResponse>\r\n";
    element(out, "\t\t", "MerchantID", e.merchant);
    element(out, "\t\t", "AcctNo", answer.shown_number);
    element(out, "\t\t", "ExpDate", "XXXX");
    element(out, "\t\t", "CardType", answer.card_type);
    element(out, "\t\t", "TranCode", e.tran_code);
    element_if_any(out, "\t\t", "AuthCode", e.auth_code);
    if (approved) element(out, "\t\t", "CaptureStatus", e.tran_code == "PreAuth" ? "Not Captured" : "Captured");
    element_if_any(out, "\t\t", "RefNo", e.ref_no);
    element(out, "\t\t", "InvoiceNo", e.invoice);
    element_if_any(out, "\t\t", "AVSResult", answer.avs_result);
    element_if_any(out, "\t\t", "CVVResult", answer.cvv_result);
    out += "\t\t<Amount>\r\n";
    element(out, "\t\t\t", "Purchase", minor_text(e.amount_minor));
    if (approved) element(out, "\t\t\t", "Authorize", minor_text(e.authorized_minor));
    out += "\t\t</Amount>\r\n";
    element_if_any(out, "\t\t", "AcqRefData", e.acq_ref_data);
    element_if_any(out, "\t\t", "ProcessData", e.process_data);
    out += "\t</TranResponse>\r\n";
}

constexpr std::string_view envelope_start =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">"
    "<soap:Body>";
constexpr std::string_view envelope_end = "</soap:Body></soap:Envelope>";

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size() + escapes_bytes);
    append_escaped(out, text);
    return out;
}

std::string rstream(const HostAnswer& answer, std::string_view echo) {
    std::string out;
    out.reserve(rstream_bytes);
    out += prolog;
    out += "<RStream>\r\n";
    append_command(out, answer, echo);
    if (answer.has_transaction) append_transaction(out, answer);
    out += "</RStream>\r\n";
    return out;
}

// Mixed case as seen; an empty STATUS says that there is no such transaction.
std::string detail_document(const std::vector<const Entry*>& rows, const Book& book) {
    std::string out(prolog);
    out += "<TranDetail>\r\n";
    if (rows.empty()) out += "\t<Tran>\r\n\t\t<STATUS></STATUS>\r\n\t</Tran>\r\n";
    for (const Entry* row : rows) {
        out += "\t<Tran>\r\n";
        element(out, "\t\t", "STATUS", row->status);
        element(out, "\t\t", "authcode", row->auth_code);
        element(out, "\t\t", "reference", row->ref_no);
        element(out, "\t\t", "total", minor_text(is_approved(*row) ? row->authorized_minor : row->amount_minor));
        element(out, "\t\t", "trantype", row->tran_code);
        element(out, "\t\t", "voided", book.at(row->number).is_voided ? "true" : "false");
        out += "\t</Tran>\r\n";
    }
    out += "</TranDetail>\r\n";
    return out;
}

std::string soap_reply(std::string_view operation, std::string_view inner) {
    std::string out;
    out.reserve(envelope_start.size() + inner.size() + escapes_bytes + rstream_bytes / 2);
    const auto add = [&](std::initializer_list<std::string_view> parts) {
        for (const std::string_view part : parts) out += part;
    };
    add({envelope_start, "<", operation, "Response xmlns=\"http://www.mercurypay.com\"><", operation, "Result>"});
    append_escaped(out, inner);
    add({"</", operation, "Result></", operation, "Response>", envelope_end});
    return out;
}

std::string soap_fault(std::string_view text) {
    std::string out(envelope_start);
    out += "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>";
    out += escaped(text);
    out += "</faultstring></soap:Fault>";
    out += envelope_end;
    return out;
}

}  // namespace postern::mercury::sandbox
