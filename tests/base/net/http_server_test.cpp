#include "base/net/http_server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <future>
#include <gtest/gtest.h>
#include <thread>

#include "tests/support/test_certificates.hpp"

namespace postern::net {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

// A blocking caller of its own context, as bytes.
class Caller {
public:
    explicit Caller(unsigned short port) { socket_.connect({asio::ip::address_v4::loopback(), port}); }
    void send(std::string_view bytes) {
        boost::system::error_code ignored;  // a server that refuses early may have closed
        asio::write(socket_, asio::buffer(bytes), ignored);
    }
    // All until the peer ends.
    std::string rest() {
        std::string text;
        boost::system::error_code ended;
        asio::read(socket_, asio::dynamic_buffer(text), ended);
        return text;
    }
    // As many bytes as an answer with this body end has.
    std::string until(std::string_view end) {
        std::string text;
        char byte;
        while (!text.ends_with(end) && socket_.read_some(asio::buffer(&byte, 1)) == 1) text += byte;
        return text;
    }
    void close() { socket_.close(); }

private:
    asio::io_context context_;
    tcp::socket socket_{context_};
};

class HttpServers : public testing::Test {
protected:
    HttpServers() {
        options.refuse = [](int status, std::string_view code) {
            HttpResponse response;
            response.status = status;
            response.body = wiped::Text(code);
            return response;
        };
    }
    ~HttpServers() override {
        server.reset();
        work.reset();
        context.stop();
        if (thread.joinable()) thread.join();
    }
    void start(HttpHandler handler) {
        server = std::make_unique<HttpServer>(context, options, std::move(handler));
        const auto listening = server->listen();
        ASSERT_TRUE(listening) << listening.error().detail;
        thread = std::thread([this] { context.run(); });
    }
    // Answers with what it saw.
    void start_echo() {
        start([](HttpRequest& request) -> asio::awaitable<HttpResponse> {
            HttpResponse response;
            response.headers.emplace_back("x-method", request.method);
            response.headers.emplace_back("x-trailer", std::to_string(request.count_headers("x-late")));
            std::string body(request.path());
            body.append("|").append(request.query()).append("|").append(request.header("x-a"));
            body.append("|").append(request.body.view()).append("|end");
            response.body = wiped::Text(body);
            co_return response;
        });
    }
    std::string answer_to(std::string_view bytes) {
        Caller caller(server->port());
        caller.send(bytes);
        return caller.rest();
    }

