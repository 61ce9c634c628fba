#pragma once

#include "base/clock.hpp"
#include "base/net/frames.hpp"
#include "base/net/http_types.hpp"
#include "base/random.hpp"
#include "vault/front/rate_limit.hpp"

namespace postern::vault::v1 {
class FrontReply;
class FrontRequest;
}  // namespace postern::vault::v1

namespace postern::vault {

struct TokenApiLimits {
    double requests_per_second = 50, burst = 100;  // of one caller's key, and of one address without a good key
    std::size_t names_max = 100'000;
    std::chrono::milliseconds keeper_time_max{6'000};
};

// The vault's front door: POST, GET and DELETE /v1/tokens, /healthz, /readyz and /metrics. Holds no keys and keeps
// nothing: a card goes from the request's wiped memory into the secret part of one frame to the keeper.
class TokenApi {
public:
    TokenApi(net::FrameClient& keeper, const Clock& clock, Random& random, TokenApiLimits limits)
        : keeper_{keeper}, clock_{clock}, random_{random}, limits_{limits},
          callers_{limits.requests_per_second, limits.burst, limits.names_max} {}

    net::asio::awaitable<net::HttpResponse> handle(net::HttpRequest& request);
    void drain() { draining_ = true; }  // /readyz says no; what runs is finished

private:
    struct Call;
    using Answer = net::asio::awaitable<net::HttpResponse>;
    Answer tokens(net::HttpRequest& request, Call call);
    Answer from_page(net::HttpRequest& request, Call call);
    Answer preflight(Call call);
    Answer create(net::HttpRequest& request, Call call);
    Answer read(std::string_view token, Call call);
    Answer remove(std::string_view token, Call call);
    Answer ready(Call call);
    net::asio::awaitable<Result<v1::FrontReply>> ask(const v1::FrontRequest& request, wiped::Bytes secret);

    net::FrameClient& keeper_;
    const Clock& clock_;
    Random& random_;
    TokenApiLimits limits_;
    RateLimit callers_;
    bool draining_ = false;
};

}  // namespace postern::vault
