// postern-gateway: the payment API and its resolver. Everything is built and joined here.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "base/crypto/sealed_box.hpp"
#include "base/crypto/system_random.hpp"
#include "base/ops/lifecycle.hpp"
#include "base/ops/log.hpp"
#include "gateway/app/answer_sweeper.hpp"
#include "gateway/app/resolver.hpp"
#include "gateway/http/api.hpp"
#include "gateway/http/gateway_config.hpp"
#include "gateway/http/cores.hpp"
#include "gateway/http/listeners.hpp"
#include "gateway/http/payment_json.hpp"
#include "gateway/http/readiness.hpp"
#include "gateway/http/reporting_observer.hpp"
#include "gateway/storage/identity_epoch.hpp"
#include "gateway/storage/postgres_directory.hpp"
#include "gateway/storage/postgres_payment_store.hpp"
#include "gateway/storage/postgres_resolver_store.hpp"
#include "processors/mercury/adapter.hpp"
#include "processors/mercury/gift/adapter.hpp"
#include "processors/stripe/adapter.hpp"
#include "vault/client/socket_vault_clients.hpp"

namespace postern::gateway {
namespace {

constexpr const char* examples = R"(
Examples:
  postern-gateway --config /etc/postern/gateway.toml           serve until SIGTERM, then drain
  postern-gateway --config /etc/postern/gateway.toml --check   read the configuration, say what is wrong

Several may run on one database. Secrets are read from the files that the configuration names.
)";

constexpr std::chrono::milliseconds drain_look{20};

net::HttpServerOptions server_options(const GatewayConfig& config) {
    net::HttpServerOptions options;
    options.address = config.address;
    options.port = config.port;
    options.tls = net::TlsFiles{config.certificate_file, config.key_file, {}};
    options.connections_max = config.connections_max / config.threads + 1;
    options.refuse = [random = std::make_shared<crypto::SystemRandom>()](int status, std::string_view code) {
        const std::string request_id = RequestId::create(SystemClock{}.now(), *random).text();
        ops::log(ops::Level::debug, "request not read", {{"request_id", request_id}, {"code", std::string{code}}});
        return transport_problem(request_id, status, code);
    };
    return options;
}

// What can be turned about each processor.
struct ProcessorSwitches {
    mercury::Switches mercury;
    stripe::Switches stripe;
};

// What outlives every call, in the order in which it is made; ended in the other.
class Gateway {
public:
    Gateway(const GatewayConfig& config, const ProcessorSwitches& switches, crypto::EvidenceBox box,
            std::uint64_t identity_epoch)
        : config_{config},
          cores_{config.threads},
          box_{std::move(box)},
          vault_{all_loops(), {.path = config.vault_socket, .allowed_uids = config.vault_uids}},
          payments_{{.connection_string = config.database}, box_},
          operations_{{.connection_string = config.database}, box_},
          directory_{{.connection_string = config.database}},
          mercury_{switches.mercury},
          mercury_gift_{switches.mercury},
          stripe_{switches.stripe},
          identities_{identity_epoch},
          gates_{{.in_flight_max = config.account_in_flight_max,
                  .faults_max = config.account_faults_max,
                  .pause = config.account_pause},
                 clock_},
          listeners_{cores_, server_options(config),
                     [this](net::HttpRequest& request) { return api_.handle(request); }} {}

    // Serves until SIGTERM has drained it. False: something still ran when its time was over.
    Result<bool> run() {
        if (auto started = listeners_.start(); !started) return started.error();
        if (config_.resolver_enabled) start_resolver();
        boost::asio::co_spawn(background_, sweeper_.run(), [](const std::exception_ptr& bug) {
            if (bug) ops::error("the sweeper of old answers ended by an exception");
        });
        ops::on_termination(background_, [this] {
            boost::asio::co_spawn(background_, drain(), boost::asio::detached);
        });
        ops::info("serving", {{"port", std::to_string(listeners_.port())}, {"mode", config_.mode},
                              {"instance", config_.instance}, {"version", POSTERN_VERSION}});
        ops::report_ready();
        const auto work = boost::asio::make_work_guard(background_);
        background_.run();
        return is_idle();
    }

private:
    std::vector<boost::asio::io_context*> all_loops() {
        auto loops = cores_.loops();
        loops.push_back(&background_);
        return loops;
    }
    void start_resolver() {
        resolver_runs_ = true;
        boost::asio::co_spawn(background_, resolver_.run(), [this](const std::exception_ptr& bug) {
            resolver_runs_ = false;
            if (bug) ops::error("the resolver ended by an exception");
        });
    }
    bool is_idle() const { return listeners_.in_flight() == 0 && !resolver_runs_; }

