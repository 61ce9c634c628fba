#include "vault/front/program.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

#include "base/crypto/system_random.hpp"
#include "base/id.hpp"
#include "base/net/http_server.hpp"
#include "base/ops/lifecycle.hpp"
#include "base/ops/log.hpp"
#include "base/ops/users.hpp"
#include "vault/front/problem.hpp"
#include "vault/front/token_api.hpp"

namespace postern::vault {
namespace {

namespace asio = boost::asio;

struct FrontSettings {
    net::HttpServerOptions http;
    net::FrameClientOptions keeper;
    TokenApiLimits limits;
};

template <class T>
T must(Result<T> result) {
    if (!result) throw result.error();
    return std::move(*result);
}

FrontSettings read_settings(ops::Config& config) {
    FrontSettings out;
    out.http.address = config.text_or("http.address", "127.0.0.1");
    out.http.port = static_cast<unsigned short>(must(config.integer("http.port", 1, 65535)));
    out.http.tls = net::TlsFiles{must(config.text("http.certificate_file")), must(config.text("http.key_file")), {}};
    out.http.body_bytes_max = 8 * 1024;  // a card is small
    out.http.header_bytes_max = 8 * 1024;
    out.http.connections_max = static_cast<std::size_t>(config.integer_or("http.connections_max", 4096));
    out.http.refuse = [random = std::make_shared<crypto::SystemRandom>()](int status, std::string_view code) {
        const std::string request_id = RequestId::create(SystemClock{}.now(), *random).text();
        ops::log(ops::Level::debug, "request not read", {{"request_id", request_id}, {"code", std::string{code}}});
        return transport_problem(request_id, status, code);
    };
    out.keeper.path = must(config.text("keeper.socket"));
    out.keeper.allowed_uids = must(ops::uids_of(must(config.texts("keeper.users"))));
    out.limits.requests_per_second = static_cast<double>(config.integer_or("limits.requests_per_second", 50));
    out.limits.burst = static_cast<double>(config.integer_or("limits.burst", 100));
    must(config.text("mode"));
    if (auto known = config.refuse_unknown(); !known) throw known.error();
    return out;
}

asio::awaitable<void> drain(asio::io_context& context, net::HttpServer& server, TokenApi& api) {
    api.drain();
    server.stop_accepting();
    asio::steady_timer timer{context};
    for (int waits = 0; server.in_flight() > 0 && waits < 500; ++waits) {
        timer.expires_after(std::chrono::milliseconds{20});
        co_await timer.async_wait(asio::use_awaitable);
    }
    ops::info("front stopped");
    context.stop();
}

int refused(const Error& error) {
    ops::error("front cannot start", {{"code", std::string(error.code)}, {"why", error.detail}});
    return 1;
}

int serve(FrontSettings settings, const std::string& mode) {
    const SystemClock clock;
    crypto::SystemRandom random;
    asio::io_context context{1};
    net::FrameClient keeper{context, std::move(settings.keeper)};
    TokenApi api{keeper, clock, random, settings.limits};
    net::HttpServer server{context, std::move(settings.http),
                           [&api](net::HttpRequest& request) { return api.handle(request); }};
    if (auto listening = server.listen(); !listening) return refused(listening.error());
    ops::on_termination(context, [&] { asio::co_spawn(context, drain(context, server, api), asio::detached); });
    ops::info("front serves", {{"mode", mode}, {"port", std::to_string(server.port())}, {"version", POSTERN_VERSION}});
    ops::report_ready();
    context.run();
    return 0;
}

}  // namespace

int run_front(ops::Config config) {
    try {
        const auto mode = config.text_or("mode", "");
        return serve(read_settings(config), mode);
    } catch (const Error& error) {
        return refused(error);
    }
}

}  // namespace postern::vault
