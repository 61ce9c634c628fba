#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/net/http_types.hpp"

namespace postern::test {

// A request as the server would hand it over.
inline net::HttpRequest http_request(std::string method, std::string_view target,
                                     const std::vector<std::pair<std::string, std::string>>& headers = {},
                                     std::string_view body = {}) {
    net::HttpRequest request;
    request.method = std::move(method);
    request.target = wiped::Text{target};
    for (const auto& [name, value] : headers) request.headers.emplace_back(name, wiped::Text{value});
    request.body = wiped::Text{body};
    request.peer_address = "127.0.0.1";
    request.received = std::chrono::steady_clock::now();
    return request;
}

}  // namespace postern::test
