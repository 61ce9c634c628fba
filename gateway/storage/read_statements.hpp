#pragma once

namespace postern::gateway::rows {

constexpr const char* find_payment = R"sql(
SELECT p.* FROM payments p WHERE p.payment_id = $1 AND p.tenant_id = $2
)sql";

constexpr const char* find_operations = R"sql(
SELECT o.* FROM operations o WHERE o.payment_id = ANY ($1::text[])
ORDER BY o.payment_id, o.created_at, o.operation_id
)sql";

// Newest first, behind the place where the page before ended. Empty filters match everything.
constexpr const char* list_payments = R"sql(
SELECT p.* FROM payments p
WHERE p.tenant_id = $1 AND (p.created_at < $2::timestamptz OR (p.created_at = $2::timestamptz AND p.payment_id > $3))
  AND ($4 = '' OR p.store_id = $4) AND ($5 = '' OR p.order_reference = $5)
ORDER BY p.created_at DESC, p.payment_id
LIMIT $6
)sql";

constexpr const char* find_payments = R"sql(
SELECT p.* FROM payments p WHERE p.payment_id = ANY ($1::text[])
)sql";

constexpr const char* find_evidence = R"sql(
SELECT e.operation_id, e.attempt, e.attempt_kind, e.source, e.sealed, e.recorded_at
FROM evidence e WHERE e.operation_id = ANY ($1::text[])
ORDER BY e.operation_id, e.attempt, e.recorded_at, e.evidence_id
)sql";

constexpr const char* begin_attempt = R"sql(
UPDATE operations SET attempts = attempts + 1
WHERE operation_id = $1 AND lease_epoch = $2 AND status IN ('prepared', 'unknown')
RETURNING attempts
)sql";

constexpr const char* postpone_operation = R"sql(
UPDATE operations SET lease_until = now() + $3::bigint * interval '1 millisecond', next_step = $4
WHERE operation_id = $1 AND lease_epoch = $2 AND status IN ('prepared', 'unknown')
)sql";

// Each operator has one voice; two that agree decide, unless two others disagree.
constexpr const char* find_decision = R"sql(
SELECT decision FROM decisions WHERE operation_id = $1 GROUP BY decision HAVING count(DISTINCT operator_id) >= 2
)sql";

constexpr const char* find_caller = R"sql(
SELECT k.key_id, k.tenant_id FROM api_keys k JOIN tenants t ON t.tenant_id = k.tenant_id
WHERE k.key_digest = $1 AND k.enabled AND t.enabled
)sql";

constexpr const char* find_store = R"sql(
SELECT s.time_zone, s.cutoff_minutes, s.currency, s.offline_limit_minutes, s.enabled, s.avs_no_match,
       s.cvv_no_match, s.merchant_category
FROM stores s WHERE s.store_id = $1 AND s.tenant_id = $2
)sql";

constexpr const char* find_device = R"sql(
SELECT d.device_id FROM devices d WHERE d.device_id = $1 AND d.store_id = $2 AND d.tenant_id = $3 AND d.enabled
)sql";

// The named account, or all of the store's.
constexpr const char* find_accounts = R"sql(
SELECT a.account_id, a.processor FROM processor_accounts a
WHERE a.store_id = $1 AND a.tenant_id = $2 AND a.enabled AND ($3 = '' OR a.account_id = $3)
ORDER BY a.created_at, a.account_id
)sql";

constexpr const char* find_rules = R"sql(
SELECT r.rule_id, r.name, r.priority, r.store_id, r.brands, r.fundings, r.bins, r.currency, r.amount_min_minor,
       r.amount_max_minor, floor(extract(epoch FROM r.valid_from))::bigint AS valid_from,
       floor(extract(epoch FROM r.valid_until))::bigint AS valid_until, r.accounts
FROM route_rules r
WHERE r.tenant_id = $1 AND (r.store_id IS NULL OR r.store_id = $2) AND r.enabled
)sql";

constexpr const char* find_bin_version = R"sql(
SELECT b.version, b.digest FROM bin_tables b ORDER BY b.active_since DESC, b.version LIMIT 1
)sql";
constexpr const char* find_bin_table = R"sql(
SELECT b.content FROM bin_tables b WHERE b.version = $1
)sql";

constexpr const char* note_breaker = R"sql(
INSERT INTO account_breakers (account_id, is_open) VALUES ($1, $2)
ON CONFLICT (account_id) DO UPDATE SET is_open = $2, turned_at = now()
)sql";

constexpr const char* insert_identity_epoch = R"sql(
INSERT INTO identity_epochs (epoch, instance) VALUES ($1, $2) ON CONFLICT (epoch) DO NOTHING
)sql";

}  // namespace postern::gateway::rows
