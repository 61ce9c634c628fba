#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "base/crypto/digest.hpp"
#include "gateway/http/api.hpp"
#include "tests/support/http_request.hpp"
#include "tests/support/sample_payment.hpp"

namespace postern::gateway {
namespace {

const std::string good_key = "sk_good";
const std::string create_body =
    R"({"intent":"authorize","amount":{"amount_minor":1250,"currency":"USD"},"token":"tok_)" + test::body26 +
    R"(","tender":{"store_id":"sto_)" + test::body26 + R"(","device_id":"dev_)" + test::body26 +
    R"(","tender_id":"check 7"}})";
const std::string payment_path = "/v1/payments/pay_" + test::body26;

struct FixedClock final : Clock {
    Timestamp now() const override { return test::at_second(0); }
    Instant instant() const override { return std::chrono::steady_clock::now(); }
};
struct CountingRandom final : Random {
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes) byte = ++last;
    }
    std::uint8_t last = 0;
};

// Remembers what it was asked, answers as told.
struct FakeCalls final : PaymentCalls {
    Result<Response> next = Response{{201, "{\"payment_id\":\"x\"}", true}, false,
                                         *PaymentId::parse("pay_" + test::body26)};
    int calls = 0;
    std::optional<CallContext> call;
    std::optional<ChangeCommand> changed;

    Awaitable<Result<Response>> create(CallContext with, NewPaymentInput) override {
        ++calls;
        call = std::move(with);
        co_return next;
    }
    Awaitable<Result<Response>> change(CallContext with, PaymentId, ChangeCommand command) override {
        ++calls;
        call = std::move(with);
        changed = command;
        co_return next;
    }
    Awaitable<Result<PaymentView>> get(TenantId, PaymentId id, Instant) override {
        if (id.text() != test::sample_payment().id.text()) co_return Error{ErrorKind::not_found, "payment_not_found"};
        co_return PaymentView{test::sample_payment(), test::sample_card(), {test::sample_operation()}, {}};
    }
    Awaitable<Result<ListPage>> list(ListQuery, Instant) override { co_return ListPage{}; }
};
struct FakeDirectory final : Directory {
    Awaitable<Result<Caller>> authenticate(std::string digest) override {
        if (digest != crypto::sha256_text(good_key)) co_return Error{ErrorKind::forbidden, "bad_api_key"};
        co_return Caller{*TenantId::parse("ten_" + test::body26), *ApiKeyId::parse("key_" + test::body26)};
    }
    Awaitable<Result<Route>> route(TenantId, StoreId, DeviceId, std::optional<AccountId>) override {
        co_return Error{ErrorKind::invalid_request, "unknown_store"};
    }
};
struct FakeReadiness final : Readiness {
    Status status;
    Awaitable<Status> check(Instant) override { co_return status; }
};

class ApiTest : public testing::Test {
protected:
    using Headers = std::vector<std::pair<std::string, std::string>>;

    net::HttpResponse handle(net::HttpRequest request) {
        net::HttpResponse response;
        boost::asio::io_context context;
        const auto run = [&]() -> Awaitable<void> { response = co_await api_.handle(request); };
        boost::asio::co_spawn(context, run, boost::asio::detached);
        context.run();
        return response;
    }
    net::HttpResponse send(std::string method, std::string_view target, std::string_view body = {}, Headers more = {}) {
        Headers headers{{"authorization", "Bearer " + good_key}, {"idempotency-key", "key-1"},
                        {"content-type", "application/json"}};
        headers.insert(headers.end(), more.begin(), more.end());
        return handle(test::http_request(std::move(method), target, headers, body));
    }
    static std::string header(const net::HttpResponse& response, std::string_view name) {
        for (const auto& [key, value] : response.headers) {
            if (key == name) return value;
        }
        return {};
    }
    static bool says(const net::HttpResponse& response, std::string_view code) {
        return response.body.view().find("\"code\":\"" + std::string{code} + '"') != std::string_view::npos;
    }

    FixedClock clock_;
    CountingRandom random_;
    FakeCalls calls_;
    FakeDirectory directory_;
    FakeReadiness readiness_;
    Api api_{calls_, directory_, readiness_, clock_, random_, {.in_flight_max = 1}};
};

