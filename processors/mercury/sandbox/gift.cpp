#include <algorithm>
#include <array>

#include "processors/mercury/sandbox/fields.hpp"
#include "processors/mercury/sandbox/host.hpp"

// Stored value: GiftTransaction with TranType PrePaid. A card is nothing until it is issued.
namespace postern::mercury::sandbox {
namespace {

constexpr std::array<std::string_view, 10> codes{"Issue",     "Sale",     "NoNSFSale",  "Reload",    "Return",
                                                 "VoidIssue", "VoidSale", "VoidReload", "VoidReturn", "Balance"};

bool is_void(std::string_view code) { return code.starts_with("Void"); }

// The texts are the service's; which codes go with them is not public.
FieldFault check(const Transaction& t) {
    if (!t.readable) return {"003050", "XML Parse Error"};
    if (t.merchant.empty()) return {"004018", "No MerchantID Specified"};
    if (t.tran_type != "PrePaid") return {"100201", "Invalid TranType for Prepaid Server"};
    if (std::ranges::find(codes, t.tran_code) == codes.end()) return {"100219", "Invalid TranCode"};
    const bool is_numeric = std::ranges::all_of(t.account_number, [](char c) { return c >= '0' && c <= '9'; });
    if (!is_numeric) return {"100204", "Non Numeric Account"};
    if (t.account_number.size() < 12 || t.account_number.size() > 19) return {"100204", "Invalid Account Number"};
    if (t.invoice.empty() || t.invoice.size() > 16) return {"001004", "Missing Invoice Field"};
    if (t.tran_code == "Balance") return {};
    const auto purchase = parse_minor(t.purchase);
    if (!purchase) return {"100211", "Amount Field Error"};
    if (*purchase == 0) return {"100211", "Amount Cannot Be Zero"};
    return {};
}

void answer(Entry& entry, std::string_view status, std::string_view text) {
    entry.status = status;
    entry.code = "000000";
    entry.text = text;
}
void approve(Entry& entry, std::int64_t number, std::int64_t authorized) {
    answer(entry, "Approved", "AP");
    entry.authorized_minor = authorized;
    entry.ref_no = batch_number_text(number);
}

}  // namespace

// What it would do to the balance, or why not. A void takes back what its RefNo names, once.
std::string_view Host::decide_gift(const Transaction& t, Entry& entry) const {
    const GiftCard* card = book_.find_gift(entry.card_hash);
    const std::int64_t number = book_.next_number(), amount = entry.amount_minor;
    const std::string_view code = t.tran_code;
    if (code == "Issue") {
        if (card && card->is_issued) return "Account Already Issued";
        return approve(entry, number, amount), "";
    }
    if (!card || !card->is_issued) return "Account Not Issued";
    if (is_void(code)) {
        const std::int64_t target = book_.find_item(t.merchant, t.ref_no, "");
        const Entry* done = target == 0 ? nullptr : &book_.at(target);
        const bool fits = done && !done->is_voided && done->card_hash == entry.card_hash &&
                          done->authorized_minor == amount && entry.tran_code == gift_prefix + ("Void" + gift_code(*done));
        if (!fits) return "Could Not Void";
        entry.target = target;
        return approve(entry, number, amount), "";
    }
    if (code == "Balance") return approve(entry, number, 0), "";
    if (code == "Sale" && card->balance_minor < amount) return "Insufficient Balance";
    if (code == "NoNSFSale" && card->balance_minor == 0) return "Insufficient Balance";
    return approve(entry, number, code == "NoNSFSale" ? std::min(amount, card->balance_minor) : amount), "";
}

Result<HostAnswer> Host::gift(const Transaction& t, std::string_view fault) {
    if (const FieldFault wrong = check(t); !wrong.code.empty()) return error(t.merchant, wrong.code, wrong.text);
    if (!settings_.merchants.contains(t.merchant)) return error(t.merchant, "002012", "MerchantID not found");
    if (!knows(t.merchant, t.password)) return bad_credentials(t.merchant);
    Entry entry = entry_of(t, fault);
    entry.tran_code = gift_prefix + t.tran_code;
    const bool is_repeat = t.tran_code != "Balance" && find_duplicate(entry) != 0;
    const std::string_view refused = is_repeat ? "Duplicate Transaction" : decide_gift(t, entry);
    if (!refused.empty()) answer(entry, "Declined", refused);
    const auto added = book_.add(entry);
    if (!added) return added.error();
    if (is_approved(**added)) remember(**added);
    HostAnswer out = answer_of(t, **added);
    out.card_type = "GIFT";
    const GiftCard* card = book_.find_gift(entry.card_hash);
    if (card && card->is_issued) out.balance_minor = card->balance_minor;
    return out;
}

}  // namespace postern::mercury::sandbox
