#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "vault/storage/vault_store.hpp"

namespace postern::test {

// The vault's database in maps, with the rules of the real one. `fail_with` makes every call fail, as a lost database
// does. For one thread.
class FakeVaultStore final : public vault::VaultStore {
public:
    std::optional<Error> fail_with;
    std::map<std::string, std::string> card_ids;        // index -> card id
    std::map<std::string, std::string> sealed_numbers;  // card id -> ciphertext
    std::map<CardToken, vault::StoredToken> tokens;
    std::map<AccountId, vault::StoredAccount> accounts;
    std::map<ApiKeyId, vault::CallerKey> caller_keys;
    std::map<std::pair<std::string, AccountId>, vault::ProcessorToken> processor_tokens;
    std::set<TenantId> disabled;
    std::map<vault::AttemptKey, std::string> replies;
    std::vector<vault::JournalHead> heads;  // one an epoch, oldest first
    std::vector<vault::StoredKey> keys;
    int commits_proven = 0;

    Awaitable<Status> insert_token(vault::NewToken token, Instant) override {
        if (fail_with) co_return *fail_with;
        const auto [card, is_new] = card_ids.try_emplace(token.card_index, token.card_id);
        if (is_new) sealed_numbers[token.card_id] = token.sealed_number;
        tokens.emplace(token.token, vault::StoredToken{token.token, token.tenant_id, vault::TokenState::active,
                                                       card->second, sealed_numbers[card->second],
                                                       token.sealed_details, token.bin6, token.last4, token.brand,
                                                       token.expiry_month, token.expiry_year, token.given});
        co_return Status{};
    }
    Awaitable<Result<vault::StoredToken>> find_token(CardToken token) override {
        co_return find(tokens, token, "token_not_found");
    }
    Awaitable<Status> delete_token(TenantId tenant_id, CardToken token) override {
        if (fail_with) co_return *fail_with;
        const auto found = tokens.find(token);
        if (found == tokens.end() || found->second.tenant_id != tenant_id) co_return missing("token_not_found");
        found->second.state = vault::TokenState::deleted;
        co_return Status{};
    }

    Awaitable<Status> mark_one_time_used(std::vector<CardToken> used) override {
        if (fail_with) co_return *fail_with;
        for (const auto& token : used)
            if (const auto found = tokens.find(token); found != tokens.end()) found->second.one_time_used = true;
        co_return Status{};
    }

    Awaitable<Status> put_processor_token(vault::ProcessorToken token) override {
        if (fail_with) co_return *fail_with;
        const std::pair key{token.card_id, token.account_id};
        processor_tokens.insert_or_assign(key, std::move(token));
        co_return Status{};
    }
    Awaitable<Result<vault::ProcessorToken>> find_processor_token(std::string card_id, AccountId account_id) override {
        if (fail_with) co_return *fail_with;
        const auto found = processor_tokens.find({card_id, account_id});
        if (found == processor_tokens.end()) co_return Error{ErrorKind::not_found, "processor_token_missing"};
        co_return found->second;
    }
    Awaitable<Status> put_account(vault::StoredAccount account) override {
        if (fail_with) co_return *fail_with;
        const auto found = accounts.find(account.account_id);
        const bool other = found != accounts.end() && (found->second.tenant_id != account.tenant_id ||
                                                       found->second.destination != account.destination);
        if (other) co_return Error{ErrorKind::conflict, "account_conflict"};
        account.enabled = true;
        accounts.insert_or_assign(account.account_id, account);
        co_return Status{};
    }
    Awaitable<Status> disable_account(AccountId account_id) override {
        co_return disable(accounts, account_id, "account_not_found");
    }
    Awaitable<Result<vault::AccountAndToken>> find_for_message(AccountId account_id, std::optional<CardToken> token) override {
        auto account = find(accounts, account_id, "account_not_found");
        if (!account) co_return account.error();
        if (!token) co_return vault::AccountAndToken{std::move(*account), {}};
        auto row = find(tokens, *token, "token_not_found");
        if (!row) co_return row.error();
        co_return vault::AccountAndToken{std::move(*account), std::move(*row)};
    }