    HttpServerOptions options;
    asio::io_context context;
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
    std::unique_ptr<HttpServer> server;
    std::thread thread;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

TEST_F(HttpServers, KeepsConnectionAndReadsPipelinedRequests) {
    start_echo();
    Caller caller(server->port());
    caller.send("POST /one?q=1 HTTP/1.1\r\nHost: a\r\nX-A: v\r\nContent-Length: 4\r\n\r\nbody"
                "GET /two HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto first = caller.until("|end");
    EXPECT_TRUE(first.starts_with("HTTP/1.1 200 OK\r\n")) << first;
    EXPECT_TRUE(has(first, "connection: keep-alive\r\n")) << first;
    EXPECT_TRUE(first.ends_with("\r\n\r\n/one|q=1|v|body|end")) << first;
    EXPECT_TRUE(caller.until("|end").ends_with("/two||||end"));
    caller.send("GET /three HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const auto last = caller.rest();
    EXPECT_TRUE(has(last, "connection: close\r\n")) << last;
}

TEST_F(HttpServers, ReadsChunksAndIgnoresTrailers) {
    start_echo();
    const auto answer = answer_to("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                                  "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Late: 1\r\n\r\n");
    EXPECT_TRUE(has(answer, "|abcde|end")) << answer;
    EXPECT_TRUE(has(answer, "x-trailer: 0")) << answer;
}

TEST_F(HttpServers, WritesChunksWhereAHandlerAsksForThem) {
    start([](HttpRequest&) -> asio::awaitable<HttpResponse> {
        HttpResponse response;
        response.body = wiped::Text("0123456789abcdefXYZ");
        response.chunk_bytes = 16;
        co_return response;
    });
    const auto answer = answer_to("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_NE(answer.find("transfer-encoding: chunked\r\n"), answer.npos);
    EXPECT_EQ(answer.find("content-length"), answer.npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\n10\r\n0123456789abcdef\r\n3\r\nXYZ\r\n0\r\n\r\n")) << answer;
}

TEST_F(HttpServers, CutsAndDripsWhereAHandlerAsksForIt) {
    start([](HttpRequest& request) -> asio::awaitable<HttpResponse> {
        HttpResponse response;
        response.body = wiped::Text("0123456789");
        response.mishap.emplace();
        if (request.path() == "/cut") response.mishap->bytes_max = 20;
        response.mishap->drip_bytes = 8;
        response.mishap->drip_pause = 5ms;
        co_return response;
    });
    const std::string_view keeps = " HTTP/1.1\r\nHost: a\r\n\r\n", ends = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(answer_to("GET /cut" + std::string(keeps)), "HTTP/1.1 200 OK\r\ndat") << "and the connection ends";
    const auto started = std::chrono::steady_clock::now();
    const auto whole = answer_to("GET /drip" + std::string(ends));
    EXPECT_TRUE(whole.ends_with("\r\n\r\n0123456789")) << whole;
    EXPECT_GE(std::chrono::steady_clock::now() - started, whole.size() / 8 * 5ms);
}

TEST_F(HttpServers, HeadHasNoBodyAndExpectIsAnswered) {
    start_echo();
    const auto head = answer_to("HEAD /h HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(has(head, "content-length: 9\r\n")) << head;
    EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
    Caller caller(server->port());
    caller.send("POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(caller.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    caller.send("hi");
    EXPECT_TRUE(caller.until("|end").ends_with("|hi|end"));
}

struct RefusedCase {
    std::string name, bytes;
    std::string status, code;
};
class HttpServerRefuses : public HttpServers, public testing::WithParamInterface<RefusedCase> {};
TEST_P(HttpServerRefuses, AndCloses) {
    options.header_bytes_max = 1024;
    options.body_bytes_max = 100;
    start([](HttpRequest&) -> asio::awaitable<HttpResponse> {
        ADD_FAILURE() << "handled";
        co_return HttpResponse{};
    });
    const auto answer = answer_to(GetParam().bytes + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + GetParam().status)) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n" + GetParam().code)) << answer;
    EXPECT_TRUE(has(answer, "connection: close")) << answer;
}
std::string post(const std::string& rest) { return "POST / HTTP/1.1\r\nHost: a\r\n" + rest; }
INSTANTIATE_TEST_SUITE_P(Table, HttpServerRefuses, testing::Values(
    RefusedCase{"length_and_chunked", post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "400",
                "length_and_chunked"},
    RefusedCase{"two_lengths",        post("Content-Length: 4\r\nContent-Length: 0\r\n\r\nabcd"), "400", "repeated_header"},
    RefusedCase{"bare_line_feed",     "GET / HTTP/1.1\nHost: a\n\n", "400", "malformed"},
    RefusedCase{"folded",             post("X-A: 1\r\n 2\r\n\r\n"), "400", "malformed"},
    RefusedCase{"bad_chunk_size",     post("Transfer-Encoding: chunked\r\n\r\nzz\r\n"), "400", "malformed"},
    RefusedCase{"chunk_without_end",  post("Transfer-Encoding: chunked\r\n\r\n2\r\nabXX"), "400", "malformed"},
    RefusedCase{"huge_chunk_size",    post("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"), "400", "malformed"},
    RefusedCase{"long_chunk_extension", post("Transfer-Encoding: chunked\r\n\r\n2;" + std::string(20'000, 'x')), "400",
                "malformed"},
    RefusedCase{"body_told_too_large", post("Content-Length: 101\r\n\r\n"), "413", "body_too_large"},
    RefusedCase{"chunks_too_large",   post("Transfer-Encoding: chunked\r\n\r\nff\r\n" + std::string(255, 'x') + "\r\n"),
                "413", "body_too_large"},
    RefusedCase{"head_too_large",     post("X-A: " + std::string(1100, 'x') + "\r\n\r\n"), "431", "header_too_large"},
    RefusedCase{"unknown_method",     "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "501", "method_not_implemented"},
    RefusedCase{"trace",              "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "501", "method_not_implemented"},
    RefusedCase{"version",            "GET / HTTP/3.0\r\nHost: a\r\n\r\n", "505", "version_unknown"}),
    [](const auto& test) { return test.param.name; });

TEST_F(HttpServers, SlowDripsAreCut) {
    options.header_timeout = 80ms;
    options.body_timeout = 80ms;
    start_echo();
    const auto begun = std::chrono::steady_clock::now();
    Caller silent(server->port()), head(server->port()), body(server->port());
    head.send("GET / HTT");
    body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nab");
    EXPECT_EQ(silent.rest(), "");
    EXPECT_EQ(head.rest(), "");
    EXPECT_EQ(body.rest(), "");
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 80ms);
}

// Each byte comes in time for a timeout per read; the whole head does not.
TEST_F(HttpServers, HeaderDeadlineIsTotal) {
    options.header_timeout = 200ms;
    start_echo();
    Caller caller(server->port());
    std::jthread dripper([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            caller.send("G");
            std::this_thread::sleep_for(10ms);
        }
    });
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(caller.rest(), "");
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST_F(HttpServers, HandlersFailuresBecome500) {
    start([](HttpRequest& request) -> asio::awaitable<HttpResponse> {
        if (request.path() == "/throw") throw std::runtime_error("bug");
        HttpResponse response;
        response.headers.emplace_back("x-split", "a\r\nset-cookie: b");
        co_return response;
    });
    for (const std::string path : {"/throw", "/split"}) {
        const auto answer = answer_to("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
        EXPECT_TRUE(answer.ends_with("internal")) << answer;
    }
}

TEST_F(HttpServers, ConnectionsAreCapped) {
    options.connections_max = 1;
    start_echo();
    Caller first(server->port());
    first.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_FALSE(first.until("|end").empty());
    Caller second(server->port());
    EXPECT_EQ(second.rest(), "");
    first.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(has(first.until("|end"), "/2"));
}

TEST_F(HttpServers, StopAcceptingFinishesWhatRuns) {
    asio::steady_timer gate(context, asio::steady_timer::time_point::max());
    std::promise<void> begun;
    start([&](HttpRequest&) -> asio::awaitable<HttpResponse> {
        begun.set_value();
        boost::system::error_code opened;
        co_await gate.async_wait(asio::redirect_error(asio::use_awaitable, opened));
        co_return HttpResponse{};
    });
    Caller caller(server->port());
    caller.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    begun.get_future().wait();
    EXPECT_EQ(server->in_flight(), 1U);
    server->stop_accepting();
    asio::post(context, [&] { gate.cancel(); });
    const auto answer = caller.rest();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK")) << answer;
    EXPECT_TRUE(has(answer, "connection: close")) << answer;
    EXPECT_EQ(server->in_flight(), 0U);
    EXPECT_THROW(Caller{server->port()}, boost::system::system_error);
}

TEST_F(HttpServers, TakenPortAndSharedPort) {
    options.reuse_port = true;
    start_echo();
    auto other = options;
    other.port = server->port();
    HttpServer sharing(context, other, [](HttpRequest&) -> asio::awaitable<HttpResponse> { co_return HttpResponse{}; });
    EXPECT_TRUE(sharing.listen());
    other.reuse_port = false;
    HttpServer refused(context, other, [](HttpRequest&) -> asio::awaitable<HttpResponse> { co_return HttpResponse{}; });
    const auto taken = refused.listen();
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, "address_in_use");
}

class TlsServers : public HttpServers {
protected:
    TlsServers() {
        char name[] = "/tmp/postern-tls-XXXXXX";
        folder = mkdtemp(name);
        authority = std::make_unique<test::TestAuthority>(folder);
        const auto files = authority->issue("server", "DNS:localhost,IP:127.0.0.1");
        options.tls = TlsFiles{files.certificate, files.key};
    }
    ~TlsServers() override { std::filesystem::remove_all(folder); }
    // The answer to one GET, or what went wrong.
    std::string get(asio::ssl::context& tls) {
        asio::io_context own;
        asio::ssl::stream<tcp::socket> stream(own, tls);
        stream.next_layer().connect({asio::ip::address_v4::loopback(), server->port()});
        boost::system::error_code error;
        stream.handshake(asio::ssl::stream_base::client, error);
        if (error) return "handshake: " + error.message();
        asio::write(stream, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")), error);
        std::string text;
        if (!error) asio::read(stream, asio::dynamic_buffer(text), error);
        return error == asio::error::eof ? text : "read: " + error.message();
    }
    std::string folder;
    std::unique_ptr<test::TestAuthority> authority;
};

TEST_F(TlsServers, AnswersAndEndsWithCloseNotify) {
    start_echo();
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.load_verify_file(authority->ca_file());
    tls.set_verify_mode(asio::ssl::verify_peer);
    const auto answer = get(tls);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK")) << answer;
}

TEST_F(TlsServers, BreakOffWhereAHandlerAsksForIt) {
    start([](HttpRequest&) -> asio::awaitable<HttpResponse> {
        HttpResponse response;
        response.mishap.emplace().breaks_tls = true;
        co_return response;
    });
    asio::ssl::context tls(asio::ssl::context::tls_client);
    const auto answer = get(tls);
    EXPECT_TRUE(answer.starts_with("read: ")) << answer;
    EXPECT_EQ(answer.find("truncated"), answer.npos) << answer;
}

TEST_F(TlsServers, RefusesOldVersions) {
    start_echo();
    asio::ssl::context tls(asio::ssl::context::tls_client);
    SSL_CTX_set_security_level(tls.native_handle(), 0);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(tls.native_handle(), TLS1_1_VERSION);
    EXPECT_TRUE(get(tls).starts_with("handshake: "));
    asio::ssl::context newer(asio::ssl::context::tls_client);
    SSL_CTX_set_max_proto_version(newer.native_handle(), TLS1_2_VERSION);
    EXPECT_TRUE(get(newer).starts_with("HTTP/1.1 200"));
}

TEST_F(TlsServers, AsksForClientCertificate) {
    options.tls->client_ca = authority->ca_file();
    start_echo();
    asio::ssl::context without(asio::ssl::context::tls_client);
    EXPECT_FALSE(get(without).starts_with("HTTP"));
    const auto files = authority->issue("device", "DNS:device");
    asio::ssl::context with(asio::ssl::context::tls_client);
    with.use_certificate_chain_file(files.certificate);
    with.use_private_key_file(files.key, asio::ssl::context::pem);
    EXPECT_TRUE(get(with).starts_with("HTTP/1.1 200"));
}

TEST_F(TlsServers, UnreadableFilesAreToldAtListen) {
    options.tls->private_key = folder + "/absent";
    HttpServer refused(context, options, {});
    const auto listening = refused.listen();
    ASSERT_FALSE(listening);
    EXPECT_EQ(listening.error().code, "tls_files_unreadable");
}

}  // namespace
}  // namespace postern::net
