#include "tests/processors/conformance/scenes.hpp"

#include <vector>

namespace postern::conformance {
namespace {

using domain::OperationStatus;
using domain::Verb;

Awaitable<void> nothing(Stage&) { co_return; }
Awaitable<void> sells(Stage& stage) { return stage.pay(Verb::sale); }
Awaitable<void> holds(Stage& stage) { return stage.pay(Verb::authorize); }
Awaitable<void> takes_back(Stage& stage) { return stage.take_back(); }
Awaitable<void> captures(Stage& stage) { return stage.capture(); }
Awaitable<void> captures_part(Stage& stage) { return stage.capture(1000); }
Awaitable<void> refunds(Stage& stage) { return stage.refund(); }
Awaitable<void> refunds_part(Stage& stage) { return stage.refund(300); }
Awaitable<void> holds_and_captures(Stage& stage) {
    co_await stage.pay(Verb::authorize);
    co_await stage.capture();
}
Awaitable<void> holds_and_captures_part(Stage& stage) {
    co_await stage.pay(Verb::authorize);
    co_await stage.capture(1000);
}
Awaitable<void> sells_and_refunds_part(Stage& stage) {
    co_await stage.pay(Verb::sale);
    co_await stage.refund(300);
}
Awaitable<void> sells_and_regrets(Stage& stage) {
    co_await stage.pay(Verb::sale);
    co_await stage.take_back();
}
Awaitable<void> holds_and_regrets(Stage& stage) {
    co_await stage.pay(Verb::authorize);
    co_await stage.take_back();
}
Awaitable<void> tips(Stage& stage) { return stage.adjust_tip(250); }
Awaitable<void> tips_less(Stage& stage) { return stage.adjust_tip(100); }
Awaitable<void> tips_nothing(Stage& stage) { return stage.adjust_tip(0); }
Awaitable<void> captures_with_tip(Stage& stage) { return stage.capture(std::nullopt, 250); }
Awaitable<void> increments(Stage& stage) { return stage.increment(300); }
Awaitable<void> sells_and_tips(Stage& stage) {
    co_await stage.pay(Verb::sale);
    co_await stage.adjust_tip(250);
}
Awaitable<void> holds_and_increments(Stage& stage) {
    co_await stage.pay(Verb::authorize);
    co_await stage.increment(300);
}
Awaitable<void> takes_a_part(Stage& stage) {
    co_await stage.pay(Verb::sale, true);
    co_await stage.accept();
}
Awaitable<void> holds_a_part(Stage& stage) {
    co_await stage.pay(Verb::authorize, true);
    co_await stage.accept();
}
// A gateway that was restored without a new epoch gives an identity again.
Awaitable<void> holds_then_forgets(Stage& stage) {
    co_await stage.pay(Verb::authorize);
    stage.world.forget_identities();
}

std::optional<SampleCharge> declined(const Processor& processor) { return processor.declined(); }
std::optional<SampleCharge> partial(const Processor& processor) { return processor.partial(); }
std::optional<SampleCharge> undone_plainly(const Processor& processor) { return processor.undone_plainly(); }

const std::vector<Scene>& all() {
    static const std::vector<Scene> scenes{
        {"sale", {Verb::sale}, nothing, sells},
        {"authorize", {Verb::authorize}, nothing, holds},
        {"capture", {Verb::authorize, Verb::capture}, holds, captures},
        {"capture of a part", {Verb::authorize, Verb::capture}, holds, captures_part},
        {"capture of the rest", {Verb::authorize, Verb::capture}, holds_and_captures_part, captures, std::nullopt},
        {"refund of a sale", {Verb::sale, Verb::refund}, sells, refunds},
        {"refund of a part", {Verb::sale, Verb::refund}, sells, refunds_part},
        {"refund of the rest", {Verb::sale, Verb::refund}, sells_and_refunds_part, refunds},
        {"refund of a capture", {Verb::authorize, Verb::capture, Verb::refund}, holds_and_captures, refunds},
        {"void of a hold", {Verb::authorize, Verb::reverse}, holds, takes_back},
        {"void of a sale", {Verb::sale, Verb::reverse}, sells, takes_back},
        {"void of a capture", {Verb::authorize, Verb::capture, Verb::reverse}, holds_and_captures, takes_back},
        {"sale, then a void whatever came of it", {Verb::sale, Verb::reverse}, nothing, sells_and_regrets},
        {"hold, then a void whatever came of it", {Verb::authorize, Verb::reverse}, nothing, holds_and_regrets},
        {"declined sale", {Verb::sale}, nothing, sells, OperationStatus::declined, declined},
        {"declined hold", {Verb::authorize}, nothing, holds, OperationStatus::declined, declined},
        {"partly approved sale", {Verb::sale, Verb::reverse}, nothing, sells, OperationStatus::approved, partial},
        {"partly approved hold", {Verb::authorize, Verb::reverse}, nothing, holds, OperationStatus::approved, partial},
        {"part of a sale, accepted", {Verb::sale}, nothing, takes_a_part, OperationStatus::approved, partial},
        {"part of a hold, accepted", {Verb::authorize}, nothing, holds_a_part, OperationStatus::approved, partial},
        {"capture with a tip", {Verb::authorize, Verb::capture}, holds, captures_with_tip},
        {"tip", {Verb::sale, Verb::adjust_tip}, sells, tips},
        {"tip on a capture", {Verb::authorize, Verb::capture, Verb::adjust_tip}, holds_and_captures, tips},
        {"smaller tip in the place of another", {Verb::sale, Verb::adjust_tip}, sells_and_tips, tips_less},
        {"tip taken away", {Verb::sale, Verb::adjust_tip}, sells_and_tips, tips_nothing},
        {"void of a sale with a tip", {Verb::sale, Verb::adjust_tip, Verb::reverse}, sells_and_tips, takes_back},
        {"refund of a sale with a tip", {Verb::sale, Verb::adjust_tip, Verb::refund}, sells_and_tips, refunds},
        {"increment", {Verb::authorize, Verb::increment}, holds, increments},
        {"capture of an incremented hold", {Verb::authorize, Verb::increment, Verb::capture}, holds_and_increments,
         captures},
        {"void of an incremented hold", {Verb::authorize, Verb::increment, Verb::reverse}, holds_and_increments,
         takes_back},
        {"void that leaves the hold", {Verb::sale, Verb::reverse}, sells, takes_back, OperationStatus::approved,
         undone_plainly},
        {"identity given again", {Verb::authorize, Verb::sale}, holds_then_forgets, sells, std::nullopt, nullptr, true},
    };
    return scenes;
}

}  // namespace

// A refusal is a legal end of a step: what comes of it shows in the books.
Awaitable<void> Stage::pay(Verb verb, bool partial_approval) {
    const auto response = co_await world.pay(processor, verb, charge, partial_approval);
    if (response) payment = response->payment_id;
}
Awaitable<void> Stage::accept() {
    if (payment) (void)co_await world.accept(*payment);
}
Awaitable<void> Stage::increment(std::int64_t minor) {
    if (payment) (void)co_await world.increment(*payment, minor);
}
Awaitable<void> Stage::capture(std::optional<std::int64_t> minor, std::optional<std::int64_t> tip_minor) {
    if (payment) (void)co_await world.capture(*payment, minor, tip_minor);
}
Awaitable<void> Stage::adjust_tip(std::int64_t tip_minor) {
    if (payment) (void)co_await world.adjust_tip(*payment, tip_minor);
}
Awaitable<void> Stage::refund(std::optional<std::int64_t> minor) {
    if (payment) (void)co_await world.refund(*payment, minor);
}
Awaitable<void> Stage::take_back() {
    if (payment) (void)co_await world.take_back(*payment);
}

std::span<const Scene> scenes() { return all(); }

}  // namespace postern::conformance
