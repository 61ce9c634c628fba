#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include "base/net/frame_wire.hpp"

namespace postern::net {
namespace {

constexpr auto quiet = asio::as_tuple(asio::use_awaitable);

// Wakes one waiting coroutine; asio has no condition variable.
void wake(asio::steady_timer& bell) { bell.cancel(); }
asio::awaitable<void> wait_for(asio::steady_timer& bell) {
    bell.expires_at(asio::steady_timer::time_point::max());
    co_await bell.async_wait(quiet);
}

// One peer: a reader, a writer, and the answers between them.
struct Connection {
    Connection(UnixSocket accepted, PeerCredentials who)
        : socket(std::move(accepted)), peer(who), written(socket.get_executor()), finished(socket.get_executor()) {}
    UnixSocket socket;
    PeerCredentials peer;
    wiped::Bytes outbox;
    asio::steady_timer written;   // rung when the outbox has something, or the connection ends
    asio::steady_timer finished;  // rung when a frame of any connection has been answered
    std::size_t running = 0;
    bool reading_ended = false;
};

}  // namespace

struct FrameServer::Impl : std::enable_shared_from_this<FrameServer::Impl> {
    Impl(asio::io_context& context, FrameServerOptions given, FrameHandler handles)
        : options(std::move(given)), handler(std::move(handles)), executor(context.get_executor()), acceptor(context) {}

    FrameServerOptions options;
    FrameHandler handler;
    asio::io_context::executor_type executor;
    asio::local::stream_protocol::acceptor acceptor;
    std::set<std::shared_ptr<Connection>> connections;
    std::size_t in_flight = 0;
    bool stopped = false;

    asio::awaitable<void> accept_all();
    void admit(UnixSocket socket);
    asio::awaitable<void> read_from(std::shared_ptr<Connection> connection);
    asio::awaitable<void> answer(std::shared_ptr<Connection> connection, Frame frame);
    asio::awaitable<void> write_to(std::shared_ptr<Connection> connection);
    void stop();
};

asio::awaitable<void> FrameServer::Impl::accept_all() {
    while (!stopped) {
        auto [error, socket] = co_await acceptor.async_accept(quiet);
        if (stopped) break;
        if (!error) {
            admit(std::move(socket));
            continue;
        }
        asio::steady_timer pause(executor, std::chrono::milliseconds(50));  // out of descriptors: let some come back
        co_await pause.async_wait(quiet);
    }
}

void FrameServer::Impl::admit(UnixSocket socket) {
    const auto peer = peer_of(socket);
    if (!peer || !holds_uid(options.allowed_uids, peer->uid)) {
        if (options.on_refused) options.on_refused(peer.value_or(PeerCredentials{0, uid_t(-1), gid_t(-1)}));
        return;  // closes
    }
    const auto connection = std::make_shared<Connection>(std::move(socket), *peer);
    connections.insert(connection);
    asio::co_spawn(executor, [self = shared_from_this(), connection] { return self->read_from(connection); },
                   asio::detached);
    asio::co_spawn(executor, [self = shared_from_this(), connection] { return self->write_to(connection); },
                   asio::detached);
}

asio::awaitable<void> FrameServer::Impl::read_from(std::shared_ptr<Connection> connection) {
    FrameReader reader;
    while (!stopped) {
        auto parse = reader.next();
        if (parse.kind == FrameParse::Kind::malformed) break;
        if (parse.kind == FrameParse::Kind::need_more) {
            if (!co_await reader.fill(connection->socket)) break;
            continue;
        }
        while (in_flight >= options.in_flight_max && !stopped && connection->socket.is_open()) {
            co_await wait_for(connection->finished);
        }
        if (stopped || !connection->socket.is_open()) break;  // not begun, not answered
        ++in_flight;
        ++connection->running;
        asio::co_spawn(executor,
                       [self = shared_from_this(), connection, frame = std::move(parse.frame)]() mutable {
                           return self->answer(connection, std::move(frame));
                       },
                       asio::detached);
    }
    connection->reading_ended = true;
    wake(connection->written);
}

asio::awaitable<void> FrameServer::Impl::answer(std::shared_ptr<Connection> connection, Frame frame) {
    const auto correlation = frame.correlation;
    Frame reply;
    bool failed = false;
    try {
        reply = co_await handler(std::move(frame), connection->peer);
        failed = encoded_bytes(reply) > frame_bytes_max;
    } catch (const std::exception&) {
        failed = true;
    }
    if (failed) reply = Frame{};
    reply.correlation = failed ? correlation | handler_failed : correlation;
    encode_frame(reply, connection->outbox);
    --in_flight;
    --connection->running;
    wake(connection->written);
    for (const auto& other : connections) wake(other->finished);
}

asio::awaitable<void> FrameServer::Impl::write_to(std::shared_ptr<Connection> connection) {
    while (!connection->reading_ended || connection->running > 0 || !connection->outbox.empty()) {
        if (connection->outbox.empty()) {
            co_await wait_for(connection->written);
            continue;
        }
        wiped::Bytes batch;
        batch.swap(connection->outbox);  // answers that arrive meanwhile leave together
        const auto [error, sent] = co_await asio::async_write(connection->socket, asio::buffer(batch), quiet);
        if (error) break;
    }
    boost::system::error_code ignored;
    connection->socket.close(ignored);
    wake(connection->finished);
    connections.erase(connection);
}

void FrameServer::Impl::stop() {
    if (stopped) return;
    stopped = true;
    boost::system::error_code ignored;
    acceptor.close(ignored);
    ::unlink(options.path.c_str());
    for (const auto& connection : connections) {
        connection->socket.shutdown(UnixSocket::shutdown_receive, ignored);  // what runs is still answered
        wake(connection->finished);
    }
}

FrameServer::FrameServer(asio::io_context& context, FrameServerOptions options, FrameHandler handler)
    : impl_(std::make_shared<Impl>(context, std::move(options), std::move(handler))) {}

FrameServer::~FrameServer() { stop(); }

Status FrameServer::listen() {
    const auto& path = impl_->options.path;
    const auto refused = [&](const boost::system::error_code& error) {
        return Error{ErrorKind::unavailable, "socket_unusable", path + ": " + error.message()};
    };
    boost::system::error_code error;
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
        return Error{ErrorKind::invalid_request, "socket_unusable", path + ": path too long"};
    }
    ::unlink(path.c_str());  // what a killed process left behind
    impl_->acceptor.open({}, error);
    if (!error) impl_->acceptor.bind(path, error);
    if (!error && ::chmod(path.c_str(), impl_->options.mode) != 0) error.assign(errno, boost::system::system_category());
    if (!error) impl_->acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return refused(error);
    asio::co_spawn(impl_->executor, [self = impl_] { return self->accept_all(); }, asio::detached);
    return {};
}

void FrameServer::stop() {
    asio::dispatch(impl_->executor, [self = impl_] { self->stop(); });
}

}  // namespace postern::net
