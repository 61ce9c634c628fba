#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "processors/stripe/sandbox/catalog.hpp"
#include "tests/processors/stripe/sandbox/caller.hpp"

namespace postern::stripe::sandbox {
namespace {

using test::Caller;

TEST(StripeSandbox, HoldsCapturesAndGivesBack) {
    Caller caller;
    const auto held = caller.intent();
    const std::string intent = "/v1/payment_intents/" + held.at("id");
    EXPECT_EQ(held.at("status"), "requires_capture");
    EXPECT_EQ(held.at("amount_capturable"), "1250");
    EXPECT_EQ(caller.post(intent + "/capture", "amount_to_capture=1251").error("code"), "amount_too_large");
    const auto captured = caller.post(intent + "/capture", "amount_to_capture=1000");
    EXPECT_EQ(captured.at("status") + captured.at("amount_received") + captured.at("amount_capturable"), "succeeded10000");
    EXPECT_EQ(caller.post(intent + "/capture", "amount_to_capture=1").error("code"), "payment_intent_unexpected_state");
    EXPECT_EQ(caller.post(intent + "/cancel", "").error("code"), "payment_intent_unexpected_state");
    const std::string refund = "payment_intent=" + held.at("id") + "&amount=";
    EXPECT_EQ(caller.post("/v1/refunds", refund + "400").at("status"), "succeeded");
    EXPECT_EQ(caller.post("/v1/refunds", refund + "601").error("code"), "amount_too_large");
    EXPECT_EQ(caller.post("/v1/refunds", refund + "600").status, 200);
    EXPECT_EQ(caller.post("/v1/refunds", refund + "1").error("code"), "charge_already_refunded");
    EXPECT_EQ(caller.total("captured") + caller.total("refunded"), "10001000");
}

TEST(StripeSandbox, CancelsHoldsAndRaisesThem) {
    Caller caller;
    const std::string intent = "/v1/payment_intents/" + caller.intent().at("id");
    EXPECT_EQ(caller.post(intent + "/increment_authorization", "amount=1250").status, 400);
    EXPECT_EQ(caller.post(intent + "/increment_authorization", "amount=1500").at("amount_capturable"), "1500");
    EXPECT_EQ(caller.post(intent + "/cancel", "cancellation_reason=changed_mind").status, 400);
    EXPECT_EQ(caller.post(intent + "/cancel", "cancellation_reason=requested_by_customer").at("status"), "canceled");
    const auto again = caller.post(intent + "/cancel", "");
    EXPECT_EQ(again.error("code"), "payment_intent_unexpected_state");
    EXPECT_EQ(again.body.at("error").at("payment_intent").at("status"), "canceled");
    EXPECT_EQ(caller.total("authorized") + caller.total("canceled"), "01");
}

TEST(StripeSandbox, CardsAndAmountsDecide) {
    Caller caller;
    for (const NumberRow& row : number_rows()) {
        const auto declined = caller.post("/v1/payment_intents", Caller::intent_body(caller.card(std::string(row.number))));
        EXPECT_EQ(declined.status, 402) << row.number;
        EXPECT_EQ(is_error_code(row.verdict) ? declined.error("code") : declined.error("decline_code"), row.verdict);
        EXPECT_EQ(declined.body.at("error").at("payment_intent").at("status"), "requires_payment_method");
    }
    for (const AmountRow& row : amount_rows()) EXPECT_EQ(caller.intent(std::to_string(row.amount)).status, 402) << row.verdict;
    EXPECT_EQ(caller.intent("4001").status, 200);
    EXPECT_EQ(caller.post("/v1/payment_methods", "type=card&card[number]=4242424242424241&card[exp_month]=7&card[exp_year]=2030").error("code"),
              "incorrect_number");
    EXPECT_EQ(caller.total("charges"), "1");
}

TEST(StripeSandbox, RefusesWhatItDoesNotKnow) {
    Caller caller;
    EXPECT_EQ(caller.call("GET", "/v1/payment_intents/pi_1", "", "", "sk_test_other").status, 401);
    EXPECT_EQ(caller.get("/v1/payment_intents/pi_1").status, 404);
    EXPECT_EQ(caller.post("/v1/payment_intents", Caller::intent_body("pm_card_visa") + "&tip=1").error("code"), "parameter_unknown");
    EXPECT_EQ(caller.post("/v1/payment_intents", Caller::intent_body("pm_none")).status, 404);
    for (const char* amount : {"0", "-1", "12.5", "", "100000000"}) EXPECT_EQ(caller.intent(amount).status, 400) << amount;
    std::string dinar = Caller::intent_body("pm_card_visa", "1005");
    dinar.replace(dinar.find("usd"), 3, "kwd");
    EXPECT_EQ(caller.post("/v1/payment_intents", dinar).status, 400);
    dinar.replace(dinar.find("1005"), 4, "1010");
    EXPECT_EQ(caller.post("/v1/payment_intents", dinar).status, 200);
}

TEST(StripeSandbox, AccountsSeeTheirOwn) {
    Settings settings;
    settings.accounts["sk_test_other"] = "acct_other";
    Caller caller{settings};
    const std::string id = caller.intent().at("id");
    EXPECT_EQ(caller.call("GET", "/v1/payment_intents/" + id, "", "", "sk_test_other").status, 404);
    EXPECT_EQ(caller.call("POST", "/v1/refunds", "payment_intent=" + id, "", "sk_test_other").status, 404);
}

TEST(StripeSandbox, SearchesAndLists) {
    Settings settings;
    settings.search_lag = std::chrono::seconds{60};
    Caller caller{settings};
    const auto sold = caller.intent("1250", "automatic");
    const std::string search = "/v1/payment_intents/search?limit=10&query=metadata%5B%27postern_operation%27%5D%3A%27op1%27";
    EXPECT_EQ(caller.get(search).body.at("data").as_array().size(), 0U) << "a search lags";
    caller.clock.move(std::chrono::seconds{60});
    EXPECT_EQ(caller.get(search).body.at("data").at(0).at("id"), sold.body.at("id"));
    caller.post("/v1/refunds", "payment_intent=" + sold.at("id") + "&amount=5&metadata[postern_operation]=op2");
    const auto refunds = caller.get("/v1/refunds?limit=100&payment_intent=" + sold.at("id"));
    EXPECT_EQ(refunds.body.at("data").at(0).at("metadata").at("postern_operation"), "op2");
}

TEST(StripeSandboxKeys, SameRequestIsToldAgain) {
    Caller caller;
    const auto first = caller.intent("1250", "manual", "k1"), again = caller.intent("1250", "manual", "k1");
    EXPECT_EQ(again.text, first.text);
    EXPECT_EQ(first.headers.count("idempotent-replayed"), 0U);
    EXPECT_EQ(again.headers.at("idempotent-replayed"), "true");
    EXPECT_EQ(again.headers.at("idempotency-key"), "k1");
    EXPECT_EQ(caller.total("charges"), "1");
    EXPECT_EQ(caller.intent("4002", "manual", "k2").status, 402);
    EXPECT_EQ(caller.intent("4002", "manual", "k2").headers.at("idempotent-replayed"), "true") << "declines, too";
}

TEST(StripeSandboxKeys, AnotherRequestIsRefused) {
    Caller caller;
    const std::string id = caller.intent("1250", "manual", "k1").at("id");
    const auto other = caller.intent("1251", "manual", "k1");
    EXPECT_EQ(other.status, 400);
    EXPECT_EQ(other.error("type"), "idempotency_error");
    EXPECT_TRUE(other.error("message").starts_with("Keys for idempotent requests can only be used"));
    EXPECT_EQ(caller.post("/v1/payment_intents/" + id + "/capture", "", "k1").error("type"), "idempotency_error") << "another path";
    EXPECT_EQ(caller.total("charges"), "1");
}

TEST(StripeSandboxKeys, ValidationIsNotKept) {
    Caller caller;
    EXPECT_EQ(caller.intent("0", "manual", "k1").status, 400);
    EXPECT_EQ(caller.intent("1250", "manual", "k1").status, 200);
}

TEST(StripeSandboxKeys, ARunningRequestHoldsItsKey) {
    Caller caller;
    caller.post("/sandbox/faults", R"({"kind":"late_answer"})");
    EXPECT_EQ(caller.intent("1250", "manual", "k1").delay.count(), 3000);
    const auto twin = caller.intent("1250", "manual", "k1");
    EXPECT_EQ(twin.status, 409);
    EXPECT_EQ(twin.error("code"), "idempotency_key_in_use");
    EXPECT_EQ(caller.intent("1250", "manual", "k2").status, 200);
    caller.clock.move(std::chrono::seconds{4});
    EXPECT_EQ(caller.intent("1250", "manual", "k1").headers.at("idempotent-replayed"), "true");
}

TEST(StripeSandboxKeys, AStoredFailureIsToldForEver) {
    Caller caller;
    caller.post("/sandbox/faults", R"({"kind":"failed_before_booking"})");
    EXPECT_EQ(caller.intent("1250", "manual", "k1").status, 500);
    EXPECT_EQ(caller.intent("1250", "manual", "k1").status, 500);
    EXPECT_EQ(caller.total("charges"), "0");
    caller.post("/sandbox/faults", R"({"kind":"server_error"})");
    EXPECT_EQ(caller.intent("1250", "manual", "k2").status, 500);
    EXPECT_EQ(caller.intent("1250", "manual", "k2").status, 500);
    EXPECT_EQ(caller.total("charges"), "1") << "done, whatever the answer says";
}

struct FaultCase {
    std::string kind;
    int status;
    std::string charges;
};
TEST(StripeSandboxFaults, DoWhatTheySay) {
    for (const FaultCase& row : {FaultCase{"lost_answer", net::hang_up, "1"}, FaultCase{"cut", 200, "1"}, FaultCase{"garbage", 200, "1"},
                                 FaultCase{"empty", 200, "1"}, FaultCase{"html_502", 502, "1"}, FaultCase{"rate_limit", 429, "0"},
                                 FaultCase{"lock_timeout", 409, "0"}, FaultCase{"key_in_use", 409, "0"},
                                 FaultCase{"drop_before_booking", net::hang_up, "0"}}) {
        Caller caller;
        EXPECT_EQ(caller.post("/sandbox/faults", R"({"kind":")" + row.kind + R"(","path":"/v1/payment_intents"})").status, 201);
        caller.card();  // elsewhere: not struck
        const auto got = caller.intent();
        EXPECT_EQ(got.status, row.status) << row.kind;
        EXPECT_EQ(caller.total("charges"), row.charges) << row.kind;
        const bool is_whole = got.body.is_object() && got.body.as_object().contains("status");
        EXPECT_FALSE(is_whole && got.status == 200) << row.kind;
        EXPECT_EQ(caller.intent().status, 200) << row.kind << ": once";
    }
    Caller caller;
    for (const char* bad : {"", "{}", R"({"kind":"x"})", R"({"kind":"cut","rate":2})", R"({"kind":"cut","count":0})", R"({"kind":"cut","delay_ms":-1})"})
        EXPECT_EQ(caller.post("/sandbox/faults", bad).status, 400) << bad;
}

class StripeBookFile : public testing::Test {
protected:
    StripeBookFile() : path_{std::filesystem::temp_directory_path() / ("stripe_book_" + std::to_string(::getpid()))} {}
    ~StripeBookFile() override { std::filesystem::remove(path_); }
    std::string path_;
};

TEST_F(StripeBookFile, ReadsBackWhatItWroteAndHoldsNoCardNumber) {
    std::string shown, id;
    {
        Caller caller{{}, *Book::open(path_)};
        id = caller.post("/v1/payment_intents", Caller::intent_body(caller.card(), "1250", "automatic"), "k1").at("id");
        caller.post("/v1/refunds", "payment_intent=" + id + "&amount=5", "k2");
        shown = caller.get("/sandbox/book").text;
    }
    std::ofstream{path_, std::ios::app} << R"([{"kind":"intent","id":"pi_half)";  // never answered
    Caller caller{{}, *Book::open(path_)};
    EXPECT_EQ(caller.get("/sandbox/book").text, shown);
    EXPECT_EQ(caller.post("/v1/refunds", "payment_intent=" + id + "&amount=5", "k2").headers.at("idempotent-replayed"), "true");
    std::ifstream file{path_};
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(text.find("pi_"), std::string::npos);
    EXPECT_EQ(text.find("42424242"), std::string::npos);
}

}  // namespace
}  // namespace postern::stripe::sandbox
