#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

#include "base/ops/log_line.hpp"

namespace postern::ops {
namespace {

struct LineCase {
    std::string name;
    std::string value;
    std::string written;
};
class LogLine : public testing::TestWithParam<LineCase> {};
TEST_P(LogLine, WritesValue) {
    const auto line = log_line(Timestamp{}, Level::warn, "p", "m", {{"k", GetParam().value}});
    EXPECT_EQ(line, R"({"time":"1970-01-01T00:00:00.000000Z","level":"warn","program":"p","msg":"m","k":")" +
                        GetParam().written + "\"}");
}
INSTANTIATE_TEST_SUITE_P(Table, LogLine, testing::Values(
    LineCase{"plain",         "text", "text"},
    LineCase{"quotes",        "a\"b\\c\nd\x01", R"(a\"b\\c\nd\u0001)"},
    LineCase{"foreign_bytes", "\xff\x7f", "??"},
    LineCase{"eleven_digits", "12345678901", "12345678901"},
    LineCase{"twelve_digits", "a123456789012b", "a[digits]b"},
    LineCase{"two_runs",      "123456789012-1-1234567890123", "[digits]-1-[digits]"},
    LineCase{"card_number",   "card 4111 1111 1111 1111", "[card-like]"}),
    [](const auto& test) { return test.param.name; });

TEST(LogLineGuard, HoldsForMessageAndName) {
    const auto line = log_line(Timestamp{}, Level::info, "p", "4111111111111111", {{"123456789012", "v"}});
    EXPECT_EQ(line.find("4111"), line.npos);
    EXPECT_EQ(line.find("123456789012"), line.npos);
}

// Sends stderr to a file while it lives.
class StderrFile {
public:
    StderrFile() : kept_(::dup(STDERR_FILENO)) {
        char name[] = "/tmp/postern-log-XXXXXX";
        const int file = ::mkstemp(name);
        path_ = name;
        ::dup2(file, STDERR_FILENO);
        ::close(file);
    }
    ~StderrFile() {
        restore();
        ::unlink(path_.c_str());
    }
    std::vector<std::string> lines() {
        restore();
        std::ifstream file(path_);
        std::vector<std::string> lines;
        for (std::string line; std::getline(file, line);) lines.push_back(line);
        return lines;
    }

private:
    void restore() {
        if (kept_ < 0) return;
        ::dup2(kept_, STDERR_FILENO);
        ::close(kept_);
        kept_ = -1;
    }
    int kept_;
    std::string path_;
};

TEST(Log, WritesWholeLinesInOrderAndFlushesAtStop) {
    StderrFile file;
    info("before start: nowhere");
    start_log("test", Level::info);
    log(Level::debug, "below the level");
    for (int i = 0; i < 1000; ++i) info("line", {{"n", std::to_string(i)}});
    EXPECT_EQ(log_lines_dropped(), 0U);
    stop_log();
    const auto lines = file.lines();
    ASSERT_EQ(lines.size(), 1000U);
    EXPECT_TRUE(lines.front().ends_with(R"("program":"test","msg":"line","n":"0"})")) << lines.front();
    EXPECT_TRUE(lines.back().ends_with(R"("n":"999"})")) << lines.back();
}

// A pipe that nobody reads stops the writer thread: callers must go on, and lost lines be counted.
TEST(Log, SlowSinkDropsAndCounts) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const int kept = ::dup(STDERR_FILENO);
    ::dup2(pipe[1], STDERR_FILENO);
    start_log("test", Level::info);
    const std::string large(1000, 'x');
    for (int i = 0; i < 10'000; ++i) info(large);
    EXPECT_GT(log_lines_dropped(), 0U);
    std::thread reader([&] {
        char buffer[65536];
        while (::read(pipe[0], buffer, sizeof buffer) > 0) {}
    });
    stop_log();
    ::dup2(kept, STDERR_FILENO);
    ::close(kept);
    ::close(pipe[1]);
    reader.join();
    ::close(pipe[0]);
}

}  // namespace
}  // namespace postern::ops
