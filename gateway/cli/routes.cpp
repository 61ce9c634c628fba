#include "gateway/cli/routes.hpp"

#include <array>

#include "gateway/cli/accounts.hpp"
#include "gateway/domain/routing.hpp"

namespace postern::gateway::cli {
namespace {

using Given = std::map<std::string, std::string>;

// $1 is an id, or '' for all of them.
constexpr std::string_view list_rules = R"sql(
    SELECT rule_id AS rule, tenant_id AS merchant, store_id AS store, name, priority, brands AS brand, fundings AS funding,
           bins AS bin, currency, amount_min_minor AS min, amount_max_minor AS max, valid_from AS from,
           valid_until AS until, accounts AS to, enabled, created_at
    FROM route_rules WHERE $1 = '' OR rule_id = $1 ORDER BY tenant_id, priority, rule_id
)sql";
constexpr std::string_view insert_rule = R"sql(
    INSERT INTO route_rules (rule_id, tenant_id, store_id, name, priority, brands, fundings, bins, currency,
                             amount_min_minor, amount_max_minor, valid_from, valid_until, accounts, enabled)
    SELECT $1, tenant_id, nullif($15, ''), $2, $3::integer, $4, $5, $6, $7, nullif($8, '')::bigint, nullif($9, '')::bigint,
           nullif($10, '')::timestamptz, nullif($11, '')::timestamptz, $12, $13::boolean
    FROM tenants WHERE tenant_id = $14
    RETURNING rule_id AS rule, name, priority, accounts AS to
)sql";
constexpr std::string_view update_rule = R"sql(
    UPDATE route_rules SET name = $2, priority = $3::integer, brands = $4, fundings = $5, bins = $6, currency = $7,
        amount_min_minor = nullif($8, '')::bigint, amount_max_minor = nullif($9, '')::bigint,
        valid_from = nullif($10, '')::timestamptz, valid_until = nullif($11, '')::timestamptz, accounts = $12,
        enabled = $13::boolean
    WHERE rule_id = $1 RETURNING rule_id AS rule
)sql";
constexpr std::string_view find_store = R"sql(
    SELECT tenant_id FROM stores WHERE store_id = $1
)sql";
constexpr std::string_view find_account = R"sql(
    SELECT tenant_id, store_id FROM processor_accounts WHERE account_id = $1
)sql";
constexpr std::string_view read_times = R"sql(
    SELECT floor(extract(epoch FROM nullif($1, '')::timestamptz))::bigint AS from,
           floor(extract(epoch FROM nullif($2, '')::timestamptz))::bigint AS until
)sql";

// In the order of the statements' parameters, behind the id.
constexpr std::array options{"name", "priority", "brand", "funding", "bin", "currency", "min",
                             "max",  "from",     "until", "to",      "enabled"};

struct Place {
    std::string merchant, store;
};

Result<Table> read(Shell& shell, std::string_view statement, const std::vector<std::string>& parameters) {
    auto database = shell.database();
    if (!database) return database.error();
    return (*database)->read(statement, parameters);
}

Result<domain::RouteRule> check_words(Shell& shell, const std::string& id, const Given& values, const Place& place) {
    if (auto fits = check_name(values.at("name")); !fits) return fits.error();
    const auto times = read(shell, read_times, {values.at("from"), values.at("until")});
    if (!times) return times.error();
    return domain::RouteRule::parse({.id = id, .name = values.at("name"), .priority = values.at("priority"),
                                     .store = place.store, .brands = values.at("brand"), .fundings = values.at("funding"),
                                     .bins = values.at("bin"), .currency = values.at("currency"),
                                     .amount_min = values.at("min"), .amount_max = values.at("max"),
                                     .from = times->text(0, "from"), .until = times->text(0, "until"),
                                     .accounts = values.at("to")});
}

