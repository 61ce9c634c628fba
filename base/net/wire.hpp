#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>

#include "base/net/tls.hpp"

namespace postern::net {

using TcpSocket = asio::ip::tcp::socket;
using ErrorCode = boost::system::error_code;

// One TCP connection, with TLS or without, and one total deadline over all that is done with it. When the deadline
// passes the socket is closed, and whatever waits on it fails. Used on its executor only.
class Wire : public std::enable_shared_from_this<Wire> {
public:
    Wire(TcpSocket socket, TlsContext tls);
    ~Wire();
    Wire(const Wire&) = delete;

    void expires_at(Instant deadline);
    void expires_after(std::chrono::milliseconds time) { expires_at(std::chrono::steady_clock::now() + time); }
    void expires_never() { expires_at(Instant::max()); }
    bool expired() const { return expired_; }

    // Where to: an address in text, or a name to resolve when it is none.
    asio::awaitable<ErrorCode> connect(std::string address_or_name, unsigned short port);
    void verify_name(const std::string& host);  // as a client: what the peer's certificate must be for
    asio::awaitable<ErrorCode> handshake(boost::asio::ssl::stream_base::handshake_type role);
    struct Read {
        ErrorCode error;  // asio::error::eof: the peer ended in order (with TLS: by close_notify)
        std::size_t bytes = 0;
    };
    asio::awaitable<Read> read_some(asio::mutable_buffer into);
    asio::awaitable<ErrorCode> write(asio::const_buffer bytes);
    // Says goodbye and takes what the peer still sends for a moment, so that the last answer is not cut by a reset.
    asio::awaitable<void> shut_down();
    void close();
    // False where a kept connection was closed by the peer, or has bytes that nobody asked for.
    bool is_quiet();

    TcpSocket& socket() { return socket_; }
    SSL* ssl() { return tls_ ? tls_->native_handle() : nullptr; }
    asio::any_io_executor executor() { return socket_.get_executor(); }

private:
    TcpSocket socket_;
    asio::ip::tcp::resolver resolver_;
    asio::steady_timer timer_;
    TlsContext context_;  // outlives the stream
    std::optional<boost::asio::ssl::stream<TcpSocket&>> tls_;
    bool expired_ = false;
};

}  // namespace postern::net
