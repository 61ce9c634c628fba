#include "gateway/cli/objects.hpp"

#include <vector>

#include "base/id.hpp"
#include "gateway/cli/keys.hpp"
#include "gateway/domain/money.hpp"

namespace postern::gateway::cli {
namespace {

// $1 is an id, or '' for all of them.
constexpr std::string_view list_merchants = R"sql(
    SELECT tenant_id AS merchant, name, enabled, created_at FROM tenants
    WHERE $1 = '' OR tenant_id = $1 ORDER BY created_at, tenant_id
)sql";
constexpr std::string_view list_stores = R"sql(
    SELECT store_id AS store, tenant_id AS merchant, name, time_zone, cutoff_minutes, currency, offline_limit_minutes,
           enabled, created_at FROM stores
    WHERE $1 = '' OR store_id = $1 ORDER BY created_at, store_id
)sql";
constexpr std::string_view list_devices = R"sql(
    SELECT device_id AS device, store_id AS store, tenant_id AS merchant, name, enabled, created_at FROM devices
    WHERE $1 = '' OR device_id = $1 ORDER BY created_at, device_id
)sql";
constexpr std::string_view list_accounts = R"sql(
    SELECT account_id AS account, store_id AS store, tenant_id AS merchant, processor, name, enabled, created_at
    FROM processor_accounts
    WHERE $1 = '' OR account_id = $1 ORDER BY created_at, account_id
)sql";
// A publishable key lives with the vault; what is known of it here is who made it.
constexpr std::string_view list_keys = R"sql(
    SELECT key_id AS key, 'secret' AS kind, tenant_id AS merchant, name, enabled, created_at, NULL AS origins
    FROM api_keys
    WHERE $1 = '' OR key_id = $1
    UNION ALL
    SELECT made.object_id, 'publishable', split_part(made.detail, ' ', 1), substr(made.detail, strpos(made.detail, ' ') + 1),
           NOT EXISTS (SELECT 1 FROM admin_records AS ended
                       WHERE ended.object_id = made.object_id AND ended.action = 'disable'), made.at,
           (SELECT listed.detail FROM admin_records AS listed
            WHERE listed.object_id = made.object_id AND listed.action = 'origins'
            ORDER BY listed.at DESC, listed.record_id DESC LIMIT 1)
    FROM admin_records AS made
    WHERE made.object_kind = 'publishable_key' AND made.action = 'add' AND ($1 = '' OR made.object_id = $1)
    ORDER BY created_at, key
)sql";
constexpr std::string_view list_operators = R"sql(
    SELECT operator_id AS operator, name, role, enabled, created_at FROM operators
    WHERE $1 = '' OR operator_id = $1 ORDER BY created_at, operator_id
)sql";

// $1 is the id; '' in another place leaves the column as it is.
constexpr std::string_view change_merchant = R"sql(
    UPDATE tenants SET name = coalesce(nullif($2, ''), name),
        enabled = coalesce(nullif($3, '')::boolean, enabled)
    WHERE tenant_id = $1 RETURNING tenant_id
)sql";
constexpr std::string_view change_store = R"sql(
    UPDATE stores SET name = coalesce(nullif($2, ''), name),
        enabled = coalesce(nullif($3, '')::boolean, enabled),
        time_zone = coalesce(nullif($4, ''), time_zone),
        cutoff_minutes = coalesce(nullif($5, '')::integer, cutoff_minutes),
        offline_limit_minutes = coalesce(nullif($6, '')::integer, offline_limit_minutes)
    WHERE store_id = $1 AND (now() AT TIME ZONE coalesce(nullif($4, ''), 'UTC')) IS NOT NULL RETURNING store_id
)sql";
constexpr std::string_view change_device = R"sql(
    UPDATE devices SET name = coalesce(nullif($2, ''), name),
        enabled = coalesce(nullif($3, '')::boolean, enabled)
    WHERE device_id = $1 RETURNING device_id
)sql";
constexpr std::string_view change_account = R"sql(
    UPDATE processor_accounts SET name = coalesce(nullif($2, ''), name),
        enabled = coalesce(nullif($3, '')::boolean, enabled)
    WHERE account_id = $1 RETURNING account_id
)sql";
constexpr std::string_view change_key = R"sql(
    UPDATE api_keys SET name = coalesce(nullif($2, ''), name),
        enabled = coalesce(nullif($3, '')::boolean, enabled)
    WHERE key_id = $1 RETURNING key_id
)sql";
constexpr std::string_view change_operator = R"sql(
    UPDATE operators SET name = coalesce(nullif($2, ''), name),
        enabled = coalesce(nullif($3, '')::boolean, enabled),
        role = coalesce(nullif($4, ''), role)
    WHERE operator_id = $1 RETURNING operator_id
)sql";

