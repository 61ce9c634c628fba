// Random lives of a payment: whatever starts and whatever evidence comes, in whatever order, the limits hold.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>

#include "gateway/domain/transition.hpp"
#include "tests/support/sample_payment.hpp"

namespace postern::domain {
namespace {

using test::usd;
const Timestamp now = test::at_second(100);

struct Life {
    Payment payment = test::sample_payment();
    std::vector<Operation> operations;

    explicit Life(Verb first) {
        payment.standing = Standing::pending;
        payment.approved = usd(0);
        payment.partial_approval = *rc::gen::element(PartialApproval::refused, PartialApproval::allowed);
        payment.checks_policy.cvv_no_match = *rc::gen::element(CheckAction::accept, CheckAction::void_payment);
        start(first, payment.requested);
    }
    void start(Verb verb, Money amount) {
        Operation operation = test::sample_operation();
        operation.verb = verb;
        operation.status = OperationStatus::prepared;
        operation.requested = amount;
        operation.approved.reset();
        operations.push_back(operation);
    }
    // As the store does under its guard.
    void ask(Request request, std::int64_t minor) {
        const Money amount = request == Request::void_payment ? payment.approved : usd(minor);
        if (!may_start(payment, request, amount)) return;
        if (request == Request::accept) {
            payment = accepted(payment);
            return;
        }
        if (payment.standing == Standing::pending) {
            payment.void_requested = true;
            return;
        }
        if (request == Request::capture) payment.capture_reserved = *payment.capture_reserved.plus(amount);
        if (request == Request::refund) payment.refund_reserved = *payment.refund_reserved.plus(amount);
        if (request == Request::void_payment) payment.void_requested = true;
        start(request == Request::capture ? Verb::capture : request == Request::refund ? Verb::refund : Verb::reverse,
              amount);
    }
    void hear(std::size_t index, const Claim& claim) {
        Operation& operation = operations[index % operations.size()];
        const auto effect = apply(payment, operation, claim, now);
        if (!effect) return;
        payment = effect->payment;
        operation = effect->operation;
        const auto* approval = std::get_if<ApprovedClaim>(&claim);
        if (effect->undo) start(Verb::reverse, approval ? approval->approved : *operation.approved);
        if (effect->undo) operations.back().cause = effect->cause;
        if (effect->refund) start(Verb::refund, *effect->refund);
    }
    // An offer or a hold whose time is over.
    void lapse() {
        payment.due_at = now;
        hear(0, LapsedClaim{});
    }
    void check() const {
        const auto minor = [](Money money) { return money.amount_minor(); };
        for (const Money& amount : {payment.approved, payment.captured, payment.refunded, payment.released,
                                    payment.capture_reserved, payment.refund_reserved}) {
            RC_ASSERT(minor(amount) >= 0);
        }
        RC_ASSERT(minor(payment.captured) + minor(payment.released) + minor(payment.capture_reserved) <=
                  minor(payment.approved));
        RC_ASSERT(minor(payment.refunded) + minor(payment.refund_reserved) <= minor(payment.captured));
        RC_ASSERT(minor(payment.approved) <= minor(payment.requested));
    }
};

Claim any_claim(std::int64_t minor) {
    const Checks no_match{AvsResult::not_told, CvvResult::no_match};
    switch (*rc::gen::inRange(0, 7)) {
        case 0: return DeclinedClaim{};
        case 5: return DeclinedClaim{{DeclineReason::reversal_target_missing, "", false}};
        case 6: return ApprovedClaim{usd(minor), {}, false, no_match};
        case 1: return NotSentClaim{"closed"};
        case 2: return RefusedClaim{"refused", ""};
        case 3: return UnknownClaim{Goal::complete, "lost"};
        default: return ApprovedClaim{usd(minor), {}, false};
    }
}

TEST(Limits, HoldInEveryLifeOfAPayment) {
    ::setenv("RC_PARAMS", "seed=20261125 max_success=1000", 0);  // the same lives in every run
    const bool holds = rc::check("limits hold", [] {
        Life life{*rc::gen::element(Verb::authorize, Verb::sale)};
        const int steps = *rc::gen::inRange(1, 40);
        for (int i = 0; i < steps; ++i) {
            const auto minor = *rc::gen::weightedOneOf<std::int64_t>(
                {{3, rc::gen::just<std::int64_t>(1250)}, {2, rc::gen::inRange<std::int64_t>(-10, 1400)}});
            if (*rc::gen::inRange(0, 3) == 0) {
                life.ask(*rc::gen::element(Request::capture, Request::refund, Request::void_payment, Request::accept), minor);
            } else if (*rc::gen::inRange(0, 6) == 0) {
                life.lapse();
            } else {
                life.hear(*rc::gen::inRange<std::size_t>(0, 40), any_claim(minor));
            }
            life.check();
        }
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace postern::domain
