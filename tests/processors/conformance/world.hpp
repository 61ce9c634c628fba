#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/app/accept_payment.hpp"
#include "gateway/app/adjust_tip.hpp"
#include "gateway/app/capture_payment.hpp"
#include "gateway/app/create_payment.hpp"
#include "gateway/app/increment_payment.hpp"
#include "gateway/app/refund_payment.hpp"
#include "gateway/app/resolver.hpp"
#include "gateway/app/void_payment.hpp"
#include "tests/processors/conformance/sandbox_vault.hpp"
#include "tests/processors/conformance/watched_adapter.hpp"
#include "tests/support/fake_payment_store.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::conformance {

// What people were told.
class NotedAlarms final : public gateway::Observer {
public:
    void operation_ended(domain::Verb, domain::OperationStatus) override {}
    void alarm(std::string_view code, const PaymentId& payment, const OperationId&) override {
        by_payment[payment].insert(std::string(code));
    }
    void breaker_turned(const AccountId&, bool) override {}
    void fenced(const OperationId&) override {}
    void answers_forgotten(std::int64_t) override {}
    void failure(std::string_view step, const Error& error, std::string_view) override {
        if (step == "plan") plan_failures.insert(std::string(error.code));
    }
    bool has(const PaymentId& payment, const std::string& code) const {
        const auto found = by_payment.find(payment);
        return found != by_payment.end() && found->second.contains(code);
    }
    std::map<PaymentId, std::set<std::string>> by_payment;
    std::set<std::string> plan_failures;
};

class PlainRenderer final : public gateway::AnswerRenderer {
public:
    gateway::Answer render(const domain::Payment&, const domain::CardSummary&,
                           const domain::Operation& operation) const override {
        const bool is_final = domain::is_final(operation.status);
        return {is_final ? 201 : 202, std::string(domain::to_text(operation.status)), is_final};
    }
};

// A store and an account for each processor.
class StoreEach final : public gateway::Directory {
public:
    void add(const StoreId& store, const AccountId& account, std::string processor) {
        routes_.emplace(store, gateway::Route{{store, "America/New_York", 240, domain::Currency::usd},
                                              {{account, std::move(processor)}}, {}});
    }
    Awaitable<Result<gateway::Caller>> authenticate(std::string) override {
        co_return Error{ErrorKind::forbidden, "bad_api_key"};
    }
    Awaitable<Result<gateway::Route>> route(TenantId, StoreId store, DeviceId, std::optional<AccountId>) override {
        co_return routes_.at(store);
    }

private:
    std::map<StoreId, gateway::Route> routes_;
};

// A gateway with all that it reaches, in one thread and in virtual time: its own use cases, driver, resolver, state table
// and ledger over the processors' sandboxes. Stored rows live in maps, cards nowhere.
class World {
public:
    struct Side {
        Processor* processor;
        const processors::ProcessorAdapter* adapter;  // the processor's, or one that is wrong on purpose
        const vault::Policy* policy;
    };
    World(VirtualTime& time, Random& random, std::vector<Side> sides);
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    Awaitable<Result<gateway::Response>> pay(const Processor& processor, domain::Verb verb, SampleCharge charge,
                                             bool partial_approval = false);
    Awaitable<Result<gateway::Response>> accept(PaymentId payment);
    Awaitable<Result<gateway::Response>> increment(PaymentId payment, std::int64_t minor);
    Awaitable<Result<gateway::Response>> capture(PaymentId payment, std::optional<std::int64_t> minor,
                                                 std::optional<std::int64_t> tip_minor = {});
    Awaitable<Result<gateway::Response>> adjust_tip(PaymentId payment, std::int64_t tip_minor);
    Awaitable<Result<gateway::Response>> refund(PaymentId payment, std::optional<std::int64_t> minor);
    Awaitable<Result<gateway::Response>> take_back(PaymentId payment);

    // The resolver works until nothing is open, or this long.
    Awaitable<bool> settle(std::chrono::milliseconds longest);
    // While others pay, until told to stop.
    void start_resolver();
    void stop_resolver();
    // Identities are given again from the first: what a restore without a new epoch would do.
    void forget_identities();

    int open_operations();
    std::vector<domain::Operation> operations_of(const PaymentId& payment) const;
    domain::Money usd(std::int64_t minor) const { return *domain::Money::of_minor(minor, domain::Currency::usd); }

    Findings findings;
    std::string scene;  // what findings are about
    NotedAlarms alarms;
    SandboxVault vault;
    ::postern::test::FakePaymentStore store;
    const WatchedAdapter& adapter_of(const std::string& processor) const { return *watched_.at(processor); }

private:
    static constexpr std::uint64_t epoch = 7;
    struct Till {
        StoreId store;
        DeviceId device;
    };
    gateway::CallContext context(const std::string& path);
    CardToken token_of(const std::string& card);

    VirtualTime& time_;
    Random& random_;
    TenantId tenant_;
    std::map<std::string, std::unique_ptr<WatchedAdapter>> watched_;
    std::map<std::string, Till> tills_;
    std::map<std::string, CardToken> tokens_;
    gateway::Adapters adapters_;
    StoreEach directory_;
    PlainRenderer renderer_;
    std::optional<gateway::IdentityAllocator> identities_{std::in_place, epoch};
    gateway::SingleFlight flights_;
    gateway::AccountGates gates_;
    gateway::Services services_;
    std::unique_ptr<gateway::Resolver> resolver_;
    bool resolver_runs_ = false;
    int calls_ = 0;
};

}  // namespace postern::conformance
