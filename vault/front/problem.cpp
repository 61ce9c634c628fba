#include "vault/front/problem.hpp"

#include <algorithm>
#include <array>

namespace postern::vault {
namespace {

struct Advice {
    int status;
    std::string_view title;
    int retry_after_seconds = 0;  // 0: retry never
};
struct Row {
    std::string_view code;
    Advice advice;
};

// Codes that differ from what their kind says.
constexpr std::array rows{
    Row{"caller_key_missing", {401, "Send your publishable key as a bearer token."}},
    Row{"caller_key_unknown", {401, "This key is not known or has been disabled."}},
    Row{"origin_not_allowed", {403, "This key is not for pages of this origin: list it with `postern key origins`."}},
    Row{"unknown_route", {404, "There is nothing at this address."}},
    Row{"method_not_allowed", {405, "This address does not take this method."}},
    Row{"rate_limited", {429, "Too many requests from this caller; nothing was done.", 1}},
    Row{"arena_full", {503, "No room for another security code right now; nothing was kept.", 5}},
    Row{"body_too_large", {413, "The body is too large."}},
    Row{"header_too_large", {431, "The headers are too large."}},
};

// No default label: a new kind must be decided here to compile.
Advice advice_by_kind(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid_request: return {400, "The request is not valid; nothing was kept."};
        case ErrorKind::not_found: return {404, "There is no such token, or it is not yours."};
        case ErrorKind::conflict: return {409, "This cannot be done now; nothing was kept."};
        case ErrorKind::forbidden: return {403, "You may not do this."};
        case ErrorKind::unavailable: return {503, "Nothing was kept; send it again.", 1};
        // A token that was made but not told is never used: sending the card again is safe.
        case ErrorKind::outcome_unknown: return {503, "It is not known whether this was done; send it again.", 1};
        case ErrorKind::internal: return {500, "Something broke on our side; send it again.", 1};
    }
    __builtin_unreachable();
}

Advice advice_for(const Error& error) {
    const auto row = std::ranges::find(rows, error.code, &Row::code);
    return row == rows.end() ? advice_by_kind(error.kind) : row->advice;
}

// Titles, codes, pointers and ids are our own words: nothing in them needs an escape.
std::string pair_of(std::string_view name, std::string_view value) {
    return ",\"" + std::string(name) + "\":\"" + std::string(value) + "\"";
}

net::HttpResponse response(const Advice& advice, std::string_view code, const std::string& more) {
    std::string body = "{\"type\":\"/docs/api.md#" + std::string(code) + "\"" + pair_of("title", advice.title) +
                       ",\"status\":" + std::to_string(advice.status) + pair_of("code", code) +
                       pair_of("retry", advice.retry_after_seconds > 0 ? "wait" : "never") + more + "}";
    net::HttpResponse out;
    out.status = advice.status;
    out.headers = {{"content-type", "application/problem+json"}, {"cache-control", "no-store"}};
    if (advice.retry_after_seconds > 0) out.headers.emplace_back("retry-after", std::to_string(advice.retry_after_seconds));
    if (advice.status == 401) out.headers.emplace_back("www-authenticate", "Bearer");
    out.body = wiped::Text{body};
    return out;
}

}  // namespace

net::HttpResponse problem(const Error& error, const std::string& request_id, std::vector<FieldError> fields) {
    if (fields.empty() && !error.field.empty()) fields.push_back({error.field, error.code});
    std::string more = pair_of("request_id", request_id);
    std::string list;
    for (const auto& [field, code] : fields)
        list += (list.empty() ? "" : ",") + ("{\"field\":\"" + field + "\"" + pair_of("code", code) + "}");
    if (!list.empty()) more += ",\"errors\":[" + list + "]";
    return response(advice_for(error), error.code, more);
}

net::HttpResponse transport_problem(const std::string& request_id, int status, std::string_view code) {
    auto advice = advice_for({ErrorKind::invalid_request, code, {}, {}});
    advice.status = status;
    auto out = response(advice, code, pair_of("request_id", request_id));
    out.headers.emplace_back("postern-request-id", request_id);
    return out;
}

}  // namespace postern::vault
