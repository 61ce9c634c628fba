#include "processors/mercury/sandbox/request.hpp"

#include "processors/wire/xml_reader.hpp"

namespace postern::mercury::sandbox {
namespace {

using processors::wire::XmlNode;

std::string field(const XmlNode& root, std::string_view name) {
    bool repeated = false;
    const XmlNode* found = find_anywhere(root, name, repeated);
    return found ? found->text : std::string{};
}

std::string trimmed(std::string text) {
    constexpr std::string_view white = " \t\r\n";
    text.erase(0, text.find_first_not_of(white));
    text.erase(text.find_last_not_of(white) + 1);
    return text;
}

Transaction read_transaction(const XmlNode& call) {
    Transaction out;
    out.password = field(call, "pw");
    const auto document = processors::wire::read_xml(field(call, "tran"));
    bool repeated = false;
    const XmlNode* transaction = document ? find_anywhere(*document, "Transaction", repeated) : nullptr;
    if (!transaction) {
        out.readable = false;
        return out;
    }
    const auto take = [&](std::string& target, std::string_view name) { target = trimmed(field(*transaction, name)); };
    take(out.tran_type, "TranType");
    take(out.tran_code, "TranCode");
    take(out.merchant, "MerchantID");
    take(out.invoice, "InvoiceNo");
    take(out.ref_no, "RefNo");
    take(out.partial_auth, "PartialAuth");
    take(out.memo, "Memo");
    take(out.purchase, "Purchase");
    take(out.authorize, "Authorize");
    take(out.gratuity, "Gratuity");
    take(out.account_number, "AcctNo");
    take(out.expiry, "ExpDate");
    take(out.name, "Name");
    take(out.security_code, "CVVData");
    take(out.address, "Address");
    take(out.postal_code, "Zip");
    out.auth_code = field(*transaction, "AuthCode");  // these three are compared with their spaces
    out.acq_ref_data = field(*transaction, "AcqRefData");
    out.process_data = field(*transaction, "ProcessData");
    return out;
}

DetailRequest read_detail(const XmlNode& call) {
    const auto taken = [&](std::string_view name) { return trimmed(field(call, name)); };
    return {taken("merchant"), field(call, "pw"), taken("invoice"),
            taken("startdate"), taken("enddate"), taken("transactioncode")};
}

}  // namespace

Result<Request> read_request(std::string_view soap_body) {
    const auto envelope = processors::wire::read_xml(soap_body);
    if (!envelope) return Error{ErrorKind::invalid_request, "malformed_soap", std::string(envelope.error().code)};
    bool repeated = false;
    const XmlNode* body = find_child(*envelope, "Body", repeated);
    const OperationShape* shape = body && !body->children.empty() ? find_operation(body->children.front().name) : nullptr;
    if (!shape) return Error{ErrorKind::invalid_request, "unknown_operation"};
    const XmlNode& call = body->children.front();
    Request request;
    request.operation = shape->operation;
    if (shape->parameters.front() == "tran") request.transaction = read_transaction(call);
    else request.detail = read_detail(call);
    return request;
}

}  // namespace postern::mercury::sandbox