// An account is the merchant's, and the store's where the rule is of one store; a processor is one of this instance's.
Status check_accounts(Shell& shell, const domain::RouteRule& rule, const Place& place) {
    for (const std::string& word : rule.accounts) {
        if (!word.starts_with(AccountTag::prefix)) {
            if (auto known = check_processor(shell, word); !known) return known;
            continue;
        }
        const auto found = read(shell, find_account, {word});
        if (!found) return found.error();
        const bool is_ours = found->text(0, "tenant_id") == place.merchant &&
                             (place.store.empty() || found->text(0, "store_id") == place.store);
        if (!is_ours) return Error{ErrorKind::invalid_request, "unknown_account", word + " is not of this merchant or store"};
    }
    return {};
}

std::vector<std::string> parameters_of(const std::string& id, const Given& values) {
    std::vector<std::string> parameters{id};
    for (const char* option : options) parameters.push_back(values.at(option));
    return parameters;
}

std::string detail_of(const Given& given) {
    std::string detail;
    for (const auto& [name, value] : given) detail += (detail.empty() ? "" : ", ") + name + "=" + value;
    return detail;
}

Result<Table> write(Shell& shell, std::string_view statement, const std::vector<std::string>& parameters,
                    std::string action, const Given& given) {
    auto database = shell.database();
    if (!database) return database.error();
    const auto record = shell.record(std::move(action), "route", detail_of(given));
    if (!record) return record.error();
    return (*database)->change(statement, parameters, *record);
}

Result<Place> find_place(Shell& shell, const NewRoute& route) {
    if (route.store.empty()) {
        if (route.merchant.empty()) return Error{ErrorKind::invalid_request, "place_missing", "give --merchant or --store"};
        return Place{route.merchant, {}};
    }
    const auto found = read(shell, find_store, {route.store});
    if (!found) return found.error();
    const auto merchant = found->text(0, "tenant_id");
    const bool is_known = !merchant.empty() && (route.merchant.empty() || route.merchant == merchant);
    if (!is_known) return Error{ErrorKind::not_found, "not_found", "no such store"};
    return Place{merchant, route.store};
}

}  // namespace

Status add_route(Shell& shell, const NewRoute& route) {
    const auto place = find_place(shell, route);
    if (!place) return place.error();
    Given values;
    for (const char* option : options) values[option] = "";
    values["priority"] = "100";
    values["enabled"] = "true";
    for (const auto& [name, value] : route.given) values[name] = value;
    const std::string id = domain::RouteRuleId::create(shell.clock().now(), shell.random()).text();
    const auto rule = check_words(shell, id, values, *place);
    if (!rule) return rule.error();
    if (auto known = check_accounts(shell, *rule, *place); !known) return known;
    auto parameters = parameters_of(id, values);
    parameters.push_back(place->merchant);
    parameters.push_back(place->store);
    const auto made = write(shell, insert_rule, parameters, "add", route.given);
    if (!made) return made.error();
    shell.print(*made);
    return {};
}

Status list_routes(Shell& shell) {
    const auto found = read(shell, list_rules, {""});
    if (!found) return found.error();
    shell.print(*found);
    return {};
}

Status show_route(Shell& shell, const std::string& id) {
    const auto found = read(shell, list_rules, {id});
    if (!found) return found.error();
    if (id.empty() || found->rows.empty()) return Error{ErrorKind::not_found, "not_found", "no such rule"};
    shell.print(*found);
    return {};
}

Status change_route(Shell& shell, const std::string& id, const Given& given) {
    if (given.empty()) return Error{ErrorKind::invalid_request, "nothing_to_change", "see --help for what can change"};
    const auto kept = read(shell, list_rules, {id});
    if (!kept) return kept.error();
    if (id.empty() || kept->rows.empty()) return Error{ErrorKind::not_found, "not_found", "no such rule"};
    Given values;
    for (const char* option : options) values[option] = kept->text(0, option);
    for (const auto& [name, value] : given) values[name] = value;
    const Place place{kept->text(0, "merchant"), kept->text(0, "store")};
    const auto rule = check_words(shell, id, values, place);
    if (!rule) return rule.error();
    if (auto known = check_accounts(shell, *rule, place); !known) return known;
    const auto changed = write(shell, update_rule, parameters_of(id, values), "change", given);
    if (!changed) return changed.error();
    return show_route(shell, id);
}

}  // namespace postern::gateway::cli
