#include "tests/processors/conformance/world.hpp"

#include <algorithm>

namespace postern::conformance {
namespace {

using gateway::CallContext;
using gateway::Response;

constexpr std::chrono::seconds deadline{30};  // of every call
// Longer than any run: whatever the transport does here is meant.
constexpr gateway::AccountGateSettings gates{.in_flight_max = 1'000'000, .faults_max = 1'000'000};
const domain::TipRules any_tip{{{.name = "any tip",
                                .valid_from = "2000-01-01",
                                .brands = {},
                                .categories = {},
                                .funding = {},
                                .after_partial_approval = {},
                                .above_percent = 20,
                                .may_adjust = true,
                                .may_increment = true}}};
constexpr gateway::ResolverSettings resolver_settings{.idle_pause = std::chrono::milliseconds{2'000}};

}  // namespace

World::World(VirtualTime& time, Random& random, std::vector<Side> sides)
    : vault{time, findings, scene}, store{time}, time_{time}, random_{random},
      tenant_{TenantId::create(time.now(), random)},
      adapters_{[&] {
          std::vector<const processors::ProcessorAdapter*> all;
          for (const Side& side : sides) {
              const std::string name = side.adapter->capabilities().name;
              watched_[name] = std::make_unique<WatchedAdapter>(*side.adapter);
              all.push_back(watched_[name].get());
          }
          return all.size() == 1 ? gateway::Adapters{all[0]} : gateway::Adapters{all[0], all[1]};
      }()},
      gates_{gates, time},
      services_{store, store, directory_, vault, adapters_, renderer_, time, random, time, alarms, *identities_,
                flights_, gates_, {.tip_rules = any_tip}},
      resolver_{std::make_unique<gateway::Resolver>(services_, resolver_settings)} {
    for (const Side& side : sides) {
        const std::string& name = side.processor->adapter().capabilities().name;
        const Till till{StoreId::create(time.now(), random), DeviceId::create(time.now(), random)};
        tills_.emplace(name, till);
        directory_.add(till.store, AccountId::create(time.now(), random), name);
        vault.add(*side.processor, *side.policy);
    }
}

CallContext World::context(const std::string& path) {
    return {tenant_, "call " + std::to_string(++calls_), path, time_.instant() + deadline};
}

CardToken World::token_of(const std::string& card) {
    const auto [entry, is_new] = tokens_.try_emplace(card, CardToken::create(time_.now(), random_));
    if (is_new) vault.add_card(entry->second, card);
    return entry->second;
}

Awaitable<Result<Response>> World::pay(const Processor& processor, domain::Verb verb, SampleCharge charge,
                                       bool partial_approval) {
    const Till& till = tills_.at(processor.adapter().capabilities().name);
    const CallContext call = context("/v1/payments");
    gateway::NewPaymentInput input{verb, usd(charge.amount_minor), token_of(charge.card),
                                   {till.store, till.device, "tender of " + call.key}, "order", {}, {}, 0};
    input.partial_approval = partial_approval;
    co_return co_await gateway::create_payment(services_, call, std::move(input));
}

Awaitable<Result<Response>> World::accept(PaymentId payment) {
    co_return co_await gateway::accept_payment(services_, context(payment.text() + "/accept"), payment);
}
Awaitable<Result<Response>> World::increment(PaymentId payment, std::int64_t minor) {
    co_return co_await gateway::increment_payment(services_, context(payment.text() + "/increment"), {payment, usd(minor)});
}
Awaitable<Result<Response>> World::capture(PaymentId payment, std::optional<std::int64_t> minor,
                                           std::optional<std::int64_t> tip_minor) {
    const auto amount = minor ? std::optional{usd(*minor)} : std::nullopt;
    const auto tip = tip_minor ? std::optional{usd(*tip_minor)} : std::nullopt;
    co_return co_await gateway::capture_payment(services_, context(payment.text() + "/capture"), {payment, amount, tip});
}
Awaitable<Result<Response>> World::adjust_tip(PaymentId payment, std::int64_t tip_minor) {
    co_return co_await gateway::adjust_tip(services_, context(payment.text() + "/tip"),
                                           {payment, std::nullopt, usd(tip_minor)});
}
Awaitable<Result<Response>> World::refund(PaymentId payment, std::optional<std::int64_t> minor) {
    const auto amount = minor ? std::optional{usd(*minor)} : std::nullopt;
    co_return co_await gateway::refund_payment(services_, context(payment.text() + "/refund"), {payment, amount});
}
Awaitable<Result<Response>> World::take_back(PaymentId payment) {
    co_return co_await gateway::void_payment(services_, context(payment.text() + "/void"), payment);
}

int World::open_operations() {
    return static_cast<int>(store.open_operations().size());
}

Awaitable<bool> World::settle(std::chrono::milliseconds longest) {
    constexpr std::chrono::milliseconds between_looks{2'000}, when_idle{20'000};
    const auto end = time_.instant() + longest;
    gateway::Resolver resolver{services_, resolver_settings};
    while (open_operations() > 0 || vault.underway() > 0) {
        if (time_.instant() >= end) co_return false;
        const int taken = co_await resolver.run_once();
        co_await time_.sleep(taken > 0 ? between_looks : when_idle);
    }
    co_return true;
}

void World::start_resolver() {
    resolver_runs_ = true;
    time_.start_beside([](World& world) -> Awaitable<void> {
        co_await world.resolver_->run();
        world.resolver_runs_ = false;
    }(*this));
}
void World::stop_resolver() {
    resolver_->stop();
    time_.run_until([this] { return !resolver_runs_; });
}

void World::forget_identities() { identities_.emplace(epoch); }

std::vector<domain::Operation> World::operations_of(const PaymentId& payment) const {
    std::vector<domain::Operation> out;
    for (const OperationId& id : store.payments.at(payment).operations) out.push_back(store.operations.at(id).operation);
    return out;
}

}  // namespace postern::conformance
