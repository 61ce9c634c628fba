#include "idempotency/relay/publisher.hpp"

#include <gtest/gtest.h>

#include "tests/idempotency/relay/mock_broker.hpp"

namespace postern::idempotency {
namespace {

using namespace std::chrono_literals;

PendingEvent event(const std::string& payment, std::int64_t version, std::string payload = "payload") {
    return {0, payment, version, "evt_" + payment + std::to_string(version), "payment.authorized", "ten_a",
            "2026-11-25T12:00:00.000000Z", std::move(payload)};
}
std::vector<std::string> names(const std::vector<PendingEvent>& events) {
    std::vector<std::string> found;
    for (const auto& one : events) found.push_back(one.event_id);
    return found;
}
using Names = std::vector<std::string>;

class KafkaPublisherTest : public testing::Test {
protected:
    test::MockBroker broker;
    KafkaPublisher publisher{{broker.address(), test::MockBroker::topic, "postern", 20s, 10'000}};
};

TEST_F(KafkaPublisherTest, AnEventIsACloudEvent) {
    const auto published = publisher.publish({event("pay_a", 1, std::string("\0\x08\xff", 3))});
    ASSERT_EQ(names(published.acknowledged), (Names{"evt_pay_a1"}));
    const auto consumed = broker.consume();
    ASSERT_EQ(consumed.size(), 1U);
    EXPECT_EQ(consumed[0].key, "pay_a");
    EXPECT_EQ(consumed[0].value, std::string("\0\x08\xff", 3));
    const std::map<std::string, std::string> headers{
        {"ce_specversion", "1.0"}, {"ce_id", "evt_pay_a1"}, {"ce_source", "postern"}, {"ce_type", "payment.authorized"},
        {"ce_time", "2026-11-25T12:00:00.000000Z"}, {"ce_subject", "pay_a"}, {"content-type", "application/protobuf"}};
    EXPECT_EQ(consumed[0].headers, headers);
}

TEST_F(KafkaPublisherTest, OrderOfABatchIsKept) {
    std::vector<PendingEvent> events;
    for (int version = 1; version <= 300; ++version) events.push_back(event("pay_a", version, std::to_string(version)));
    EXPECT_EQ(publisher.publish(events).acknowledged.size(), 300U);
    const auto consumed = broker.consume();
    ASSERT_EQ(consumed.size(), 300U);
    for (std::size_t i = 0; i < consumed.size(); ++i) EXPECT_EQ(consumed[i].value, std::to_string(i + 1));
}

TEST_F(KafkaPublisherTest, APoisonEventHoldsBackItsOwnPaymentAlone) {
    const auto published = publisher.publish(
        {event("pay_a", 1), event("pay_a", 2, std::string(20'000, 'x')), event("pay_a", 3), event("pay_b", 1)});
    EXPECT_EQ(names(published.acknowledged), (Names{"evt_pay_a1", "evt_pay_b1"}));
    EXPECT_EQ(names(published.refused), (Names{"evt_pay_a2"}));
    EXPECT_EQ(published.unclear, 1U);
    for (const auto& consumed : broker.consume()) EXPECT_NE(consumed.headers.at("ce_id"), "evt_pay_a3") << "overtook the second";
}

// The broker's own limit: it refuses the set of messages, whichever of them is at fault.
TEST_F(KafkaPublisherTest, ARefusedSetIsAskedAboutOneByOne) {
    broker.fail_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    const auto published = publisher.publish({event("pay_a", 1), event("pay_a", 2), event("pay_b", 1), event("pay_c", 1)});
    EXPECT_TRUE(published.refused.empty());
    EXPECT_EQ(published.acknowledged.size(), 4U);
    EXPECT_EQ(broker.consume().size(), 4U);
}

TEST_F(KafkaPublisherTest, WhatTheBrokerRefusesAloneIsPoison) {
    broker.fail_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    const auto published = publisher.publish({event("pay_a", 1), event("pay_a", 2)});
    EXPECT_EQ(names(published.refused), (Names{"evt_pay_a1"}));
    EXPECT_EQ(published.unclear, 1U);
    EXPECT_TRUE(broker.consume().empty());
}

TEST_F(KafkaPublisherTest, AnEventWithoutPayloadIsRefused) {
    const auto published = publisher.publish({event("pay_a", 1, "")});
    EXPECT_EQ(names(published.refused), (Names{"evt_pay_a1"}));
    EXPECT_TRUE(broker.consume().empty());
}

TEST_F(KafkaPublisherTest, AFatalErrorMakesANewProducerThatSendsAgain) {
    ASSERT_EQ(publisher.publish({event("pay_a", 1)}).acknowledged.size(), 1U);
    broker.fail_produce(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH);
    const auto failed = publisher.publish({event("pay_a", 2)});
    if (failed.acknowledged.empty()) {  // the library may also have recovered by itself
        EXPECT_EQ(failed.unclear, 1U);
        EXPECT_EQ(publisher.publish({event("pay_a", 2)}).acknowledged.size(), 1U);
    }
    EXPECT_EQ(broker.consume().back().headers.at("ce_id"), "evt_pay_a2");
}

TEST_F(KafkaPublisherTest, ABrokerThatIsAwayLeavesAllUnclear) {
    KafkaPublisher impatient{{broker.address(), test::MockBroker::topic, "postern", 300ms, 10'000}};
    broker.go_away();
    const auto published = impatient.publish({event("pay_a", 1), event("pay_b", 1)});
    EXPECT_TRUE(published.acknowledged.empty());
    EXPECT_TRUE(published.refused.empty());
    EXPECT_EQ(published.unclear, 2U);
    broker.come_back();
    EXPECT_EQ(publisher.publish({event("pay_a", 1), event("pay_b", 1)}).acknowledged.size(), 2U);
}

}  // namespace
}  // namespace postern::idempotency
