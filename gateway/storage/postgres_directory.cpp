#include "gateway/storage/postgres_directory.hpp"

#include "gateway/storage/calls.hpp"
#include "gateway/storage/recent.hpp"

namespace postern::gateway {
namespace {

constexpr std::chrono::seconds call_time_max{5};
constexpr std::size_t cached_max = 10'000;

Instant soon() { return std::chrono::steady_clock::now() + call_time_max; }

Error unknown(std::string_view code, std::string field) {
    return {ErrorKind::invalid_request, code, {}, std::move(field)};
}

Result<Caller> read_caller(pqxx::work& tx, const std::string& key_digest) {
    const auto rows = tx.exec_prepared("find_caller", key_digest);
    if (rows.empty()) return Error{ErrorKind::forbidden, "bad_api_key"};
    return Caller{*TenantId::parse(rows[0]["tenant_id"].c_str()), *ApiKeyId::parse(rows[0]["key_id"].c_str())};
}

Result<StoreSettings> read_store(pqxx::work& tx, const TenantId& tenant, const StoreId& store) {
    const auto rows = tx.exec_prepared("find_store", store.text(), tenant.text());
    if (rows.empty()) return unknown("unknown_store", "/tender/store_id");
    const auto& row = rows[0];
    if (!row["enabled"].as<bool>()) return unknown("store_disabled", "/tender/store_id");
    const auto currency = domain::parse_currency(row["currency"].c_str());
    if (!currency) return Error{ErrorKind::internal, currency.error().code, "of store " + store.text()};
    const auto avs = domain::parse_check_action(row["avs_no_match"].c_str());
    const auto cvv = domain::parse_check_action(row["cvv_no_match"].c_str());
    if (!avs || !cvv) return Error{ErrorKind::internal, "unknown_check_action", "of store " + store.text()};
    return StoreSettings{store, row["time_zone"].as<std::string>(), row["cutoff_minutes"].as<int>(), *currency,
                         std::chrono::minutes{row["offline_limit_minutes"].as<int>()}, {*avs, *cvv},
                         row["merchant_category"].as<std::string>()};
}

struct RouteQuestion {
    TenantId tenant;
    StoreId store;
    DeviceId device;
    std::optional<AccountId> account;
    std::string text() const {
        return tenant.text() + ' ' + store.text() + ' ' + device.text() + ' ' + (account ? account->text() : "");
    }
};

Result<Route> read_route(pqxx::work& tx, const RouteQuestion& asked) {
    auto store = read_store(tx, asked.tenant, asked.store);
    if (!store) return store.error();
    if (tx.exec_prepared("find_device", asked.device.text(), asked.store.text(), asked.tenant.text()).empty())
        return unknown("unknown_device", "/tender/device_id");
    const auto rows = tx.exec_prepared("find_account", asked.store.text(), asked.tenant.text(),
                                       asked.account ? asked.account->text() : std::string{});
    if (rows.empty()) return unknown("unknown_account", "/account_id");
    return Route{std::move(*store), *AccountId::parse(rows[0]["account_id"].c_str()),
                 rows[0]["processor"].as<std::string>()};
}

}  // namespace

struct PostgresDirectory::Impl {
    Calls calls;
    Recent<Caller> callers;
    Recent<Route> routes;
};

PostgresDirectory::PostgresDirectory(StorageOptions options, std::chrono::milliseconds cache_life)
    : impl_{new Impl{Calls{options, "pg-directory"}, {cache_life, cached_max}, {cache_life, cached_max}}} {}
PostgresDirectory::~PostgresDirectory() = default;

Awaitable<Result<Caller>> PostgresDirectory::authenticate(std::string key_digest) {
    if (auto recent = impl_->callers.find(key_digest)) co_return std::move(*recent);
    const auto caller = co_await impl_->calls.read(
        key_digest, soon(), [key_digest](pqxx::work& tx) { return read_caller(tx, key_digest); });
    if (caller) impl_->callers.keep(key_digest, *caller);
    co_return caller;
}

Awaitable<Result<Route>> PostgresDirectory::route(TenantId tenant, StoreId store, DeviceId device,
                                                  std::optional<AccountId> account) {
    const RouteQuestion asked{std::move(tenant), std::move(store), std::move(device), std::move(account)};
    const std::string key = asked.text();
    if (auto recent = impl_->routes.find(key)) co_return std::move(*recent);
    const auto route = co_await impl_->calls.read(key, soon(), [asked](pqxx::work& tx) { return read_route(tx, asked); });
    if (route) impl_->routes.keep(key, *route);
    co_return route;
}

}  // namespace postern::gateway
