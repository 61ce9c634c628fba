#pragma once

#include <chrono>
#include <memory>

#include "gateway/app/store.hpp"
#include "gateway/storage/storage_options.hpp"

namespace postern::gateway {

// Merchants as data, read through a cache of seconds. Only what was found is cached: a new key works at once, a
// disabled one stops working after `cache_life` at the latest.
class PostgresDirectory final : public Directory {
public:
    explicit PostgresDirectory(StorageOptions options, std::chrono::milliseconds cache_life = std::chrono::seconds{2});
    ~PostgresDirectory() override;

    Awaitable<Result<Caller>> authenticate(std::string key_digest) override;
    Awaitable<Result<Route>> route(TenantId tenant, StoreId store, DeviceId device,
                                   std::optional<AccountId> account) override;
    Awaitable<std::shared_ptr<const domain::BinTable>> bins() override;
    Awaitable<void> note_breaker(AccountId account, bool is_open) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::gateway
