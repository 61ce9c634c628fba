#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vault/storage/vault_store.hpp"

namespace postern::vault::test {

// A VaultStore in memory that keeps its promises; `broken` makes every call `unavailable`.
class MemoryVaultStore final : public VaultStore {
public:
    std::map<CardToken, NewToken> tokens;
    std::map<CardToken, TokenState> states;
    std::set<CardToken> codes_used;
    std::map<std::string, std::pair<std::string, std::string>> cards;  // index -> card id, sealed number
    std::map<AccountId, StoredAccount> accounts;
    std::map<std::string, CallerKey> caller_keys;
    std::map<std::pair<std::string, AccountId>, ProcessorToken> processor_tokens;
    std::set<TenantId> disabled;
    std::map<AttemptKey, std::string> replies;
    std::optional<JournalHead> head;
    std::vector<StoredKey> keys;
    bool broken = false;
    std::function<void()> after_read;  // what happens while rows for a message are on their way to the keeper
    int commits = 0;

    Awaitable<Status> insert_token(NewToken token, Instant) override {
        if (broken) co_return down();
        auto& [card_id, sealed_number] =
            cards.try_emplace(token.tenant_id.text() + token.card_index, token.card_id, token.sealed_number).first->second;
        token.card_id = card_id;
        token.sealed_number = sealed_number;
        states[token.token] = TokenState::active;
        tokens.emplace(token.token, std::move(token));
        co_return Status{};
    }
    Awaitable<Result<StoredToken>> find_token(CardToken token) override {
        if (broken) co_return down();
        const auto found = tokens.find(token);
        if (found == tokens.end()) co_return Error{ErrorKind::not_found, "token_not_found"};
        const auto& row = found->second;
        co_return StoredToken{row.token, row.tenant_id, states[token], row.card_id, row.sealed_number, row.sealed_details,
                              row.bin6, row.last4, row.brand, row.expiry_month, row.expiry_year, row.given,
                              codes_used.contains(token)};
    }
    Awaitable<Status> delete_token(TenantId tenant_id, CardToken token) override {
        const auto found = tokens.find(token);
        if (found == tokens.end() || found->second.tenant_id != tenant_id)
            co_return Error{ErrorKind::not_found, "token_not_found"};
        states[token] = TokenState::deleted;
        co_return Status{};
    }
    Awaitable<Status> mark_one_time_used(std::vector<CardToken> marked) override {
        if (broken) co_return down();
        codes_used.insert(marked.begin(), marked.end());
        co_return Status{};
    }
    Awaitable<Status> put_processor_token(ProcessorToken token) override {
        if (broken) co_return down();
        const std::pair key{token.card_id, token.account_id};
        processor_tokens.insert_or_assign(key, std::move(token));
        co_return Status{};
    }
    Awaitable<Result<ProcessorToken>> find_processor_token(std::string card_id, AccountId account_id) override {
        if (broken) co_return down();
        const auto found = processor_tokens.find({card_id, account_id});
        if (found == processor_tokens.end()) co_return Error{ErrorKind::not_found, "processor_token_missing"};
        co_return found->second;
    }
    Awaitable<Status> put_account(StoredAccount account) override {
        accounts.insert_or_assign(account.account_id, account);
        co_return Status{};
    }
    Awaitable<Status> disable_account(AccountId account_id) override {
        const auto found = accounts.find(account_id);
        if (found == accounts.end()) co_return Error{ErrorKind::not_found, "account_not_found"};
        found->second.enabled = false;
        co_return Status{};
    }
    Awaitable<Result<AccountAndToken>> find_for_message(AccountId account_id, std::optional<CardToken> token) override {
        if (broken) co_return down();
        const auto account = accounts.find(account_id);
        if (account == accounts.end()) co_return Error{ErrorKind::not_found, "account_not_found"};
        if (!token) co_return AccountAndToken{account->second, {}};
        auto row = co_await find_token(*token);
        if (!row) co_return row.error();
        if (after_read) after_read();
        co_return AccountAndToken{account->second, std::move(*row)};
    }
    Awaitable<Status> put_caller_key(CallerKey key) override {
        caller_keys.insert_or_assign(key.digest, key);
        co_return Status{};
    }
    Awaitable<Status> disable_caller_key(ApiKeyId key_id) override {
        for (auto& [digest, key] : caller_keys)
            if (key.key_id == key_id) {
                key.enabled = false;
                co_return Status{};
            }
        co_return Error{ErrorKind::not_found, "caller_key_not_found"};
    }
    Awaitable<Result<CallerKey>> find_caller_key(std::string digest) override {
        if (broken) co_return down();
        const auto found = caller_keys.find(digest);
        if (found == caller_keys.end()) co_return Error{ErrorKind::not_found, "caller_key_not_found"};
        CallerKey key = found->second;
        key.enabled = key.enabled && !disabled.contains(key.tenant_id);
        co_return key;
    }
    Awaitable<Status> set_caller_key_origins(ApiKeyId key_id, std::vector<std::string> origins) override {
        for (auto& [digest, key] : caller_keys)
            if (key.key_id == key_id) {
                key.origins = std::move(origins);
                co_return Status{};
            }
        co_return Error{ErrorKind::not_found, "caller_key_not_found"};
    }
    Awaitable<Result<bool>> knows_origin(std::string origin) override {
        if (broken) co_return down();
        for (const auto& [digest, key] : caller_keys) {
            const bool serves = key.enabled && !disabled.contains(key.tenant_id);
            if (serves && std::ranges::find(key.origins, origin) != key.origins.end()) co_return true;
        }
        co_return false;
    }
    Awaitable<Status> set_tenant(TenantId tenant_id, bool enabled) override {
        if (broken) co_return down();
        if (enabled) disabled.erase(tenant_id);
        else disabled.insert(tenant_id);
        co_return Status{};
    }
    Awaitable<Status> keep_reply(AttemptKey key, std::string sealed, JournalHead at) override {
        if (broken) co_return down();
        replies.insert_or_assign(key, std::move(sealed));
        head = at;
        co_return Status{};
    }
    Awaitable<Result<std::string>> find_reply(AttemptKey key) override {
        const auto found = replies.find(key);
        if (found == replies.end()) co_return Error{ErrorKind::not_found, "reply_not_found"};
        co_return found->second;
    }
    Awaitable<Status> remember_head(JournalHead at) override {
        head = at;
        co_return Status{};
    }
    Awaitable<Status> prove_commit() override {
        if (broken) co_return down();
        ++commits;
        co_return Status{};
    }
    Result<std::optional<JournalHead>> read_head() override { return head; }
    Result<std::vector<StoredKey>> read_keys() override { return keys; }
    Status insert_keys(std::vector<StoredKey> more) override {
        keys.insert(keys.end(), more.begin(), more.end());
        return {};
    }

private:
    static Error down() { return {ErrorKind::unavailable, "storage_unavailable"}; }
};

}  // namespace postern::vault::test
