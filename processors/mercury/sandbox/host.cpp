#include "processors/mercury/sandbox/host.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/base32.hpp"
#include "processors/mercury/sandbox/fields.hpp"
#include "processors/mercury/sandbox/triggers.hpp"

namespace postern::mercury::sandbox {
namespace {

std::string card_hash(const std::string& number, const CardKey& key) {
    std::array<std::uint8_t, 16> hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(number.data()), number.size(),
                       key.data(), key.size());
    return base32_grouped(hash);
}

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

std::string avs_result(const Transaction& t) {
    if (t.address.empty() && t.postal_code.empty()) return {};
    const bool newer = t.address.starts_with("123") && t.postal_code == "45209";
    const bool older = t.address.starts_with("4 ") && t.postal_code == "30329";
    return newer || older ? "Y" : "N";
}

// Names alone: what they held is nobody's business afterwards.
std::string carried(const Transaction& t) {
    std::string names;
    const auto note = [&](const std::string& value, std::string_view name) {
        if (!value.empty()) names += (names.empty() ? "" : " ") + std::string(name);
    };
    note(t.security_code, "CVVData");
    note(t.name, "Name");
    note(t.address, "Address");
    note(t.postal_code, "Zip");
    return names;
}

std::string cvv_result(const Transaction& t) {
    const std::string& code = t.security_code;
    if (code.empty()) return {};
    return code == "123" || code == "222" || code == "362" || code == "1234" ? "M" : "N";
}

HostAnswer with_transaction(const Transaction& t, Entry entry, bool shows_whole_number) {
    HostAnswer out;
    out.entry = std::move(entry);
    out.has_transaction = true;
    out.shown_number = shows_whole_number ? t.account_number : masked_number(t.account_number);
    out.card_type = card_type(t.account_number);
    out.avs_result = avs_result(t);
    out.cvv_result = cvv_result(t);
    return out;
}

}  // namespace

Host::Host(const Settings& settings, Book& book, const Clock& clock, CardKey card_key)
    : settings_{settings}, book_{book}, clock_{clock}, card_key_{card_key} {
    for (const Entry& entry : book_.entries())
        if (is_approved(entry) && entry.duplicate_of == 0) remember(entry);
    for (const auto& [merchant, batch] : book_.open_batches()) expect_close(batch);
}

void Host::forget() {
    duplicates_.clear();
    next_close_ = Timestamp::max();
}

HostAnswer Host::error(std::string_view merchant, std::string_view code, std::string_view text) {
    HostAnswer out;
    out.entry.merchant = merchant;
    out.entry.status = "Error";
    out.entry.code = code;
    out.entry.text = text;
    out.origin = "Server";
    return out;
}

HostAnswer Host::bad_credentials(std::string_view merchant) {
    HostAnswer refused = error(merchant, "009999", "Invalid Credentials. Please call support.");
    refused.origin = "Client";
    return refused;
}

bool Host::knows(const std::string& merchant, const std::string& password) const {
    const auto found = settings_.merchants.find(merchant);
    return found != settings_.merchants.end() && found->second == password;
}

Entry Host::entry_of(const Transaction& t, std::string_view fault) const {
    Entry entry;
    entry.at = clock_.now();
    entry.merchant = t.merchant;
    entry.tran_code = t.tran_code;
    entry.invoice = upper(t.invoice);
    entry.amount_minor = *parse_minor(t.purchase) + parse_minor(t.gratuity).value_or(0);
    entry.card = masked_number(t.account_number);
    entry.card_hash = card_hash(t.account_number, card_key_);
    entry.is_reversal = t.tran_code == "VoidSale" && !t.acq_ref_data.empty() && !t.process_data.empty();
    entry.fault = fault;
    entry.carried = carried(t);
    return entry;
}

// Under the shorter rule charges share one key whatever their code; captures and voids, which clients send under the
// charge's invoice, keep keys of their own, or nothing could ever be captured.
bool Host::is_same(const Entry& a, const Entry& b) const {
    const auto is_charge = [](const Entry& e) {
        return e.tran_code == "Sale" || e.tran_code == "PreAuth" || e.tran_code == "Return";
    };
    const bool is_short = settings_.duplicate_rule == DuplicateRule::invoice_card_amount && is_charge(a) && is_charge(b);
    const bool is_past = settings_.duplicates_end_with_batch && !book_.is_in_open_batch(a);
    return !is_past && a.invoice == b.invoice && a.card_hash == b.card_hash && a.amount_minor == b.amount_minor &&
           (is_short || (a.merchant == b.merchant && a.tran_code == b.tran_code));
}
std::uint64_t Host::duplicate_hash(const Entry& entry) const { return hash_of({entry.invoice, entry.card_hash}); }

std::int64_t Host::find_duplicate(const Entry& entry) const {
    if (settings_.duplicate_rule == DuplicateRule::off) return 0;
    return duplicates_.find(duplicate_hash(entry), [&](std::int64_t n) { return is_same(book_.at(n), entry); });
}

void Host::remember(const Entry& entry) {
    duplicates_.set(duplicate_hash(entry), entry.number,
                    [&](std::int64_t n) { return is_same(book_.at(n), entry); });
}

