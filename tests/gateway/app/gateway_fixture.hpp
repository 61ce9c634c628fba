#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "gateway/app/accept_payment.hpp"
#include "gateway/app/adjust_tip.hpp"
#include "gateway/app/capture_payment.hpp"
#include "gateway/app/create_payment.hpp"
#include "gateway/app/increment_payment.hpp"
#include "gateway/app/lapse_sweeper.hpp"
#include "gateway/app/refund_payment.hpp"
#include "gateway/app/resolver.hpp"
#include "gateway/app/void_payment.hpp"
#include "tests/support/fake_adapter.hpp"
#include "tests/support/fake_payment_store.hpp"
#include "tests/support/fake_vault_client.hpp"
#include "tests/support/sample_payment.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::gateway {

// Passes time by moving the clock, and lets others run meanwhile.
class ClockSleeper final : public Sleeper {
public:
    explicit ClockSleeper(test::ManualClock& clock) : clock_{clock} {}
    Awaitable<void> sleep(std::chrono::milliseconds pause) override {
        clock_.move(pause);
        co_await boost::asio::post(boost::asio::use_awaitable);
        if (on_sleep) co_await on_sleep();
    }
    std::function<Awaitable<void>()> on_sleep;

private:
    test::ManualClock& clock_;
};

class FakeRenderer final : public AnswerRenderer {
public:
    Answer render(const domain::Payment& payment, const domain::CardSummary&,
                  const domain::Operation& operation) const override {
        const bool is_final = domain::is_final(operation.status);
        return {is_final ? 201 : 202,
                std::string(domain::to_text(payment.state())) + " " + std::string(domain::to_text(operation.verb)) + " " +
                    std::string(domain::to_text(operation.status)) + " v" + std::to_string(payment.version),
                is_final};
    }
};

class FakeDirectory final : public Directory {
public:
    Awaitable<Result<Caller>> authenticate(std::string) override { co_return Error{ErrorKind::forbidden, "bad_api_key"}; }
    Awaitable<Result<Route>> route(TenantId, StoreId store, DeviceId, std::optional<AccountId>) override {
        if (store_disabled) co_return Error{ErrorKind::invalid_request, "store_disabled", {}, "/tender/store_id"};
        co_return Route{{store, "America/New_York", 240, domain::Currency::usd, std::chrono::minutes{1440}, checks},
                        accounts, rules};
    }
    Awaitable<void> note_breaker(AccountId account, bool is_open) override {
        breakers.emplace_back(account.text(), is_open);
        co_return;
    }
    bool store_disabled = false;
    domain::ChecksPolicy checks;
    std::vector<domain::RouteAccount> accounts{{*AccountId::parse("acct_" + test::body26), "mercury"}};
    std::vector<domain::RouteRule> rules;
    std::vector<std::pair<std::string, bool>> breakers;
};

class RecordingObserver final : public Observer {
public:
    void operation_ended(domain::Verb, domain::OperationStatus) override { ++ended; }
    void alarm(std::string_view code, const PaymentId&, const OperationId&) override { alarms.emplace_back(code); }
    void breaker_turned(const AccountId&, bool is_open) override { turns.push_back(is_open); }
    void fenced(const OperationId&) override { ++fences; }
    void answers_forgotten(std::int64_t) override {}
    void failure(std::string_view, const Error& error, std::string_view) override { failures.emplace_back(error.code); }
    int ended = 0, fences = 0;
    std::vector<std::string> alarms, failures;
    std::vector<bool> turns;  // of the breaker: open?
};

// The optional slots that each message asked for, in order: "code name", then "name".
class Slots {
public:
    explicit Slots(test::FakeVaultClient& vault) {
        vault.before_forward = [this](const vault::ForwardRequest& request) {
            std::string words;
            const auto note = [&](vault::Slot slot, std::string_view word) {
                if (names(request.message, slot)) words += (words.empty() ? "" : " ") + std::string(word);
            };
            note(vault::Slot::card_security_code, "code");
            note(vault::Slot::card_holder_name, "name");
            note(vault::Slot::card_address, "address");
            note(vault::Slot::card_postal_code, "zip");
            asked.push_back(std::move(words));
        };
    }
    std::vector<std::string> asked;
};