    Awaitable<void> drain() {
        ops::info("draining");
        api_.start_draining();
        listeners_.stop_accepting();
        resolver_.stop();
        sweeper_.stop();
        boost::asio::steady_timer timer{background_};
        const auto until = clock_.instant() + config_.drain_max;
        while (!is_idle() && clock_.instant() < until) {
            timer.expires_after(drain_look);
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        ops::info("stopping", {{"left_to_resolver", std::to_string(listeners_.in_flight())}});
        background_.stop();
    }

    const GatewayConfig& config_;
    SystemClock clock_;
    crypto::SystemRandom random_;
    boost::asio::io_context background_{1};  // resolver and sweeper
    Cores cores_;  // requests
    crypto::EvidenceBox box_;
    vault::SocketVaultClients vault_;
    PostgresPaymentStore payments_;
    PostgresResolverStore operations_;
    PostgresDirectory directory_;
    mercury::MercuryAdapter mercury_;
    mercury::GiftAdapter mercury_gift_;
    stripe::StripeAdapter stripe_;
    Adapters adapters_{&mercury_, &mercury_gift_, &stripe_};
    JsonAnswerRenderer renderer_;
    TimerSleeper sleeper_;
    ReportingObserver observer_;
    IdentityAllocator identities_;
    SingleFlight flights_;
    AccountGates gates_;
    Services services_{payments_, operations_, directory_, vault_,    adapters_,   renderer_,
                       clock_,    random_,     sleeper_,   observer_, identities_, flights_, gates_};
    Resolver resolver_{services_, {.parallel_max = config_.resolver_parallel_max,
                                   .lease = config_.resolver_lease,
                                   .idle_pause = config_.resolver_pause}};
    AnswerSweeper sweeper_{operations_, clock_, sleeper_, observer_, {.kept = config_.answers_kept}};
    UseCases use_cases_{services_};
    ProbingReadiness readiness_{[this](Instant deadline) { return payments_.prove_commit(deadline); }, vault_, clock_};
    Api api_{use_cases_, directory_, readiness_, clock_, random_, {.in_flight_max = config_.in_flight_max}};
    bool resolver_runs_ = false;
    Listeners listeners_;  // last made, first ended: no request outlives what it uses
};

Status serve(const GatewayConfig& config, const ProcessorSwitches& switches) {
    crypto::SystemRandom random;
    auto box = crypto::EvidenceBox::from_key_file(config.evidence_key_file, random);
    if (!box) return box.error();
    const auto epoch = take_identity_epoch(config.database, config.instance, SystemClock{}.now(), random);
    if (!epoch) return epoch.error();
    Gateway gateway{config, switches, std::move(*box), *epoch};
    const auto is_idle = gateway.run();
    if (!is_idle) return is_idle.error();
    if (!*is_idle) {  // calls are half-way through storage and vault: durable, so that a resolver takes them from here
        ops::stop_log();
        std::_Exit(0);
    }
    return {};
}

struct Configured {
    GatewayConfig gateway;
    ProcessorSwitches switches;
};
Result<Configured> read_all(const std::string& path) {
    auto file = ops::Config::load(path);
    if (!file) return file.error();
    const auto ask_for = [&](const std::string& processor) {
        return [&file, processor](std::string_view name, std::int64_t fallback) {
            return file->integer_or(processor + "." + std::string{name}, fallback);
        };
    };
    const auto mercury = mercury::read_switches(ask_for("mercury"));
    if (!mercury) return mercury.error();
    const auto stripe = stripe::read_switches(ask_for("stripe"));
    if (!stripe) return stripe.error();
    auto gateway = read_gateway_config(std::move(*file));  // last: it refuses what nobody asked for
    if (!gateway) return gateway.error();
    return Configured{std::move(*gateway), {*mercury, *stripe}};
}

int run(const std::string& config_file, bool only_check) {
    const auto config = read_all(config_file);
    if (!config) {
        std::cerr << "postern-gateway: " << config.error().detail << '\n';
        return 78;  // EX_CONFIG
    }
    if (only_check) {
        std::cout << config_file << ": ok\n";
        return 0;
    }
    ops::start_log("gateway", config->gateway.log_level);
    const auto served = serve(config->gateway, config->switches);
    if (!served) ops::error("cannot serve", {{"code", std::string{served.error().code}}, {"detail", served.error().detail}});
    ops::stop_log();
    return served ? 0 : 69;  // EX_UNAVAILABLE
}

}  // namespace
}  // namespace postern::gateway

int main(int count, char** words) {
    CLI::App app{"The Postern gateway: takes payments by token, never sees a card."};
    app.set_version_flag("--version", "postern-gateway " POSTERN_VERSION);
    app.footer(postern::gateway::examples);
    std::string config;
    bool only_check = false;
    app.add_option("--config", config, "TOML file")->required()->check(CLI::ExistingFile);
    app.add_flag("--check", only_check, "Read the configuration and end");
    CLI11_PARSE(app, count, words);
    if (const auto hardened = postern::ops::harden_process(); !hardened) {
        std::cerr << "postern-gateway: " << hardened.error().code << '\n';
        return 70;
    }
    return postern::gateway::run(config, only_check);
}
