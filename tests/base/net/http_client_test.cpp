#include "base/net/http_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <gtest/gtest.h>
#include <mutex>
#include <sys/socket.h>
#include <thread>

#include "tests/support/test_certificates.hpp"

namespace postern::net {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using TlsStream = asio::ssl::stream<tcp::socket>;

// What a peer does with one connection, on a thread of its own.
using Script = std::function<void(TlsStream&)>;

class ScriptedPeer {
public:
    ScriptedPeer(const test::TestAuthority::Files& files, Script script) : script_(std::move(script)) {
        tls_.use_certificate_chain_file(files.certificate);
        tls_.use_private_key_file(files.key, asio::ssl::context::pem);
        thread_ = std::thread([this] { serve(); });
    }
    ~ScriptedPeer() {
        ending_ = true;
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // ends a blocking accept
        {
            const std::lock_guard hold(mutex_);
            if (served_ >= 0) ::shutdown(served_, SHUT_RDWR);  // ends a script that waits for a kept connection's end
        }
        thread_.join();
    }
    unsigned short port() const { return acceptor_.local_endpoint().port(); }
    int connections() const { return connections_; }
    asio::ssl::context& tls() { return tls_; }

private:
    void serve() {
        while (!ending_) {
            boost::system::error_code error;
            tcp::socket socket(context_);
            acceptor_.accept(socket, error);
            if (error) continue;
            ++connections_;
            set_served(socket.native_handle());
            TlsStream stream(std::move(socket), tls_);
            try {
                script_(stream);
            } catch (const boost::system::system_error&) {
                // the caller left first: what the test says about it is judged at the caller's side
            }
            set_served(-1);
        }
    }
    void set_served(int descriptor) {
        const std::lock_guard hold(mutex_);
        served_ = ending_ ? -1 : descriptor;
        if (ending_ && descriptor >= 0) ::shutdown(descriptor, SHUT_RDWR);
    }
    asio::io_context context_;
    asio::ssl::context tls_{asio::ssl::context::tls_server};
    tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
    Script script_;
    std::mutex mutex_;
    int served_ = -1;
    std::atomic<bool> ending_ = false;
    std::atomic<int> connections_ = 0;
    std::thread thread_;
};

void shake_hands(TlsStream& stream) { stream.handshake(asio::ssl::stream_base::server); }
std::string read_request(TlsStream& stream) {
    std::string request;
    asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n");
    return request;
}
void write(TlsStream& stream, std::string_view bytes) { asio::write(stream, asio::buffer(bytes)); }
void close_notify(TlsStream& stream) {
    boost::system::error_code ignored;
    stream.shutdown(ignored);
}
void reset(TlsStream& stream) {
    stream.next_layer().set_option(asio::socket_base::linger(true, 0));
    stream.next_layer().close();
}
void wait_for_end(TlsStream& stream) {
    char byte;
    boost::system::error_code ended;
    stream.read_some(asio::buffer(&byte, 1), ended);
}
const std::string whole_reply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Reply: Yes\r\n\r\nreply";

class HttpClients : public testing::Test {
protected:
    HttpClients() {
        char name[] = "/tmp/postern-client-XXXXXX";
        folder = mkdtemp(name);
        authority = std::make_unique<test::TestAuthority>(folder);
        files = authority->issue("peer", "DNS:peer.test,IP:127.0.0.1");
        options.ca_file = authority->ca_file();
        thread = std::thread([this] { context.run(); });
    }
    ~HttpClients() override {
        client.reset();
        work.reset();
        context.stop();
        thread.join();
        std::filesystem::remove_all(folder);
    }
    HttpExchange exchange(unsigned short port, std::chrono::milliseconds time_left = 5s, ExchangeObserver observer = {}) {
        if (!client) client = std::make_unique<HttpClient>(context, options);
        wiped::Bytes request;
        for (const char c : method + " / HTTP/1.1\r\nHost: peer.test\r\n\r\n") request.push_back(c);
        return asio::co_spawn(context,
                              client->exchange({host, port, "127.0.0.1"}, std::move(request), time_left,
                                               std::move(observer)),
                              asio::use_future).get();
    }

