#include <CLI/CLI.hpp>
#include <iostream>

#include "base/ops/lifecycle.hpp"
#include "base/ops/log.hpp"
#include "vault/egress/program.hpp"
#include "vault/front/program.hpp"
#include "vault/keeper/program.hpp"

namespace {

using postern::ops::Config;

constexpr const char* examples = R"(
Examples:
  postern-vault front  --config /etc/postern/front.toml    the door: takes cards over TLS, holds no keys
  postern-vault keeper --config /etc/postern/keeper.toml   the keys: tokens, policies, journal; no network
  postern-vault egress --config /etc/postern/egress.toml   the way out: TLS to allow-listed processors

Each runs as a Unix user of its own. SIGTERM lets what is on its way finish, then ends it. Secrets are read from the
files that the configuration names, never from flags or the environment.
)";

int run(const std::string& program, const std::string& file, int (*serve)(Config)) {
    if (auto hardened = postern::ops::harden_process(); !hardened) {
        std::cerr << program << ": " << hardened.error().code << " " << hardened.error().detail << "\n";
        return 1;
    }
    auto config = Config::load(file);
    if (!config) {
        std::cerr << program << ": " << config.error().detail << "\n";
        return 2;
    }
    postern::ops::start_log(program, postern::ops::Level::info);
    const int code = serve(std::move(*config));
    postern::ops::stop_log();
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"The Postern card vault: three processes, one for each thing that must stay apart."};
    app.set_version_flag("--version", "postern-vault " POSTERN_VERSION);
    app.footer(examples);
    app.require_subcommand(1);
    std::string config;
    int code = 0;
    const auto add = [&](const std::string& name, const char* what, int (*serve)(Config)) {
        auto* const part = app.add_subcommand(name, what);
        part->add_option("--config", config, "TOML file")->required()->check(CLI::ExistingFile);
        part->callback([&code, &config, name, serve] { code = run("vault-" + name, config, serve); });
    };
    add("front", "Take cards over TLS and hand them to the keeper", postern::vault::run_front);
    add("keeper", "Hold the keys: tokens, message policies, journal", postern::vault::run_keeper);
    add("egress", "Send what the keeper filled to allow-listed processors", postern::vault::run_egress);
    CLI11_PARSE(app, argc, argv);
    return code;
}
