#include <algorithm>

#include "base/base32.hpp"
#include "vault/contract/browser_origin.hpp"
#include "vault/keeper/route_frames.hpp"
#include "vault/keeper/routes.hpp"

namespace postern::vault {
namespace {

namespace asio = boost::asio;

// A name in the journal: short, visible, one word.
bool is_operator_name(const std::string& name) {
    return !name.empty() && name.size() <= 64 && longest_digit_run(name) < 12 &&
           std::ranges::all_of(name, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

asio::awaitable<Status> put_account(KeeperServices& services, const v1::AdminRequest::PutAccount& request,
                                    const wiped::Bytes& secret, Caller caller) {
    const auto account = AccountId::parse(request.account_id());
    const auto tenant = TenantId::parse(request.tenant_id());
    if (!account || !tenant) co_return malformed_request();
    co_return co_await services.administration.put_account(*account, *tenant, request.destination(), secret,
                                                           std::move(caller));
}

asio::awaitable<Status> put_caller_key(KeeperServices& services, const v1::AdminRequest::PutCallerKey& request,
                                       Caller caller) {
    const auto key = ApiKeyId::parse(request.key_id());
    const auto tenant = TenantId::parse(request.tenant_id());
    if (!key || !tenant || request.key_digest().size() != 32) co_return malformed_request();
    co_return co_await services.administration.put_caller_key({*key, *tenant, request.key_digest(), true},
                                                              std::move(caller));
}

asio::awaitable<Status> set_origins(KeeperServices& services, const v1::AdminRequest::SetCallerKeyOrigins& request,
                                    Caller caller) {
    const auto key = ApiKeyId::parse(request.key_id());
    std::vector<std::string> origins{request.browser_origin().begin(), request.browser_origin().end()};
    const bool sound = key && origins.size() <= browser_origins_max && std::ranges::all_of(origins, is_browser_origin);
    if (!sound) co_return malformed_request();
    co_return co_await services.administration.set_caller_key_origins(*key, std::move(origins), std::move(caller));
}

asio::awaitable<Result<v1::AdminReply>> verify_journal(KeeperServices& services, Caller caller) {
    auto walked = co_await services.administration.verify_journal(std::move(caller));
    if (!walked) co_return walked.error();
    v1::AdminReply reply;
    reply.mutable_journal()->set_epoch(walked->head.epoch);
    reply.mutable_journal()->set_records(static_cast<std::int64_t>(walked->records));
    reply.mutable_journal()->set_head(base32_grouped(walked->head.hash));
    co_return reply;
}

asio::awaitable<Status> act(KeeperServices& services, const v1::AdminRequest& request, const wiped::Bytes& secret,
                            Caller caller) {
    switch (request.kind_case()) {
        case v1::AdminRequest::kPutAccount:
            co_return co_await put_account(services, request.put_account(), secret, std::move(caller));
        case v1::AdminRequest::kDisableAccount: {
            const auto account = AccountId::parse(request.disable_account().account_id());
            if (!account) co_return malformed_request();
            co_return co_await services.administration.disable_account(*account, std::move(caller));
        }
        case v1::AdminRequest::kPutCallerKey:
            co_return co_await put_caller_key(services, request.put_caller_key(), std::move(caller));
        case v1::AdminRequest::kDisableCallerKey: {
            const auto key = ApiKeyId::parse(request.disable_caller_key().key_id());
            if (!key) co_return malformed_request();
            co_return co_await services.administration.disable_caller_key(*key, std::move(caller));
        }
        case v1::AdminRequest::kSetCallerKeyOrigins:
            co_return co_await set_origins(services, request.set_caller_key_origins(), std::move(caller));
        case v1::AdminRequest::kSetTenant: {
            const auto tenant = TenantId::parse(request.set_tenant().tenant_id());
            if (!tenant) co_return malformed_request();
            co_return co_await services.administration.set_tenant(*tenant, request.set_tenant().enabled(), std::move(caller));
        }
        case v1::AdminRequest::kVerifyJournal:
        case v1::AdminRequest::KIND_NOT_SET: break;
    }
    co_return malformed_request();
}

asio::awaitable<Result<v1::AdminReply>> answer(KeeperServices& services, const v1::AdminRequest& request,
                                               const wiped::Bytes& secret, Caller caller) {
    if (request.kind_case() == v1::AdminRequest::kVerifyJournal)
        co_return co_await verify_journal(services, std::move(caller));
    if (auto done = co_await act(services, request, secret, std::move(caller)); !done) co_return done.error();
    v1::AdminReply reply;
    reply.mutable_done();
    co_return reply;
}

}  // namespace

net::FrameHandler admin_routes(KeeperServices& services) {
    return [&services](net::Frame frame, const net::PeerCredentials& peer) -> asio::awaitable<net::Frame> {
        v1::AdminRequest request;
        if (!request.ParseFromString(frame.control) || !is_operator_name(request.operator_()))
            co_return failure_frame<v1::AdminReply>(frame.correlation, malformed_request());
        auto reply =
            co_await answer(services, request, frame.secret, caller_of("operator " + request.operator_(), peer));
        if (!reply) co_return failure_frame<v1::AdminReply>(frame.correlation, reply.error());
        co_return frame_of(frame.correlation, *reply);
    };
}

}  // namespace postern::vault