    std::string folder, host = "peer.test", method = "POST";
    std::unique_ptr<test::TestAuthority> authority;
    test::TestAuthority::Files files;
    HttpClientOptions options;
    asio::io_context context;
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
    std::unique_ptr<HttpClient> client;
    std::thread thread;
};

struct CutCase {
    std::string name;
    Script script;
    Reached reached;
    std::string code;
    std::string body = {};
};
class HttpClientCuts : public HttpClients, public testing::WithParamInterface<CutCase> {};
TEST_P(HttpClientCuts, SaysHowFarItGot) {
    ScriptedPeer peer(files, GetParam().script);
    options.response_bytes_max = 1000;
    const auto got = exchange(peer.port(), 1s);
    EXPECT_EQ(got.reached, GetParam().reached);
    EXPECT_EQ(got.code, GetParam().code);
    EXPECT_EQ(got.response.body.view(), GetParam().body);
}

// After the request: sends these bytes, then ends in order or by cutting the connection.
Script replies(std::string bytes, void (*end)(TlsStream&)) {
    return [bytes, end](TlsStream& stream) {
        shake_hands(stream);
        read_request(stream);
        write(stream, bytes);
        end(stream);
    };
}
void close_tcp(TlsStream& stream) { stream.next_layer().close(); }

const std::string head_of_ten = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
const std::string head_of_chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string head_to_the_end = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
INSTANTIATE_TEST_SUITE_P(Table, HttpClientCuts, testing::Values(
    CutCase{"closed_before_handshake", [](TlsStream&) {}, Reached::nothing_left, "tls_failed"},
    CutCase{"reset_in_handshake",      [](TlsStream& s) { char b; s.next_layer().read_some(asio::buffer(&b, 1)); reset(s); },
            Reached::nothing_left, "tls_failed"},
    CutCase{"silent_handshake",        [](TlsStream& s) { char b[4096]; for (boost::system::error_code e; !e;) s.next_layer().read_some(asio::buffer(b), e); },
            Reached::nothing_left, "deadline"},
    CutCase{"closed_after_request",    replies("", close_notify), Reached::maybe_sent, "connection_lost"},
    CutCase{"cut_after_request",       replies("", close_tcp), Reached::maybe_sent, "connection_lost"},
    CutCase{"reset_after_request",     replies("", reset), Reached::maybe_sent, "connection_lost"},
    CutCase{"silent_after_request",    replies("", wait_for_end), Reached::maybe_sent, "deadline"},
    CutCase{"closed_in_head",          replies("HTTP/1.1 200 OK\r\nCont", close_notify), Reached::maybe_sent, "connection_lost"},
    CutCase{"closed_in_body",          replies(head_of_ten + "12345", close_notify), Reached::maybe_sent, "connection_lost"},
    CutCase{"cut_in_body",             replies(head_of_ten + "12345", close_tcp), Reached::maybe_sent, "connection_lost"},
    CutCase{"silent_in_body",          replies(head_of_ten + "12345", wait_for_end), Reached::maybe_sent, "deadline"},
    CutCase{"closed_in_chunks",        replies(head_of_chunks + "3\r\nabc\r\n", close_notify), Reached::maybe_sent, "connection_lost"},
    CutCase{"cut_at_stream_end",       replies(head_to_the_end + "abc", close_tcp), Reached::maybe_sent, "connection_lost"},
    CutCase{"ended_in_order",          replies(head_to_the_end + "abc", close_notify), Reached::answered, "", "abc"},
    CutCase{"whole_then_cut",          replies(whole_reply, close_tcp), Reached::answered, "", "reply"},
    CutCase{"chunks",                  replies(head_of_chunks + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", wait_for_end), Reached::answered, "", "abcde"},
    CutCase{"interim_answer",          replies("HTTP/1.1 100 Continue\r\n\r\n" + whole_reply, wait_for_end), Reached::answered, "", "reply"},
    CutCase{"no_end_of_interims",      replies([] { std::string s; for (int i = 0; i < 20; ++i) s += "HTTP/1.1 102 P\r\n\r\n"; return s; }(), wait_for_end),
            Reached::maybe_sent, "reply_malformed"},
    CutCase{"too_large_by_length",     replies("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", wait_for_end), Reached::maybe_sent, "reply_too_large"},
    CutCase{"too_large_to_the_end",    replies(head_to_the_end + std::string(1001, 'x'), close_notify), Reached::maybe_sent, "reply_too_large"},
    CutCase{"two_lengths",             replies("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nreply", wait_for_end),
            Reached::maybe_sent, "reply_malformed"},
    CutCase{"no_http",                 replies("SSH-2.0-x\r\n\r\n", wait_for_end), Reached::maybe_sent, "reply_malformed"}),
    [](const auto& test) { return test.param.name; });

TEST_F(HttpClients, NobodyListens) {
    unsigned short port = 0;
    {
        asio::io_context own;
        port = tcp::acceptor(own, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
    }
    const auto got = exchange(port);
    EXPECT_EQ(got.reached, Reached::nothing_left);
    EXPECT_EQ(got.code, "connect_refused");
}

TEST_F(HttpClients, NoTimeLeftSendsNothing) {
    ScriptedPeer peer(files, replies(whole_reply, wait_for_end));
    const auto got = exchange(peer.port(), 0ms);
    EXPECT_EQ(got.reached, Reached::nothing_left);
    EXPECT_EQ(got.code, "deadline");
}

TEST_F(HttpClients, ConnectTimeoutIsNotTheDeadline) {
    options.connect_timeout = 50ms;
    tcp::acceptor silent(context, {asio::ip::address_v4::loopback(), 0});
    const auto got = exchange(silent.local_endpoint().port());
    EXPECT_EQ(got.reached, Reached::nothing_left);
    EXPECT_EQ(got.code, "connect_timeout");
}

TEST_F(HttpClients, TrustsOnlyItsAuthorityAndTheRightName) {
    ScriptedPeer peer(files, replies(whole_reply, wait_for_end));
    host = "other.test";
    EXPECT_EQ(exchange(peer.port()).code, "tls_failed");
    host = "127.0.0.1";
    EXPECT_EQ(exchange(peer.port()).reached, Reached::answered);
    const test::TestAuthority foreign(folder, "foreign");
    ScriptedPeer impostor(foreign.issue("impostor", "DNS:peer.test"), replies(whole_reply, wait_for_end));
    host = "peer.test";
    const auto got = exchange(impostor.port());
    EXPECT_EQ(got.code, "tls_failed");
    EXPECT_EQ(got.reached, Reached::nothing_left);
}

TEST_F(HttpClients, UnreadableAuthoritySendsNothing) {
    options.ca_file = folder + "/absent";
    EXPECT_EQ(exchange(1).code, "tls_files_unreadable");
}

TEST_F(HttpClients, KeepsItsConnection) {
    ScriptedPeer peer(files, [](TlsStream& stream) {
        shake_hands(stream);
        for (int i = 0; i < 3; ++i) {
            read_request(stream);
            write(stream, whole_reply);
        }
        wait_for_end(stream);
    });
    for (int i = 0; i < 3; ++i) {
        const auto got = exchange(peer.port());
        ASSERT_EQ(got.reached, Reached::answered) << got.code;
        EXPECT_EQ(got.response.status, 200);
        EXPECT_EQ(got.response.headers.back(), (std::pair<std::string, std::string>{"x-reply", "Yes"}));
    }
    EXPECT_EQ(peer.connections(), 1);
}

// The peer closes while the connection is idle: the next request must not be lost on it.
TEST_F(HttpClients, ReplacesConnectionThatThePeerClosedAndResumesTls) {
    std::atomic<int> closed = 0, resumed = 0;
    ScriptedPeer peer(files, [&](TlsStream& stream) {
        shake_hands(stream);
        resumed += SSL_session_reused(stream.native_handle());
        read_request(stream);
        write(stream, whole_reply);
        stream.next_layer().close();
        ++closed;
        closed.notify_all();
    });
    for (int i = 0; i < 3; ++i) {
        const auto got = exchange(peer.port());
        EXPECT_EQ(got.reached, Reached::answered) << got.code;
        closed.wait(i);
    }
    EXPECT_EQ(peer.connections(), 3);
    EXPECT_EQ(resumed, 2);
}

TEST_F(HttpClients, DropsConnectionsThatIdledTooLong) {
    options.idle_max = 0ms;
    ScriptedPeer peer(files, replies(whole_reply, wait_for_end));
    EXPECT_EQ(exchange(peer.port()).reached, Reached::answered);
    EXPECT_EQ(exchange(peer.port()).reached, Reached::answered);
    EXPECT_EQ(peer.connections(), 2);
}

TEST_F(HttpClients, HeadAnswersHaveNoBody) {
    method = "HEAD";
    ScriptedPeer peer(files, replies(head_of_ten, wait_for_end));
    EXPECT_EQ(exchange(peer.port()).reached, Reached::answered);
}

TEST_F(HttpClients, RefusesOldTls) {
    ScriptedPeer peer(files, replies(whole_reply, wait_for_end));
    SSL_CTX_set_security_level(peer.tls().native_handle(), 0);
    SSL_CTX_set_min_proto_version(peer.tls().native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(peer.tls().native_handle(), TLS1_1_VERSION);
    EXPECT_EQ(exchange(peer.port()).code, "tls_failed");
}

TEST_F(HttpClients, TellsObserverInOrder) {
    ScriptedPeer peer(files, replies(whole_reply, wait_for_end));
    std::string seen;
    exchange(peer.port(), 5s,
             {[&] { seen += 'c'; }, [&] { seen += 'f'; }, [&] { seen += 'l'; }, [&] { seen += 'r'; }});
    EXPECT_EQ(seen, "cflr");
}

}  // namespace
}  // namespace postern::net
