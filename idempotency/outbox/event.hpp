#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "gateway/domain/payment.hpp"

namespace postern::idempotency {

// One row of the event table: bytes as Kafka will carry them, chained per payment by hash and version.
struct EventRecord {
    EventId id;
    PaymentId payment_id;
    TenantId tenant_id;
    std::int64_t version = 0;
    std::string type;
    std::string payload;  // Protobuf, postern.events.v1.PaymentEvent
    std::string hash;     // grouped base32 of SHA-256(payload)
    Timestamp recorded_at;
};

// The event that follows `payment.event_version`; the caller then sets the payment's event_version and last_event_hash.
EventRecord make_event(EventId id, std::string_view type, const domain::Payment& payment_after,
                       const domain::CardSummary& card, const domain::Operation& operation_after, Timestamp now);

// The relay's slot of a payment: all its events pass through one holder, in order.
constexpr int relay_slots = 16;
int relay_slot(const PaymentId& payment);

}  // namespace postern::idempotency
