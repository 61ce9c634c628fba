#include "idempotency/relay/pending.hpp"

#include <algorithm>

#include "base/base32.hpp"

namespace postern::idempotency {
namespace {

// A slot that another relay took meanwhile fails `lease_until <= now()` when its row is looked at again.
constexpr const char* claim_slots = R"sql(
UPDATE relay_leases SET
    epoch = CASE WHEN holder = $1 AND lease_until > now() THEN epoch ELSE epoch + 1 END,
    holder = $1,
    lease_until = now() + $2 * interval '1 millisecond'
WHERE (holder = $1 AND lease_until > now())
   OR (lease_until <= now() AND slot IN (
        SELECT slot FROM relay_leases WHERE lease_until <= now() ORDER BY slot
        LIMIT greatest(0, $3 - (SELECT count(*) FROM relay_leases WHERE holder = $1 AND lease_until > now()))))
RETURNING slot, epoch
)sql";

constexpr const char* release_leases = R"sql(
UPDATE relay_leases SET lease_until = now() WHERE holder = $1 AND lease_until > now()
)sql";

// An event and its row in the queue carry one time, of the gateway that made them. The clocks of two gateways may differ:
// a payment's earlier event can carry the later time and miss the LIMIT. `chain` brings it in, by primary keys only: what
// is read of a payment always begins with its first waiting event.
constexpr const char* oldest_pending = R"sql(
WITH RECURSIVE oldest AS (
    SELECT slot, recorded_at, payment_id, version FROM events_pending
    WHERE slot = ANY($1::integer[])
      AND NOT EXISTS (SELECT 1 FROM events_blocked WHERE events_blocked.payment_id = events_pending.payment_id)
    ORDER BY recorded_at, payment_id, version
    LIMIT $2
), chain AS (
    SELECT slot, recorded_at, payment_id, version FROM oldest
    UNION
    SELECT earlier.slot, earlier.recorded_at, earlier.payment_id, earlier.version
    FROM chain
    JOIN events ON events.payment_id = chain.payment_id AND events.version = chain.version - 1
    JOIN events_pending AS earlier ON earlier.slot = chain.slot AND earlier.recorded_at = events.recorded_at
        AND earlier.payment_id = events.payment_id AND earlier.version = events.version
)
SELECT chain.slot, events.payment_id, events.version, events.event_id, events.type, events.tenant_id,
       to_char(events.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), events.payload
FROM chain JOIN events ON events.payment_id = chain.payment_id AND events.version = chain.version
ORDER BY events.payment_id, events.version
)sql";

// The lease is looked at inside the statement that deletes: a holder that slept past it deletes nothing.
constexpr const char* remove_published = R"sql(
DELETE FROM events_pending
USING relay_leases, unnest($1::integer[], $2::bigint[], $3::text[], $4::bigint[]) AS published (slot, epoch, payment_id, version)
WHERE events_pending.slot = published.slot AND events_pending.payment_id = published.payment_id
  AND events_pending.version = published.version
  AND relay_leases.slot = published.slot AND relay_leases.holder = $5 AND relay_leases.epoch = published.epoch
)sql";

constexpr const char* insert_blocked = R"sql(
INSERT INTO events_blocked (payment_id, version)
SELECT payment_id, version FROM unnest($1::text[], $2::bigint[]) AS refused (payment_id, version)
ON CONFLICT (payment_id) DO NOTHING
)sql";

// The age is by this database's clock, of times by the gateways': one that is ahead counts as no age.
constexpr const char* read_backlog = R"sql(
SELECT (SELECT count(*) FROM events_blocked),
       coalesce((SELECT greatest(0, extract(epoch FROM now() - min(first.recorded_at))) FROM unnest($1::integer[]) AS held (slot),
                 LATERAL (SELECT recorded_at FROM events_pending WHERE events_pending.slot = held.slot
                          ORDER BY recorded_at LIMIT 1) AS first), 0)
)sql";

constexpr const char* settings = R"sql(
SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '10s'; SET enable_seqscan = off
)sql";

