#pragma once

// Commit 2.
namespace postern::gateway::rows {

// Evidence always inserts. The change moves payment and operation together or not at all: both are locked, then
// compared with what the holder believes (version, status, lease epoch). What follows from the change, its entries,
// event, answers and freed tender, is written with it. Evidence that is there already brings no change: it is the
// repeat of a commit whose answer was lost.
constexpr const char* record_outcomes = R"sql(
WITH input AS MATERIALIZED (
    SELECT * FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::timestamptz[], $10::boolean[], $11::boolean[], $12::bigint[], $13::bigint[], $14::text[], $15::bigint[],
        $16::text[], $17::text[], $18::text[], $19::boolean[], $20::text[], $21::text[], $22::integer[],
        $23::timestamptz[], $24::bigint[], $25::text[], $26::bigint[], $27::bigint[], $28::bigint[], $29::bigint[],
        $30::bigint[], $31::bigint[], $32::bigint[], $33::boolean[], $34::text[], $35::bigint[], $36::text[],
        $37::timestamptz[], $38::boolean[], $39::integer[], $40::text[], $41::boolean[], $42::text[], $43::bigint[],
        $44::text[], $45::text[], $46::text[], $47::integer[], $48::timestamptz[], $49::text[],
        $50::timestamptz[], $51::text[], $52::text[], $53::bigint[])
        AS i(evidence_id, operation_id, payment_id, attempt, attempt_kind, source, claim, sealed,
             recorded_at, has_change, was_final, expected_version, lease_epoch, status, operation_approved_minor,
             reference, decline_reason, decline_raw_code, decline_retry_may_help, failure_code, goal, attempts,
             unknown_since, next_look_ms, next_step, approved_minor, captured_minor, tip_minor, refunded_minor,
             released_minor, capture_reserved_minor, refund_reserved_minor, void_requested, standing, event_version,
             last_event_hash,
             expires_at, tender_is_free, answer_status, answer_body, answer_final, event_id, version,
             event_type, payload, hash, slot, event_recorded_at, partial_approval, due_at, flags, checks,
             edit_above_minor)
), kept AS (
    INSERT INTO evidence (evidence_id, operation_id, payment_id, attempt, attempt_kind, source, claim, sealed,
                          recorded_at)
    SELECT evidence_id, operation_id, payment_id, attempt, attempt_kind, source, claim, sealed, recorded_at
    FROM input
    ON CONFLICT (evidence_id) DO NOTHING
    RETURNING evidence_id
), held AS MATERIALIZED (
    SELECT i.*, p.tenant_id, p.store_id, p.device_id, p.tender_id
    FROM kept JOIN input i ON i.evidence_id = kept.evidence_id
    JOIN payments p ON p.payment_id = i.payment_id
    JOIN operations o ON o.operation_id = i.operation_id AND o.payment_id = i.payment_id
    WHERE i.has_change AND p.version = i.expected_version
      AND CASE WHEN i.was_final THEN o.status = i.status
               ELSE o.status IN ('prepared', 'unknown') AND o.lease_epoch = i.lease_epoch END
    ORDER BY i.payment_id
    FOR UPDATE OF p, o
), moved_payments AS (
    UPDATE payments p SET
        approved_minor = h.approved_minor, captured_minor = h.captured_minor, tip_minor = h.tip_minor,
        refunded_minor = h.refunded_minor, released_minor = h.released_minor,
        capture_reserved_minor = h.capture_reserved_minor, refund_reserved_minor = h.refund_reserved_minor,
        edit_above_minor = h.edit_above_minor,
        void_requested = h.void_requested, standing = h.standing, version = p.version + 1,
        event_version = h.event_version, last_event_hash = h.last_event_hash, expires_at = h.expires_at,
        partial_approval = h.partial_approval, due_at = h.due_at, flags = h.flags
    FROM held h WHERE p.payment_id = h.payment_id
), moved_operations AS (
    UPDATE operations o SET
        status = h.status, approved_minor = h.operation_approved_minor, reference = h.reference,
        decline_reason = h.decline_reason, decline_raw_code = h.decline_raw_code,
        decline_retry_may_help = h.decline_retry_may_help, failure_code = h.failure_code, goal = h.goal, checks = h.checks,
        attempts = greatest(o.attempts, h.attempts), unknown_since = h.unknown_since, next_step = h.next_step,
        lease_until = CASE WHEN h.next_look_ms IS NULL THEN o.lease_until
                           ELSE now() + h.next_look_ms * interval '1 millisecond' END
    FROM held h WHERE o.operation_id = h.operation_id
), answered AS (
    UPDATE idempotency_keys k SET
        answer_status = h.answer_status, answer_body = h.answer_body, answer_final = h.answer_final
    FROM held h WHERE k.operation_id = h.operation_id AND NOT k.answer_final AND h.answer_status IS NOT NULL
), freed AS (
    DELETE FROM tenders t USING held h
    WHERE h.tender_is_free AND t.tenant_id = h.tenant_id AND t.store_id = h.store_id AND t.device_id = h.device_id
      AND t.tender_id = h.tender_id AND t.payment_id = h.payment_id
), booked AS (
    INSERT INTO ledger_entries (entry_id, payment_id, operation_id, tenant_id, store_id, debit_account, credit_account,
                                amount_minor, currency, business_date, recorded_at)
    SELECT e.entry_id, h.payment_id, e.operation_id, e.tenant_id, e.store_id, e.debit_account, e.credit_account,
           e.amount_minor, e.currency, e.business_date, e.recorded_at
    FROM unnest($54::text[], $55::text[], $56::text[], $57::text[], $58::text[], $59::text[], $60::text[],
                $61::bigint[], $62::text[], $63::date[], $64::timestamptz[])
         AS e(evidence_id, entry_id, operation_id, tenant_id, store_id, debit_account, credit_account, amount_minor,
              currency, business_date, recorded_at)
    JOIN held h ON h.evidence_id = e.evidence_id
), told AS (
    INSERT INTO events (payment_id, version, event_id, tenant_id, type, payload, hash, recorded_at)
    SELECT payment_id, version, event_id, tenant_id, event_type, payload, hash, event_recorded_at
    FROM held WHERE event_id IS NOT NULL
), queued AS (
    INSERT INTO events_pending (payment_id, version, slot, recorded_at)
    SELECT payment_id, version, slot, event_recorded_at  -- its event's: the relay goes from an event to its elder by it
    FROM held WHERE event_id IS NOT NULL
)
SELECT kept.evidence_id, held.evidence_id IS NOT NULL AS is_applied
FROM kept LEFT JOIN held ON held.evidence_id = kept.evidence_id
)sql";

