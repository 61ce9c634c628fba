#pragma once

#include <string>
#include <vector>

#include "base/net/http_types.hpp"
#include "base/result.hpp"
#include "vault/front/token_body.hpp"

namespace postern::vault {

// An RFC 9457 problem; the one place where the front chooses a status and says what a caller may do next: "wait"
// (nothing happened that matters; the same again after Retry-After) or "never" (not as it is).
net::HttpResponse problem(const Error& error, const std::string& request_id, std::vector<FieldError> fields = {});

// For what the server refuses before it is a request: `request_id` is a new one, told as in every answer.
net::HttpResponse transport_problem(const std::string& request_id, int status, std::string_view code);

}  // namespace postern::vault
