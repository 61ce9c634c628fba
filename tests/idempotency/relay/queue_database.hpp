#pragma once

#include <string>

#include "base/base32.hpp"
#include "idempotency/relay/pending.hpp"
#include "tests/idempotency/relay/schema.hpp"
#include "tests/support/postgres.hpp"

namespace postern::test {

// The gateway's schema in a real database, with events as commit 2 leaves them.
class QueueDatabase {
public:
    idempotency::PendingQueue queue_of(const std::string& holder) const { return {database_.as("postern_relay"), holder}; }

    // `age_seconds`: how long ago the event was recorded, by the clock of the gateway that made it.
    void add(const std::string& payment, int version, int slot = 0, int age_seconds = 60) {
        database_.execute(insert_sql(payment, version, slot, age_seconds));
    }
    static std::string insert_sql(const std::string& payment, int version, int slot, int age_seconds) {
        const std::string text = payload(payment, version), key = "'" + payment + "', " + std::to_string(version);
        const std::string encoded = base32_grouped({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
        const std::string at = "timestamptz '2026-11-25 12:00:00Z' - interval '" + std::to_string(age_seconds) + " seconds'";
        return "INSERT INTO events VALUES (" + key + ", 'evt_" + text + "', 'ten_a', 'payment.authorized', '" + encoded +
               "', 'hash', " + at + "); INSERT INTO events_pending VALUES (" + key + ", " + std::to_string(slot) + ", " + at + ")";
    }
    // The same, recorded so long ago by the database's clock.
    void add_now(const std::string& payment, int version, int slot, int age_seconds) {
        add(payment, version, slot, 0);
        database_.execute("UPDATE events_pending SET recorded_at = now() - interval '" + std::to_string(age_seconds) +
                          " seconds' WHERE payment_id = '" + payment + "'");
    }
    // As `postern events retry` does.
    void unblock(const std::string& payment) { database_.execute("DELETE FROM events_blocked WHERE payment_id = '" + payment + "'"); }
    static std::string payload(const std::string& payment, int version) { return payment + "_" + std::to_string(version); }

    void end_all_leases() const { database_.execute("UPDATE relay_leases SET lease_until = now() - interval '1 second'"); }
    int waiting() const { return std::stoi(database_.value("SELECT count(*) FROM events_pending")); }
    const support::TestDatabase& database() const { return database_; }

private:
    support::TestDatabase database_{"postern_admin", relay_test_schema::embedded_files};
};

}  // namespace postern::test
