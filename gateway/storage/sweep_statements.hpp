#pragma once

namespace postern::gateway::rows {

// One page of keys in the order of their primary key: no index beyond it is kept for what runs once a day.
constexpr const char* forget_answers = R"sql(
WITH page AS MATERIALIZED (
    SELECT tenant_id, key, payment_id, created_at, answer_final AND answer_body <> '' AS is_kept
    FROM idempotency_keys
    WHERE (tenant_id, key) > ($1, $2)
    ORDER BY tenant_id, key
    LIMIT $3
), forgotten AS (
    UPDATE idempotency_keys k SET answer_body = ''
    FROM page JOIN payments p ON p.payment_id = page.payment_id
    WHERE k.tenant_id = page.tenant_id AND k.key = page.key AND page.is_kept
      AND page.created_at < least($4::timestamptz, now()) - $5::bigint * interval '1 hour'
      AND p.standing <> 'pending'
      AND (p.standing <> 'live' OR p.captured_minor + p.released_minor >= p.approved_minor
           OR p.expires_at < least($4::timestamptz, now()))
      AND NOT EXISTS (SELECT 1 FROM operations o
                      WHERE o.payment_id = p.payment_id AND o.status IN ('prepared', 'unknown'))
    RETURNING 1
)
SELECT (SELECT count(*) FROM forgotten), (SELECT count(*) FROM page), last.tenant_id, last.key
FROM (SELECT tenant_id, key FROM page ORDER BY tenant_id DESC, key DESC LIMIT 1) AS last
)sql";

// The longest due first; what is on its way back already waits for its undo, what has no answer for that.
constexpr const char* find_due = R"sql(
SELECT p.* FROM payments p
WHERE p.due_at <= least($1::timestamptz, now()) AND p.standing = 'live' AND NOT p.void_requested
ORDER BY p.due_at, p.payment_id
LIMIT $2
)sql";

}  // namespace postern::gateway::rows
