#include "processors/mercury/gift/message.hpp"

#include <string>
#include <utility>
#include <vector>

#include "processors/mercury/amounts.hpp"
#include "processors/mercury/message.hpp"
#include "processors/mercury/soap.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using processors::History;
using vault::Slot;
using vault::XmlElement;

constexpr std::string_view port_of_gift = "9100";  // the service wants it of every PrePaid request

Error cannot(std::string_view code) { return {ErrorKind::invalid_request, code}; }

// Of a void what the host called the item, of everything else the invoice once more.
std::string ref_no(const History& history) {
    if (!is_undo(history.operation.verb)) return history.operation.processor_identity;
    if (!history.original) return {};
    const auto found = history.original->reference.find("RefNo");
    return found == history.original->reference.end() ? std::string{} : found->second;
}

}  // namespace

std::string_view gift_code(const History& history) {
    switch (history.operation.verb) {
        case Verb::sale: return "Sale";
        case Verb::refund: return "Return";
        case Verb::reverse:
        case Verb::void_sale: return history.original && history.original->verb == Verb::refund ? "VoidReturn" : "VoidSale";
        default: return "";
    }
}

Result<vault::MessageTree> gift_message(const History& history, const Switches& switches) {
    const std::string_view code = gift_code(history);
    if (code.empty()) return cannot("verb_not_supported");
    if (auto status = check_amount(history, switches); !status) return status.error();
    const std::string number = ref_no(history);
    if (number.empty()) return cannot("reference_missing");
    std::vector<XmlElement> transaction{
        text("IpPort", port_of_gift),
        text("TranType", "PrePaid"),
        text("TranCode", code),
        text("InvoiceNo", history.operation.processor_identity),
        text("RefNo", number),
        text("Memo", memo),
        slot("MerchantID", Slot::account_merchant_id),
        group("Amount", {text("Purchase", amount_text(sent_amount(history).amount_minor()))}),
        group("Account", {slot("AcctNo", Slot::card_number)})};
    return transaction_call("GiftTransaction", std::move(transaction));
}

vault::MessageTree gift_inquiry(const History& history) {
    return soap("CAllGiftDetail", {slot("merchant", Slot::account_merchant_id), slot("pw", Slot::account_password),
                                   text("invoice", history.operation.processor_identity)});
}

}  // namespace postern::mercury
