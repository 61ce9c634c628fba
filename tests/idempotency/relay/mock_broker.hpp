#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace postern::test {

struct Consumed {
    std::string key, value;
    std::map<std::string, std::string> headers;
};

// librdkafka's own stand-in for a broker: speaks the protocol, keeps what is produced, fails where it is told to.
class MockBroker {
public:
    MockBroker() {
        char reason[256];
        host_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), reason, sizeof reason);
        if (host_ == nullptr) throw std::runtime_error(reason);
        cluster_ = rd_kafka_mock_cluster_new(host_, 1);
        rd_kafka_mock_topic_create(cluster_, topic, 1, 1);
    }
    ~MockBroker() {
        rd_kafka_mock_cluster_destroy(cluster_);
        rd_kafka_destroy(host_);
    }
    MockBroker(const MockBroker&) = delete;

    static constexpr const char* topic = "events";
    std::string address() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
    // The next produce request is answered with this.
    void fail_produce(rd_kafka_resp_err_t error) {
        constexpr std::int16_t produce = 0;
        rd_kafka_mock_push_request_errors(cluster_, produce, 1, error);
    }
    void go_away() { rd_kafka_mock_broker_set_down(cluster_, 1); }
    void come_back() { rd_kafka_mock_broker_set_up(cluster_, 1); }

    // All that the topic holds.
    std::vector<Consumed> consume() const {
        rd_kafka_conf_t* configuration = rd_kafka_conf_new();
        char reason[256];
        rd_kafka_conf_set(configuration, "bootstrap.servers", address().c_str(), reason, sizeof reason);
        rd_kafka_conf_set(configuration, "group.id", "test", reason, sizeof reason);
        rd_kafka_conf_set(configuration, "enable.partition.eof", "true", reason, sizeof reason);
        rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, reason, sizeof reason);
        rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_list_add(all, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
        rd_kafka_assign(consumer, all);
        rd_kafka_topic_partition_list_destroy(all);
        std::vector<Consumed> found = read_to_end(consumer);
        rd_kafka_consumer_close(consumer);
        rd_kafka_destroy(consumer);
        return found;
    }

private:
    static std::vector<Consumed> read_to_end(rd_kafka_t* consumer) {
        std::vector<Consumed> found;
        bool at_end = false;
        for (int empty_polls = 0; !at_end && empty_polls < 100;) {
            rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 100);
            if (message == nullptr) {
                ++empty_polls;
                continue;
            }
            at_end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
            if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) found.push_back(to_consumed(message));
            rd_kafka_message_destroy(message);
        }
        return found;
    }
    static Consumed to_consumed(const rd_kafka_message_t* message) {
        Consumed out{{static_cast<const char*>(message->key), message->key_len},
                     {static_cast<const char*>(message->payload), message->len},
                     {}};
        rd_kafka_headers_t* headers = nullptr;
        if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return out;
        const char* name = nullptr;
        const void* value = nullptr;
        std::size_t bytes = 0;
        for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &bytes) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
            out.headers[name] = std::string(static_cast<const char*>(value), bytes);
        return out;
    }
    rd_kafka_t* host_ = nullptr;
    rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

}  // namespace postern::test
