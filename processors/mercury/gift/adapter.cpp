#include "processors/mercury/gift/adapter.hpp"

#include "processors/mercury/amounts.hpp"
#include "processors/mercury/gift/message.hpp"
#include "processors/mercury/gift/reading.hpp"
#include "processors/mercury/invoice.hpp"
#include "processors/mercury/next.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using processors::History;
using processors::Outcome;
using processors::Unreadable;
using vault::AttemptKind;

processors::Capabilities capabilities_of(const Switches& switches) {
    processors::Capabilities out;
    out.name = "mercury_gift";
    out.verbs = {Verb::sale, Verb::refund, Verb::reverse, Verb::void_sale};
    out.duplicate_window = std::chrono::seconds(switches.duplicate_window_s);
    out.inquiry_blind = std::chrono::seconds(switches.inquiry_blind_s);
    out.call_time_max = std::chrono::milliseconds(switches.call_time_max_ms);
    out.currencies = {domain::Currency::usd};
    if (switches.canadian_dollars != 0) out.currencies.push_back(domain::Currency::cad);
    out.amount_minor_max = amount_minor_max;
    return out;
}

// No issuer's data exists that a repeat could learn: a row of the look-up says all that a void needs.
Switches of_gift(Switches switches) {
    switches.learn_reference_by_resend = 0;
    return switches;
}

Outcome outcome_of(const GiftSays& says) {
    if (const auto* yes = std::get_if<Yes>(&says)) return domain::Claim{yes->claim};
    if (const auto* no = std::get_if<No>(&says)) return no->claim;
    if (const auto* busy = std::get_if<Busy>(&says)) return Unreadable{busy->code};
    if (const auto* row = std::get_if<RowFound>(&says)) return processors::Found{row->claim};
    if (std::holds_alternative<RowVoided>(says)) return processors::FoundVoided{};
    if (std::holds_alternative<RowMissing>(says)) return processors::NotFound{};
    return Unreadable{std::get<Nothing>(says).code};
}

Past past_of(const processors::Attempt& attempt, const History& history, const Switches& switches) {
    if (const auto* not_sent = std::get_if<vault::NotSent>(&attempt.verdict)) return NotSentAttempt{not_sent->code};
    const auto* sent = std::get_if<vault::Sent>(&attempt.verdict);
    if (!sent) return Nothing{"answer_lost"};
    return std::visit([](auto&& said) { return Past{said}; },
                      read_gift(attempt.kind, history, switches, sent->reply));
}

}  // namespace

GiftAdapter::GiftAdapter(Switches switches)
    : switches_{of_gift(switches)}, capabilities_{capabilities_of(switches)} {}

std::string GiftAdapter::identity(std::uint64_t epoch, std::uint64_t counter) const {
    return invoice_number(epoch, counter);
}

Result<vault::MessageTree> GiftAdapter::plan(AttemptKind kind, const History& history) const {
    if (kind == AttemptKind::inquire) return gift_inquiry(history);
    if (kind == AttemptKind::reverse) return Error{ErrorKind::invalid_request, "verb_not_supported"};
    return gift_message(history, switches_);
}

std::string_view GiftAdapter::policy_operation(AttemptKind kind, const History& history) const {
    if (kind == AttemptKind::inquire) return "inquire";
    if (!is_undo(history.operation.verb)) return domain::to_text(history.operation.verb);
    return gift_code(history) == "VoidReturn" ? "reverse_return" : "reverse";
}

// A no to a repeat says nothing about the message whose answer was lost.
Outcome GiftAdapter::read(AttemptKind kind, const History& history, const vault::Reply& reply) const {
    const GiftSays says = read_gift(kind, history, switches_, reply);
    if (std::holds_alternative<No>(says) && switches_.confirm_no_after_lost_answer != 0) {
        for (const processors::Attempt& attempt : before(history, reply)) {
            const bool is_message = attempt.kind != AttemptKind::inquire;
            if (is_message && std::holds_alternative<Nothing>(past_of(attempt, history, switches_)))
                return Unreadable{"no_after_lost_answer"};
        }
    }
    return outcome_of(says);
}

processors::Step GiftAdapter::next(const History& history) const {
    std::vector<Past> pasts;
    for (const processors::Attempt& attempt : history.attempts) pasts.push_back(past_of(attempt, history, switches_));
    return is_undo(history.operation.verb) ? numbered_undo_step(history, switches_, std::move(pasts))
                                           : charge_step(history, switches_, std::move(pasts));
}

}  // namespace postern::mercury
