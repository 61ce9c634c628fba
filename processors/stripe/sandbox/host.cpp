#include "processors/stripe/sandbox/host.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/base32.hpp"
#include "processors/stripe/sandbox/catalog.hpp"
#include "processors/stripe/sandbox/object_json.hpp"

namespace postern::stripe::sandbox {
namespace {

namespace json = boost::json;
using processors::wire::find_text;
using processors::wire::FormTree;

Decision refused(int status, std::string_view code, std::string_view message, bool is_kept) {
    return {status, error_json("invalid_request_error", code, message), {}, is_kept};
}
Decision bad_parameter(std::string_view code, std::string_view name) {
    return refused(400, code, "Parameter: " + std::string(name), false);  // validation is not kept under a key
}
Decision missing(std::string_view what) { return refused(404, "resource_missing", "No such " + std::string(what), false); }
Decision wrong_state(const Intent& intent) {
    Decision out = refused(400, "payment_intent_unexpected_state", "The intent's status is " + intent.status, true);
    out.body["error"].as_object()["payment_intent"] = intent_json(intent);
    return out;
}

// The names of all fields, as they stand in the form.
std::vector<std::string> names_of(const FormTree& fields) {
    const auto flat = processors::wire::flatten(fields);
    std::vector<std::string> names;
    if (flat)
        for (const auto& field : *flat) names.push_back(field.name);
    return names;
}
std::string unknown_field(const FormTree& fields, std::initializer_list<std::string_view> known) {
    for (const std::string& name : names_of(fields)) {
        const bool is_known = std::ranges::find(known, name) != known.end() || name.starts_with("metadata[");
        if (!is_known) return name;
    }
    return {};
}

std::optional<std::int64_t> number(const std::string* text) {
    std::int64_t value = 0;
    if (!text) return std::nullopt;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    return error == std::errc{} && end == text->data() + text->size() ? std::optional(value) : std::nullopt;
}
std::string text_or(const FormTree& fields, std::initializer_list<std::string_view> path, std::string_view fallback = {}) {
    const std::string* text = find_text(fields, path);
    return text ? *text : std::string(fallback);
}
std::map<std::string, std::string> metadata_of(const FormTree& fields) {
    std::map<std::string, std::string> out;
    const auto found = std::ranges::find(fields, "metadata", &processors::wire::FormNode::name);
    const auto* entries = found == fields.end() ? nullptr : std::get_if<FormTree>(&found->content);
    if (entries)
        for (const auto& entry : *entries) out[entry.name] = text_or(*entries, {entry.name});
    return out;
}

bool is_chargeable(std::optional<std::int64_t> amount, std::string_view currency) {
    constexpr std::int64_t amount_max = 99'999'999;
    const auto places = places_of(currency);
    return amount && places && *amount > 0 && *amount <= amount_max && (*places != 3 || *amount % 10 == 0);
}

json::object list_json(std::string_view object, std::string_view url, json::array data) {
    return {{"object", json::string_view(object.data(), object.size())}, {"url", json::string_view(url.data(), url.size())},
            {"has_more", false}, {"data", std::move(data)}};
}

// "metadata['name']:'value'": the one query that is known here.
std::optional<std::pair<std::string, std::string>> parse_query(std::string_view query) {
    constexpr std::string_view open = "metadata['", middle = "']:'";
    const std::size_t at = query.find(middle);
    if (!query.starts_with(open) || !query.ends_with('\'') || at == query.npos) return std::nullopt;
    const std::size_t value = at + middle.size();
    if (value >= query.size()) return std::nullopt;
    return std::pair{std::string(query.substr(open.size(), at - open.size())),
                     std::string(query.substr(value, query.size() - 1 - value))};
}

}  // namespace

std::string Host::new_id(std::string_view prefix) const {
    std::array<std::uint8_t, 15> bytes{};
    random_.fill(bytes);
    return std::string(prefix) + base32_encode(bytes);
}

Decision Host::decide(const Call& call) const {
    constexpr std::string_view intents = "/v1/payment_intents";
    const std::string_view path = call.path;
    const bool posts = call.method == "POST";
    if (posts && path == "/v1/payment_methods") return make_card(call);
    if (posts && path == intents) return make_intent(call);
    if (posts && path == "/v1/refunds") return make_refund(call);
    if (!posts && path == "/v1/payment_intents/search") return search(call);
    if (!posts && path == "/v1/refunds") return list_refunds(call);
    if (path.starts_with(intents) && path.size() > intents.size() + 1) {
        const std::string_view rest = path.substr(intents.size() + 1);
        const std::size_t slash = rest.find('/');
        return on_intent(call, rest.substr(0, slash), slash == rest.npos ? "" : rest.substr(slash + 1));
    }
    return refused(404, "", "Unrecognized request URL", false);
}

Decision Host::on_intent(const Call& call, std::string_view id, std::string_view verb) const {
    const Intent* intent = book_.find_intent(call.account, id);
    if (!intent) return missing("payment_intent");
    if (call.method == "GET" && verb.empty()) return {200, intent_json(*intent), {}, false};
    if (call.method == "POST" && verb == "capture") return capture(call, *intent);
    if (call.method == "POST" && verb == "cancel") return cancel(call, *intent);
    if (call.method == "POST" && verb == "increment_authorization") return increment(call, *intent);
    return refused(404, "", "Unrecognized request URL", false);
}

Decision Host::make_card(const Call& call) const {
    const auto unknown = unknown_field(call.fields, {"type", "card[number]", "card[exp_month]", "card[exp_year]", "card[cvc]",
                                                     "billing_details[name]", "billing_details[address][line1]",
                                                     "billing_details[address][postal_code]"});
    if (!unknown.empty()) return bad_parameter("parameter_unknown", unknown);
    const std::string* digits = find_text(call.fields, {"card", "number"});
    const auto month = number(find_text(call.fields, {"card", "exp_month"}));
    const auto year = number(find_text(call.fields, {"card", "exp_year"}));
    if (text_or(call.fields, {"type"}) != "card" || !digits) return bad_parameter("parameter_missing", "card");
    if (!month || !year || *month < 1 || *month > 12 || *year < 2000) return bad_parameter("parameter_invalid_integer", "card[exp_month]");
    if (!is_luhn(*digits)) return {402, decline_json("incorrect_number", nullptr), {}, true};
    Card card{new_id("pm_"), call.account, std::string(brand_of(*digits)), digits->substr(digits->size() - 4), *month, *year,
              std::string(verdict_of_number(*digits)), {}};
    for (const auto& [path, word] : {std::pair{std::vector<std::string_view>{"card", "cvc"}, "cvc"},
                                     {{"billing_details", "name"}, "name"},
                                     {{"billing_details", "address", "line1"}, "line1"},
                                     {{"billing_details", "address", "postal_code"}, "postal_code"}}) {
        const std::string* held = path.size() == 2 ? find_text(call.fields, {path[0], path[1]})
                                                   : find_text(call.fields, {path[0], path[1], path[2]});
        if (held && !held->empty()) card.carried += (card.carried.empty() ? "" : " ") + std::string(word);
    }
    return {200, card_json(card), {card}, true};
}

const Card* Host::find_card(const Call& call, std::string_view id, Card& magic) const {
    if (const Card* card = book_.find_card(call.account, id)) return card;
    const auto* row = std::ranges::find(magic_rows(), id, &MagicRow::id).base();
    if (row == magic_rows().data() + magic_rows().size()) return nullptr;
    magic = {std::string(id), call.account, "visa", "4242", 12, 2034, std::string(row->verdict), {}};
    return &magic;
}

Decision Host::make_intent(const Call& call) const {
    const auto unknown = unknown_field(call.fields, {"amount", "currency", "payment_method", "payment_method_types[0]",
                                                     "capture_method", "confirm", "error_on_requires_action", "description"});
    if (!unknown.empty()) return bad_parameter("parameter_unknown", unknown);
    const auto amount = number(find_text(call.fields, {"amount"}));
    const std::string currency = text_or(call.fields, {"currency"});
    const std::string method = text_or(call.fields, {"capture_method"}, "automatic");
    if (!is_chargeable(amount, currency)) return bad_parameter("parameter_invalid_integer", "amount");
    if (method != "manual" && method != "automatic" && method != "automatic_async") return bad_parameter("", "capture_method");
    if (text_or(call.fields, {"confirm"}) != "true") return bad_parameter("parameter_missing", "confirm");
    Card magic;
    const Card* card = find_card(call, text_or(call.fields, {"payment_method"}), magic);
    if (!card) return missing("payment_method");
    Intent intent;
    intent.id = new_id("pi_");
    intent.account = call.account;
    intent.card = card->id;
    intent.capture_method = method;
    intent.currency = currency;
    intent.charge = new_id("ch_");
    intent.metadata = metadata_of(call.fields);
    intent.amount = *amount;
    intent.created = clock_.now();
    intent.verdict = verdict_of_amount(*amount);
    if (intent.verdict.empty()) intent.verdict = card->verdict;
    if (!intent.verdict.empty()) {
        intent.status = "requires_payment_method";
        return {402, decline_json(intent.verdict, &intent), {intent}, true};
    }
    const bool holds = method == "manual";
    intent.status = holds ? "requires_capture" : "succeeded";
    (holds ? intent.capturable : intent.received) = *amount;
    return {200, intent_json(intent), {intent}, true};
}

Decision Host::capture(const Call& call, Intent intent) const {
    const auto unknown = unknown_field(call.fields, {"amount_to_capture"});
    if (!unknown.empty()) return bad_parameter("parameter_unknown", unknown);
    if (intent.status != "requires_capture") return wrong_state(intent);
    const std::string* wanted = find_text(call.fields, {"amount_to_capture"});
    const auto amount = wanted ? number(wanted) : intent.capturable;
    if (!amount || *amount < 1) return bad_parameter("parameter_invalid_integer", "amount_to_capture");
    if (*amount > intent.capturable) return refused(400, "amount_too_large", "More than can be captured", true);
    intent.status = "succeeded";
    intent.received = *amount;
    intent.capturable = 0;  // the rest is let go
    return {200, intent_json(intent), {intent}, true};
}

Decision Host::increment(const Call& call, Intent intent) const {
    const auto unknown = unknown_field(call.fields, {"amount"});
    if (!unknown.empty()) return bad_parameter("parameter_unknown", unknown);
    if (intent.status != "requires_capture") return wrong_state(intent);
    const auto amount = number(find_text(call.fields, {"amount"}));
    if (!is_chargeable(amount, intent.currency)) return bad_parameter("parameter_invalid_integer", "amount");
    if (*amount <= intent.amount) return refused(400, "amount_too_small", "Not more than before", true);
    intent.amount = intent.capturable = *amount;
    return {200, intent_json(intent), {intent}, true};
}

Decision Host::cancel(const Call& call, Intent intent) const {
    const auto unknown = unknown_field(call.fields, {"cancellation_reason"});
    if (!unknown.empty()) return bad_parameter("parameter_unknown", unknown);
    constexpr std::array<std::string_view, 5> reasons{"", "duplicate", "fraudulent", "requested_by_customer", "abandoned"};
    const std::string reason = text_or(call.fields, {"cancellation_reason"});
    if (std::ranges::find(reasons, reason) == reasons.end()) return bad_parameter("", "cancellation_reason");
    const bool is_open = intent.status == "requires_capture" || intent.status == "requires_payment_method";
    if (!is_open) return wrong_state(intent);
    intent.status = "canceled";
    intent.capturable = 0;
    return {200, intent_json(intent), {intent}, true};
}

Decision Host::make_refund(const Call& call) const {
    const auto unknown = unknown_field(call.fields, {"payment_intent", "amount", "reason"});
    if (!unknown.empty()) return bad_parameter("parameter_unknown", unknown);
    const Intent* found = book_.find_intent(call.account, text_or(call.fields, {"payment_intent"}));
    if (!found) return missing("payment_intent");
    Intent intent = *found;
    const std::int64_t left = intent.received - intent.refunded;
    const std::string* wanted = find_text(call.fields, {"amount"});
    const auto amount = wanted ? number(wanted) : left;
    if (intent.status != "succeeded") return wrong_state(intent);
    if (!amount || *amount < 1) return bad_parameter("parameter_invalid_integer", "amount");
    if (left == 0) return refused(400, "charge_already_refunded", "Nothing is left to refund", true);
    if (*amount > left) return refused(400, "amount_too_large", "More than is left to refund", true);
    intent.refunded += *amount;
    const Refund refund{new_id("re_"), call.account, intent.id, intent.charge, intent.currency, "succeeded",
                        metadata_of(call.fields), *amount, clock_.now()};
    return {200, refund_json(refund), {intent, refund}, true};
}

Decision Host::search(const Call& call) const {
    const auto query = parse_query(text_or(call.fields, {"query"}));
    if (!query) return bad_parameter("", "query");
    json::array data;
    for (const Intent* intent : book_.intents_carrying(query->second)) {
        const auto entry = intent->metadata.find(query->first);
        const bool is_seen = clock_.now() - intent->created >= settings_.search_lag;
        if (is_seen && intent->account == call.account && entry != intent->metadata.end() && entry->second == query->second)
            data.push_back(intent_json(*intent));
    }
    return {200, list_json("search_result", "/v1/payment_intents/search", std::move(data)), {}, false};
}

Decision Host::list_refunds(const Call& call) const {
    const std::string of = text_or(call.fields, {"payment_intent"});
    json::array data;
    for (const Refund* refund : book_.refunds_of(of))
        if (refund->account == call.account) data.insert(data.begin(), refund_json(*refund));
    return {200, list_json("list", "/v1/refunds", std::move(data)), {}, false};
}

}  // namespace postern::stripe::sandbox
