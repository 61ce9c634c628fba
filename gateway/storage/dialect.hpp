#pragma once

// What only PostgreSQL understands; another engine brings its own file. Everything else is plain enough for both.
namespace postern::gateway::rows {

// Plans are made once, maybe while the tables are still empty: they must not choose a scan or a join that reads whole
// tables when these have grown.
constexpr const char* session_settings = R"sql(
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET jit = off;
SET statement_timeout = '5s';
SET lock_timeout = '3s'
)sql";

// The oldest whose lease has run out, past those that another resolver is just taking.
constexpr const char* claim_operations = R"sql(
WITH due AS MATERIALIZED (
    SELECT operation_id FROM operations
    WHERE status IN ('prepared', 'unknown') AND lease_until <= now()
    ORDER BY lease_until LIMIT $1
    FOR UPDATE SKIP LOCKED
)
UPDATE operations o SET lease_epoch = o.lease_epoch + 1, lease_until = now() + $2 * interval '1 millisecond'
FROM due WHERE o.operation_id = due.operation_id
RETURNING o.*
)sql";

}  // namespace postern::gateway::rows
