// stripe-sandbox: a processor to develop against. Own code, own book; it shares nothing with the adapter but the form
// reader.
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/crypto/system_random.hpp"
#include "base/net/http_server.hpp"
#include "base/ops/config.hpp"
#include "base/ops/lifecycle.hpp"
#include "base/ops/log.hpp"
#include "processors/stripe/sandbox/sandbox.hpp"

namespace postern::stripe::sandbox {
namespace {

struct Options {
    net::HttpServerOptions server;
    Settings settings;
    std::string book_file;
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
    if (!certificate) return certificate.error();
    if (!key) return key.error();
    if (!book) return book.error();
    options.server.tls = net::TlsFiles{*certificate, *key, {}};
    options.server.body_bytes_max = 64 * 1024;
    options.book_file = *book;
    options.settings.search_lag = std::chrono::milliseconds(config->integer_or("host.search_lag_ms", 0));
    options.settings.late_answer = std::chrono::milliseconds(config->integer_or("host.late_answer_ms", 3000));
    for (const std::string& name : config->tables("accounts")) {
        const auto id = config->text("accounts." + name + ".id");
        const auto secret_key = config->text("accounts." + name + ".key");
        if (!id) return id.error();
        if (!secret_key) return secret_key.error();
        options.settings.accounts[*secret_key] = *id;
    }
    if (auto status = config->refuse_unknown(); !status) return status.error();
    return options;
}

// The key of the book's fingerprints stands beside the book, for its owner alone.
Result<HashKey> read_or_make_hash_key(const std::string& book_file, Random& random) {
    const std::string path = book_file + ".key";
    HashKey key{};
    const Error unusable{ErrorKind::internal, "hash_key_unusable", path, {}};
    if (std::filesystem::exists(path)) {
        std::ifstream in(path, std::ios::binary);
        in.read(reinterpret_cast<char*>(key.data()), static_cast<std::streamsize>(key.size()));
        return in ? Result<HashKey>(key) : unusable;
    }
    random.fill(key);
    std::ofstream out(path, std::ios::binary);  // umask 077
    out.write(reinterpret_cast<const char*>(key.data()), static_cast<std::streamsize>(key.size()));
    return out.flush() ? Result<HashKey>(key) : unusable;
}

net::HttpHandler handler_of(Sandbox& sandbox) {
    return [&sandbox](net::HttpRequest& request) -> net::asio::awaitable<net::HttpResponse> {
        Exchange exchange = sandbox.handle(request);
        if (exchange.delay.count() > 0) {
            net::asio::steady_timer timer(co_await net::asio::this_coro::executor, exchange.delay);
            co_await timer.async_wait(net::asio::use_awaitable);
        }
        co_return std::move(exchange.response);
    };
}

int fail(const Error& error) {
    std::fprintf(stderr, "stripe-sandbox: %s: %s\n", std::string(error.code).c_str(), error.detail.c_str());
    return 1;
}

int run(const std::string& config_file) {
    if (auto status = ops::harden_process(); !status) return fail(status.error());
    auto options = read_options(config_file);
    if (!options) return fail(options.error());
    crypto::SystemRandom random;
    const SystemClock clock;
    auto book = Book::open(options->book_file);
    if (!book) return fail(book.error());
    const auto hash_key = read_or_make_hash_key(options->book_file, random);
    if (!hash_key) return fail(hash_key.error());
    Sandbox sandbox{options->settings, std::move(*book), clock, random, *hash_key};
    ops::start_log("stripe-sandbox", ops::Level::info);
    net::asio::io_context context{1};
    net::HttpServer server{context, options->server, handler_of(sandbox)};
    if (auto status = server.listen(); !status) return fail(status.error());
    ops::on_termination(context, [&] {
        ops::info("stopping");
        server.stop_accepting();
        context.stop();
    });
    ops::info("listening", {{"port", std::to_string(server.port())},
                            {"intents", std::to_string(sandbox.book().intents().size())}});
    ops::report_ready();
    context.run();
    ops::stop_log();
    return 0;
}

}  // namespace
}  // namespace postern::stripe::sandbox

int main(int argc, char** argv) {
    CLI::App app{"A Stripe to develop against: HTTPS, PaymentIntents, a book, and faults on purpose.\n\n"
                 "  stripe-sandbox --config /etc/postern/stripe-sandbox.toml\n"
                 "  curl --cacert ca.pem https://localhost:9543/sandbox/book\n"};
    std::string config_file;
    app.set_version_flag("--version", "stripe-sandbox " POSTERN_VERSION);
    app.add_option("--config", config_file, "TOML file")->required()->check(CLI::ExistingFile);
    CLI11_PARSE(app, argc, argv);
    return postern::stripe::sandbox::run(config_file);
}
