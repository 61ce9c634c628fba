#pragma once

// Commit 1.
namespace postern::gateway::rows {

// Key, tender, payment and operation of each row, together or not at all. The tender comes first; only rows that got
// theirs try for their key, and only rows that got both are written. Where a key is taken by a twin that the snapshot
// did not show yet, the row's tender is stray: the caller deletes it before the commit. Sorted, so that two writers
// wait for each other in one order.
constexpr const char* insert_new_payments = R"sql(
WITH input AS MATERIALIZED (
    SELECT * FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::integer[], $16::integer[], $17::text[],
        $18::text[], $19::text[], $20::text[], $21::bigint[], $22::timestamptz[], $23::timestamptz[],
        $24::timestamptz[], $25::bigint[], $26::boolean[], $27::date[], $28::text[], $29::text[], $30::bigint[],
        $31::text[], $32::text[], $33::bigint[], $34::timestamptz[], $35::timestamptz[], $36::text[], $37::text[],
        $38::text[], $39::text[])
        AS i(key, path, fingerprint, meaning, tender_meaning, payment_id, tenant_id, store_id, device_id,
             tender_id, token, card_bin6, card_last4, card_brand, card_expiry_month, card_expiry_year, processor,
             account_id, order_reference, currency, requested_minor, created_at, expires_at,
             accepted_offline_at, device_sequence, late, business_date, operation_id, verb, operation_minor,
             processor_identity, vault_epoch, lease_ms, operation_created_at, deadline, partial_approval,
             checks_policy, card_funding, card_country)
), got_tender AS (
    INSERT INTO tenders (tenant_id, store_id, device_id, tender_id, payment_id, meaning)
    SELECT i.tenant_id, i.store_id, i.device_id, i.tender_id, i.payment_id, i.tender_meaning
    FROM input i
    WHERE NOT EXISTS (SELECT 1 FROM idempotency_keys k WHERE k.tenant_id = i.tenant_id AND k.key = i.key)
    ORDER BY i.tenant_id, i.store_id, i.device_id, i.tender_id
    ON CONFLICT (tenant_id, store_id, device_id, tender_id) DO NOTHING
    RETURNING payment_id
), got_key AS (
    INSERT INTO idempotency_keys (tenant_id, key, path, fingerprint, meaning, payment_id, operation_id)
    SELECT i.tenant_id, i.key, i.path, i.fingerprint, i.meaning, i.payment_id, i.operation_id
    FROM got_tender JOIN input i ON i.payment_id = got_tender.payment_id
    ORDER BY i.tenant_id, i.key
    ON CONFLICT (tenant_id, key) DO NOTHING
    RETURNING payment_id
), chosen AS MATERIALIZED (
    SELECT i.* FROM got_key JOIN input i ON i.payment_id = got_key.payment_id
), made AS (
    INSERT INTO payments (payment_id, tenant_id, store_id, device_id, tender_id, token, card_bin6, card_last4,
        card_brand, card_expiry_month, card_expiry_year, processor, account_id, order_reference, currency,
        requested_minor, standing, version, created_at, expires_at, due_at, accepted_offline_at, device_sequence, late,
        business_date, partial_approval, checks_policy, card_funding, card_country)
    SELECT payment_id, tenant_id, store_id, device_id, tender_id, token, card_bin6, card_last4, card_brand,
        card_expiry_month, card_expiry_year, processor, account_id, order_reference, currency, requested_minor,
        'pending', 1, created_at, expires_at, expires_at, accepted_offline_at, device_sequence, late, business_date,
        partial_approval, checks_policy, card_funding, card_country
    FROM chosen
), started AS (
    INSERT INTO operations (operation_id, payment_id, tenant_id, verb, status, requested_minor, processor, account_id,
        processor_identity, lease_until, vault_epoch, created_at, deadline)
    SELECT operation_id, payment_id, tenant_id, verb, 'prepared', operation_minor, processor, account_id,
        processor_identity, now() + lease_ms * interval '1 millisecond', vault_epoch, operation_created_at, deadline
    FROM chosen
)
SELECT got_tender.payment_id, got_key.payment_id IS NOT NULL AS is_prepared
FROM got_tender LEFT JOIN got_key ON got_key.payment_id = got_tender.payment_id
)sql";

