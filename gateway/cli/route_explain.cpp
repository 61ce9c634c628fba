#include <algorithm>

#include "gateway/cli/bins.hpp"
#include "gateway/cli/routes.hpp"
#include "gateway/domain/routing.hpp"

namespace postern::gateway::cli {
namespace {

constexpr std::string_view find_store = R"sql(
    SELECT tenant_id, currency, floor(extract(epoch FROM coalesce(nullif($2, '')::timestamptz, now())))::bigint AS at
    FROM stores WHERE store_id = $1
)sql";
constexpr std::string_view find_rules = R"sql(
    SELECT rule_id, name, priority, store_id, brands, fundings, bins, currency, amount_min_minor, amount_max_minor,
           floor(extract(epoch FROM valid_from))::bigint AS valid_from,
           floor(extract(epoch FROM valid_until))::bigint AS valid_until, accounts, enabled
    FROM route_rules WHERE tenant_id = $1
)sql";
constexpr std::string_view find_accounts = R"sql(
    SELECT a.account_id, a.processor, a.name, a.enabled, coalesce(b.is_open, false) AS breaker_open
    FROM processor_accounts AS a LEFT JOIN account_breakers AS b ON b.account_id = a.account_id
    WHERE a.store_id = $1 ORDER BY a.created_at, a.account_id
)sql";

struct Known {
    domain::RouteQuestion question;
    std::vector<domain::RouteRule> rules;
    std::vector<domain::RouteAccount> accounts;
    Table account_rows;
};

Result<std::vector<domain::RouteRule>> read_rules(AdminDatabase& database, const std::string& merchant) {
    const auto rows = database.read(find_rules, {merchant});
    if (!rows) return rows.error();
    std::vector<domain::RouteRule> rules;
    for (std::size_t i = 0; i < rows->rows.size(); ++i) {
        const auto text = [&](std::string_view column) { return rows->text(i, column); };
        auto rule = domain::RouteRule::parse({.id = text("rule_id"), .name = text("name"), .priority = text("priority"),
                                              .store = text("store_id"), .brands = text("brands"),
                                              .fundings = text("fundings"), .bins = text("bins"),
                                              .currency = text("currency"), .amount_min = text("amount_min_minor"),
                                              .amount_max = text("amount_max_minor"), .from = text("valid_from"),
                                              .until = text("valid_until"), .accounts = text("accounts"),
                                              .is_enabled = text("enabled") == "true"});
        if (!rule) return rule.error();
        rules.push_back(std::move(*rule));
    }
    domain::sort_rules(rules);
    return rules;
}

// What the gateway would know of the payment: brand and funding by the BIN table where they are not given.
Result<domain::RouteQuestion> question_of(Shell& shell, const RouteQuery& query, const Table& store) {
    const auto id = StoreId::parse(query.store);
    if (!id) return id.error();
    const auto currency = domain::parse_currency(query.currency.empty() ? store.text(0, "currency") : query.currency);
    if (!currency) return Error{ErrorKind::invalid_request, "unknown_currency", query.currency};
    const auto amount = domain::Money::of_minor(query.amount_minor, *currency);
    if (!amount || query.amount_minor <= 0) return Error{ErrorKind::invalid_request, "bad_amount", "minor units above 0"};
    const auto bins = bins_in_use(shell);
    if (!bins) return bins.error();
    const auto facts = bins->look_up(query.bin);
    const Timestamp at{std::chrono::seconds{std::stoll(store.text(0, "at"))}};
    return domain::RouteQuestion{*id, *amount, query.bin.substr(0, 6), query.brand.empty() ? facts.brand : query.brand,
                                 query.funding.empty() ? std::string{domain::to_text(facts.funding)} : query.funding, at};
}

