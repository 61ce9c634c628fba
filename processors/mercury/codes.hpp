#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gateway/domain/operation.hpp"
#include "processors/mercury/answer.hpp"

namespace postern::mercury {

// What one answer says about the money, its status, text and code read together. The classes behind it are inferred
// from client behaviour (docs/mercury.md); what is not listed is read as if nothing had been answered, so that a new
// code costs a look-up and never a charge.
enum class Reading : std::uint8_t {
    approved,
    duplicate,      // an earlier result told again: ours only where verb, amount and authorization data match
    partial,        // approved for less than was asked for
    reversed,       // an undo that let the hold go
    not_captured,   // approved, and nothing taken: of a charge, people decide
    by_status,      // the text or code adds nothing: the status decides
    declined,       // a no that stays a no
    declined_now,   // a no to this attempt; a new one may be approved
    no_target,      // what an undo takes back is not where this form of it looks
    look_up_first,  // refused because an earlier message of the same invoice stands: that one counts
    refused,        // not processed: nothing moved, and the same request would fail again
    busy,           // nothing moved; the same request may go again under the same invoice
    unknown,        // proves nothing: look it up, or send it again under the same invoice; never under a new one
};

// What becomes of the operation. `answer` is the HTTP status of its answer to the caller, `retry` the API's word for
// what the caller may do; `event` is a sale's, or of an undo where only an undo is answered so.
enum class Books : std::uint8_t { nothing, the_amount, the_part_until_undone, the_release };
struct Consequence {
    Reading reading;
    domain::OperationStatus status;
    Books books;
    std::string_view event;
    int answer;
    std::string_view retry;
};
std::span<const Consequence> consequences();
const Consequence& consequence_of(Reading reading);  // of any but `by_status`

struct TextRow {
    std::string_view text;  // TextResponse
    Reading reading;
    domain::DeclineReason reason = domain::DeclineReason::generic;  // of a no
};
std::span<const TextRow> text_rows();
// The host's own three characters; no field of ws.asmx carries them, so they are read only where one stands as the text.
std::span<const TextRow> host_rows();

struct CodeRow {
    std::string_view first, last;  // DSIXReturnCode, six digits, both included
    Reading reading;               // of an answer of status Error
    std::string_view meaning;
};
std::span<const CodeRow> code_rows();

// A yes whose text says no, or a no whose text says yes, is `unknown`.
Reading reading_of(CmdStatus status, std::string_view code, std::string_view text);
// Whether the tables knew anything about it; an Error is told by its code or its text.
bool is_listed(CmdStatus status, std::string_view code, std::string_view text);

// A no in our words; an unlisted text is `generic` and final.
domain::Decline decline_of(std::string_view code, std::string_view text);

// "000000 DECLINE", cut to a length that is fit for a log line.
std::string raw_code(std::string_view code, std::string_view text);

}  // namespace postern::mercury
