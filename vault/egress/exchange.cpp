#include "vault/egress/exchange.hpp"

#include <algorithm>

#include "base/failpoint.hpp"
#include "base/ops/log.hpp"
#include "base/ops/metrics.hpp"
#include "vault/contract/vault.pb.h"

namespace postern::vault {
namespace {

namespace asio = boost::asio;

net::ExchangeObserver observer() {
    return {[] { POSTERN_FAILPOINT(K4); }, [] { POSTERN_FAILPOINT(K5); }, [] { POSTERN_FAILPOINT(K6); },
            [] { POSTERN_FAILPOINT(K7); }};
}

std::string header(const net::HttpResponse& response, std::string_view lower_case_name) {
    for (const auto& [name, value] : response.headers)
        if (name == lower_case_name) return value;
    return {};
}

const char* text_of(net::Reached reached) {
    switch (reached) {
        case net::Reached::nothing_left: return "nothing_left";
        case net::Reached::maybe_sent: return "maybe_sent";
        case net::Reached::answered: return "answered";
    }
    __builtin_unreachable();
}

void describe(net::HttpExchange& exchange, v1::EgressReply& reply, wiped::Bytes& body) {
    const auto encoding = header(exchange.response, "content-encoding");
    if (exchange.reached == net::Reached::answered && !encoding.empty() && encoding != "identity") {
        exchange.reached = net::Reached::maybe_sent;  // nobody asked for it, and the keeper could not judge it
        exchange.code = "reply_encoded";
    }
    reply.set_reached(text_of(exchange.reached));
    reply.set_code(exchange.code);
    if (exchange.reached != net::Reached::answered) return;
    reply.set_http_status(exchange.response.status);
    reply.set_content_type(header(exchange.response, "content-type"));
    body = std::move(exchange.response.body.bytes());
}

asio::awaitable<net::HttpExchange> send(const AllowList& allowed, net::HttpClient& client, net::Frame& frame) {
    v1::EgressRequest request;
    if (!request.ParseFromString(frame.control))
        co_return net::HttpExchange{net::Reached::nothing_left, "malformed_request", {}};
    auto endpoint = allowed.find(request.host(), request.port(), request.address());
    if (!endpoint) {
        ops::error("host refused", {{"host", request.host()}, {"port", std::to_string(request.port())}});
        co_return net::HttpExchange{net::Reached::nothing_left, std::string(endpoint.error().code), {}};
    }
    constexpr std::int64_t time_max_ms = 600'000;
    endpoint->connect_time_max =
        std::chrono::milliseconds{std::clamp<std::int64_t>(request.connect_time_max_ms(), 0, time_max_ms)};
    const std::chrono::milliseconds time_left{std::clamp<std::int64_t>(request.time_left_ms(), 0, time_max_ms)};
    net::HttpExchange exchange{net::Reached::maybe_sent, "egress_failed", {}};
    try {
        exchange = co_await client.exchange(std::move(*endpoint), std::move(frame.secret), time_left, observer());
    } catch (const std::exception& error) {
        ops::error("exchange failed", {{"why", error.what()}});
    }
    co_return exchange;
}

}  // namespace

net::FrameHandler egress_routes(const AllowList& allowed, net::HttpClient& client) {
    return [&allowed, &client](net::Frame frame, const net::PeerCredentials&) -> asio::awaitable<net::Frame> {
        const auto began = std::chrono::steady_clock::now();
        auto exchange = co_await send(allowed, client, frame);
        v1::EgressReply reply;
        net::Frame answer{frame.correlation, {}, {}};
        describe(exchange, reply, answer.secret);
        answer.control = reply.SerializeAsString();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        ops::count("postern_egress_exchanges_total", {{"reached", reply.reached()}});
        ops::observe_seconds("postern_egress_exchange_seconds", {}, took.count());
        co_return answer;
    };
}

}  // namespace postern::vault