constexpr std::string_view insert_merchant = R"sql(
    INSERT INTO tenants (tenant_id, name) VALUES ($1, $2) RETURNING tenant_id AS merchant, name
)sql";
constexpr std::string_view insert_store = R"sql(
    INSERT INTO stores (store_id, tenant_id, name, time_zone, cutoff_minutes, currency, offline_limit_minutes)
    SELECT $1, tenant_id, $3, $4, $5::integer, $6, $7::integer FROM tenants
    WHERE tenant_id = $2 AND (now() AT TIME ZONE $4) IS NOT NULL
    RETURNING store_id AS store, tenant_id AS merchant, name
)sql";
constexpr std::string_view insert_device = R"sql(
    INSERT INTO devices (device_id, tenant_id, store_id, name)
    SELECT $1, tenant_id, store_id, $3 FROM stores WHERE store_id = $2
    RETURNING device_id AS device, store_id AS store, name
)sql";

struct Statements {
    std::string_view name, list, change;
    std::vector<std::string> options;  // beyond name and enabled, in the order of the statement's parameters
};
const Statements& statements_of(Kind kind) {
    static const Statements merchant{"merchant", list_merchants, change_merchant, {}};
    static const Statements store{"store", list_stores, change_store, {"time-zone", "cutoff", "offline-limit"}};
    static const Statements device{"device", list_devices, change_device, {}};
    static const Statements account{"account", list_accounts, change_account, {}};
    static const Statements key{"key", list_keys, change_key, {}};
    static const Statements operator_{"operator", list_operators, change_operator, {"role"}};
    switch (kind) {
        case Kind::merchant: return merchant;
        case Kind::store: return store;
        case Kind::device: return device;
        case Kind::account: return account;
        case Kind::key: return key;
        case Kind::operator_: return operator_;
    }
    __builtin_unreachable();
}

Result<Table> read_objects(Shell& shell, Kind kind, const std::string& id) {
    auto database = shell.database();
    if (!database) return database.error();
    return (*database)->read(statements_of(kind).list, {id});
}

// One option's value as its statement takes it.
Result<std::string> column_value(const std::string& option, const std::string& text) {
    if (option == "name") {
        if (auto fits = check_name(text); !fits) return fits.error();
    }
    if (option != "cutoff") return text;
    const auto minutes = parse_cutoff(text);
    if (!minutes) return minutes.error();
    return std::to_string(*minutes);
}

// Only once the gateway has it: where the vault does not answer, the half that is done is the one that stops payments.
Status tell_vault(Shell& shell, const std::string& merchant) {
    const auto found = read_objects(shell, Kind::merchant, merchant);
    if (!found) return found.error();
    const auto tenant = TenantId::parse(merchant);
    if (!tenant) return tenant.error();
    const auto vault = shell.vault();
    if (!vault) return vault.error();
    const bool enabled = found->text(0, "enabled") == "true";
    auto told = vault->set_tenant(*tenant, enabled);
    if (told) return {};
    Error error = told.error();
    error.detail += std::string{"; the gateway knows, the vault still "} + (enabled ? "refuses" : "serves") +
                    " this merchant's callers: say it again";
    return error;
}

Status insert(Shell& shell, std::string_view statement, const std::vector<std::string>& parameters, Kind kind,
              const std::string& detail) {
    auto database = shell.database();
    if (!database) return database.error();
    const auto record = shell.record("add", std::string{to_text(kind)}, detail);
    if (!record) return record.error();
    const auto made = (*database)->change(statement, parameters, *record);
    if (!made) return made.error();
    shell.print(*made);
    return {};
}

}  // namespace

