#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace postern::mercury::sandbox {

// What happens to a request or its answer on purpose; docs/mercury.md has the list for people.
enum class FaultKind {
    lost_answer,           // booked, then hung up on
    late_answer,           // booked, answered late
    cut,                   // booked, the XML ends in the middle
    garbage,               // booked, answered with bytes that are no XML
    empty,                 // booked, answered with nothing
    html_500,              // booked, answered with an error page
    soap_fault,            // booked, answered with a SOAP fault
    silent_server,         // booked, answered with Error 003010
    refuse,                // not booked, 503 at once
    drop_before_booking,   // not booked, hung up on
    busy,                  // not booked, answered with Error 004003
    late_booking,          // booked and answered late: whoever asks before finds nothing
    duplicated,            // booked twice
    truncated,             // booked, the transfer ends after so many bytes
    slow_drip,             // booked, answered a few bytes at a time
    wrong_invoice,         // booked, answered with another invoice
    two_prologs,           // booked, the inner document begins with two prologs
    html_200,              // booked, answered with a page and status 200
    bad_gateway,           // booked, answered with a page and status 502
    tls_break,             // booked, answered, and then bytes that are no TLS
    oversized,             // booked, the answer is megabytes
    deep_xml,              // booked, the answer has elements in elements without end
    not_utf8,              // booked, the answer has bytes that are no UTF-8
    echo_card,             // booked, the card number stands in the answer
};
std::optional<FaultKind> parse_fault_kind(std::string_view text);
std::string_view to_text(FaultKind kind);
std::vector<FaultKind> fault_kinds();  // all of them
constexpr bool is_booked(FaultKind kind) {
    return kind != FaultKind::refuse && kind != FaultKind::drop_before_booking && kind != FaultKind::busy;
}

// Amounts that decide the outcome of a Sale or PreAuth, as the published test host does; and 61.xx, which are ours,
// count for every verb and strike an invoice once, so that a resend is answered.
struct OutcomeTrigger {
    std::int64_t amount_minor;
    std::string_view text;
    std::string_view host_code;
};
const OutcomeTrigger* find_outcome_trigger(std::int64_t amount_minor);
std::optional<FaultKind> find_fault_trigger(std::int64_t amount_minor);

// The published cards that are approved in part, and for how much.
std::optional<std::int64_t> partial_amount(std::string_view masked, std::int64_t amount_minor);

}  // namespace postern::mercury::sandbox
