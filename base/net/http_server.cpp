#include "base/net/http_server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <ctime>
#include <mutex>
#include <set>
#include <sys/socket.h>

#include "base/net/http_message.hpp"

namespace postern::net {
namespace {

constexpr auto quiet = asio::as_tuple(asio::use_awaitable);
constexpr auto write_timeout = std::chrono::seconds(30), mishap_timeout = std::chrono::seconds(600);
using namespace std::chrono_literals;

struct Refusal {
    int status;
    std::string_view code;
};

Refusal refusal_of(std::string_view fault) {
    if (fault == "version_unknown") return {505, fault};
    if (fault == "too_many_headers") return {431, fault};
    return {400, fault};
}

bool is_served(http::verb method) {
    switch (method) {
        case http::verb::get:
        case http::verb::post:
        case http::verb::put:
        case http::verb::patch:
        case http::verb::delete_:
        case http::verb::head:
        case http::verb::options: return true;
        default: return false;
    }
}

void append(wiped::Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

void append_field(wiped::Bytes& out, std::string_view name, std::string_view value) {
    append(out, name);
    append(out, ": ");
    append(out, value);
    append(out, "\r\n");
}

std::string http_date() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[40];
    const auto length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text, length};
}

// A handler's header that would break the message's form is a bug in it.
bool is_well_formed(const HttpResponse& response) {
    const auto breaks = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return response.status >= 200 && response.status <= 599 &&
           std::ranges::none_of(response.headers, [&](const auto& field) {
               return field.first.empty() || std::ranges::any_of(field.first, breaks) ||
                      std::ranges::any_of(field.second, breaks);
           });
}

void append_chunks(wiped::Bytes& out, std::string_view body, std::size_t chunk_bytes) {
    for (; !body.empty(); body.remove_prefix(std::min(chunk_bytes, body.size()))) {
        const auto chunk = body.substr(0, chunk_bytes);
        std::array<char, 16> length{};
        const char* const end = std::to_chars(length.begin(), length.end(), chunk.size(), 16).ptr;
        append(out, {length.data(), end});
        append(out, "\r\n");
        append(out, chunk);
        append(out, "\r\n");
    }
    append(out, "0\r\n\r\n");
}

wiped::Bytes to_bytes(const HttpResponse& response, bool head_only, bool keep) {
    wiped::Bytes out;
    out.reserve(512 + response.body.size());
    append(out, "HTTP/1.1 " + std::to_string(response.status) + " ");
    append(out, http::obsolete_reason(static_cast<http::status>(response.status)));
    append(out, "\r\n");
    for (const auto& [name, value] : response.headers) append_field(out, name, value);
    append_field(out, "date", http_date());
    const bool bodiless = response.status == 204 || response.status == 304;
    const bool chunked = response.chunk_bytes > 0;
    if (!bodiless && chunked) append_field(out, "transfer-encoding", "chunked");
    if (!bodiless && !chunked) append_field(out, "content-length", std::to_string(response.body.size()));
    append_field(out, "connection", keep ? "keep-alive" : "close");
    append(out, "\r\n");
    if (bodiless || head_only) return out;
    if (chunked) append_chunks(out, response.body.view(), response.chunk_bytes);
    else append(out, response.body.view());
    return out;
}

HttpRequest to_request(const Parser<true>::value_type& message, std::string peer_address) {
    HttpRequest request;
    request.method = std::string(message.method_string());
    request.target = wiped::Text(std::string_view(message.target()));
    for (const auto& field : message) {
        request.headers.emplace_back(to_lower(field.name_string()), wiped::Text(std::string_view(field.value())));
    }
    request.peer_address = std::move(peer_address);
    request.received = std::chrono::steady_clock::now();
    return request;
}

// Names are what a caller wrote, too.
void wipe_names(HttpRequest& request) {
    for (auto& [name, value] : request.headers) wiped::wipe(name.data(), name.size());
}

}  // namespace

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
    Impl(asio::io_context& given_context, HttpServerOptions given, HttpHandler handles)
        : context(given_context), options(std::move(given)), handler(std::move(handles)),
          acceptor(context) {}

    struct Session {
        std::shared_ptr<Wire> wire;
        WipedBuffer buffer;
        std::string peer_address;
        bool idle = false;  // between two requests; on the wire's executor
    };

    asio::io_context& context;
    HttpServerOptions options;
    HttpHandler handler;
    TlsContext tls;
    asio::ip::tcp::acceptor acceptor;
    unsigned short port = 0;
    std::atomic<std::size_t> in_flight = 0;
    std::atomic<bool> draining = false;
    std::mutex sessions_mutex;
    std::set<std::shared_ptr<Session>> sessions;

    Status listen();
    asio::awaitable<void> accept_all();
    bool admit(const std::shared_ptr<Session>& session);
    asio::awaitable<void> serve(std::shared_ptr<Session> session);
    asio::awaitable<bool> serve_one(Session& session, bool first);
    asio::awaitable<bool> answer(Session& session, Parser<true>& parser, HttpRequest& request);
    asio::awaitable<bool> mishandle(Wire& wire, std::string_view bytes, const Mishap& mishap);
    asio::awaitable<HttpResponse> handle(HttpRequest& request);
    asio::awaitable<bool> refuse(Session& session, Refusal refusal);
    asio::awaitable<bool> refuse(Session& session, Progress progress, std::string_view what_too_large, int status);
    HttpResponse refusal(Refusal refusal) const;
    void stop_accepting(bool at_once);
};