Result<HostAnswer> Host::decide(const Transaction& transaction, std::string_view fault) {
    if (auto status = close_due(); !status) return status.error();
    if (const FieldFault wrong = check_fields(transaction); !wrong.code.empty())
        return error(transaction.merchant, wrong.code, wrong.text);
    if (!knows(transaction.merchant, transaction.password)) return bad_credentials(transaction.merchant);
    if (settings_.only_test_cards && !is_test_card(transaction.account_number))
        return error(transaction.merchant, "000000", "No Live Cards on Test Merchant ID Allowed.");
    Entry entry = entry_of(transaction, fault);
    const std::int64_t earlier = find_duplicate(entry);
    const bool is_repeat = earlier != 0 && (transaction.tran_code != "VoidSale" || !settings_.repeated_void_is_refused);
    HostAnswer decided;
    if (is_repeat) {
        entry = book_.at(earlier);
        entry.at = clock_.now();
        entry.duplicate_of = earlier;
        entry.text = "AP*";
        entry.fault = fault;
        decided = with_transaction(transaction, std::move(entry), settings_.shows_whole_number);
    } else {
        decided = decide_verb(transaction, std::move(entry));
    }
    const auto added = book_.add(decided.entry);
    if (!added) return added.error();
    if (is_approved(**added) && !is_repeat) remember(**added);
    expect_close(book_.open_batch(transaction.merchant));
    return decided;
}

HostAnswer Host::decide_verb(const Transaction& t, Entry entry) const {
    if (t.tran_code == "PreAuthCapture") return capture(t, std::move(entry));
    if (t.tran_code == "VoidSale") return undo(t, std::move(entry));
    if (t.tran_code == "Return") {
        approve(entry, book_.next_number(), entry.amount_minor, "AP");
        return with_transaction(t, std::move(entry), settings_.shows_whole_number);
    }
    return charge(t, std::move(entry));
}

HostAnswer Host::charge(const Transaction& t, Entry entry) const {
    const std::int64_t amount = entry.amount_minor;
    const auto partial = partial_amount(t.account_number, amount);
    const bool may_be_partial = settings_.partial_without_asking || t.partial_auth == "Allow";
    if (const OutcomeTrigger* trigger = find_outcome_trigger(amount)) {
        const bool discover = amount == 2091 && card_type(t.account_number) == "DCVR";
        answer(entry, "Declined", discover ? "CALL DISCOVER" : trigger->text);
    } else if (partial && may_be_partial) {
        approve(entry, book_.next_number(), *partial, "PARTIAL AP");
    } else {
        approve(entry, book_.next_number(), amount, "AP");
    }
    return with_transaction(t, std::move(entry), settings_.shows_whole_number);
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
    return with_transaction(t, std::move(entry), settings_.shows_whole_number);
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
        return with_transaction(t, std::move(entry), settings_.shows_whole_number);
    }
    // A capture is reversed together with its hold.
    const bool has_hold = charged->tran_code == "PreAuthCapture" && charged->target != 0;
    const Entry& hold = has_hold ? book_.at(charged->target) : *charged;
    const bool other_amount = has_hold && hold.authorized_minor != charged->authorized_minor;
    const bool is_plain = hold.amount_minor == 103 || other_amount;  // the published triggers of a plain AP
    approve(entry, book_.next_number(), entry.amount_minor, is_plain ? "AP" : "REVERSED");
    entry.target = hold.number;
    return with_transaction(t, std::move(entry), settings_.shows_whole_number);
}

// An item of the open batch, found by its number; a hold that was not captured is none.
HostAnswer Host::legacy_void(const Transaction& t, Entry entry) const {
    const std::int64_t target = book_.find_item(t.merchant, t.ref_no, t.auth_code);
    const Entry* item = target == 0 ? nullptr : &book_.at(target);
    const bool in_batch = item && !item->is_voided && book_.is_in_open_batch(*item) && item->tran_code != "PreAuth" && item->tran_code != "Return";
    const bool fits = in_batch && item->card_hash == entry.card_hash && item->authorized_minor == entry.amount_minor;
    if (!fits) {
        answer(entry, "Declined", "INV ITEM NUM");
    } else {
        approve(entry, book_.next_number(), entry.amount_minor, "AP");
        entry.auth_code = "VOIDED";
        entry.acq_ref_data = "K";
        entry.target = target;
    }
    return with_transaction(t, std::move(entry), settings_.shows_whole_number);
}

std::vector<const Entry*> Host::detail(const DetailRequest& request) const {
    std::vector<const Entry*> rows;
    const Timestamp latest = clock_.now() - settings_.row_delay;
    for (const std::int64_t number : book_.find_invoice(request.merchant, request.invoice)) {
        const Entry& entry = book_.at(number);
        if (entry.at <= latest) rows.push_back(&entry);
    }
    return rows;
}

Result<std::vector<const Entry*>> Host::all_detail(const DetailRequest& request) const {
    const auto from = parse_day(request.start_date), through = parse_day(request.end_date);
    const bool readable = (from || request.start_date.empty()) && (through || request.end_date.empty());
    if (!readable) return Error{ErrorKind::invalid_request, "malformed_date"};
    const Timestamp latest = clock_.now() - settings_.row_delay;
    const std::string invoice = upper(request.invoice);
    std::vector<const Entry*> rows;
    for (const Entry& entry : book_.entries()) {
        const bool wanted = entry.merchant == request.merchant && entry.duplicate_of == 0 && !closes_batch(entry) &&
                            entry.at <= latest && (invoice.empty() || entry.invoice == invoice) &&
                            (request.tran_code.empty() || entry.tran_code == request.tran_code) &&
                            (!from || entry.at >= *from) && (!through || entry.at < *through + std::chrono::days(1));
        if (wanted) rows.push_back(&entry);
    }
    return rows;
}

}  // namespace postern::mercury::sandbox
