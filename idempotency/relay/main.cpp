// postern-relay: publishes committed events to Kafka.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <thread>

#include "base/clock.hpp"
#include "base/net/http_server.hpp"
#include "base/ops/config.hpp"
#include "base/ops/lifecycle.hpp"
#include "base/ops/log.hpp"
#include "base/ops/metrics.hpp"
#include "idempotency/relay/pending.hpp"
#include "idempotency/relay/publisher.hpp"
#include "idempotency/relay/relay.hpp"

namespace {

using namespace postern;
using namespace postern::idempotency;

struct Settings {
    std::string instance, database;
    KafkaSettings kafka;
    RelaySettings relay;
    std::int64_t admin_port = 0;  // 0: no health port
};

// Relays share slots by name: two of one name would each publish everything.
std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "relay";
}

Result<Settings> read_settings(const std::string& path) {
    auto config = ops::Config::load(path);
    if (!config) return config.error();
    Settings settings;
    settings.instance = config->text_or("instance", host_name());
    const auto database = config->text("database.connection");
    const auto brokers = config->text("kafka.brokers");
    const auto topic = config->text("kafka.topic");
    if (!database) return database.error();
    if (!brokers) return brokers.error();
    if (!topic) return topic.error();
    settings.database = *database;
    settings.kafka = {*brokers, *topic, config->text_or("kafka.source", "postern"),
                      std::chrono::milliseconds{config->integer_or("kafka.report_patience_ms", 15'000)},
                      static_cast<std::size_t>(config->integer_or("kafka.message_bytes_max", 1'000'000))};
    settings.relay.slots_max = static_cast<int>(config->integer_or("relay.slots_max", 16));
    settings.relay.batch_max = static_cast<int>(config->integer_or("relay.batch_max", 500));
    settings.relay.lease = std::chrono::milliseconds{config->integer_or("relay.lease_ms", 10'000)};
    settings.admin_port = config->integer_or("admin.port", 0);
    if (const auto known = config->refuse_unknown(); !known) return known.error();
    return settings;
}

net::HttpResponse plain(int status, std::string_view text) {
    net::HttpResponse response;
    response.status = status;
    response.headers.emplace_back("content-type", "text/plain; charset=utf-8");
    response.body = wiped::Text(text);
    return response;
}

// GET /healthz, /readyz (a round reached the database within ten seconds), /metrics.
net::HttpHandler health_handler(const Relay& relay) {
    return [&relay](net::HttpRequest& request) -> net::asio::awaitable<net::HttpResponse> {
        if (request.path() == "/healthz") co_return plain(200, "ok\n");
        if (request.path() == "/metrics") co_return plain(200, ops::metrics_text());
        if (request.path() != "/readyz") co_return plain(404, "not found\n");
        const bool ready = relay.since_last_round() < std::chrono::seconds{10};
        co_return plain(ready ? 200 : 503, ready ? "ready\n" : "no round has reached the database for 10 s\n");
    };
}

int run(const Settings& settings) {
    if (const auto hardened = ops::harden_process(); !hardened) ops::warn("not hardened", {{"detail", hardened.error().detail}});
    const SystemClock clock;
    PendingQueue queue(settings.database, settings.instance);
    KafkaPublisher publisher(settings.kafka);
    Relay relay(queue, publisher, clock, settings.relay);
    boost::asio::io_context context(1);
    net::HttpServerOptions options;
    options.port = static_cast<unsigned short>(settings.admin_port);
    options.refuse = [](int status, std::string_view code) { return plain(status, code); };
    net::HttpServer server(context, std::move(options), health_handler(relay));
    if (settings.admin_port != 0) {
        if (const auto listening = server.listen(); !listening) {
            ops::error("health port", {{"code", std::string(listening.error().code)}});
            return 69;
        }
    }
    ops::on_termination(context, [&] {
        relay.stop();
        server.stop_accepting();
        context.stop();
    });
    std::thread worker([&] { relay.run(); });
    ops::info("relay runs", {{"instance", settings.instance}, {"topic", settings.kafka.topic}});
    ops::report_ready();
    auto keep_waiting = boost::asio::make_work_guard(context);
    context.run();
    worker.join();
    ops::info("relay has stopped");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Publishes the events of committed payments to Kafka, at least once and in order per payment.\n\n"
                 "Example:\n  postern-relay --config /etc/postern/relay.toml"};
    std::string config_path;
    app.set_version_flag("--version", std::string("postern-relay " POSTERN_VERSION));
    app.add_option("--config", config_path, "TOML configuration file")->required();
    CLI11_PARSE(app, argc, argv);
    ops::start_log("postern-relay", ops::Level::info);
    const auto settings = read_settings(config_path);
    if (!settings) {
        std::cerr << "postern-relay: " << settings.error().detail << "\n";
        ops::stop_log();
        return 78;
    }
    const int code = run(*settings);
    ops::stop_log();
    return code;
}
