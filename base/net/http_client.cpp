#include "base/net/http_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <openssl/ssl.h>

#include "base/net/http_message.hpp"

namespace postern::net {
namespace {

struct FreeSession {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using TlsSession = std::unique_ptr<SSL_SESSION, FreeSession>;

struct Idle {
    std::shared_ptr<Wire> wire;
    Instant since;
};

// Kept connections to one endpoint and what resumes its TLS session.
struct Pool {
    std::deque<Idle> idle;  // the youngest last
    TlsSession session;
};

std::string key_of(const HttpEndpoint& endpoint) {
    return endpoint.host + ' ' + std::to_string(endpoint.port) + ' ' + endpoint.address;
}

HttpExchange not_sent(std::string code) { return {Reached::nothing_left, std::move(code), {}}; }
HttpExchange maybe_sent(std::string code) { return {Reached::maybe_sent, std::move(code), {}}; }

void tell(const std::function<void()>& observer) {
    if (observer) observer();
}

HttpResponse to_response(Parser<false>& parser) {
    HttpResponse response;
    response.status = static_cast<int>(parser.get().result_int());
    for (const auto& field : parser.get()) {
        response.headers.emplace_back(to_lower(field.name_string()), std::string(field.value()));
    }
    response.body = wiped::Text(std::move(parser.get().body()));
    return response;
}

std::string_view code_of(Progress progress, const Wire& wire) {
    if (wire.expired()) return "deadline";
    if (progress == Progress::too_large) return "reply_too_large";
    if (progress == Progress::malformed) return "reply_malformed";
    return "connection_lost";
}

bool is_ip_address(const std::string& host) {
    ErrorCode error;
    asio::ip::make_address(host, error);
    return !error;
}

}  // namespace

struct HttpClient::Impl : std::enable_shared_from_this<HttpClient::Impl> {
    Impl(asio::io_context& given_context, HttpClientOptions given)
        : context(given_context), options(std::move(given)), tls(make_client_tls(options.ca_file)) {}

    struct Call {
        HttpEndpoint endpoint;
        wiped::Bytes request;
        Instant deadline;
        ExchangeObserver observer;
    };

    asio::io_context& context;
    HttpClientOptions options;
    Result<TlsContext> tls;
    std::mutex pools_mutex;
    std::map<std::string, Pool> pools;

