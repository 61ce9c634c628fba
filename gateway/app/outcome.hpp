#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/app/services.hpp"

namespace postern::gateway {

// An operation under way, with all that its steps may know.
struct Work {
    domain::Payment payment;
    domain::CardSummary card;
    domain::Operation operation;
    std::optional<domain::Operation> original;  // what a capture, refund or undo builds on
    std::vector<processors::Attempt> attempts;  // oldest first
    bool undo_exists = false;                   // another operation takes this one back already
    vault::CardExtras extras = {};              // what a first message sends beside the number
};

// Where a claim comes from.
struct EvidenceNote {
    std::int32_t attempt = 0;
    std::string attempt_kind = "none";
    std::string source = "reply";
    std::string raw;
};

struct Decided {
    Outcome outcome;
    std::string_view alarm = {};
};

struct OpenEnd {  // of what stays without a final answer, or goes on at another account
    std::chrono::milliseconds next_look{0};
    std::string next_step;
};

// Pure but for ids and the clock: evidence, and what it moves, as commit 2 takes it. Errors are those of
// domain::apply.
Result<Decided> decide(const Services& services, const Work& work, const domain::Claim& claim,
                       const EvidenceNote& note, std::string_view business_date, const OpenEnd& open_end);

EvidenceRecord evidence_of(const Services& services, const Work& work, domain::ClaimKind claim,
                           const EvidenceNote& note);

// An answer as it may be given now: while an approval is on its way back it is no final answer, whatever the
// operation says.
Answer draw(const Services& services, const domain::Payment& payment, const domain::CardSummary& card,
            const domain::Operation& operation);

// The undo of an operation that got an approval nobody may keep. Its lease has run out: the resolver takes it at once.
domain::Operation undo_of(const Services& services, const domain::Operation& operation, domain::Money approved);

}  // namespace postern::gateway
