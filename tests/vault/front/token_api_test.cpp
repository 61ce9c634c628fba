#include "vault/front/token_api.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/net/http_client.hpp"
#include "base/net/http_server.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/test_certificates.hpp"
#include "vault/contract/message_codec.hpp"
#include "vault/contract/vault.pb.h"
#include "vault/front/problem.hpp"
#include "vault/sealed/card_frame.hpp"

namespace postern::vault {
namespace {

namespace asio = boost::asio;

const std::string key = "pk_" + std::string(52, 'k');
const std::string token = "tok_" + std::string(26, 'a');

// The front over real TLS, before a keeper that is a script.
class Front : public testing::Test {
protected:
    Front() {
        keeper_socket = std::make_unique<net::FrameServer>(
            context, net::FrameServerOptions{folder + "/front.sock", 0600, {::getuid()}, 64, {}},
            [this](net::Frame frame, const net::PeerCredentials&) { return keeper(std::move(frame)); });
        EXPECT_TRUE(keeper_socket->listen());
        link = std::make_unique<net::FrameClient>(
            context, net::FrameClientOptions{folder + "/front.sock", {::getuid()}, 64, std::chrono::milliseconds{300}});
        api = std::make_unique<TokenApi>(*link, clock, random, TokenApiLimits{1, 4, 10, std::chrono::milliseconds{2000}});
        net::HttpServerOptions options;
        const auto files = authority.issue("front", "DNS:localhost");
        options.tls = net::TlsFiles{files.certificate, files.key, {}};
        options.body_bytes_max = 8 * 1024;
        options.refuse = [](int status, std::string_view code) { return transport_problem("req_unread", status, code); };
        server = std::make_unique<net::HttpServer>(context, options, [this](net::HttpRequest& request) { return api->handle(request); });
        EXPECT_TRUE(server->listen());
        client = std::make_unique<net::HttpClient>(context, net::HttpClientOptions{authority.ca_file()});
    }
    ~Front() override { std::filesystem::remove_all(folder); }

    asio::awaitable<net::Frame> keeper(net::Frame frame) {
        v1::FrontRequest request;
        EXPECT_TRUE(request.ParseFromString(frame.control));
        requests.push_back(request);
        secrets.emplace_back(frame.secret.data(), frame.secret.size());
        controls.push_back(frame.control);
        v1::FrontReply reply = answer(request);
        co_return net::Frame{frame.correlation, reply.SerializeAsString(), {}};
    }

    struct Answer {
        int status;
        std::string body;
        std::map<std::string, std::string> headers;
    };
    Answer call(const std::string& method, const std::string& target, const std::string& body = {},
                const std::string& bearer = "Bearer " + key, const std::string& more = {}) {
        std::string request = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more;
        if (!bearer.empty()) request += "Authorization: " + bearer + "\r\n";
        if (method == "POST") request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        request += "\r\n" + body;
        std::optional<net::HttpExchange> out;
        asio::co_spawn(context, [&]() -> asio::awaitable<void> {
            out.emplace(co_await client->exchange({"localhost", server->port(), "127.0.0.1"},
                                                  wiped::Bytes(request.begin(), request.end()), std::chrono::seconds{5}));
            context.stop();
        }, asio::detached);
        context.restart();
        context.run();
        EXPECT_EQ(out->reached, net::Reached::answered) << out->code;
        Answer told{out->response.status, std::string(out->response.body.view()), {}};
        for (const auto& [name, value] : out->response.headers) told.headers[name] = value;
        return told;
    }

    static v1::FrontReply made(const v1::FrontRequest& request) {
        v1::FrontReply reply;
        auto& summary = request.has_tokenize() ? *reply.mutable_token_made()->mutable_summary() : *reply.mutable_token();
        if (request.has_tokenize()) reply.mutable_token_made()->set_token(token);
        encode_summary({"411111", "1111", "visa", 12, 2029, {.security_code = true}}, summary);
        if (request.has_delete_token() || request.has_ready()) reply.mutable_done();
        return reply;
    }
    static v1::FrontReply failed(Error error) {
        v1::FrontReply reply;
        encode_failure(error, *reply.mutable_failure());
        return reply;
    }

