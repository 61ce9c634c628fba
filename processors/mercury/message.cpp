#include "processors/mercury/message.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "processors/mercury/amounts.hpp"
#include "processors/mercury/soap.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using processors::History;
using vault::Slot;
using vault::XmlElement;

Error cannot(std::string_view code) { return {ErrorKind::invalid_request, code}; }

std::string reference_of(const History& history, std::string_view name) {
    if (!history.original) return {};
    const auto found = history.original->reference.find(std::string(name));
    return found == history.original->reference.end() ? std::string{} : found->second;
}

bool undoes_open_hold(const History& history) {
    return history.original && history.original->verb == Verb::authorize && history.payment.captured.is_zero();
}

// RefNo: of a first message the invoice, of a void or tip the item's number in the batch. An uncaptured hold has no item, but
// a number must stand there.
std::string ref_no(const History& history, const std::string& invoice) {
    const bool is_tip = history.operation.verb == Verb::adjust_tip;
    if (!is_undo(history.operation.verb) && !is_tip) return invoice;
    const std::string given = reference_of(history, "RefNo");
    if (is_tip) return given;
    return undoes_open_hold(history) || given.empty() ? "1" : given;
}

std::string authorize_text(const History& history, const Switches& switches) {
    const bool of_original = history.operation.verb == Verb::capture && switches.capture_authorize_is_original != 0 &&
                             history.original && history.original->approved;
    return amount_text(of_original ? history.original->approved->amount_minor() : sent_amount(history).amount_minor());
}

XmlElement amount(const History& history, const Switches& switches) {
    std::vector<XmlElement> amounts{text("Purchase", amount_text(sent_purchase(history).amount_minor()))};
    const Verb verb = history.operation.verb;
    if (verb == Verb::authorize || verb == Verb::capture)
        amounts.push_back(text("Authorize", authorize_text(history, switches)));
    if (const auto& tip = history.operation.tip) amounts.push_back(text("Gratuity", amount_text(tip->amount_minor())));
    return group("Amount", std::move(amounts));
}

// Of what this operation builds on, and the vault did not say meanwhile that it has none.
bool brought_record(const History& history) {
    if (operation_by_record(history.operation.verb).empty()) return false;
    if (reference_of(history, "RecordNo") != record_kept) return false;
    return std::ranges::none_of(history.attempts, [](const processors::Attempt& attempt) {
        const auto* not_sent = std::get_if<vault::NotSent>(&attempt.verdict);
        return not_sent && is_record_refusal(not_sent->code);
    });
}

// Asked for where the switch says so, and always where the number is nobody's to go on with; each use brings a new one.
void add_record(CardForm form, const History& history, const Switches& switches, std::vector<XmlElement>& transaction) {
    const bool wants_one = switches.use_records != 0 || history.entry == vault::CardEntry::encrypted;
    if (form != CardForm::record && !(is_charge(history.operation.verb) && wants_one)) return;
    transaction.push_back(text("Frequency", "OneTime"));
    transaction.push_back(form == CardForm::record ? slot("RecordNo", Slot::card_processor_token)
                                                   : text("RecordNo", "RecordNumberRequested"));
}

XmlElement account(CardForm form, const History& history) {
    if (form == CardForm::track)
        return group("Account", {history.with_track2 ? slot("Track2", Slot::card_track2) : slot("Track1", Slot::card_track1)});
    if (form == CardForm::block)
        return group("Account", {slot("EncryptedFormat", Slot::card_encrypted_format),
                                 slot("AccountSource", Slot::card_encrypted_source),
                                 slot("EncryptedBlock", Slot::card_encrypted_block),
                                 slot("EncryptedKey", Slot::card_encrypted_key)});
    std::vector<XmlElement> card{slot("AcctNo", Slot::card_number), slot("ExpDate", Slot::card_expiry_mmyy)};
    if (history.with_holder_name) card.push_back(slot("Name", Slot::card_holder_name));
    return group("Account", std::move(card));
}

// Security code and address: only where the issuer decides and the card was typed in, and the code only with the first
// message, because the vault gives it away once.
void add_checks(vault::AttemptKind kind, const History& history, const Switches& switches,
                std::vector<XmlElement>& transaction) {
    const bool issuer_decides = is_charge(history.operation.verb) && card_form(kind, history) == CardForm::number;
    if (!issuer_decides) return;
    if (history.with_security_code && kind == vault::AttemptKind::send)
        transaction.push_back(slot("CVVData", Slot::card_security_code));
    std::vector<XmlElement> address;
    if (history.with_address && switches.send_street_line != 0) address.push_back(slot("Address", Slot::card_address));
    if (history.with_postal_code) address.push_back(slot("Zip", Slot::card_postal_code));
    if (!address.empty()) transaction.push_back(group("AVS", std::move(address)));
}

// What the processor wants to see again, byte for byte.
Status add_original(const History& history, UndoForm form, const Switches& switches,
                    std::vector<XmlElement>& transaction) {
    const Verb verb = history.operation.verb;
    const bool is_tip = verb == Verb::adjust_tip;
    if (verb != Verb::capture && !is_tip && !is_undo(verb)) return {};
    if (is_tip && (!history.operation.tip || reference_of(history, "RefNo").empty())) return cannot("reference_missing");
    const bool with_issuer_data = verb == Verb::capture || (is_undo(verb) && form == UndoForm::reversal);
    std::vector<XmlElement> original;
    for (const std::string_view name : {"AuthCode", "AcqRefData", "ProcessData"}) {
        if (name != "AuthCode" && !with_issuer_data) continue;
        std::string value = reference_of(history, name);
        if (name == "AuthCode" && switches.auth_code_is_kept_whole == 0) value = trimmed(value);
        const bool may_miss = verb == Verb::capture && name == "ProcessData";
        if (value.empty() && !may_miss) return cannot("reference_missing");
        if (!value.empty()) original.push_back(text(name, value));
    }
    transaction.push_back(group("TranInfo", std::move(original)));
    return {};
}

}  // namespace