Status HttpServer::Impl::listen() {
    if (options.tls) {
        auto made = make_server_tls(*options.tls);
        if (!made) return made.error();
        tls = *made;
    }
    ErrorCode error;
    const auto address = asio::ip::make_address(options.address, error);
    const asio::ip::tcp::endpoint endpoint{address, options.port};
    if (!error) acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error && options.reuse_port) {
        acceptor.set_option(asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>(true), error);
    }
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        const bool in_use = error == asio::error::address_in_use;
        return Error{ErrorKind::unavailable, in_use ? "address_in_use" : "address_unusable",
                     options.address + ":" + std::to_string(options.port) + ": " + error.message()};
    }
    port = acceptor.local_endpoint().port();
    asio::co_spawn(context, [self = shared_from_this()] { return self->accept_all(); }, asio::detached);
    return {};
}

asio::awaitable<void> HttpServer::Impl::accept_all() {
    while (!draining) {
        auto [error, socket] = co_await acceptor.async_accept(quiet);
        if (draining) break;
        if (error) {
            asio::steady_timer pause(context, 50ms);  // out of descriptors: let some come back
            co_await pause.async_wait(quiet);
            continue;
        }
        const auto session = std::make_shared<Session>();
        ErrorCode ignored;
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        session->peer_address = socket.remote_endpoint(ignored).address().to_string();
        session->wire = std::make_shared<Wire>(TcpSocket(std::move(socket)), tls);
        if (!admit(session)) continue;  // closes: a full server has no time for a handshake
        asio::co_spawn(session->wire->executor(),
                       [self = shared_from_this(), session] { return self->serve(session); }, asio::detached);
    }
}

bool HttpServer::Impl::admit(const std::shared_ptr<Session>& session) {
    const std::lock_guard hold(sessions_mutex);
    if (sessions.size() >= options.connections_max) return false;
    sessions.insert(session);
    return true;
}

asio::awaitable<void> HttpServer::Impl::serve(std::shared_ptr<Session> session) {
    Wire& wire = *session->wire;
    wire.expires_after(options.header_timeout);
    const auto error = co_await wire.handshake(boost::asio::ssl::stream_base::server);
    if (!error) {
        bool first = true;
        while (co_await serve_one(*session, first)) first = false;
        if (!wire.expired()) co_await wire.shut_down();
    }
    wire.close();
    const std::lock_guard hold(sessions_mutex);
    sessions.erase(session);
}

// Reads a request and answers it. False where the connection is to end.
asio::awaitable<bool> HttpServer::Impl::serve_one(Session& session, bool first) {
    Wire& wire = *session.wire;
    if (!first && session.buffer.size() == 0) {
        session.buffer.shrink_to_fit();  // gives the last request's bytes back, wiped
        session.idle = true;
        wire.expires_after(draining ? std::chrono::milliseconds(1s) : options.header_timeout * 6);
        const auto progress = co_await read_more(wire, session.buffer);
        session.idle = false;
        if (progress != Progress::done) co_return false;
    }
    wire.expires_after(options.header_timeout);
    std::size_t head_bytes = 0;
    auto progress = co_await read_head(wire, session.buffer, options.header_bytes_max, head_bytes);
    if (progress != Progress::done) co_return co_await refuse(session, progress, "header_too_large", 431);
    const auto fault = head_fault(view_of(session.buffer).substr(0, head_bytes), HeadKind::request);
    if (!fault.empty()) co_return co_await refuse(session, refusal_of(fault));

    Parser<true> parser;
    parser.header_limit(static_cast<std::uint32_t>(options.header_bytes_max + 1));
    parser.body_limit(options.body_bytes_max);
    progress = feed(parser, session.buffer);
    if (progress != Progress::done) co_return co_await refuse(session, progress, "body_too_large", 413);
    if (!is_served(parser.get().method())) co_return co_await refuse(session, Refusal{501, "method_not_implemented"});
    auto request = to_request(parser.get(), session.peer_address);  // before the body: a trailer is no header
    wire.expires_after(options.body_timeout);
    if (!parser.is_done() && session.buffer.size() == 0 && to_lower(request.header("expect")) == "100-continue") {
        constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        if (co_await wire.write(asio::buffer(go_on))) co_return false;
    }
    progress = co_await read_body(wire, session.buffer, parser);
    if (progress != Progress::done) co_return co_await refuse(session, progress, "body_too_large", 413);
    request.body = wiped::Text(std::move(parser.get().body()));
    const bool kept = co_await answer(session, parser, request);
    wipe_names(request);
    co_return kept;
}

