#include "gateway/cli/tree.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>

#include "gateway/cli/accounts.hpp"
#include "gateway/cli/blocked_events.hpp"
#include "gateway/cli/events.hpp"
#include "gateway/cli/keys.hpp"
#include "gateway/cli/migrate.hpp"
#include "gateway/cli/objects.hpp"
#include "gateway/cli/routing_tree.hpp"
#include "gateway/cli/unknown.hpp"

namespace postern::gateway::cli {
namespace {

constexpr const char* examples = R"(
Examples:
  postern merchant add --name "Blue Door"
  postern store add --merchant ten_... --name "Main street" --time-zone America/New_York
  postern account add --store sto_... --processor mercury --name main \
      --merchant-id-file mid.txt --password-file password.txt
  postern key add --merchant ten_... --name orders --kind secret --out api_key
  postern unknown list --json
  postern events tail --from-beginning --count 10

Exit codes: 0 done, 2 usage, 65 refused, 66 not found, 69 unavailable, 70 internal, 73 conflict, 75 in doubt,
77 forbidden, 78 bad configuration.)";

// What is to be run once parsing is over, and the arguments that it reads: they live as long as the tree.
struct Tree {
    explicit Tree(Shell& with) : shell{with} {}
    Shell& shell;
    std::function<Status()> chosen;
    NewStore store;
    NewAccount account;
    NewKey key;
    NewOperator person;
    ReplayOptions replay;
    TailOptions tail;
    Given given;
    std::string id, name, parent, which, decision, reason;
    std::vector<std::string> origins;
    bool in_vault = false;
};

CLI::App* command(CLI::App& parent, Tree& tree, const std::string& name, const std::string& help,
                  std::function<Status()> run, const std::string& example = {}) {
    CLI::App* made = parent.add_subcommand(name, help);
    if (!example.empty()) made->footer("Example:\n  postern " + example);
    made->callback([&tree, run = std::move(run)] { tree.chosen = run; });
    return made;
}

// An option whose value is kept only where it was given.
void changeable(CLI::App& app, Tree& tree, const std::string& name, const std::string& help) {
    app.add_option_function<std::string>("--" + name, [&tree, name](const std::string& v) { tree.given[name] = v; }, help);
}

// list, show, change and disable: the same for every kind.
void add_common(CLI::App& group, Tree& tree, Kind kind, const std::vector<std::string>& changeable_too) {
    Shell& shell = tree.shell;
    command(group, tree, "list", "All of them", [&shell, kind] { return list_objects(shell, kind); });
    auto* show = command(group, tree, "show", "One of them", [&, kind] { return show_object(shell, kind, tree.id); });
    show->add_option("id", tree.id)->required();
    auto* change = command(group, tree, "change", "Change what is given, keep the rest",
                           [&, kind] { return change_object(shell, kind, tree.id, tree.given); });
    change->add_option("id", tree.id)->required();
    changeable(*change, tree, "name", "A new name");
    changeable(*change, tree, "enabled", "true or false");
    for (const std::string& option : changeable_too) changeable(*change, tree, option, "A new " + option);
    auto* disable = command(group, tree, "disable", "Takes effect within seconds; nothing is deleted", [&, kind] {
        if (auto done = disable_object(shell, kind, tree.id); !done || !tree.in_vault) return done;
        return disable_account_in_vault(shell, tree.id);
    });
    disable->add_option("id", tree.id)->required();
    if (kind != Kind::account) return;
    disable->add_flag("--in-vault", tree.in_vault, "Also end captures, refunds and undos: the vault forgets nothing, but refuses");
}

CLI::App& group(CLI::App& app, const std::string& name, const std::string& help) {
    CLI::App* made = app.add_subcommand(name, help);
    made->require_subcommand(1);
    return *made;
}

void add_merchants(CLI::App& app, Tree& tree) {
    CLI::App& merchants = group(app, "merchant", "Merchants: tenants that never see each other");
    auto* add = command(merchants, tree, "add", "A new merchant", [&] { return add_merchant(tree.shell, tree.name); },
                           R"(merchant add --name "Blue Door")");
    add->add_option("--name", tree.name)->required();
    add_common(merchants, tree, Kind::merchant, {});

    CLI::App& stores = group(app, "store", "Stores of a merchant, with time zone and end of the business day");
    auto* store = command(stores, tree, "add", "A new store", [&] { return add_store(tree.shell, tree.store); },
                           R"(store add --merchant ten_... --name Main --time-zone America/New_York --cutoff 04:00)");
    store->add_option("--merchant", tree.store.merchant)->required();
    store->add_option("--name", tree.store.name)->required();
    store->add_option("--time-zone", tree.store.time_zone, "IANA name, such as America/New_York")->required();
    store->add_option("--cutoff", tree.store.cutoff, "Local time when the business day ends")->capture_default_str();
    store->add_option("--currency", tree.store.currency)->capture_default_str();
    store->add_option("--category", tree.store.category, "Merchant category code: what the card schemes file it under")
        ->capture_default_str();
    store->add_option("--offline-limit", tree.store.offline_limit_minutes,
                      "Minutes; a payment accepted offline longer ago is marked late")
        ->check(CLI::Range(1, 100'000))->capture_default_str();
    add_common(stores, tree, Kind::store,
               {"time-zone", "cutoff", "offline-limit", "avs-no-match", "cvv-no-match", "category"});

    CLI::App& devices = group(app, "device", "Devices of a store: tills and terminals");
    auto* device = command(devices, tree, "add", "A new device",
                           [&] { return add_device(tree.shell, tree.parent, tree.name); },
                           R"(device add --store sto_... --name "till 1")");
    device->add_option("--store", tree.parent)->required();
    device->add_option("--name", tree.name)->required();
    add_common(devices, tree, Kind::device, {});
}

void add_accounts(CLI::App& app, Tree& tree) {
    CLI::App& accounts = group(app, "account", "Processor accounts; their credentials live in the vault alone");
    auto* add = command(accounts, tree, "add", "A new account", [&] { return add_account(tree.shell, tree.account); },
                           R"(account add --store sto_... --processor mercury --name main --merchant-id-file mid --password-file pw)");
    add->add_option("--store", tree.account.store)->required();
    add->add_option("--processor", tree.account.processor)->required();
    add->add_option("--name", tree.account.name)->required();
    auto* set = command(accounts, tree, "set-credentials", "Replace merchant id and password", [&] {
        return set_account_credentials(tree.shell, tree.id, tree.account.merchant_id_file, tree.account.password_file);
    });
    set->add_option("id", tree.id)->required();
    for (CLI::App* one : {add, set}) {
        one->add_option("--merchant-id-file", tree.account.merchant_id_file, "Readable by you alone")->required();
        one->add_option("--password-file", tree.account.password_file, "Readable by you alone")->required();
    }
    add_common(accounts, tree, Kind::account, {});
}

void add_people_and_keys(CLI::App& app, Tree& tree) {
    CLI::App& keys = group(app, "key", "API keys: secret for the gateway, publishable for the vault's front door");
    auto* key = command(keys, tree, "add", "A new key, shown once or written to a file",
                        [&] { return add_key(tree.shell, tree.key); },
                           R"(key add --merchant ten_... --name orders --out api_key)");
    key->add_option("--merchant", tree.key.merchant)->required();
    key->add_option("--name", tree.key.name)->required();
    key->add_option("--kind", tree.key.kind)->check(CLI::IsMember({"secret", "publishable"}))->capture_default_str();
    key->add_option("--out", tree.key.out, "Write the key to this new file, mode 0600");
    auto* origins = command(keys, tree, "origins", "The pages whose browsers may show a publishable key; none: no browser", [&] {
        if (auto set = set_key_origins(tree.shell, tree.id, tree.origins); !set) return set;
        return show_object(tree.shell, Kind::key, tree.id);
    }, R"(key origins key_... https://shop.example https://pay.example:8443)");
    origins->add_option("id", tree.id)->required();
    origins->add_option("origin", tree.origins, "Scheme, host and port as browsers write them; instead of those before");
    add_common(keys, tree, Kind::key, {});

    CLI::App& operators = group(app, "operator", "People who run this; a credential proves a decision");
    auto* person = command(operators, tree, "add", "A new operator", [&] { return add_operator(tree.shell, tree.person); },
                           R"(operator add --name ada --role finance --out ada.credential)");
    person->add_option("--name", tree.person.name)->required();
    person->add_option("--role", tree.person.role)
        ->check(CLI::IsMember({"admin", "finance", "support"}))->capture_default_str();
    person->add_option("--out", tree.person.out, "Write the credential to this new file, mode 0600");
    add_common(operators, tree, Kind::operator_, {"role"});
}

void add_unknown(CLI::App& app, Tree& tree) {
    CLI::App& unknown = group(app, "unknown", "Operations without a trusted answer");
    command(unknown, tree, "list", "Age, money at stake, next step", [&] { return list_unknown(tree.shell); });
    auto* decide = command(unknown, tree, "decide", "Two different people settle what evidence could not", [&] {
        return decide_unknown(tree.shell, tree.id, tree.decision, tree.reason);
    }, R"(unknown decide op_... approved --reason "seen on the processor's statement" --credential-file ada.credential)");
    decide->add_option("operation", tree.id)->required();
    decide->add_option("decision", tree.decision)->required()->check(CLI::IsMember({"approved", "failed"}));
    decide->add_option("--reason", tree.reason)->required();
}

void add_events(CLI::App& app, Tree& tree) {
    CLI::App& events = group(app, "events", "What downstream systems read");
    auto* replay = command(events, tree, "replay", "From the event table, byte for byte what Kafka carried",
                           [&] { return replay_events(tree.shell, tree.replay); },
                           R"(events replay --payment pay_...)");
    replay->add_option("--payment", tree.replay.payment, "Only this payment's");
    replay->add_option("--since", tree.replay.since, "Recorded after this time (RFC 3339)");
    replay->add_flag("--raw", tree.replay.raw, "Protobuf, each event behind its length as a varint");
    command(events, tree, "blocked", "Payments whose events wait because the broker refused one",
            [&] { return list_blocked_events(tree.shell); });
    auto* retry = command(events, tree, "retry", "Send a blocked payment's events again, once the cause is mended",
                          [&] { return retry_blocked_events(tree.shell, tree.id); }, R"(events retry pay_...)");
    retry->add_option("payment", tree.id)->required();
    auto* tail = command(events, tree, "tail", "From Kafka, as they come", [&] { return tail_events(tree.shell, tree.tail); },
                           R"(events tail --from-beginning --idle 5)");
    tail->add_flag("--from-beginning", tree.tail.from_beginning);
    tail->add_option("--count", tree.tail.count_max, "Stop after so many")->check(CLI::Range(1, 1'000'000'000));
    tail->add_option("--idle", tree.tail.idle_seconds_max, "Stop after so many seconds without one")
        ->check(CLI::Range(1, 86'400));
}

void add_everything(CLI::App& app, Tree& tree) {
    Shell& shell = tree.shell;
    app.add_option("--config", shell.config_path, "Configuration file")->capture_default_str();
    app.add_option("--credential-file", shell.credential_file, "Your credential, from `operator add --out`");
    app.add_flag("--json", shell.json, "One JSON object a line");
    app.set_version_flag("--version", "postern " POSTERN_VERSION);
    app.fallthrough();
    app.require_subcommand(1);
    auto* migration = command(app, tree, "migrate", "Bring a database to this program's schema",
                              [&] { return migrate(shell, tree.which); });
    migration->add_option("database", tree.which)->required()->check(CLI::IsMember({"gateway", "vault"}));
    add_merchants(app, tree);
    add_accounts(app, tree);
    add_routing(app, shell, [&tree](std::function<Status()> run) { tree.chosen = std::move(run); });
    add_people_and_keys(app, tree);
    add_unknown(app, tree);
    add_events(app, tree);
    app.footer(examples);  // last: commands made before do not inherit it
    for (CLI::App* top : app.get_subcommands({})) {  // global options are welcome behind the command too
        top->fallthrough();
        for (CLI::App* inner : top->get_subcommands({})) inner->fallthrough();
    }
}

std::vector<std::string> names_below(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(sub->get_name());
    return names;
}

// "Did you mean": for the first word that is no command at its place.
void suggest(const CLI::App& app, const std::vector<std::string>& words, std::ostream& messages) {
    const CLI::App* here = &app;
    for (const std::string& word : words) {
        if (word.starts_with("-")) continue;
        const auto names = names_below(*here);
        if (names.empty()) return;
        if (std::ranges::find(names, word) != names.end()) {
            here = here->get_subcommand(word);
            continue;
        }
        const std::string near = nearest_word(word, names);
        if (near.empty()) continue;  // the value of an option
        messages << "Did you mean `" << near << "`?\n";
        return;
    }
}

void explain(const Error& error, std::ostream& messages) {
    messages << "postern: " << error.code;
    if (!error.detail.empty()) messages << ": " << error.detail;
    messages << '\n';
}

}  // namespace

int exit_code(const Error& error) {
    if (error.code == "bad_config") return exit_bad_config;
    switch (error.kind) {
        case ErrorKind::invalid_request: return exit_refused;
        case ErrorKind::not_found: return exit_not_found;
        case ErrorKind::conflict: return exit_conflict;
        case ErrorKind::forbidden: return exit_forbidden;
        case ErrorKind::unavailable: return exit_unavailable;
        case ErrorKind::outcome_unknown: return exit_in_doubt;
        case ErrorKind::internal: return exit_internal;
    }
    __builtin_unreachable();
}

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
    std::string best;
    std::size_t best_distance = 3;  // three edits away is another word
    for (const std::string& candidate : known) {
        std::vector<std::size_t> row(candidate.size() + 1);
        std::iota(row.begin(), row.end(), std::size_t{0});
        for (std::size_t i = 0; i < word.size(); ++i) {
            std::size_t diagonal = std::exchange(row[0], i + 1);
            for (std::size_t j = 0; j < candidate.size(); ++j) {
                const std::size_t replaced = diagonal + (word[i] == candidate[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
            }
        }
        if (row.back() < best_distance) {
            best_distance = row.back();
            best = candidate;
        }
    }
    return best;
}

int run(std::vector<std::string> arguments, Shell& shell, std::ostream& out, std::ostream& messages) {
    CLI::App app{"postern: merchants, keys, people and what needs a decision", "postern"};
    Tree tree{shell};
    add_everything(app, tree);
    const std::vector<std::string> words = arguments;
    try {
        std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& problem) {
        const int code = app.exit(problem, out, messages);
        if (code == 0) return exit_ok;  // --help, --version
        suggest(app, words, messages);
        return exit_usage;
    }
    const Status done = tree.chosen();
    if (done) return exit_ok;
    explain(done.error(), messages);
    return exit_code(done.error());
}

}  // namespace postern::gateway::cli