std::string_view tran_code(Verb verb) {
    switch (verb) {
        case Verb::authorize: return "PreAuth";
        case Verb::sale: return "Sale";
        case Verb::capture: return "PreAuthCapture";
        case Verb::adjust_tip: return "Adjust";
        case Verb::refund: return "Return";
        case Verb::reverse:
        case Verb::void_sale: return "VoidSale";
        case Verb::increment:
        case Verb::verify:
        case Verb::batch_close: return "";
    }
    __builtin_unreachable();
}

std::string sent_invoice(const History& history, const Switches& switches) {
    const Verb verb = history.operation.verb;
    if (verb == Verb::adjust_tip && switches.adjust_with_ref_no_as_invoice != 0) return reference_of(history, "RefNo");
    const bool of_original = (is_undo(verb) && switches.undo_with_original_invoice != 0) ||
                             (verb == Verb::capture && switches.capture_with_original_invoice != 0);
    return of_original && history.original ? history.original->processor_identity
                                           : history.operation.processor_identity;
}

std::string inquired_invoice(const History& history, const Switches& switches) {
    const bool of_original = is_undo(history.operation.verb) || looks_at_item(history, switches);
    if (of_original && history.original) return history.original->processor_identity;
    return sent_invoice(history, switches);
}

domain::Money sent_amount(const History& history) { return history.operation.requested; }

domain::Money sent_purchase(const History& history) {
    const auto& tip = history.operation.tip;
    return tip ? *sent_amount(history).minus(*tip) : sent_amount(history);
}

bool looks_at_item(const History& history, const Switches& switches) {
    const bool shares_invoice = switches.adjust_with_ref_no_as_invoice != 0;  // with every other tip of the item
    return history.operation.verb == Verb::adjust_tip && (switches.adjust_shows_on_item != 0 || shares_invoice);
}

Status check_amount(const History& history, const Switches& switches) {
    const domain::Money amount = sent_amount(history);
    const bool known = amount.currency() == domain::Currency::usd ||
                       (amount.currency() == domain::Currency::cad && switches.canadian_dollars != 0);
    if (!known) return cannot("currency_not_supported");
    const bool has_purchase = sent_purchase(history).amount_minor() > 0;
    if (!has_purchase || amount.amount_minor() > amount_minor_max) return cannot("amount_out_of_range");
    return {};
}

std::string_view operation_by_record(Verb verb) {
    switch (verb) {
        case Verb::authorize: return "authorize_by_record";
        case Verb::sale: return "sale_by_record";
        case Verb::capture: return "capture_by_record";
        case Verb::adjust_tip: return "adjust_tip_by_record";
        case Verb::refund: return "refund_by_record";
        case Verb::reverse: return "reverse_by_record";
        case Verb::void_sale: return "void_sale_by_record";
        default: return {};
    }
}

CardForm card_form(vault::AttemptKind kind, const History& history) {
    if (!is_charge(history.operation.verb)) return brought_record(history) ? CardForm::record : CardForm::number;
    const bool is_first = kind == vault::AttemptKind::send;
    if (is_first && history.with_encrypted_block) return CardForm::block;
    if (history.entry == vault::CardEntry::encrypted) return CardForm::record;
    return is_first && (history.with_track1 || history.with_track2) ? CardForm::track : CardForm::number;
}

bool is_record_refusal(std::string_view not_sent_code) {
    return not_sent_code == "processor_token_missing" || not_sent_code == "processor_token_expired";
}

Result<vault::MessageTree> transaction_message(vault::AttemptKind kind, const History& history, UndoForm form,
                                               const Switches& switches) {
    const std::string_view code = tran_code(history.operation.verb);
    if (code.empty()) return cannot("verb_not_supported");
    if (auto status = check_amount(history, switches); !status) return status.error();
    const CardForm card = card_form(kind, history);
    const std::string invoice = sent_invoice(history, switches);
    const std::string twin = card == CardForm::record ? "ByRecordNo" : "";
    std::vector<XmlElement> transaction{text("TranType", "Credit"), text("TranCode", std::string(code) + twin)};
    const bool is_asked = switches.ask_partial_approval != 0 ||
                          history.payment.partial_approval != domain::PartialApproval::refused;
    const bool may_be_partial = is_asked && (code == "PreAuth" || code == "Sale");
    if (may_be_partial) transaction.push_back(text("PartialAuth", "Allow"));
    transaction.push_back(text("InvoiceNo", invoice));
    transaction.push_back(text("RefNo", ref_no(history, invoice)));
    transaction.push_back(text("Memo", memo));
    add_record(card, history, switches, transaction);
    transaction.push_back(slot("MerchantID", Slot::account_merchant_id));
    transaction.push_back(amount(history, switches));
    if (card != CardForm::record) transaction.push_back(account(card, history));
    add_checks(kind, history, switches, transaction);
    if (auto status = add_original(history, form, switches, transaction); !status) return status.error();
    return transaction_call("CreditTransaction", std::move(transaction));
}

Result<vault::MessageTree> inquiry_message(const History& history, const Switches& switches) {
    return soap("CTranDetail", {slot("merchant", Slot::account_merchant_id), slot("pw", Slot::account_password),
                                text("invoice", inquired_invoice(history, switches))});
}

}  // namespace postern::mercury