constexpr const char* delete_stray_tenders = R"sql(
DELETE FROM tenders t
USING unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
      AS i(tenant_id, store_id, device_id, tender_id, payment_id)
WHERE t.tenant_id = i.tenant_id AND t.store_id = i.store_id AND t.device_id = i.device_id
  AND t.tender_id = i.tender_id AND t.payment_id = i.payment_id
)sql";

constexpr const char* find_tenders = R"sql(
SELECT t.tenant_id, t.store_id, t.device_id, t.tender_id, t.payment_id, t.meaning,
       (SELECT o.operation_id FROM operations o
        WHERE o.payment_id = t.payment_id AND o.verb IN ('authorize', 'sale')
        ORDER BY o.created_at DESC, o.operation_id DESC LIMIT 1) AS operation_id
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS i(tenant_id, store_id, device_id, tender_id)
JOIN tenders t ON t.tenant_id = i.tenant_id AND t.store_id = i.store_id AND t.device_id = i.device_id
              AND t.tender_id = i.tender_id
)sql";

// What the guards say mirrors domain::may_start, and a test walks both; this one sees the row locked, as it is now.
// Key, reservation and operation of each row, together or not at all: the payment is locked before its key is tried.
constexpr const char* insert_next_operations = R"sql(
WITH input AS MATERIALIZED (
    SELECT * FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[],
        $17::timestamptz[], $18::timestamptz[], $19::bigint[], $20::bigint[], $21::bigint[])
        AS i(key, path, fingerprint, meaning, payment_id, tenant_id, operation_id, request, verb, requested_minor,
             undoes, processor, account_id, processor_identity, vault_epoch, lease_ms, created_at, deadline,
             version_expected, tip_minor, above_minor)
), guarded AS MATERIALIZED (
    SELECT i.*, CASE
        WHEN p.version <> i.version_expected THEN 'precondition_failed'
        WHEN p.void_requested THEN 'void_in_progress'
        WHEN p.edit_above_minor IS NOT NULL THEN 'operation_in_progress'
        WHEN p.standing = 'pending' THEN 'payment_pending'
        WHEN i.request = 'void' THEN CASE
            WHEN p.standing <> 'live' THEN 'payment_not_voidable'
            WHEN p.capture_reserved_minor > 0 OR p.refund_reserved_minor > 0 THEN 'operation_in_progress'
            WHEN p.refunded_minor > 0 THEN 'payment_partly_refunded'
            ELSE '' END
        WHEN i.request = 'capture' THEN CASE
            WHEN p.standing = 'live' AND p.approved_minor < p.requested_minor AND p.partial_approval = 'allowed'
            THEN 'partial_approval_not_accepted'
            WHEN p.standing <> 'live' OR p.refunded_minor > 0
              OR (p.approved_minor < p.requested_minor AND p.partial_approval IS DISTINCT FROM 'accepted')
              OR p.approved_minor <= p.captured_minor + p.released_minor + p.capture_reserved_minor
            THEN 'payment_not_capturable'
            WHEN i.requested_minor > p.approved_minor - p.captured_minor - p.released_minor - p.capture_reserved_minor
                                     + i.above_minor
            THEN 'amount_exceeds_capturable'
            WHEN i.requested_minor > p.approved_minor - p.captured_minor - p.released_minor - p.capture_reserved_minor
             AND (p.capture_reserved_minor > 0 OR p.refund_reserved_minor > 0)
            THEN 'operation_in_progress'
            ELSE '' END
        WHEN i.request = 'adjust_tip' THEN CASE
            WHEN p.standing <> 'live' OR p.captured_minor = 0
              OR (p.approved_minor < p.requested_minor AND p.partial_approval IS DISTINCT FROM 'accepted')
            THEN 'tip_not_adjustable'
            WHEN p.capture_reserved_minor > 0 OR p.refund_reserved_minor > 0 THEN 'operation_in_progress'
            WHEN p.refunded_minor > 0 THEN 'payment_partly_refunded'
            ELSE '' END
        WHEN i.request = 'increment' THEN CASE
            WHEN p.standing <> 'live' OR p.captured_minor > 0 OR p.released_minor > 0
              OR (p.approved_minor < p.requested_minor AND p.partial_approval IS DISTINCT FROM 'accepted')
            THEN 'payment_not_incrementable'
            WHEN p.capture_reserved_minor > 0 OR p.refund_reserved_minor > 0 THEN 'operation_in_progress'
            ELSE '' END
        ELSE CASE
            WHEN p.standing <> 'live' OR p.captured_minor <= p.refunded_minor + p.refund_reserved_minor
              OR (p.approved_minor < p.requested_minor AND p.partial_approval IS DISTINCT FROM 'accepted')
            THEN 'payment_not_refundable'
            WHEN i.requested_minor > p.captured_minor - p.refunded_minor - p.refund_reserved_minor
            THEN 'amount_exceeds_refundable'
            ELSE '' END
        END AS refusal
    FROM input i JOIN payments p ON p.payment_id = i.payment_id AND p.tenant_id = i.tenant_id
    ORDER BY i.payment_id
    FOR UPDATE OF p
), got_key AS (
    INSERT INTO idempotency_keys (tenant_id, key, path, fingerprint, meaning, payment_id, operation_id)
    SELECT tenant_id, key, path, fingerprint, meaning, payment_id, operation_id
    FROM guarded WHERE refusal = ''
    ORDER BY tenant_id, key
    ON CONFLICT (tenant_id, key) DO NOTHING
    RETURNING operation_id
), chosen AS MATERIALIZED (
    SELECT g.* FROM got_key JOIN guarded g ON g.operation_id = got_key.operation_id
), reserved AS (
    UPDATE payments p SET
        capture_reserved_minor = p.capture_reserved_minor
            + CASE WHEN c.request = 'capture' THEN c.requested_minor ELSE 0 END,
        refund_reserved_minor = p.refund_reserved_minor
            + CASE WHEN c.request = 'refund' THEN c.requested_minor ELSE 0 END,
        edit_above_minor = CASE
            WHEN c.request IN ('adjust_tip', 'increment') THEN 0
            WHEN c.request = 'capture' AND c.requested_minor
                 > p.approved_minor - p.captured_minor - p.released_minor - p.capture_reserved_minor
            THEN c.requested_minor
                 - (p.approved_minor - p.captured_minor - p.released_minor - p.capture_reserved_minor)
            END,
        void_requested = p.void_requested OR c.request = 'void',
        version = p.version + 1
    FROM chosen c WHERE p.payment_id = c.payment_id
    RETURNING p.*
), started AS (
    INSERT INTO operations (operation_id, payment_id, tenant_id, verb, status, requested_minor, undoes, processor,
        account_id, processor_identity, lease_until, vault_epoch, created_at, deadline, tip_minor)
    SELECT operation_id, payment_id, tenant_id, verb, 'prepared', requested_minor, undoes, processor, account_id,
        processor_identity, now() + lease_ms * interval '1 millisecond', vault_epoch, created_at, deadline, tip_minor
    FROM chosen
)
SELECT g.operation_id AS for_operation, g.refusal, r.*
FROM guarded g LEFT JOIN reserved r ON r.payment_id = g.payment_id
)sql";

