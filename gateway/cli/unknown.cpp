#include "gateway/cli/unknown.hpp"

#include "base/base32.hpp"
#include "base/card_shape.hpp"

namespace postern::gateway::cli {
namespace {

constexpr std::string_view list_open = R"sql(
    SELECT o.operation_id AS operation, o.payment_id AS payment, o.verb, o.status, coalesce(o.goal, 'complete') AS goal,
           o.requested_minor AS at_stake_minor, p.currency,
           floor(extract(epoch FROM now() - coalesce(o.unknown_since, o.created_at)))::bigint AS age_seconds,
           CASE WHEN o.next_step <> '' THEN o.next_step
                WHEN o.status = 'prepared' AND o.lease_until > now() THEN 'in_flight'
                ELSE 'ask_processor' END AS next_step,
           (p.business_date + 1 + make_interval(mins => s.cutoff_minutes)) AT TIME ZONE s.time_zone AS endangers_cutoff,
           (SELECT count(*) FROM decisions AS d WHERE d.operation_id = o.operation_id) AS decisions
    FROM operations AS o
    JOIN payments AS p ON p.payment_id = o.payment_id
    JOIN stores AS s ON s.store_id = p.store_id
    WHERE o.status IN ('prepared', 'unknown')
    ORDER BY o.created_at, o.operation_id
)sql";

// $2 is the person. A second, different person who says the same makes the resolver look at once.
constexpr std::string_view insert_decision = R"sql(
    WITH decided AS (
        INSERT INTO decisions (operation_id, operator_id, decision, reason)
        SELECT operation_id, $2, $3, $4 FROM operations
        WHERE operation_id = $1 AND status IN ('prepared', 'unknown')
        ON CONFLICT (operation_id, operator_id) DO NOTHING
        RETURNING operation_id
    ), agreed AS (
        SELECT count(*) AS others FROM decisions
        WHERE operation_id = $1 AND operator_id <> $2 AND decision = $3
    ), woken AS (
        UPDATE operations SET lease_until = now()
        WHERE operation_id IN (SELECT operation_id FROM decided) AND status = 'unknown'
          AND (SELECT others FROM agreed) > 0
        RETURNING operation_id
    )
    SELECT operation_id AS operation, $3 AS decision, (SELECT others FROM agreed) + 1 AS people_agree FROM decided
)sql";
constexpr std::string_view find_decision = R"sql(
    SELECT decision FROM decisions WHERE operation_id = $1 AND operator_id = $2
)sql";

Error why_not(AdminDatabase& database, const std::string& operation, const Operator& person) {
    const auto earlier = database.read(find_decision, {operation, person.operator_id});
    if (!earlier) return earlier.error();
    if (earlier->rows.empty()) {
        return {ErrorKind::conflict, "operation_not_open", "there is no such operation, or it has its answer"};
    }
    return {ErrorKind::conflict, "same_person",
            person.name + " has decided \"" + earlier->text(0, "decision") + "\" already; another person must agree"};
}

Status check_reason(const std::string& reason) {
    if (reason.empty()) return Error{ErrorKind::invalid_request, "reason_missing", "say why with --reason"};
    if (reason.size() > 500 || holds_card_number(reason)) {
        return Error{ErrorKind::invalid_request, "bad_reason", "at most 500 bytes and no card number"};
    }
    return {};
}

}  // namespace

Status list_unknown(Shell& shell) {
    auto database = shell.database();
    if (!database) return database.error();
    const auto open = (*database)->read(list_open, {});
    if (!open) return open.error();
    if (open->rows.empty()) shell.say("Every operation has its answer.");
    if (!open->rows.empty() || shell.json) shell.print(*open);
    return {};
}

Status decide_unknown(Shell& shell, const std::string& operation, const std::string& decision,
                      const std::string& reason) {
    if (auto fits = check_reason(reason); !fits) return fits;
    const auto person = shell.credential_holder();
    if (!person) return person.error();
    if (person->role == "support") {
        return Error{ErrorKind::forbidden, "role_may_not_decide", "needs the role finance or admin"};
    }
    auto database = shell.database();
    if (!database) return database.error();
    const auto record = shell.record("decide", "operation", decision + ": " + reason);
    if (!record) return record.error();
    const auto decided = (*database)->change(
        insert_decision, {operation, person->operator_id, decision, stored_text(reason)}, *record);
    if (!decided && decided.error().code == "not_found") return why_not(**database, operation, *person);
    if (!decided) return decided.error();
    const bool enough = decided->text(0, "people_agree") != "1";
    shell.say(enough ? "Two people agree: the resolver applies it." : "Recorded. One more person must agree.");
    shell.print(*decided);
    return {};
}

}  // namespace postern::gateway::cli