    std::shared_ptr<Wire> take_idle(const std::string& key);
    void keep(const std::string& key, const std::shared_ptr<Wire>& wire);
    void keep_session(const std::string& key, Wire& wire);
    void resume_session(const std::string& key, Wire& wire);
    asio::awaitable<HttpExchange> run(std::shared_ptr<Wire> wire, bool connected, Call call);
    asio::awaitable<std::string> connect(Wire& wire, const Call& call);
    asio::awaitable<Progress> read_reply(Wire& wire, const Call& call, HttpExchange& exchange, bool& keepable);
};

// The youngest kept connection that is still good. Those that the peer has closed meanwhile are dropped unwritten, so
// that a request which meets one has not left.
std::shared_ptr<Wire> HttpClient::Impl::take_idle(const std::string& key) {
    const std::lock_guard hold(pools_mutex);
    auto& idle = pools[key].idle;
    const auto oldest = std::chrono::steady_clock::now() - options.idle_max;
    while (!idle.empty()) {
        const auto last = std::move(idle.back());
        idle.pop_back();
        if (last.since > oldest && last.wire->is_quiet()) return last.wire;
    }
    return nullptr;
}

void HttpClient::Impl::keep(const std::string& key, const std::shared_ptr<Wire>& wire) {
    wire->expires_never();
    const std::lock_guard hold(pools_mutex);
    auto& idle = pools[key].idle;
    const auto now = std::chrono::steady_clock::now();
    while (!idle.empty() && idle.front().since <= now - options.idle_max) idle.pop_front();
    if (idle.size() < options.idle_connections_max) idle.push_back({wire, now});
}

// Asked after an answer, when TLS 1.3 tickets have come in.
void HttpClient::Impl::keep_session(const std::string& key, Wire& wire) {
    TlsSession session(SSL_get1_session(wire.ssl()));
    if (!session || SSL_SESSION_is_resumable(session.get()) == 0) return;
    const std::lock_guard hold(pools_mutex);
    pools[key].session = std::move(session);
}

void HttpClient::Impl::resume_session(const std::string& key, Wire& wire) {
    const std::lock_guard hold(pools_mutex);
    const auto& session = pools[key].session;
    if (session) SSL_set_session(wire.ssl(), session.get());
}

// Connects and shakes hands; says why not, else nothing.
asio::awaitable<std::string> HttpClient::Impl::connect(Wire& wire, const Call& call) {
    const auto& [host, port, address, own_time_max] = call.endpoint;
    const auto time_max = own_time_max.count() > 0 ? own_time_max : options.connect_timeout;
    wire.expires_at(std::min(call.deadline, std::chrono::steady_clock::now() + time_max));
    const auto timed_out = [&] {
        return std::chrono::steady_clock::now() >= call.deadline ? "deadline" : "connect_timeout";
    };
    auto error = co_await wire.connect(address.empty() ? host : address, port);
    if (wire.expired()) co_return timed_out();
    if (error == asio::error::connection_refused) co_return "connect_refused";
    if (error.category() == asio::error::get_netdb_category()) co_return "resolve_failed";
    if (error) co_return "connect_failed";
    if (!is_ip_address(host)) SSL_set_tlsext_host_name(wire.ssl(), host.c_str());
    wire.verify_name(host);
    resume_session(key_of(call.endpoint), wire);
    error = co_await wire.handshake(boost::asio::ssl::stream_base::client);
    if (wire.expired()) co_return timed_out();
    co_return error ? "tls_failed" : "";
}

asio::awaitable<HttpExchange> HttpClient::Impl::run(std::shared_ptr<Wire> wire, bool connected, Call call) {
    if (!connected) {
        const auto failure = co_await connect(*wire, call);
        if (!failure.empty()) co_return not_sent(failure);
    }
    if (std::chrono::steady_clock::now() >= call.deadline) co_return not_sent("deadline");
    wire->expires_at(call.deadline);
    tell(call.observer.connected);
    tell(call.observer.first_byte_out);
    if (co_await wire->write(asio::buffer(call.request))) {
        co_return maybe_sent(wire->expired() ? "deadline" : "connection_lost");
    }
    tell(call.observer.last_byte_out);
    HttpExchange exchange;
    bool keepable = false;
    const auto progress = co_await read_reply(*wire, call, exchange, keepable);
    if (progress != Progress::done) co_return maybe_sent(std::string(code_of(progress, *wire)));
    exchange.reached = Reached::answered;
    keep_session(key_of(call.endpoint), *wire);
    if (keepable && !wire->expired()) keep(key_of(call.endpoint), wire);
    else wire->close();
    co_return exchange;
}

asio::awaitable<Progress> HttpClient::Impl::read_reply(Wire& wire, const Call& call, HttpExchange& exchange,
                                                       bool& keepable) {
    constexpr std::size_t head_bytes_max = 32 * 1024;
    constexpr int interim_max = 8;  // of 1xx answers before the real one
    WipedBuffer buffer;
    auto progress = co_await read_more(wire, buffer);
    if (progress != Progress::done) co_return progress;
    tell(call.observer.first_reply_byte);
    for (int interim = 0; interim <= interim_max; ++interim) {
        std::size_t head_bytes = 0;
        progress = co_await read_head(wire, buffer, head_bytes_max, head_bytes);
        if (progress != Progress::done) co_return progress;
        if (!head_fault(view_of(buffer).substr(0, head_bytes), HeadKind::response).empty()) break;
        Parser<false> parser;
        parser.header_limit(head_bytes_max + 1);
        parser.body_limit(options.response_bytes_max);
        parser.skip(std::string_view(call.request.data(), call.request.size()).starts_with("HEAD "));
        progress = feed(parser, buffer);
        if (progress != Progress::done) co_return progress;
        const auto status = parser.get().result_int();
        if (status == 101) break;
        if (status < 200) continue;
        progress = co_await read_body(wire, buffer, parser);
        if (progress != Progress::done) co_return progress;
        keepable = parser.keep_alive() && buffer.size() == 0;
        exchange.response = to_response(parser);
        co_return Progress::done;
    }
    co_return Progress::malformed;
}

HttpClient::HttpClient(asio::io_context& context, HttpClientOptions options)
    : impl_(std::make_shared<Impl>(context, std::move(options))) {}

HttpClient::~HttpClient() = default;

asio::awaitable<HttpExchange> HttpClient::exchange(HttpEndpoint endpoint, wiped::Bytes request,
                                                   std::chrono::milliseconds time_left, ExchangeObserver observer) {
    const auto self = impl_;  // outlives this object where the exchange does
    if (!self->tls) co_return not_sent(std::string(self->tls.error().code));
    const auto deadline = std::chrono::steady_clock::now() + time_left;
    auto wire = self->take_idle(key_of(endpoint));
    const bool connected = wire != nullptr;
    if (!connected) wire = std::make_shared<Wire>(TcpSocket(self->context), *self->tls);
    Impl::Call call{std::move(endpoint), std::move(request), deadline, std::move(observer)};
    const auto executor = wire->executor();
    co_return co_await asio::co_spawn(executor, self->run(std::move(wire), connected, std::move(call)),
                                      asio::use_awaitable);
}

}  // namespace postern::net
