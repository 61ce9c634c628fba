#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "base/net/http_types.hpp"
#include "base/result.hpp"

namespace postern::net {

struct HttpEndpoint {
    std::string host;  // name, checked against the certificate
    unsigned short port = 443;
    std::string address = {};  // where to connect instead of resolving `host`; empty: resolve
    std::chrono::milliseconds connect_time_max{0};  // handshake included; 0: the client's
};

// How far a call got, which is what decides whether a payment may be tried elsewhere.
enum class Reached {
    nothing_left,  // no byte of the request left this process: not sent
    maybe_sent,    // a byte may have left; no whole answer came back
    answered,
};

struct HttpExchange {
    Reached reached = Reached::nothing_left;
    // `code` says why not answered. Nothing left: "deadline", "connect_failed", "connect_refused", "connect_timeout",
    // "resolve_failed", "tls_failed", "tls_files_unreadable". Maybe sent: "deadline", "connection_lost",
    // "reply_malformed", "reply_too_large".
    std::string code;
    HttpResponse response;
};

// Told as the bytes pass, for the fault suite and for timing: `first_byte_out` right before the first byte may leave.
struct ExchangeObserver {
    std::function<void()> connected, first_byte_out, last_byte_out, first_reply_byte;
};

struct HttpClientOptions {
    std::string ca_file;  // PEM; the only roots trusted
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds idle_max{20'000};  // kept connections older than this are dropped, never written to
    std::size_t response_bytes_max = 1024 * 1024;
    std::size_t idle_connections_max = 256;      // per endpoint
};

// HTTPS/1.1 with kept connections, TLS 1.2 or newer, session resumption, wiped buffers. `request` is a whole HTTP
// request as bytes. A kept connection that fails before any byte left is replaced by a new one once; after that a byte
// may have left and the caller is told so. Early close without TLS close_notify is a cut answer: maybe_sent.
class HttpClient {
public:
    HttpClient(asio::io_context& context, HttpClientOptions options);
    ~HttpClient();
    asio::awaitable<HttpExchange> exchange(HttpEndpoint endpoint, wiped::Bytes request,
                                           std::chrono::milliseconds time_left, ExchangeObserver observer = {});

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace postern::net