// A void accepted while the first operation has no answer: the goal becomes undo, whoever holds the operation.
constexpr const char* insert_undo_wishes = R"sql(
WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[],
                         $8::text[])
        AS i(key, path, fingerprint, meaning, payment_id, tenant_id, answer_status, answer_body)
), guarded AS MATERIALIZED (
    SELECT i.*, (SELECT o.operation_id FROM operations o
                 WHERE o.payment_id = p.payment_id AND o.verb IN ('authorize', 'sale')
                 ORDER BY o.created_at DESC, o.operation_id DESC LIMIT 1) AS operation_id
    FROM input i JOIN payments p ON p.payment_id = i.payment_id AND p.tenant_id = i.tenant_id
    WHERE p.standing = 'pending' AND NOT p.void_requested
    ORDER BY i.payment_id
    FOR UPDATE OF p
), got_key AS (
    INSERT INTO idempotency_keys (tenant_id, key, path, fingerprint, meaning, payment_id, operation_id, answer_status,
                                  answer_body)
    SELECT tenant_id, key, path, fingerprint, meaning, payment_id, operation_id, answer_status, answer_body
    FROM guarded
    ORDER BY tenant_id, key
    ON CONFLICT (tenant_id, key) DO NOTHING
    RETURNING payment_id, operation_id
), wished AS (
    UPDATE operations o SET goal = 'undo' FROM got_key
    WHERE o.operation_id = got_key.operation_id AND o.status IN ('prepared', 'unknown')
)
UPDATE payments p SET void_requested = true, version = p.version + 1
FROM got_key WHERE p.payment_id = got_key.payment_id
RETURNING p.payment_id
)sql";

