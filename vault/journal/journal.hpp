#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "vault/journal/record.hpp"

namespace postern::vault {

// A place in the journal, to be remembered elsewhere (vault database, table journal_heads): the proof against a file
// that was cut or put back.
struct JournalHead {
    std::string epoch;            // 26 characters, random, one a file
    std::uint64_t sequence = 0;   // of the last durable record; the first has 1
    JournalHash hash{};
    friend bool operator==(const JournalHead&, const JournalHead&) = default;
};

enum class AttemptState { unknown, intended, closed };

struct JournalOptions {
    std::string folder;                     // mode 0700, on a disk; created where missing
    std::optional<JournalHead> remembered;  // the head the database remembers; none at the very first start
    std::size_t waiting_max = 8192;         // appends that wait for the disk; beyond it "journal_busy"
};

// The vault's append-only journal: intent and audit in one. Appends are grouped: one thread writes what waits and syncs
// once for all of it; a callback runs on that thread after the sync (or on the caller's, where nothing is to be
// written). `unavailable` means that the record does not count: nothing may be sent on it. The journal sets `at`.
class Journal {
public:
    // Goes on with the newest file where its chain is whole and holds the remembered head (a torn last record is cut
    // off). Otherwise a new file with a new epoch begins, and `new_epoch_reason` says why: "first_start",
    // "head_unknown", "file_missing", "chain_broken", "rolled_back". What the older files still hold goes on being
    // refused. The caller must remember `head()` in the database before it serves. Errors: "journal_unreadable",
    // "journal_in_use".
    static Result<std::unique_ptr<Journal>> open(JournalOptions options, const Clock& clock, Random& random);
    ~Journal();  // writes and syncs what waits

    const std::string& epoch() const;
    std::string_view new_epoch_reason() const;  // empty: the epoch goes on
    JournalHead head() const;                   // durable
    bool available() const;                     // false after a failed write until one succeeds

    using Done = std::function<void(Status)>;
    // An audit event; not for intents and closures.
    void append(JournalRecord record, Done done);
    // Must be durable before the first byte leaves. `conflict`: "attempt_repeated" (an intent exists), "attempt_closed".
    void append_intent(JournalRecord record, Done done);
    // The fence. Of an attempt nobody sent: closed when done. An attempt with an intent: `conflict`
    // "attempt_intended", unless `proven_unsent` (the egress says that no byte left). Closing twice is fine.
    void append_closure(JournalRecord record, bool proven_unsent, Done done);
    AttemptState state(const AttemptKey& key) const;

    // Walks all files from disk: every length, hash and sequence, and that each file goes on from the one before.
    // Blocks; any thread. "chain_broken", or "rolled_back" where the newest does not hold `head()`.
    struct Walked {
        JournalHead head;           // of the newest file
        std::uint64_t records = 0;  // of all files
        bool torn_tail = false;     // the newest ends in a record that a crash left unfinished
    };
    Result<Walked> verify() const;

private:
    struct Impl;
    explicit Journal(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// The same without a running journal, for the command line and auditors. `must_hold` is a head from elsewhere.
Result<Journal::Walked> verify_journal(const std::string& folder, const std::optional<JournalHead>& must_hold = {});

}  // namespace postern::vault
