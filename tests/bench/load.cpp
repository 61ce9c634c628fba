// postern-load: closed-loop clients that authorize payments over kept TLS connections, as fast as the gateway answers.
// Prints what was answered, by status, and the latencies; the harness (deploy/orchestrate/bench.py) turns them into ratios.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Clock = std::chrono::steady_clock;
using Stream = asio::ssl::stream<beast::tcp_stream>;

struct Settings {
    std::string host = "127.0.0.1", ca_file, key_file, tokens_file, store, device, currency = "USD";
    unsigned short port = 0;
    int clients = 16;
    double seconds = 5;
    int timeout_ms = 0;  // how long the gateway may take; 0: its own
    std::vector<std::string> tokens;
    std::string key, run;
};

struct Tally {
    std::map<int, std::uint64_t> by_status;
    std::vector<std::uint32_t> microseconds;
    std::uint64_t broken = 0;
};

std::string payment_body(const Settings& settings, const std::string& name, std::size_t n) {
    return "{\"intent\":\"authorize\",\"amount\":{\"amount_minor\":" + std::to_string(1000 + n % 50 * 10) +
           ",\"currency\":\"" + settings.currency + "\"},\"token\":\"" + settings.tokens[n % settings.tokens.size()] +
           "\",\"tender\":{\"store_id\":\"" + settings.store + "\",\"device_id\":\"" + settings.device +
           "\",\"tender_id\":\"" + name + "\"}}";
}

// Behind a refusal it pauses, as clients are told to.
asio::awaitable<void> pay(Stream& stream, beast::flat_buffer& buffer, const Settings& settings, const std::string& name,
                          std::size_t n, Tally& tally) {
    http::request<http::string_body> request{http::verb::post, "/v1/payments", 11};
    request.set(http::field::host, settings.host);
    request.set(http::field::authorization, "Bearer " + settings.key);
    request.set(http::field::content_type, "application/json");
    request.set("Idempotency-Key", name);
    if (settings.timeout_ms > 0) request.set("Postern-Timeout-Ms", std::to_string(settings.timeout_ms));
    request.body() = payment_body(settings, name, n);
    request.prepare_payload();
    const auto begun = Clock::now();
    co_await http::async_write(stream, request, asio::use_awaitable);
    http::response<http::string_body> response;
    co_await http::async_read(stream, buffer, response, asio::use_awaitable);
    ++tally.by_status[static_cast<int>(response.result_int())];
    tally.microseconds.push_back(static_cast<std::uint32_t>((Clock::now() - begun) / std::chrono::microseconds{1}));
    if (response.result() != http::status::service_unavailable) co_return;
    asio::steady_timer pause{co_await asio::this_coro::executor, std::chrono::seconds{1}};
    co_await pause.async_wait(asio::use_awaitable);
}

asio::awaitable<void> run_client(int client, const Settings& settings, asio::ssl::context& tls, Clock::time_point end,
                                 Tally& tally) {
    Stream stream(co_await asio::this_coro::executor, tls);
    const asio::ip::tcp::endpoint endpoint{asio::ip::make_address("127.0.0.1"), settings.port};
    co_await beast::get_lowest_layer(stream).async_connect(endpoint, asio::use_awaitable);
    beast::get_lowest_layer(stream).socket().set_option(asio::ip::tcp::no_delay(true));
    co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
    beast::flat_buffer buffer;
    for (std::size_t n = 0; Clock::now() < end; ++n) {
        // Letters between the numbers: a long row of digits could be taken for a card number, and be refused.
        const std::string name = settings.run + "-client" + std::to_string(client) + "-payment" + std::to_string(n);
        co_await pay(stream, buffer, settings, name, n + static_cast<std::size_t>(client) * 7, tally);
    }
}

double percentile(std::vector<std::uint32_t>& sorted, double share) {
    if (sorted.empty()) return 0;
    const auto index = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
    return sorted[index] / 1000.0;
}

void print(Tally& tally, double seconds, int clients) {
    std::sort(tally.microseconds.begin(), tally.microseconds.end());
    boost::json::object by_status;
    std::uint64_t answered = 0;
    for (const auto& [status, count] : tally.by_status) {
        by_status[std::to_string(status)] = count;
        answered += count;
    }
    std::cout << boost::json::serialize(boost::json::object{
                     {"clients", clients},
                     {"seconds", seconds},
                     {"answered", answered},
                     {"per_second", static_cast<double>(answered) / seconds},
                     {"by_status", by_status},
                     {"broken_connections", tally.broken},
                     {"p50_ms", percentile(tally.microseconds, 0.5)},
                     {"p99_ms", percentile(tally.microseconds, 0.99)}})
              << "\n";
}

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

bool load(Settings& settings) {
    settings.key = first_line(settings.key_file);
    std::ifstream tokens(settings.tokens_file);
    for (std::string line; std::getline(tokens, line);)
        if (!line.empty()) settings.tokens.push_back(line);
    settings.run = "load-" + std::to_string(std::random_device{}());
    return !settings.key.empty() && !settings.tokens.empty();
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    CLI::App app{"Authorizes payments as fast as the gateway answers; prints one JSON object."};
    app.add_option("--port", settings.port, "The gateway's port on 127.0.0.1")->required();
    app.add_option("--ca", settings.ca_file, "CA certificate, PEM")->required();
    app.add_option("--key-file", settings.key_file, "File with the API key")->required();
    app.add_option("--tokens", settings.tokens_file, "File of card tokens, one a line")->required();
    app.add_option("--store", settings.store)->required();
    app.add_option("--device", settings.device)->required();
    app.add_option("--clients", settings.clients, "Connections")->capture_default_str();
    app.add_option("--timeout-ms", settings.timeout_ms, "How long the gateway may take (Postern-Timeout-Ms)");
    app.add_option("--seconds", settings.seconds, "How long")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    if (!load(settings)) {
        std::cerr << "postern-load: no API key or no tokens\n";
        return 2;
    }
    asio::io_context context(1);
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.load_verify_file(settings.ca_file);
    tls.set_verify_mode(asio::ssl::verify_peer);
    Tally tally;
    const auto begun = Clock::now();
    const auto end = begun + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(settings.seconds));
    for (int client = 0; client < settings.clients; ++client)
        asio::co_spawn(context, run_client(client, settings, tls, end, tally), [&](std::exception_ptr failure) {
            if (failure) ++tally.broken;
        });
    context.run();
    print(tally, std::chrono::duration<double>(Clock::now() - begun).count(), settings.clients);
    return 0;
}
