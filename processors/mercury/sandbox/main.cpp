// mercury-sandbox: a processor to develop against. Own code, own book; it shares nothing with the adapter but the
// general XML reader.
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/crypto/system_random.hpp"
#include "base/net/http_server.hpp"
#include "base/ops/config.hpp"
#include "base/ops/lifecycle.hpp"
#include "base/ops/log.hpp"
#include "processors/mercury/sandbox/doors.hpp"
#include "processors/mercury/sandbox/sandbox.hpp"

namespace postern::mercury::sandbox {
namespace {

struct Options {
    net::HttpServerOptions server;
    Settings settings = default_settings();
    std::string book_file;
    std::optional<unsigned short> backup_port;  // of the second host
    bool backup_has_own_book = false;
};

Result<Options> read_options(const std::string& path) {
    auto config = ops::Config::load(path);
    if (!config) return config.error();
    Options options;
    options.server.address = config->text_or("http.address", "127.0.0.1");
    const auto port = config->integer("http.port", 0, 65535);
    if (!port) return port.error();
    options.server.port = static_cast<unsigned short>(*port);
    const auto certificate = config->text("http.certificate"), key = config->text("http.private_key");
    const auto book = config->text("book.file");
    const auto rule = parse_duplicate_rule(config->text_or("host.duplicate_rule",
                                                           "merchant+trancode+invoice+card+amount"));
    if (!certificate) return certificate.error();
    if (!key) return key.error();
    if (!book) return book.error();
    if (!rule) return rule.error();
    options.server.tls = net::TlsFiles{*certificate, *key, {}};
    options.server.body_bytes_max = 256 * 1024;
    options.book_file = *book;
    Settings& settings = options.settings;
    settings.duplicate_rule = *rule;
    settings.row_delay = std::chrono::milliseconds(config->integer_or("host.row_delay_ms", 0));
    settings.late_answer = std::chrono::milliseconds(config->integer_or("host.late_answer_ms", 3000));
    settings.partial_without_asking = config->flag_or("host.partial_without_asking", true);
    settings.repeated_void_is_refused = config->flag_or("host.repeated_void_is_refused", true);
    settings.duplicates_end_with_batch = config->flag_or("host.duplicates_end_with_batch", true);
    settings.close_wants_every_figure = config->flag_or("host.close_wants_every_figure", false);
    settings.record_one_time = std::chrono::days(config->integer_or("host.record_one_time_days", 183));
    settings.record_recurring = std::chrono::days(config->integer_or("host.record_recurring_days", 730));
    settings.used_records_stay = config->flag_or("host.used_records_stay", true);
    settings.hold_life = std::chrono::days(config->integer_or("host.hold_life_days", 7));
    settings.card_limit_minor = config->integer_or("host.card_limit_minor", 0);
    const std::string closes_at = config->text_or("host.batch_closes_at", "04:00");
    const auto closing = parse_closing_time(closes_at);
    if (closes_at == "never") settings.closes_at.reset();
    else if (closing) settings.closes_at = *closing;
    else return closing.error();
    settings.only_test_cards = config->flag_or("host.only_test_cards", false);
    settings.shows_whole_number = config->flag_or("host.shows_whole_number", false);
    if (config->has("backup.port")) {
        const auto backup = config->integer("backup.port", 0, 65535);
        if (!backup) return backup.error();
        options.backup_port = static_cast<unsigned short>(*backup);
    }
    options.backup_has_own_book = config->flag_or("backup.own_book", false);
    for (const std::string& name : config->tables("merchants")) {
        const auto id = config->text("merchants." + name + ".id");
        const auto password = config->text("merchants." + name + ".password");
        if (!id) return id.error();
        if (!password) return password.error();
        settings.merchants[*id] = *password;
    }
    if (auto status = config->refuse_unknown(); !status) return status.error();
    return options;
}

// The key of the book's card hashes stands beside the book, for its owner alone.
Result<CardKey> read_or_make_card_key(const std::string& book_file, Random& random) {
    const std::string path = book_file + ".key";
    CardKey key{};
    const Error unusable{ErrorKind::internal, "card_key_unusable", path, {}};
    if (std::filesystem::exists(path)) {
        std::ifstream in(path, std::ios::binary);
        in.read(reinterpret_cast<char*>(key.data()), static_cast<std::streamsize>(key.size()));
        return in ? Result<CardKey>(key) : unusable;
    }
    random.fill(key);
    std::ofstream out(path, std::ios::binary);  // umask 077
    out.write(reinterpret_cast<const char*>(key.data()), static_cast<std::streamsize>(key.size()));
    return out.flush() ? Result<CardKey>(key) : unusable;
}

// Its delay, or until what it waits for has come.
net::asio::awaitable<void> wait_for(const Exchange& exchange) {
    if (exchange.delay.count() == 0) co_return;
    constexpr std::chrono::milliseconds between_looks{5};
    const auto end = std::chrono::steady_clock::now() + exchange.delay;
    net::asio::steady_timer timer(co_await net::asio::this_coro::executor);
    while (std::chrono::steady_clock::now() < end && !(exchange.until && exchange.until())) {
        timer.expires_at(exchange.until ? std::min(end, std::chrono::steady_clock::now() + between_looks) : end);
        co_await timer.async_wait(net::asio::use_awaitable);
    }
}

net::HttpResponse close_hosts(Doors& doors, const net::HttpRequest& request) {
    const auto closed = doors.close(request.body.view());
    const std::string body = closed ? "{}" : R"({"error":")" + std::string(closed.error().code) + R"("})";
    return {.status = closed ? 200 : 400, .headers = {{"Content-Type", "application/json"}}, .body = wiped::Text(body)};
}

net::HttpHandler handler_of(Sandbox& sandbox, std::optional<Doors>& doors) {
    return [&sandbox, &doors](net::HttpRequest& request) -> net::asio::awaitable<net::HttpResponse> {
        if (request.method == "POST" && request.path() == "/sandbox/hosts") co_return close_hosts(*doors, request);
        Exchange exchange = sandbox.handle(request);
        co_await wait_for(exchange);
        while (exchange.then) {
            exchange = exchange.then();
            co_await wait_for(exchange);
        }
        co_return std::move(exchange.response);
    };
}

int fail(const Error& error) {
    std::fprintf(stderr, "mercury-sandbox: %s: %s\n", std::string(error.code).c_str(), error.detail.c_str());
    return 1;
}

int run(const std::string& config_file) {
    if (auto status = ops::harden_process(); !status) return fail(status.error());
    auto options = read_options(config_file);
    if (!options) return fail(options.error());
    crypto::SystemRandom random;
    const SystemClock clock;
    const auto card_key = read_or_make_card_key(options->book_file, random);
    if (!card_key) return fail(card_key.error());
    auto book = Book::open(options->book_file);
    if (!book) return fail(book.error());
    Sandbox sandbox{options->settings, std::move(*book), clock, random, *card_key};
    std::optional<Sandbox> other;
    if (options->backup_port && options->backup_has_own_book) {
        auto own = Book::open(options->book_file + ".backup");
        if (!own) return fail(own.error());
        other.emplace(options->settings, std::move(*own), clock, random, *card_key);
    }
    ops::start_log("mercury-sandbox", ops::Level::info);
    net::asio::io_context context{1};
    std::optional<net::HttpServerOptions> backup_options;
    if (options->backup_port) {
        backup_options = options->server;
        backup_options->port = *options->backup_port;
    }
    std::optional<Doors> doors;
    doors.emplace(context, options->server, handler_of(sandbox, doors), backup_options,
                  handler_of(other ? *other : sandbox, doors));
    if (auto status = doors->open(); !status) return fail(status.error());
    ops::on_termination(context, [&] {
        ops::info("stopping");
        doors->stop();
        context.stop();
    });
    ops::info("listening", {{"port", std::to_string(doors->port())},
                            {"backup_port", options->backup_port ? std::to_string(*options->backup_port) : ""},
                            {"entries", std::to_string(sandbox.book().entries().size())}});
    ops::report_ready();
    context.run();
    ops::stop_log();
    return 0;
}

}  // namespace
}  // namespace postern::mercury::sandbox

int main(int argc, char** argv) {
    CLI::App app{"A Mercury host to develop against: HTTPS, SOAP, a book, and faults on purpose.\n\n"
                 "  mercury-sandbox --config /etc/postern/sandbox.toml\n"
                 "  curl --cacert ca.pem https://localhost:9443/sandbox/book?totals=1\n"};
    std::string config_file;
    app.set_version_flag("--version", "mercury-sandbox " POSTERN_VERSION);
    app.add_option("--config", config_file, "TOML file")->required()->check(CLI::ExistingFile);
    CLI11_PARSE(app, argc, argv);
    return postern::mercury::sandbox::run(config_file);
}
