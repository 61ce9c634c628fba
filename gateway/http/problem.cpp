#include "gateway/http/problem.hpp"

#include <algorithm>
#include <array>

namespace postern::gateway {
namespace {

// What to say and do about one code.
struct Advice {
    int status;
    std::string_view title;
    std::string_view retry;
    int retry_after_seconds = 0;  // 0: no Retry-After
};
struct Row {
    std::string_view code;
    Advice advice;
};

// Codes that differ from what their kind alone would say.
constexpr std::array rows{
    Row{"card_number_refused",
        {400, "This request holds what looks like a card number. Cards go to the vault; send its token.", "never"}},
    Row{"idempotency_key_missing", {400, "This call moves money: send an Idempotency-Key header.", "never"}},
    Row{"idempotency_key_malformed", {400, "An Idempotency-Key is 1 to 255 visible characters.", "never"}},
    Row{"idempotency_key_repeated", {400, "Send one Idempotency-Key header.", "never"}},
    Row{"idempotency_key_reused", {422, "This key was used for another request.", "new_key"}},
    Row{"idempotency_key_expired",
        {410, "This key was used long ago: it never runs again, its answer is no longer kept. Look the payment up.", "never"}},
    Row{"tender_meaning_differs", {422, "This tender was sent before with another meaning.", "never"}},
    Row{"verb_not_supported", {400, "The payment's processor cannot do this; nothing was done.", "never"}},
    Row{"tip_not_allowed", {422, "The rule for this card and merchant allows no tip here; nothing was done.", "never"}},
    Row{"tip_exceeds_tolerance",
        {422, "The tip goes further above the authorized amount than the rule allows; nothing was done.", "never"}},
    Row{"increment_not_allowed",
        {422, "The rule for this card and merchant allows no increment; nothing was done.", "never"}},
    Row{"precondition_failed", {412, "The payment is not at the version that If-Match names; nothing was done.", "never"}},
    Row{"payment_pending", {409, "The payment's first operation has no answer yet; nothing was done.", "wait", 1}},
    Row{"operation_in_progress", {409, "Another operation on this payment is running; nothing was done.", "wait", 1}},
    Row{"operation_unresolved", {409, "The same operation has no answer yet; nothing was done.", "wait", 1}},
    Row{"request_in_progress", {409, "The first request with this key is still running.", "same_key", 1}},
    Row{"api_key_missing", {401, "Send your secret API key as a bearer token.", "never"}},
    Row{"bad_api_key", {401, "This API key is not known or has been disabled.", "never"}},
    Row{"unknown_route", {404, "There is nothing at this address.", "never"}},
    Row{"method_not_allowed", {405, "This address does not take this method.", "never"}},
    Row{"wrong_media_type", {415, "Send the body as application/json.", "never"}},
    Row{"body_too_large", {413, "The body is too large.", "never"}},
    Row{"overloaded", {503, "Too many requests at once; nothing was done.", "wait", 1}},
    Row{"draining", {503, "This server is stopping; another one takes over. Nothing was done.", "wait", 1}},
    Row{"not_ready", {503, "This server cannot take payments now.", "wait", 1}},
};

// No default label: a new kind must be decided here to compile.
Advice advice_by_kind(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid_request: return {400, "The request is not valid; nothing was done.", "never"};
        case ErrorKind::not_found: return {404, "There is no such thing, or it is not yours.", "never"};
        case ErrorKind::conflict: return {409, "The payment's state forbids this; nothing was done.", "never"};
        case ErrorKind::forbidden: return {403, "You may not do this; nothing was done.", "never"};
        case ErrorKind::unavailable: return {503, "Nothing was done; the same request may be sent again.", "wait", 1};
        case ErrorKind::outcome_unknown:
            return {504, "It is not known whether this was done. The same key never runs twice.", "same_key", 1};
        case ErrorKind::internal:
            return {500, "Something broke on our side. The same key never runs twice.", "same_key", 1};
    }
    __builtin_unreachable();
}

Advice advice_for(const Error& error) {
    const auto row = std::ranges::find(rows, error.code, &Row::code);
    return row == rows.end() ? advice_by_kind(error.kind) : row->advice;
}

// Of what the table of tip rules refuses, the detail is the rule's name: the operator's word, meant to be shown.
bool is_by_rule(const Error& error) {
    constexpr std::array<std::string_view, 3> codes{"tip_not_allowed", "tip_exceeds_tolerance", "increment_not_allowed"};
    return std::ranges::find(codes, error.code) != codes.end();
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    append_json_text(out += ',', name);
    append_json_text(out += ':', value);
}

std::string errors_json(const Refusal& refusal) {
    std::vector<FieldError> all = refusal.fields;
    if (all.empty() && !refusal.error.field.empty()) all.push_back({refusal.error.field, refusal.error.code});
    std::string out;
    for (const auto& [field, code] : all) {
        out += out.empty() ? "" : ",";
        append_json_text(out += "{\"field\":", field);
        append_json_text(out += ",\"code\":", code);
        out += '}';
    }
    return out;
}

net::HttpResponse response(const Advice& advice, const std::string& request_id, const std::string& body) {
    net::HttpResponse response;
    response.status = advice.status;
    response.headers = {{"content-type", "application/problem+json"}, {"cache-control", "no-store"},
                        {"x-request-id", request_id}};
    if (advice.retry_after_seconds > 0) {
        response.headers.emplace_back("retry-after", std::to_string(advice.retry_after_seconds));
    }
    if (advice.status == 401) response.headers.emplace_back("www-authenticate", "Bearer");
    response.body = wiped::Text{body};
    return response;
}

std::string body_of(const Advice& advice, std::string_view code, std::string_view request_id) {
    std::string body = "{\"type\":";
    append_json_text(body, "/docs/api.md#" + std::string{code});
    append_member(body, "title", advice.title);
    body += ",\"status\":" + std::to_string(advice.status);
    append_member(body, "code", code);
    append_member(body, "retry", advice.retry);
    append_member(body, "request_id", request_id);
    return body;
}

}  // namespace

net::HttpResponse problem(const RequestContext& context, const Refusal& refusal) {
    const Advice advice = advice_for(refusal.error);
    std::string body = body_of(advice, refusal.error.code, context.request_id);
    append_member(body, "payment_id", refusal.payment_id);
    if (is_by_rule(refusal.error)) append_member(body, "rule", refusal.error.detail);
    if (const std::string errors = errors_json(refusal); !errors.empty()) body += ",\"errors\":[" + errors + "]";
    return response(advice, context.request_id, body + "}");
}

net::HttpResponse transport_problem(const std::string& request_id, int status, std::string_view code) {
    const Advice unreadable{status, "The request could not be read; nothing was done.", "never"};
    const Advice advice = code == "internal" ? advice_by_kind(ErrorKind::internal) : unreadable;
    return response(advice, request_id, body_of(advice, code, request_id) + "}");
}

std::vector<std::string_view> codes_with_rows() {
    std::vector<std::string_view> codes;
    for (const Row& row : rows) codes.push_back(row.code);
    return codes;
}

}  // namespace postern::gateway
