#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "gateway/domain/payment.hpp"

namespace postern::domain {

// ---- What may start -------------------------------------------------------------------------------------------------

// The verbs that a caller can ask for on an existing payment.
enum class Request { capture, void_payment, refund, accept, adjust_tip, increment };

// Ok, or the conflict ("payment_not_capturable", "amount_exceeds_capturable", "void_in_progress", …). The database
// holds the same limits under races (gateway/storage); this gives the reason in words and rules out the rest early.
// `amount`: of an adjusted tip the whole amount afterwards, of an increment what comes on top. `above`: how far a capture
// with a tip may go over what is left, in minor units.
Status may_start(const Payment& payment, Request request, Money amount, std::int64_t above_minor = 0);

// The payment once its caller has accepted the part that was approved: only where may_start allows it.
Payment accepted(Payment payment);

// ---- What evidence does ---------------------------------------------------------------------------------------------

// What a piece of evidence claims about an operation, whoever brought it.
struct ApprovedClaim {
    Money approved;
    ProcessorReference reference;
    bool hold_may_remain = false;  // a reversal that was answered as a plain void
    bool rest_is_let_go = false;   // a capture that ends its hold, whatever it left of it
    Checks checks = {};            // of an authorize or sale
};
struct DeclinedClaim {
    Decline decline;
    Checks checks = {};
};
struct NextAccount {
    AccountId id;
    std::string processor;
};
struct NotSentClaim {  // the vault's fence: no attempt of it ever left, none will
    std::string_view code;
    std::optional<NextAccount> next = {};  // of a charge: where the payment goes on, with a new operation
};
struct RefusedClaim { std::string_view code; std::string raw_code; };  // the processor refused without effect
struct UnknownClaim { Goal goal; std::string_view code; };             // maybe sent, nothing trusted came back
// The clock's: the payment's due_at is over, the end of an offer or of a hold. About the approved authorize or sale.
struct LapsedClaim {};
using Claim = std::variant<ApprovedClaim, DeclinedClaim, NotSentClaim, RefusedClaim, UnknownClaim, LapsedClaim>;
enum class ClaimKind { approved, declined, not_sent, refused, unknown, lapsed };
ClaimKind kind_of(const Claim& claim);

// What becomes of operation and payment; `alarm` names what people must hear about (approval evidence for an operation
// that is already final: `undo_needed`). `undo` asks for a new undo operation on the payment, `refund` for a refund of
// that amount in place of an undo that came too late: whoever waits for the undo waits for it. `cause` says why.
struct Effect {
    Operation operation;
    Payment payment;
    bool changes_state = false;   // false: the evidence is kept, nothing moves
    bool undo = false;
    std::optional<Money> refund = {};
    std::optional<Cause> cause = {};
    bool tender_is_free = false;  // all of it went back before anybody took it: the tender may be tried again
    bool moved = false;           // the payment goes on at another account: it needs a new first operation there
    std::string_view alarm = {};
    std::string_view event = {};  // event type to publish, e.g. "payment.authorized"; empty: none
};

// One table decides every operation status x verb x claim; a pair without a row is "no_such_transition".
Result<Effect> apply(const Payment& payment, const Operation& operation, const Claim& claim, Timestamp now);

// For the test that walks all pairs.
bool has_row(OperationStatus status, Verb verb, ClaimKind kind);

}  // namespace postern::domain
