#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <utility>

#include "tests/support/manual_clock.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/vault/keeper/memory_vault_store.hpp"
#include "tests/vault/keeper/sample_policy.hpp"
#include "vault/keeper/administration.hpp"
#include "vault/keeper/cards.hpp"
#include "vault/keeper/forward.hpp"

namespace postern::vault::test {

// The way out, as a script: what was sent, and what is answered.
class FakeEgress final : public EgressPort {
public:
    std::vector<std::string> requests;
    std::vector<std::string> hosts;
    std::vector<std::chrono::milliseconds> times;  // given
    std::function<boost::asio::awaitable<void>()> meanwhile;  // once, while the next request is out
    std::function<EgressAnswer(const EgressHost&)> answer = [](const EgressHost&) { return replied("<ok/>"); };

    static EgressAnswer replied(std::string_view body) {
        return {EgressAnswer::Reached::answered, {}, 200, "text/xml", wiped::Bytes(body.begin(), body.end())};
    }
    static EgressAnswer reached(EgressAnswer::Reached how, std::string code) { return {how, std::move(code), 0, {}, {}}; }

    boost::asio::awaitable<EgressAnswer> exchange(EgressHost host, wiped::Bytes request,
                                                  std::chrono::milliseconds time_left) override {
        times.push_back(time_left);
        requests.emplace_back(request.data(), request.size());
        hosts.push_back(host.host);
        if (meanwhile) co_await std::exchange(meanwhile, {})();
        co_return answer(host);
    }
};

// A whole keeper in this process: real arena, keys and journal, a store in memory, a scripted way out.
class Keeper {
public:
    static constexpr std::string_view number = "4003000123456781";
    Keeper() : folder(make_folder()) {
        arena = sealed::Arena::create(256 * 1024, sealed::Arena::Mode::development).value();
        root.emplace(sealed::SecretChars::zeros(*arena, 32).value());
        keys.emplace(sealed::KeyRing::open(*arena, random, *root, {}).value());
        EXPECT_TRUE(keys->create_missing(*root));
        open_journal();
        destinations.emplace("sample", Destination{Policy::parse(sample_policy, "sample").value(),
                                                   {{"one.example", 443, {}}, {"two.example", 8443, {}}}, {}});
    }
    ~Keeper() {
        forwarder.reset();
        journal.reset();
        std::filesystem::remove_all(folder);
    }

    void open_journal() {
        forwarder.reset();
        cards.reset();
        administration.reset();
        custody.reset();
        journal.reset();
        journal = Journal::open({folder, store.head}, clock, random).value();
        EXPECT_TRUE(run(store.remember_head(journal->head())));
        custody.emplace(Custody{clock, random, *arena, *keys, *one_time, store, *journal});
        forwarder.emplace(*custody, destinations, egress);
        cards.emplace(*custody);
        administration.emplace(*custody);
    }

    // What was only in memory is gone.
    void restart() {
        one_time.emplace(clock, std::chrono::minutes{15});
        open_journal();
    }

    template <class T>
    T run(boost::asio::awaitable<T> work) {
        std::optional<T> out;
        boost::asio::co_spawn(context, wrap(std::move(work), out), boost::asio::detached);
        context.restart();
        context.run();
        return std::move(*out);
    }

    TokenSummary describe() { return run(cards->describe(tenant, *token)).value(); }

    // One tenant's account and a token of its card, as the front would make it.
    AccountId put_account(const TenantId& owner, std::string destination = "sample") {
        const auto id = AccountId::create(clock.now(), random);
        wiped::Bytes credentials;
        EXPECT_TRUE(sealed::encode_credentials({"595901", "s3cret-pass"}, credentials));
        EXPECT_TRUE(run(administration->put_account(id, owner, std::move(destination), credentials, caller)));
        return id;
    }
    std::string put_key(const TenantId& owner) {
        const auto id = ApiKeyId::create(clock.now(), random);
        std::string digest = id.text() + "::";  // 32 bytes: any will do
        EXPECT_TRUE(run(administration->put_caller_key({id, owner, digest, true}, caller)));
        return digest;
    }
    Result<TokenMade> tokenize(const std::string& key, std::string_view code = "123", std::string_view digits = number,
                               int month = 12, int year = 2029) {
        return run(cards->tokenize(key, {month, year, digits, code, "A. Guest", "1 Main & Co", "38401"}, caller,
                                   clock.instant() + std::chrono::seconds{5}));
    }

