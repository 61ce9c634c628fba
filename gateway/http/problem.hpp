#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/net/http_types.hpp"
#include "base/result.hpp"
#include "gateway/http/proto_json.hpp"
#include "gateway/http/request_context.hpp"

namespace postern::gateway {

// Why a request gets no answer of its own.
struct Refusal {
    Error error;
    std::vector<FieldError> fields;  // more than the one that `error` names
    std::string payment_id;          // where one is concerned

    Refusal(Error why) : error{std::move(why)} {}  // implicit: every Error can be told
    Refusal(std::vector<FieldError> all) : error{ErrorKind::invalid_request, "invalid_fields"}, fields{std::move(all)} {}
};

// An RFC 9457 problem. The one place where an HTTP status is chosen for a refusal, and what the caller may do next:
//   retry "same_key": send the same again under the same key, it never runs twice
//   retry "wait":     nothing happened; the same again after Retry-After
//   retry "new_key":  this key means something else; another request needs a key of its own
//   retry "never":    this request, as it is, will not succeed
net::HttpResponse problem(const RequestContext& context, const Refusal& refusal);

// For the server's own refusals (a request that cannot be parsed, a body too large). No header of it was taken, so
// `request_id` is always a new one.
net::HttpResponse transport_problem(const std::string& request_id, int status, std::string_view code);

// Every code that has a row of its own; docs/api.md lists them, a test compares.
std::vector<std::string_view> codes_with_rows();

}  // namespace postern::gateway
