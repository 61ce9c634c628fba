#include <algorithm>

#include "processors/mercury/sandbox/fields.hpp"
#include "processors/mercury/sandbox/host.hpp"
#include "processors/mercury/sandbox/triggers.hpp"

// What the host decides about each TranCode.
namespace postern::mercury::sandbox {
namespace {

std::string padded(std::int64_t number, std::size_t width) {
    const std::string digits = std::to_string(number);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

void answer(Entry& entry, std::string_view status, std::string_view text) {
    entry.status = status;
    entry.code = "000000";
    entry.text = text;
}

// What an approval is known by afterwards. The issuer's data has the quirks of the real one: a letter first, spaces
// inside and at the end; pipes and twelve digits.
void approve(Entry& entry, std::int64_t number, std::int64_t authorized, std::string_view text) {
    answer(entry, "Approved", text);
    entry.authorized_minor = authorized;
    entry.auth_code = "0" + padded(number % 100'000, 5);
    entry.ref_no = padded(number, 4);
    entry.acq_ref_data = "KbMCC" + padded(number, 9) + "  A  ";
    entry.process_data = "|00|" + padded(number, 12);
}

}  // namespace

HostAnswer Host::decide_verb(const Transaction& t, Entry entry) const {
    const std::string& code = entry.tran_code;
    if (code == "PreAuthCapture") return capture(t, std::move(entry));
    if (code == "VoidSale") return undo(t, std::move(entry));
    if (code == "Return") return refund(t, std::move(entry));
    if (code == "VoidReturn") return undo_refund(t, std::move(entry));
    if (code == "Adjust") return adjust(t, std::move(entry));
    if (code == "VoiceAuth") return voice(t, std::move(entry));
    if (code == "ZeroAuth" || code == "CardLookup") return check_card(t, std::move(entry));
    return charge(t, std::move(entry));
}

HostAnswer Host::refund(const Transaction& t, Entry entry) const {
    approve(entry, book_.next_number(), entry.amount_minor, "AP");
    return answer_of(t, std::move(entry));
}

// The approval came by telephone.
HostAnswer Host::voice(const Transaction& t, Entry entry) const {
    approve(entry, book_.next_number(), entry.amount_minor, "AP");
    entry.auth_code = t.auth_code;
    return answer_of(t, std::move(entry));
}

// No money: a ZeroAuth asks the issuer, a CardLookup only gives a record.
HostAnswer Host::check_card(const Transaction& t, Entry entry) const {
    if (entry.tran_code == "CardLookup") answer(entry, "Success", "OK");
    else approve(entry, book_.next_number(), 0, "AP");
    return answer_of(t, std::move(entry));
}

// Looks at the whole book, and only where there is a limit.
bool Host::is_over_limit(const Entry& entry) const {
    if (settings_.card_limit_minor == 0) return false;
    std::int64_t held = entry.amount_minor;
    for (const Entry& other : book_.entries())
        if (other.card_hash == entry.card_hash) held += held_minor(other, book_, {entry.at, settings_.hold_life});
    return held > settings_.card_limit_minor;
}

HostAnswer Host::charge(const Transaction& t, Entry entry) const {
    const std::int64_t amount = entry.amount_minor;
    const auto partial = partial_amount(entry.card, amount);
    const bool may_be_partial = settings_.partial_without_asking || t.partial_auth == "Allow";
    if (const OutcomeTrigger* trigger = find_outcome_trigger(amount)) {
        const bool discover = amount == 2091 && card_type(entry.card) == "DCVR";
        answer(entry, "Declined", discover ? "CALL DISCOVER" : trigger->text);
    } else if (is_over_limit(entry)) {
        answer(entry, "Declined", "DECLINE");
    } else if (partial && may_be_partial) {
        approve(entry, book_.next_number(), *partial, "PARTIAL AP");
    } else {
        approve(entry, book_.next_number(), amount, "AP");
    }
    return answer_of(t, std::move(entry));
}

// Found by the issuer's data. More than was held is taken, as on the test host.
HostAnswer Host::capture(const Transaction& t, Entry entry) const {
    entry.target = book_.find_acq_ref_data(t.merchant, t.acq_ref_data);
    const Entry* hold = entry.target == 0 ? nullptr : &book_.at(entry.target);
    const bool takes = hold && hold->tran_code == "PreAuth" && !hold->is_voided && hold->auth_code == t.auth_code &&
                       hold->card_hash == entry.card_hash;
    if (!takes) {
        entry.target = 0;
        answer(entry, "Declined", "NO TRAN FOUND");
    } else {
        approve(entry, book_.next_number(), entry.amount_minor, "AP");
    }
    return answer_of(t, std::move(entry));
}

// Of a charge with what was captured of it: anything that left the open batch.
bool Host::is_closed(const Entry& charged) const {
    const std::int64_t hold = charged.tran_code == "PreAuthCapture" ? charged.target : charged.number;
    const auto& captures = book_.at(hold == 0 ? charged.number : hold).captures;
    const auto has_left = [&](std::int64_t n) { return !book_.is_in_open_batch(book_.at(n)); };
    return (is_purchase(charged) && has_left(charged.number)) || std::ranges::any_of(captures, has_left);
}

HostAnswer Host::undo(const Transaction& t, Entry entry) const {
    if (!entry.is_reversal) return legacy_void(t, std::move(entry));
    std::int64_t target = book_.find_acq_ref_data(t.merchant, t.acq_ref_data);
    const Entry* charged = target == 0 ? nullptr : &book_.at(target);
    const bool found = charged && !charged->is_voided && charged->auth_code == t.auth_code &&
                       charged->card_hash == entry.card_hash && charged->process_data == t.process_data &&
                       charged->tran_code != "Return" && !is_closed(*charged);
    if (!found) {
        answer(entry, "Declined", "NO TRAN FOUND");
        return answer_of(t, std::move(entry));
    }
    // A capture is reversed together with its hold.
    const bool has_hold = charged->tran_code == "PreAuthCapture" && charged->target != 0;
    const Entry& hold = has_hold ? book_.at(charged->target) : *charged;
    const bool other_amount = has_hold && hold.authorized_minor != charged->authorized_minor;
    const bool is_plain = hold.amount_minor == 103 || other_amount;  // the published triggers of a plain AP
    approve(entry, book_.next_number(), entry.amount_minor, is_plain ? "AP" : "REVERSED");
    entry.target = hold.number;
    return answer_of(t, std::move(entry));
}

// An item of the open batch that is approved and stands, by its number.
const Entry* Host::find_item(const Transaction& t, const Entry& asked) const {
    const std::int64_t number = book_.find_item(t.merchant, t.ref_no, t.auth_code);
    const Entry* item = number == 0 ? nullptr : &book_.at(number);
    const bool stands = item && !item->is_voided && book_.is_in_open_batch(*item) && item->card_hash == asked.card_hash;
    return stands ? item : nullptr;
}

HostAnswer Host::take_out(const Transaction& t, Entry entry, const Entry* item) const {
    if (!item || item->authorized_minor != entry.amount_minor) {
        answer(entry, "Declined", "INV ITEM NUM");
    } else {
        approve(entry, book_.next_number(), entry.amount_minor, "AP");
        entry.auth_code = "VOIDED";
        entry.acq_ref_data = "K";
        entry.target = item->number;
    }
    return answer_of(t, std::move(entry));
}

// A hold that was not captured is no item.
HostAnswer Host::legacy_void(const Transaction& t, Entry entry) const {
    const Entry* item = find_item(t, entry);
    return take_out(t, std::move(entry), item && is_purchase(*item) ? item : nullptr);
}
HostAnswer Host::undo_refund(const Transaction& t, Entry entry) const {
    const Entry* item = find_item(t, entry);
    return take_out(t, std::move(entry), item && item->tran_code == "Return" ? item : nullptr);
}

// The base stays; the tip is the new one. The item keeps its number and its data.
HostAnswer Host::adjust(const Transaction& t, Entry entry) const {
    const Entry* item = find_item(t, entry);
    const std::int64_t base = entry.amount_minor - entry.gratuity_minor;
    const bool fits = item && is_purchase(*item) && item->authorized_minor - item->gratuity_minor == base;
    if (!fits) {
        answer(entry, "Declined", "INV ITEM NUM");
        return answer_of(t, std::move(entry));
    }
    approve(entry, book_.next_number(), entry.amount_minor, "AP");
    entry.auth_code = item->auth_code;
    entry.ref_no = item->ref_no;
    entry.acq_ref_data = item->acq_ref_data;
    entry.process_data = item->process_data;
    entry.target = item->number;
    return answer_of(t, std::move(entry));
}

}  // namespace postern::mercury::sandbox
