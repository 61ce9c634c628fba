#include "vault/keeper/administration.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "vault/sealed/card_frame.hpp"

namespace postern::vault {

namespace asio = boost::asio;

asio::awaitable<Status> Administration::noted(JournalEvent event, Caller caller, std::string object, Status done) {
    const std::string reason = done ? "" : std::string(done.error().code);
    auto written = co_await audit(custody_, event, std::move(caller), std::move(object), reason);
    co_return done ? written : done;
}

asio::awaitable<Status> Administration::put_account(AccountId account_id, TenantId tenant_id, std::string destination,
                                                    std::span<const char> credentials, Caller caller) {
    if (const auto parsed = sealed::parse_credentials(credentials); !parsed) co_return parsed.error();
    auto sealed_credentials = custody_.keys.seal(
        credentials, {sealed::KeyPurpose::account, tenant_id.text(), account_id.text(), "credentials"});
    if (!sealed_credentials) co_return sealed_credentials.error();
    auto done = co_await custody_.store.put_account(
        {account_id, tenant_id, std::move(destination), std::move(*sealed_credentials), true});
    co_return co_await noted(JournalEvent::account_put, std::move(caller), account_id.text(), std::move(done));
}

asio::awaitable<Status> Administration::disable_account(AccountId account_id, Caller caller) {
    auto done = co_await custody_.store.disable_account(account_id);
    co_return co_await noted(JournalEvent::account_disabled, std::move(caller), account_id.text(), std::move(done));
}

asio::awaitable<Status> Administration::put_caller_key(CallerKey key, Caller caller) {
    const auto object = key.key_id.text();
    auto done = co_await custody_.store.put_caller_key(std::move(key));
    co_return co_await noted(JournalEvent::caller_key_put, std::move(caller), object, std::move(done));
}

asio::awaitable<Status> Administration::disable_caller_key(ApiKeyId key_id, Caller caller) {
    auto done = co_await custody_.store.disable_caller_key(key_id);
    co_return co_await noted(JournalEvent::caller_key_disabled, std::move(caller), key_id.text(), std::move(done));
}

asio::awaitable<Status> Administration::set_caller_key_origins(ApiKeyId key_id, std::vector<std::string> origins,
                                                               Caller caller) {
    auto done = co_await custody_.store.set_caller_key_origins(key_id, std::move(origins));
    co_return co_await noted(JournalEvent::caller_key_origins_set, std::move(caller), key_id.text(), std::move(done));
}

asio::awaitable<Status> Administration::set_tenant(TenantId tenant_id, bool enabled, Caller caller) {
    const auto event = enabled ? JournalEvent::tenant_enabled : JournalEvent::tenant_disabled;
    auto done = co_await custody_.store.set_tenant(tenant_id, enabled);
    co_return co_await noted(event, std::move(caller), tenant_id.text(), std::move(done));
}

asio::awaitable<Result<Journal::Walked>> Administration::verify_journal(Caller caller) {
    const auto walk = [](Journal& journal) -> asio::awaitable<Result<Journal::Walked>> { co_return journal.verify(); };
    auto walked = co_await asio::co_spawn(walker_, walk(custody_.journal), asio::use_awaitable);
    const std::string reason = walked ? "" : std::string(walked.error().code);
    const auto written =
        co_await audit(custody_, JournalEvent::verified, std::move(caller), custody_.journal.epoch(), reason);
    if (walked && !written) co_return written.error();
    co_return walked;
}

}  // namespace postern::vault