    static std::string make_folder() {
        std::string path = std::filesystem::temp_directory_path() / "front_test_XXXXXX";
        return ::mkdtemp(path.data());
    }
    std::string folder = make_folder();
    test::TestAuthority authority{folder};
    test::ManualClock clock;
    test::SeededRandom random;
    asio::io_context context;
    std::function<v1::FrontReply(const v1::FrontRequest&)> answer = made;
    std::vector<v1::FrontRequest> requests;
    std::vector<std::string> secrets, controls;
    std::unique_ptr<net::FrameServer> keeper_socket;
    std::unique_ptr<net::FrameClient> link;
    std::unique_ptr<TokenApi> api;
    std::unique_ptr<net::HttpServer> server;
    std::unique_ptr<net::HttpClient> client;
};

const std::string card = R"({"number":"4111111111111111","expiry_month":12,"expiry_year":2029,"security_code":"123"})";

TEST_F(Front, TokenizesAndKeepsTheCardOutOfTheControlPart) {
    const auto answered = call("POST", "/v1/tokens", card);
    EXPECT_EQ(answered.status, 201) << answered.body;
    EXPECT_EQ(answered.body, "{\"token\":\"" + token + R"(","card":{"bin6":"411111","last4":"1111","brand":"visa",)"
                             R"("entry":"keyed","expiry_month":12,"expiry_year":2029}})");
    EXPECT_EQ(answered.headers.at("location"), "/v1/tokens/" + token);
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(controls.front().find("4111111111111111"), std::string::npos);
    const auto fields = sealed::parse_card_frame(secrets.front()).value();
    EXPECT_EQ(fields.number, "4111111111111111");
    EXPECT_EQ(fields.security_code, "123");
    EXPECT_EQ(requests.front().tokenize().origin(), "127.0.0.1");
    EXPECT_EQ(requests.front().tokenize().caller_key().size(), 32U);
    EXPECT_EQ(requests.front().tokenize().request_id(), answered.headers.at("postern-request-id"));
}

TEST_F(Front, GivesTracksAndBlocksToTheKeeperUnread) {
    call("POST", "/v1/tokens", R"({"track1":"%B4^A/B^2912101?","track2":";4=2912101?"})");
    EXPECT_EQ(sealed::parse_card_frame(secrets.back())->track1, "%B4^A/B^2912101?");
    EXPECT_EQ(sealed::parse_card_frame(secrets.back())->track2, ";4=2912101?");
    answer = [](const auto& request) {
        auto reply = made(request);
        encode_summary({"", "", "unknown", 0, 0, {.encrypted_block = true, .entry = CardEntry::encrypted}},
                       *reply.mutable_token_made()->mutable_summary());
        return reply;
    };
    const auto made_of_block = call("POST", "/v1/tokens", R"({"encrypted":{"format":"MagneSafe","source":"Contactless",
        "block":"ABCD","key_serial":"9012"}})");
    EXPECT_EQ(made_of_block.body, "{\"token\":\"" + token + R"(","card":{"brand":"unknown","entry":"encrypted"}})");
    const auto encrypted = sealed::parse_card_frame(secrets.back())->encrypted;
    EXPECT_EQ(std::string(encrypted.source) + std::string(encrypted.block) + std::string(encrypted.key_serial), "ContactlessABCD9012");
    EXPECT_EQ(controls.back().find("ABCD"), std::string::npos);
}

const std::string page = "https://shop.example";
const std::string from_page = "Origin: " + page + "\r\n";

TEST_F(Front, TellsTheKeeperWhichPageAsksAndLetsThatPageRead) {
    const auto made = call("POST", "/v1/tokens", card, "Bearer " + key, from_page);
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(requests.back().tokenize().browser_origin(), page);
    EXPECT_EQ(made.headers.at("access-control-allow-origin"), page);
    EXPECT_EQ(made.headers.at("vary"), "origin");
    call("GET", "/v1/tokens/" + token, {}, "Bearer " + key, from_page);
    EXPECT_EQ(requests.back().read_token().browser_origin(), page);
    call("DELETE", "/v1/tokens/" + token, {}, "Bearer " + key, from_page);
    EXPECT_EQ(requests.back().delete_token().browser_origin(), page);
    EXPECT_EQ(call("POST", "/v1/tokens", card).headers.count("access-control-allow-origin"), 0U) << "no browser asks";
}

