#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "processors/mercury/sandbox/batch.hpp"
#include "processors/mercury/sandbox/number_index.hpp"

namespace postern::mercury::sandbox {

// One request and its outcome, as it was answered (or as its answer was lost); also one line of the book's file. It
// never holds a card number: first six, last four, and a keyed hash that tells two cards apart.
struct Entry {
    std::int64_t number = 0;  // from 1
    Timestamp at;
    std::string merchant, tran_code, invoice;  // invoice in capitals, as the host keeps it
    std::int64_t amount_minor = 0;             // Purchase and Gratuity
    std::int64_t authorized_minor = 0;         // what the host approved
    std::string card, card_hash;
    std::string status, code, text;            // "Approved", "000000", "AP"
    std::string auth_code, ref_no, acq_ref_data, process_data;
    std::int64_t duplicate_of = 0;             // entry whose result was told again
    std::int64_t target = 0;                   // entry that a capture or void works on
    bool is_reversal = false;
    std::string fault;                         // what was done to the answer
    std::int64_t gratuity_minor = 0;           // of the amount
    std::string record_no, frequency;          // given out with it
    std::int64_t record_from = 0;              // entry whose record was used
    std::string carried;                       // optional elements that held something, by name: "CVVData Zip"

    // Since then:
    std::int64_t batch = 0;              // the merchant's open one when it came
    std::int64_t captured_minor = 0;
    bool is_voided = false;
    bool is_released = false;            // at the issuer: reversed, not only taken out of the batch
    Timestamp record_used;               // its record, last; given out counts
    bool is_record_used = false;
    std::int64_t repeats = 0;
    std::vector<std::int64_t> captures;  // of a hold
    std::int64_t earlier_of_invoice = 0; // the one before it with its merchant and invoice
};

struct GiftCard {
    bool is_issued = false;
    std::int64_t balance_minor = 0;
};

// Every request the sandbox decided, in order, with what became of each charge. Written as JSON lines before the answer
// leaves, so that a killed sandbox forgets nothing that it told; reading the file gives the same book again.
class Book {
public:
    Book() = default;                                          // in memory only
    static Result<Book> open(const std::string& path);         // "book_unreadable", "book_unwritable"
    Book(Book&& other) noexcept;
    Book& operator=(Book&&) = delete;
    ~Book();

    // Numbers the entry, writes it, applies it.
    Result<const Entry*> add(const Entry& entry);
    // Keeps how far the sandbox's clock is ahead of the machine's.
    Status set_clock_ahead(std::chrono::microseconds ahead);
    std::chrono::microseconds clock_ahead() const { return clock_ahead_; }
    Status clear();

    const std::deque<Entry>& entries() const { return entries_; }
    const Entry& at(std::int64_t number) const { return entries_[static_cast<std::size_t>(number - 1)]; }
    const Batch& open_batch(std::string_view merchant) const;
    const std::map<std::string, Batch, std::less<>>& open_batches() const { return batches_; }
    bool is_in_open_batch(const Entry& entry) const { return entry.batch == open_batch(entry.merchant).number; }
    std::int64_t next_number() const { return static_cast<std::int64_t>(entries_.size()) + 1; }

    // The approved entry of this issuer data, of this batch item; none: 0.
    std::int64_t find_acq_ref_data(std::string_view merchant, std::string_view acq_ref_data) const;
    std::int64_t find_item(std::string_view merchant, std::string_view ref_no, std::string_view auth_code) const;
    const GiftCard* find_gift(const std::string& card_hash) const;  // null: never issued
    std::int64_t find_record(std::string_view merchant, std::string_view record_no) const;
    std::vector<std::int64_t> find_invoice(std::string_view merchant, std::string_view invoice) const;  // in order

private:
    void apply(const Entry& entry);
    std::int64_t latest_of_invoice(std::string_view merchant, std::string_view invoice) const;
    void apply_to_target(const Entry& added, Entry& target);
    void adjust(const Entry& added, Entry& target);
    void apply_gift(const Entry& added);
    void index(const Entry& added);
    void close_batch(const Entry& added);
    void count_in_batch(const Entry& entry, std::int64_t sign);
    void take_out(Entry& entry);
    Entry& entry_of(std::int64_t number) { return entries_[static_cast<std::size_t>(number - 1)]; }
    Status write(const std::string& line);

    int file_ = -1;
    std::string path_, line_;
    std::deque<Entry> entries_;  // where they are stays, whatever is added
    std::map<std::string, Batch, std::less<>> batches_;
    std::map<std::string, GiftCard> gifts_;  // by card hash
    std::chrono::microseconds clock_ahead_{0};
    NumberIndex by_acq_, by_item_, by_invoice_, by_record_;
};

// Stored value stands in the book as "GiftSale" and the like.
constexpr const char* gift_prefix = "Gift";
bool is_gift(const Entry& entry);
std::string gift_code(const Entry& entry);  // "Sale"
bool is_hold(const Entry& entry);         // lowers what is left on the card: Sale, PreAuth, VoiceAuth
bool is_approved(const Entry& entry);
bool is_purchase(const Entry& entry);     // takes money: an item of a batch
bool closes_batch(const Entry& entry);    // by hand, or with the time
// What the issuer still holds of a charge: nothing once it was reversed, has settled, or is too old. A void of the
// batch alone lets nothing go.
struct HeldBy {
    Timestamp now;
    std::chrono::days life{7};
};
std::int64_t held_minor(const Entry& entry, const Book& book, const HeldBy& held);
std::string upper(std::string_view text);

}  // namespace postern::mercury::sandbox