    Awaitable<Status> put_caller_key(vault::CallerKey key) override {
        if (fail_with) co_return *fail_with;
        for (const auto& [id, known] : caller_keys) {
            const bool same = id == key.key_id && known.tenant_id == key.tenant_id && known.digest == key.digest;
            if (same) co_return Status{};
            if (id == key.key_id || known.digest == key.digest)
                co_return Error{ErrorKind::conflict, "caller_key_conflict"};
        }
        key.enabled = true;
        caller_keys.emplace(key.key_id, key);
        co_return Status{};
    }
    Awaitable<Status> disable_caller_key(ApiKeyId key_id) override {
        co_return disable(caller_keys, key_id, "caller_key_not_found");
    }
    Awaitable<Result<vault::CallerKey>> find_caller_key(std::string digest) override {
        if (fail_with) co_return *fail_with;
        for (const auto& [id, key] : caller_keys)
            if (key.digest == digest) co_return with_tenant(key);
        co_return missing("caller_key_not_found");
    }
    Awaitable<Status> set_caller_key_origins(ApiKeyId key_id, std::vector<std::string> origins) override {
        if (fail_with) co_return *fail_with;
        const auto found = caller_keys.find(key_id);
        if (found == caller_keys.end()) co_return missing("caller_key_not_found");
        found->second.origins = std::move(origins);
        co_return Status{};
    }
    Awaitable<Result<bool>> knows_origin(std::string origin) override {
        if (fail_with) co_return *fail_with;
        co_return std::ranges::any_of(caller_keys, [&](const auto& entry) {
            const auto key = with_tenant(entry.second);
            return key.enabled && std::ranges::find(key.origins, origin) != key.origins.end();
        });
    }
    Awaitable<Status> set_tenant(TenantId tenant_id, bool enabled) override {
        if (fail_with) co_return *fail_with;
        if (enabled) disabled.erase(tenant_id);
        else disabled.insert(tenant_id);
        co_return Status{};
    }

    Awaitable<Status> keep_reply(vault::AttemptKey key, std::string sealed, vault::JournalHead head) override {
        if (fail_with) co_return *fail_with;
        replies.emplace(std::move(key), std::move(sealed));
        remember(head);
        co_return Status{};
    }
    Awaitable<Result<std::string>> find_reply(vault::AttemptKey key) override {
        co_return find(replies, key, "reply_not_found");
    }

    Awaitable<Status> remember_head(vault::JournalHead head) override {
        if (fail_with) co_return *fail_with;
        remember(head);
        co_return Status{};
    }
    Awaitable<Status> prove_commit() override {
        if (fail_with) co_return *fail_with;
        ++commits_proven;
        co_return Status{};
    }

    Result<std::optional<vault::JournalHead>> read_head() override {
        if (fail_with) return *fail_with;
        return heads.empty() ? std::optional<vault::JournalHead>{} : std::optional{heads.back()};
    }
    Result<std::vector<vault::StoredKey>> read_keys() override {
        if (fail_with) return *fail_with;
        return keys;
    }
    Status insert_keys(std::vector<vault::StoredKey> more) override {
        if (fail_with) return *fail_with;
        for (const auto& key : more)
            for (const auto& known : keys)
                if (known.purpose == key.purpose && known.version == key.version)
                    return Error{ErrorKind::conflict, "keys_conflict"};
        keys.insert(keys.end(), more.begin(), more.end());
        return {};
    }

private:
    vault::CallerKey with_tenant(vault::CallerKey key) const {
        key.enabled = key.enabled && !disabled.contains(key.tenant_id);
        return key;
    }
    static Error missing(std::string_view code) { return {ErrorKind::not_found, code}; }
    template <class Map>
    Result<typename Map::mapped_type> find(const Map& map, const typename Map::key_type& key, std::string_view code) {
        if (fail_with) return *fail_with;
        const auto found = map.find(key);
        if (found == map.end()) return missing(code);
        return found->second;
    }
    template <class Map>
    Status disable(Map& map, const typename Map::key_type& key, std::string_view code) {
        if (fail_with) return *fail_with;
        const auto found = map.find(key);
        if (found == map.end()) return missing(code);
        found->second.enabled = false;
        return {};
    }
    void remember(const vault::JournalHead& head) {
        const auto known = std::ranges::find(heads, head.epoch, &vault::JournalHead::epoch);
        if (known == heads.end()) heads.push_back(head);
        else if (known->sequence < head.sequence) *known = head;
    }
};

}  // namespace postern::test
