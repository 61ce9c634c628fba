#pragma once

#include <atomic>
#include <cstddef>

#include "base/clock.hpp"
#include "base/net/http_types.hpp"
#include "base/random.hpp"
#include "gateway/http/payment_calls.hpp"
#include "gateway/http/route.hpp"

namespace postern::gateway {

struct ApiOptions {
    std::size_t in_flight_max = 2048;  // more are refused before any work is done for them
};

// The payment API over HTTP: guard, route, authenticate, parse, run, answer. Thread safe: one object serves the
// servers of all cores.
class Api {
public:
    Api(PaymentCalls& payments, Directory& directory, Readiness& readiness, Clock& clock, Random& random,
        ApiOptions options);

    // The handler of net::HttpServer.
    Awaitable<net::HttpResponse> handle(net::HttpRequest& request);
    // SIGTERM: /readyz says no from now on, so that no new work is sent here.
    void start_draining() { draining_ = true; }

private:
    Awaitable<net::HttpResponse> answer(net::HttpRequest& request, RequestContext& context);
    Awaitable<net::HttpResponse> ready(const RequestContext& context);
    Awaitable<net::HttpResponse> create(const net::HttpRequest& request, const RequestContext& context);
    Awaitable<net::HttpResponse> change(const net::HttpRequest& request, const RequestContext& context,
                                        ChangeRoute route);
    Awaitable<net::HttpResponse> get(const net::HttpRequest& request, const RequestContext& context, GetRoute route);
    Awaitable<net::HttpResponse> list(const net::HttpRequest& request, const RequestContext& context);
    Awaitable<Result<CallContext>> open_call(const net::HttpRequest& request, bool moves_money);

    PaymentCalls& payments_;
    Directory& directory_;
    Readiness& readiness_;
    Clock& clock_;
    Random& random_;
    ApiOptions options_;
    std::atomic<std::size_t> in_flight_{0};
    std::atomic<bool> draining_{false};
};

}  // namespace postern::gateway
