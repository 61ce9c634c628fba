#include "gateway/cli/routing_tree.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "gateway/cli/bins.hpp"
#include "gateway/cli/routes.hpp"

namespace postern::gateway::cli {
namespace {

using Choose = std::function<void(std::function<Status()>)>;

CLI::App* command(CLI::App& parent, const Choose& choose, const std::string& name, const std::string& help,
                  std::function<Status()> run, const std::string& example = {}) {
    CLI::App* made = parent.add_subcommand(name, help);
    if (!example.empty()) made->footer("Example:\n  postern " + example);
    made->callback([choose, run = std::move(run)] { choose(run); });
    return made;
}

CLI::App& group(CLI::App& app, const std::string& name, const std::string& help) {
    CLI::App* made = app.add_subcommand(name, help);
    made->require_subcommand(1);
    return *made;
}

void add_bins(CLI::App& app, Shell& shell, const Choose& choose) {
    CLI::App& bins = group(app, "bin", "What a card's first digits tell: brand, funding, country");
    const auto word = std::make_shared<std::string>();
    command(bins, choose, "show", "The table in use", [&shell] { return show_bins(shell); });
    command(bins, choose, "list", "All that were loaded", [&shell] { return list_bins(shell); });
    command(bins, choose, "export", "The table in use, as a file to change and load",
            [&shell] { return export_bins(shell); }, "bin export > bins.csv");
    auto* check = command(bins, choose, "check", "Every fault of a file, by line; nothing is loaded",
                          [&shell, word] { return check_bins(shell, *word); }, "bin check bins.csv");
    auto* load = command(bins, choose, "load", "Check a file, then put it into use; in use within seconds",
                         [&shell, word] { return load_bins(shell, *word); }, "bin load bins.csv");
    for (CLI::App* one : {check, load}) one->add_option("file", *word)->required();
    auto* restore = command(bins, choose, "restore", "Put an earlier version into use again",
                            [&shell, word] { return restore_bins(shell, *word); }, "bin restore 2026-11-25");
    restore->add_option("version", *word)->required();
    auto* look_up = command(bins, choose, "lookup", "What the table in use tells of 6 to 8 digits",
                            [&shell, word] { return look_up_bin(shell, *word); }, "bin lookup 411111");
    look_up->add_option("digits", *word)->required();
}

struct RouteWords {
    NewRoute made;
    RouteQuery query;
    std::string id;
};

void add_rule_options(CLI::App& app, const std::shared_ptr<RouteWords>& words, bool is_new) {
    const auto option = [&](const std::string& name, const std::string& help) {
        return app.add_option_function<std::string>(
            "--" + name, [words, name](const std::string& value) { words->made.given[name] = value; }, help);
    };
    auto* name = option("name", "Of the rule");
    auto* to = option("to", "Accounts in order, with commas: acct_..., or a processor for the store's first account there");
    option("priority", "The least is asked first (100)");
    option("brand", "visa,mastercard,...");
    option("funding", "credit,debit,prepaid,unknown");
    option("bin", "Beginnings of card numbers, 1 to 6 digits, with commas");
    option("currency", "USD; needed beside --min and --max");
    option("min", "Least amount, minor units");
    option("max", "Largest amount, minor units");
    option("from", "Valid from this time (RFC 3339)");
    option("until", "Valid before this time (RFC 3339)");
    if (is_new) name->required(), to->required();
    else option("enabled", "true or false");
}

void add_explain(CLI::App& routes, Shell& shell, const Choose& choose, const std::shared_ptr<RouteWords>& words) {
    auto* explain = command(routes, choose, "explain", "Every rule for a payment thought of, and the accounts it would go to",
                            [&shell, words] { return explain_route(shell, words->query); },
                            "route explain --store sto_... --amount 1250 --bin 411111");
    RouteQuery& query = words->query;
    explain->add_option("--store", query.store)->required();
    explain->add_option("--amount", query.amount_minor, "Minor units")->required();
    explain->add_option("--currency", query.currency, "The store's where absent");
    explain->add_option("--bin", query.bin, "The card's first 6 to 8 digits");
    explain->add_option("--brand", query.brand, "Instead of what the BIN table tells");
    explain->add_option("--funding", query.funding, "Instead of what the BIN table tells");
    explain->add_option("--at", query.at, "Another time than now (RFC 3339)");
}

void add_routes(CLI::App& app, Shell& shell, const Choose& choose) {
    CLI::App& routes = group(app, "route", "Rules: which processor accounts take a payment, in which order");
    const auto words = std::make_shared<RouteWords>();
    auto* add = command(routes, choose, "add", "A new rule, of one store or of all of a merchant's",
                        [&shell, words] { return add_route(shell, words->made); },
                        "route add --store sto_... --name amex --brand amex --to stripe,mercury");
    add->add_option("--merchant", words->made.merchant);
    add->add_option("--store", words->made.store);
    add_rule_options(*add, words, true);
    command(routes, choose, "list", "All rules in their order", [&shell] { return list_routes(shell); });
    auto* show = command(routes, choose, "show", "One of them", [&shell, words] { return show_route(shell, words->id); });
    auto* change = command(routes, choose, "change", "Change what is given, keep the rest; an empty value means any",
                           [&shell, words] { return change_route(shell, words->id, words->made.given); });
    add_rule_options(*change, words, false);
    auto* disable = command(routes, choose, "disable", "Takes effect within seconds; nothing is deleted",
                            [&shell, words] { return change_route(shell, words->id, {{"enabled", "false"}}); });
    for (CLI::App* one : {show, change, disable}) one->add_option("id", words->id)->required();
    add_explain(routes, shell, choose, words);
}

}  // namespace

void add_routing(CLI::App& app, Shell& shell, const Choose& choose) {
    add_bins(app, shell, choose);
    add_routes(app, shell, choose);
}

}  // namespace postern::gateway::cli
