#pragma once

#include <atomic>

#include "gateway/app/services.hpp"

namespace postern::gateway {

struct AnswerSweepSettings {
    std::chrono::hours kept{30 * 24};             // an answer's least life
    int page_rows = 1'000;
    std::chrono::milliseconds page_pause{200};    // between pages: a pass takes its time, payments come first
    std::chrono::milliseconds pass_pause{std::chrono::hours{24}};
};

// Forgets the answers of old idempotency keys whose payments are over. The keys stay as tombstones: a repeat never runs,
// and is told where to look. Several may run: forgetting twice is forgetting once.
class AnswerSweeper {
public:
    AnswerSweeper(AnswerArchive& archive, const Clock& clock, Sleeper& sleeper, Observer& observer,
                  AnswerSweepSettings settings)
        : archive_{archive}, clock_{clock}, sleeper_{sleeper}, observer_{observer}, settings_{settings} {}

    Awaitable<void> run();  // until stop(), or for as long as its executor runs
    void stop() { is_stopping_ = true; }
    // All keys once: how many answers it forgot. A page that fails ends the pass; the next begins anew.
    Awaitable<std::int64_t> run_once();

private:
    AnswerArchive& archive_;
    const Clock& clock_;
    Sleeper& sleeper_;
    Observer& observer_;
    AnswerSweepSettings settings_;
    std::atomic<bool> is_stopping_{false};
};

}  // namespace postern::gateway
