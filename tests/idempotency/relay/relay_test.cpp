#include "idempotency/relay/relay.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <thread>

#include "tests/idempotency/relay/queue_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace postern::idempotency {
namespace {

using namespace std::chrono_literals;

// A broker in memory: acknowledges all but the payments that it is told to refuse.
class MemoryBroker final : public Publisher {
public:
    Published publish(const std::vector<PendingEvent>& events) override {
        if (before_reports) std::exchange(before_reports, nullptr)();
        Published published;
        for (const auto& event : events) {
            if (event.payment_id == poison) {
                published.refused.push_back(event);
                continue;
            }
            seen.push_back(event.event_id);
            published.acknowledged.push_back(event);
        }
        return published;
    }
    std::vector<std::string> seen;
    std::string poison;
    std::function<void()> before_reports;  // once
};
using Names = std::vector<std::string>;

class RelayTest : public testing::Test {
protected:
    test::QueueDatabase database;
    test::ManualClock clock;
    MemoryBroker broker;
    PendingQueue queue = database.queue_of("first");
    Relay relay{queue, broker, clock, RelaySettings{}};
};

TEST_F(RelayTest, PublishesAndTakesOff) {
    database.add("pay_a", 1);
    database.add("pay_a", 2);
    EXPECT_TRUE(relay.step());
    EXPECT_EQ(broker.seen, (Names{"evt_pay_a_1", "evt_pay_a_2"}));
    EXPECT_EQ(database.waiting(), 0);
    EXPECT_FALSE(relay.step()) << "nothing waits";
}

TEST_F(RelayTest, ADrainedQueueIsPublishedOnceEach) {
    for (int payment = 0; payment < 40; ++payment)
        for (int version = 1; version <= 3; ++version) database.add("pay_" + std::to_string(payment), version, payment % 16);
    Relay small{queue, broker, clock, {16, 7, 10'000ms, 2ms, 50ms}};
    while (small.step()) {}
    EXPECT_EQ(broker.seen.size(), 120U);
    EXPECT_EQ(std::set<std::string>(broker.seen.begin(), broker.seen.end()).size(), 120U);
    EXPECT_EQ(database.waiting(), 0);
}

// The relay slept past its lease between the broker's word and the delete: another one has taken over.
TEST_F(RelayTest, ALostLeaseMeansADuplicateNeverAGap) {
    database.add("pay_a", 1);
    PendingQueue other = database.queue_of("second");
    broker.before_reports = [&] {
        database.end_all_leases();
        EXPECT_EQ(other.hold_slots(16, 60s)->size(), 16U);
    };
    EXPECT_FALSE(relay.step());
    EXPECT_EQ(database.waiting(), 1) << "the stale holder took nothing off";
    Relay successor{other, broker, clock, RelaySettings{}};
    EXPECT_TRUE(successor.step());
    EXPECT_EQ(broker.seen, (Names{"evt_pay_a_1", "evt_pay_a_1"})) << "same id: consumers drop the second";
    EXPECT_EQ(database.waiting(), 0);
}

TEST_F(RelayTest, APoisonEventBlocksItsPaymentAlone) {
    database.add("pay_a", 1);
    database.add("pay_b", 1);
    broker.poison = "pay_a";
    EXPECT_TRUE(relay.step());
    database.add("pay_a", 2);
    database.add("pay_b", 2);
    EXPECT_TRUE(relay.step());
    EXPECT_EQ(broker.seen, (Names{"evt_pay_b_1", "evt_pay_b_2"}));
    EXPECT_EQ(database.waiting(), 2) << "kept for people, not skipped";
    Relay restarted{queue, broker, clock, RelaySettings{}};
    EXPECT_EQ(restarted.step(), 0U) << "a restart alone changes nothing";
    broker.poison.clear();
    database.unblock("pay_a");
    EXPECT_EQ(relay.step(), 2U);
    EXPECT_EQ(broker.seen, (Names{"evt_pay_b_1", "evt_pay_b_2", "evt_pay_a_1", "evt_pay_a_2"}));
}

TEST_F(RelayTest, ABugInARoundEndsThatRoundAlone) {
    database.add("pay_a", 1);
    broker.before_reports = [] { throw std::runtime_error("planted"); };
    std::thread worker([&] { relay.run(); });
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (database.waiting() > 0 && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
    relay.stop();
    worker.join();
    EXPECT_EQ(broker.seen, (Names{"evt_pay_a_1"}));
}

TEST_F(RelayTest, StoppingGivesTheSlotsBack) {
    EXPECT_FALSE(relay.step()) << "claims, finds nothing";
    relay.stop();
    relay.run();
    PendingQueue other = database.queue_of("second");
    EXPECT_EQ(other.hold_slots(16, 60s)->size(), 16U);
}

TEST_F(RelayTest, ReadinessIsTheAgeOfTheLastRound) {
    EXPECT_FALSE(relay.step());
    clock.move(11s);
    EXPECT_GE(relay.since_last_round(), 11s);
}

}  // namespace
}  // namespace postern::idempotency
