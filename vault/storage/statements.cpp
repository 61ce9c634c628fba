#include "vault/storage/statements.hpp"

namespace postern::vault {
namespace {

// Plans are made once, maybe while the tables are still empty: they must not choose a scan that hurts later.
constexpr const char* session_settings = R"sql(
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET statement_timeout = '5s';
SET lock_timeout = '3s'
)sql";

// One row a token. A card seen before keeps its row: the index decides, and of several tokens for one new card in this
// batch one brings it. A token whose card another session is just committing finds no card in this snapshot and is
// missing from what returns: the caller runs the statement again for it. Sorted, so that batches do not deadlock.
constexpr const char* insert_tokens = R"sql(
WITH input AS (
    SELECT token, tenant_id, decode(index_hex, 'hex') AS card_index, index_version, card_id,
           decode(number_hex, 'hex') AS sealed_number, bin6, last4, brand, expiry_month, expiry_year,
           decode(details_hex, 'hex') AS sealed_details, code_given, name_given, address_given, postal_code_given,
           track1_given, track2_given, entry
    FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::integer[], $11::integer[], $12::text[], $13::boolean[], $14::boolean[], $15::boolean[],
                $16::boolean[], $17::boolean[], $18::boolean[], $19::text[])
         AS i(token, tenant_id, index_hex, index_version, card_id, number_hex, bin6, last4, brand, expiry_month,
              expiry_year, details_hex, code_given, name_given, address_given, postal_code_given, track1_given,
              track2_given, entry)
), candidates AS (
    SELECT DISTINCT ON (card_index) card_index, index_version, card_id, tenant_id, sealed_number
    FROM input ORDER BY card_index, token
), indexed AS (
    INSERT INTO card_index (card_index, index_version, card_id)
    SELECT card_index, index_version, card_id FROM candidates
    ON CONFLICT (card_index) DO NOTHING
    RETURNING card_index, card_id
), made AS (
    INSERT INTO cards (card_id, tenant_id, sealed_number)
    SELECT candidates.card_id, candidates.tenant_id, candidates.sealed_number
    FROM candidates JOIN indexed ON indexed.card_id = candidates.card_id
), resolved AS (
    SELECT card_index, card_id FROM indexed
    UNION ALL
    SELECT known.card_index, known.card_id
    FROM candidates JOIN card_index AS known ON known.card_index = candidates.card_index
)
INSERT INTO tokens (token, tenant_id, card_id, bin6, last4, brand, expiry_month, expiry_year, sealed_details,
                    security_code_given, holder_name_given, address_given, postal_code_given, track1_given,
                    track2_given, entry)
SELECT input.token, input.tenant_id, resolved.card_id, input.bin6, input.last4, input.brand, input.expiry_month,
       input.expiry_year, input.sealed_details, input.code_given, input.name_given, input.address_given,
       input.postal_code_given, input.track1_given, input.track2_given, input.entry
FROM input JOIN resolved ON resolved.card_index = input.card_index
RETURNING token
)sql";

constexpr const char* find_tokens = R"sql(
SELECT tokens.token, tokens.tenant_id, tokens.state, tokens.card_id, cards.sealed_number, tokens.sealed_details,
       tokens.bin6, tokens.last4, tokens.brand, tokens.expiry_month, tokens.expiry_year,
       tokens.security_code_given, tokens.security_code_used, tokens.holder_name_given, tokens.address_given,
       tokens.postal_code_given, tokens.track1_given, tokens.track2_given, tokens.entry
FROM tokens JOIN cards ON cards.card_id = tokens.card_id
WHERE tokens.token = ANY ($1::text[])
)sql";

constexpr const char* delete_token = R"sql(
UPDATE tokens SET state = 'deleted', deleted_at = COALESCE(deleted_at, now())
WHERE token = $1 AND tenant_id = $2
)sql";

constexpr const char* mark_one_time_used = R"sql(
UPDATE tokens SET security_code_used = true
WHERE token = ANY ($1::text[]) AND (security_code_given OR entry <> 'keyed') AND NOT security_code_used
)sql";

constexpr const char* put_processor_token = R"sql(
INSERT INTO processor_tokens (card_id, account_id, sealed_token, kept_at)
VALUES ($1, $2, decode($3, 'hex'), 'epoch'::timestamptz + $4::bigint * interval '1 microsecond')
ON CONFLICT (card_id, account_id) DO UPDATE SET sealed_token = excluded.sealed_token, kept_at = excluded.kept_at
WHERE processor_tokens.kept_at <= excluded.kept_at
)sql";

constexpr const char* find_processor_token = R"sql(
SELECT sealed_token, (extract(epoch FROM kept_at) * 1000000)::bigint AS kept_us FROM processor_tokens
WHERE card_id = $1 AND account_id = $2
)sql";

constexpr const char* put_account = R"sql(
INSERT INTO accounts (account_id, tenant_id, destination, sealed_credentials)
VALUES ($1, $2, $3, decode($4, 'hex'))
ON CONFLICT (account_id) DO UPDATE
SET sealed_credentials = excluded.sealed_credentials, enabled = true, changed_at = now()
WHERE accounts.tenant_id = excluded.tenant_id AND accounts.destination = excluded.destination
)sql";

constexpr const char* disable_account = R"sql(
UPDATE accounts SET enabled = false, changed_at = now() WHERE account_id = $1
)sql";

