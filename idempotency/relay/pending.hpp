#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/sql/session.hpp"

namespace postern::idempotency {

// An event that waits for the broker, as it is to be published.
struct PendingEvent {
    int slot = 0;
    std::string payment_id;
    std::int64_t version = 0;
    std::string event_id, type, tenant_id;
    std::string recorded_at;  // RFC 3339
    std::string payload;      // Protobuf bytes
};

// Slots held, each with the epoch of this holding; a delete under another epoch deletes nothing.
using HeldSlots = std::map<int, std::int64_t>;

struct Backlog {
    std::int64_t blocked_payments = 0;               // of all slots
    std::chrono::duration<double> oldest_age{};      // of the first waiting event of the slots asked about; 0: none waits
};

// The relay's side of the pending queue. Claims by state under a lease of the database's clock, never by a cursor over
// a sequence: whatever is committed and not yet acknowledged is found, whenever its transaction ended.
class PendingQueue {
public:
    PendingQueue(const std::string& connection_string, std::string holder);

    // Takes free slots up to `slots_max`, renews its own; gives all that it holds now. A slot changes hands only after
    // its lease ran out, and each change raises its epoch.
    Result<HeldSlots> hold_slots(int slots_max, std::chrono::milliseconds lease);
    // Gives its slots back at once (SIGTERM), so that another relay need not wait for the lease.
    Status release_slots();
    // The oldest events of these slots, in order per payment; blocked payments are passed over.
    Result<std::vector<PendingEvent>> oldest(const HeldSlots& slots, int count_max);
    // Marks the payments of events that the broker refuses: until people unblock them, their events wait.
    Status block(const std::vector<PendingEvent>& refused);
    Result<Backlog> backlog(const HeldSlots& slots);
    // Takes published events off the queue; gives how many were still ours to take.
    Result<std::int64_t> remove(const HeldSlots& slots, const std::vector<PendingEvent>& published);

private:
    sql::Session session_;
    std::string holder_;
};

}  // namespace postern::idempotency
