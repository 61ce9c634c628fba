#include "vault/client/socket_vault_client.hpp"

#include <mutex>
#include <stdexcept>

#include "base/net/frames.hpp"
#include "vault/contract/message_codec.hpp"
#include "vault/contract/vault.pb.h"

namespace postern::vault {

namespace asio = boost::asio;

struct SocketVaultClient::Impl {
    Impl(asio::io_context& context, SocketVaultClientOptions chosen)
        : options{std::move(chosen)}, frames{context, {options.path, options.allowed_uids, options.in_flight_max}} {}

    asio::awaitable<Result<v1::GatewayReply>> call(v1::GatewayRequest request, std::chrono::milliseconds time_left);
    asio::awaitable<Result<Verdict>> call_for_verdict(v1::GatewayRequest request, std::chrono::milliseconds time_left);
    asio::awaitable<void> say_hello();

    SocketVaultClientOptions options;
    mutable std::mutex mutex;
    std::string epoch;  // guarded by mutex: read from every thread of the gateway
    net::FrameClient frames;
};

// The keeper's own refusals come back as the errors they are; an answer that cannot be read proves nothing.
asio::awaitable<Result<v1::GatewayReply>> SocketVaultClient::Impl::call(v1::GatewayRequest request,
                                                                       std::chrono::milliseconds time_left) {
    net::Frame frame;
    frame.control = request.SerializeAsString();
    auto answer = co_await frames.call(std::move(frame), time_left);
    if (!answer) co_return answer.error();
    v1::GatewayReply reply;
    if (!reply.ParseFromString(answer->control) || reply.kind_case() == v1::GatewayReply::KIND_NOT_SET)
        co_return Error{ErrorKind::outcome_unknown, "malformed_reply"};
    if (reply.has_failure()) co_return decode_failure(reply.failure());
    co_return reply;
}

asio::awaitable<Result<Verdict>> SocketVaultClient::Impl::call_for_verdict(v1::GatewayRequest request,
                                                                          std::chrono::milliseconds time_left) {
    auto reply = co_await call(std::move(request), time_left);
    if (!reply) co_return reply.error();
    co_return decode_verdict(reply->verdict());  // of another kind of reply it is empty: outcome_unknown
}

// Throwing gives the connection up (base/net): without the epoch no operation may be prepared.
asio::awaitable<void> SocketVaultClient::Impl::say_hello() {
    v1::GatewayRequest request;
    request.mutable_hello();
    const auto reply = co_await call(std::move(request), options.short_call_time);
    if (!reply || !reply->has_hello() || reply->hello().epoch().empty())
        throw std::runtime_error("the vault's keeper did not answer the hello");
    const std::lock_guard lock(mutex);
    epoch = reply->hello().epoch();
}

SocketVaultClient::SocketVaultClient(asio::io_context& context, SocketVaultClientOptions options)
    : impl_{std::make_shared<Impl>(context, std::move(options))} {
    impl_->frames.on_connect([weak = std::weak_ptr{impl_}]() -> asio::awaitable<void> {
        if (const auto impl = weak.lock()) co_await impl->say_hello();
    });
}

SocketVaultClient::~SocketVaultClient() { stop(); }

void SocketVaultClient::stop() { impl_->frames.stop(); }

std::string SocketVaultClient::epoch() const {
    if (!impl_->frames.connected()) return {};
    const std::lock_guard lock(impl_->mutex);
    return impl_->epoch;
}

asio::awaitable<Result<Verdict>> SocketVaultClient::forward(ForwardRequest request) {
    const auto impl = impl_;  // outlives the client where a call does
    v1::GatewayRequest wire;
    encode_forward(request, *wire.mutable_forward());
    co_return co_await impl->call_for_verdict(std::move(wire), request.time_left + impl->options.answer_slack);
}

asio::awaitable<Result<Verdict>> SocketVaultClient::ask(TenantId tenant_id, AttemptKey key, std::string known_epoch) {
    const auto impl = impl_;
    v1::GatewayRequest wire;
    encode_ask({std::move(tenant_id), std::move(key), std::move(known_epoch)}, *wire.mutable_ask());
    co_return co_await impl->call_for_verdict(std::move(wire), impl->options.short_call_time);
}

asio::awaitable<Result<TokenSummary>> SocketVaultClient::describe(TenantId tenant_id, CardToken token) {
    const auto impl = impl_;
    v1::GatewayRequest wire;
    wire.mutable_describe_token()->set_tenant_id(tenant_id.text());
    wire.mutable_describe_token()->set_token(token.text());
    const auto reply = co_await impl->call(std::move(wire), impl->options.short_call_time);
    if (!reply) co_return reply.error();
    if (!reply->has_token()) co_return Error{ErrorKind::outcome_unknown, "malformed_reply"};
    co_return decode_summary(reply->token());
}

}  // namespace postern::vault
