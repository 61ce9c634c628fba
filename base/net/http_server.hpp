#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/net/http_types.hpp"
#include "base/result.hpp"

namespace postern::net {

struct TlsFiles {
    std::string certificate_chain;  // PEM, P-256
    std::string private_key;        // PEM, readable by this process alone
    std::string client_ca = {};     // PEM; set: clients must show a certificate signed by it
};

struct HttpServerOptions {
    std::string address = "127.0.0.1";
    unsigned short port = 0;  // 0: any free one; see HttpServer::port()
    bool reuse_port = false;  // several servers, one an io_context, share a port; the kernel spreads connections
    std::optional<TlsFiles> tls;
    std::size_t header_bytes_max = 16 * 1024;
    std::size_t body_bytes_max = 64 * 1024;
    std::size_t connections_max = 10'000;
    std::chrono::milliseconds header_timeout{10'000};  // for the TLS handshake too; a kept connection idles 6 of them
    std::chrono::milliseconds body_timeout{10'000};
    // What a request that cannot be parsed, is too large or has a header twice gets: a problem body by the owner. Codes:
    // those of http_head.hpp and "body_too_large", "header_too_large", "method_not_implemented", "internal".
    std::function<HttpResponse(int status, std::string_view code)> refuse;
};

// HTTP/1.1 over TLS (or plain, for loopback admin ports) on one io_context. Refuses smuggling forms (two lengths,
// length with chunking, bare LF, obs-fold), total deadlines for header and body, bounded connections. An exception
// that leaves a handler becomes 500 by `refuse`. Plaintext in OpenSSL's and our buffers is wiped.
class HttpServer {
public:
    HttpServer(asio::io_context& context, HttpServerOptions options, HttpHandler handler);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;

    Status listen();                // binds; "address_in_use", "tls_files_unreadable", "address_unusable"
    unsigned short port() const;
    void stop_accepting();          // SIGTERM: finish what runs, answer kept connections with `Connection: close`
    std::size_t in_flight() const;  // requests handed to the handler and not yet answered

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace postern::net