asio::awaitable<bool> HttpServer::Impl::answer(Session& session, Parser<true>& parser, HttpRequest& request) {
    ++in_flight;
    session.wire->expires_never();
    const auto response = co_await handle(request);
    if (response.status == hang_up) {
        --in_flight;
        co_return false;
    }
    const bool keep = parser.keep_alive() && !draining;
    const auto bytes = to_bytes(response, parser.get().method() == http::verb::head, keep);
    if (response.mishap) {
        const bool arrived = co_await mishandle(*session.wire, {bytes.data(), bytes.size()}, *response.mishap);
        --in_flight;
        co_return keep && arrived;
    }
    session.wire->expires_after(write_timeout);
    const auto error = co_await session.wire->write(asio::buffer(bytes));
    --in_flight;
    co_return keep && !error;
}

// True where all of it left, in order.
asio::awaitable<bool> HttpServer::Impl::mishandle(Wire& wire, std::string_view bytes, const Mishap& mishap) {
    wire.expires_after(mishap_timeout);
    const bool is_cut = mishap.bytes_max || mishap.breaks_tls;
    bytes = bytes.substr(0, mishap.bytes_max.value_or(bytes.size()));
    const std::size_t at_once = mishap.drip_bytes == 0 ? bytes.size() : mishap.drip_bytes;
    while (!bytes.empty()) {
        const auto part = bytes.substr(0, at_once);
        if (co_await wire.write(asio::buffer(part))) co_return false;
        bytes.remove_prefix(part.size());
        if (bytes.empty()) break;
        asio::steady_timer pause(wire.executor(), mishap.drip_pause);
        co_await pause.async_wait(quiet);
    }
    if (mishap.breaks_tls) {
        constexpr std::string_view no_record = "no record of TLS begins like this";
        co_await asio::async_write(wire.socket(), asio::buffer(no_record), quiet);
    }
    if (is_cut) wire.close();
    co_return !is_cut;
}

asio::awaitable<HttpResponse> HttpServer::Impl::handle(HttpRequest& request) {
    try {
        auto response = co_await handler(request);
        if (is_well_formed(response) || response.status == hang_up) co_return response;
    } catch (const std::exception&) {
        // Told by the answer; whoever owns the handler logs its own failures.
    }
    co_return refusal({500, "internal"});
}

HttpResponse HttpServer::Impl::refusal(Refusal refusal) const {
    if (options.refuse) return options.refuse(refusal.status, refusal.code);
    HttpResponse response;
    response.status = refusal.status;
    return response;
}

asio::awaitable<bool> HttpServer::Impl::refuse(Session& session, Refusal refused) {
    const auto bytes = to_bytes(refusal(refused), false, false);
    session.wire->expires_after(write_timeout);
    co_await session.wire->write(asio::buffer(bytes));
    co_return false;
}

asio::awaitable<bool> HttpServer::Impl::refuse(Session& session, Progress progress, std::string_view what_too_large,
                                               int status) {
    if (progress == Progress::too_large) co_return co_await refuse(session, Refusal{status, what_too_large});
    if (progress == Progress::malformed) co_return co_await refuse(session, Refusal{400, "malformed"});
    co_return false;  // nobody is there to tell
}

void HttpServer::Impl::stop_accepting(bool at_once) {
    draining = true;
    ErrorCode ignored;
    acceptor.close(ignored);
    const std::lock_guard hold(sessions_mutex);
    for (const auto& session : sessions) {
        asio::post(session->wire->executor(), [session, at_once] {
            if (at_once) session->wire->close();
            else if (session->idle) session->wire->expires_after(1s);  // for a request that is on its way
        });
    }
}

HttpServer::HttpServer(asio::io_context& context, HttpServerOptions options, HttpHandler handler)
    : impl_(std::make_shared<Impl>(context, std::move(options), std::move(handler))) {}

HttpServer::~HttpServer() {
    asio::dispatch(impl_->context, [self = impl_] { self->stop_accepting(true); });
}

Status HttpServer::listen() { return impl_->listen(); }

unsigned short HttpServer::port() const { return impl_->port; }

void HttpServer::stop_accepting() {
    asio::dispatch(impl_->context, [self = impl_] { self->stop_accepting(false); });
}

std::size_t HttpServer::in_flight() const { return impl_->in_flight; }

}  // namespace postern::net