TEST_F(ApiTest, CreatesAPayment) {
    const auto response = send("POST", "/v1/payments", create_body, {{"x-request-id", "order-7"}});
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.body.view(), "{\"payment_id\":\"x\"}");
    EXPECT_EQ(header(response, "location"), payment_path);
    EXPECT_EQ(header(response, "x-request-id"), "order-7");
    EXPECT_EQ(header(response, "idempotency-replayed"), "");
    EXPECT_EQ(calls_.call->key, "key-1");
    EXPECT_EQ(calls_.call->path, "/v1/payments");
}

TEST_F(ApiTest, MarksAReplayAndGivesItsBytes) {
    calls_.next->replayed = true;
    calls_.next->answer.status = 202;
    const auto response = send("POST", "/v1/payments", create_body);
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(header(response, "idempotency-replayed"), "true");
}

TEST_F(ApiTest, ATombstoneSaysWhichPaymentToLookAt) {
    calls_.next->replayed = true;
    calls_.next->answer.body.clear();
    const auto response = send("POST", "/v1/payments", create_body);
    EXPECT_EQ(response.status, 410);
    EXPECT_TRUE(says(response, "idempotency_key_expired"));
    EXPECT_NE(response.body.view().find("\"payment_id\":\"pay_" + test::body26), std::string_view::npos);
}

TEST_F(ApiTest, ChangesAPayment) {
    const auto response = send("POST", payment_path + "/refund", R"({"amount":{"amount_minor":5,"currency":"USD"}})");
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(calls_.changed->request, domain::Request::refund);
    EXPECT_EQ(calls_.changed->amount, test::usd(5));
}

TEST_F(ApiTest, NamesThePaymentInARefusedChange) {
    calls_.next = Error{ErrorKind::conflict, "payment_not_capturable"};
    const auto response = send("POST", payment_path + "/capture");
    EXPECT_EQ(response.status, 409);
    EXPECT_NE(response.body.view().find("\"payment_id\":\"pay_" + test::body26), std::string_view::npos);
}

struct RefusalCase {
    std::string name, method, target, body;
    std::vector<std::pair<std::string, std::string>> headers;
    int status;
    std::string code;
    friend void PrintTo(const RefusalCase& c, std::ostream* printed) { *printed << c.name; }
};
class ApiRefuses : public ApiTest, public testing::WithParamInterface<RefusalCase> {};
TEST_P(ApiRefuses, WithoutDoingAnything) {
    const auto& [name, method, target, body, headers, status, code] = GetParam();
    const auto response = handle(test::http_request(method, target, headers, body));
    EXPECT_EQ(response.status, status);
    EXPECT_TRUE(says(response, code)) << response.body.view();
    EXPECT_EQ(header(response, "content-type"), "application/problem+json");
    EXPECT_EQ(calls_.calls, 0);
}
const std::pair<std::string, std::string> auth{"authorization", "Bearer sk_good"};
const std::pair<std::string, std::string> key{"idempotency-key", "\"key-1\""};
const std::pair<std::string, std::string> json{"content-type", "application/json; charset=utf-8"};
INSTANTIATE_TEST_SUITE_P(
    Table, ApiRefuses,
    testing::Values(
        RefusalCase{"no_key", "POST", "/v1/payments", create_body, {auth, json}, 400, "idempotency_key_missing"},
        RefusalCase{"two_keys", "POST", "/v1/payments", create_body, {auth, json, key, key}, 400, "idempotency_key_repeated"},
        RefusalCase{"bad_key", "POST", "/v1/payments", create_body, {auth, json, {"idempotency-key", "\"a"}}, 400,
                    "idempotency_key_malformed"},
        RefusalCase{"no_auth", "POST", "/v1/payments", create_body, {json, key}, 401, "api_key_missing"},
        RefusalCase{"two_auth", "POST", "/v1/payments", create_body, {auth, auth, json, key}, 401, "api_key_missing"},
        RefusalCase{"publishable", "POST", "/v1/payments", create_body, {{"authorization", "Bearer pk_x"}, json, key}, 401,
                    "bad_api_key"},
        RefusalCase{"other_auth", "GET", payment_path, "", {{"authorization", "Bearer sk_other"}}, 401, "bad_api_key"},
        RefusalCase{"bare_key", "GET", payment_path, "", {{"authorization", "sk_good"}}, 401, "api_key_missing"},
        RefusalCase{"longer_media_type", "POST", "/v1/payments", create_body,
                    {auth, key, {"content-type", "application/jsonx"}}, 415, "wrong_media_type"},
        RefusalCase{"media_type", "POST", "/v1/payments", create_body, {auth, key, {"content-type", "text/xml"}}, 415,
                    "wrong_media_type"},
        RefusalCase{"not_json", "POST", "/v1/payments", "{", {auth, json, key}, 400, "json_malformed"},
        RefusalCase{"fields", "POST", "/v1/payments", "{}", {auth, json, key}, 400, "invalid_fields"},
        RefusalCase{"card", "POST", "/v1/payments", R"({"token":"4111111111111111"})", {auth, json, key}, 400,
                    "card_number_refused"},
        RefusalCase{"timeout", "GET", payment_path, "", {auth, {"postern-timeout-ms", "999"}}, 400, "timeout_out_of_range"},
        RefusalCase{"route", "GET", "/v2", "", {auth}, 404, "unknown_route"},
        RefusalCase{"method", "PUT", "/v1/payments", "", {auth}, 405, "method_not_allowed"},
        RefusalCase{"absent", "GET", "/v1/payments/pay_00000000000000000000000zzz", "", {auth}, 404, "payment_not_found"},
        RefusalCase{"query", "GET", "/v1/payments?x=1", "", {auth}, 400, "invalid_fields"}),
    [](const auto& test) { return test.param.name; });

