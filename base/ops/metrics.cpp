#include "base/ops/metrics.hpp"

#include <map>
#include <mutex>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "base/ops/log.hpp"

namespace postern::ops {
namespace {

// From half a millisecond (a commit) to beyond the longest processor deadline.
const prometheus::Histogram::BucketBoundaries seconds_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                             0.25,   0.5,   1,      2.5,   5,    10,    30,   120};

class Metrics {
public:
    static Metrics& of_process() {
        static Metrics metrics;
        return metrics;
    }

    template <class Metric, class Build, class... More>
    Metric& find(Build build, std::string_view name, Labels labels, const More&... more) {
        const std::lock_guard hold(mutex_);
        auto& families = families_of<Metric>();
        auto family = families.find(name);
        if (family == families.end()) {
            auto& built = build().Name(std::string(name)).Help(helps_[std::string(name)]).Register(registry_);
            family = families.emplace(std::string(name), &built).first;
        }
        return family->second->Add(prometheus::Labels(labels.begin(), labels.end()), more...);
    }
    void describe(std::string_view name, std::string_view help) {
        const std::lock_guard hold(mutex_);
        helps_[std::string(name)] = help;
    }
    std::string text() const { return prometheus::TextSerializer{}.Serialize(registry_.Collect()); }

private:
    template <class Metric>
    using Families = std::map<std::string, prometheus::Family<Metric>*, std::less<>>;
    template <class Metric>
    Families<Metric>& families_of() {
        if constexpr (std::is_same_v<Metric, prometheus::Counter>) return counters_;
        else if constexpr (std::is_same_v<Metric, prometheus::Gauge>) return gauges_;
        else return histograms_;
    }
    std::mutex mutex_;
    prometheus::Registry registry_;
    std::map<std::string, std::string> helps_;
    Families<prometheus::Counter> counters_;
    Families<prometheus::Gauge> gauges_;
    Families<prometheus::Histogram> histograms_;
};

}  // namespace

void count(std::string_view name, Labels labels, double by) {
    Metrics::of_process().find<prometheus::Counter>(prometheus::BuildCounter, name, labels).Increment(by);
}

void observe_seconds(std::string_view name, Labels labels, double seconds) {
    Metrics::of_process().find<prometheus::Histogram>(prometheus::BuildHistogram, name, labels, seconds_buckets).Observe(seconds);
}

void set_gauge(std::string_view name, Labels labels, double value) {
    Metrics::of_process().find<prometheus::Gauge>(prometheus::BuildGauge, name, labels).Set(value);
}

void describe(std::string_view name, std::string_view help) { Metrics::of_process().describe(name, help); }

std::string metrics_text() {
    set_gauge("postern_log_lines_dropped", {}, static_cast<double>(log_lines_dropped()));
    return Metrics::of_process().text();
}

}  // namespace postern::ops
