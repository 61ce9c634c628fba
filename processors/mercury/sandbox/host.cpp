#include "processors/mercury/sandbox/host.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/base32.hpp"
#include "processors/mercury/sandbox/fields.hpp"

namespace postern::mercury::sandbox {
namespace {

std::string card_hash(const std::string& number, const CardKey& key) {
    std::array<std::uint8_t, 16> hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(number.data()), number.size(),
                       key.data(), key.size());
    return base32_grouped(hash);
}

std::string avs_result(const Transaction& t) {
    if (!t.track1.empty() || !t.track2.empty() || (t.address.empty() && t.postal_code.empty())) return {};
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
    note(t.track1, "Track1");
    note(t.track2, "Track2");
    note(t.encrypted_block, "EncryptedBlock");
    note(t.security_code, "CVVData");
    note(t.name, "Name");
    note(t.address, "Address");
    note(t.postal_code, "Zip");
    return names;
}

std::string cvv_result(const Transaction& t) {
    const std::string& code = t.security_code;
    if (!t.track1.empty() || !t.track2.empty()) return "P";
    if (code.empty()) return {};
    return code == "123" || code == "222" || code == "362" || code == "1234" ? "M" : "N";
}

}  // namespace

Host::Host(const Settings& settings, Book& book, const Clock& clock, Random& random, CardKey card_key)
    : settings_{settings}, book_{book}, clock_{clock}, random_{random}, card_key_{card_key} {
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

// The card is that of the number, or of the record that was named.
Entry Host::entry_of(const Transaction& t, std::string_view fault) const {
    Entry entry;
    entry.at = clock_.now();
    entry.merchant = t.merchant;
    entry.tran_code = base_code(t);
    entry.invoice = upper(t.invoice);
    entry.gratuity_minor = parse_minor(t.gratuity).value_or(0);
    entry.amount_minor = parse_minor(t.purchase).value_or(0) + entry.gratuity_minor;
    if (is_by_record(t)) entry.record_from = find_live_record(t);
    const Entry* record = entry.record_from == 0 ? nullptr : &book_.at(entry.record_from);
    entry.card = record ? record->card : masked_number(t.account_number);
    entry.card_hash = record ? record->card_hash : card_hash(t.account_number, card_key_);
    entry.is_reversal = entry.tran_code == "VoidSale" && !t.acq_ref_data.empty() && !t.process_data.empty();
    entry.fault = fault;
    entry.carried = carried(t);
    return entry;
}

Entry Host::repeat_of(std::int64_t earlier, std::string_view fault) const {
    Entry entry = book_.at(earlier);
    entry.at = clock_.now();
    entry.duplicate_of = earlier;
    entry.text = "AP*";
    entry.fault = fault;
    return entry;
}

// A record of this merchant that was used lately enough; 0: none.
std::int64_t Host::find_live_record(const Transaction& t) const {
    const std::int64_t number = book_.find_record(t.merchant, t.record_no);
    if (number == 0) return 0;
    const Entry& record = book_.at(number);
    const bool is_recurring = record.frequency == "Recurring";
    const auto life = is_recurring ? settings_.record_recurring : settings_.record_one_time;
    return clock_.now() < record.record_used + life ? number : 0;
}

// Base64 of 42 bytes: 56 characters, as long as those that were seen.
void Host::give_record(const Transaction& t, Entry& entry) const {
    std::array<std::uint8_t, 42> bytes{};
    random_.fill(bytes);
    std::array<char, 57> text{};
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    entry.record_no = text.data();
    const bool is_named = t.frequency == "OneTime" || t.frequency == "Recurring";
    const std::string before = entry.record_from == 0 ? "OneTime" : book_.at(entry.record_from).frequency;
    entry.frequency = is_named ? t.frequency : before;
}

HostAnswer Host::answer_of(const Transaction& t, Entry entry) const {
    HostAnswer out;
    const bool shows_whole = settings_.shows_whole_number && !t.account_number.empty();
    out.shown_number = shows_whole ? t.account_number : entry.card;
    out.card_type = card_type(entry.card);
    out.avs_result = avs_result(t);
    out.cvv_result = cvv_result(t);
    out.has_transaction = true;
    out.entry = std::move(entry);
    return out;
}

// Under the shorter rule charges share one key whatever their code; captures and voids, which clients send under the
// charge's invoice, keep keys of their own, or nothing could ever be captured.
bool Host::is_same(const Entry& a, const Entry& b) const {
    const auto is_charge = [](const Entry& e) {
        return is_hold(e) || e.tran_code == "Return";
    };
    const bool is_short =
        settings_.duplicate_rule == DuplicateRule::invoice_card_amount && is_charge(a) && is_charge(b);
    const bool is_past = settings_.duplicates_end_with_batch && !book_.is_in_open_batch(a);
    return !is_past && a.invoice == b.invoice && a.card_hash == b.card_hash && a.amount_minor == b.amount_minor &&
           (is_short || (a.merchant == b.merchant && a.tran_code == b.tran_code));
}
std::uint64_t Host::duplicate_hash(const Entry& entry) const { return hash_of({entry.invoice, entry.card_hash}); }

std::int64_t Host::find_duplicate(const Entry& entry) const {
    const bool replaces = entry.tran_code == "Adjust" || entry.tran_code == "CardLookup";
    // Of these the same again changes nothing.
    if (settings_.duplicate_rule == DuplicateRule::off || replaces) return 0;
    return duplicates_.find(duplicate_hash(entry), [&](std::int64_t n) { return is_same(book_.at(n), entry); });
}

void Host::remember(const Entry& entry) {
    duplicates_.set(duplicate_hash(entry), entry.number,
                    [&](std::int64_t n) { return is_same(book_.at(n), entry); });
}

bool Host::was_undone(std::string_view merchant, std::string_view invoice, std::int64_t after) const {
    return std::ranges::any_of(book_.find_invoice(merchant, invoice), [&](std::int64_t number) {
        return number > after && book_.at(number).tran_code == "VoidSale";
    });
}

Result<HostAnswer> Host::decide(const Transaction& transaction, std::string_view fault, bool knows_repeats) {
    if (auto status = close_due(); !status) return status.error();
    if (const FieldFault wrong = check_fields(transaction); !wrong.code.empty())
        return error(transaction.merchant, wrong.code, wrong.text);
    if (!knows(transaction.merchant, transaction.password)) return bad_credentials(transaction.merchant);
    if (settings_.only_test_cards && !is_by_record(transaction) && !is_test_card(transaction.account_number))
        return error(transaction.merchant, "000000", "No Live Cards on Test Merchant ID Allowed.");
    Entry entry = entry_of(transaction, fault);
    const auto no_record = [&] { return error(transaction.merchant, "004014", "Record Not Found"); };
    if (is_by_record(transaction) && entry.record_from == 0) return no_record();
    const bool looks = knows_repeats && transaction.duplicate != "Override";
    const std::int64_t earlier = looks ? find_duplicate(entry) : 0;
    const bool may_repeat = entry.tran_code != "VoidSale" || !settings_.repeated_void_is_refused;
    const bool is_repeat = earlier != 0 && may_repeat;
    const bool was_replaced = entry.record_from != 0 && book_.at(entry.record_from).is_record_used;
    if (was_replaced && !is_repeat && !settings_.used_records_stay) return no_record();
    HostAnswer decided = is_repeat ? answer_of(transaction, repeat_of(earlier, fault))
                                   : decide_verb(transaction, std::move(entry));
    const bool wants_record = is_by_record(transaction) || asks_for_record(transaction);
    const bool is_good = is_approved(decided.entry) || decided.entry.status == "Success";
    if (wants_record && is_good && !is_repeat) give_record(transaction, decided.entry);
    const auto added = book_.add(decided.entry);
    if (!added) return added.error();
    if (is_approved(**added) && !is_repeat) remember(**added);
    expect_close(book_.open_batch(transaction.merchant));
    return decided;
}

std::vector<const Entry*> Host::detail(const DetailRequest& request) const {
    std::vector<const Entry*> rows;
    const Timestamp latest = clock_.now() - settings_.row_delay;
    for (const std::int64_t number : book_.find_invoice(request.merchant, request.invoice)) {
        const Entry& entry = book_.at(number);
        if (entry.at <= latest && !is_gift(entry)) rows.push_back(&entry);
    }
    return rows;
}

Result<std::vector<const Entry*>> Host::all_detail(const DetailRequest& request, bool of_gifts) const {
    const auto from = parse_day(request.start_date), through = parse_day(request.end_date);
    const bool readable = (from || request.start_date.empty()) && (through || request.end_date.empty());
    if (!readable) return Error{ErrorKind::invalid_request, "malformed_date"};
    const Timestamp latest = clock_.now() - settings_.row_delay;
    const std::string invoice = upper(request.invoice);
    std::vector<const Entry*> rows;
    for (const Entry& entry : book_.entries()) {
        const bool wanted = entry.merchant == request.merchant && entry.duplicate_of == 0 && !closes_batch(entry) &&
                            is_gift(entry) == of_gifts &&
                            entry.at <= latest && (invoice.empty() || entry.invoice == invoice) &&
                            (request.tran_code.empty() || entry.tran_code == request.tran_code) &&
                            (!from || entry.at >= *from) && (!through || entry.at < *through + std::chrono::days(1));
        if (wanted) rows.push_back(&entry);
    }
    return rows;
}

}  // namespace postern::mercury::sandbox
