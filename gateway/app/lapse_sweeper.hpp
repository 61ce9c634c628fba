#pragma once

#include <atomic>

#include "gateway/app/services.hpp"

namespace postern::gateway {

struct LapseSettings {
    int page_rows = 100;
    std::chrono::milliseconds pause{1'000};  // between looks
};

// The clock's part: offers of partial approvals that nobody accepted, and holds that nobody captured, are ended when
// their time is over. What has to be told to the processor becomes an undo operation, for the resolver. Several may run:
// the payment's version lets one of them win, and of a capture or an acceptance and this, one.
class LapseSweeper {
public:
    LapseSweeper(const Services& services, DuePayments& due, LapseSettings settings)
        : services_{services}, due_{due}, settings_{settings} {}

    Awaitable<void> run();  // until stop(), or for as long as its executor runs
    void stop() { is_stopping_ = true; }
    // What is due now, a page at most: how many payments it looked at.
    Awaitable<int> run_once();

private:
    Awaitable<void> end(PaymentView view);

    const Services& services_;
    DuePayments& due_;
    LapseSettings settings_;
    std::atomic<bool> is_stopping_{false};
};

}  // namespace postern::gateway
