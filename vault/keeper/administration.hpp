#pragma once

#include <boost/asio/thread_pool.hpp>

#include "vault/keeper/custody.hpp"

namespace postern::vault {

// What operators do to the vault: processor accounts, caller keys, tenants, walking the journal. Each act is journaled.
class Administration {
public:
    explicit Administration(Custody& custody) : custody_{custody} {}

    // `credentials` as in AdminRequest's secret part; sealed at once and never shown again.
    boost::asio::awaitable<Status> put_account(AccountId account_id, TenantId tenant_id, std::string destination,
                                               std::span<const char> credentials, Caller caller);
    boost::asio::awaitable<Status> disable_account(AccountId account_id, Caller caller);
    boost::asio::awaitable<Status> put_caller_key(CallerKey key, Caller caller);
    boost::asio::awaitable<Status> disable_caller_key(ApiKeyId key_id, Caller caller);
    // Pages whose browsers may show the key, instead of those before; none: no browser. "caller_key_not_found".
    boost::asio::awaitable<Status> set_caller_key_origins(ApiKeyId key_id, std::vector<std::string> origins,
                                                          Caller caller);
    // Disabled: its callers are refused from the next call on. What is under way for the gateway can be finished.
    boost::asio::awaitable<Status> set_tenant(TenantId tenant_id, bool enabled, Caller caller);
    boost::asio::awaitable<Result<Journal::Walked>> verify_journal(Caller caller);
    void finish() { walker_.join(); }  // before the journal goes

private:
    boost::asio::awaitable<Status> noted(JournalEvent event, Caller caller, std::string object, Status done);
    Custody& custody_;
    boost::asio::thread_pool walker_{1};  // walking reads whole files
};

}  // namespace postern::vault