TEST_F(Front, AnotherPageIsRefusedAndReadsNothing) {
    answer = [](const auto&) { return failed({ErrorKind::forbidden, "origin_not_allowed"}); };
    const auto refused = call("POST", "/v1/tokens", card, "Bearer " + key, from_page);
    EXPECT_EQ(refused.status, 403);
    EXPECT_NE(refused.body.find("\"code\":\"origin_not_allowed\""), std::string::npos) << refused.body;
    EXPECT_FALSE(refused.headers.contains("access-control-allow-origin"));
}

TEST_F(Front, WhatCannotBeListedIsRefusedWithoutAskingTheKeeper) {
    for (const std::string origin : {"null", "http://shop.example", "https://shop.example/4111111111111111"})
        EXPECT_EQ(call("POST", "/v1/tokens", card, "Bearer " + key, "Origin: " + origin + "\r\n").status, 403) << origin;
    EXPECT_TRUE(requests.empty());
}

TEST_F(Front, ABrowserAsksFirstWithoutAKey) {
    const auto allowed = call("OPTIONS", "/v1/tokens", {}, {}, from_page + "Access-Control-Request-Method: POST\r\n");
    EXPECT_EQ(allowed.status, 204);
    EXPECT_EQ(requests.back().preflight().browser_origin(), page);
    EXPECT_EQ(allowed.headers.at("access-control-allow-origin"), page);
    EXPECT_EQ(allowed.headers.at("access-control-allow-headers"), "authorization, content-type");
    answer = [](const auto&) { return failed({ErrorKind::forbidden, "origin_not_allowed"}); };
    const auto refused = call("OPTIONS", "/v1/tokens", {}, {}, from_page);
    EXPECT_EQ(refused.status, 403);
    EXPECT_FALSE(refused.headers.contains("access-control-allow-origin"));
}

TEST_F(Front, ReadsAndDeletes) {
    EXPECT_EQ(call("GET", "/v1/tokens/" + token).status, 200);
    const auto deleted = call("DELETE", "/v1/tokens/" + token);
    EXPECT_EQ(deleted.status, 204);
    EXPECT_EQ(deleted.body, "");
    EXPECT_EQ(requests.back().delete_token().token(), token);
    EXPECT_EQ(call("GET", "/v1/tokens/4111111111111111").status, 404);
    EXPECT_EQ(requests.size(), 2U) << "what is no token does not leave the front";
}