    ForwardRequest authorize(std::int32_t attempt = 1) {
        return {{operation, attempt}, AttemptKind::send, tenant, account, token, "sample", "authorize",
                sample_authorize(), std::chrono::seconds{30}};
    }
    ForwardRequest inquire(std::int32_t attempt) {
        return {{operation, attempt}, AttemptKind::inquire, tenant, account, std::nullopt, "sample", "inquire",
                sample_inquiry(), std::chrono::seconds{30}};
    }
    // A token of a card that came otherwise than by its number.
    void open_shop_with(sealed::CardFields fields) {
        account = put_account(tenant);
        token = run(cards->tokenize(put_key(tenant), fields, caller, clock.instant() + std::chrono::seconds{5})).value().token;
    }
    ForwardRequest charge(std::int32_t attempt, std::string name, std::vector<XmlElement> of) {
        auto request = authorize(attempt);
        request.operation = std::move(name);
        request.message = sample_charge_with(std::move(of));
        return request;
    }

    // Of a charge of its own.
    ForwardRequest another_authorize() {
        auto request = authorize();
        request.key.operation_id = OperationId::create(clock.now(), random);
        return request;
    }
    Verdict forward(ForwardRequest request) { return run(forwarder->forward(std::move(request), caller)).value(); }
    Verdict ask(std::int32_t attempt, std::optional<std::string> epoch = {}, std::optional<TenantId> who = {}) {
        return run(forwarder->ask(who.value_or(tenant), {operation, attempt}, epoch.value_or(journal->epoch()), caller))
            .value();
    }

    std::string folder;
    postern::test::ManualClock clock;
    postern::test::SeededRandom random;
    boost::asio::io_context context;
    std::unique_ptr<sealed::Arena> arena;
    std::optional<sealed::SecretChars> root;
    std::optional<sealed::KeyRing> keys;
    std::optional<sealed::OneTimeStore> one_time{std::in_place, clock, std::chrono::minutes{15}};
    MemoryVaultStore store;
    FakeEgress egress;
    Destinations destinations;
    std::unique_ptr<Journal> journal;
    std::optional<Custody> custody;
    std::optional<Forwarder> forwarder;
    std::optional<Cards> cards;
    std::optional<Administration> administration;
    Caller caller{"test", "uid 0"};
    TenantId tenant = TenantId::create(clock.now(), random);
    TenantId other_tenant = TenantId::create(clock.now(), random);
    OperationId operation = OperationId::create(clock.now(), random);
    AccountId account = AccountId::create(clock.now(), random);  // until `open_shop`
    std::optional<CardToken> token;

    // Account, key and token of the tenant.
    void open_shop(std::string_view code = "123") {
        account = put_account(tenant);
        token = tokenize(put_key(tenant), code).value().token;
    }

private:
    template <class T>
    static boost::asio::awaitable<void> wrap(boost::asio::awaitable<T> work, std::optional<T>& out) {
        out.emplace(co_await std::move(work));
    }
    static std::string make_folder() {
        std::string path = std::filesystem::temp_directory_path() / "keeper_test_XXXXXX";
        return ::mkdtemp(path.data());
    }
};

// "not_sent policy_refused", "sent", "maybe_sent deadline": for the tables.
inline std::string word(const Verdict& verdict) {
    if (const auto* not_sent = std::get_if<NotSent>(&verdict)) return "not_sent " + not_sent->code;
    if (const auto* maybe = std::get_if<MaybeSent>(&verdict)) return "maybe_sent " + maybe->code;
    return "sent";
}

}  // namespace postern::vault::test
