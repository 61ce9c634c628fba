#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "gateway/app/answer.hpp"
#include "gateway/domain/bin_table.hpp"
#include "gateway/domain/payment.hpp"
#include "gateway/domain/routing.hpp"
#include "gateway/domain/transition.hpp"
#include "gateway/ledger/entry.hpp"
#include "idempotency/keys/keyed_command.hpp"
#include "idempotency/outbox/event.hpp"
#include "vault/contract/vault_client.hpp"

namespace postern::gateway {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

// ---- Commit 1: key, payment and operation, durable before the first byte leaves -------------------------------------

// A new payment with its first operation (authorize or sale).
struct NewPayment {
    idempotency::KeyedCommand command;
    domain::Payment payment;
    domain::CardSummary card;
    domain::Operation operation;
    std::chrono::milliseconds lease;  // how long the resolver leaves it to us
};
// A further operation on a payment: the reservation is guarded by the limits, in the database.
struct NextOperation {
    idempotency::KeyedCommand command;
    domain::Request request;
    domain::Operation operation;      // requested: the amount to reserve; with void_payment: what is taken back
    std::chrono::milliseconds lease;
    std::optional<std::int64_t> version = {};  // the payment's, where it must be that one: "precondition_failed"
    std::int64_t above_minor = 0;     // how far a capture with a tip may go over what is left
};
// A void accepted while the payment's first operation has no answer: no new operation, the goal becomes undo.
struct UndoUnknown {
    idempotency::KeyedCommand command;
    PaymentId payment_id;
    TenantId tenant_id;
    Answer answer;  // pending
};

// The caller keeps the part that was approved: no message, nothing moves at the processor. The payment must still be at
// the version that it had before; else "moved_on".
struct AcceptPartial {
    idempotency::KeyedCommand command;
    domain::Payment payment;      // after; its version is the one expected before
    domain::CardSummary card;
    domain::Operation operation;  // the approved one
    idempotency::EventRecord event;
    Answer answer;                // final
};

struct Prepared {
    domain::Payment payment;  // after the reservation
    domain::CardSummary card;
    domain::Operation operation;
};
struct Replay { Answer answer; PaymentId payment_id; };   // the key's stored answer
struct StillRunning { PaymentId payment_id; };            // a twin holds the key
struct OtherMeaning { std::string field; };               // same key, other path or meaning
struct TenderTaken { PaymentId payment_id; OperationId operation_id; bool same_meaning = false; };
struct Refused { std::string_view code; };                // the guard said no: "amount_exceeds_capturable", …
using PrepareResult = std::variant<Prepared, Replay, StillRunning, OtherMeaning, TenderTaken, Refused>;

// ---- Commit 2: evidence and what it moves -----------------------------------------------------------------------------

struct EvidenceRecord {
    EvidenceId id;
    OperationId operation_id;
    PaymentId payment_id;
    std::int32_t attempt = 0;
    std::string attempt_kind;  // send, resend, inquire, reverse, none
    std::string source;        // reply, journal, inquiry, people
    domain::ClaimKind claim;
    std::string raw;           // the scrubbed reply or a sentence; the store seals it
    Timestamp recorded_at;
};
struct Change {
    domain::Operation operation;        // after
    domain::Payment payment;            // after; its version is the one expected before, the store raises it
    std::vector<ledger::Entry> entries;
    std::optional<idempotency::EventRecord> event;
    std::optional<domain::Operation> undo;  // a new operation that takes the approval back
    bool keys_wait_for_undo = false;    // `undo` takes this operation's place: its keys wait for that one now
    // The first operation at the account where the payment goes on; whoever made this change holds it, for `lease`. Keys
    // that wait for this operation wait for that one from now on.
    struct Moved {
        domain::Operation operation;
        std::chrono::milliseconds lease;
    };
    std::optional<Moved> moved = {};
    Answer answer;                      // for every key that waits for this operation
    bool tender_is_free = false;        // declined, unsent, or taken back untouched: the tender may be tried again
    // Approval evidence came for an operation that is final already: its status stays (it must still be what
    // `operation.status` says, whatever the lease), only its `reference` is kept, for the undo that this change opens.
    bool operation_was_final = false;
    std::optional<std::chrono::milliseconds> next_look;  // when the resolver may claim what is not final
    std::string next_step;              // shown to people while not final
};
struct Outcome {
    EvidenceRecord evidence;            // always inserted
    std::optional<Change> change;
};
enum class OutcomeVerdict {
    applied,  // evidence and change are durable
    fenced,   // evidence is durable; payment or operation had moved: read again, decide again
};

// ---- Reads --------------------------------------------------------------------------------------------------------------

struct PaymentView {
    domain::Payment payment;
    domain::CardSummary card;
    std::vector<domain::Operation> operations;  // oldest first
    std::vector<std::string> next_steps;        // beside each operation; empty when final
};
struct ListQuery {
    TenantId tenant_id;
    int page_size = 20;
    std::string page_token;  // opaque
    std::string status, store_id, order_reference;  // filters; empty: any
};
struct ListPage {
    std::vector<PaymentView> payments;
    std::string next_page_token;
};

// Payments as the use cases see them. Every call may fail with `unavailable` (provably nothing happened) or
// `outcome_unknown` (a write is in doubt and the look-up by id found no server before the deadline).
class PaymentStore {
public:
    virtual ~PaymentStore() = default;
    virtual Awaitable<Result<PrepareResult>> prepare(NewPayment command, Instant deadline) = 0;
    virtual Awaitable<Result<PrepareResult>> prepare(NextOperation command, Instant deadline) = 0;
    virtual Awaitable<Result<PrepareResult>> undo_unknown(UndoUnknown command, Instant deadline) = 0;
    virtual Awaitable<Result<PrepareResult>> accept(AcceptPartial command, Instant deadline) = 0;
    virtual Awaitable<Result<OutcomeVerdict>> record(Outcome outcome, Instant deadline) = 0;
    virtual Awaitable<Result<PaymentView>> find(TenantId tenant, PaymentId payment, Instant deadline) = 0;  // not_found
    virtual Awaitable<Result<ListPage>> list(ListQuery query, Instant deadline) = 0;  // "bad_page_token"
    // The state of a taken key: Replay, StillRunning or OtherMeaning; not_found where nobody holds it.
    virtual Awaitable<Result<PrepareResult>> find_key(idempotency::KeyedCommand command, Instant deadline) = 0;
};

// ---- For the resolver ---------------------------------------------------------------------------------------------------

struct RecordedEvidence {
    std::int32_t attempt;
    std::string attempt_kind, source, raw;
    Timestamp recorded_at;
};
struct Claimed {
    domain::Payment payment;
    domain::CardSummary card;
    domain::Operation operation;                  // with the lease epoch that this claim raised
    std::optional<domain::Operation> original;    // what a capture, refund or undo builds on
    std::vector<RecordedEvidence> evidence;       // of this operation
};
class ResolverStore {
public:
    virtual ~ResolverStore() = default;
    // Operations without a final status whose lease has run out (database time), oldest first; raises their epoch.
    virtual Awaitable<Result<std::vector<Claimed>>> claim(int count_max, std::chrono::milliseconds lease) = 0;
    // Durable before the message leaves: the next attempt number of an operation held under this epoch; "lease_lost".
    virtual Awaitable<Result<std::int32_t>> begin_attempt(OperationId operation, std::int64_t lease_epoch) = 0;
    // Nothing was learned: look again later. "lease_lost".
    virtual Awaitable<Status> postpone(OperationId operation, std::int64_t lease_epoch, std::chrono::milliseconds pause,
                                       std::string next_step) = 0;
    // Two different people said the same: "approved" or "failed"; nothing while they have not.
    virtual Awaitable<Result<std::optional<std::string>>> decision(OperationId operation) = 0;
};

// ---- For the clock --------------------------------------------------------------------------------------------------------

class DuePayments {
public:
    virtual ~DuePayments() = default;
    // Live payments whose due_at is over, by `now` and by the store's own clock, so that one clock that jumps ends
    // nothing early; the longest due first.
    virtual Awaitable<Result<std::vector<PaymentView>>> find_due(Timestamp now, int count_max) = 0;
};

// ---- Old answers ----------------------------------------------------------------------------------------------------------

struct KeyPlace {  // where a pass over all keys stands; empty: at the beginning
    std::string tenant_id, key;
};
struct ForgottenAnswers {
    std::int64_t forgotten = 0;
    std::optional<KeyPlace> next;  // where the next page begins; nothing: that was the last
};
class AnswerArchive {
public:
    virtual ~AnswerArchive() = default;
    // Empties the answers of one page of keys that are older than `kept`, by `now` and by the store's own clock, so that
    // one clock that jumps forgets nothing early. Of payments that are over: all their operations final, nothing left to
    // capture. The key, its meaning and its status stay.
    virtual Awaitable<Result<ForgottenAnswers>> forget_answers(Timestamp now, std::chrono::hours kept, KeyPlace after,
                                                               int rows) = 0;
};

// ---- Merchants as data --------------------------------------------------------------------------------------------------

struct Caller {
    TenantId tenant_id;
    ApiKeyId key_id;
};
struct StoreSettings {
    StoreId store_id;
    std::string time_zone;
    int cutoff_minutes = 0;
    domain::Currency currency;
    std::chrono::minutes offline_limit{1440};
    domain::ChecksPolicy checks = {};
    std::string category = "5812";  // merchant category code: four digits
};
struct Route {  // where a store's payments go
    StoreSettings store;
    // Those that may take a payment, oldest first: all of the store that are enabled, or the named one alone.
    std::vector<domain::RouteAccount> accounts;
    std::vector<domain::RouteRule> rules = {};  // in the order in which they are asked; none where an account was named
};
// Read through a small cache (seconds), so that a disabled key or store stops working soon.
class Directory {
public:
    virtual ~Directory() = default;
    virtual Awaitable<Result<Caller>> authenticate(std::string key_digest) = 0;  // forbidden "bad_api_key"
    // invalid_request with field: "unknown_store", "unknown_device", "unknown_account", "store_disabled"
    virtual Awaitable<Result<Route>> route(TenantId tenant, StoreId store, DeviceId device,
                                           std::optional<AccountId> account) = 0;
    // The BIN table in use; never null. Where it cannot be read, the one that was read last.
    virtual Awaitable<std::shared_ptr<const domain::BinTable>> bins() { co_return domain::shipped_bins(); }
    // Told once a turn, for people to read; that it could not be kept is nobody's trouble.
    virtual Awaitable<void> note_breaker(AccountId, bool /*is_open*/) { co_return; }
};

}  // namespace postern::gateway