struct Refusal {
    std::string name, method, target, body, bearer;
    int status;
    std::string code;
};
class FrontRefuses : public Front, public testing::WithParamInterface<Refusal> {};
TEST_P(FrontRefuses, WithoutAskingTheKeeper) {
    const auto& refusal = GetParam();
    const auto answered = call(refusal.method, refusal.target, refusal.body, refusal.bearer);
    EXPECT_EQ(answered.status, refusal.status);
    EXPECT_NE(answered.body.find("\"code\":\"" + refusal.code + "\""), std::string::npos) << answered.body;
    EXPECT_EQ(answered.body.find("4111"), std::string::npos) << answered.body;
    EXPECT_EQ(answered.headers.at("content-type"), "application/problem+json");
    ASSERT_TRUE(answered.headers.contains("postern-request-id"));
    EXPECT_NE(answered.body.find("\"request_id\":\"" + answered.headers.at("postern-request-id") + "\""), std::string::npos);
    EXPECT_TRUE(requests.empty());
}
const std::string good = "Bearer " + key;
INSTANTIATE_TEST_SUITE_P(Table, FrontRefuses, testing::Values(
    Refusal{"no_key", "POST", "/v1/tokens", card, "", 401, "caller_key_missing"},
    Refusal{"secret_key", "POST", "/v1/tokens", card, "Bearer sk_" + std::string(52, 'k'), 401, "caller_key_missing"},
    Refusal{"short_key", "POST", "/v1/tokens", card, "Bearer pk_k", 401, "caller_key_missing"},
    Refusal{"malformed", "POST", "/v1/tokens", "{\"number\":4111111111111111", good, 400, "malformed_json"},
    Refusal{"unknown_field", "POST", "/v1/tokens", "{\"4111111111111111\":1}", good, 400, "invalid_fields"},
    Refusal{"month_13", "POST", "/v1/tokens", R"({"number":"4111","expiry_month":13,"expiry_year":2029})", good, 400,
            "field_out_of_range"},
    Refusal{"long_number", "POST", "/v1/tokens", "{\"number\":\"" + std::string(33, '4') + R"(","expiry_month":1,"expiry_year":2029})",
            good, 400, "field_too_long"},
    Refusal{"list", "GET", "/v1/tokens", "", good, 405, "method_not_allowed"},
    Refusal{"put", "POST", "/v1/tokens/" + token, card, good, 405, "method_not_allowed"},
    Refusal{"elsewhere", "GET", "/v1/4111111111111111", "", good, 404, "unknown_route"},
    Refusal{"large_body", "POST", "/v1/tokens", std::string(9 * 1024, '4'), good, 413, "body_too_large"}),
    [](const auto& test) { return test.param.name; });

TEST_F(Front, PassesOnWhatTheKeeperRefuses) {
    answer = [](const auto&) { return failed({ErrorKind::invalid_request, "card_number_invalid", {}, "/number"}); };
    const auto invalid = call("POST", "/v1/tokens", card);
    EXPECT_EQ(invalid.status, 400);
    EXPECT_NE(invalid.body.find(R"("errors":[{"field":"/number","code":"card_number_invalid"}])"), std::string::npos);
    answer = [](const auto&) { return failed({ErrorKind::forbidden, "caller_key_unknown"}); };
    EXPECT_EQ(call("POST", "/v1/tokens", card).status, 401);
    answer = [](const auto&) { return failed({ErrorKind::unavailable, "arena_full"}); };
    const auto full = call("POST", "/v1/tokens", card);
    EXPECT_EQ(full.status, 503);
    EXPECT_NE(full.body.find("\"retry\":\"wait\""), std::string::npos);
    EXPECT_EQ(full.headers.at("retry-after"), "5");
}

TEST_F(Front, LimitsEachCaller) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(call("GET", "/v1/tokens/" + token).status, 200);
    EXPECT_EQ(call("GET", "/v1/tokens/" + token).status, 429);
    EXPECT_EQ(call("GET", "/v1/tokens/" + token, {}, "Bearer pk_" + std::string(52, 'z')).status, 200) << "another caller";
    clock.move(std::chrono::seconds{2});
    EXPECT_EQ(call("GET", "/v1/tokens/" + token).status, 200);
}

TEST_F(Front, ProbesNeedNoKey) {
    EXPECT_EQ(call("GET", "/healthz", {}, {}).status, 200);
    EXPECT_EQ(call("GET", "/readyz", {}, {}).status, 200);
    EXPECT_TRUE(requests.back().has_ready());
    const auto metrics = call("GET", "/metrics", {}, {});
    EXPECT_NE(metrics.body.find("postern_vault_requests_total"), std::string::npos);
    answer = [](const auto&) { return failed({ErrorKind::unavailable, "journal_unavailable"}); };
    EXPECT_EQ(call("GET", "/readyz", {}, {}).status, 503);
    api->drain();
    EXPECT_EQ(call("GET", "/readyz", {}, {}).status, 503);
}

TEST_F(Front, AMissingKeeperIsAWait) {
    keeper_socket->stop();
    const auto answered = call("POST", "/v1/tokens", card);
    EXPECT_EQ(answered.status, 503);
    EXPECT_NE(answered.body.find("\"retry\":\"wait\""), std::string::npos);
}

}  // namespace
}  // namespace postern::vault
