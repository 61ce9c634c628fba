#include "processors/stripe/adapter.hpp"

#include "processors/port/identity.hpp"
#include "processors/stripe/amounts.hpp"
#include "processors/stripe/message.hpp"
#include "processors/stripe/next.hpp"
#include "processors/stripe/reading.hpp"

namespace postern::stripe {
namespace {

using domain::Verb;
using processors::History;
using processors::Outcome;
using processors::Unreadable;
using vault::AttemptKind;

processors::Capabilities capabilities_of(const Switches& switches) {
    processors::Capabilities out;
    out.name = "stripe";
    out.verbs = {Verb::authorize, Verb::sale, Verb::capture, Verb::increment, Verb::refund, Verb::reverse, Verb::void_sale};
    out.duplicate_window = std::chrono::seconds(switches.key_window_s);
    out.inquiry_blind = std::chrono::seconds(switches.search_blind_s);
    out.call_time_max = std::chrono::milliseconds(switches.call_time_max_ms);
    out.partial_approval = false;
    for (const CurrencyRow& row : currency_rows()) out.currencies.push_back(row.currency);
    out.amount_minor_max = amount_minor_max;
    out.hold_life = std::chrono::seconds(switches.hold_s);
    return out;
}

Outcome of_message(const History& history, std::span<const processors::Attempt> earlier, const Past& past) {
    if (const auto* yes = std::get_if<Yes>(&past)) return domain::Claim{yes->claim};
    if (const auto* no = std::get_if<No>(&past)) {
        bool lost_before = false;
        for (std::size_t i = 0; i < earlier.size(); ++i) {
            const bool is_message = earlier[i].kind != AttemptKind::inquire;
            lost_before = lost_before || (is_message && std::holds_alternative<Nothing>(read_past(history, i)));
        }
        if (no->is_final || !lost_before) return no->claim;
        return Unreadable{"no_after_lost_answer"};
    }
    if (std::holds_alternative<Prepared>(past)) return Unreadable{"card_made"};
    if (const auto* busy = std::get_if<Busy>(&past)) return Unreadable{busy->code};
    const auto* nothing = std::get_if<Nothing>(&past);
    return Unreadable{nothing ? nothing->code : "object_unexpected"};
}

Outcome of_inquiry(const History& history, const Past& past) {
    if (const auto* row = std::get_if<RowFound>(&past)) return processors::Found{row->claim};
    if (std::holds_alternative<RowVoided>(past)) return processors::FoundVoided{};
    if (std::holds_alternative<RowMissing>(past)) {
        if (is_undo(history.operation.verb)) return Unreadable{"not_undone_yet"};
        return processors::NotFound{};
    }
    const auto* nothing = std::get_if<Nothing>(&past);
    return Unreadable{nothing ? nothing->code : "object_unexpected"};
}

}  // namespace

StripeAdapter::StripeAdapter(Switches switches) : switches_{switches}, capabilities_{capabilities_of(switches)} {}

std::string StripeAdapter::identity(std::uint64_t epoch, std::uint64_t counter) const {
    return processors::identity_of(epoch, counter);
}

Result<vault::MessageTree> StripeAdapter::plan(AttemptKind kind, const History& history) const {
    const bool takes_back_a_charge = kind == AttemptKind::reverse && !is_undo(history.operation.verb);
    if (takes_back_a_charge) return Error{ErrorKind::invalid_request, "verb_not_supported"};  // an operation of its own
    return message_of(kind, history, switches_);
}

std::string_view StripeAdapter::policy_operation(AttemptKind kind, const History& history) const {
    return to_text(form_of(kind, history));
}

Outcome StripeAdapter::read(AttemptKind kind, const History& history, const vault::Reply& reply) const {
    const auto earlier = before(history, reply);
    const Past past = read_reply(kind, history, earlier, reply);
    return kind == AttemptKind::inquire ? of_inquiry(history, past) : of_message(history, earlier, past);
}

processors::Step StripeAdapter::next(const History& history) const { return next_step(history, switches_); }

}  // namespace postern::stripe