// The undo of an approval nobody may keep: due at once, for the resolver.
constexpr const char* insert_undo_operations = R"sql(
INSERT INTO operations (operation_id, payment_id, tenant_id, verb, status, requested_minor, undoes, processor,
                        account_id, processor_identity, lease_until, vault_epoch, created_at, deadline, cause, tip_minor)
SELECT operation_id, payment_id, tenant_id, verb, 'prepared', requested_minor, undoes, processor, account_id,
       processor_identity, now(), vault_epoch, created_at, deadline, cause, tip_minor
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::bigint[])
     AS i(operation_id, payment_id, tenant_id, verb, requested_minor, undoes, processor, account_id,
          processor_identity, vault_epoch, created_at, deadline, cause, tip_minor)
)sql";

// Whoever waits for an operation waits for the one that took its place.
constexpr const char* move_waiting_keys = R"sql(
UPDATE idempotency_keys k SET operation_id = i.new_operation
FROM unnest($1::text[], $2::text[]) AS i(old_operation, new_operation)
WHERE k.operation_id = i.old_operation AND NOT k.answer_final
)sql";

// A charge that never left goes on at another account: the payment's first operation there, and the keys that waited for
// the other. In the transaction of its outcome, whose row locks are held.
constexpr const char* move_payments = R"sql(
WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
                         $8::text[], $9::text[], $10::text[], $11::bigint[], $12::timestamptz[], $13::timestamptz[])
        AS i(unsent, operation_id, payment_id, tenant_id, verb, requested_minor, processor, account_id,
             processor_identity, vault_epoch, lease_ms, created_at, deadline)
), moved AS (
    UPDATE payments p SET processor = i.processor, account_id = i.account_id
    FROM input i WHERE p.payment_id = i.payment_id
), waiting AS (
    UPDATE idempotency_keys k SET operation_id = i.operation_id
    FROM input i WHERE k.operation_id = i.unsent
)
INSERT INTO operations (operation_id, payment_id, tenant_id, verb, status, requested_minor, processor, account_id,
                        processor_identity, lease_until, vault_epoch, created_at, deadline)
SELECT operation_id, payment_id, tenant_id, verb, 'prepared', requested_minor, processor, account_id, processor_identity,
       now() + lease_ms * interval '1 millisecond', vault_epoch, created_at, deadline
FROM input
)sql";

// Whether an outcome, written by a commit whose answer was lost, moved its operation too.
constexpr const char* find_told = R"sql(
SELECT event_id FROM events WHERE event_id = ANY ($1::text[])
)sql";

constexpr const char* prove_commit = R"sql(
INSERT INTO probes (probe) VALUES ('gateway') ON CONFLICT (probe) DO UPDATE SET probed_at = now()
)sql";

}  // namespace postern::gateway::rows