Result<Known> gather(Shell& shell, const RouteQuery& query) {
    auto database = shell.database();
    if (!database) return database.error();
    const auto store = (*database)->read(find_store, {query.store, query.at});
    if (!store) return store.error();
    if (store->rows.empty()) return Error{ErrorKind::not_found, "not_found", "no such store"};
    auto question = question_of(shell, query, *store);
    if (!question) return question.error();
    auto rules = read_rules(**database, store->text(0, "tenant_id"));
    if (!rules) return rules.error();
    auto rows = (*database)->read(find_accounts, {query.store});
    if (!rows) return rows.error();
    std::vector<domain::RouteAccount> accounts;
    for (std::size_t i = 0; i < rows->rows.size(); ++i)
        accounts.push_back({*AccountId::parse(rows->text(i, "account_id")), rows->text(i, "processor"),
                            rows->text(i, "enabled") == "true"});
    return Known{std::move(*question), std::move(*rules), std::move(accounts), std::move(*rows)};
}

std::string verdict_of(const Known& known, const domain::RouteRule& rule, const domain::RouteChoice& choice) {
    const auto why = domain::mismatch(rule, known.question);
    if (!why.empty()) return "no: " + std::string{why};
    if (choice.rule == &rule) return "decides";
    return domain::usable(rule, known.accounts).empty() ? "fits, no account to use" : "fits, behind the one that decides";
}

std::string words(const std::vector<std::string>& all) {
    std::string text;
    for (const std::string& word : all) text += (text.empty() ? "" : ",") + word;
    return text;
}

Table table_of_rules(const Known& known, const domain::RouteChoice& choice) {
    Table table{{{"rule"}, {"name"}, {"priority", true}, {"verdict"}, {"to"}}, {}};
    for (const domain::RouteRule& rule : known.rules) {
        table.rows.push_back({{rule.id.text()}, {rule.name}, {std::to_string(rule.priority)},
                              {verdict_of(known, rule, choice)}, {words(rule.accounts)}});
    }
    return table;
}

std::vector<Table::Cell> account_row(const Known& known, std::size_t account, std::size_t place) {
    const bool is_open = known.account_rows.text(account, "breaker_open") == "true";
    return {{known.accounts[account].id.text()}, {known.accounts[account].processor},
            {known.account_rows.text(account, "name")}, {std::to_string(place)},
            {known.accounts[account].is_enabled ? "true" : "false"}, {is_open ? "open" : "closed"}};
}

// The chosen ones in their order, then those that the payment would not go to: choice 0.
Table table_of_accounts(const Known& known, const domain::RouteChoice& choice) {
    Table table{{{"account"}, {"processor"}, {"name"}, {"choice", true}, {"enabled", true}, {"breaker"}}, {}};
    const auto place_of = [&](const domain::RouteAccount& account) {
        const auto found = std::ranges::find(choice.accounts, account.id, &domain::RouteAccount::id);
        return found == choice.accounts.end() ? std::size_t{0} : static_cast<std::size_t>(found - choice.accounts.begin()) + 1;
    };
    for (std::size_t place = 1; place <= choice.accounts.size() + 1; ++place) {
        const std::size_t wanted = place <= choice.accounts.size() ? place : 0;
        for (std::size_t i = 0; i < known.accounts.size(); ++i)
            if (place_of(known.accounts[i]) == wanted) table.rows.push_back(account_row(known, i, wanted));
    }
    return table;
}

}  // namespace

Status explain_route(Shell& shell, const RouteQuery& query) {
    const auto known = gather(shell, query);
    if (!known) return known.error();
    const auto choice = domain::choose_route(known->rules, known->accounts, known->question);
    const auto& question = known->question;
    shell.say("brand " + (question.brand.empty() ? "not told" : question.brand) + ", funding " + question.funding +
              (choice.rule != nullptr ? "; rule \"" + choice.rule->name + "\" decides"
                                      : "; no rule decides: the store's first account"));
    if (!known->rules.empty()) shell.print(table_of_rules(*known, choice));
    shell.print(table_of_accounts(*known, choice));
    return {};
}

}  // namespace postern::gateway::cli
