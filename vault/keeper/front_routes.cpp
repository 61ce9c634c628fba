#include "vault/keeper/route_frames.hpp"
#include "vault/keeper/routes.hpp"

namespace postern::vault {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds tokenize_time_max{5};

asio::awaitable<Result<v1::FrontReply>> tokenize(KeeperServices& services, const v1::FrontRequest::Tokenize& request,
                                                 const wiped::Bytes& secret, Caller caller) {
    const auto fields = sealed::parse_card_frame(secret);
    if (!fields) co_return fields.error();
    caller.origin = request.origin();  // whom the front speaks for: the peer of its TLS connection
    caller.browser_origin = request.browser_origin();
    const auto deadline = services.custody.clock.instant() + tokenize_time_max;
    auto made = co_await services.cards.tokenize(request.caller_key(), *fields, std::move(caller), deadline);
    if (!made) co_return made.error();
    v1::FrontReply reply;
    reply.mutable_token_made()->set_token(made->token.text());
    encode_summary(made->summary, *reply.mutable_token_made()->mutable_summary());
    co_return reply;
}

asio::awaitable<Result<v1::FrontReply>> read(KeeperServices& services, const v1::FrontRequest::ReadToken& request,
                                             Caller caller) {
    const auto token = CardToken::parse(request.token());
    if (!token) co_return Error{ErrorKind::not_found, "token_not_found"};
    caller.browser_origin = request.browser_origin();
    auto summary = co_await services.cards.read(request.caller_key(), *token, std::move(caller));
    if (!summary) co_return summary.error();
    v1::FrontReply reply;
    encode_summary(*summary, *reply.mutable_token());
    co_return reply;
}

asio::awaitable<Result<v1::FrontReply>> remove(KeeperServices& services, const v1::FrontRequest::DeleteToken& request,
                                               Caller caller) {
    const auto token = CardToken::parse(request.token());
    if (!token) co_return Error{ErrorKind::not_found, "token_not_found"};
    caller.browser_origin = request.browser_origin();
    if (auto done = co_await services.cards.remove(request.caller_key(), *token, std::move(caller)); !done)
        co_return done.error();
    v1::FrontReply reply;
    reply.mutable_done();
    co_return reply;
}

asio::awaitable<Result<v1::FrontReply>> answer(KeeperServices& services, const v1::FrontRequest& request,
                                               const wiped::Bytes& secret, Caller caller) {
    switch (request.kind_case()) {
        case v1::FrontRequest::kTokenize:
            co_return co_await tokenize(services, request.tokenize(), secret, std::move(caller));
        case v1::FrontRequest::kReadToken:
            co_return co_await read(services, request.read_token(), std::move(caller));
        case v1::FrontRequest::kDeleteToken:
            co_return co_await remove(services, request.delete_token(), std::move(caller));
        case v1::FrontRequest::kReady: {
            if (auto ready = co_await services.readiness.prove(std::move(caller)); !ready) co_return ready.error();
            v1::FrontReply reply;
            reply.mutable_done();
            co_return reply;
        }
        case v1::FrontRequest::kPreflight: {
            auto allowed = co_await services.cards.allow_origin(request.preflight().browser_origin());
            if (!allowed) co_return allowed.error();
            v1::FrontReply reply;
            reply.mutable_done();
            co_return reply;
        }
        case v1::FrontRequest::KIND_NOT_SET: break;
    }
    co_return malformed_request();
}

}  // namespace

net::FrameHandler front_routes(KeeperServices& services) {
    return [&services](net::Frame frame, const net::PeerCredentials& peer) -> asio::awaitable<net::Frame> {
        v1::FrontRequest request;
        if (!request.ParseFromString(frame.control))
            co_return failure_frame<v1::FrontReply>(frame.correlation, malformed_request());
        auto reply = co_await answer(services, request, frame.secret, caller_of("front", peer));
        if (!reply) co_return failure_frame<v1::FrontReply>(frame.correlation, reply.error());
        co_return frame_of(frame.correlation, *reply);
    };
}

}  // namespace postern::vault
