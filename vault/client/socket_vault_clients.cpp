#include "vault/client/socket_vault_clients.hpp"

namespace postern::vault {

SocketVaultClients::SocketVaultClients(const std::vector<boost::asio::io_context*>& loops,
                                       const SocketVaultClientOptions& options) {
    for (auto* loop : loops)
        clients_.push_back({loop->get_executor(), std::make_unique<SocketVaultClient>(*loop, options)});
}

SocketVaultClient& SocketVaultClients::nearest() const {
    for (const auto& [executor, client] : clients_)
        if (executor.running_in_this_thread()) return *client;
    return *clients_.front().client;
}

boost::asio::awaitable<Result<Verdict>> SocketVaultClients::forward(ForwardRequest request) {
    return nearest().forward(std::move(request));
}

boost::asio::awaitable<Result<Verdict>> SocketVaultClients::ask(TenantId tenant_id, AttemptKey key,
                                                                std::string known_epoch) {
    return nearest().ask(std::move(tenant_id), std::move(key), std::move(known_epoch));
}

boost::asio::awaitable<Result<TokenSummary>> SocketVaultClients::describe(TenantId tenant_id, CardToken token) {
    return nearest().describe(std::move(tenant_id), std::move(token));
}

std::string SocketVaultClients::epoch() const { return nearest().epoch(); }

}  // namespace postern::vault
