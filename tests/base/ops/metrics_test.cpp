#include "base/ops/metrics.hpp"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace postern::ops {
namespace {

bool has_line(const std::string& text, const std::string& line) {
    return text.find("\n" + line + "\n") != text.npos || text.starts_with(line + "\n");
}

TEST(Metrics, CountsFromManyThreads) {
    describe("postern_test_total", "What this test counted.");
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] {
            for (int n = 0; n < 1000; ++n) count("postern_test_total", {{"outcome", "approved"}});
        });
    }
    threads.clear();
    count("postern_test_total", {{"outcome", "declined"}}, 2);
    const auto text = metrics_text();
    EXPECT_TRUE(has_line(text, "# HELP postern_test_total What this test counted.")) << text;
    EXPECT_TRUE(has_line(text, "# TYPE postern_test_total counter")) << text;
    EXPECT_TRUE(has_line(text, R"(postern_test_total{outcome="approved"} 4000)")) << text;
    EXPECT_TRUE(has_line(text, R"(postern_test_total{outcome="declined"} 2)")) << text;
    EXPECT_TRUE(has_line(text, "postern_log_lines_dropped 0")) << text;
}

TEST(Metrics, GaugesAndHistograms) {
    set_gauge("postern_test_depth", {}, 3);
    set_gauge("postern_test_depth", {}, 5);
    observe_seconds("postern_test_seconds", {{"step", "send"}}, 0.004);
    const auto text = metrics_text();
    EXPECT_TRUE(has_line(text, "postern_test_depth 5")) << text;
    EXPECT_TRUE(has_line(text, R"(postern_test_seconds_bucket{step="send",le="0.005"} 1)")) << text;
    EXPECT_TRUE(has_line(text, R"(postern_test_seconds_bucket{step="send",le="0.0025"} 0)")) << text;
}

}  // namespace
}  // namespace postern::ops
