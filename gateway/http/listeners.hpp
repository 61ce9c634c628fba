#pragma once

#include <memory>
#include <vector>

#include "base/net/http_server.hpp"
#include "gateway/http/cores.hpp"

namespace postern::gateway {

// One listening server a core, all on one port: the kernel spreads the connections, and nothing is handed between
// threads.
class Listeners {
public:
    Listeners(Cores& cores, net::HttpServerOptions options, net::HttpHandler handler);
    ~Listeners() { cores_.stop(); }  // what still runs uses the servers
    Status start();                  // the cores too
    unsigned short port() const { return servers_.front()->port(); }

    void stop_accepting();          // thread safe
    std::size_t in_flight() const;  // thread safe

private:
    Cores& cores_;
    net::HttpServerOptions options_;
    net::HttpHandler handler_;
    std::vector<std::unique_ptr<net::HttpServer>> servers_;
};

}  // namespace postern::gateway
