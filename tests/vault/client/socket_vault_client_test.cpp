#include "vault/client/socket_vault_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>
#include <optional>
#include <unistd.h>

#include "base/net/frames.hpp"
#include "vault/client/socket_vault_clients.hpp"
#include "vault/contract/message_codec.hpp"
#include "vault/contract/vault.pb.h"

namespace postern::vault {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// A keeper that says what the test tells it to, and keeps what it was asked.
class SocketVaultClientTest : public testing::Test {
protected:
    void serve() {
        server.emplace(context, net::FrameServerOptions{path, 0600, {getuid()}, 16, {}},
                       [this](net::Frame frame, const net::PeerCredentials&) { return answer(std::move(frame)); });
        ASSERT_TRUE(server->listen());
    }
    asio::awaitable<net::Frame> answer(net::Frame frame) {
        v1::GatewayRequest request;
        EXPECT_TRUE(request.ParseFromString(frame.control));
        EXPECT_TRUE(frame.secret.empty());
        if (request.has_hello()) {
            v1::GatewayReply hello;
            if (speaks_hello) hello.mutable_hello()->set_epoch("epoch_one");
            frame.control = hello.SerializeAsString();
            co_return frame;
        }
        asked = request;
        if (silent) {
            asio::steady_timer never(co_await asio::this_coro::executor, 1h);
            co_await never.async_wait(asio::use_awaitable);
        }
        frame.control = garbage ? "\xff\xff" : reply.SerializeAsString();
        co_return frame;
    }
    // Runs one call to its end; throws where it has none.
    template <class Call>
    auto run(Call call) {
        using Answer = typename std::invoke_result_t<Call>::value_type;
        std::optional<Answer> result;
        asio::co_spawn(
            context,
            [&]() -> asio::awaitable<void> {
                result = co_await call();
                if (server) server->stop();
                client.stop();
                context.stop();
            },
            asio::detached);
        context.run_for(20s);
        if (!result) throw std::runtime_error("the call does not end");
        return std::move(*result);
    }
    auto forward(std::chrono::milliseconds time_left = 2000ms) {
        return run([this, time_left] {
            return client.forward({key, AttemptKind::send, tenant,
                                   *AccountId::parse("acct_0123456789abcdefghjkmnpqrs"), token, "mercury", "authorize",
                                   {}, time_left});
        });
    }
    static SocketVaultClientOptions options(std::string path) {
        SocketVaultClientOptions chosen;
        chosen.path = std::move(path);
        chosen.short_call_time = 500ms;
        chosen.answer_slack = 50ms;
        return chosen;
    }

    const std::string path = "/tmp/postern_vault_client_" + std::to_string(getpid()) + ".sock";
    const AttemptKey key{*OperationId::parse("op_0123456789abcdefghjkmnpqrs"), 1};
    const TenantId tenant = *TenantId::parse("ten_0123456789abcdefghjkmnpqrs");
    const CardToken token = *CardToken::parse("tok_0123456789abcdefghjkmnpqrs");
    asio::io_context context;
    std::optional<net::FrameServer> server;
    SocketVaultClient client{context, options(path)};
    v1::GatewayRequest asked;
    v1::GatewayReply reply;
    bool silent = false, garbage = false, speaks_hello = true;
};

TEST_F(SocketVaultClientTest, ForwardCarriesTheVerdictAndTheEpochIsKnownByThen) {
    serve();
    encode_verdict(Sent{{200, "text/xml", "<ok/>"}}, *reply.mutable_verdict());
    std::string epoch;
    const auto verdict = run([&]() -> asio::awaitable<Result<Verdict>> {
        ForwardRequest request{key, AttemptKind::send, tenant, *AccountId::parse("acct_0123456789abcdefghjkmnpqrs"),
                               token, "mercury", "authorize", {}, 2000ms};
        auto answer = co_await client.forward(std::move(request));
        epoch = client.epoch();
        co_return answer;
    });
    ASSERT_TRUE(verdict);
    EXPECT_EQ(std::get<Sent>(*verdict).reply.body, "<ok/>");
    EXPECT_EQ(epoch, "epoch_one");
    EXPECT_EQ(asked.forward().operation_id(), key.operation_id.text());
    EXPECT_EQ(asked.forward().token(), token.text());
    EXPECT_EQ(asked.forward().time_left_ms(), 2000);
}

TEST_F(SocketVaultClientTest, NobodyThereIsUnavailable) {
    const auto verdict = forward(100ms);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(client.epoch(), "");
}

TEST_F(SocketVaultClientTest, WithoutAHelloNothingIsSent) {
    speaks_hello = false;
    serve();
    const auto verdict = forward(300ms);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().kind, ErrorKind::unavailable);
    EXPECT_FALSE(asked.has_forward());
}

TEST_F(SocketVaultClientTest, AnAnswerThatDoesNotComeIsUnknown) {
    silent = true;
    serve();
    const auto verdict = forward(100ms);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().kind, ErrorKind::outcome_unknown);
}

TEST_F(SocketVaultClientTest, AnAnswerThatCannotBeReadIsUnknown) {
    garbage = true;
    serve();
    EXPECT_EQ(forward().error().kind, ErrorKind::outcome_unknown);
}

TEST_F(SocketVaultClientTest, AnAnswerOfAnotherKindIsUnknown) {
    reply.mutable_token();
    serve();
    EXPECT_EQ(forward().error().kind, ErrorKind::outcome_unknown);
}

TEST_F(SocketVaultClientTest, TheKeepersRefusalKeepsItsKind) {
    encode_failure({ErrorKind::unavailable, "journal_unavailable"}, *reply.mutable_failure());
    serve();
    const auto verdict = forward();
    EXPECT_EQ(verdict.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(verdict.error().code, "journal_unavailable");
}

TEST_F(SocketVaultClientTest, AskCarriesTheKnownEpoch) {
    encode_verdict(NotSent{"fenced"}, *reply.mutable_verdict());
    serve();
    const auto verdict = run([&] { return client.ask(tenant, key, "epoch_one"); });
    ASSERT_TRUE(verdict);
    EXPECT_EQ(std::get<NotSent>(*verdict).code, "fenced");
    EXPECT_EQ(asked.ask().known_epoch(), "epoch_one");
}

TEST_F(SocketVaultClientTest, DescribeGivesTheSummary) {
    encode_summary({"400300", "6781", "visa", 12, 2030, {.security_code = true}}, *reply.mutable_token());
    serve();
    const auto summary = run([&] { return client.describe(tenant, token); });
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->last4, "6781");
    EXPECT_EQ(summary->extras, CardExtras{.security_code = true});
    EXPECT_EQ(asked.describe_token().token(), token.text());
}

// The other loop never runs: a call that went over its connection would not end.
TEST_F(SocketVaultClientTest, ACallStaysOnItsLoop) {
    encode_verdict(NotSent{"fenced"}, *reply.mutable_verdict());
    serve();
    asio::io_context idle;
    SocketVaultClients clients{{&idle, &context}, options(path)};
    std::string epoch;
    const auto verdict = run([&]() -> asio::awaitable<Result<Verdict>> {
        auto answer = co_await clients.ask(tenant, key, "epoch_one");
        epoch = clients.epoch();
        co_return answer;
    });
    ASSERT_TRUE(verdict) << verdict.error().code;
    EXPECT_EQ(epoch, "epoch_one");
    EXPECT_EQ(clients.epoch(), "") << "from a thread of none: the first loop's, which never connected";
}

}  // namespace
}  // namespace postern::vault
