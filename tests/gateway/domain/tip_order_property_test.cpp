// Edits of a tip and a processor that loses messages and answers, in every interleaving: what the processor has last is
// what the books have last.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <vector>

#include "gateway/domain/transition.hpp"
#include "tests/support/sample_payment.hpp"

namespace postern::domain {
namespace {

using test::usd;
const Timestamp now = test::at_second(100);

class World {
public:
    // With `fences`, what was not found will not arrive any more.
    explicit World(bool fences) : fences_{fences} {
        payment_.captured = usd(1250);
    }
    void ask(std::int64_t tip) {
        if (!may_start(payment_, Request::adjust_tip, usd(1250 + tip))) return;
        payment_.edit_above = usd(0);
        start(tip, std::nullopt);
    }
    // A message of any edit that is under way reaches the processor; one that was fenced or looked for in vain too, since
    // a look-up may have come too early. Each once.
    void arrive(std::size_t index) {
        if (operations_.empty()) return;
        const std::size_t i = index % operations_.size();
        if (!at_processor_.insert(i).second) return;
        processor_tip_ = operations_[i].tip->amount_minor();
    }
    // An answer, or a look at the processor, in whatever order.
    void hear(std::size_t index, bool is_lost) {
        if (operations_.empty()) return;
        const std::size_t i = index % operations_.size();
        if (is_lost) return learn(i, UnknownClaim{Goal::complete, "lost"});
        if (at_processor_.contains(i) && !fenced_.contains(i)) return learn(i, ApprovedClaim{operations_[i].requested, {}});
        if (fences_) at_processor_.insert(i), fenced_.insert(i);
        learn(i, RefusedClaim{"not_found_at_processor", ""});
    }
    // All messages arrive, and the gateway looks until nothing is open and no late one is unheard.
    void end() {
        for (std::size_t i = 0; i < operations_.size(); ++i) {
            arrive(i);
            hear(i, false);
        }
    }
    std::int64_t books() const { return payment_.tip.amount_minor(); }
    std::int64_t processor() const { return processor_tip_; }
    bool people_were_told() const { return told_; }
    void check() const {
        RC_ASSERT(payment_.captured.amount_minor() == 1250 + books());
        RC_ASSERT(payment_.captured.amount_minor() + payment_.released.amount_minor() <= payment_.approved.amount_minor());
        const auto open = std::ranges::count_if(operations_, [](const Operation& o) { return !is_final(o.status); });
        RC_ASSERT(open == (payment_.edit_above ? 1 : 0));
    }

private:
    void start(std::int64_t tip, std::optional<OperationId> undoes) {
        Operation operation = test::sample_operation();
        operation.verb = Verb::adjust_tip;
        operation.status = OperationStatus::prepared;
        operation.requested = usd(1250 + tip);
        operation.tip = usd(tip);
        operation.approved.reset();
        operation.reference.clear();
        operation.undoes = undoes;
        operations_.push_back(operation);
    }
    void learn(std::size_t i, const Claim& claim) {
        const auto effect = apply(payment_, operations_[i], claim, now);
        RC_ASSERT(effect.has_value());
        const bool once = effect->undo && !undone_.insert(i).second;  // one undo an operation, as the gateway keeps it
        if (once) return;
        operations_[i] = effect->operation;
        payment_ = effect->payment;
        told_ = told_ || effect->alarm == "tip_differs";
        if (effect->undo) start(books(), operations_[i].id);
    }

    Payment payment_ = test::sample_payment();
    std::vector<Operation> operations_;
    bool fences_;
    std::set<std::size_t> at_processor_, fenced_, undone_;
    std::int64_t processor_tip_ = 0;
    bool told_ = false;
};

// Lives through up to 40 steps, then to its end.
World any_life(bool fences) {
    World world{fences};
    const int steps = *rc::gen::inRange(1, 40);
    for (int i = 0; i < steps; ++i) {
        const auto which = *rc::gen::inRange<std::size_t>(0, 20);
        switch (*rc::gen::inRange(0, 4)) {
            case 0: world.ask(*rc::gen::inRange<std::int64_t>(0, 400)); break;
            case 1: world.arrive(which); break;
            case 2: world.hear(which, true); break;
            default: world.hear(which, false);
        }
        world.check();
    }
    world.end();
    world.check();
    return world;
}

TEST(TipOrder, WhatTheProcessorHasLastIsWhatTheBooksHaveLast) {
    ::setenv("RC_PARAMS", "seed=20261126 max_success=1000", 0);
    EXPECT_TRUE(rc::check("processor and books agree", [] {
        const World world = any_life(true);
        RC_ASSERT(world.books() == world.processor());
        RC_ASSERT(!world.people_were_told());
    }));
}

TEST(TipOrder, WhatArrivesTooLateIsTakenBackOrToldToPeople) {
    EXPECT_TRUE(rc::check("processor and books agree, or people were told", [] {
        const World world = any_life(false);
        RC_ASSERT(world.books() == world.processor() || world.people_were_told());
    }));
}

}  // namespace
}  // namespace postern::domain
