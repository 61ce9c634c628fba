#include "base/net/wire.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <sys/socket.h>

namespace postern::net {
namespace {

constexpr auto quiet = asio::as_tuple(asio::use_awaitable);
using namespace std::chrono_literals;

}  // namespace

Wire::Wire(TcpSocket socket, TlsContext tls)
    : socket_(std::move(socket)), resolver_(socket_.get_executor()), timer_(socket_.get_executor()),
      context_(std::move(tls)) {
    if (context_) tls_.emplace(socket_, *context_);
}

// OpenSSL marks the session of a connection that ends without close_notify as never to be resumed; cuts are judged by
// whoever reads, and a session is as good after them.
Wire::~Wire() {
    if (tls_) SSL_set_shutdown(tls_->native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

void Wire::expires_at(Instant deadline) {
    timer_.expires_at(deadline);  // ends the wait before it
    if (deadline == Instant::max()) return;
    timer_.async_wait([weak = weak_from_this()](const ErrorCode& error) {
        const auto self = weak.lock();
        if (error || !self || self->timer_.expiry() > std::chrono::steady_clock::now()) return;
        self->expired_ = true;
        self->close();
    });
}

asio::awaitable<ErrorCode> Wire::connect(std::string address_or_name, unsigned short port) {
    ErrorCode error;
    const auto address = asio::ip::make_address(address_or_name, error);
    if (error) {
        const auto [failed, found] = co_await resolver_.async_resolve(address_or_name, std::to_string(port), quiet);
        if (failed) co_return failed;
        if (expired_) co_return asio::error::operation_aborted;
        const auto [refused, endpoint] = co_await asio::async_connect(socket_, found, quiet);
        error = refused;
    } else {
        const auto [refused] = co_await socket_.async_connect({address, port}, quiet);
        error = refused;
    }
    ErrorCode ignored;
    if (!error) socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    co_return error;
}

void Wire::verify_name(const std::string& host) {
    tls_->set_verify_callback(asio::ssl::host_name_verification(host));
}

asio::awaitable<ErrorCode> Wire::handshake(boost::asio::ssl::stream_base::handshake_type role) {
    if (!tls_) co_return ErrorCode{};
    const auto [error] = co_await tls_->async_handshake(role, quiet);
    co_return error;
}

asio::awaitable<Wire::Read> Wire::read_some(asio::mutable_buffer into) {
    if (tls_) {
        const auto [error, bytes] = co_await tls_->async_read_some(into, quiet);
        co_return Read{error, bytes};
    }
    const auto [error, bytes] = co_await socket_.async_read_some(into, quiet);
    co_return Read{error, bytes};
}

asio::awaitable<ErrorCode> Wire::write(asio::const_buffer bytes) {
    if (tls_) {
        const auto [error, sent] = co_await asio::async_write(*tls_, bytes, quiet);
        co_return error;
    }
    const auto [error, sent] = co_await asio::async_write(socket_, bytes, quiet);
    co_return error;
}

asio::awaitable<void> Wire::shut_down() {
    expires_after(1s);
    if (tls_) co_await tls_->async_shutdown(quiet);
    ErrorCode error;
    socket_.shutdown(TcpSocket::shutdown_send, error);
    std::array<char, 4096> rest;
    for (int reads = 0; reads < 64 && !error && !expired_; ++reads) {
        const auto [ended, bytes] = co_await socket_.async_read_some(asio::buffer(rest), quiet);
        error = ended;
        wiped::wipe(rest.data(), bytes);
    }
    close();
}

void Wire::close() {
    ErrorCode ignored;
    timer_.cancel();
    resolver_.cancel();
    socket_.close(ignored);
}

bool Wire::is_quiet() {
    char byte;
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace postern::net
