#include "tests/processors/mercury/message_validator.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <regex>
#include <set>
#include <vector>

namespace postern::mercury::test {
namespace {

using Fault = std::optional<std::string>;

// ---- The tables ---------------------------------------------------------------------------------------------------------

struct Element {
    const char* place;   // below Transaction
    const char* format;  // the whole text must match it
    const char* says;
};
// In the one order that the adapter keeps: the most widely tested client's.
const std::vector<Element> elements{
    {"TranType", "Credit|CardLookup", "a type of section 3"},
    {"TranCode", "[A-Za-z]+", "letters"},
    {"PartialAuth", "Allow", "the word Allow"},
    {"InvoiceNo", "[A-Za-z0-9.]{1,16}", "1 to 16 letters, digits or points"},
    {"RefNo", "[A-Za-z0-9.]{1,16}", "1 to 16 characters"},
    {"OperatorID", "[ -~]{1,20}", "1 to 20 characters"},
    {"Memo", "[ -~]{1,40}", "a short text"},
    {"Frequency", "OneTime|Recurring", "OneTime or Recurring"},
    {"RecordNo", "[A-Za-z0-9+/=]{1,100}", "1 to 100 characters of Base64"},
    {"IpAddress", "[0-9a-fA-F.:]{2,45}", "an address"},
    {"MerchantID", "[0-9]{1,24}|[0-9]{1,19}=[A-Z]{1,9}", "digits, with a suffix at most, 24 in all"},
    {"Amount/Purchase", "[0-9]{1,5}\\.[0-9]{2}", "two decimal places, at most 8 characters"},
    {"Amount/Tax", "[0-9]{1,5}\\.[0-9]{2}", "two decimal places, at most 8 characters"},
    {"Amount/Authorize", "[0-9]{1,5}\\.[0-9]{2}", "two decimal places, at most 8 characters"},
    {"Amount/Gratuity", "[0-9]{1,5}\\.[0-9]{2}", "two decimal places, at most 8 characters"},
    {"Account/AcctNo", "[0-9]{12,19}", "12 to 19 digits"},
    {"Account/ExpDate", "(0[1-9]|1[0-2])[0-9]{2}", "MMYY"},
    {"Account/Track1", "%?B[0-9]{12,19}\\^[A-Z ./-]{1,26}\\^[0-9]{7}[0-9A-Z ]*\\??", "the track of section 3, with its sentinels or, at full length, without"},
    {"Account/Track2", "[0-9]{12,19}=[0-9]{7,20}", "the track without sentinels, 37 characters at most"},
    {"Account/EncryptedFormat", "MagneSafe", "the word MagneSafe"},
    {"Account/AccountSource", "Swiped|Keyed|Contactless", "a source of section 3"},
    {"Account/EncryptedBlock", "([0-9A-Fa-f]{2})+", "a block in hexadecimal"},
    {"Account/EncryptedKey", "[0-9A-Fa-f]{20}", "20 hexadecimal digits"},
    {"Account/Name", "[^\\x00-\\x1f]{1,80}", "a text"},
    {"CardType", "VISA|M/C|AMEX|DCVR|DCLB|JCB", "a brand of section 3"},
    {"CVVData", "[0-9]{3,4}|None|Illegible", "3 or 4 digits, or None, or Illegible"},
    {"AVS/Address", "[^\\x00-\\x1f]{1,40}", "a street line"},
    {"AVS/Zip", "[0-9]{5,9}|[A-CEGHJ-NPR-TV-Z][0-9][A-CEGHJ-NPR-TV-Z] ?[0-9][A-CEGHJ-NPR-TV-Z][0-9]", "5 to 9 digits, or Canada's form"},
    {"TranInfo/AuthCode", "[ -~]{1,16}", "1 to 16 characters"},
    {"TranInfo/AcqRefData", "[ -~]{1,64}", "a text, spaces count"},
    {"TranInfo/ProcessData", "\\|[0-9]{2}\\|[ -~]{1,60}", "pipe, two digits, pipe, data"},
};

const std::set<std::string> always{"TranType", "TranCode", "InvoiceNo", "RefNo", "MerchantID", "Amount/Purchase"};
const std::set<std::string> free_to_add{"OperatorID", "Memo", "IpAddress", "CardType", "Amount/Tax", "Account/Name"};

struct TranCode {
    std::set<std::string> must, may;
    bool by_record = true;  // its ByRecordNo twin exists
};
const std::map<std::string, TranCode> tran_codes{
    {"PreAuth", {{"Amount/Authorize"}, {"PartialAuth", "CVVData", "AVS/Address", "AVS/Zip"}}},
    {"Sale", {{}, {"PartialAuth", "CVVData", "AVS/Address", "AVS/Zip", "Amount/Gratuity"}}},
    {"PreAuthCapture", {{"Amount/Authorize", "TranInfo/AuthCode", "TranInfo/AcqRefData"},
                        {"TranInfo/ProcessData", "Amount/Gratuity", "PartialAuth"}}},
    {"Return", {{}, {}}},
    {"VoidSale", {{"TranInfo/AuthCode"}, {"TranInfo/AcqRefData", "TranInfo/ProcessData"}}},
    {"VoidReturn", {{"TranInfo/AuthCode"}, {}}},
    {"Adjust", {{"TranInfo/AuthCode", "Amount/Gratuity"}, {}}},
    {"VoiceAuth", {{"TranInfo/AuthCode"}, {"AVS/Address", "AVS/Zip"}, false}},
};

// ---- Reading and judging ------------------------------------------------------------------------------------------------

constexpr unsigned int options = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_ws_pcdata;
constexpr std::string_view name_space = "http://www.mercurypay.com";

std::string wrong(std::string_view what, std::string_view says) { return std::string(what) + ": " + std::string(says); }

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

std::vector<pugi::xml_node> children_of(const pugi::xml_node& node) {
    std::vector<pugi::xml_node> out;
    for (const pugi::xml_node& child : node.children())
        if (child.type() == pugi::node_element) out.push_back(child);
    return out;
}

struct Field {
    std::string place, text;
};

class Transaction {
public:
    Fault read(const pugi::xml_node& node, const std::string& above = {}) {
        for (const pugi::xml_node& child : children_of(node)) {
            const std::string place = above + child.name();
            if (child.first_attribute()) return wrong(place, "attributes are not allowed");
            if (!children_of(child).empty()) {
                if (!above.empty()) return wrong(place, "nested too deep");
                if (!groups_.insert(place).second) return wrong(place, "stands twice");
                if (auto fault = read(child, place + "/")) return fault;
                continue;
            }
            if (has(place)) return wrong(place, "stands twice");
            fields_.push_back({place, child.child_value()});
        }
        return std::nullopt;
    }
    bool has(const std::string& place) const { return std::ranges::find(fields_, place, &Field::place) != fields_.end(); }
    std::string text(const std::string& place) const {
        const auto found = std::ranges::find(fields_, place, &Field::place);
        return found == fields_.end() ? std::string{} : found->text;
    }
    const std::vector<Field>& fields() const { return fields_; }

private:
    std::vector<Field> fields_;
    std::set<std::string> groups_;
};

Fault check_formats(const Transaction& transaction) {
    std::size_t last = 0;
    for (const auto& [place, text] : transaction.fields()) {
        const auto element = std::ranges::find_if(elements, [&](const Element& e) { return place == e.place; });
        if (element == elements.end()) return wrong(place, "no such element");
        if (!std::regex_match(text, std::regex(element->format))) return wrong(place, element->says);
        const auto position = static_cast<std::size_t>(element - elements.begin());
        if (position < last) return wrong(place, "out of order");
        last = position;
    }
    return std::nullopt;
}

// One way of naming the card; the stripe or a reader's block only where the card is at hand.
std::set<std::string> account_of(const Transaction& transaction, bool by_record, bool is_charge) {
    if (by_record) return {"RecordNo", "Frequency"};
    if (is_charge && transaction.has("Account/Track1")) return {"Account/Track1"};
    if (is_charge && transaction.has("Account/Track2")) return {"Account/Track2"};
    if (is_charge && transaction.has("Account/EncryptedBlock"))
        return {"Account/EncryptedFormat", "Account/AccountSource", "Account/EncryptedBlock", "Account/EncryptedKey"};
    return {"Account/AcctNo", "Account/ExpDate"};
}

Fault check_presence(const Transaction& transaction, const TranCode& rule, bool by_record) {
    std::set<std::string> must = rule.must;
    must.insert(always.begin(), always.end());
    const bool is_charge = rule.may.contains("CVVData");
    must.merge(account_of(transaction, by_record, is_charge));
    for (const std::string& place : must)
        if (!transaction.has(place)) return wrong(place, "is missing");
    for (const auto& [place, text] : transaction.fields())
        if (!must.contains(place) && !rule.may.contains(place) && !free_to_add.contains(place) &&
            !(place == "RecordNo" || place == "Frequency"))
            return wrong(place, "does not go with this TranCode");
    if (by_record && transaction.has("Account/Name")) return wrong("Account/Name", "no account beside a RecordNo");
    if (transaction.has("CVVData") && (transaction.has("Account/Track1") || transaction.has("Account/Track2")))
        return wrong("CVVData", "never with track data");
    if (transaction.has("RecordNo") != transaction.has("Frequency"))
        return wrong("Frequency", "goes with RecordNo");
    if (!by_record && transaction.has("RecordNo") && transaction.text("RecordNo") != "RecordNumberRequested")
        return wrong("RecordNo", "a token goes with a ByRecordNo code");
    return std::nullopt;
}

std::int64_t cents(const std::string& amount) {
    std::string digits = amount;
    std::erase(digits, '.');
    return std::stoll(digits);
}

Fault check_meaning(const Transaction& transaction, const std::string& code) {
    const std::int64_t purchase = cents(transaction.text("Amount/Purchase"));
    if (purchase == 0) return wrong("Amount/Purchase", "nothing to move");
    if (code == "PreAuth" && transaction.text("Amount/Authorize") != transaction.text("Amount/Purchase"))
        return wrong("Amount/Authorize", "is Purchase in a PreAuth");
    const bool reverses = transaction.has("TranInfo/AcqRefData");
    if (code == "VoidSale" && reverses != transaction.has("TranInfo/ProcessData"))
        return wrong("TranInfo/ProcessData", "a reversal carries both, a void neither");
    const std::string ref_no = transaction.text("RefNo");
    const bool is_later = code == "VoidSale" || code == "VoidReturn" || code == "Adjust";
    const bool is_number = std::ranges::all_of(ref_no, [](char c) { return c >= '0' && c <= '9'; });
    if (is_later && !is_number) return wrong("RefNo", "is the number of the answer, or a filler of digits");
    return std::nullopt;
}

Fault check_transaction(const pugi::xml_node& node) {
    Transaction transaction;
    if (auto fault = transaction.read(node)) return fault;
    if (auto fault = check_formats(transaction)) return fault;
    std::string code = transaction.text("TranCode");
    constexpr std::string_view twin = "ByRecordNo";
    const bool by_record = code.ends_with(twin);
    if (by_record) code.resize(code.size() - twin.size());
    const auto rule = tran_codes.find(code);
    if (rule == tran_codes.end() || (by_record && !rule->second.by_record)) return wrong("TranCode", "no such code");
    if (transaction.text("TranType") != "Credit") return wrong("TranType", "is Credit for this TranCode");
    if (auto fault = check_presence(transaction, rule->second, by_record)) return fault;
    return check_meaning(transaction, code);
}

Fault check_tran(const pugi::xml_node& carrier) {
    if (!children_of(carrier).empty()) return wrong("tran", "the TStream goes as text");
    const std::string text = carrier.child_value();
    pugi::xml_document document;
    if (!document.load_buffer(text.data(), text.size(), options)) return wrong("tran", "is no XML");
    const pugi::xml_node stream = document.document_element();
    if (std::string_view{stream.name()} != "TStream") return wrong("tran", "its root is TStream");
    if (stream.first_attribute()) return wrong("TStream", "attributes are not allowed");
    const auto inside = children_of(stream);
    if (inside.size() != 1) return wrong("TStream", "exactly one child");
    if (std::string_view{inside[0].name()} != "Transaction") return wrong("TStream", "its child is Transaction");
    return check_transaction(inside[0]);
}

Fault check_detail(const std::vector<pugi::xml_node>& parameters) {
    if (!std::regex_match(parameters[0].child_value(), std::regex("[0-9]{1,24}|[0-9]{1,19}=[A-Z]{1,9}")))
        return wrong("merchant", "digits, with a suffix at most, 24 in all");
    if (!std::regex_match(parameters[2].child_value(), std::regex("[A-Za-z0-9.]{1,16}")))
        return wrong("invoice", "1 to 16 letters, digits or points");
    return std::nullopt;
}

Fault check_call(const pugi::xml_node& call, std::string_view action) {
    static const std::map<std::string, std::vector<std::string>> operations{
        {"CreditTransaction", {"tran", "pw"}}, {"CTranDetail", {"merchant", "pw", "invoice"}}};
    const auto operation = operations.find(call.name());
    if (operation == operations.end()) return wrong(call.name(), "no such operation");
    if (call.attribute("xmlns").value() != name_space) return wrong("xmlns", "is http://www.mercurypay.com, no slash at its end");
    if (action != "\"" + std::string(name_space) + "/" + operation->first + "\"")
        return wrong("SOAPAction", "namespace, slash, operation, in quotes");
    const auto parameters = children_of(call);
    for (std::size_t i = 0; i < operation->second.size(); ++i)
        if (i >= parameters.size() || operation->second[i] != parameters[i].name())
            return wrong(operation->second[i], "is missing or not in its place");
    if (parameters.size() > operation->second.size()) return wrong(parameters.back().name(), "one parameter too many");
    if (std::string_view{call.child("pw").child_value()}.empty()) return wrong("pw", "is empty");
    return operation->first == "CTranDetail" ? check_detail(parameters) : check_tran(parameters[0]);
}

std::string header(std::string_view head, const std::string& name) {
    std::smatch found;
    const std::string text(head);
    const std::regex line("\r\n" + name + ": *([^\r\n]*)", std::regex::icase);
    return std::regex_search(text, found, line) ? found[1].str() : std::string{};
}

Fault check(std::string_view request) {
    const std::size_t end = request.find("\r\n\r\n");
    if (end == request.npos) return wrong("request", "no end of its head");
    const std::string_view head = request.substr(0, end), body = request.substr(end + 4);
    if (!head.starts_with("POST /ws/ws.asmx HTTP/1.1\r\n")) return wrong("request", "POST /ws/ws.asmx");
    if (!header(head, "Content-Type").starts_with("text/xml")) return wrong("Content-Type", "text/xml");
    if (!is_ascii(body)) return wrong("body", "ASCII only");
    pugi::xml_document document;
    if (!document.load_buffer(body.data(), body.size(), options)) return wrong("body", "is no XML");
    const pugi::xml_node envelope = document.document_element();
    if (std::string_view{envelope.name()} != "soap:Envelope") return wrong("body", "its root is soap:Envelope");
    if (std::string_view{envelope.attribute("xmlns:soap").value()} != "http://schemas.xmlsoap.org/soap/envelope/")
        return wrong("soap:Envelope", "SOAP 1.1's namespace");
    const auto calls = children_of(envelope.child("soap:Body"));
    if (calls.size() != 1) return wrong("soap:Body", "exactly one operation");
    return check_call(calls[0], header(head, "SOAPAction"));
}

}  // namespace

std::string fault_of(std::string_view http_request) { return check(http_request).value_or(""); }

}  // namespace postern::mercury::test
