#include "gateway/cli/blocked_events.hpp"

namespace postern::gateway::cli {
namespace {

constexpr std::string_view list_blocked = R"sql(
    SELECT b.payment_id AS payment, b.version, e.event_id AS event, e.type,
           length(replace(e.payload, '-', '')) * 5 / 8 AS payload_bytes,
           (SELECT count(*) FROM events AS later WHERE later.payment_id = b.payment_id AND later.version >= b.version)
               AS events_waiting,
           b.blocked_at
    FROM events_blocked AS b JOIN events AS e ON e.payment_id = b.payment_id AND e.version = b.version
    ORDER BY b.blocked_at, b.payment_id
)sql";

constexpr std::string_view delete_blocked = R"sql(
    DELETE FROM events_blocked WHERE payment_id = $1 RETURNING payment_id AS payment, version, blocked_at
)sql";

}  // namespace

Status list_blocked_events(Shell& shell) {
    auto database = shell.database();
    if (!database) return database.error();
    const auto blocked = (*database)->read(list_blocked, {});
    if (!blocked) return blocked.error();
    if (blocked->rows.empty()) shell.say("No payment's events are blocked.");
    if (!blocked->rows.empty() || shell.json) shell.print(*blocked);
    return {};
}

Status retry_blocked_events(Shell& shell, const std::string& payment) {
    auto database = shell.database();
    if (!database) return database.error();
    const auto record = shell.record("retry", "blocked_events", "");
    if (!record) return record.error();
    const auto unblocked = (*database)->change(delete_blocked, {payment}, *record);
    if (!unblocked && unblocked.error().code == "not_found") {
        return Error{ErrorKind::not_found, "not_found", "this payment's events are not blocked"};
    }
    if (!unblocked) return unblocked.error();
    shell.say("The relay tries again; see `events blocked` whether the broker takes it now.");
    shell.print(*unblocked);
    return {};
}

}  // namespace postern::gateway::cli