void prepare(pqxx::connection& connection) {
    connection.prepare("claim_slots", claim_slots);
    connection.prepare("release_leases", release_leases);
    connection.prepare("oldest_pending", oldest_pending);
    connection.prepare("remove_published", remove_published);
    connection.prepare("insert_blocked", insert_blocked);
    connection.prepare("read_backlog", read_backlog);
    pqxx::nontransaction{connection}.exec(settings);
}

// Array literals of PostgreSQL; the texts are ids of ours, which need no quoting.
template <class Range, class Text>
std::string array_literal(const Range& range, Text text) {
    std::string literal = "{";
    for (const auto& item : range) {
        if (literal.size() > 1) literal += ',';
        literal += text(item);
    }
    return literal + "}";
}

PendingEvent to_event(const pqxx::row& row) {
    const auto payload = base32_ungrouped(row[7].as<std::string>());
    // A payload that does not decode cannot have been written by make_event; it stays empty and is refused as poison.
    return {row[0].as<int>(),         row[1].as<std::string>(), row[2].as<std::int64_t>(), row[3].as<std::string>(),
            row[4].as<std::string>(), row[5].as<std::string>(), row[6].as<std::string>(),
            payload ? std::string(payload->begin(), payload->end()) : std::string{}};
}

}  // namespace

PendingQueue::PendingQueue(const std::string& connection_string, std::string holder)
    : session_{connection_string, prepare}, holder_{std::move(holder)} {}

Result<HeldSlots> PendingQueue::hold_slots(int slots_max, std::chrono::milliseconds lease) {
    return session_.write([&](pqxx::work& tx) {
        HeldSlots held;
        for (const auto& row : tx.exec_prepared("claim_slots", holder_, lease.count(), slots_max))
            held.emplace(row[0].as<int>(), row[1].as<std::int64_t>());
        return held;
    });
}

Status PendingQueue::release_slots() {
    const auto released = session_.write([&](pqxx::work& tx) {
        return tx.exec_prepared("release_leases", holder_).affected_rows();
    });
    if (!released) return released.error();
    return {};
}

Result<std::vector<PendingEvent>> PendingQueue::oldest(const HeldSlots& slots, int count_max) {
    const std::string slot_list = array_literal(slots, [](const auto& slot) { return std::to_string(slot.first); });
    return session_.read_alone([&](sql::Alone& reading) {
        std::vector<PendingEvent> events;
        for (const auto& row : reading.exec_prepared("oldest_pending", slot_list, count_max))
            events.push_back(to_event(row));
        return events;
    });
}

Status PendingQueue::block(const std::vector<PendingEvent>& refused) {
    const std::string payment_list = array_literal(refused, [](const auto& e) { return e.payment_id; });
    const std::string version_list = array_literal(refused, [](const auto& e) { return std::to_string(e.version); });
    const auto blocked = session_.write_alone([&](sql::Alone& writing) {
        return writing.exec_prepared("insert_blocked", payment_list, version_list).affected_rows();
    });
    if (!blocked) return blocked.error();
    return {};
}

Result<Backlog> PendingQueue::backlog(const HeldSlots& slots) {
    const std::string slot_list = array_literal(slots, [](const auto& slot) { return std::to_string(slot.first); });
    return session_.read_alone([&](sql::Alone& reading) {
        const auto row = reading.exec_prepared("read_backlog", slot_list)[0];
        return Backlog{row[0].as<std::int64_t>(), std::chrono::duration<double>{std::max(0.0, row[1].as<double>())}};
    });
}

Result<std::int64_t> PendingQueue::remove(const HeldSlots& slots, const std::vector<PendingEvent>& published) {
    const auto epoch_of = [&](const PendingEvent& event) { return std::to_string(slots.at(event.slot)); };
    const std::string slot_list = array_literal(published, [](const auto& e) { return std::to_string(e.slot); });
    const std::string epoch_list = array_literal(published, epoch_of);
    const std::string payment_list = array_literal(published, [](const auto& e) { return e.payment_id; });
    const std::string version_list = array_literal(published, [](const auto& e) { return std::to_string(e.version); });
    return session_.write_alone([&](sql::Alone& writing) {
        return static_cast<std::int64_t>(
            writing.exec_prepared("remove_published", slot_list, epoch_list, payment_list, version_list, holder_)
                .affected_rows());
    });
}

}  // namespace postern::idempotency