TEST_F(ApiTest, ARefusedCardNumberIsNowhereInTheAnswerAndWiped) {
    auto request = test::http_request("POST", "/v1/payments?n=4111111111111111", {{"x-request-id", "4111111111111111"}},
                                         R"({"a":"4111111111111111"})");
    const auto response = handle(std::move(request));
    EXPECT_EQ(response.body.view().find("4111"), std::string_view::npos);
    for (const auto& [name, value] : response.headers) EXPECT_EQ(value.find("4111"), std::string::npos) << name;
}

TEST_F(ApiTest, GetsWithATagThatSparesTheBody) {
    const auto first = send("GET", payment_path);
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(header(first, "etag"), "\"2\"");
    const auto second = send("GET", payment_path, {}, {{"if-none-match", "\"2\""}});
    EXPECT_EQ(second.status, 304);
    EXPECT_TRUE(second.body.empty());
}

struct TagCase {
    std::string name, if_none_match;
    int status;
    friend void PrintTo(const TagCase& c, std::ostream* printed) { *printed << c.name; }
};
class ApiTags : public ApiTest, public testing::WithParamInterface<TagCase> {};
TEST_P(ApiTags, SpareTheBodyWhereOneIsKnown) {
    const auto response = send("GET", payment_path, {}, {{"if-none-match", GetParam().if_none_match}});
    EXPECT_EQ(response.status, GetParam().status);
}
INSTANTIATE_TEST_SUITE_P(Table, ApiTags,
                         testing::Values(TagCase{"same", "\"2\"", 304}, TagCase{"weak", "W/\"2\"", 304},
                                         TagCase{"listed", "\"1\", W/\"7\" ,\"2\"", 304}, TagCase{"any", "*", 304},
                                         TagCase{"other", "\"3\"", 200}, TagCase{"bare", "2", 200},
                                         TagCase{"part", "\"22\"", 200}, TagCase{"not_ours", "\"2a\"", 200}),
                         [](const auto& test) { return test.param.name; });

