#include "idempotency/outbox/event.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "base/crypto/digest.hpp"
#include "idempotency/outbox/events.pb.h"

namespace postern::idempotency {
namespace {

namespace wire = postern::events::v1;

void set_time(google::protobuf::Timestamp& out, Timestamp time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    out.set_seconds(seconds.time_since_epoch().count());
    out.set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds{time - seconds}.count()));
}

void fill(wire::PaymentAfter& out, const domain::Payment& payment) {
    out.set_status(std::string(domain::to_text(payment.state())));
    out.set_currency(std::string(domain::alphabetic_code(payment.requested.currency())));
    out.set_requested_minor(payment.requested.amount_minor());
    out.set_approved_minor(payment.approved.amount_minor());
    out.set_captured_minor(payment.captured.amount_minor());
    out.set_tip_minor(payment.tip.amount_minor());
    out.set_refunded_minor(payment.refunded.amount_minor());
    out.set_released_minor(payment.released.amount_minor());
    out.set_store_id(payment.tender.store_id.text());
    out.set_device_id(payment.tender.device_id.text());
    out.set_tender_id(payment.tender.tender_id);
    out.set_order_reference(payment.order_reference);
    out.set_account_id(payment.account_id.text());
    out.set_business_date(payment.business_date);
    set_time(*out.mutable_created_at(), payment.created_at);
    if (payment.accepted_offline_at) set_time(*out.mutable_accepted_offline_at(), *payment.accepted_offline_at);
    out.set_device_sequence(payment.device_sequence);
    out.set_late(payment.late);
    out.set_token(payment.token.text());
    if (payment.is_offered() && payment.due_at) set_time(*out.mutable_accept_until(), *payment.due_at);
    for (const std::string_view flag : domain::words(payment.flags)) out.add_flags(std::string(flag));
}

void fill(wire::CardAfter& out, const domain::CardSummary& card) {
    out.set_brand(card.brand);
    out.set_funding(card.funding);
    out.set_country(card.country);
}

void fill(wire::OperationAfter& out, const domain::Operation& operation) {
    out.set_operation_id(operation.id.text());
    out.set_verb(std::string(domain::to_text(operation.verb)));
    out.set_status(std::string(domain::to_text(operation.status)));
    out.set_requested_minor(operation.requested.amount_minor());
    if (operation.approved) out.set_approved_minor(operation.approved->amount_minor());
    if (operation.decline) out.set_decline_reason(std::string(domain::to_text(operation.decline->reason)));
    out.set_failure_code(operation.failure_code);
    if (operation.goal) out.set_goal(std::string(domain::to_text(*operation.goal)));
    if (operation.undoes) out.set_undoes(operation.undoes->text());
    if (operation.tip) out.set_tip_minor(operation.tip->amount_minor());
    if (operation.cause) out.set_cause(std::string(domain::to_text(*operation.cause)));
    if (operation.checks.is_told()) {
        out.set_checks_avs(std::string(domain::to_text(operation.checks.avs)));
        out.set_checks_cvv(std::string(domain::to_text(operation.checks.cvv)));
    }
}

// Fields in the order of their numbers: the hash chain needs the same bytes from every build.
std::string bytes_of(const wire::PaymentEvent& event) {
    std::string bytes;
    {
        google::protobuf::io::StringOutputStream stream{&bytes};
        google::protobuf::io::CodedOutputStream coded{&stream};
        coded.SetSerializationDeterministic(true);
        event.SerializeToCodedStream(&coded);
    }
    return bytes;
}

}  // namespace

EventRecord make_event(EventId id, std::string_view type, const domain::Payment& payment_after,
                       const domain::CardSummary& card, const domain::Operation& operation_after, Timestamp now) {
    const std::int64_t version = payment_after.event_version + 1;
    wire::PaymentEvent event;
    event.set_event_id(id.text());
    event.set_type(std::string(type));
    event.set_tenant_id(payment_after.tenant_id.text());
    event.set_payment_id(payment_after.id.text());
    event.set_version(version);
    event.set_previous_hash(payment_after.last_event_hash);
    set_time(*event.mutable_recorded_at(), now);
    fill(*event.mutable_payment(), payment_after);
    fill(*event.mutable_payment()->mutable_card(), card);
    fill(*event.mutable_operation(), operation_after);
    std::string payload = bytes_of(event);
    std::string hash = crypto::sha256_text(payload);
    return EventRecord{std::move(id), payment_after.id,   payment_after.tenant_id, version,
                       std::string(type), std::move(payload), std::move(hash),         now};
}

// The first random character of an id: ids spread over the slots without a hash that another build could change.
int relay_slot(const PaymentId& payment) {
    constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    const char first = payment.text()[PaymentTag::prefix.size()];
    return static_cast<int>(alphabet.find(first)) % relay_slots;
}

}  // namespace postern::idempotency
