#include "gateway/storage/postgres_directory.hpp"

#include <mutex>

#include "base/ops/log.hpp"
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

struct Asked {
    TenantId tenant;
    StoreId store;
    DeviceId device;
    std::optional<AccountId> account;
    std::string text() const {
        return tenant.text() + ' ' + store.text() + ' ' + device.text() + ' ' + (account ? account->text() : "");
    }
};

std::string text_of(const pqxx::field& field) { return field.is_null() ? "" : field.c_str(); }

// A rule that does not read is left out and told: the command line writes none such.
std::vector<domain::RouteRule> read_rules(pqxx::work& tx, const Asked& asked) {
    std::vector<domain::RouteRule> rules;
    for (const auto& row : tx.exec_prepared("find_rules", asked.tenant.text(), asked.store.text())) {
        auto rule = domain::RouteRule::parse({.id = text_of(row["rule_id"]), .name = text_of(row["name"]),
                                              .priority = text_of(row["priority"]), .store = text_of(row["store_id"]),
                                              .brands = text_of(row["brands"]), .fundings = text_of(row["fundings"]),
                                              .bins = text_of(row["bins"]), .currency = text_of(row["currency"]),
                                              .amount_min = text_of(row["amount_min_minor"]),
                                              .amount_max = text_of(row["amount_max_minor"]),
                                              .from = text_of(row["valid_from"]), .until = text_of(row["valid_until"]),
                                              .accounts = text_of(row["accounts"])});
        if (rule) rules.push_back(std::move(*rule));
        else ops::error("a route rule does not read", {{"rule", text_of(row["rule_id"])}, {"code", std::string{rule.error().code}}});
    }
    domain::sort_rules(rules);
    return rules;
}

Result<Route> read_route(pqxx::work& tx, const Asked& asked) {
    auto store = read_store(tx, asked.tenant, asked.store);
    if (!store) return store.error();
    if (tx.exec_prepared("find_device", asked.device.text(), asked.store.text(), asked.tenant.text()).empty())
        return unknown("unknown_device", "/tender/device_id");
    Route route{std::move(*store), {}};
    for (const auto& row : tx.exec_prepared("find_accounts", asked.store.text(), asked.tenant.text(),
                                            asked.account ? asked.account->text() : std::string{}))
        route.accounts.push_back({*AccountId::parse(row["account_id"].c_str()), row["processor"].as<std::string>()});
    if (route.accounts.empty()) return unknown("unknown_account", "/account_id");
    if (!asked.account) route.rules = read_rules(tx, asked);
    return route;
}

// The BIN table in use with its digest; thread safe. One caller looks for another version, the others go on with this one.
class KeptBins {
public:
    explicit KeptBins(std::chrono::milliseconds life) : life_{life} {}

    struct Kept {
        std::string digest;  // empty: the shipped one
        std::shared_ptr<const domain::BinTable> table = domain::shipped_bins();
    };
    Kept kept() const {
        const std::lock_guard lock{mutex_};
        return kept_;
    }
    bool is_due() {
        const std::lock_guard lock{mutex_};
        const auto now = std::chrono::steady_clock::now();
        if (is_read_ && now < look_at_) return false;
        look_at_ = now + life_;
        return true;
    }
    void keep(Kept kept) {
        const std::lock_guard lock{mutex_};
        kept_ = std::move(kept);
        is_read_ = true;
    }

private:
    std::chrono::milliseconds life_;
    mutable std::mutex mutex_;
    Kept kept_;
    bool is_read_ = false;  // until then everybody asks
    std::chrono::steady_clock::time_point look_at_{};
};

// The one that is in use now; `kept` itself where nothing has changed. Parsed here, on storage's thread: it may be large.
Result<KeptBins::Kept> read_bins(pqxx::work& tx, const KeptBins::Kept& kept) {
    const auto versions = tx.exec_prepared("find_bin_version");
    if (versions.empty()) return KeptBins::Kept{};
    const auto digest = versions[0]["digest"].as<std::string>();
    if (digest == kept.digest) return kept;
    const auto version = versions[0]["version"].as<std::string>();
    const auto rows = tx.exec_prepared("find_bin_table", version);
    std::vector<domain::BinFault> faults;
    auto table = domain::BinTable::parse(rows.at(0)[0].as<std::string>(), faults);
    if (!table) {
        ops::error("the BIN table does not read", {{"version", version}, {"line", std::to_string(faults.front().line)}});
        return KeptBins::Kept{digest, kept.table};
    }
    ops::info("BIN table in use", {{"version", version}, {"ranges", std::to_string(table->ranges().size())}});
    return KeptBins::Kept{digest, std::make_shared<const domain::BinTable>(std::move(*table))};
}

}  // namespace

struct PostgresDirectory::Impl {
    Calls calls;
    Recent<Caller> callers;
    Recent<Route> routes;
    KeptBins bins;
};

PostgresDirectory::PostgresDirectory(StorageOptions options, std::chrono::milliseconds cache_life)
    : impl_{new Impl{Calls{options, "pg-directory"}, {cache_life, cached_max}, {cache_life, cached_max}, KeptBins{cache_life}}} {}
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
    const Asked asked{std::move(tenant), std::move(store), std::move(device), std::move(account)};
    const std::string key = asked.text();
    if (auto recent = impl_->routes.find(key)) co_return std::move(*recent);
    const auto route = co_await impl_->calls.read(key, soon(), [asked](pqxx::work& tx) { return read_route(tx, asked); });
    if (route) impl_->routes.keep(key, *route);
    co_return route;
}

Awaitable<std::shared_ptr<const domain::BinTable>> PostgresDirectory::bins() {
    const auto kept = impl_->bins.kept();
    if (!impl_->bins.is_due()) co_return kept.table;
    auto read = co_await impl_->calls.read("bins", soon(), [kept](pqxx::work& tx) { return read_bins(tx, kept); });
    if (!read) co_return kept.table;
    impl_->bins.keep(*read);
    co_return read->table;
}

Awaitable<void> PostgresDirectory::note_breaker(AccountId account, bool is_open) {
    (void)co_await impl_->calls.write(account.text(), soon(), [account, is_open](pqxx::work& tx) {
        tx.exec_prepared("note_breaker", account.text(), is_open);
        return Status{};
    });
}

}  // namespace postern::gateway
