#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "vault/storage/vault_store.hpp"

namespace postern::vault {

struct PgVaultStoreOptions {
    std::string connection_string;     // role postern_keeper
    std::size_t token_writers = 2;
    std::size_t readers = 1;
    std::size_t waiting_max = 4096;    // a queue; beyond it "queue_full"
    std::chrono::milliseconds call_time_max{5000};  // of calls that bring no deadline
};

// VaultStore on PostgreSQL: concurrent calls share commits and round trips (base/sql/commit_queue.hpp).
class PgVaultStore final : public VaultStore {
public:
    PgVaultStore(PgVaultStoreOptions options, const Clock& clock);
    ~PgVaultStore() override;

    Awaitable<Status> insert_token(NewToken token, Instant deadline) override;
    Awaitable<Result<StoredToken>> find_token(CardToken token) override;
    Awaitable<Result<AccountAndToken>> find_for_message(AccountId account, std::optional<CardToken> token) override;
    Awaitable<Status> delete_token(TenantId tenant_id, CardToken token) override;
    Awaitable<Status> mark_one_time_used(std::vector<CardToken> tokens) override;
    Awaitable<Status> put_processor_token(ProcessorToken token) override;
    Awaitable<Result<ProcessorToken>> find_processor_token(std::string card_id, AccountId account_id) override;
    Awaitable<Status> put_account(StoredAccount account) override;
    Awaitable<Status> disable_account(AccountId account_id) override;
    Awaitable<Status> put_caller_key(CallerKey key) override;
    Awaitable<Status> disable_caller_key(ApiKeyId key_id) override;
    Awaitable<Status> set_caller_key_origins(ApiKeyId key_id, std::vector<std::string> origins) override;
    Awaitable<Result<bool>> knows_origin(std::string origin) override;
    Awaitable<Status> set_tenant(TenantId tenant_id, bool enabled) override;
    Awaitable<Result<CallerKey>> find_caller_key(std::string digest) override;
    Awaitable<Status> keep_reply(AttemptKey key, std::string sealed, JournalHead head) override;
    Awaitable<Result<std::string>> find_reply(AttemptKey key) override;
    Awaitable<Status> remember_head(JournalHead head) override;
    Awaitable<Status> prove_commit() override;
    Result<std::optional<JournalHead>> read_head() override;
    Result<std::vector<StoredKey>> read_keys() override;
    Status insert_keys(std::vector<StoredKey> keys) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::vault
