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

// The transaction of this card that a void names, if it stands and is the void's kind; else 0.
std::int64_t Host::find_gift_target(const Transaction& t, const Entry& asked) const {
    const std::int64_t target = book_.find_item(t.merchant, t.ref_no, "");
    if (target == 0) return 0;
    const Entry& done = book_.at(target);
    const std::string code = gift_code(done), undone_by = "Void" + (code == "NoNSFSale" ? "Sale" : code);
    const bool fits = !done.is_voided && done.card_hash == asked.card_hash &&
                      done.authorized_minor == asked.amount_minor && t.tran_code == undone_by;
    return fits ? target : 0;
}

// Why not; empty: it may be done.
std::string_view Host::refuse_gift(const Transaction& t, const Entry& entry) const {
    const GiftCard* card = book_.find_gift(entry.card_hash);
    const bool is_issued = card && card->is_issued;
    if (t.tran_code == "Issue") return is_issued ? "Account Already Issued" : "";
    if (!is_issued) return "Account Not Issued";
    if (is_void(t.tran_code)) return entry.target == 0 ? "Could Not Void" : "";
    const bool is_short = (t.tran_code == "Sale" && card->balance_minor < entry.amount_minor) ||
                          (t.tran_code == "NoNSFSale" && card->balance_minor == 0);
    return is_short ? "Insufficient Balance" : "";
}

std::int64_t Host::gift_amount(const Transaction& t, const Entry& entry) const {
    if (t.tran_code == "Balance") return 0;
    if (t.tran_code != "NoNSFSale") return entry.amount_minor;
    return std::min(entry.amount_minor, book_.find_gift(entry.card_hash)->balance_minor);
}

Result<HostAnswer> Host::gift(const Transaction& t, std::string_view fault) {
    if (const FieldFault wrong = check(t); !wrong.code.empty()) return error(t.merchant, wrong.code, wrong.text);
    if (!settings_.merchants.contains(t.merchant)) return error(t.merchant, "002012", "MerchantID not found");
    if (!knows(t.merchant, t.password)) return bad_credentials(t.merchant);
    Entry entry = entry_of(t, fault);
    entry.tran_code = gift_prefix + t.tran_code;
    const bool is_repeat = t.tran_code != "Balance" && find_duplicate(entry) != 0;
    if (is_void(t.tran_code)) entry.target = find_gift_target(t, entry);
    const std::string_view refused = is_repeat ? "Duplicate Transaction" : refuse_gift(t, entry);
    if (refused.empty()) approve(entry, book_.next_number(), gift_amount(t, entry));
    else answer(entry, "Declined", refused);
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
