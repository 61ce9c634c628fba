#include "vault/keeper/settings.hpp"

#include "base/ops/users.hpp"

namespace postern::vault {
namespace {

// Thrown and caught in this file: the first thing that is wrong with the configuration.
template <class T>
T must(Result<T> result) {
    if (!result) throw result.error();
    return std::move(*result);
}

net::FrameServerOptions socket_of(ops::Config& config, const std::string& part) {
    net::FrameServerOptions options;
    options.path = must(config.text(part + ".socket"));
    options.mode = 0666;  // who may connect is decided by user, not by file mode
    options.allowed_uids = must(ops::uids_of(must(config.texts(part + ".users"))));
    options.in_flight_max = static_cast<std::size_t>(config.integer_or(part + ".in_flight_max", 4096));
    return options;
}

HostRules rules_of(ops::Config& config, const std::string& part) {
    constexpr std::int64_t connect_ms_max = 60'000, call_ms_max = 600'000, stay_max = 1'000'000;
    HostRules rules;
    rules.one_book = config.flag_or(part + ".one_book", rules.one_book);
    if (config.has(part + ".stay")) rules.stay = static_cast<int>(must(config.integer(part + ".stay", 0, stay_max)));
    if (config.has(part + ".connect_time_max_ms"))
        rules.connect_time_max = std::chrono::milliseconds{must(config.integer(part + ".connect_time_max_ms", 1, connect_ms_max))};
    if (config.has(part + ".call_time_max_ms"))
        rules.call_time_max = std::chrono::milliseconds{must(config.integer(part + ".call_time_max_ms", 1, call_ms_max))};
    return rules;
}

Destination destination_of(ops::Config& config, const std::string& name) {
    const std::string part = "destinations." + name;
    Destination out{must(Policy::load(must(config.text(part + ".policy")))), {}, {}};
    if (out.policy.destination() != name)
        throw Error{ErrorKind::invalid_request, "bad_config", part + ": the policy is of " + out.policy.destination(), {}};
    const auto address = config.text_or(part + ".address", "");
    for (const auto& host : must(config.texts(part + ".hosts")))
        out.hosts.push_back(must(parse_egress_host(host, address)));
    out.rules = rules_of(config, part);
    for (auto& host : out.hosts) host.connect_time_max = out.rules.connect_time_max;
    if (out.hosts.empty()) throw Error{ErrorKind::invalid_request, "bad_config", part + ".hosts: none", {}};
    return out;
}

KeeperSettings read_all(ops::Config& config) {
    KeeperSettings out;
    out.mode_name = must(config.text("mode"));
    if (out.mode_name != "production" && out.mode_name != "development")
        throw Error{ErrorKind::invalid_request, "bad_config", "mode: production or development", {}};
    if (out.mode_name == "development") out.mode = sealed::Arena::Mode::development;
    out.connection_string = must(config.text("database.connection"));
    out.root_key_file = must(config.text("keys.root_key_file"));
    out.journal_folder = must(config.text("journal.folder"));
    out.arena_bytes = static_cast<std::size_t>(must(config.integer("arena.kibibytes", 64, 1024 * 1024))) * 1024;
    constexpr std::int64_t life_seconds_max = 3600;
    if (config.has("security_codes.life_seconds"))
        out.code_life = std::chrono::seconds{must(config.integer("security_codes.life_seconds", 1, life_seconds_max))};
    out.front = socket_of(config, "front");
    out.gateway = socket_of(config, "gateway");
    out.admin = socket_of(config, "admin");
    out.egress.path = must(config.text("egress.socket"));
    out.egress.allowed_uids = must(ops::uids_of(must(config.texts("egress.users"))));
    for (const auto& name : config.tables("destinations"))
        out.destinations.emplace(name, destination_of(config, name));
    if (out.destinations.empty()) throw Error{ErrorKind::invalid_request, "bad_config", "destinations: none", {}};
    if (auto known = config.refuse_unknown(); !known) throw known.error();
    return out;
}

}  // namespace

Result<KeeperSettings> KeeperSettings::read(ops::Config& config) {
    try {
        return read_all(config);
    } catch (const Error& error) {
        return error;
    }
}

}  // namespace postern::vault
