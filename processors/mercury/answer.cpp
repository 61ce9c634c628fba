#include "processors/mercury/answer.hpp"

#include "processors/mercury/amounts.hpp"
#include "processors/wire/characters.hpp"
#include "processors/wire/xml_reader.hpp"

namespace postern::mercury {
namespace {

using processors::wire::equal_ignoring_case;
using processors::wire::XmlNode;

Error proves_nothing(std::string_view code) { return {ErrorKind::outcome_unknown, code}; }

// The document inside the result element: as its text, once more XML, or (never seen) as its children.
Result<XmlNode> result_document(std::string_view soap_body, std::string_view result_name) {
    auto soap = processors::wire::read_xml(soap_body);
    if (!soap) return proves_nothing(soap.error().code);
    bool repeated = false;
    if (find_anywhere(*soap, "Fault", repeated)) return proves_nothing("soap_fault");
    const XmlNode* result = find_anywhere(*soap, result_name, repeated);
    if (!result) return proves_nothing("answer_missing");
    if (repeated) return proves_nothing("element_repeated");
    if (!result->children.empty()) return *result;
    auto inner = processors::wire::read_xml(result->text);
    if (!inner) return proves_nothing(inner.error().code);
    return inner;
}

std::optional<std::string> text_of(const XmlNode& parent, std::string_view name, bool& repeated) {
    const XmlNode* found = find_child(parent, name, repeated);
    return found ? std::optional(found->text) : std::nullopt;
}
std::string text_or_empty(const XmlNode& parent, std::string_view name, bool& repeated) {
    return text_of(parent, name, repeated).value_or(std::string{});
}

void read_transaction(const XmlNode& transaction, Answer& answer, bool& repeated) {
    answer.has_transaction = true;
    answer.tran_code = text_of(transaction, "TranCode", repeated);
    answer.invoice = text_of(transaction, "InvoiceNo", repeated);
    answer.capture_status = text_of(transaction, "CaptureStatus", repeated);
    bool checks_repeated = false;  // no money depends on them: what is told twice is not told
    answer.card_type = text_of(transaction, "CardType", checks_repeated);
    answer.avs_result = text_of(transaction, "AVSResult", checks_repeated);
    answer.cvv_result = text_of(transaction, "CVVResult", checks_repeated);
    if (checks_repeated) answer.card_type = answer.avs_result = answer.cvv_result = std::nullopt;
    answer.auth_code = text_of(transaction, "AuthCode", repeated);
    answer.ref_no = text_of(transaction, "RefNo", repeated);
    answer.acq_ref_data = text_of(transaction, "AcqRefData", repeated);
    answer.process_data = text_of(transaction, "ProcessData", repeated);
    bool record_repeated = false;  // the vault keeps the first
    answer.has_record = !trimmed(text_or_empty(transaction, "RecordNo", record_repeated)).empty();
    if (const XmlNode* amount = find_child(transaction, "Amount", repeated)) {
        answer.purchase = text_of(*amount, "Purchase", repeated);
        answer.authorize = text_of(*amount, "Authorize", repeated);
    }
}

std::optional<CmdStatus> parse_status(std::string_view text) {
    text = trimmed(text);
    if (equal_ignoring_case(text, "Approved") || equal_ignoring_case(text, "Success")) return CmdStatus::approved;
    if (equal_ignoring_case(text, "Declined")) return CmdStatus::declined;
    if (equal_ignoring_case(text, "Error")) return CmdStatus::error;
    return std::nullopt;
}

// Every element with a STATUS child is a row, wherever it stands.
void collect_rows(const XmlNode& node, std::vector<DetailRow>& rows, bool& repeated) {
    if (const XmlNode* status = find_child(node, "STATUS", repeated)) {
        const bool found = !trimmed(status->text).empty();
        if (found)
            rows.push_back({std::string(trimmed(status->text)), text_or_empty(node, "trantype", repeated),
                            text_or_empty(node, "total", repeated), text_or_empty(node, "authcode", repeated),
                            text_or_empty(node, "reference", repeated),
                            equal_ignoring_case(trimmed(text_or_empty(node, "voided", repeated)), "true")});
        return;
    }
    for (const XmlNode& child : node.children) collect_rows(child, rows, repeated);
}

bool has_status_element(const XmlNode& root) {
    bool repeated = false;
    return find_anywhere(root, "STATUS", repeated) != nullptr;
}

}  // namespace

Result<Answer> parse_answer(std::string_view soap_body, std::string_view result) {
    auto root = result_document(soap_body, result);
    if (!root) return root.error();
    bool repeated = false;
    const XmlNode* rstream = find_anywhere(*root, "RStream", repeated);
    const XmlNode* command = rstream ? find_child(*rstream, "CmdResponse", repeated) : nullptr;
    if (!command) return proves_nothing("answer_missing");
    const auto status = parse_status(text_or_empty(*command, "CmdStatus", repeated));
    Answer answer;
    answer.code = text_or_empty(*command, "DSIXReturnCode", repeated);
    if (answer.code.empty()) answer.code = text_or_empty(*command, "DSIReturnCode", repeated);
    answer.text = text_or_empty(*command, "TextResponse", repeated);
    if (const XmlNode* transaction = find_child(*rstream, "TranResponse", repeated))
        read_transaction(*transaction, answer, repeated);
    if (repeated) return proves_nothing("element_repeated");
    if (!status) return proves_nothing("status_missing");
    answer.status = *status;
    return answer;
}

Result<std::vector<DetailRow>> parse_detail(std::string_view soap_body, std::string_view result) {
    auto root = result_document(soap_body, result);
    if (!root) return root.error();
    if (!has_status_element(*root)) return proves_nothing("status_missing");
    std::vector<DetailRow> rows;
    bool repeated = false;
    collect_rows(*root, rows, repeated);
    if (repeated) return proves_nothing("element_repeated");
    return rows;
}

}  // namespace postern::mercury
