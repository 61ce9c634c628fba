#include "processors/stripe/answer.hpp"

#include "processors/wire/json_reader.hpp"

namespace postern::stripe {
namespace {

using processors::wire::find_member;
using processors::wire::integer_of;
using processors::wire::JsonNode;
using processors::wire::string_of;

std::string text(const JsonNode& parent, std::string_view name) {
    return string_of(find_member(parent, name)).value_or(std::string{});
}

// An object's id, wherever it may stand as an id or expanded.
std::string id_or_object(const JsonNode& parent, std::string_view name) {
    const JsonNode* member = find_member(parent, name);
    if (!member) return {};
    return member->kind == JsonNode::Kind::object ? text(*member, "id") : string_of(member).value_or(std::string{});
}

std::string identity(const JsonNode& object) {
    const JsonNode* metadata = find_member(object, "metadata");
    return metadata ? text(*metadata, identity_key) : std::string{};
}

ErrorObject read_error(const JsonNode& error) {
    ErrorObject out{text(error, "type"), text(error, "code"), text(error, "decline_code"), {}, {}};
    if (const JsonNode* intent = find_member(error, "payment_intent")) {
        out.intent_id = text(*intent, "id");
        out.intent_status = text(*intent, "status");
    }
    return out;
}

Intent read_intent(const JsonNode& object) {
    Intent out{text(object, "id"), text(object, "status"), text(object, "capture_method"), text(object, "currency"),
               identity(object), id_or_object(object, "latest_charge"), integer_of(find_member(object, "amount")),
               integer_of(find_member(object, "amount_capturable")), integer_of(find_member(object, "amount_received")), {}};
    const JsonNode* error = find_member(object, "last_payment_error");
    if (error && error->kind == JsonNode::Kind::object) out.last_error = read_error(*error);
    return out;
}

Refund read_refund(const JsonNode& object) {
    return {text(object, "id"), text(object, "status"), text(object, "currency"), identity(object),
            id_or_object(object, "payment_intent"), text(object, "failure_reason"), integer_of(find_member(object, "amount"))};
}

Result<List> read_list(const JsonNode& object) {
    const Error unknown{ErrorKind::outcome_unknown, "object_unknown"};
    const JsonNode* data = find_member(object, "data");
    const JsonNode* more = find_member(object, "has_more");
    if (!data || data->kind != JsonNode::Kind::array) return unknown;
    List out;
    out.has_more = !more || more->kind != JsonNode::Kind::boolean || more->boolean;  // a list that does not say may go on
    for (const JsonNode& item : data->children) {
        const std::string kind = text(item, "object");
        if (kind == "payment_intent") out.intents.push_back(read_intent(item));
        else if (kind == "refund") out.refunds.push_back(read_refund(item));
        else return unknown;
    }
    return out;
}

}  // namespace

Result<Answer> parse_answer(std::string_view body) {
    const auto root = processors::wire::read_json(body);
    if (!root) return Error{ErrorKind::outcome_unknown, root.error().code};
    const JsonNode* error = find_member(*root, "error");
    if (error && error->kind == JsonNode::Kind::object) return Answer{read_error(*error)};
    const std::string kind = text(*root, "object");
    if (kind == "payment_intent") return Answer{read_intent(*root)};
    if (kind == "refund") return Answer{read_refund(*root)};
    if (kind == "payment_method" && !text(*root, "id").empty()) return Answer{Card{text(*root, "id")}};
    if (kind == "list" || kind == "search_result") {
        auto list = read_list(*root);
        if (!list) return list.error();
        return Answer{std::move(*list)};
    }
    return Error{ErrorKind::outcome_unknown, "object_unknown"};
}

}  // namespace postern::stripe
