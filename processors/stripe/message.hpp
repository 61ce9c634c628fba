#pragma once

#include "processors/port/adapter.hpp"
#include "processors/stripe/switches.hpp"

namespace postern::stripe {

// What a message does; each is an operation of policy.toml.
enum class Form { card, authorize, sale, capture, increment, cancel, refund, read_intent, search, list_refunds };
std::string_view to_text(Form form);

constexpr bool is_undo(domain::Verb verb) { return verb == domain::Verb::reverse || verb == domain::Verb::void_sale; }
constexpr bool is_charge(domain::Verb verb) { return verb == domain::Verb::authorize || verb == domain::Verb::sale; }

// The form of the next message. A charge takes two: the card first, which gives an id and moves nothing, then the
// intent under that id, so that a repeat of the one that moves money has the same parameters to the last letter.
Form form_of(vault::AttemptKind kind, const processors::History& history);

// The intent that the operation works on or made; empty: none known.
std::string intent_of(const processors::History& history);
// The payment method that an earlier message of this operation made; empty: none.
std::string card_of(std::span<const processors::Attempt> attempts);

// Errors: "verb_not_supported", "currency_not_supported", "amount_out_of_range", "amount_not_representable",
// "reference_missing".
Result<vault::MessageTree> message_of(vault::AttemptKind kind, const processors::History& history,
                                      const Switches& switches);

}  // namespace postern::stripe
