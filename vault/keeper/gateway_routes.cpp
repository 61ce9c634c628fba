#include "vault/keeper/route_frames.hpp"
#include "vault/keeper/routes.hpp"

namespace postern::vault {
namespace {

namespace asio = boost::asio;

asio::awaitable<Result<v1::GatewayReply>> answer(KeeperServices& services, const v1::GatewayRequest& request,
                                                 Caller caller) {
    v1::GatewayReply reply;
    switch (request.kind_case()) {
        case v1::GatewayRequest::kHello: {
            auto& hello = *reply.mutable_hello();
            hello.set_epoch(services.custody.journal.epoch());
            hello.set_version(POSTERN_VERSION);
            hello.set_mode(services.mode);
            co_return reply;
        }
        case v1::GatewayRequest::kForward: {
            auto forward = decode_forward(request.forward());
            if (!forward) co_return forward.error();
            auto verdict = co_await services.forwarder.forward(std::move(*forward), std::move(caller));
            if (!verdict) co_return verdict.error();
            encode_verdict(*verdict, *reply.mutable_verdict());
            co_return reply;
        }
        case v1::GatewayRequest::kAsk: {
            auto ask = decode_ask(request.ask());
            if (!ask) co_return ask.error();
            auto verdict =
                co_await services.forwarder.ask(ask->tenant_id, ask->key, ask->known_epoch, std::move(caller));
            if (!verdict) co_return verdict.error();
            encode_verdict(*verdict, *reply.mutable_verdict());
            co_return reply;
        }
        case v1::GatewayRequest::kDescribeToken: {
            const auto tenant = TenantId::parse(request.describe_token().tenant_id());
            const auto token = CardToken::parse(request.describe_token().token());
            if (!tenant || !token) co_return malformed_request();
            auto summary = co_await services.cards.describe(*tenant, *token);
            if (!summary) co_return summary.error();
            encode_summary(*summary, *reply.mutable_token());
            co_return reply;
        }
        case v1::GatewayRequest::KIND_NOT_SET: break;
    }
    co_return malformed_request();
}

}  // namespace

net::FrameHandler gateway_routes(KeeperServices& services) {
    return [&services](net::Frame frame, const net::PeerCredentials& peer) -> asio::awaitable<net::Frame> {
        v1::GatewayRequest request;
        if (!request.ParseFromString(frame.control) || !frame.secret.empty())
            co_return failure_frame<v1::GatewayReply>(frame.correlation, malformed_request());
        auto reply = co_await answer(services, request, caller_of("gateway", peer));
        if (!reply) co_return failure_frame<v1::GatewayReply>(frame.correlation, reply.error());
        co_return frame_of(frame.correlation, *reply);
    };
}

}  // namespace postern::vault
