#include "base/ops/log.hpp"

#include <atomic>
#include <memory>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/ops/log_line.hpp"

namespace postern::ops {
namespace {

constexpr std::size_t lines_waiting_max = 8192;

// A running log: its queue and writer thread. The thread ends, with the queue written out, when the last user lets go.
struct Running {
    Running(std::string_view name, Level least_level)
        : program(name), least(least_level),
          writer(std::make_shared<spdlog::details::thread_pool>(lines_waiting_max, 1)),
          logger(std::make_shared<spdlog::async_logger>("postern", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                                        writer, spdlog::async_overflow_policy::overrun_oldest)) {
        logger->set_pattern("%v");
        logger->set_level(spdlog::level::trace);
    }
    std::string program;
    Level least;
    std::shared_ptr<spdlog::details::thread_pool> writer;
    std::shared_ptr<spdlog::async_logger> logger;
};

std::atomic<std::shared_ptr<Running>>& running() {
    static std::atomic<std::shared_ptr<Running>> log;
    return log;
}

}  // namespace

void start_log(std::string_view program, Level least) { running().store(std::make_shared<Running>(program, least)); }

void stop_log() { running().store(nullptr); }

void log(Level level, std::string_view message, std::initializer_list<Field> fields) {
    const auto log = running().load();
    if (!log || level < log->least) return;
    const auto line = log_line(SystemClock{}.now(), level, log->program, message, fields);
    log->logger->log(spdlog::level::info, spdlog::string_view_t(line));
}

std::size_t log_lines_dropped() {
    const auto log = running().load();
    return log ? log->writer->overrun_counter() : 0;
}

}  // namespace postern::ops
