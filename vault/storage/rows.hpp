#pragma once

#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/sql/session.hpp"
#include "vault/storage/vault_store.hpp"

// What runs inside a transaction: set-based where many share it, one verdict a command, in order.
namespace postern::vault::rows {

std::vector<Status> insert_tokens(pqxx::work& tx, std::span<NewToken* const> batch);
struct LookUp {
    std::optional<AccountId> account = {};
    std::optional<CardToken> token = {};
};
struct LookedUp {
    Result<StoredAccount> account;
    Result<StoredToken> token;
};
std::vector<LookedUp> look_up(sql::Alone& reading, std::span<LookUp* const> batch);
Status delete_token(pqxx::work& tx, const TenantId& tenant_id, const CardToken& token);
void mark_one_time_used(pqxx::work& tx, const std::vector<CardToken>& tokens);

void put_processor_token(pqxx::work& tx, const ProcessorToken& token);
Result<ProcessorToken> find_processor_token(pqxx::work& tx, const std::string& card_id, const AccountId& account_id);

struct KeptReply {
    AttemptKey key;
    std::string sealed;
    JournalHead head;
};
std::vector<Status> insert_replies(sql::Alone& writing, std::span<KeptReply* const> batch);
Result<std::string> find_reply(pqxx::work& tx, const AttemptKey& key);
void remember_head(pqxx::work& tx, const JournalHead& head);
std::optional<JournalHead> read_head(pqxx::work& tx);

Status put_account(pqxx::work& tx, const StoredAccount& account);
Status disable_account(pqxx::work& tx, const AccountId& account_id);
Status put_caller_key(pqxx::work& tx, const CallerKey& key);
Status disable_caller_key(pqxx::work& tx, const ApiKeyId& key_id);
Status set_caller_key_origins(pqxx::work& tx, const ApiKeyId& key_id, const std::vector<std::string>& origins);
bool knows_origin(pqxx::work& tx, const std::string& origin);
void set_tenant(pqxx::work& tx, const TenantId& tenant_id, bool enabled);
Result<CallerKey> find_caller_key(pqxx::work& tx, const std::string& digest);
std::vector<StoredKey> read_keys(pqxx::work& tx);
std::size_t insert_keys(pqxx::work& tx, const std::vector<StoredKey>& keys);  // how many were new

}  // namespace postern::vault::rows
