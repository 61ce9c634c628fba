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

// The rule of these lives: a tip of at most this, on a capture or after it.
constexpr std::int64_t tip_max = 300, tips_max = 40 * tip_max;

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
    void start(Verb verb, Money amount, std::optional<Money> tip = {}) {
        Operation operation = test::sample_operation();
        operation.verb = verb;
        operation.status = OperationStatus::prepared;
        operation.requested = amount;
        operation.approved.reset();
        operation.tip = tip;
        operations.push_back(operation);
    }
    // As the store does under its guard.
    void ask(Request request, std::int64_t minor) {
        const Money amount = request == Request::void_payment ? payment.approved : usd(minor);
        const bool is_tip = request == Request::adjust_tip;
        const std::int64_t above = request == Request::capture ? tip_max : 0;
        if (is_tip && (minor < 0 || minor > tip_max)) return;
        if (is_tip) return adjust(minor);
        if (!may_start(payment, request, amount, above)) return;
        if (request == Request::accept) {
            payment = accepted(payment);
            return;
        }
        if (payment.standing == Standing::pending) {
            payment.void_requested = true;
            return;
        }
        if (request == Request::capture) return capture(amount);
        if (request == Request::increment) payment.edit_above = usd(0);
        if (request == Request::refund) payment.refund_reserved = *payment.refund_reserved.plus(amount);
        if (request == Request::void_payment) payment.void_requested = true;
        start(request == Request::increment ? Verb::increment : request == Request::refund ? Verb::refund : Verb::reverse,
              amount);
    }
    // With a tip that may carry it above what is left.
    void capture(Money amount) {
        const std::int64_t over = amount.amount_minor() - payment.capturable().amount_minor();
        if (over > 0) payment.edit_above = usd(over);
        payment.capture_reserved = *payment.capture_reserved.plus(amount);
        start(Verb::capture, amount, usd(std::min(amount.amount_minor() - 1, tip_max)));
    }
    void adjust(std::int64_t tip) {
        const Money whole = usd(payment.captured.amount_minor() - payment.tip.amount_minor() + tip);
        if (!may_start(payment, Request::adjust_tip, whole.is_zero() ? usd(1) : whole)) return;
        payment.edit_above = usd(0);
        start(Verb::adjust_tip, whole, usd(tip));
    }
    void hear(std::size_t index, const Claim& claim) {
        Operation& operation = operations[index % operations.size()];
        const auto effect = apply(payment, operation, claim, now);
        if (!effect) return;
        payment = effect->payment;
        operation = effect->operation;
        const auto* approval = std::get_if<ApprovedClaim>(&claim);
        if (effect->refund) start(Verb::refund, *effect->refund);
        if (!effect->undo) return;
        const bool is_tip = operation.verb == Verb::adjust_tip;
        if (is_tip) start(Verb::adjust_tip, payment.captured, payment.tip);
        else start(Verb::reverse, approval ? approval->approved : payment.approved);
        operations.back().cause = effect->cause;
    }
    // An offer or a hold whose time is over.
    void lapse() {
        payment.due_at = now;
        hear(0, LapsedClaim{});
    }
    void check() const {
        const auto minor = [](Money money) { return money.amount_minor(); };
        for (const Money& amount : {payment.approved, payment.captured, payment.refunded, payment.released,
                                    payment.capture_reserved, payment.refund_reserved, payment.tip}) {
            RC_ASSERT(minor(amount) >= 0);
        }
        RC_ASSERT(minor(payment.captured) + minor(payment.released) + minor(payment.capture_reserved) <=
                  minor(payment.approved) + (payment.edit_above ? minor(*payment.edit_above) : 0));
        RC_ASSERT(minor(payment.tip) <= minor(payment.captured));
        RC_ASSERT(minor(payment.refunded) + minor(payment.refund_reserved) <= minor(payment.captured));
        std::int64_t asked = minor(payment.requested);  // and what increments and tips came to
        for (const Operation& operation : operations)
            if (operation.verb == Verb::increment) asked += minor(operation.requested);
        RC_ASSERT(minor(payment.approved) <= asked + tips_max);
    }
};

// Often small, so that increments and tips stay within the amounts' range.
std::int64_t request_amount(std::int64_t minor) { return *rc::gen::element(minor, minor / 5); }

Claim any_claim(std::int64_t minor) {
    const Checks no_match{AvsResult::not_told, CvvResult::no_match};
    switch (*rc::gen::inRange(0, 7)) {
        case 0: return DeclinedClaim{};
        case 5: return DeclinedClaim{{DeclineReason::reversal_target_missing, "", false}};
        case 6: return ApprovedClaim{usd(minor), {}, false, false, no_match};
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
                life.ask(*rc::gen::element(Request::capture, Request::refund, Request::void_payment, Request::accept,
                                           Request::adjust_tip, Request::increment),
                         request_amount(minor));
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
