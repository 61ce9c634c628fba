#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include "vault/contract/vault_client.hpp"

namespace postern::vault {

struct SocketVaultClientOptions {
    std::string path;                        // of the keeper's gateway socket
    std::vector<uid_t> allowed_uids;         // who may serve it; empty: anyone
    std::size_t in_flight_max = 8192;
    std::chrono::milliseconds short_call_time{2000};  // ask, describe, hello: no processor is involved
    std::chrono::milliseconds answer_slack{250};      // how much longer than `time_left` a forward's answer may take
};

// The gateway's half of the vault socket. Says hello on each connection and keeps the epoch it hears.
class SocketVaultClient final : public VaultClient {
public:
    SocketVaultClient(boost::asio::io_context& context, SocketVaultClientOptions options);
    ~SocketVaultClient() override;
    boost::asio::awaitable<Result<Verdict>> forward(ForwardRequest request) override;
    boost::asio::awaitable<Result<Verdict>> ask(TenantId tenant_id, AttemptKey key, std::string known_epoch) override;
    boost::asio::awaitable<Result<TokenSummary>> describe(TenantId tenant_id, CardToken token) override;
    std::string epoch() const override;
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace postern::vault
