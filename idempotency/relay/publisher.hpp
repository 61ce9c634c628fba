#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "idempotency/relay/pending.hpp"

namespace postern::idempotency {

// What the broker made of a batch.
struct Published {
    std::vector<PendingEvent> acknowledged;  // durable on all in-sync replicas
    std::vector<PendingEvent> refused;       // never will be: too large, no payload
    std::size_t unclear = 0;                 // neither is known, or not sent: sent again (consumers dedupe by ce_id)
};

enum class Report { none, acknowledged, refused, failed };

// Publishes events and waits for the broker's word on each.
class Publisher {
public:
    virtual ~Publisher() = default;
    // `events` hold each payment's in order. Of one payment, an event is sent only when those before it in the batch
    // are acknowledged: no consumer ever meets an event before its elder.
    virtual Published publish(const std::vector<PendingEvent>& events) = 0;
};

struct KafkaSettings {
    std::string brokers;
    std::string topic;
    std::string source;                              // ce_source
    std::chrono::milliseconds report_patience{15'000};  // longest wait for delivery reports of one batch
    std::size_t message_bytes_max = 1'000'000;          // larger ones are refused here
};

// librdkafka's producer: idempotent, acks=all, 1 ms linger, no time-out while the row lives. After a fatal error, or
// when reports do not come, the producer is thrown away and a new one sends again: duplicates are normal, gaps are not.
class KafkaPublisher final : public Publisher {
public:
    explicit KafkaPublisher(KafkaSettings settings);
    ~KafkaPublisher() override;
    KafkaPublisher(const KafkaPublisher&) = delete;
    Published publish(const std::vector<PendingEvent>& events) override;

private:
    struct Producer;
    Status ensure_producer();
    std::vector<Report> send(const std::vector<PendingEvent>& events);
    std::vector<Report> send_wave(const std::vector<PendingEvent>& wave);
    void await_reports(const std::vector<PendingEvent>& events, std::vector<Report>& reports);
    KafkaSettings settings_;
    std::unique_ptr<Producer> producer_;
};

}  // namespace postern::idempotency
