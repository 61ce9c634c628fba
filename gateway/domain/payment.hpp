#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "gateway/domain/money.hpp"
#include "gateway/domain/operation.hpp"

namespace postern::domain {

// The name callers read; derived from the amounts, see Payment::state().
enum class PaymentState {
    pending, authorized, partially_authorized, captured, partially_captured, refunded, partially_refunded, voided,
    declined, failed, expired,
};
std::string_view to_text(PaymentState state);

// How the payment's first operation ended, and whether what it got has been given back.
enum class Standing { pending, live, declined, failed, voided, expired };
std::string_view to_text(Standing standing);
std::optional<Standing> parse_standing(std::string_view text);

// The second identity of an order's tender; unique among tenders not finally declined or unsent, so that a client
// which mints a new key per try still charges once.
struct Tender {
    StoreId store_id;
    DeviceId device_id;
    std::string tender_id;
    friend bool operator==(const Tender&, const Tender&) = default;
};

// What becomes of an approval for less than was asked for: taken back; offered to the caller, who said beforehand that a
// part may do; kept, since the caller has accepted it.
enum class PartialApproval { refused, allowed, accepted };
std::string_view to_text(PartialApproval partial);
std::optional<PartialApproval> parse_partial_approval(std::string_view text);

// What the vault lets others know of a card, and what the BIN table tells of its first six digits.
struct CardSummary {
    std::string bin6, last4, brand;  // brand: visa, mastercard, amex, discover, jcb, diners, unionpay, maestro, other
    int expiry_month = 0, expiry_year = 0;
    std::string funding = {};  // credit, debit, prepaid; empty: nobody can tell
    std::string country = {};  // of the issuer, ISO 3166 alpha-2; empty: nobody can tell
    friend bool operator==(const CardSummary&, const CardSummary&) = default;
};

struct Payment {
    PaymentId id;
    TenantId tenant_id;
    Tender tender;
    CardToken token;
    std::string processor;
    AccountId account_id;
    std::string order_reference;  // the caller's, shown back; guarded against card numbers

    Money requested;
    Money approved, captured, tip, refunded, released;  // released: authorized and given back
    // Asked for by operations without a final answer; limits count them as used (money rule 6).
    Money capture_reserved, refund_reserved;
    // An edit is running (increment, adjust_tip, a capture above the approved amount): nothing else may start. What it may
    // take above the approved amount, until its answer.
    std::optional<Money> edit_above = {};
    bool void_requested = false;  // an undo is accepted or under way: nothing else may start
    Standing standing = Standing::pending;

    std::int64_t version = 0;        // raised by every change; guards every change
    std::int64_t event_version = 0;  // number of events so far; gap-free
    std::string last_event_hash;     // grouped base32 of SHA-256 of the last event's bytes; empty before the first
    Timestamp created_at;
    std::optional<Timestamp> expires_at;           // of the authorization
    std::optional<Timestamp> accepted_offline_at;  // when a device took it without us
    std::int64_t device_sequence = 0;              // 0: not given
    bool late = false;                             // accepted offline longer ago than the store's limit
    std::string business_date;                     // of the store, 2026-11-25

    PartialApproval partial_approval = PartialApproval::refused;
    // When the gateway moves by itself: the end of an offer or of a hold. Nothing: nothing is left to give back.
    std::optional<Timestamp> due_at = {};
    ChecksPolicy checks_policy = {};  // the store's, as it was when the payment began
    FailedChecks flags = {};          // failed comparisons that the store wants shown

    PaymentState state() const;
    bool is_partial() const;   // approved for less, and not accepted
    bool is_offered() const;   // such an approval waits for the caller's word, until due_at
    Money capturable() const;  // approved - captured - released - reserved; never below zero
    Money refundable() const;  // captured - refunded - reserved
};

}  // namespace postern::domain
