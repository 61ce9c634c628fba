#include "processors/mercury/sandbox/request.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "processors/mercury/sandbox/card_reading.hpp"
#include "processors/mercury/sandbox/plain_xml.hpp"
#include "processors/wire/characters.hpp"
#include "processors/wire/xml_reader.hpp"

namespace postern::mercury::sandbox {
namespace {

using processors::wire::equal_ignoring_case;
using processors::wire::XmlNode;

template <class Document>
struct Field {
    std::string_view name;
    std::string Document::*value;
    bool keeps_white = false;
};
constexpr std::array<Field<Transaction>, 27> transaction_fields{{
    {"TranType", &Transaction::tran_type},
    {"TranCode", &Transaction::tran_code},
    {"MerchantID", &Transaction::merchant},
    {"InvoiceNo", &Transaction::invoice},
    {"RefNo", &Transaction::ref_no},
    {"PartialAuth", &Transaction::partial_auth},
    {"Memo", &Transaction::memo},
    {"Purchase", &Transaction::purchase},
    {"Authorize", &Transaction::authorize},
    {"Gratuity", &Transaction::gratuity},
    {"AcctNo", &Transaction::account_number},
    {"ExpDate", &Transaction::expiry},
    {"Track1", &Transaction::track1},
    {"Track2", &Transaction::track2},
    {"EncryptedFormat", &Transaction::encrypted_format},
    {"EncryptedBlock", &Transaction::encrypted_block},
    {"EncryptedKey", &Transaction::encrypted_key},
    {"Name", &Transaction::name},
    {"CVVData", &Transaction::security_code},
    {"Address", &Transaction::address},
    {"Zip", &Transaction::postal_code},
    {"RecordNo", &Transaction::record_no},
    {"Frequency", &Transaction::frequency},
    {"Duplicate", &Transaction::duplicate},
    {"AuthCode", &Transaction::auth_code, true},  // these three are compared with their spaces
    {"AcqRefData", &Transaction::acq_ref_data, true},
    {"ProcessData", &Transaction::process_data, true},
}};
constexpr std::array<Field<AdminRequest>, 14> admin_fields{{
    {"TranCode", &AdminRequest::tran_code},
    {"MerchantID", &AdminRequest::merchant},
    {"OperatorID", &AdminRequest::operator_id},
    {"BatchNo", &AdminRequest::batch_no},
    {"BatchItemCount", &AdminRequest::item_count},
    {"NetBatchTotal", &AdminRequest::net_total},
    {"CreditPurchaseCount", &AdminRequest::purchase_count},
    {"CreditPurchaseAmount", &AdminRequest::purchase_amount},
    {"CreditReturnCount", &AdminRequest::return_count},
    {"CreditReturnAmount", &AdminRequest::return_amount},
    {"DebitPurchaseCount", &AdminRequest::debit_purchase_count},
    {"DebitPurchaseAmount", &AdminRequest::debit_purchase_amount},
    {"DebitReturnCount", &AdminRequest::debit_return_count},
    {"DebitReturnAmount", &AdminRequest::debit_return_amount},
}};
struct Call {
    std::string tran, password;
};
constexpr std::array<Field<Call>, 2> call_fields{{{"tran", &Call::tran, true}, {"pw", &Call::password, true}}};
constexpr std::array<Field<DetailRequest>, 6> detail_fields{{
    {"merchant", &DetailRequest::merchant},
    {"pw", &DetailRequest::password, true},
    {"invoice", &DetailRequest::invoice},
    {"startdate", &DetailRequest::start_date},
    {"enddate", &DetailRequest::end_date},
    {"transactioncode", &DetailRequest::tran_code},
}};

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(white), text.size()));
    return text.substr(0, text.find_last_not_of(white) + 1);
}

template <class Document>
void take(Document& out, const Field<Document>& field, std::string_view text) {
    out.*field.value = field.keeps_white ? text : trimmed(text);
}

// Wherever a field stands; of two of a name, the first.
template <class Document>
void read_fields(const XmlNode& root, std::span<const Field<Document>> fields, Document& out) {
    for (const Field<Document>& field : fields) {
        bool repeated = false;
        if (const XmlNode* found = find_anywhere(root, field.name, repeated)) take(out, field, found->text);
    }
}

