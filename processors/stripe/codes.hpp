#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gateway/domain/operation.hpp"

namespace postern::stripe {

// What an error answer says about the money. What is not listed is `unknown`, so that a new answer costs a look-up and
// never a charge.
enum class ErrorClass {
    declined,    // the issuer's or the processor's no to this card or amount; kept under the key, so it is the answer
    refused,     // nothing done by this request; not kept under the key, so it says nothing about an earlier one
    wrong_state, // the intent is not in a state for this; the answer shows in which it is
    busy,        // nothing done by this request; the same one may be sent again under the same key
    running,     // an earlier request under this key has not ended
    key_used,    // the key was used with other parameters: an earlier request arrived
    unknown,     // it may have been done
};

struct ErrorRow {
    int status_first, status_last;  // HTTP, both included
    std::string_view type, code;    // of the error object; empty: any
    ErrorClass error_class;
    std::string_view meaning;
};
std::span<const ErrorRow> error_rows();  // the first that fits decides
ErrorClass class_of(int http_status, std::string_view type, std::string_view code);

struct DeclineRow {
    std::string_view code;  // decline_code, or the error's own code where it has none
    domain::DeclineReason reason;
    bool retry_may_help;
};
std::span<const DeclineRow> decline_rows();

// An unlisted code is `generic` and final. The raw code is "card_declined insufficient_funds".
domain::Decline decline_of(std::string_view code, std::string_view decline_code);
std::string raw_code(std::string_view code, std::string_view decline_code);

}  // namespace postern::stripe
