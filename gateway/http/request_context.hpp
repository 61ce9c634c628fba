#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/net/http_types.hpp"
#include "base/random.hpp"

namespace postern::gateway {

// What every answer and log line about a request carries.
struct RequestContext {
    std::string request_id;  // the caller's X-Request-Id where well formed, else a new one
    std::string trace_id;    // of traceparent, as grouped base32; empty where none
    std::string route = "other";  // its template, never the raw path: "/v1/payments/{id}/capture"
};
RequestContext make_context(const net::HttpRequest& request, Timestamp now, Random& random);

// W3C traceparent, version 00: the trace id's 16 bytes as grouped base32 (a card-free form); nothing where malformed
// or all zero, as the standard asks.
std::optional<std::string> parse_traceparent(std::string_view header);

}  // namespace postern::gateway
