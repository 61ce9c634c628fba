#include "processors/mercury/sandbox/book.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>
#include <utility>

#include "processors/mercury/sandbox/entry_json.hpp"

namespace postern::mercury::sandbox {
namespace {

bool has_acq(const Entry& entry, std::string_view merchant, std::string_view acq_ref_data) {
    return entry.acq_ref_data == acq_ref_data && entry.merchant == merchant;
}
bool is_item(const Entry& entry, std::string_view merchant, std::string_view ref_no, std::string_view auth_code) {
    return entry.ref_no == ref_no && entry.auth_code == auth_code && entry.merchant == merchant;
}

}  // namespace

bool is_approved(const Entry& entry) { return entry.status == "Approved"; }
bool is_purchase(const Entry& entry) {
    return entry.tran_code == "Sale" || entry.tran_code == "PreAuthCapture" || entry.tran_code == "VoiceAuth";
}
bool closes_batch(const Entry& entry) { return entry.tran_code == "BatchClose" && entry.status == "Success"; }

bool is_gift(const Entry& entry) { return entry.tran_code.starts_with(gift_prefix); }
std::string gift_code(const Entry& entry) { return entry.tran_code.substr(std::string_view(gift_prefix).size()); }

bool is_hold(const Entry& entry) {
    return entry.tran_code == "Sale" || entry.tran_code == "PreAuth" || entry.tran_code == "VoiceAuth";
}

std::int64_t held_minor(const Entry& entry, const Book& book, const HeldBy& held) {
    const bool may_hold = is_approved(entry) && entry.duplicate_of == 0 && is_hold(entry);
    if (!may_hold || entry.is_released || held.now >= entry.at + held.life) return 0;
    const bool is_settled = is_purchase(entry) && !entry.is_voided && !book.is_in_open_batch(entry);
    if (is_settled) return 0;
    std::int64_t settled = 0;
    for (const std::int64_t n : entry.captures) {
        const Entry& capture = book.at(n);
        if (!capture.is_voided && !book.is_in_open_batch(capture)) settled += capture.authorized_minor;
    }
    return std::max<std::int64_t>(entry.authorized_minor - settled, 0);
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

Result<Book> Book::open(const std::string& path) {
    Book book;
    std::size_t whole_bytes = 0;
    if (std::ifstream in(path, std::ios::binary); in) {
        std::string line;
        while (std::getline(in, line) && !in.eof()) {  // a last line without its end was never answered
            whole_bytes += line.size() + 1;
            if (const auto ahead = parse_clock_line(line)) {
                book.clock_ahead_ = *ahead;
                continue;
            }
            auto entry = parse_line(line);
            if (!entry || entry->number != book.next_number())
                return Error{ErrorKind::internal, "book_unreadable", path + ", after entry " +
                             std::to_string(book.entries_.size())};
            book.apply(*entry);
        }
    }
    book.file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const bool ready = book.file_ >= 0 && ::ftruncate(book.file_, static_cast<off_t>(whole_bytes)) == 0;
    if (!ready) return Error{ErrorKind::internal, "book_unwritable", path};
    book.path_ = path;
    return book;
}

Book::Book(Book&& other) noexcept
    : file_{std::exchange(other.file_, -1)}, path_{std::move(other.path_)}, entries_{std::move(other.entries_)},
      batches_{std::move(other.batches_)}, gifts_{std::move(other.gifts_)}, clock_ahead_{other.clock_ahead_},
      by_acq_{std::move(other.by_acq_)}, by_item_{std::move(other.by_item_)}, by_invoice_{std::move(other.by_invoice_)},
      by_record_{std::move(other.by_record_)} {}

Book::~Book() {
    if (file_ >= 0) ::close(file_);
}

Status Book::write(const std::string& line) {
    if (file_ < 0) return {};
    std::string_view rest = line;
    while (!rest.empty()) {
        const ssize_t written = ::write(file_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return Error{ErrorKind::internal, "book_unwritable", path_};
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<const Entry*> Book::add(const Entry& entry) {
    line_.clear();
    append_line(entry, next_number(), line_);
    if (auto status = write(line_); !status) return status.error();
    apply(entry);
    return &entries_.back();
}

Status Book::set_clock_ahead(std::chrono::microseconds ahead) {
    if (auto status = write(clock_line(ahead)); !status) return status;
    clock_ahead_ = ahead;
    return {};
}

Status Book::clear() {
    if (file_ >= 0 && ::ftruncate(file_, 0) != 0) return Error{ErrorKind::internal, "book_unwritable", path_};
    entries_.clear();
    batches_.clear();
    gifts_.clear();
    clock_ahead_ = {};
    by_acq_.clear();
    by_item_.clear();
    by_invoice_.clear();
    by_record_.clear();
    return {};
}

void Book::apply(const Entry& entry) {
    entries_.push_back(entry);
    Entry& added = entries_.back();
    added.number = static_cast<std::int64_t>(entries_.size());
    added.batch = open_batch(added.merchant).number;
    if (closes_batch(added)) return close_batch(added);
    if (added.duplicate_of == 0) {
        added.earlier_of_invoice = latest_of_invoice(added.merchant, added.invoice);
        by_invoice_.set(hash_of({added.merchant, added.invoice}), added.number,
                        [&](std::int64_t n) { return n == added.earlier_of_invoice; });
    }
    if (added.record_from != 0) {
        entry_of(added.record_from).record_used = added.at;
        entry_of(added.record_from).is_record_used |= !added.record_no.empty();
    }
    if (!added.record_no.empty() && added.duplicate_of == 0) {
        added.record_used = added.at;
        by_record_.set(hash_of({added.merchant, added.record_no}), added.number, [](std::int64_t) { return false; });
    }
    if (!is_approved(added)) return;
    if (added.duplicate_of != 0) {
        ++entry_of(added.duplicate_of).repeats;
        return;
    }
    if (is_gift(added)) return apply_gift(added);
    if (is_purchase(added)) added.captured_minor = added.authorized_minor;
    count_in_batch(added, 1);
    if (added.target != 0) apply_to_target(added, entry_of(added.target));
    const bool works_on_another =
        added.tran_code == "VoidSale" || added.tran_code == "VoidReturn" || added.tran_code == "Adjust";
    if (!works_on_another) index(added);
}

void Book::index(const Entry& added) {
    by_acq_.set(hash_of({added.merchant, added.acq_ref_data}), added.number,
                [&](std::int64_t n) { return has_acq(at(n), added.merchant, added.acq_ref_data); });
    by_item_.set(hash_of({added.merchant, added.ref_no, added.auth_code}), added.number,
                 [&](std::int64_t n) { return is_item(at(n), added.merchant, added.ref_no, added.auth_code); });
}

// A reversal of a hold takes its captures along; a void of one capture gives it back to the hold.
void Book::apply_to_target(const Entry& added, Entry& target) {
    if (added.tran_code == "PreAuthCapture") {
        target.captured_minor += added.authorized_minor;
        target.captures.push_back(added.number);
        return;
    }
    if (added.tran_code == "Adjust") return adjust(added, target);
    take_out(target);
    if (added.is_reversal && added.text == "REVERSED") target.is_released = true;
    if (added.is_reversal)
        for (const std::int64_t capture : target.captures) take_out(entry_of(capture));
    if (target.tran_code == "PreAuthCapture" && target.target != 0)
        entry_of(target.target).captured_minor -= target.authorized_minor;
}

// A void is the opposite of what it takes back.
void Book::apply_gift(const Entry& added) {
    Entry* const undone = added.target == 0 ? nullptr : &entry_of(added.target);
    const std::string code = gift_code(undone ? *undone : added);
    const bool takes = code == "Sale" || code == "NoNSFSale";
    const std::int64_t sign = takes == (undone != nullptr) ? 1 : -1;
    GiftCard& card = gifts_[added.card_hash];
    card.balance_minor += sign * added.authorized_minor;
    if (code == "Issue") card.is_issued = undone == nullptr;
    if (undone) undone->is_voided = true;
    else by_item_.set(hash_of({added.merchant, added.ref_no, added.auth_code}), added.number,
                      [&](std::int64_t n) { return is_item(at(n), added.merchant, added.ref_no, added.auth_code); });
}

const GiftCard* Book::find_gift(const std::string& card_hash) const {
    const auto found = gifts_.find(card_hash);
    return found == gifts_.end() ? nullptr : &found->second;
}

// The tip of the newest adjustment stands alone. A smaller one gives nothing back to the hold that was captured.
void Book::adjust(const Entry& added, Entry& target) {
    const std::int64_t more = added.authorized_minor - target.authorized_minor;
    count_in_batch(target, -1);
    target.authorized_minor += more;
    target.captured_minor += more;
    target.gratuity_minor = added.gratuity_minor;
    count_in_batch(target, 1);
    if (target.target == 0) return;
    Entry& hold = entry_of(target.target);
    std::int64_t taken = 0;
    for (const std::int64_t capture : hold.captures) taken += at(capture).is_voided ? 0 : at(capture).authorized_minor;
    hold.captured_minor = std::max(hold.captured_minor, taken);
}

const Batch& Book::open_batch(std::string_view merchant) const {
    static const Batch first;
    const auto found = batches_.find(merchant);
    return found == batches_.end() ? first : found->second;
}

void Book::close_batch(const Entry& added) {
    Batch next;
    next.number = added.batch + 1;
    batches_[added.merchant] = next;
}

void Book::count_in_batch(const Entry& entry, std::int64_t sign) {
    const bool is_return = entry.tran_code == "Return";
    if (!is_purchase(entry) && !is_return) return;
    Batch& batch = batches_[entry.merchant];
    if (!batch.opened) batch.opened = entry.at;
    (is_return ? batch.returns : batch.purchases) += sign;
    (is_return ? batch.returned_minor : batch.purchased_minor) += sign * entry.authorized_minor;
}

void Book::take_out(Entry& entry) {
    if (!entry.is_voided && is_in_open_batch(entry)) count_in_batch(entry, -1);
    entry.is_voided = true;
}

std::int64_t Book::find_acq_ref_data(std::string_view merchant, std::string_view acq_ref_data) const {
    return by_acq_.find(hash_of({merchant, acq_ref_data}),
                        [&](std::int64_t n) { return has_acq(at(n), merchant, acq_ref_data); });
}
std::int64_t Book::find_item(std::string_view merchant, std::string_view ref_no, std::string_view auth_code) const {
    return by_item_.find(hash_of({merchant, ref_no, auth_code}),
                         [&](std::int64_t n) { return is_item(at(n), merchant, ref_no, auth_code); });
}
std::int64_t Book::find_record(std::string_view merchant, std::string_view record_no) const {
    return by_record_.find(hash_of({merchant, record_no}),
                           [&](std::int64_t n) { return at(n).record_no == record_no && at(n).merchant == merchant; });
}
std::int64_t Book::latest_of_invoice(std::string_view merchant, std::string_view invoice) const {
    return by_invoice_.find(hash_of({merchant, invoice}), [&](std::int64_t n) {
        return at(n).invoice == invoice && at(n).merchant == merchant;
    });
}
std::vector<std::int64_t> Book::find_invoice(std::string_view merchant, std::string_view invoice) const {
    std::vector<std::int64_t> numbers;
    for (std::int64_t n = latest_of_invoice(merchant, upper(invoice)); n != 0; n = at(n).earlier_of_invoice)
        numbers.push_back(n);
    std::ranges::reverse(numbers);
    return numbers;
}

}  // namespace postern::mercury::sandbox
