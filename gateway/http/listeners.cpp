#include "gateway/http/listeners.hpp"

#include <boost/asio/post.hpp>

namespace postern::gateway {

Listeners::Listeners(std::size_t count, const net::HttpServerOptions& options, const net::HttpHandler& handler)
    : options_{options}, handler_{handler} {
    options_.reuse_port = count > 1;
    for (std::size_t i = 0; i < count; ++i) cores_.push_back(std::make_unique<Core>());
}

Listeners::~Listeners() {
    for (const auto& core : cores_) core->context.stop();
    for (const auto& core : cores_) {
        if (core->thread.joinable()) core->thread.join();
    }
}

Status Listeners::start() {
    for (const auto& core : cores_) {
        core->server = std::make_unique<net::HttpServer>(core->context, options_, handler_);
        if (auto listening = core->server->listen(); !listening) return listening;
        options_.port = core->server->port();  // where any free one was asked for, the rest join the first
    }
    for (const auto& core : cores_) core->thread = std::thread{[&context = core->context] { context.run(); }};
    return {};
}

void Listeners::stop_accepting() {
    for (const auto& core : cores_) {
        boost::asio::post(core->context, [&server = *core->server] { server.stop_accepting(); });
    }
}

std::size_t Listeners::in_flight() const {
    std::size_t sum = 0;
    for (const auto& core : cores_) sum += core->server->in_flight();
    return sum;
}

}  // namespace postern::gateway
