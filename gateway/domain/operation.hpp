#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "gateway/domain/checks.hpp"
#include "gateway/domain/money.hpp"

namespace postern::domain {

// What is done at a processor. A caller's `void` ("undo") becomes void_sale, reverse or refund by batch state.
enum class Verb { authorize, sale, capture, increment, adjust_tip, void_sale, reverse, refund, verify, batch_close };

// prepared: durable, may have been sent. unknown: may have been sent, no trusted answer. The rest are final.
enum class OperationStatus { prepared, approved, declined, failed, unknown };
constexpr bool is_final(OperationStatus status) {
    return status == OperationStatus::approved || status == OperationStatus::declined ||
           status == OperationStatus::failed;
}

// Where the resolver drives an operation without a trusted answer.
enum class Goal { complete, undo };

// Why the gateway began an operation by itself: an approval of a part that nobody may keep, a hold whose life is over, a
// comparison that the store's policy does not accept, a void that came after the batch's close.
enum class Cause { partial_approval, expiry, checks, batch_closed };

std::string_view to_text(Verb verb);
std::string_view to_text(OperationStatus status);
std::string_view to_text(Goal goal);
std::string_view to_text(Cause cause);
std::optional<Verb> parse_verb(std::string_view text);
std::optional<OperationStatus> parse_operation_status(std::string_view text);
std::optional<Goal> parse_goal(std::string_view text);
std::optional<Cause> parse_cause(std::string_view text);

// What a processor hands back and wants to see again (Mercury: RefNo, AuthCode, AcqRefData, ProcessData), byte for
// byte: spaces count. Names are the adapter's.
using ProcessorReference = std::map<std::string, std::string>;

// Why an issuer or processor said no, in our own closed set (the raw code stands beside it).
enum class DeclineReason {
    generic, insufficient_funds, expired_card, invalid_card, invalid_amount, security_code_mismatch, pick_up_card,
    call_issuer, retry_later, issuer_unavailable, not_permitted, pin, reversal_target_missing, batch_must_close,
    security_code_expired, not_in_open_batch,
};
std::string_view to_text(DeclineReason reason);
std::optional<DeclineReason> parse_decline_reason(std::string_view text);

struct Decline {
    DeclineReason reason = DeclineReason::generic;
    std::string raw_code;  // the processor's own words, e.g. "000000 DECLINE"; never card data
    bool retry_may_help = false;
    friend bool operator==(const Decline&, const Decline&) = default;
};

// One call of one verb on a payment: prepared durably before its first byte leaves, moved by evidence only.
struct Operation {
    OperationId id;
    PaymentId payment_id;
    TenantId tenant_id;
    Verb verb;
    OperationStatus status = OperationStatus::prepared;
    Money requested;
    std::optional<Money> approved;           // a type of its own: may be less than requested
    std::optional<Money> tip = {};           // with capture and adjust_tip: the part of requested that is tip
    std::optional<OperationId> undoes;       // the operation that a void_sale or reverse takes back
    std::optional<Cause> cause = {};         // nothing: somebody asked for it
    Checks checks = {};                      // told by the answer of an authorize or sale
    std::string processor;                   // adapter name: "mercury"
    AccountId account_id;
    std::string processor_identity;          // Mercury InvoiceNo: epoch + counter, new for each operation
    ProcessorReference reference;            // empty until an answer gave it
    std::optional<Decline> decline;
    std::string failure_code;                // with failed: stable code, e.g. "processor_unreachable"
    std::optional<Goal> goal;                // with unknown
    std::int32_t attempts = 1;               // messages planned so far; attempt numbers start at 1
    std::int64_t lease_epoch = 0;            // raised by each taker; a holder of an older epoch may only add evidence
    std::string vault_epoch;                 // the vault's journal epoch seen before commit 1
    Timestamp created_at;
    Timestamp deadline;                      // the caller's
    std::optional<Timestamp> unknown_since;
};

}  // namespace postern::domain
