#include "idempotency/relay/pending.hpp"

#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include "tests/idempotency/relay/queue_database.hpp"

namespace postern::idempotency {
namespace {

using namespace std::chrono_literals;

class PendingQueueTest : public testing::Test {
protected:
    static std::vector<std::string> names(const Result<std::vector<PendingEvent>>& events) {
        std::vector<std::string> found;
        for (const auto& event : *events) found.push_back(event.payload);
        return found;
    }
    test::QueueDatabase database;
    PendingQueue first = database.queue_of("first");
    PendingQueue second = database.queue_of("second");
};
using Names = std::vector<std::string>;

TEST_F(PendingQueueTest, ASlotHasOneHolder) {
    EXPECT_EQ(first.hold_slots(16, 60s)->size(), 16U);
    EXPECT_EQ(second.hold_slots(16, 60s)->size(), 0U);
}

TEST_F(PendingQueueTest, TwoRelaysShareTheSlotsByTheirLimits) {
    EXPECT_EQ(first.hold_slots(10, 60s)->size(), 10U);
    EXPECT_EQ(second.hold_slots(10, 60s)->size(), 6U);
    EXPECT_EQ(first.hold_slots(10, 60s)->size(), 10U) << "renewed, and no more than its limit";
    EXPECT_TRUE(second.release_slots());
    EXPECT_EQ(first.hold_slots(10, 60s)->size(), 10U);
}

TEST_F(PendingQueueTest, EachChangeOfHolderRaisesTheEpoch) {
    const auto before = *first.hold_slots(1, 60s);
    EXPECT_EQ(*first.hold_slots(1, 60s), before) << "a renewal keeps it";
    database.end_all_leases();
    const auto after = *second.hold_slots(1, 60s);
    EXPECT_EQ(after.at(0), before.at(0) + 1);
}

TEST_F(PendingQueueTest, SlotsThatAreGivenBackAreFreeAtOnce) {
    EXPECT_EQ(first.hold_slots(16, 600s)->size(), 16U);
    EXPECT_TRUE(first.release_slots());
    EXPECT_EQ(second.hold_slots(16, 60s)->size(), 16U);
}

TEST_F(PendingQueueTest, AStaleHolderTakesNothingOff) {
    database.add("pay_a", 1);
    const auto stale = *first.hold_slots(16, 60s);
    const auto events = *first.oldest(stale, 10);
    database.end_all_leases();
    const auto held = *second.hold_slots(16, 60s);
    EXPECT_EQ(*first.remove(stale, events), 0);
    EXPECT_EQ(database.waiting(), 1);
    EXPECT_EQ(*second.remove(held, events), 1);
    EXPECT_EQ(database.waiting(), 0);
}

TEST_F(PendingQueueTest, AHolderWhoseOwnLeaseRanOutIsStaleToo) {
    database.add("pay_a", 1);
    const auto stale = *first.hold_slots(16, 60s);
    const auto events = *first.oldest(stale, 10);
    database.end_all_leases();
    EXPECT_TRUE(second.hold_slots(16, 60s));
    database.end_all_leases();
    EXPECT_TRUE(first.hold_slots(16, 60s));
    EXPECT_EQ(*first.remove(stale, events), 0) << "the same name under another epoch";
}

TEST_F(PendingQueueTest, GivesEventsAsTheyWereMade) {
    database.add("pay_a", 1, 3);
    const auto events = *first.oldest(*first.hold_slots(16, 60s), 10);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].slot, 3);
    EXPECT_EQ(events[0].payment_id, "pay_a");
    EXPECT_EQ(events[0].event_id, "evt_pay_a_1");
    EXPECT_EQ(events[0].recorded_at, "2026-11-25T11:59:00.000000Z");
    EXPECT_EQ(events[0].payload, test::QueueDatabase::payload("pay_a", 1));
}

TEST_F(PendingQueueTest, OrderOfAPaymentIsItsVersions) {
    database.add("pay_a", 2);
    database.add("pay_a", 3);
    database.add("pay_a", 1);
    EXPECT_EQ(names(first.oldest(*first.hold_slots(16, 60s), 10)), (Names{"pay_a_1", "pay_a_2", "pay_a_3"}));
}

// Gateways' clocks differ: the later event may carry the earlier time, and the limit may cut between the two.
TEST_F(PendingQueueTest, AnEventNeverComesWithoutThoseBeforeIt) {
    database.add("pay_a", 1, 0, 10);
    database.add("pay_a", 2, 0, 20);
    database.add("pay_a", 3, 0, 30);
    EXPECT_EQ(names(first.oldest(*first.hold_slots(16, 60s), 1)), (Names{"pay_a_1", "pay_a_2", "pay_a_3"}));
}

TEST_F(PendingQueueTest, BlockedPaymentsArePassedOver) {
    database.add("pay_a", 1);
    database.add("pay_b", 1);
    const auto held = *first.hold_slots(16, 60s);
    const auto refused = *first.oldest(held, 1);
    EXPECT_TRUE(first.block(refused));
    EXPECT_TRUE(first.block(refused)) << "said twice is said once";
    database.add("pay_a", 2);
    EXPECT_EQ(names(first.oldest(held, 10)), (Names{"pay_b_1"}));
    EXPECT_EQ(first.backlog(held)->blocked_payments, 1);
    EXPECT_EQ(second.oldest(held, 10)->size(), 1U) << "every relay knows";
    database.unblock("pay_a");
    EXPECT_EQ(names(first.oldest(held, 10)), (Names{"pay_a_1", "pay_a_2", "pay_b_1"}));
}

TEST_F(PendingQueueTest, TheBacklogsAgeIsOfItsFirstEvent) {
    const auto held = *first.hold_slots(16, 60s);
    EXPECT_EQ(first.backlog(held)->oldest_age.count(), 0);
    database.add_now("pay_a", 1, 3, 90);
    database.add_now("pay_b", 1, 4, 600);
    EXPECT_NEAR(first.backlog(held)->oldest_age.count(), 600, 60);
}

TEST_F(PendingQueueTest, AnEventOfAClockThatIsAheadHasNoAge) {
    database.add_now("pay_a", 1, 3, -90);
    EXPECT_EQ(first.backlog(*first.hold_slots(16, 60s))->oldest_age.count(), 0);
}

TEST_F(PendingQueueTest, SlotsOfOthersAreNotRead) {
    database.add("pay_a", 1, 0);
    database.add("pay_b", 1, 1);
    EXPECT_EQ(names(first.oldest(*first.hold_slots(1, 60s), 10)), (Names{"pay_a_1"}));
}

// The classic outbox bug: a transaction that began earlier and commits later is never seen by a cursor.
TEST_F(PendingQueueTest, WhatCommitsLateIsFound) {
    pqxx::connection slow(database.database().as("postern_admin"));
    pqxx::work early(slow);
    early.exec(test::QueueDatabase::insert_sql("pay_a", 1, 0, 60));
    database.add("pay_b", 1, 0, 30);
    const auto held = *first.hold_slots(16, 60s);
    const auto seen = first.oldest(held, 10);
    EXPECT_EQ(names(seen), (Names{"pay_b_1"}));
    EXPECT_EQ(*first.remove(held, *seen), 1);
    early.commit();
    EXPECT_EQ(names(first.oldest(held, 10)), (Names{"pay_a_1"}));
}

}  // namespace
}  // namespace postern::idempotency