constexpr const char* find_accounts = R"sql(
SELECT account_id, tenant_id, destination, sealed_credentials, enabled FROM accounts
WHERE account_id = ANY ($1::text[])
)sql";

constexpr const char* put_caller_key = R"sql(
INSERT INTO caller_keys (key_id, tenant_id, key_digest) VALUES ($1, $2, decode($3, 'hex'))
ON CONFLICT DO NOTHING
)sql";

constexpr const char* same_caller_key = R"sql(
SELECT 1 FROM caller_keys WHERE key_id = $1 AND tenant_id = $2 AND key_digest = decode($3, 'hex')
)sql";

constexpr const char* disable_caller_key = R"sql(
UPDATE caller_keys SET enabled = false WHERE key_id = $1
)sql";

constexpr const char* set_caller_key_origins = R"sql(
UPDATE caller_keys SET origins = $2::text[] WHERE key_id = $1
)sql";

constexpr const char* knows_origin = R"sql(
SELECT 1 FROM caller_keys k LEFT JOIN tenants t ON t.tenant_id = k.tenant_id
WHERE k.origins @> ARRAY[$1]::text[] AND k.enabled AND COALESCE(t.enabled, true)
LIMIT 1
)sql";

constexpr const char* set_tenant = R"sql(
INSERT INTO tenants (tenant_id, enabled) VALUES ($1, $2)
ON CONFLICT (tenant_id) DO UPDATE SET enabled = excluded.enabled, changed_at = now()
)sql";

constexpr const char* find_caller_key = R"sql(
SELECT k.key_id, k.tenant_id, k.enabled AND COALESCE(t.enabled, true) AS enabled,
       array_to_string(k.origins, ' ') AS origins
FROM caller_keys k LEFT JOIN tenants t ON t.tenant_id = k.tenant_id
WHERE k.key_digest = decode($1, 'hex')
)sql";

// With the journal's head, as `remember_head` writes it.
constexpr const char* insert_replies = R"sql(
WITH kept AS (
    INSERT INTO attempt_replies (operation_id, attempt, sealed_reply)
    SELECT operation_id, attempt, decode(reply_hex, 'hex')
    FROM unnest($1::text[], $2::integer[], $3::text[]) AS i(operation_id, attempt, reply_hex)
    ON CONFLICT (operation_id, attempt) DO NOTHING
)
INSERT INTO journal_heads (epoch, sequence, hash) SELECT $4, $5::bigint, decode($6, 'hex') WHERE $4 <> ''
ON CONFLICT (epoch) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, seen_at = now()
WHERE journal_heads.sequence < excluded.sequence
)sql";

constexpr const char* find_reply = R"sql(
SELECT sealed_reply FROM attempt_replies WHERE operation_id = $1 AND attempt = $2
)sql";

constexpr const char* remember_head = R"sql(
INSERT INTO journal_heads (epoch, sequence, hash) VALUES ($1, $2, decode($3, 'hex'))
ON CONFLICT (epoch) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, seen_at = now()
WHERE journal_heads.sequence < excluded.sequence
)sql";

constexpr const char* read_head = R"sql(
SELECT epoch, sequence, hash FROM journal_heads ORDER BY begun_at DESC LIMIT 1
)sql";

constexpr const char* prove_commit = R"sql(
INSERT INTO probes (probe) VALUES ('keeper') ON CONFLICT (probe) DO UPDATE SET probed_at = now()
)sql";

constexpr const char* read_keys = R"sql(
SELECT purpose, version, wrapped FROM keys ORDER BY purpose, version
)sql";

constexpr const char* insert_key = R"sql(
INSERT INTO keys (purpose, version, wrapped) VALUES ($1, $2, decode($3, 'hex'))
ON CONFLICT (purpose, version) DO NOTHING
)sql";

}  // namespace

void prepare_statements(pqxx::connection& connection) {
    pqxx::nontransaction{connection}.exec(session_settings);
    connection.prepare("insert_tokens", insert_tokens);
    connection.prepare("find_tokens", find_tokens);
    connection.prepare("delete_token", delete_token);
    connection.prepare("mark_one_time_used", mark_one_time_used);
    connection.prepare("put_processor_token", put_processor_token);
    connection.prepare("find_processor_token", find_processor_token);
    connection.prepare("put_account", put_account);
    connection.prepare("disable_account", disable_account);
    connection.prepare("find_accounts", find_accounts);
    connection.prepare("put_caller_key", put_caller_key);
    connection.prepare("same_caller_key", same_caller_key);
    connection.prepare("disable_caller_key", disable_caller_key);
    connection.prepare("set_caller_key_origins", set_caller_key_origins);
    connection.prepare("knows_origin", knows_origin);
    connection.prepare("set_tenant", set_tenant);
    connection.prepare("find_caller_key", find_caller_key);
    connection.prepare("insert_replies", insert_replies);
    connection.prepare("find_reply", find_reply);
    connection.prepare("remember_head", remember_head);
    connection.prepare("read_head", read_head);
    connection.prepare("prove_commit", prove_commit);
    connection.prepare("read_keys", read_keys);
    connection.prepare("insert_key", insert_key);
}

// The caller has its answer already, and the journal says what was sent: a lost reply makes an unknown, no lie.
void prepare_unsynced_statements(pqxx::connection& connection) {
    prepare_statements(connection);
    pqxx::nontransaction{connection}.exec("SET synchronous_commit = off");
}

}  // namespace postern::vault
