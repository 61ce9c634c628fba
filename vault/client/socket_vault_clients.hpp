#pragma once

#include <memory>
#include <vector>

#include "vault/client/socket_vault_client.hpp"

namespace postern::vault {

// A connection for each event loop: a call from a loop's thread stays on it. A call from any other thread goes over the
// first loop's.
class SocketVaultClients final : public VaultClient {
public:
    SocketVaultClients(const std::vector<boost::asio::io_context*>& loops, const SocketVaultClientOptions& options);
    boost::asio::awaitable<Result<Verdict>> forward(ForwardRequest request) override;
    boost::asio::awaitable<Result<Verdict>> ask(TenantId tenant_id, AttemptKey key, std::string known_epoch) override;
    boost::asio::awaitable<Result<TokenSummary>> describe(TenantId tenant_id, CardToken token) override;
    std::string epoch() const override;  // as the caller's connection knows it

private:
    struct OnLoop {
        boost::asio::io_context::executor_type executor;
        std::unique_ptr<SocketVaultClient> client;
    };
    SocketVaultClient& nearest() const;
    std::vector<OnLoop> clients_;
};

}  // namespace postern::vault
