#include "vault/journal/attempt_index.hpp"

#include <cstring>

#include "base/crypto/digest.hpp"

namespace postern::vault {

AttemptIndex::Digest AttemptIndex::digest_of(const AttemptKey& key) {
    const auto whole = crypto::sha256(key.operation_id.text() + "/" + std::to_string(key.attempt));
    Digest digest;
    std::memcpy(&digest.high, whole.data(), sizeof digest.high);
    std::memcpy(&digest.low, whole.data() + sizeof digest.high, sizeof digest.low);
    return digest;
}

void AttemptIndex::load(const JournalRecord& record) {
    if (!record.attempt) return;
    const std::lock_guard lock(mutex_);
    auto& entry = entries_[digest_of(record.attempt->key)];
    const auto state = record.event == JournalEvent::closed ? AttemptState::closed : AttemptState::intended;
    if (entry.durable != AttemptState::closed) entry = {state, state};
}

Status AttemptIndex::begin_intent(const AttemptKey& key) {
    const std::lock_guard lock(mutex_);
    const auto [found, is_new] = entries_.try_emplace(digest_of(key), Entry{AttemptState::unknown, AttemptState::intended});
    if (is_new) return {};
    const bool closed = found->second.next == AttemptState::closed;
    return Error{ErrorKind::conflict, closed ? "attempt_closed" : "attempt_repeated"};
}

Result<AttemptIndex::Closure> AttemptIndex::begin_closure(const AttemptKey& key, bool proven_unsent) {
    const std::lock_guard lock(mutex_);
    const auto [found, is_new] = entries_.try_emplace(digest_of(key), Entry{AttemptState::unknown, AttemptState::closed});
    auto& entry = found->second;
    if (is_new) return Closure::append;
    if (entry.next == AttemptState::closed)
        return entry.durable == AttemptState::closed ? Closure::done : Closure::wait;
    if (!proven_unsent || entry.durable != AttemptState::intended)
        return Error{ErrorKind::conflict, "attempt_intended"};
    entry.next = AttemptState::closed;
    return Closure::append;
}

void AttemptIndex::settle(const AttemptKey& key, bool durable) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(digest_of(key));
    if (found == entries_.end()) return;
    auto& entry = found->second;
    if (durable) entry.durable = entry.next;
    else entry.next = entry.durable;
    if (entry.durable == AttemptState::unknown) entries_.erase(found);
}

AttemptState AttemptIndex::state(const AttemptKey& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(digest_of(key));
    if (found == entries_.end()) return AttemptState::unknown;
    return found->second.next == AttemptState::intended ? AttemptState::intended : found->second.durable;
}

}  // namespace postern::vault
