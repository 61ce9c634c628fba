#pragma once

#include <span>
#include <string>
#include <variant>

#include "processors/port/adapter.hpp"

namespace postern::stripe {

// What one attempt of the past says, on its own.
struct NotSentAttempt { std::string_view code; };
struct Yes { domain::ApprovedClaim claim; };
// DeclinedClaim or RefusedClaim. Final where the answer is kept under the key: then it is the first request's, too.
struct No { domain::Claim claim; bool is_final = false; };
struct Prepared {};                         // the card has an id at the processor; no money is touched
struct Busy { std::string_view code; };     // nothing moved; the same message may go again
struct Nothing { std::string_view code; };  // proves nothing
struct RowFound { domain::Claim claim; };   // of an inquiry
struct RowVoided {};
struct RowMissing {};
using Past = std::variant<NotSentAttempt, Yes, No, Prepared, Busy, Nothing, RowFound, RowVoided, RowMissing>;

// `before` are the attempts that came earlier: what a message did can depend on what they had got.
Past read_reply(vault::AttemptKind kind, const processors::History& history,
                std::span<const processors::Attempt> before, const vault::Reply& reply);
Past read_past(const processors::History& history, std::size_t attempt);

// The attempts before the one that `reply` answers: a caller may or may not have counted that one already.
std::span<const processors::Attempt> before(const processors::History& history, const vault::Reply& reply);

// Of an undo's refund: how often the list has shown that it was not made, `blind` after its message left or later.
std::size_t proven_absences(const processors::History& history, std::chrono::seconds blind);
// When a message last left, or may have; the epoch's beginning: never.
Timestamp last_left(std::span<const processors::Attempt> attempts);

}  // namespace postern::stripe
