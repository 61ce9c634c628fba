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
    element(out, "\t\t", "TranCode", is_gift(e) ? gift_code(e) : e.tran_code);
    element_if_any(out, "\t\t", "AuthCode", e.auth_code);
    if (approved && !is_gift(e)) element(out, "\t\t", "CaptureStatus", 
                              e.tran_code == "PreAuth" || e.tran_code == "ZeroAuth" ? "Not Captured" : "Captured");
    element_if_any(out, "\t\t", "RefNo", e.ref_no);
    element(out, "\t\t", "InvoiceNo", e.invoice);
    element_if_any(out, "\t\t", "AVSResult", answer.avs_result);
    element_if_any(out, "\t\t", "CVVResult", answer.cvv_result);
    out += "\t\t<Amount>\r\n";
    element(out, "\t\t\t", "Purchase", minor_text(e.amount_minor - e.gratuity_minor));
    if (e.gratuity_minor != 0) element(out, "\t\t\t", "Gratuity", minor_text(e.gratuity_minor));
    if (approved) element(out, "\t\t\t", "Authorize", minor_text(e.authorized_minor));
    if (answer.balance_minor) element(out, "\t\t\t", "Balance", minor_text(*answer.balance_minor));
    out += "\t\t</Amount>\r\n";
    element_if_any(out, "\t\t", "AcqRefData", e.acq_ref_data);
    element_if_any(out, "\t\t", "RecordNo", e.record_no);
    element_if_any(out, "\t\t", "ProcessData", e.process_data);
    out += "\t</TranResponse>\r\n";
}

std::vector<std::pair<std::string_view, std::string>> figures_of(const Batch& batch) {
    const std::string none = minor_text(0);
    return {{"BatchNo", batch_number_text(batch.number)}, {"BatchItemCount", std::to_string(batch.items())},
            {"NetBatchTotal", minor_text(batch.net_minor())},
            {"CreditPurchaseCount", std::to_string(batch.purchases)},
            {"CreditPurchaseAmount", minor_text(batch.purchased_minor)},
            {"CreditReturnCount", std::to_string(batch.returns)},
            {"CreditReturnAmount", minor_text(batch.returned_minor)},
            {"DebitPurchaseCount", "0"}, {"DebitPurchaseAmount", none},
            {"DebitReturnCount", "0"}, {"DebitReturnAmount", none}};
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

std::string admin_rstream(const AdminAnswer& answer) {
    std::string out(prolog);
    out += "<RStream>\r\n";
    append_command(out, answer.command, "");
    if (!answer.element.empty()) {
        const std::string name(answer.element);
        out += "\t<" + name + ">\r\n";
        element(out, "\t\t", "MerchantID", answer.command.entry.merchant);
        element(out, "\t\t", "OperatorID", answer.operator_id);
        for (const auto& [figure, value] : figures_of(answer.batch)) element(out, "\t\t", figure, value);
        out += "\t</" + name + ">\r\n";
    }
    out += "</RStream>\r\n";
    return out;
}

std::string batch_reply(const std::string& merchant, const Batch& batch) {
    std::string columns, row;
    const auto add = [&](std::string_view name, std::string_view value) {
        columns += "<xs:element name=\"" + std::string(name) + "\" type=\"xs:string\" minOccurs=\"0\"/>";
        element(row, "", name, value);
    };
    add("MerchantID", merchant);
    for (const auto& [figure, value] : figures_of(batch)) add(figure, value);
    return std::string(envelope_start) +
           "<CBatchResponse xmlns=\"http://www.mercurypay.com\"><CBatchResult>"
           "<xs:schema id=\"NewDataSet\" xmlns=\"\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""
           " xmlns:msdata=\"urn:schemas-microsoft-com:xml-msdata\"><xs:element name=\"NewDataSet\""
           " msdata:IsDataSet=\"true\"><xs:complexType><xs:choice minOccurs=\"0\" maxOccurs=\"unbounded\">"
           "<xs:element name=\"Batch\"><xs:complexType><xs:sequence>" + columns +
           "</xs:sequence></xs:complexType></xs:element></xs:choice></xs:complexType></xs:element></xs:schema>"
           "<diffgr:diffgram xmlns:msdata=\"urn:schemas-microsoft-com:xml-msdata\""
           " xmlns:diffgr=\"urn:schemas-microsoft-com:xml-diffgram-v1\"><NewDataSet xmlns=\"\">"
           "<Batch diffgr:id=\"Batch1\" msdata:rowOrder=\"0\">" + row + "</Batch></NewDataSet></diffgr:diffgram>"
           "</CBatchResult></CBatchResponse>" + std::string(envelope_end);
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
        element(out, "\t\t", "trantype", is_gift(*row) ? gift_code(*row) : row->tran_code);
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