// A partial approval that its caller keeps: key with its final answer, payment and event, together or not at all. The
// version says that everything is as it was when the answer was drawn.
constexpr const char* insert_acceptances = R"sql(
WITH input AS MATERIALIZED (
    SELECT * FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
        $9::timestamptz[], $10::integer[], $11::text[], $12::text[], $13::bigint[], $14::text[], $15::text[],
        $16::text[], $17::integer[], $18::timestamptz[])
        AS i(key, path, fingerprint, meaning, payment_id, tenant_id, operation_id, version_expected, due_at,
             answer_status, answer_body, event_id, event_version, event_type, payload, hash, slot, event_recorded_at)
), guarded AS MATERIALIZED (
    SELECT i.* FROM input i JOIN payments p ON p.payment_id = i.payment_id AND p.tenant_id = i.tenant_id
    WHERE p.version = i.version_expected AND p.partial_approval = 'allowed' AND NOT p.void_requested
    ORDER BY i.payment_id
    FOR UPDATE OF p
), got_key AS (
    INSERT INTO idempotency_keys (tenant_id, key, path, fingerprint, meaning, payment_id, operation_id, answer_status,
                                  answer_body, answer_final)
    SELECT tenant_id, key, path, fingerprint, meaning, payment_id, operation_id, answer_status, answer_body, true
    FROM guarded
    ORDER BY tenant_id, key
    ON CONFLICT (tenant_id, key) DO NOTHING
    RETURNING payment_id
), chosen AS MATERIALIZED (
    SELECT g.* FROM got_key JOIN guarded g ON g.payment_id = got_key.payment_id
), told AS (
    INSERT INTO events (payment_id, version, event_id, tenant_id, type, payload, hash, recorded_at)
    SELECT payment_id, event_version, event_id, tenant_id, event_type, payload, hash, event_recorded_at FROM chosen
), queued AS (
    INSERT INTO events_pending (payment_id, version, slot, recorded_at)
    SELECT payment_id, event_version, slot, event_recorded_at FROM chosen
)
UPDATE payments p SET partial_approval = 'accepted', due_at = c.due_at, version = p.version + 1,
    event_version = c.event_version, last_event_hash = c.hash
FROM chosen c WHERE p.payment_id = c.payment_id
RETURNING p.payment_id
)sql";

constexpr const char* read_keys = R"sql(
SELECT k.tenant_id, k.key, k.path, k.fingerprint, k.meaning, k.payment_id, k.operation_id, k.answer_status,
       k.answer_body, k.answer_final
FROM unnest($1::text[], $2::text[]) AS i(tenant_id, key)
JOIN idempotency_keys k ON k.tenant_id = i.tenant_id AND k.key = i.key
)sql";

}  // namespace postern::gateway::rows
