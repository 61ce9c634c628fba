#include "vault/keeper/routes.hpp"

#include <gtest/gtest.h>

#include "tests/vault/keeper/keeper_fixture.hpp"
#include "vault/contract/message_codec.hpp"
#include "vault/contract/vault.pb.h"

namespace postern::vault {
namespace {

using namespace test;

class Routes : public testing::Test {
protected:
    Routes() { keeper.open_shop(); }
    template <class Reply, class Request>
    Reply call(net::FrameHandler (*routes)(KeeperServices&), const Request& request, wiped::Bytes secret = {}) {
        const auto handler = routes(services);
        const auto frame = keeper.run(handler({7, request.SerializeAsString(), std::move(secret)}, {1, 4242, 4242}));
        EXPECT_EQ(frame.correlation, 7U);
        EXPECT_TRUE(frame.secret.empty());
        Reply reply;
        EXPECT_TRUE(reply.ParseFromString(frame.control));
        return reply;
    }
    Keeper keeper;
    Readiness readiness{*keeper.custody, std::chrono::milliseconds{0}};
    KeeperServices services{*keeper.custody, *keeper.forwarder, *keeper.cards, *keeper.administration, readiness,
                            "development"};
};

TEST_F(Routes, HelloNamesTheEpoch) {
    v1::GatewayRequest request;
    request.mutable_hello();
    EXPECT_EQ(call<v1::GatewayReply>(gateway_routes, request).hello().epoch(), keeper.journal->epoch());
}

TEST_F(Routes, ForwardsAndAsks) {
    v1::GatewayRequest request;
    encode_forward(keeper.authorize(), *request.mutable_forward());
    EXPECT_TRUE(call<v1::GatewayReply>(gateway_routes, request).verdict().has_sent());
    encode_ask({keeper.tenant, {keeper.operation, 2}, keeper.journal->epoch()}, *request.mutable_ask());
    EXPECT_EQ(call<v1::GatewayReply>(gateway_routes, request).verdict().not_sent().code(), "never_arrived");
}

TEST_F(Routes, AGatewayCannotSendSecretsOrNothing) {
    v1::GatewayRequest request;
    EXPECT_EQ(call<v1::GatewayReply>(gateway_routes, request).failure().code(), "malformed_request");
    request.mutable_hello();
    EXPECT_EQ(call<v1::GatewayReply>(gateway_routes, request, wiped::Bytes(16, '4')).failure().code(), "malformed_request");
}

TEST_F(Routes, TokenizesFromTheSecretPart) {
    v1::FrontRequest request;
    request.mutable_tokenize()->set_caller_key(keeper.put_key(keeper.tenant));
    request.mutable_tokenize()->set_origin("192.0.2.7");
    wiped::Bytes secret;
    ASSERT_TRUE(sealed::encode_card_frame({12, 2029, Keeper::number, "123", {}, {}, {}}, secret));
    const auto made = call<v1::FrontReply>(front_routes, request, secret).token_made();
    EXPECT_TRUE(made.token().starts_with("tok_"));
    EXPECT_EQ(made.summary().bin6(), "400300");
    EXPECT_EQ(call<v1::FrontReply>(front_routes, request, {}).failure().code(), "malformed_card_frame");
    v1::FrontRequest ready;
    ready.mutable_ready();
    EXPECT_TRUE(call<v1::FrontReply>(front_routes, ready).has_done());
}

TEST_F(Routes, OperatorsAreNamedAndCanWalkTheJournal) {
    v1::AdminRequest request;
    request.mutable_verify_journal();
    EXPECT_EQ(call<v1::AdminReply>(admin_routes, request).failure().code(), "malformed_request");
    request.set_operator_("root");
    const auto journal = call<v1::AdminReply>(admin_routes, request).journal();
    EXPECT_EQ(journal.epoch(), keeper.journal->epoch());
    EXPECT_GT(journal.records(), 3);
    auto& account = *request.mutable_put_account();
    account.set_account_id(AccountId::create(keeper.clock.now(), keeper.random).text());
    account.set_tenant_id(keeper.tenant.text());
    account.set_destination("sample");
    EXPECT_EQ(call<v1::AdminReply>(admin_routes, request).failure().code(), "malformed_credentials");
    wiped::Bytes secret;
    ASSERT_TRUE(sealed::encode_credentials({"595901", "pass"}, secret));
    EXPECT_TRUE(call<v1::AdminReply>(admin_routes, request, secret).has_done());
}

TEST_F(Routes, AKeysOriginsAreListedAndCheckedAtEachCall) {
    const auto key = keeper.put_key(keeper.tenant);
    v1::AdminRequest set;
    set.set_operator_("root");
    set.mutable_set_caller_key_origins()->set_key_id(keeper.store.caller_keys.at(key).key_id.text());
    set.mutable_set_caller_key_origins()->add_browser_origin("https://shop.example/");
    EXPECT_EQ(call<v1::AdminReply>(admin_routes, set).failure().code(), "malformed_request");
    set.mutable_set_caller_key_origins()->set_browser_origin(0, "https://shop.example");
    EXPECT_TRUE(call<v1::AdminReply>(admin_routes, set).has_done());
    v1::FrontRequest read, remove, make, ask;
    for (const auto* page : {"https://shop.example", "https://other.example"}) {
        read.mutable_read_token()->set_browser_origin(page);
        remove.mutable_delete_token()->set_browser_origin(page);
        make.mutable_tokenize()->set_browser_origin(page);
        ask.mutable_preflight()->set_browser_origin(page);
        read.mutable_read_token()->set_token(keeper.token->text());
        remove.mutable_delete_token()->set_token(keeper.token->text());
        read.mutable_read_token()->set_caller_key(key);
        remove.mutable_delete_token()->set_caller_key(key);
        make.mutable_tokenize()->set_caller_key(key);
        wiped::Bytes secret;
        ASSERT_TRUE(sealed::encode_card_frame({12, 2029, Keeper::number, "123", {}, {}, {}}, secret));
        const std::string expected = page == std::string("https://shop.example") ? "" : "origin_not_allowed";
        EXPECT_EQ(call<v1::FrontReply>(front_routes, make, secret).failure().code(), expected);
        EXPECT_EQ(call<v1::FrontReply>(front_routes, ask).failure().code(), expected);
        EXPECT_EQ(call<v1::FrontReply>(front_routes, read).failure().code(), expected);
        EXPECT_EQ(call<v1::FrontReply>(front_routes, remove).failure().code(), expected);
    }
}

TEST_F(Routes, ATenantIsDisabledAndEnabledByName) {
    v1::AdminRequest request;
    request.set_operator_("root");
    request.mutable_set_tenant()->set_tenant_id("ten_1");
    EXPECT_EQ(call<v1::AdminReply>(admin_routes, request).failure().code(), "malformed_request");
    request.mutable_set_tenant()->set_tenant_id(keeper.tenant.text());
    EXPECT_TRUE(call<v1::AdminReply>(admin_routes, request).has_done());
    EXPECT_TRUE(keeper.store.disabled.contains(keeper.tenant));
    request.mutable_set_tenant()->set_enabled(true);
    EXPECT_TRUE(call<v1::AdminReply>(admin_routes, request).has_done());
    EXPECT_TRUE(keeper.store.disabled.empty());
}

}  // namespace
}  // namespace postern::vault