class GatewayTest : public testing::Test {
protected:
    template <class T>
    T run(Awaitable<T> call) {
        std::optional<T> result;
        std::exception_ptr thrown;
        boost::asio::co_spawn(io_, std::move(call), [&](std::exception_ptr failure, T value) {
            thrown = failure;
            result = std::move(value);
        });
        io_.restart();
        io_.run();
        if (thrown) std::rethrow_exception(thrown);
        return std::move(*result);
    }
    CallContext context(const std::string& key, const std::string& path = "/v1/payments") {
        return {*TenantId::parse("ten_" + test::body26), key, path, clock_.instant() + std::chrono::seconds{30}};
    }
    NewPaymentInput input(domain::Verb verb = domain::Verb::authorize, const std::string& tender = "check 7") {
        return {verb, test::usd(1250), *CardToken::parse("tok_" + test::body26),
                {*StoreId::parse("sto_" + test::body26), *DeviceId::parse("dev_" + test::body26), tender},
                "order 9", {}, {}, 0};
    }
    Result<Response> create(const std::string& key, domain::Verb verb = domain::Verb::authorize,
                            const std::string& tender = "check 7") {
        return run_result(create_payment(services_, context(key), input(verb, tender)));
    }
    // A rule that sends everything to the first account, then to one at the other processor.
    void add_other_account() {
        const auto other = *AccountId::parse("acct_" + test::body26.substr(1) + "2");
        directory_.accounts.push_back({other, "stripe"});
        domain::RouteRuleText text;
        text.id = "rule_" + test::body26;
        text.name = "both";
        text.accounts = "mercury,stripe";
        directory_.rules = {domain::RouteRule::parse(text).value()};
    }
    Result<Response> capture(const PaymentId& id, const std::string& key, std::optional<domain::Money> amount = {}) {
        return run_result(capture_payment(services_, context(key, id.text() + "/capture"), {id, amount}));
    }
    Result<Response> capture_tipped(const PaymentId& id, const std::string& key, std::int64_t minor, std::int64_t tip) {
        return run_result(capture_payment(services_, context(key, id.text() + "/capture"), {id, test::usd(minor), test::usd(tip)}));
    }
    Result<Response> tip(const PaymentId& id, const std::string& key, std::int64_t minor) {
        return run_result(adjust_tip(services_, context(key, id.text() + "/tip"), {id, {}, test::usd(minor)}));
    }
    Result<Response> increment(const PaymentId& id, const std::string& key, std::int64_t minor) {
        return run_result(increment_payment(services_, context(key, id.text() + "/increment"), {id, test::usd(minor)}));
    }
    Result<Response> refund(const PaymentId& id, const std::string& key, std::optional<domain::Money> amount = {}) {
        return run_result(refund_payment(services_, context(key, id.text() + "/refund"), {id, amount}));
    }
    Result<Response> void_it(const PaymentId& id, const std::string& key) {
        return run_result(void_payment(services_, context(key, id.text() + "/void"), id));
    }
    Result<Response> accept(const PaymentId& id, const std::string& key) {
        return run_result(accept_payment(services_, context(key, id.text() + "/accept"), id));
    }
    // The clock's look: how many payments were due.
    int lapse() { return run(LapseSweeper{services_, store_, {}}.run_once()); }
    Result<Response> run_result(Awaitable<Result<Response>> call) {
        std::optional<Result<Response>> result;
        boost::asio::co_spawn(io_, keep(std::move(call), result), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
        io_.restart();
        io_.run();
        return std::move(*result);
    }
    static Awaitable<void> keep(Awaitable<Result<Response>> call, std::optional<Result<Response>>& result) {
        result = co_await std::move(call);
    }
    // The resolver looks until nothing is due, time passing between looks.
    int resolve(int looks = 12) {
        Resolver resolver{services_, {}};
        int taken = 0;
        for (int i = 0; i < looks; ++i) {
            taken += run(resolver.run_once());
            clock_.move(std::chrono::seconds{2});
        }
        return taken;
    }
    // While live requests sleep, a resolver works.
    void resolve_meanwhile() {
        sleeper_.on_sleep = [this]() -> Awaitable<void> {
            Resolver resolver{services_, {}};
            co_await resolver.run_once();
        };
    }
    const domain::Payment& payment() const { return store_.payments.begin()->second.payment; }
    const domain::Operation& operation(std::size_t index) const {
        return store_.operations.at(store_.payments.begin()->second.operations.at(index)).operation;
    }

    test::ManualClock clock_;
    test::SeededRandom random_;
    test::FakeAdapter adapter_, other_adapter_{"stripe"};
    Adapters adapters_{&adapter_, &other_adapter_};
    test::FakePaymentStore store_{clock_};
    test::FakeVaultClient vault_{clock_};
    FakeRenderer renderer_;
    FakeDirectory directory_;
    RecordingObserver observer_;
    ClockSleeper sleeper_{clock_};
    IdentityAllocator identities_{7};
    SingleFlight flights_;
    AccountGates gates_{{.pause = std::chrono::hours{1}, .pause_max = std::chrono::hours{1}}, clock_};
    Services services_{store_, store_, directory_, vault_, adapters_, renderer_, clock_, random_, sleeper_, observer_,
                       identities_, flights_, gates_, {}};
    boost::asio::io_context io_;
};

}  // namespace postern::gateway
