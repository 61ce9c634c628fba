#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "gateway/domain/operation.hpp"
#include "gateway/domain/payment.hpp"
#include "gateway/domain/transition.hpp"
#include "vault/contract/message_tree.hpp"
#include "vault/contract/vault_client.hpp"

namespace postern::processors {

// One message sent, or maybe sent, for an operation, and what came of it.
struct Attempt {
    std::int32_t number = 1;
    vault::AttemptKind kind = vault::AttemptKind::send;
    vault::Verdict verdict;
    Timestamp at;
};

// All that a pure step may know: no clock, no socket.
struct History {
    const domain::Operation& operation;
    const domain::Payment& payment;
    const domain::Operation* original = nullptr;  // the operation that a capture, void, reversal or refund builds on
    std::span<const Attempt> attempts;            // oldest first
    Timestamp now;
    // What the card was given with beside the number; a slot may only be planned where its content exists. Of a charge
    // alone; the security code is for its first message, which must ask for it.
    bool with_security_code = false;
    bool with_holder_name = false, with_address = false, with_postal_code = false;
    // The stripe or a reader's encrypted block instead of the number, as the security code for the first message alone.
    bool with_track1 = false, with_track2 = false, with_encrypted_block = false;
    vault::CardEntry entry = vault::CardEntry::keyed;  // of an encrypted card there is no number to go on with
};

// What an answer to an inquiry proved about the operation inquired after.
struct Found { domain::Claim claim; };
struct FoundVoided {};      // it was approved and has been taken back
struct NotFound {};         // trusted only after Capabilities::inquiry_blind
struct Unreadable { std::string_view code; };  // proves nothing
// What a message's reply says: a claim about the operation (send, resend), or what an inquiry found.
using Outcome = std::variant<domain::Claim, Found, FoundVoided, NotFound, Unreadable>;

// What to do next about an operation without a trusted answer.
struct Proceed {};  // its next message: what went before was preparation, moved nothing and leaves no doubt
struct Inquire {};
struct Resend {};  // the same request under the same processor identity; of an undo operation: its next form
struct Wait { std::chrono::milliseconds pause; };
struct Conclude { domain::Claim claim; };  // the history proves this
struct AskPeople { std::string_view reason; };
using Step = std::variant<Proceed, Inquire, Resend, Wait, Conclude, AskPeople>;

using domain::AvsResult;
using domain::Checks;
using domain::CvvResult;

// How long an authorization of a brand holds, and when a batch closes by itself each day.
struct HoldLife {
    std::string brand;  // as in domain::CardSummary
    std::chrono::seconds life;
};
struct DailyClose {
    std::string time_zone;  // IANA name
    int minutes = 0;        // local time, after midnight
};

struct Capabilities {
    std::string name;                           // "mercury"
    std::vector<domain::Verb> verbs;
    std::chrono::seconds duplicate_window;      // how long a resend under the same identity is safe
    std::chrono::seconds inquiry_blind;         // "not found" proves nothing earlier than this after sending
    std::chrono::milliseconds call_time_max;    // total time of one call
    bool partial_approval = false;
    bool tip_above_authorized = false;          // a tip may carry what is taken above the authorized amount
    bool tells_checks = false;                  // its answers may carry Checks
    std::vector<domain::Currency> currencies;
    std::int64_t amount_minor_max = 0;
    std::chrono::seconds hold_life{7 * 86'400};  // of an uncaptured authorization, where its brand has no row
    std::vector<HoldLife> hold_lives = {};
    std::optional<DailyClose> batch_closes = {};  // what was captured before can only be refunded; nothing: not told
};

// A processor as pure steps, so that tables, fuzzers, simulation and shadow mode reach all of it without a socket.
class ProcessorAdapter {
public:
    virtual ~ProcessorAdapter() = default;
    virtual const Capabilities& capabilities() const = 0;
    // The processor identity of a new operation (Mercury InvoiceNo): from an epoch (40 bits, never used twice) and a
    // counter within it. No 12 digits in a row.
    virtual std::string identity(std::uint64_t epoch, std::uint64_t counter) const = 0;
    // The message of this kind; an error ("verb_not_supported", "reference_missing") means that none can be built.
    virtual Result<vault::MessageTree> plan(vault::AttemptKind kind, const History& history) const = 0;
    // The policy's name for the operation that such a message performs.
    virtual std::string_view policy_operation(vault::AttemptKind kind, const History& history) const = 0;
    virtual Outcome read(vault::AttemptKind kind, const History& history, const vault::Reply& reply) const = 0;
    virtual Step next(const History& history) const = 0;
    // What a reply told beside its outcome; nothing where it cannot be read.
    virtual Checks checks(const vault::Reply&) const { return {}; }
};

}  // namespace postern::processors
