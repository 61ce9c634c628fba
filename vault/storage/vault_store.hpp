#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "vault/contract/vault_client.hpp"
#include "vault/journal/journal.hpp"

namespace postern::vault {

// One tokenization. Everything that could show a card is sealed by the keeper before it comes here.
struct NewToken {
    CardToken token;
    TenantId tenant_id;
    std::string card_index;     // raw keyed index (32 bytes)
    int index_version = 1;
    std::string card_id;        // for the case that the card is new; never leaves the vault
    std::string sealed_number;  // bound to `card_id`; of an encrypted card of nothing
    std::string bin6, last4, brand;
    int expiry_month = 0, expiry_year = 0;
    std::string sealed_details;  // name, address, postal code; empty: none
    CardExtras given = {};       // which of them, and whether one-time data; those are kept nowhere
};

enum class TokenState { active, deleted };

struct StoredToken {
    CardToken token;
    TenantId tenant_id;
    TokenState state = TokenState::active;
    std::string card_id, sealed_number, sealed_details;
    std::string bin6, last4, brand;
    int expiry_month = 0, expiry_year = 0;
    CardExtras given = {};
    bool one_time_used = false;  // a message may have left with its one-time data
};

struct StoredAccount {
    AccountId account_id;
    TenantId tenant_id;
    std::string destination;
    std::string sealed_credentials;
    bool enabled = true;
};

struct AccountAndToken {
    StoredAccount account;
    std::optional<StoredToken> token;
};

// What a processor calls a card, at one account there.
struct ProcessorToken {
    std::string card_id;
    AccountId account_id;
    std::string sealed_token;  // bound to card and account
    Timestamp kept_at;         // when a reply brought it
};

struct CallerKey {
    ApiKeyId key_id;
    TenantId tenant_id;
    std::string digest;  // raw SHA-256 of the key's text
    bool enabled = true;  // as found: the key and its tenant
    std::vector<std::string> origins = {};  // of the pages whose browsers may show it
};

struct StoredKey {
    std::string purpose;
    int version = 1;
    std::string wrapped;
};

// The vault's database, as the keeper needs it. `unavailable` means that nothing was written, `outcome_unknown` that it
// may have been. Calls resume on the caller's executor.
class VaultStore {
public:
    template <class T>
    using Awaitable = boost::asio::awaitable<T>;
    virtual ~VaultStore() = default;

    // A token of its own; the card row is shared by the index. Durable when it answers.
    virtual Awaitable<Status> insert_token(NewToken token, Instant deadline) = 0;
    virtual Awaitable<Result<StoredToken>> find_token(CardToken token) = 0;  // "token_not_found"
    // What a message needs, in one look-up. "account_not_found", "token_not_found".
    virtual Awaitable<Result<AccountAndToken>> find_for_message(AccountId account, std::optional<CardToken> token) = 0;
    // Stops new charges; the row stays. "token_not_found" for another tenant's too. Deleting twice is fine.
    virtual Awaitable<Status> delete_token(TenantId tenant_id, CardToken token) = 0;
    // A message may have left with the one-time data of these tokens. Durable, and never taken back; twice is fine.
    virtual Awaitable<Status> mark_one_time_used(std::vector<CardToken> tokens) = 0;

    // Durable. In place of the one before; one that is older than what is there changes nothing.
    virtual Awaitable<Status> put_processor_token(ProcessorToken token) = 0;
    virtual Awaitable<Result<ProcessorToken>> find_processor_token(std::string card_id,
                                                                   AccountId account_id) = 0;  // "processor_token_missing"

    // New, or new credentials for the same tenant and destination; "account_conflict" otherwise. Enables it.
    virtual Awaitable<Status> put_account(StoredAccount account) = 0;
    virtual Awaitable<Status> disable_account(AccountId account_id) = 0;  // "account_not_found"

    // "caller_key_conflict": the digest or the id is taken by something else. The same again is fine.
    virtual Awaitable<Status> put_caller_key(CallerKey key) = 0;
    virtual Awaitable<Status> disable_caller_key(ApiKeyId key_id) = 0;  // "caller_key_not_found"
    // Instead of those before. "caller_key_not_found".
    virtual Awaitable<Status> set_caller_key_origins(ApiKeyId key_id, std::vector<std::string> origins) = 0;
    virtual Awaitable<Result<bool>> knows_origin(std::string origin) = 0;  // of any key that serves
    virtual Awaitable<Status> set_tenant(TenantId tenant_id, bool enabled) = 0;  // a tenant is enabled until it is not
    // Never from memory: a key or tenant that was disabled is so from the next call on.
    virtual Awaitable<Result<CallerKey>> find_caller_key(std::string digest) = 0;

    // Replies of attempts, sealed; not synced before answering (the journal is what counts). Remembers `head` along.
    virtual Awaitable<Status> keep_reply(AttemptKey key, std::string sealed, JournalHead head) = 0;
    virtual Awaitable<Result<std::string>> find_reply(AttemptKey key) = 0;  // "reply_not_found"

    // Durable. Never goes back within an epoch.
    virtual Awaitable<Status> remember_head(JournalHead head) = 0;
    virtual Awaitable<Status> prove_commit() = 0;  // writes and commits durably: readiness

    // At start, blocking.
    virtual Result<std::optional<JournalHead>> read_head() = 0;
    virtual Result<std::vector<StoredKey>> read_keys() = 0;
    // "keys_conflict": another keeper stored keys meanwhile; read again.
    virtual Status insert_keys(std::vector<StoredKey> keys) = 0;
};

}  // namespace postern::vault
