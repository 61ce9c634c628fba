#pragma once

#include <span>
#include <string_view>

#include "gateway/domain/operation.hpp"

namespace postern::mercury {

// What an Error answer says about the money. The classes are inferred from client behaviour (docs/mercury.md); what is
// not listed is `unknown`, so that a new code costs a look-up and never a charge.
enum class CodeClass {
    final,    // nothing moved, and the same request would fail again
    resend,   // nothing moved; the same request may be sent again under the same invoice
    unknown,  // look it up, or resend under the same invoice; never a new one
};

struct CodeRow {
    std::string_view first, last;  // DSIXReturnCode, six digits, both included
    CodeClass code_class;
    std::string_view meaning;
};
std::span<const CodeRow> code_rows();

// The class of an Error's DSIXReturnCode; its text tells bad credentials from other uses of 009999.
CodeClass class_of(std::string_view code, std::string_view text);

struct TextRow {
    std::string_view text;  // TextResponse, in capitals
    domain::DeclineReason reason;
    bool retry_may_help;
};
std::span<const TextRow> text_rows();

// A Declined answer in our words; an unlisted text is `generic` and final.
domain::Decline decline_of(std::string_view code, std::string_view text);

// "000000 DECLINE", cut to a length that is fit for a log line.
std::string raw_code(std::string_view code, std::string_view text);

}  // namespace postern::mercury
