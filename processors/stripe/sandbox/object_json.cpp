#include "processors/stripe/sandbox/object_json.hpp"

#include "processors/stripe/sandbox/catalog.hpp"

namespace postern::stripe::sandbox {
namespace {

namespace json = boost::json;

json::object metadata_json(const std::map<std::string, std::string>& metadata) {
    json::object out;
    for (const auto& [name, value] : metadata) out[name] = value;
    return out;
}
std::int64_t seconds(Timestamp at) { return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count(); }
std::int64_t microseconds(Timestamp at) { return at.time_since_epoch().count(); }

json::value or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

std::string text(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->as_string()) : std::string{};
}
std::int64_t number(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_int64() ? value->as_int64() : 0;
}
std::map<std::string, std::string> metadata_of(const json::object& object) {
    std::map<std::string, std::string> out;
    if (const auto* metadata = object.if_contains("metadata"); metadata && metadata->is_object())
        for (const auto& [name, value] : metadata->as_object())
            if (value.is_string()) out[std::string(name)] = std::string(value.as_string());
    return out;
}
Timestamp at_of(const json::object& object) { return Timestamp{std::chrono::microseconds(number(object, "at"))}; }

struct LineOf {
    json::object operator()(const Card& c) const {
        return {{"kind", "card"}, {"id", c.id}, {"account", c.account}, {"brand", c.brand}, {"last4", c.last4},
                {"exp_month", c.exp_month}, {"exp_year", c.exp_year}, {"verdict", c.verdict}, {"carried", c.carried}};
    }
    json::object operator()(const Intent& i) const {
        return {{"kind", "intent"}, {"id", i.id}, {"account", i.account}, {"card", i.card}, {"status", i.status},
                {"capture_method", i.capture_method}, {"currency", i.currency}, {"charge", i.charge},
                {"metadata", metadata_json(i.metadata)}, {"amount", i.amount}, {"capturable", i.capturable},
                {"received", i.received}, {"refunded", i.refunded}, {"verdict", i.verdict}, {"at", microseconds(i.created)}};
    }
    json::object operator()(const Refund& r) const {
        return {{"kind", "refund"}, {"id", r.id}, {"account", r.account}, {"intent", r.intent}, {"charge", r.charge},
                {"currency", r.currency}, {"status", r.status}, {"metadata", metadata_json(r.metadata)},
                {"amount", r.amount}, {"at", microseconds(r.created)}};
    }
    json::object operator()(const Kept& k) const {
        return {{"kind", "kept"}, {"account", k.account}, {"key", k.key}, {"fingerprint", k.fingerprint},
                {"status", k.status}, {"body", k.body}};
    }
};

}  // namespace

json::object card_json(const Card& card) {
    return {{"id", card.id}, {"object", "payment_method"}, {"type", "card"}, {"livemode", false}, {"customer", nullptr},
            {"card", {{"brand", card.brand}, {"last4", card.last4}, {"exp_month", card.exp_month},
                      {"exp_year", card.exp_year}, {"funding", "credit"}}}};
}

json::object intent_json(const Intent& intent) {
    json::object out{{"id", intent.id}, {"object", "payment_intent"}, {"amount", intent.amount},
                     {"amount_capturable", intent.capturable}, {"amount_received", intent.received},
                     {"capture_method", intent.capture_method}, {"created", seconds(intent.created)},
                     {"currency", intent.currency}, {"latest_charge", or_null(intent.charge)}, {"livemode", false},
                     {"metadata", metadata_json(intent.metadata)}, {"payment_method", or_null(intent.card)},
                     {"payment_method_types", json::array{"card"}}, {"status", intent.status}, {"last_payment_error", nullptr}};
    if (!intent.verdict.empty()) out["last_payment_error"] = decline_json(intent.verdict, nullptr).at("error");
    return out;
}

json::object refund_json(const Refund& refund) {
    return {{"id", refund.id}, {"object", "refund"}, {"amount", refund.amount}, {"charge", refund.charge},
            {"created", seconds(refund.created)}, {"currency", refund.currency}, {"metadata", metadata_json(refund.metadata)},
            {"payment_intent", refund.intent}, {"reason", nullptr}, {"status", refund.status}};
}

json::object error_json(std::string_view type, std::string_view code, std::string_view message) {
    json::object error{{"message", json::string_view(message.data(), message.size())},
                       {"type", json::string_view(type.data(), type.size())}};
    if (!code.empty()) error["code"] = json::string_view(code.data(), code.size());
    return {{"error", std::move(error)}};
}

json::object decline_json(std::string_view verdict, const Intent* intent) {
    const bool is_own_code = is_error_code(verdict);
    json::object out = error_json("card_error", is_own_code ? verdict : "card_declined", "Your card was declined.");
    json::object& error = out["error"].as_object();
    if (!is_own_code) error["decline_code"] = json::string_view(verdict.data(), verdict.size());
    if (intent) error["payment_intent"] = intent_json(*intent);
    return out;
}

json::object to_line(const Change& change) { return std::visit(LineOf{}, change); }

std::optional<Change> parse_change(const json::value& value) {
    if (!value.is_object()) return std::nullopt;
    const json::object& o = value.as_object();
    const std::string kind = text(o, "kind");
    if (kind == "card")
        return Card{text(o, "id"), text(o, "account"), text(o, "brand"), text(o, "last4"), number(o, "exp_month"),
                    number(o, "exp_year"), text(o, "verdict"), text(o, "carried")};
    if (kind == "intent")
        return Intent{text(o, "id"), text(o, "account"), text(o, "card"), text(o, "status"), text(o, "capture_method"),
                      text(o, "currency"), text(o, "charge"), metadata_of(o), number(o, "amount"), number(o, "capturable"),
                      number(o, "received"), number(o, "refunded"), text(o, "verdict"), at_of(o)};
    if (kind == "refund")
        return Refund{text(o, "id"), text(o, "account"), text(o, "intent"), text(o, "charge"), text(o, "currency"),
                      text(o, "status"), metadata_of(o), number(o, "amount"), at_of(o)};
    if (kind == "kept")
        return Kept{text(o, "account"), text(o, "key"), text(o, "fingerprint"), text(o, "body"),
                    static_cast<int>(number(o, "status"))};
    return std::nullopt;
}

}  // namespace postern::stripe::sandbox
