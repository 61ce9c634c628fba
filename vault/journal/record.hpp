#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "vault/contract/vault_client.hpp"

namespace postern::vault {

using JournalHash = std::array<std::uint8_t, 32>;

// What happened. The numbers are on disk for ever.
enum class JournalEvent : std::uint8_t {
    opened = 1,            // first record of a file
    intent = 2,            // a message may leave from now on
    closed = 3,            // it did not leave, and never will
    tokenized = 4,
    token_read = 5,
    token_deleted = 6,
    account_put = 7,
    account_disabled = 8,
    caller_key_put = 9,
    caller_key_disabled = 10,
    access_refused = 11,   // unknown peer, key or tenant; policy refusal; a row that does not open
    started = 12,          // the keeper serves
    stopped = 13,
    verified = 14,         // somebody walked the journal
    key_created = 15,
    probed = 16,           // a readiness probe proved the journal and the database
    tenant_enabled = 17,   // its callers are served (again)
    tenant_disabled = 18,
    caller_key_origins_set = 19,
};
constexpr JournalEvent last_journal_event = JournalEvent::caller_key_origins_set;
std::string_view to_text(JournalEvent event);

// The attempt that an intent or a closure is about.
struct JournaledAttempt {
    AttemptKey key;
    AttemptKind kind = AttemptKind::send;
    std::string destination;  // empty in closures of attempts that never came
    std::string operation;
    friend bool operator==(const JournaledAttempt&, const JournaledAttempt&);
};

// One record. PCI DSS v4.0.1 10.2.2 asks six fields of each: user (`actor`), type of event (`event`), date and time
// (`at`), success or failure (`success`), origination (`origin`), and the data, component or resource concerned
// (`object`, with `attempt`). No card data, and no text that others chose freely.
struct JournalRecord {
    JournalEvent event = JournalEvent::opened;
    Timestamp at;
    bool success = true;
    std::string actor;    // "gateway", "front", "operator opr_…"
    std::string origin;   // "uid 1001 pid 77", a peer's address
    std::string object;   // token, account, key id, epoch
    std::string reason;   // a code, where `success` is false or an attempt was closed
    std::optional<JournaledAttempt> attempt;
    friend bool operator==(const JournalRecord&, const JournalRecord&);
};

// The canonical encoding, version 1 (docs in README.md); pure. A record has exactly one encoding.
constexpr std::size_t journal_text_bytes_max = 256;  // longer texts are cut on their way in
std::string encode_record(std::uint64_t sequence, const JournalRecord& record);
struct DecodedRecord {
    std::uint64_t sequence = 0;
    JournalRecord record;
};
Result<DecodedRecord> decode_record(std::string_view bytes);  // "malformed_record"

}  // namespace postern::vault
