#include "gateway/http/listeners.hpp"

#include <boost/asio/post.hpp>

namespace postern::gateway {

Listeners::Listeners(Cores& cores, net::HttpServerOptions options, net::HttpHandler handler)
    : cores_{cores}, options_{std::move(options)}, handler_{std::move(handler)} {}

Status Listeners::start() {
    const auto loops = cores_.loops();
    options_.reuse_port = loops.size() > 1;
    for (auto* loop : loops) {
        servers_.push_back(std::make_unique<net::HttpServer>(*loop, options_, handler_));
        if (auto listening = servers_.back()->listen(); !listening) return listening;
        options_.port = port();  // where any free one was asked for, the rest join the first
    }
    cores_.start();
    return {};
}

void Listeners::stop_accepting() {
    const auto loops = cores_.loops();
    for (std::size_t i = 0; i < servers_.size(); ++i)
        boost::asio::post(*loops[i], [&server = *servers_[i]] { server.stop_accepting(); });
}

std::size_t Listeners::in_flight() const {
    std::size_t sum = 0;
    for (const auto& server : servers_) sum += server->in_flight();
    return sum;
}

}  // namespace postern::gateway
