#include "vault/egress/program.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ops/lifecycle.hpp"
#include "base/ops/log.hpp"
#include "base/ops/users.hpp"
#include "vault/egress/exchange.hpp"

namespace postern::vault {
namespace {

namespace asio = boost::asio;

struct EgressSettings {
    net::FrameServerOptions socket;
    net::HttpClientOptions http;
    AllowList allowed;
};

template <class T>
T must(Result<T> result) {
    if (!result) throw result.error();
    return std::move(*result);
}

EgressSettings read_settings(ops::Config& config) {
    EgressSettings out;
    out.socket.path = must(config.text("keeper.socket"));
    out.socket.mode = 0666;  // who may connect is decided by user, not by file mode
    out.socket.allowed_uids = must(ops::uids_of(must(config.texts("keeper.users"))));
    out.socket.on_refused = [](const net::PeerCredentials& peer) {
        ops::warn("peer refused", {{"uid", std::to_string(peer.uid)}});
    };
    out.http.ca_file = must(config.text("tls.ca_file"));
    out.http.connect_timeout = std::chrono::milliseconds{config.integer_or("http.connect_timeout_ms", 10'000)};
    out.http.idle_connections_max = static_cast<std::size_t>(config.integer_or("http.idle_connections_max", 256));
    out.allowed = must(AllowList::parse(must(config.texts("allow"))));
    must(config.text("mode"));
    if (auto known = config.refuse_unknown(); !known) throw known.error();
    return out;
}

int refused(const Error& error) {
    ops::error("egress cannot start", {{"code", std::string(error.code)}, {"why", error.detail}});
    return 1;
}

// What is on its way is answered first: the server stops reading and closes when its last answer is out.
asio::awaitable<void> drain(asio::io_context& context, net::FrameServer& server, const std::size_t& running) {
    server.stop();
    asio::steady_timer timer{context};
    for (int waits = 0; waits < 1000; ++waits) {
        timer.expires_after(std::chrono::milliseconds{20});
        co_await timer.async_wait(asio::use_awaitable);
        if (running == 0) break;
    }
    ops::info("egress stopped");
    context.stop();
}

int serve(EgressSettings settings, const std::string& mode) {
    asio::io_context context{1};
    net::HttpClient client{context, std::move(settings.http)};
    std::size_t running = 0;
    const auto exchange = egress_routes(settings.allowed, client);
    const auto counted = [&](net::Frame frame, const net::PeerCredentials& peer) -> asio::awaitable<net::Frame> {
        ++running;
        auto answer = co_await exchange(std::move(frame), peer);
        --running;
        co_return answer;
    };
    net::FrameServer server{context, std::move(settings.socket), counted};
    if (auto listening = server.listen(); !listening) return refused(listening.error());
    ops::on_termination(context, [&] { asio::co_spawn(context, drain(context, server, running), asio::detached); });
    ops::info("egress serves", {{"mode", mode}, {"version", POSTERN_VERSION}});
    ops::report_ready();
    context.run();
    return 0;
}

}  // namespace

int run_egress(ops::Config config) {
    try {
        const auto mode = config.text_or("mode", "");
        return serve(read_settings(config), mode);
    } catch (const Error& error) {
        return refused(error);
    }
}

}  // namespace postern::vault
