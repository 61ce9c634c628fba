#pragma once

#include <optional>
#include <vector>

#include "processors/mercury/message.hpp"
#include "processors/mercury/switches.hpp"
#include "processors/port/adapter.hpp"

namespace postern::mercury {

// What one answer to a transaction says, on its own.
struct Yes { domain::ApprovedClaim claim; bool is_duplicate_answer = false; };
struct No { domain::Claim claim; };         // DeclinedClaim or RefusedClaim: nothing moved by this message
struct Busy { std::string_view code; };     // nothing moved; the same message may go again
struct Nothing { std::string_view code; };  // proves nothing
inline constexpr std::string_view refused_as_duplicate = "refused_as_duplicate";  // the first one stands: look it up
using Says = std::variant<Yes, No, Busy, Nothing>;
Says read_transaction(const processors::History& history, const Switches& switches, const vault::Reply& reply);

// What one answer to an inquiry says.
struct RowFound { domain::Claim claim; };
struct RowVoided {};
struct RowMissing {};
using Detail = std::variant<RowFound, RowVoided, RowMissing, Nothing>;
Detail read_detail(const processors::History& history, const Switches& switches, const vault::Reply& reply);

// An attempt of the past. NotSent: no byte of it left.
struct NotSentAttempt { std::string_view code; };
using Past = std::variant<NotSentAttempt, Yes, No, Busy, Nothing, RowFound, RowVoided, RowMissing>;
Past read_past(const processors::Attempt& attempt, const processors::History& history, const Switches& switches);

// The forms that can undo the original, in the order in which they are tried.
std::vector<UndoForm> undo_forms(const processors::History& history, const Switches& switches);

// The messages before the one that `reply` answers: a caller may or may not have counted that one already.
std::span<const processors::Attempt> before(const processors::History& history, const vault::Reply& reply);

// An approval that came without what a capture or a reversal needs, while a resend may still learn it.
bool must_learn_reference(const processors::History& history, const domain::Claim& claim, const Switches& switches);
bool in_duplicate_window(const processors::History& history, const Switches& switches);

}  // namespace postern::mercury