// The same from a plain document, of the elements below `depth`; false where a field is not a leaf.
template <class Document>
bool read_fields(const PlainXml& plain, std::size_t depth, std::span<const Field<Document>> fields, Document& out) {
    std::uint32_t taken = 0;
    for (const PlainXml::Element& element : plain.elements) {
        const auto field = std::ranges::find_if(
            fields, [&](const auto& one) { return equal_ignoring_case(one.name, element.name); });
        if (field == fields.end()) continue;
        const std::uint32_t bit = 1u << (field - fields.begin());
        if (!element.is_leaf || element.depth <= depth) return false;
        if ((taken & bit) == 0) take(out, *field, element.text);
        taken |= bit;
    }
    return true;
}

// What `tran` held: a Transaction or an Admin.
struct Stream {
    Transaction transaction;
    std::optional<AdminRequest> admin;
};

// TStream with one child, the usual shape; else nothing.
std::optional<Stream> read_plain_stream(std::string_view tran) {
    const auto plain = read_plain_xml(tran);
    if (!plain || plain->elements.size() < 2) return std::nullopt;
    const bool is_admin = equal_ignoring_case(plain->elements[1].name, "Admin");
    const bool is_usual = (is_admin || equal_ignoring_case(plain->elements[1].name, "Transaction")) &&
                          std::ranges::count(plain->elements, std::size_t{2}, &PlainXml::Element::depth) == 1;
    if (!is_usual) return std::nullopt;
    Stream out;
    if (is_admin) out.admin.emplace();
    const bool is_read = is_admin ? read_fields<AdminRequest>(*plain, 2, admin_fields, *out.admin)
                                  : read_fields<Transaction>(*plain, 2, transaction_fields, out.transaction);
    return is_read ? std::optional(std::move(out)) : std::nullopt;
}

Stream read_stream(std::string_view tran) {
    if (auto plain = read_plain_stream(tran)) return std::move(*plain);
    Stream out;
    const auto document = processors::wire::read_xml(tran);
    bool repeated = false;
    const XmlNode* transaction = document ? find_anywhere(*document, "Transaction", repeated) : nullptr;
    const XmlNode* admin = document && !transaction ? find_anywhere(*document, "Admin", repeated) : nullptr;
    if (transaction) read_fields<Transaction>(*transaction, transaction_fields, out.transaction);
    else if (admin) read_fields<AdminRequest>(*admin, admin_fields, out.admin.emplace());
    else out.transaction.readable = false;
    return out;
}

Request request_of(const OperationShape& shape, const Call& call, DetailRequest detail) {
    Request request;
    request.operation = shape.operation;
    if (shape.parameters.front() != "tran") {
        request.detail = std::move(detail);
        return request;
    }
    Stream stream = read_stream(call.tran);
    request.transaction = std::move(stream.transaction);
    read_card(request.transaction);
    request.transaction.password = call.password;
    request.admin = std::move(stream.admin);
    if (request.admin) request.admin->password = call.password;
    return request;
}

// Envelope, Body, the call: the usual shape; else nothing.
std::optional<Request> read_plain_request(std::string_view soap_body) {
    const auto plain = read_plain_xml(soap_body);
    if (!plain || plain->elements.size() < 3) return std::nullopt;
    const auto& elements = plain->elements;
    const bool is_usual = equal_ignoring_case(elements[1].name, "Body") && elements[2].depth == 3;
    const OperationShape* shape = is_usual ? find_operation(elements[2].name) : nullptr;
    const auto upper_ones = std::ranges::count_if(elements, [](const auto& element) { return element.depth <= 3; });
    if (!shape || upper_ones != 3) return std::nullopt;
    Call call;
    DetailRequest detail;
    const bool is_read = read_fields<Call>(*plain, 3, call_fields, call) &&
                         read_fields<DetailRequest>(*plain, 3, detail_fields, detail);
    return is_read ? std::optional(request_of(*shape, call, std::move(detail))) : std::nullopt;
}

}  // namespace

Result<Request> read_request(std::string_view soap_body) {
    if (auto plain = read_plain_request(soap_body)) return std::move(*plain);
    const auto envelope = processors::wire::read_xml(soap_body);
    if (!envelope) return Error{ErrorKind::invalid_request, "malformed_soap", std::string(envelope.error().code)};
    bool repeated = false;
    const XmlNode* body = find_child(*envelope, "Body", repeated);
    const bool has_call = body && !body->children.empty();
    const OperationShape* shape = has_call ? find_operation(body->children.front().name) : nullptr;
    if (!shape) return Error{ErrorKind::invalid_request, "unknown_operation"};
    const XmlNode& node = body->children.front();
    Call call;
    DetailRequest detail;
    read_fields<Call>(node, call_fields, call);
    read_fields<DetailRequest>(node, detail_fields, detail);
    return request_of(*shape, call, std::move(detail));
}

}  // namespace postern::mercury::sandbox
