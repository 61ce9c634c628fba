#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/result.hpp"
#include "vault/journal/journal.hpp"

namespace postern::vault {

// What the journal knows of each attempt, in memory: a durable state and the one that waits for the disk. An attempt
// is kept as half of its key's SHA-256, so that years of them fit. Thread safe.
class AttemptIndex {
public:
    void load(const JournalRecord& record);  // while the files are read

    // Reserves: of two intents for one attempt, the second is refused before the first is on disk.
    Status begin_intent(const AttemptKey& key);
    enum class Closure { append, wait, done };  // write a record; wait for the one that is on its way; nothing to do
    Result<Closure> begin_closure(const AttemptKey& key, bool proven_unsent);
    void settle(const AttemptKey& key, bool durable);  // after begin_intent, or begin_closure that said append

    // Waiting intents count as intended, waiting closures not yet as closed.
    AttemptState state(const AttemptKey& key) const;

private:
    struct Digest {
        std::uint64_t high = 0, low = 0;
        friend bool operator==(const Digest&, const Digest&) = default;
    };
    struct DigestHash {
        std::size_t operator()(const Digest& digest) const { return digest.high; }
    };
    struct Entry {
        AttemptState durable = AttemptState::unknown;
        AttemptState next = AttemptState::unknown;  // differs from `durable` while a record waits
    };
    static Digest digest_of(const AttemptKey& key);

    mutable std::mutex mutex_;
    std::unordered_map<Digest, Entry, DigestHash> entries_;
};

}  // namespace postern::vault
