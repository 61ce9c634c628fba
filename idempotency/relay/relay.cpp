#include "idempotency/relay/relay.hpp"

#include <algorithm>
#include <exception>
#include <thread>

#include "base/failpoint.hpp"
#include "base/ops/log.hpp"
#include "base/ops/metrics.hpp"

namespace postern::idempotency {

Relay::Relay(PendingQueue& queue, Publisher& publisher, const Clock& clock, RelaySettings settings)
    : queue_{queue}, publisher_{publisher}, clock_{clock}, settings_{settings} {}

// Counts from before the claim is sent, so our idea of the lease ends before the database's does.
bool Relay::renew_lease() {
    const Instant now = clock_.instant();
    const bool fresh = !held_.empty() && now - lease_begun_ < settings_.lease / 3;
    if (fresh) return true;
    auto held = queue_.hold_slots(settings_.slots_max, settings_.lease);
    if (!held) {
        ops::warn("relay cannot claim slots", {{"code", std::string(held.error().code)}, {"detail", held.error().detail}});
        held_.clear();
        return false;
    }
    held_ = std::move(*held);
    lease_begun_ = now;
    ops::set_gauge("postern_relay_slots_held", {}, static_cast<double>(held_.size()));
    report_backlog();
    return !held_.empty();
}

void Relay::report_backlog() {
    const auto backlog = queue_.backlog(held_);
    if (!backlog) return ops::warn("relay cannot measure the queue", {{"detail", backlog.error().detail}});
    ops::set_gauge("postern_relay_blocked_payments", {}, static_cast<double>(backlog->blocked_payments));
    ops::set_gauge("postern_relay_oldest_event_seconds", {}, backlog->oldest_age.count());
}

// Where this fails the events are refused again in the next round.
void Relay::block(const std::vector<PendingEvent>& refused) {
    for (const PendingEvent& poison : refused)
        ops::error("the broker refuses an event: later events of its payment wait",
                   {{"payment_id", poison.payment_id}, {"version", std::to_string(poison.version)}});
    if (const auto blocked = queue_.block(refused); !blocked)
        ops::warn("refused events are not marked", {{"detail", blocked.error().detail}});
    report_backlog();
}

void Relay::settle(const Published& published, std::size_t events) {
    if (!published.refused.empty()) block(published.refused);
    ops::count("postern_relay_events_total", {{"result", "acknowledged"}},
               static_cast<double>(published.acknowledged.size()));
    if (published.unclear > 0)
        ops::count("postern_relay_events_total", {{"result", "unclear"}}, static_cast<double>(published.unclear));
    if (published.acknowledged.size() < events)
        ops::warn("not every event was acknowledged; the rest is sent again",
                  {{"acknowledged", std::to_string(published.acknowledged.size())}, {"of", std::to_string(events)}});
}

std::size_t Relay::step() {
    if (!renew_lease()) return 0;
    auto events = queue_.oldest(held_, settings_.batch_max);
    if (!events) {
        ops::warn("relay cannot read the queue", {{"detail", events.error().detail}});
        return 0;
    }
    last_round_ = clock_.instant().time_since_epoch().count();
    if (events->empty()) return 0;
    POSTERN_FAILPOINT(K12);
    const Published published = publisher_.publish(*events);
    settle(published, events->size());
    if (published.acknowledged.empty()) return 0;
    POSTERN_FAILPOINT(K15);
    const auto removed = queue_.remove(held_, published.acknowledged);
    POSTERN_FAILPOINT(K16);
    const bool all_ours = removed && *removed == static_cast<std::int64_t>(published.acknowledged.size());
    if (all_ours) return published.acknowledged.size();
    // Either the lease went to another relay, or the answer was lost: claim anew and look again.
    held_.clear();
    return 0;
}

// A bug in one round ends that round; what it had not taken off the queue is published again.
std::size_t Relay::step_or_begin_anew() noexcept {
    try {
        return step();
    } catch (const std::exception& bug) {
        ops::error("a round failed and is begun anew", {{"reason", bug.what()}});
        held_.clear();
        return 0;
    }
}

// A round costs the broker and the database about as much for one event as for a hundred, so a queue that was just
// emptied is left to gather some.
void Relay::run() {
    auto pause = settings_.idle_least;
    while (!stopping_) {
        const std::size_t moved = step_or_begin_anew();
        if (moved > 0) {
            pause = settings_.idle_least;
            if (moved < static_cast<std::size_t>(settings_.batch_max)) std::this_thread::sleep_for(settings_.gather);
            continue;
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, settings_.idle_most);
    }
    if (const auto released = queue_.release_slots(); !released)
        ops::warn("slots are not given back; another relay takes them when the lease ends");
}

std::chrono::milliseconds Relay::since_last_round() const {
    const Instant last{Instant::duration{last_round_.load()}};
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.instant() - last);
}

}  // namespace postern::idempotency
