#include "idempotency/relay/publisher.hpp"

#include <algorithm>
#include <array>
#include <librdkafka/rdkafka.h>
#include <set>
#include <utility>

#include "base/failpoint.hpp"
#include "base/ops/log.hpp"

namespace postern::idempotency {
namespace {

bool is_poison(rd_kafka_resp_err_t error) {
    return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || error == RD_KAFKA_RESP_ERR_INVALID_MSG ||
           error == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE || error == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

// Called from rd_kafka_poll, on the publishing thread; the message's opaque is its Report.
void on_report(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
    auto* report = static_cast<Report*>(message->_private);
    if (report == nullptr) return;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) *report = Report::acknowledged;
    else *report = is_poison(message->err) ? Report::refused : Report::failed;
}

using Settings = std::vector<std::pair<const char*, std::string>>;

rd_kafka_conf_t* make_configuration(const Settings& settings, std::string& failure) {
    rd_kafka_conf_t* configuration = rd_kafka_conf_new();
    std::array<char, 256> reason{};
    for (const auto& [name, value] : settings)
        if (rd_kafka_conf_set(configuration, name, value.c_str(), reason.data(), reason.size()) != RD_KAFKA_CONF_OK)
            failure = reason.data();
    rd_kafka_conf_set_dr_msg_cb(configuration, on_report);
    return configuration;
}

// CloudEvents 1.0, Kafka binary mode: attributes are headers, the value is the data itself.
rd_kafka_headers_t* make_headers(const PendingEvent& event, const std::string& source) {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(8);
    const auto add = [&](const char* name, const std::string& value) {
        rd_kafka_header_add(headers, name, -1, value.data(), static_cast<ssize_t>(value.size()));
    };
    add("ce_specversion", "1.0");
    add("ce_id", event.event_id);
    add("ce_source", source);
    add("ce_type", event.type);
    add("ce_time", event.recorded_at);
    add("ce_subject", event.payment_id);
    add("content-type", "application/protobuf");
    return headers;
}

// Hands one event to librdkafka; its report will come to `report`, or is there at once where it was not taken.
void produce(rd_kafka_t* kafka, const KafkaSettings& settings, const PendingEvent& event, Report& report) {
    if (event.payload.empty()) {  // it would be a tombstone to a compacted topic
        report = Report::refused;
        return;
    }
    rd_kafka_headers_t* headers = make_headers(event, settings.source);
    std::array<rd_kafka_vu_t, 6> parts{};
    parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    parts[0].u.cstr = settings.topic.c_str();
    parts[1].vtype = RD_KAFKA_VTYPE_HEADERS;
    parts[1].u.headers = headers;
    parts[2].vtype = RD_KAFKA_VTYPE_KEY;
    parts[2].u.mem = {const_cast<char*>(event.payment_id.data()), event.payment_id.size()};
    parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[3].u.mem = {const_cast<char*>(event.payload.data()), event.payload.size()};
    parts[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[4].u.i = RD_KAFKA_MSG_F_COPY;
    parts[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts[5].u.ptr = &report;
    rd_kafka_error_t* error = rd_kafka_produceva(kafka, parts.data(), parts.size());
    if (error == nullptr) return;
    report = is_poison(rd_kafka_error_code(error)) ? Report::refused : Report::failed;
    rd_kafka_error_destroy(error);
    rd_kafka_headers_destroy(headers);
}

// Takes the first waiting event of each payment: what may be under way together without one overtaking its elder.
std::vector<PendingEvent> take_wave(std::vector<PendingEvent>& waiting) {
    std::vector<PendingEvent> wave, later;
    std::set<std::string> seen;
    for (PendingEvent& event : waiting) (seen.insert(event.payment_id).second ? wave : later).push_back(std::move(event));
    waiting = std::move(later);
    return wave;
}

}  // namespace

struct KafkaPublisher::Producer {
    explicit Producer(rd_kafka_t* handle) : kafka{handle} {}
    ~Producer() {
        // Reports of what is still in flight would write into slots that are gone: purge, and take the last reports
        // while the slots live (publish() destroys a producer before its slots).
        rd_kafka_purge(kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_flush(kafka, 1000);
        rd_kafka_destroy(kafka);
    }
    Producer(const Producer&) = delete;
    rd_kafka_t* kafka;
};

KafkaPublisher::KafkaPublisher(KafkaSettings settings) : settings_{std::move(settings)} {}
KafkaPublisher::~KafkaPublisher() = default;

Status KafkaPublisher::ensure_producer() {
    if (producer_ && rd_kafka_fatal_error(producer_->kafka, nullptr, 0) == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    producer_.reset();
    std::string failure;
    rd_kafka_conf_t* configuration = make_configuration({{"bootstrap.servers", settings_.brokers},
                                                         {"client.id", "postern-relay"},
                                                         {"enable.idempotence", "true"},
                                                         {"acks", "all"},
                                                         {"linger.ms", "1"},
                                                         {"message.timeout.ms", "0"},
                                                         {"compression.type", "lz4"},
                                                         {"message.max.bytes", std::to_string(settings_.message_bytes_max)},
                                                         {"reconnect.backoff.max.ms", "1000"},
                                                         {"topic.metadata.refresh.interval.ms", "30000"}},
                                                        failure);
    std::array<char, 256> reason{};
    rd_kafka_t* kafka = failure.empty()
                            ? rd_kafka_new(RD_KAFKA_PRODUCER, configuration, reason.data(), reason.size())
                            : nullptr;
    if (kafka == nullptr) {
        rd_kafka_conf_destroy(configuration);
        return Error{ErrorKind::unavailable, "producer_refused", failure + reason.data()};
    }
    producer_ = std::make_unique<Producer>(kafka);
    return {};
}

void KafkaPublisher::await_reports(const std::vector<PendingEvent>& events, std::vector<Report>& reports) {
    for (std::size_t i = 0; i < events.size(); ++i) produce(producer_->kafka, settings_, events[i], reports[i]);
    POSTERN_FAILPOINT(K13);
    const auto end = std::chrono::steady_clock::now() + settings_.report_patience;
    const auto open = [&] { return std::ranges::count(reports, Report::none) > 0; };
    while (open() && std::chrono::steady_clock::now() < end &&
           rd_kafka_fatal_error(producer_->kafka, nullptr, 0) == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_poll(producer_->kafka, 100);
    if (open()) producer_.reset();
    POSTERN_FAILPOINT(K14);
}

// What the broker says of each; `none` and `failed` where it is not known.
std::vector<Report> KafkaPublisher::send(const std::vector<PendingEvent>& events) {
    std::vector<Report> reports(events.size(), Report::none);
    if (const auto ready = ensure_producer(); !ready) {
        ops::error("no Kafka producer", {{"reason", ready.error().detail}});
        return reports;
    }
    try {
        await_reports(events, reports);
    } catch (...) {
        producer_.reset();  // before `reports`: what is in flight would report into it
        throw;
    }
    return reports;
}

// A broker refuses a whole message set for one message or for its sum: each refused event is asked about alone.
std::vector<Report> KafkaPublisher::send_wave(const std::vector<PendingEvent>& wave) {
    std::vector<Report> reports = send(wave);
    for (std::size_t i = 0; i < wave.size() && wave.size() > 1; ++i)
        if (reports[i] == Report::refused) reports[i] = send({wave[i]}).front();
    return reports;
}

// Wave by wave: an event leaves only after the broker's word on those before it of its payment.
Published KafkaPublisher::publish(const std::vector<PendingEvent>& events) {
    Published published;
    std::vector<PendingEvent> waiting = events;
    while (!waiting.empty()) {
        const auto wave = take_wave(waiting);
        const auto reports = send_wave(wave);
        std::set<std::string> broken;
        for (std::size_t i = 0; i < wave.size(); ++i) {
            if (reports[i] == Report::acknowledged) published.acknowledged.push_back(wave[i]);
            else broken.insert(wave[i].payment_id);
            if (reports[i] == Report::refused) published.refused.push_back(wave[i]);
        }
        std::erase_if(waiting, [&](const PendingEvent& event) { return broken.contains(event.payment_id); });
    }
    published.unclear = events.size() - published.acknowledged.size() - published.refused.size();
    return published;
}

}  // namespace postern::idempotency
