#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "base/net/http_server.hpp"

namespace postern::gateway {

// One event loop, thread and listening server a core, all on one port: the kernel spreads the connections, and nothing
// is handed between threads.
class Listeners {
public:
    Listeners(std::size_t count, const net::HttpServerOptions& options, const net::HttpHandler& handler);
    ~Listeners();  // ends what still runs
    Status start();
    unsigned short port() const { return cores_.front()->server->port(); }

    void stop_accepting();          // thread safe
    std::size_t in_flight() const;  // thread safe

private:
    struct Core {
        boost::asio::io_context context{1};
        boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
        std::unique_ptr<net::HttpServer> server;
        std::thread thread;
    };
    std::vector<std::unique_ptr<Core>> cores_;
    net::HttpServerOptions options_;
    net::HttpHandler handler_;
};

}  // namespace postern::gateway
