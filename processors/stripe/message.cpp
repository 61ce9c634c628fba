#include "processors/stripe/message.hpp"

#include "processors/stripe/amounts.hpp"
#include "processors/stripe/answer.hpp"
#include "processors/stripe/reading.hpp"
#include "processors/wire/form_tree.hpp"

namespace postern::stripe {
namespace {

using domain::Verb;
using processors::History;
using processors::wire::FormNode;
using processors::wire::FormTree;
using vault::AttemptKind;
using vault::Leaf;
using vault::Slot;

constexpr std::string_view api_version = "2022-11-15";  // the policy holds the same words
constexpr const char* intents_path = "/v1/payment_intents";

Error cannot(std::string_view code) { return {ErrorKind::invalid_request, code}; }

FormNode text(std::string name, std::string_view value) { return {std::move(name), Leaf{std::string(value)}}; }
FormNode slot(std::string name, Slot value) { return {std::move(name), Leaf{value}}; }
FormNode group(std::string name, FormTree children) { return {std::move(name), std::move(children)}; }
FormNode our_identity(const History& history) {
    return group("metadata", {text(std::string(identity_key), history.operation.processor_identity)});
}
std::string minor(domain::Money amount) { return std::to_string(amount.amount_minor()); }

FormTree card_fields(AttemptKind kind, const History& history) {
    FormTree card{slot("number", Slot::card_number), slot("exp_month", Slot::card_expiry_month),
                  slot("exp_year", Slot::card_expiry_year)};
    if (history.with_security_code && kind == AttemptKind::send) card.push_back(slot("cvc", Slot::card_security_code));
    FormTree fields{text("type", "card"), group("card", std::move(card))};
    FormTree address, details;
    if (history.with_holder_name) details.push_back(slot("name", Slot::card_holder_name));
    if (history.with_address) address.push_back(slot("line1", Slot::card_address));
    if (history.with_postal_code) address.push_back(slot("postal_code", Slot::card_postal_code));
    if (!address.empty()) details.push_back(group("address", std::move(address)));
    if (!details.empty()) fields.push_back(group("billing_details", std::move(details)));
    return fields;
}

FormTree charge_fields(Form form, const History& history) {
    const domain::Money amount = history.operation.requested;
    return {text("amount", minor(amount)),
            text("currency", find_currency(amount.currency())->code),
            text("payment_method", card_of(history.attempts)),
            group("payment_method_types", {text("0", "card")}),
            text("capture_method", form == Form::sale ? "automatic" : "manual"),
            text("confirm", "true"),
            text("error_on_requires_action", "true"),  // a till has nobody to send through 3-D Secure
            our_identity(history)};
}

// Both are the amount that stands afterwards.
std::string new_total(const History& history) {
    const auto total = history.payment.approved.plus(history.operation.requested);
    return total ? minor(*total) : std::string{};
}

FormTree fields_of(Form form, AttemptKind kind, const History& history) {
    switch (form) {
        case Form::card: return card_fields(kind, history);
        case Form::authorize:
        case Form::sale: return charge_fields(form, history);
        case Form::capture: return {text("amount_to_capture", minor(history.operation.requested))};
        case Form::increment: return {text("amount", new_total(history))};
        case Form::cancel: return {text("cancellation_reason", "requested_by_customer")};
        case Form::refund:
            return {text("payment_intent", intent_of(history)), text("amount", minor(history.operation.requested)),
                    our_identity(history)};
        case Form::read_intent:
        case Form::search:
        case Form::list_refunds: break;
    }
    return {};
}

const char* path_of(Form form) {
    switch (form) {
        case Form::card: return "/v1/payment_methods";
        case Form::authorize:
        case Form::sale: return intents_path;
        case Form::capture: return "/v1/payment_intents/{id}/capture";
        case Form::increment: return "/v1/payment_intents/{id}/increment_authorization";
        case Form::cancel: return "/v1/payment_intents/{id}/cancel";
        case Form::refund: return "/v1/refunds";
        case Form::read_intent: return "/v1/payment_intents/{id}";
        case Form::search: return "/v1/payment_intents/search?limit=10&query={query}";
        case Form::list_refunds: return "/v1/refunds?limit=100&payment_intent={id}";
    }
    __builtin_unreachable();
}

bool is_question(Form form) { return form == Form::read_intent || form == Form::search || form == Form::list_refunds; }
bool names_intent(Form form) {
    return form == Form::capture || form == Form::increment || form == Form::cancel || form == Form::read_intent ||
           form == Form::list_refunds;
}

// One key a body: what moves money goes under the operation's identity alone, whatever the attempt. Making a card or
// cancelling twice does no harm, and a stored failure must not be told for ever: each try has a key of its own. So has
// an undo's refund, once the list has proven that the one before it was never made.
std::string key_of(Form form, const History& history, const Switches& switches) {
    const std::string& identity = history.operation.processor_identity;
    const auto numbered = [&](const std::string& base, std::size_t number) {
        return number <= 1 ? base : base + "-" + std::to_string(number);
    };
    if (form == Form::card) return numbered(identity + "-card", history.attempts.size() + 1);
    if (form == Form::cancel) return numbered(identity + "-cancel", history.attempts.size() + 1);
    if (!is_undo(history.operation.verb)) return identity;
    return numbered(identity, proven_absences(history, std::chrono::seconds(switches.read_blind_s)) + 1);
}

std::string search_query(const History& history) {
    return "metadata['" + std::string(identity_key) + "']:'" + history.operation.processor_identity + "'";
}

Status check(Form form, const History& history) {
    const bool charges = form == Form::card || form == Form::authorize || form == Form::sale;
    const bool needs_intent = names_intent(form) || form == Form::refund;
    if (needs_intent && intent_of(history).empty()) return cannot("reference_missing");
    if (form == Form::increment && new_total(history).empty()) return cannot("amount_out_of_range");
    const bool has_amount = charges || form == Form::capture || form == Form::increment || form == Form::refund;
    return has_amount ? check_amount(history.operation.requested) : Status{};
}

bool is_supported(Verb verb) {
    return is_charge(verb) || is_undo(verb) || verb == Verb::capture || verb == Verb::increment || verb == Verb::refund;
}

}  // namespace

std::string_view to_text(Form form) {
    switch (form) {
        case Form::card: return "card";
        case Form::authorize: return "authorize";
        case Form::sale: return "sale";
        case Form::capture: return "capture";
        case Form::increment: return "increment";
        case Form::cancel: return "cancel";
        case Form::refund: return "refund";
        case Form::read_intent: return "read_intent";
        case Form::search: return "search";
        case Form::list_refunds: return "list_refunds";
    }
    __builtin_unreachable();
}

Form form_of(AttemptKind kind, const History& history) {
    const Verb verb = history.operation.verb;
    const bool inquires = kind == AttemptKind::inquire;
    // A hold is let go by cancelling; what was taken can only be given back.
    const bool cancels = is_undo(verb) && history.original && history.original->verb == Verb::authorize &&
                         history.payment.captured.is_zero();
    if (cancels) return inquires ? Form::read_intent : Form::cancel;
    if (is_undo(verb) || verb == Verb::refund) return inquires ? Form::list_refunds : Form::refund;
    if (verb == Verb::capture) return inquires ? Form::read_intent : Form::capture;
    if (verb == Verb::increment) return inquires ? Form::read_intent : Form::increment;
    if (inquires) return intent_of(history).empty() ? Form::search : Form::read_intent;
    if (card_of(history.attempts).empty()) return Form::card;
    return verb == Verb::sale ? Form::sale : Form::authorize;
}

std::string intent_of(const History& history) {
    if (history.original) {
        const auto found = history.original->reference.find("payment_intent");
        return found == history.original->reference.end() ? std::string{} : found->second;
    }
    for (const processors::Attempt& attempt : history.attempts) {
        const auto* sent = std::get_if<vault::Sent>(&attempt.verdict);
        const auto answer = sent ? parse_answer(sent->reply.body) : Result<Answer>{Error{}};
        const auto* intent = answer ? std::get_if<Intent>(&*answer) : nullptr;
        if (intent && intent->identity == history.operation.processor_identity) return intent->id;
    }
    return {};
}

std::string card_of(std::span<const processors::Attempt> attempts) {
    for (const processors::Attempt& attempt : attempts) {
        const auto* sent = std::get_if<vault::Sent>(&attempt.verdict);
        const auto answer = sent ? parse_answer(sent->reply.body) : Result<Answer>{Error{}};
        const auto* card = answer ? std::get_if<Card>(&*answer) : nullptr;
        if (card && sent->reply.http_status == 200) return card->id;
    }
    return {};
}

Result<vault::MessageTree> message_of(AttemptKind kind, const History& history, const Switches& switches) {
    if (!is_supported(history.operation.verb)) return cannot("verb_not_supported");
    const Form form = form_of(kind, history);
    if (auto status = check(form, history); !status) return status.error();
    vault::MessageTree tree;
    tree.path_template = path_of(form);
    if (names_intent(form)) tree.path_parameters = {{"id", intent_of(history)}};
    if (form == Form::search) tree.path_parameters = {{"query", search_query(history)}};
    tree.headers = {{"Authorization", Slot::account_bearer}, {"Stripe-Version", std::string(api_version)}};
    if (switches.connected_account != 0) tree.headers.push_back({"Stripe-Account", Slot::account_merchant_id});
    if (is_question(form)) {
        tree.method = "GET";
        return tree;
    }
    tree.headers.push_back({"Idempotency-Key", key_of(form, history, switches)});
    auto body = processors::wire::flatten(fields_of(form, kind, history));
    if (!body) return body.error();
    tree.body = std::move(*body);
    return tree;
}

}  // namespace postern::stripe
