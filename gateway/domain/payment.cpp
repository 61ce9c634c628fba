#include "gateway/domain/payment.hpp"

#include "gateway/domain/words.hpp"

namespace postern::domain {
namespace {

constexpr Words<PaymentState, 11> states{{
    {PaymentState::pending, "pending"}, {PaymentState::authorized, "authorized"},
    {PaymentState::partially_authorized, "partially_authorized"}, {PaymentState::captured, "captured"},
    {PaymentState::partially_captured, "partially_captured"}, {PaymentState::refunded, "refunded"},
    {PaymentState::partially_refunded, "partially_refunded"}, {PaymentState::voided, "voided"},
    {PaymentState::declined, "declined"}, {PaymentState::failed, "failed"}, {PaymentState::expired, "expired"},
}};
constexpr Words<Standing, 6> standings{{
    {Standing::pending, "pending"}, {Standing::live, "live"}, {Standing::declined, "declined"},
    {Standing::failed, "failed"}, {Standing::voided, "voided"}, {Standing::expired, "expired"},
}};

constexpr Words<PartialApproval, 3> partials{{
    {PartialApproval::refused, "refused"}, {PartialApproval::allowed, "allowed"},
    {PartialApproval::accepted, "accepted"},
}};

// Amounts of one payment share its currency and stay within limits: a failure here is a bug.
Money left(Money whole, Money first, Money second, Money third) {
    const auto rest = whole.minus(first)->minus(second)->minus(third);
    return *rest;
}

// A partial approval never reads as captured or authorized until it is accepted.
PaymentState live_state(const Payment& payment) {
    if (!payment.refunded.is_zero()) {
        const bool all = payment.refunded == payment.captured;
        return all ? PaymentState::refunded : PaymentState::partially_refunded;
    }
    if (payment.is_partial()) return PaymentState::partially_authorized;
    if (payment.captured.is_zero()) return PaymentState::authorized;
    const auto used = payment.captured.plus(payment.released);  // what a lowered tip gave back is held no more
    return *used == payment.approved ? PaymentState::captured : PaymentState::partially_captured;
}

}  // namespace

std::string_view to_text(PaymentState state) { return word_of(states, state); }
std::string_view to_text(Standing standing) { return word_of(standings, standing); }
std::optional<Standing> parse_standing(std::string_view text) { return value_of(standings, text); }
std::string_view to_text(PartialApproval partial) { return word_of(partials, partial); }
std::optional<PartialApproval> parse_partial_approval(std::string_view text) { return value_of(partials, text); }

PaymentState Payment::state() const {
    switch (standing) {
        case Standing::pending: return PaymentState::pending;
        case Standing::live: return live_state(*this);
        case Standing::declined: return PaymentState::declined;
        case Standing::failed: return PaymentState::failed;
        case Standing::voided: return PaymentState::voided;
        case Standing::expired: return PaymentState::expired;
    }
    __builtin_unreachable();
}

bool Payment::is_partial() const {
    return approved.amount_minor() < requested.amount_minor() && partial_approval != PartialApproval::accepted;
}

bool Payment::is_offered() const {
    return standing == Standing::live && !void_requested && is_partial() && partial_approval == PartialApproval::allowed;
}

Money Payment::capturable() const {
    const Money rest = left(approved, captured, released, capture_reserved);
    return rest.amount_minor() > 0 ? rest : Money::zero(rest.currency());
}

Money Payment::refundable() const {
    return left(captured, refunded, refund_reserved, Money::zero(captured.currency()));
}

}  // namespace postern::domain
