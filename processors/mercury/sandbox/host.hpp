#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "processors/mercury/sandbox/book.hpp"
#include "processors/mercury/sandbox/request.hpp"
#include "processors/mercury/sandbox/settings.hpp"

namespace postern::mercury::sandbox {

using CardKey = std::array<std::uint8_t, 32>;  // of the keyed hash in the book

// An answer before it is written: the entry, and what the entry does not hold.
struct HostAnswer {
    Entry entry;
    std::string origin = "Processor";  // ResponseOrigin
    std::string shown_number, card_type, avs_result, cvv_result;
    bool has_transaction = false;      // an Error carries none
    std::optional<std::int64_t> balance_minor = {};  // of a gift card
};

// Of a TStream/Admin: the command's part, and the batch as it stood, under the name of what was done.
struct AdminAnswer {
    HostAnswer command;
    std::string_view element = {};  // "BatchSummary", "BatchClose"; empty: refused
    std::string operator_id = {};
    Batch batch = {};
};

// Decides like the host: credentials, fields, duplicates, amount triggers, then the verb. Generous: it refuses nothing
// that the host would take. Only what passed the fields is booked.
class Host {
public:
    Host(const Settings& settings, Book& book, const Clock& clock, Random& random, CardKey card_key);

    // `fault`: noted beside the entry.
    // `knows_repeats`: false where the same message came twice to a host that does not notice.
    Result<HostAnswer> decide(const Transaction& transaction, std::string_view fault, bool knows_repeats = true);
    // A void of this invoice came after that entry.
    bool was_undone(std::string_view merchant, std::string_view invoice, std::int64_t after) const;
    Result<HostAnswer> gift(const Transaction& transaction, std::string_view fault);
    Result<AdminAnswer> administer(const AdminRequest& request);
    // Closes the batches whose time has come; for whoever looks at the book between requests.
    Status close_due();
    // The rows of an invoice that are old enough to be seen.
    std::vector<const Entry*> detail(const DetailRequest& request) const;
    // The same of a merchant, from one day through another, by invoice and TranCode where given; "malformed_date".
    Result<std::vector<const Entry*>> all_detail(const DetailRequest& request, bool of_gifts) const;
    bool knows(const std::string& merchant, const std::string& password) const;

    void forget();  // with the book

    static HostAnswer error(std::string_view merchant, std::string_view code, std::string_view text);
    static HostAnswer bad_credentials(std::string_view merchant);

private:
    Status add_close(const std::string& merchant, Timestamp at, std::string_view by);
    void expect_close(const Batch& batch);
    std::int64_t find_gift_target(const Transaction& transaction, const Entry& asked) const;
    std::string_view refuse_gift(const Transaction& transaction, const Entry& entry) const;
    std::int64_t gift_amount(const Transaction& transaction, const Entry& entry) const;
    HostAnswer decide_verb(const Transaction& transaction, Entry entry) const;
    HostAnswer charge(const Transaction& transaction, Entry entry) const;
    HostAnswer capture(const Transaction& transaction, Entry entry) const;
    HostAnswer refund(const Transaction& transaction, Entry entry) const;
    HostAnswer voice(const Transaction& transaction, Entry entry) const;
    HostAnswer check_card(const Transaction& transaction, Entry entry) const;
    HostAnswer adjust(const Transaction& transaction, Entry entry) const;
    HostAnswer undo_refund(const Transaction& transaction, Entry entry) const;
    HostAnswer undo(const Transaction& transaction, Entry entry) const;
    const Entry* find_item(const Transaction& transaction, const Entry& asked) const;
    HostAnswer take_out(const Transaction& transaction, Entry entry, const Entry* item) const;
    HostAnswer legacy_void(const Transaction& transaction, Entry entry) const;
    HostAnswer answer_of(const Transaction& transaction, Entry entry) const;
    bool is_over_limit(const Entry& entry) const;
    std::int64_t find_live_record(const Transaction& transaction) const;
    void give_record(const Transaction& transaction, Entry& entry) const;
    Entry entry_of(const Transaction& transaction, std::string_view fault) const;
    Entry repeat_of(std::int64_t earlier, std::string_view fault) const;
    bool is_closed(const Entry& charged) const;
    std::uint64_t duplicate_hash(const Entry& entry) const;
    bool is_same(const Entry& a, const Entry& b) const;
    std::int64_t find_duplicate(const Entry& entry) const;
    void remember(const Entry& entry);

    const Settings& settings_;
    Book& book_;
    const Clock& clock_;
    Random& random_;
    CardKey card_key_;
    NumberIndex duplicates_;
    Timestamp next_close_ = Timestamp::max();  // of all merchants, not later than it is
};

}  // namespace postern::mercury::sandbox
