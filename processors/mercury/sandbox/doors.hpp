#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "base/net/http_server.hpp"

namespace postern::mercury::sandbox {

// The ports of the service's hosts. One can be closed for a while: what connects to it is refused, as by a host that is
// down. Of one io_context.
class Doors {
public:
    Doors(net::asio::io_context& context, net::HttpServerOptions first, net::HttpHandler first_handler,
          std::optional<net::HttpServerOptions> backup, net::HttpHandler backup_handler);

    Status open();  // all; as HttpServer::listen
    void stop();
    // POST /sandbox/hosts {"closed": ["first", "backup"], "for_ms": 5000}: those close at once and open again by
    // themselves. "malformed_hosts", "unknown_host".
    Status close(std::string_view json);
    unsigned short port() const { return first_.server->port(); }

private:
    struct Door {
        Door(net::HttpServerOptions given, net::HttpHandler given_handler)
            : options{std::move(given)}, handler{std::move(given_handler)} {}
        net::HttpServerOptions options;
        net::HttpHandler handler;
        std::optional<net::HttpServer> server;
        std::optional<net::asio::steady_timer> timer;
    };
    Status open(Door& door);
    void close(Door& door, std::chrono::milliseconds time);

    net::asio::io_context& context_;
    Door first_;
    std::optional<Door> backup_;
};

}  // namespace postern::mercury::sandbox
