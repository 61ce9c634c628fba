#include "gateway/domain/transition.hpp"

#include <algorithm>
#include <array>

#include "gateway/domain/effects.hpp"

namespace postern::domain {
namespace {

// ---- The table: one row for a set of statuses, a set of verbs and one claim; no two rows meet ------------------------

template <class Enum>
constexpr unsigned set_of(std::initializer_list<Enum> values) {
    unsigned bits = 0;
    for (const Enum value : values) bits |= 1U << static_cast<unsigned>(value);
    return bits;
}
template <class Enum>
constexpr bool contains(unsigned bits, Enum value) {
    return (bits >> static_cast<unsigned>(value) & 1U) != 0;
}

constexpr unsigned open = set_of({OperationStatus::prepared, OperationStatus::unknown});
constexpr unsigned approved = set_of({OperationStatus::approved});
constexpr unsigned ended = set_of({OperationStatus::declined, OperationStatus::failed});

constexpr unsigned first = set_of({Verb::authorize, Verb::sale});
constexpr unsigned capture = set_of({Verb::capture});
constexpr unsigned refund = set_of({Verb::refund});
constexpr unsigned undo = set_of({Verb::void_sale, Verb::reverse});
constexpr unsigned increment = set_of({Verb::increment});
constexpr unsigned adjust_tip = set_of({Verb::adjust_tip});
constexpr unsigned charge = first | capture;
constexpr unsigned any_verb = first | capture | refund | undo | increment | adjust_tip;

struct Row {
    unsigned statuses;
    unsigned verbs;
    ClaimKind claim;
    EffectFunction effect;
};
constexpr std::array rows{
    Row{open, first, ClaimKind::approved, first_approved},
    Row{open, capture, ClaimKind::approved, capture_approved},
    Row{open, refund, ClaimKind::approved, refund_approved},
    Row{open, undo, ClaimKind::approved, undo_approved},
    Row{open, increment, ClaimKind::approved, increment_approved},
    Row{open, adjust_tip, ClaimKind::approved, tip_approved},
    Row{open, any_verb, ClaimKind::declined, ended_without_effect},
    Row{open, any_verb, ClaimKind::not_sent, ended_without_effect},
    Row{open, any_verb, ClaimKind::refused, ended_without_effect},
    Row{open, any_verb, ClaimKind::unknown, became_unknown},

    Row{approved, any_verb, ClaimKind::approved, keep_approval},
    Row{approved, any_verb, ClaimKind::declined, contradicts_approval},
    Row{approved, any_verb, ClaimKind::not_sent, contradicts_approval},
    Row{approved, any_verb, ClaimKind::refused, contradicts_approval},
    Row{approved, any_verb, ClaimKind::unknown, keep},
    Row{approved, first, ClaimKind::lapsed, lapsed},

    Row{ended, charge, ClaimKind::approved, late_charge},
    Row{ended, refund | undo, ClaimKind::approved, late_return},
    Row{ended, increment, ClaimKind::approved, late_increment},
    Row{ended, adjust_tip, ClaimKind::approved, late_tip},
    Row{ended, any_verb, ClaimKind::declined, keep},
    Row{ended, any_verb, ClaimKind::not_sent, keep},
    Row{ended, any_verb, ClaimKind::refused, keep},
    Row{ended, any_verb, ClaimKind::unknown, keep},
};

constexpr const Row* find_row(OperationStatus status, Verb verb, ClaimKind kind) {
    const auto* row = std::ranges::find_if(rows, [&](const Row& candidate) {
        return contains(candidate.statuses, status) && contains(candidate.verbs, verb) && candidate.claim == kind;
    });
    return row == rows.end() ? nullptr : row;
}

constexpr bool rows_meet(const Row& a, const Row& b) {
    return (a.statuses & b.statuses) != 0 && (a.verbs & b.verbs) != 0 && a.claim == b.claim;
}
constexpr bool no_two_rows_meet() {
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t j = i + 1; j < rows.size(); ++j)
            if (rows_meet(rows[i], rows[j])) return false;
    return true;
}
static_assert(no_two_rows_meet());

// ---- What may start --------------------------------------------------------------------------------------------------

Error conflict(std::string_view code) { return {ErrorKind::conflict, code}; }

bool is_reserved(const Payment& payment) {
    return !payment.capture_reserved.is_zero() || !payment.refund_reserved.is_zero();
}

Status may_capture(const Payment& payment, Money amount, std::int64_t above_minor) {
    if (payment.is_offered()) return conflict("partial_approval_not_accepted");
    const PaymentState state = payment.state();
    const bool open_hold = state == PaymentState::authorized || state == PaymentState::partially_captured;
    if (!open_hold || payment.capturable().is_zero()) return conflict("payment_not_capturable");
    const std::int64_t over = amount.amount_minor() - payment.capturable().amount_minor();
    if (over > above_minor) return conflict("amount_exceeds_capturable");
    if (over > 0 && is_reserved(payment)) return conflict("operation_in_progress");
    return {};
}

Status may_refund(const Payment& payment, Money amount) {
    const bool has_money = payment.standing == Standing::live && !payment.captured.is_zero() && !payment.is_partial();
    if (!has_money || payment.refundable().is_zero()) return conflict("payment_not_refundable");
    if (amount.amount_minor() > payment.refundable().amount_minor()) return conflict("amount_exceeds_refundable");
    return {};
}

Status may_void(const Payment& payment) {
    if (payment.standing == Standing::pending) return {};
    if (payment.standing != Standing::live) return conflict("payment_not_voidable");
    if (is_reserved(payment)) return conflict("operation_in_progress");
    if (!payment.refunded.is_zero()) return conflict("payment_partly_refunded");
    return {};
}

// Nothing that the clock could end: no offer, and nothing held that is not on its way back already.
bool is_settled(const Payment& payment) {
    if (payment.standing == Standing::pending) return false;
    if (payment.standing != Standing::live || payment.void_requested) return true;
    const auto used = payment.captured.plus(payment.released);
    return !payment.is_partial() && used && used->amount_minor() >= payment.approved.amount_minor();
}

// The tip belongs to money that was taken and of which nothing was given back.
Status may_adjust_tip(const Payment& payment) {
    const bool has_money = payment.standing == Standing::live && !payment.captured.is_zero() && !payment.is_partial();
    if (!has_money) return conflict("tip_not_adjustable");
    if (is_reserved(payment)) return conflict("operation_in_progress");
    if (!payment.refunded.is_zero()) return conflict("payment_partly_refunded");
    return {};
}

Status may_increment(const Payment& payment) {
    const bool is_whole_hold = payment.state() == PaymentState::authorized && payment.released.is_zero();
    if (!is_whole_hold) return conflict("payment_not_incrementable");
    if (is_reserved(payment)) return conflict("operation_in_progress");
    return {};
}

Status may_accept(const Payment& payment) {
    return payment.is_offered() ? Status{} : conflict("nothing_to_accept");
}

Status may_move(const Payment& payment, Request request, Money amount, std::int64_t above_minor) {
    switch (request) {
        case Request::capture: return may_capture(payment, amount, above_minor);
        case Request::refund: return may_refund(payment, amount);
        case Request::adjust_tip: return may_adjust_tip(payment);
        case Request::increment: return may_increment(payment);
        case Request::accept: return may_accept(payment);
        case Request::void_payment: return may_void(payment);
    }
    __builtin_unreachable();
}

}  // namespace

