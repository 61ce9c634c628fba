#include "idempotency/outbox/event.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/crypto/digest.hpp"
#include "idempotency/outbox/events.pb.h"
#include "tests/support/sample_payment.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::idempotency {
namespace {

const EventId id = *EventId::parse("evt_" + test::body26);

EventRecord event_after(const domain::Payment& payment) {
    return make_event(id, "payment.authorized", payment, test::sample_card(), test::sample_operation(), test::at_second(7));
}

TEST(Outbox, CarriesTheWholePaymentAfterTheChange) {
    domain::Payment payment = test::sample_payment();
    payment.accepted_offline_at = test::at_second(-5);
    const auto record = event_after(payment);
    events::v1::PaymentEvent event;
    ASSERT_TRUE(event.ParseFromString(record.payload));
    EXPECT_EQ(event.version(), 1);
    EXPECT_EQ(event.previous_hash(), "");
    EXPECT_EQ(event.type(), "payment.authorized");
    EXPECT_EQ(event.payment().status(), "authorized");
    EXPECT_EQ(event.payment().approved_minor(), 1250);
    EXPECT_EQ(event.payment().currency(), "USD");
    EXPECT_EQ(event.payment().card().brand() + event.payment().card().funding() + event.payment().card().country(),
              "visacreditUS");
    EXPECT_EQ(event.payment().accepted_offline_at().seconds() + 5, 1'795'000'000);
    EXPECT_EQ(event.operation().verb(), "authorize");
    EXPECT_EQ(event.operation().status(), "approved");
    EXPECT_EQ(event.recorded_at().seconds(), 1'795'000'007);
}

TEST(Outbox, ChainsByVersionAndHash) {
    domain::Payment payment = test::sample_payment();
    const auto first = event_after(payment);
    EXPECT_EQ(first.hash, crypto::sha256_text(first.payload));
    payment.event_version = first.version;
    payment.last_event_hash = first.hash;
    const auto second = event_after(payment);
    events::v1::PaymentEvent event;
    ASSERT_TRUE(event.ParseFromString(second.payload));
    EXPECT_EQ(second.version, 2);
    EXPECT_EQ(event.previous_hash(), first.hash);
}

// The digest stands here so that a change of encoding, which would break stored chains, cannot pass unseen.
TEST(Outbox, SameEventHasTheSameBytesInEveryBuild) {
    const auto record = event_after(test::sample_payment());
    EXPECT_EQ(record.payload, event_after(test::sample_payment()).payload);
    EXPECT_EQ(record.hash, "eq1g9p5p-9xmwf43x-jz7bg39r-8v8j2x6p-trentrdg-agct1wkk-mvr0");
}

TEST(Outbox, SlotsAreStableAndSpread) {
    test::SeededRandom random;
    std::set<int> slots;
    for (int i = 0; i < 500; ++i) {
        const auto payment = PaymentId::create(test::at_second(i), random);
        const int slot = relay_slot(payment);
        EXPECT_EQ(slot, relay_slot(payment));
        ASSERT_GE(slot, 0);
        ASSERT_LT(slot, relay_slots);
        slots.insert(slot);
    }
    EXPECT_EQ(slots.size(), static_cast<std::size_t>(relay_slots));
}

}  // namespace
}  // namespace postern::idempotency
