#include <librdkafka/rdkafka.h>

#include <csignal>
#include <memory>
#include <ostream>

#include "gateway/cli/events.hpp"

namespace postern::gateway::cli {
namespace {

template <auto End>
struct Ender {
    template <class T>
    void operator()(T* held) const { End(held); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, Ender<rd_kafka_conf_destroy>>;
using Handle = std::unique_ptr<rd_kafka_t, Ender<rd_kafka_destroy>>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, Ender<rd_kafka_topic_partition_list_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Ender<rd_kafka_message_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Ender<rd_kafka_topic_destroy>>;

constexpr int poll_ms = 200;
constexpr int metadata_ms = 10'000;
volatile std::sig_atomic_t interrupted = 0;

Error kafka_error(std::string detail) { return {ErrorKind::unavailable, "kafka_unavailable", std::move(detail)}; }

Result<Handle> open_consumer(const std::string& brokers) {
    Conf conf{rd_kafka_conf_new()};
    char why[512] = "";
    const auto set = [&](const char* name, const char* value) {
        return rd_kafka_conf_set(conf.get(), name, value, why, sizeof why) == RD_KAFKA_CONF_OK;
    };
    // A reader without a group: it takes no partition from anybody and commits nothing.
    if (!set("bootstrap.servers", brokers.c_str()) || !set("group.id", "postern-events-tail") ||
        !set("enable.auto.commit", "false")) {
        return kafka_error(why);
    }
    rd_kafka_conf_set_log_cb(conf.get(), nullptr);  // what matters comes back as an error
    Handle made{rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), why, sizeof why)};
    if (!made) return kafka_error(why);
    conf.release();
    rd_kafka_poll_set_consumer(made.get());
    return made;
}

// All partitions of the topic, from the beginning or from now on.
Result<Partitions> all_partitions(rd_kafka_t* consumer, const std::string& topic, bool from_beginning) {
    const Topic named{rd_kafka_topic_new(consumer, topic.c_str(), nullptr)};
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto failure = rd_kafka_metadata(consumer, 0, named.get(), &metadata, metadata_ms);
    if (failure != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(rd_kafka_err2str(failure));
    const int count = metadata->topic_cnt > 0 ? metadata->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(metadata);
    if (count == 0) return Error{ErrorKind::not_found, "no_such_topic", topic};
    Partitions partitions{rd_kafka_topic_partition_list_new(count)};
    for (int i = 0; i < count; ++i) {
        auto* added = rd_kafka_topic_partition_list_add(partitions.get(), topic.c_str(), i);
        added->offset = from_beginning ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;
    }
    return partitions;
}

void append_headers(std::string& out, const rd_kafka_message_t* message) {
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t bytes = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &bytes) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
        out += "," + json_text(name) + ":" + json_text({static_cast<const char*>(value), bytes});
    }
}

std::string line_of(const rd_kafka_message_t* message) {
    std::string where = "{\"partition\":" + std::to_string(message->partition) +
                        ",\"offset\":" + std::to_string(message->offset) +
                        ",\"key\":" + json_text({static_cast<const char*>(message->key), message->key_len});
    append_headers(where, message);
    return event_line({static_cast<const char*>(message->payload), message->len}, where + "}");
}

Status follow(Shell& shell, rd_kafka_t* consumer, const TailOptions& options) {
    std::int64_t count = 0;
    std::int64_t idle_ms = 0;
    while (!interrupted && (options.count_max == 0 || count < options.count_max) &&
           (options.idle_seconds_max == 0 || idle_ms < options.idle_seconds_max * 1000)) {
        const Message message{rd_kafka_consumer_poll(consumer, poll_ms)};
        idle_ms = message ? 0 : idle_ms + poll_ms;
        if (!message) continue;
        if (message->err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return kafka_error(rd_kafka_message_errstr(message.get()));
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;  // the library tries again by itself
        shell.out() << line_of(message.get()) << std::endl;        // a follower sees each line as it comes
        ++count;
    }
    return {};
}

}  // namespace

Status tail_events(Shell& shell, const TailOptions& options) {
    const auto settings = shell.settings();
    if (!settings) return settings.error();
    const auto consumer = open_consumer(settings->kafka_brokers);
    if (!consumer) return consumer.error();
    {
        const auto partitions = all_partitions(consumer->get(), settings->kafka_topic, options.from_beginning);
        if (!partitions) return partitions.error();
        const auto failure = rd_kafka_assign(consumer->get(), partitions->get());
        if (failure != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(rd_kafka_err2str(failure));
    }
    std::signal(SIGINT, [](int) { interrupted = 1; });
    std::signal(SIGTERM, [](int) { interrupted = 1; });
    const auto followed = follow(shell, consumer->get(), options);
    rd_kafka_consumer_close(consumer->get());
    return followed;
}

}  // namespace postern::gateway::cli