using Versions = std::optional<std::vector<std::int64_t>>;
struct IfMatchCase {
    std::string name, if_match;
    Versions versions;
    friend void PrintTo(const IfMatchCase& c, std::ostream* printed) { *printed << c.name; }
};
class ApiIfMatch : public ApiTest, public testing::WithParamInterface<IfMatchCase> {};
TEST_P(ApiIfMatch, GoesAlongAsTheVersionsThatTheCallerMeans) {
    (void)send("POST", payment_path + "/capture", {}, {{"if-match", GetParam().if_match}});
    ASSERT_TRUE(calls_.call);
    EXPECT_EQ(calls_.call->if_versions, GetParam().versions);
}
INSTANTIATE_TEST_SUITE_P(Table, ApiIfMatch,
                         testing::Values(IfMatchCase{"one", "\"2\"", Versions{{2}}},
                                         IfMatchCase{"two", "\"2\",\"5\"", Versions{{2, 5}}},
                                         IfMatchCase{"weak_matches_nothing", "W/\"2\"", Versions{std::in_place}},
                                         IfMatchCase{"not_ours_matches_nothing", "\"x\"", Versions{std::in_place}},
                                         IfMatchCase{"any", "*", std::nullopt}),
                         [](const auto& test) { return test.param.name; });

TEST_F(ApiTest, SchemesAndMediaTypesAreWordsInAnyCase) {
    for (const auto* type : {"Application/JSON", "application/json ; charset=utf-8", "application/json"}) {
        const auto response = handle(test::http_request(
            "POST", "/v1/payments", {{"authorization", "bEARER sk_good"}, key, {"content-type", type}}, create_body));
        EXPECT_EQ(response.status, 201) << type;
    }
}

TEST_F(ApiTest, SaysWhetherItIsReady) {
    EXPECT_EQ(handle(test::http_request("GET", "/healthz")).status, 200);
    EXPECT_EQ(handle(test::http_request("GET", "/readyz")).status, 200);
    readiness_.status = Error{ErrorKind::unavailable, "vault_unreachable"};
    EXPECT_EQ(handle(test::http_request("GET", "/readyz")).status, 503);
    readiness_.status = {};
    api_.start_draining();
    const auto draining = handle(test::http_request("GET", "/readyz"));
    EXPECT_TRUE(says(draining, "draining"));
    EXPECT_EQ(handle(test::http_request("GET", "/healthz")).status, 200);
}

TEST_F(ApiTest, MetricsCountByTemplateAndNeverById) {
    (void)send("GET", payment_path);
    const auto response = handle(test::http_request("GET", "/metrics"));
    EXPECT_NE(response.body.view().find("route=\"/v1/payments/{payment_id}\""), std::string_view::npos);
    EXPECT_EQ(response.body.view().find(test::body26), std::string_view::npos);
}

TEST_F(ApiTest, AFullQueueOfTheDatabaseIsAWaitAndNothingWasDone) {
    calls_.next = Error{ErrorKind::unavailable, "queue_full"};
    for (const auto& target : {std::string{"/v1/payments"}, payment_path + "/refund"}) {
        const bool creates = target == "/v1/payments";
        const auto full = send("POST", target, creates ? create_body : "{}");
        EXPECT_EQ(full.status, 503) << target;
        EXPECT_TRUE(says(full, "queue_full")) << full.body.view();
        EXPECT_EQ(header(full, "retry-after"), "1");
        EXPECT_NE(full.body.view().find(R"("retry":"wait")"), std::string_view::npos) << full.body.view();
        EXPECT_NE(full.body.view().find("\"request_id\":\"" + header(full, "x-request-id")), std::string_view::npos);
    }
}

TEST_F(ApiTest, ShedsBeforeWork) {
    Api full{calls_, directory_, readiness_, clock_, random_, {.in_flight_max = 0}};
    net::HttpResponse response;
    auto request = test::http_request("POST", "/v1/payments", {auth, key, json}, create_body);
    boost::asio::io_context context;
    const auto run = [&]() -> Awaitable<void> { response = co_await full.handle(request); };
    boost::asio::co_spawn(context, run, boost::asio::detached);
    context.run();
    EXPECT_EQ(response.status, 503);
    EXPECT_TRUE(says(response, "overloaded"));
    EXPECT_EQ(header(response, "retry-after"), "1");
    EXPECT_EQ(calls_.calls, 0);
}

}  // namespace
}  // namespace postern::gateway
