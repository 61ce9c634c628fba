#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vault/contract/message_tree.hpp"

namespace postern::vault::test {

// A policy with every kind of rule, and a message that it allows, for the tests to bend.
inline constexpr std::string_view sample_policy = R"toml(
destination = "sample"
format = "xml"
method = "POST"
path = "/ws/ws.asmx"
content_type = "text/xml; charset=utf-8"
headers = ["SOAPAction"]
embedded = ["Envelope/tran"]
masked_reply_fields = ["AcctNo", "pw", "RecordNo"]
processor_token_days = 183

[operations.authorize]
needs_token = true
security_code = "take"
text = ["Envelope/tran/Transaction/InvoiceNo", "Envelope/tran/Transaction/Memo"]
[operations.authorize.fixed]
"header:SOAPAction" = "\"urn:credit\""
"Envelope/@xmlns" = "urn:sample"
"Envelope/tran/Transaction/MerchantID" = "{account.merchant_id}"
"Envelope/tran/Transaction/TranCode" = "PreAuth"
"Envelope/tran/Transaction/Account/AcctNo" = "{card.number}"
"Envelope/tran/Transaction/Account/ExpDate" = "{card.expiry}"
"Envelope/pw" = "{account.password}"
[operations.authorize.optional]
"Envelope/tran/Transaction/CVVData" = "{card.security_code}"

[operations.swipe]
like = "authorize"
without = ["Envelope/tran/Transaction/Account/AcctNo", "Envelope/tran/Transaction/Account/ExpDate",
           "Envelope/tran/Transaction/CVVData"]
[operations.swipe.fixed]
"Envelope/tran/Transaction/Account/Track2" = "{card.track2}"

[operations.encrypted]
like = "authorize"
without = ["Envelope/tran/Transaction/Account/AcctNo", "Envelope/tran/Transaction/Account/ExpDate",
           "Envelope/tran/Transaction/CVVData"]
[operations.encrypted.fixed]
"Envelope/tran/Transaction/Account/Format" = "{card.encrypted_format}"
"Envelope/tran/Transaction/Account/Source" = "{card.encrypted_source}"
"Envelope/tran/Transaction/Account/Block" = "{card.encrypted_block}"
"Envelope/tran/Transaction/Account/Key" = "{card.encrypted_key}"

[operations.recorded]
like = "authorize"
processor_token = "RecordNo"
without = ["Envelope/tran/Transaction/Account/AcctNo", "Envelope/tran/Transaction/Account/ExpDate",
           "Envelope/tran/Transaction/CVVData"]
[operations.recorded.fixed]
"Envelope/tran/Transaction/Account/RecordNo" = "{card.processor_token}"

[operations.asking]
like = "authorize"
processor_token = "RecordNo"

[operations.inquire]
text = ["Envelope/invoice"]
[operations.inquire.fixed]
"Envelope/merchant" = "{account.merchant_id}"
"Envelope/pw" = "{account.password}"
)toml";

inline XmlElement leaf(std::string name, Leaf value) { return {std::move(name), {}, std::move(value)}; }
inline XmlElement parent(std::string name, std::vector<XmlElement> children) {
    return {std::move(name), {}, std::move(children)};
}

inline MessageTree sample_authorize() {
    MessageTree tree;
    tree.path_template = "/ws/ws.asmx";
    tree.headers = {{"SOAPAction", std::string("\"urn:credit\"")}};
    auto transaction = parent("Transaction", {
        leaf("MerchantID", Slot::account_merchant_id), leaf("TranCode", std::string("PreAuth")),
        leaf("InvoiceNo", std::string("inv1")),
        parent("Account", {leaf("AcctNo", Slot::card_number), leaf("ExpDate", Slot::card_expiry_mmyy)}),
        leaf("CVVData", Slot::card_security_code)});
    XmlElement tran{"tran", {}, EmbeddedDocument{{std::move(transaction)}}};
    auto root = parent("Envelope", {std::move(tran), leaf("pw", Slot::account_password)});
    root.attributes = {{"xmlns", std::string("urn:sample")}};
    tree.body = XmlBody{std::move(root)};
    return tree;
}

inline MessageTree sample_inquiry() {
    MessageTree tree;
    tree.path_template = "/ws/ws.asmx";
    tree.body = XmlBody{parent("Envelope", {leaf("merchant", Slot::account_merchant_id),
                                            leaf("pw", Slot::account_password), leaf("invoice", std::string("inv1"))})};
    return tree;
}

inline XmlElement& root_of(MessageTree& tree) { return std::get<XmlBody>(tree.body).root; }
inline std::vector<XmlElement>& children_of(XmlElement& element) {
    return std::get<std::vector<XmlElement>>(element.content);
}
// The Transaction inside the sample's `tran`.
inline XmlElement& transaction_of(MessageTree& tree) {
    return std::get<EmbeddedDocument>(children_of(root_of(tree)).front().content).root.front();
}
inline XmlElement& child_of(XmlElement& element, std::string_view name) {
    for (auto& child : children_of(element))
        if (child.name == name) return child;
    throw std::logic_error("no such child");
}

// The sample's charge with something else for number and code.
inline MessageTree sample_charge_with(std::vector<XmlElement> account) {
    MessageTree tree = without(sample_authorize(), Slot::card_security_code);
    children_of(child_of(transaction_of(tree), "Account")) = std::move(account);
    return tree;
}

}  // namespace postern::vault::test
