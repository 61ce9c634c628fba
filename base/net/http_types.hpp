#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/wiped/wiped.hpp"

namespace postern::net {

namespace asio = boost::asio;

// A request as received; everything a caller wrote is wiped when it ends.
struct HttpRequest {
    std::string method;  // known methods only: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS
    wiped::Text target;  // path and query, as sent
    std::vector<std::pair<std::string, wiped::Text>> headers;  // names lower-case; repeated ones stay repeated
    wiped::Text body;
    std::string peer_address;
    Instant received;

    std::string_view path() const;   // target up to '?'
    std::string_view query() const;  // behind it
    // The value, empty where absent; `count_headers` tells absent from repeated.
    std::string_view header(std::string_view lower_case_name) const;
    std::size_t count_headers(std::string_view lower_case_name) const;
};

// What happens to an answer on its way; for the processors' sandboxes, which cut and delay on purpose.
struct Mishap {
    std::optional<std::size_t> bytes_max = {};  // of the message, head included; then the connection ends, no goodbye
    std::size_t drip_bytes = 0;                 // leave at once, then a pause; 0: all of them
    std::chrono::milliseconds drip_pause{0};
    bool breaks_tls = false;                    // what comes last is no record of TLS
};

struct HttpResponse {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;  // content-length, date, connection are the server's
    wiped::Text body;
    std::size_t chunk_bytes = 0;  // the body goes in chunks of that size, for the sandboxes; 0: whole, by its length
    std::optional<Mishap> mishap = {};
};

// As a status: the connection ends without an answer. For the processors' sandboxes, which lose answers on purpose.
constexpr int hang_up = 0;

using HttpHandler = std::function<asio::awaitable<HttpResponse>(HttpRequest&)>;

}  // namespace postern::net
