#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/net/http_server.hpp"
#include "tests/support/test_certificates.hpp"
#include "vault/egress/exchange.hpp"
#include "vault/keeper/socket_egress.hpp"

namespace postern::vault {
namespace {

namespace asio = boost::asio;
using Reached = EgressAnswer::Reached;

// A processor, the egress and the keeper's end of its socket, in one context.
class Egress : public testing::Test {
protected:
    Egress() {
        auto options = net::HttpServerOptions{};
        const auto files = authority.issue("processor", "DNS:mercury.localhost");
        options.tls = net::TlsFiles{files.certificate, files.key, {}};
        processor = std::make_unique<net::HttpServer>(context, options, [this](net::HttpRequest& request) { return serve(request); });
        EXPECT_TRUE(processor->listen());
        allowed = AllowList::parse({here("mercury.localhost"), here("other.localhost")}).value();
        client = std::make_unique<net::HttpClient>(context, net::HttpClientOptions{authority.ca_file()});
        server = std::make_unique<net::FrameServer>(
            context, net::FrameServerOptions{folder + "/egress.sock", 0600, {::getuid()}, 64, {}},
            egress_routes(allowed, *client));
        EXPECT_TRUE(server->listen());
        keeper = std::make_unique<SocketEgress>(
            context, net::FrameClientOptions{folder + "/egress.sock", {::getuid()}, 64, std::chrono::milliseconds{300}});
    }
    ~Egress() override { std::filesystem::remove_all(folder); }

    std::string here(const std::string& name) const {
        return name + ":" + std::to_string(processor->port()) + " 127.0.0.1";
    }
    asio::awaitable<net::HttpResponse> serve(net::HttpRequest& request) {
        received.emplace_back(request.body.view());
        co_return respond();
    }
    EgressAnswer exchange(EgressHost host, std::string_view body = "<card>4003000123456781</card>") {
        const auto text = "POST /ws HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
        std::optional<EgressAnswer> out;
        asio::co_spawn(context, [&]() -> asio::awaitable<void> {
            out.emplace(co_await keeper->exchange(host, wiped::Bytes(text.begin(), text.end()), std::chrono::seconds{5}));
            context.stop();
        }, asio::detached);
        context.restart();
        context.run();
        return std::move(*out);
    }
    EgressHost mercury() const { return {"mercury.localhost", processor->port(), "127.0.0.1"}; }
    static std::string text(const EgressAnswer& answer) { return {answer.body.data(), answer.body.size()}; }

    static std::string make_folder() {
        std::string path = std::filesystem::temp_directory_path() / "egress_test_XXXXXX";
        return ::mkdtemp(path.data());
    }
    std::string folder = make_folder();
    test::TestAuthority authority{folder};
    asio::io_context context;
    std::vector<std::string> received;
    std::function<net::HttpResponse()> respond = [] {
        net::HttpResponse response;
        response.headers = {{"content-type", "text/xml"}};
        response.body = wiped::Text{"<ok/>"};
        return response;
    };
    std::unique_ptr<net::HttpServer> processor;
    AllowList allowed;
    std::unique_ptr<net::HttpClient> client;
    std::unique_ptr<net::FrameServer> server;
    std::unique_ptr<SocketEgress> keeper;
};

TEST_F(Egress, SendsAndBringsTheAnswerBack) {
    const auto answer = exchange(mercury());
    EXPECT_EQ(answer.reached, Reached::answered) << answer.code;
    EXPECT_EQ(answer.http_status, 200);
    EXPECT_EQ(answer.content_type, "text/xml");
    EXPECT_EQ(text(answer), "<ok/>");
    EXPECT_EQ(received, std::vector<std::string>{"<card>4003000123456781</card>"});
}

TEST_F(Egress, GoesNowhereThatIsNotOnItsList) {
    for (const auto& host : {EgressHost{"evil.localhost", processor->port(), "127.0.0.1"},
                             EgressHost{"mercury.localhost", 1, "127.0.0.1"},
                             EgressHost{"mercury.localhost", processor->port(), "127.0.0.2"}}) {
        const auto answer = exchange(host);
        EXPECT_EQ(answer.reached, Reached::nothing_left);
        EXPECT_EQ(answer.code, "host_not_allowed");
    }
    EXPECT_TRUE(received.empty());
}

TEST_F(Egress, SendsNothingToAHostWithAnothersCertificate) {
    const auto answer = exchange({"other.localhost", processor->port(), {}});
    EXPECT_EQ(answer.reached, Reached::nothing_left);
    EXPECT_EQ(answer.code, "tls_failed");
    EXPECT_TRUE(received.empty());
}

TEST_F(Egress, ErrorsOfTheProcessorAreAnswers) {
    respond = [] {
        net::HttpResponse response;
        response.status = 500;
        response.body = wiped::Text{"<fault/>"};
        return response;
    };
    const auto answer = exchange(mercury());
    EXPECT_EQ(answer.reached, Reached::answered);
    EXPECT_EQ(answer.http_status, 500);
}

TEST_F(Egress, AnEncodedReplyIsNotShown) {
    respond = [] {
        net::HttpResponse response;
        response.headers = {{"content-encoding", "br"}};
        response.body = wiped::Text{"????"};
        return response;
    };
    const auto answer = exchange(mercury());
    EXPECT_EQ(answer.reached, Reached::maybe_sent);
    EXPECT_EQ(answer.code, "reply_encoded");
    EXPECT_TRUE(answer.body.empty());
}

TEST_F(Egress, ARefusedConnectionIsNotSent) {
    const auto port = processor->port();
    processor.reset();
    const auto answer = exchange({"mercury.localhost", port, "127.0.0.1"});
    EXPECT_EQ(answer.reached, Reached::nothing_left);
    EXPECT_EQ(answer.code, "connect_refused");
}

TEST_F(Egress, AMissingEgressIsNotSent) {
    server->stop();
    const auto stopped = exchange(mercury());
    EXPECT_EQ(stopped.reached, Reached::nothing_left);
    EXPECT_EQ(stopped.code, "egress_unavailable");
}

TEST(AllowList, RefusesLinesThatAreNone) {
    for (const auto* line : {"", "host", "host:", ":443", "host:0", "host:70000", "host:443x", "host:443 "})
        EXPECT_FALSE(AllowList::parse({line})) << line;
    EXPECT_FALSE(AllowList::parse({}));
}

}  // namespace
}  // namespace postern::vault
