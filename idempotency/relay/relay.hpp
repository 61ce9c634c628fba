#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "idempotency/relay/pending.hpp"
#include "idempotency/relay/publisher.hpp"

namespace postern::idempotency {

struct RelaySettings {
    int slots_max = 16;                          // fewer leaves slots to other relays
    int batch_max = 500;
    std::chrono::milliseconds lease{10'000};
    std::chrono::milliseconds gather{100};  // pause after a round: of fewer, larger ones the broker takes more
    std::chrono::milliseconds idle_least{2}, idle_most{50};  // pause between looks at an empty queue
};

// Moves events from the pending queue to the broker: claim, publish, take off. One thread; several relays share the
// slots by leases. An event leaves the queue only after the broker's word and only under the lease it was read with.
class Relay {
public:
    Relay(PendingQueue& queue, Publisher& publisher, const Clock& clock, RelaySettings settings);
    void run();              // until stop(); then gives its slots back
    void stop() { stopping_ = true; }
    // One round: how many events it published and took off; none also where it failed.
    std::size_t step();
    // How long ago the last round that reached the database ended: readiness.
    std::chrono::milliseconds since_last_round() const;

private:
    std::size_t step_or_begin_anew() noexcept;
    bool renew_lease();
    void report_backlog();
    void block(const std::vector<PendingEvent>& refused);
    void settle(const Published& published, std::size_t events);
    PendingQueue& queue_;
    Publisher& publisher_;
    const Clock& clock_;
    RelaySettings settings_;
    HeldSlots held_;
    Instant lease_begun_{};
    std::atomic<Instant::rep> last_round_{};
    std::atomic<bool> stopping_{false};
};

}  // namespace postern::idempotency
