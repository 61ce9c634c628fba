#include "gateway/http/payment_json.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "gateway/contract/payments.pb.h"
#include "gateway/http/proto_json.hpp"

namespace postern::gateway {
namespace {

namespace api = postern::payments::v1;

void set_time(google::protobuf::Timestamp& out, Timestamp time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    out.set_seconds(seconds.time_since_epoch().count());
    out.set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds{time - seconds}.count()));
}

// The contract's enumerators are the domain's words in capitals: one place says so, a test walks them all.
template <class Enum>
Enum enumerator(std::string prefix, std::string_view word, bool (*parse)(google::protobuf::ConstStringParam, Enum*)) {
    for (const char c : word) prefix += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    Enum value{};
    return parse(prefix, &value) ? value : Enum{};
}
api::PaymentStatus shown(domain::PaymentState state) {
    return enumerator<api::PaymentStatus>("PAYMENT_STATUS_", domain::to_text(state), api::PaymentStatus_Parse);
}
api::OperationVerb shown(domain::Verb verb) {
    return enumerator<api::OperationVerb>("OPERATION_VERB_", domain::to_text(verb), api::OperationVerb_Parse);
}
api::OperationStatus shown(domain::OperationStatus status) {
    return enumerator<api::OperationStatus>("OPERATION_STATUS_", domain::to_text(status), api::OperationStatus_Parse);
}

// Of all that a processor wants to see again, what its support asks for.
std::string reference_for_support(const domain::ProcessorReference& reference) {
    for (const char* name : {"RefNo", "id"}) {
        if (const auto found = reference.find(name); found != reference.end()) return found->second;
    }
    return {};
}

std::string_view default_next_step(const domain::Operation& operation) {
    return operation.goal == domain::Goal::undo ? "undo" : "ask_processor";
}

void fill(api::Operation& out, const domain::Operation& operation, std::string_view next_step) {
    out.set_operation_id(operation.id.text());
    out.set_verb(shown(operation.verb));
    out.set_status(shown(operation.status));
    out.set_requested_minor(operation.requested.amount_minor());
    if (operation.approved) out.set_approved_minor(operation.approved->amount_minor());
    out.set_processor(operation.processor);
    out.set_processor_reference(reference_for_support(operation.reference));
    if (operation.decline) {
        out.mutable_decline()->set_reason(std::string{domain::to_text(operation.decline->reason)});
        out.mutable_decline()->set_raw_code(operation.decline->raw_code);
        out.mutable_decline()->set_retry_may_help(operation.decline->retry_may_help);
    }
    out.set_failure_code(operation.failure_code);
    if (!domain::is_final(operation.status)) {
        api::Unresolved& unresolved = *out.mutable_unresolved();
        unresolved.set_goal(std::string{domain::to_text(operation.goal.value_or(domain::Goal::complete))});
        set_time(*unresolved.mutable_since(), operation.unknown_since.value_or(operation.created_at));
        unresolved.set_next_step(std::string{next_step.empty() ? default_next_step(operation) : next_step});
    }
    set_time(*out.mutable_created_at(), operation.created_at);
    if (operation.undoes) out.set_undoes(operation.undoes->text());
    if (operation.cause) out.set_cause(std::string{domain::to_text(*operation.cause)});
    if (operation.checks.is_told()) {
        out.mutable_checks()->set_avs(std::string{domain::to_text(operation.checks.avs)});
        out.mutable_checks()->set_cvv(std::string{domain::to_text(operation.checks.cvv)});
    }
    if (operation.tip) out.set_tip_minor(operation.tip->amount_minor());
    out.set_account_id(operation.account_id.text());
}

void fill_amounts(api::Payment& out, const domain::Payment& payment) {
    out.set_currency(std::string{domain::alphabetic_code(payment.requested.currency())});
    out.set_requested_minor(payment.requested.amount_minor());
    out.set_approved_minor(payment.approved.amount_minor());
    out.set_captured_minor(payment.captured.amount_minor());
    out.set_tip_minor(payment.tip.amount_minor());
    out.set_refunded_minor(payment.refunded.amount_minor());
    out.set_released_minor(payment.released.amount_minor());
    out.set_capturable_minor(payment.capturable().amount_minor());
    out.set_refundable_minor(payment.refundable().amount_minor());
}

void fill_card(api::Card& out, const CardToken& token, const domain::CardSummary& card) {
    out.set_token(token.text());
    out.set_bin6(card.bin6);
    out.set_last4(card.last4);
    out.set_brand(card.brand);
    out.set_expiry_month(card.expiry_month);
    out.set_expiry_year(card.expiry_year);
    out.set_funding(card.funding);
    out.set_country(card.country);
}

void fill(api::Payment& out, const domain::Payment& payment, const domain::CardSummary& card) {
    out.set_payment_id(payment.id.text());
    out.set_status(shown(payment.state()));
    fill_amounts(out, payment);
    out.mutable_tender()->set_store_id(payment.tender.store_id.text());
    out.mutable_tender()->set_device_id(payment.tender.device_id.text());
    out.mutable_tender()->set_tender_id(payment.tender.tender_id);
    fill_card(*out.mutable_card(), payment.token, card);
    out.set_order_reference(payment.order_reference);
    out.set_account_id(payment.account_id.text());
    out.set_business_date(payment.business_date);
    set_time(*out.mutable_created_at(), payment.created_at);
    if (payment.expires_at) set_time(*out.mutable_capture_until(), *payment.expires_at);
    if (payment.accepted_offline_at) set_time(*out.mutable_accepted_offline_at(), *payment.accepted_offline_at);
    out.set_device_sequence(payment.device_sequence);
    out.set_late(payment.late);
    out.set_version(payment.version);
    if (payment.is_offered() && payment.due_at) set_time(*out.mutable_accept_until(), *payment.due_at);
    for (const std::string_view flag : domain::words(payment.flags)) out.add_flags(std::string{flag});
}

void fill(api::Payment& out, const PaymentView& view, bool with_history) {
    fill(out, view.payment, view.card);
    const auto next_step = [&](std::size_t i) {
        return i < view.next_steps.size() ? std::string_view{view.next_steps[i]} : std::string_view{};
    };
    const std::size_t count = view.operations.size();
    if (count > 0) fill(*out.mutable_operation(), view.operations.back(), next_step(count - 1));
    for (std::size_t i = 0; with_history && i < count; ++i) fill(*out.add_operations(), view.operations[i], next_step(i));
}

}  // namespace

Answer JsonAnswerRenderer::render(const domain::Payment& payment, const domain::CardSummary& card,
                                  const domain::Operation& operation) const {
    api::Payment out;
    fill(out, payment, card);
    fill(*out.mutable_operation(), operation, {});
    const bool is_final = domain::is_final(operation.status);
    return {.status = is_final ? 201 : 202, .body = write_message(out), .is_final = is_final};
}

std::string payment_json(const PaymentView& view) {
    api::Payment out;
    fill(out, view, true);
    return write_message(out);
}

std::string page_json(const ListPage& page) {
    api::ListPaymentsResponse out;
    for (const PaymentView& view : page.payments) fill(*out.add_payments(), view, false);
    out.set_next_page_token(page.next_page_token);
    return write_message(out, "payments");
}

}  // namespace postern::gateway