Payment accepted(Payment payment) {
    payment.partial_approval = PartialApproval::accepted;
    payment.due_at = payment.expires_at;
    return payment;
}

Status may_start(const Payment& payment, Request request, Money amount, std::int64_t above_minor) {
    if (payment.void_requested) return conflict("void_in_progress");
    if (payment.edit_above) return conflict("operation_in_progress");
    if (request == Request::void_payment) return may_void(payment);
    if (payment.standing == Standing::pending) return conflict("payment_pending");
    if (request == Request::accept) return may_accept(payment);
    if (amount.currency() != payment.requested.currency()) {
        return Error{ErrorKind::invalid_request, "currency_mismatch", {}, "/amount/currency"};
    }
    if (amount.amount_minor() <= 0) {
        return Error{ErrorKind::invalid_request, "amount_not_positive", {}, "/amount/amount_minor"};
    }
    return may_move(payment, request, amount, above_minor);
}

ClaimKind kind_of(const Claim& claim) { return static_cast<ClaimKind>(claim.index()); }
static_assert(std::is_same_v<std::variant_alternative_t<static_cast<std::size_t>(ClaimKind::not_sent), Claim>,
                             NotSentClaim>);
static_assert(std::is_same_v<std::variant_alternative_t<static_cast<std::size_t>(ClaimKind::unknown), Claim>,
                             UnknownClaim>);

Result<Effect> apply(const Payment& payment, const Operation& operation, const Claim& claim, Timestamp now) {
    const Row* row = find_row(operation.status, operation.verb, kind_of(claim));
    if (!row) return Error{ErrorKind::internal, "no_such_transition"};
    Effect effect{.operation = operation, .payment = payment};
    if (const Status done = row->effect(effect, claim, now); !done) return done.error();
    if (is_settled(effect.payment)) effect.payment.due_at.reset();
    return effect;
}

bool has_row(OperationStatus status, Verb verb, ClaimKind kind) { return find_row(status, verb, kind) != nullptr; }

}  // namespace postern::domain