std::string_view to_text(Kind kind) { return statements_of(kind).name; }

Status list_objects(Shell& shell, Kind kind) {
    const auto found = read_objects(shell, kind, "");
    if (!found) return found.error();
    shell.print(*found);
    return {};
}

Status show_object(Shell& shell, Kind kind, const std::string& id) {
    const auto found = id.empty() ? Result<Table>{Table{}} : read_objects(shell, kind, id);
    if (!found) return found.error();
    if (found->rows.empty()) return Error{ErrorKind::not_found, "not_found", "no such " + std::string{to_text(kind)}};
    shell.print(*found);
    return {};
}

Status change_object(Shell& shell, Kind kind, const std::string& id, const Given& given) {
    if (given.empty()) return Error{ErrorKind::invalid_request, "nothing_to_change", "see --help for what can change"};
    std::vector<std::string> options{"name", "enabled"};
    const auto& more = statements_of(kind).options;
    options.insert(options.end(), more.begin(), more.end());
    std::vector<std::string> parameters{id};
    std::string detail;
    for (const std::string& option : options) {
        const auto found = given.find(option);
        auto value = found == given.end() ? Result<std::string>{std::string{}} : column_value(option, found->second);
        if (!value) return value.error();
        if (found != given.end()) detail += (detail.empty() ? "" : ", ") + option + "=" + found->second;
        parameters.push_back(std::move(*value));
    }
    auto database = shell.database();
    if (!database) return database.error();
    const auto record = shell.record("change", std::string{to_text(kind)}, detail);
    if (!record) return record.error();
    const auto changed = (*database)->change(statements_of(kind).change, parameters, *record);
    if (!changed) return changed.error();
    if (kind == Kind::merchant && given.contains("enabled")) {
        if (auto told = tell_vault(shell, id); !told) return told;
    }
    return show_object(shell, kind, id);
}

Status disable_object(Shell& shell, Kind kind, const std::string& id) {
    if (kind == Kind::key) {
        const auto handled = disable_publishable_key(shell, id);
        if (!handled) return handled.error();
        if (*handled) return show_object(shell, kind, id);
    }
    return change_object(shell, kind, id, {{"enabled", "false"}});
}

Status add_merchant(Shell& shell, const std::string& name) {
    if (auto fits = check_name(name); !fits) return fits;
    const auto id = TenantId::create(shell.clock().now(), shell.random());
    return insert(shell, insert_merchant, {id.text(), name}, Kind::merchant, name);
}

Status add_store(Shell& shell, const NewStore& store) {
    if (auto fits = check_name(store.name); !fits) return fits;
    const auto cutoff = parse_cutoff(store.cutoff);
    if (!cutoff) return cutoff.error();
    if (const auto currency = domain::parse_currency(store.currency); !currency) {
        return Error{ErrorKind::invalid_request, "unknown_currency", store.currency};
    }
    const auto id = StoreId::create(shell.clock().now(), shell.random());
    const std::vector<std::string> parameters{id.text(), store.merchant, store.name, store.time_zone,
                                              std::to_string(*cutoff), store.currency,
                                              std::to_string(store.offline_limit_minutes)};
    return insert(shell, insert_store, parameters, Kind::store, store.name);
}

Status add_device(Shell& shell, const std::string& store, const std::string& name) {
    if (auto fits = check_name(name); !fits) return fits;
    const auto id = DeviceId::create(shell.clock().now(), shell.random());
    return insert(shell, insert_device, {id.text(), store, name}, Kind::device, name);
}

Result<int> parse_cutoff(std::string_view text) {
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    const bool shaped = text.size() == 5 && text[2] == ':' && digit(0) && digit(1) && digit(3) && digit(4);
    const int hours = shaped ? (text[0] - '0') * 10 + (text[1] - '0') : 24;
    const int minutes = shaped ? (text[3] - '0') * 10 + (text[4] - '0') : 60;
    if (hours > 23 || minutes > 59) {
        return Error{ErrorKind::invalid_request, "bad_cutoff", "a local time such as 04:00"};
    }
    return hours * 60 + minutes;
}

}  // namespace postern::gateway::cli
