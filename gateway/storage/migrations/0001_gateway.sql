-- The gateway's database. No value here may hold 12 digits in a row (scanners need no allow-list): ids and digests are
-- base32, binary values are grouped base32 text, callers' texts pass through stored_text(). Amounts are minor units.
-- Roles: postern_admin owns and migrates; postern_gateway serves payments; postern_relay publishes events.

-- Merchants as data -------------------------------------------------------------------------------------------------

CREATE TABLE tenants (
    tenant_id text PRIMARY KEY,
    name text NOT NULL UNIQUE,
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE stores (
    store_id text PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES tenants,
    name text NOT NULL,
    time_zone text NOT NULL,               -- IANA name
    cutoff_minutes integer NOT NULL CHECK (cutoff_minutes BETWEEN 0 AND 1439),  -- local time when the business day ends
    currency text NOT NULL,
    offline_limit_minutes integer NOT NULL DEFAULT 1440,  -- accepted offline longer ago is marked late
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, name)
);
CREATE TABLE devices (
    device_id text PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES tenants,
    store_id text NOT NULL REFERENCES stores,
    name text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (store_id, name)
);
CREATE TABLE processor_accounts (            -- merchant id and password live in the vault
    account_id text PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES tenants,
    store_id text NOT NULL REFERENCES stores,
    processor text NOT NULL,
    name text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (store_id, name)
);
CREATE TABLE api_keys (
    key_id text PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES tenants,
    name text NOT NULL,
    key_digest text NOT NULL UNIQUE,         -- grouped base32 of SHA-256; the key itself is shown once and not kept
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, name)
);
CREATE TABLE operators (
    operator_id text PRIMARY KEY,
    name text NOT NULL UNIQUE,
    role text NOT NULL CHECK (role IN ('admin', 'finance', 'support')),
    credential_digest text NOT NULL UNIQUE,
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE admin_records (                 -- who changed what; append-only
    record_id text PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    operator text NOT NULL,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    detail text NOT NULL
);

-- Payments ----------------------------------------------------------------------------------------------------------

CREATE TABLE identity_epochs (               -- one row a gateway start; processor identities are epoch + counter
    epoch text PRIMARY KEY,                  -- base32 of 40 bits: seconds since 2025 and eight random bits
    instance text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE payments (
    payment_id text PRIMARY KEY,
    tenant_id text NOT NULL,
    store_id text NOT NULL,
    device_id text NOT NULL,
    tender_id text NOT NULL,
    token text NOT NULL,
    card_bin6 text NOT NULL,
    card_last4 text NOT NULL,
    card_brand text NOT NULL,
    card_expiry_month integer NOT NULL,
    card_expiry_year integer NOT NULL,
    processor text NOT NULL,
    account_id text NOT NULL,
    order_reference text NOT NULL,
    currency text NOT NULL,
    requested_minor bigint NOT NULL CHECK (requested_minor > 0),
    approved_minor bigint NOT NULL DEFAULT 0,
    captured_minor bigint NOT NULL DEFAULT 0,
    tip_minor bigint NOT NULL DEFAULT 0,
    refunded_minor bigint NOT NULL DEFAULT 0,
    released_minor bigint NOT NULL DEFAULT 0,
    capture_reserved_minor bigint NOT NULL DEFAULT 0,
    refund_reserved_minor bigint NOT NULL DEFAULT 0,
    void_requested boolean NOT NULL DEFAULT false,
    standing text NOT NULL CHECK (standing IN ('pending', 'live', 'declined', 'failed', 'voided', 'expired')),
    version bigint NOT NULL,
    event_version bigint NOT NULL DEFAULT 0,
    last_event_hash text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    accepted_offline_at timestamptz,
    device_sequence bigint NOT NULL DEFAULT 0,
    late boolean NOT NULL DEFAULT false,
    business_date date NOT NULL,
    CONSTRAINT limits_hold CHECK (
        captured_minor >= 0 AND refunded_minor >= 0 AND released_minor >= 0
        AND capture_reserved_minor >= 0 AND refund_reserved_minor >= 0
        AND captured_minor + capture_reserved_minor + released_minor <= approved_minor
        AND refunded_minor + refund_reserved_minor <= captured_minor)
);
CREATE INDEX payments_by_tenant ON payments (tenant_id, created_at DESC, payment_id);

CREATE TABLE tenders (                       -- the second identity; a row leaves when its payment is declined or unsent
    tenant_id text NOT NULL,
    store_id text NOT NULL,
    device_id text NOT NULL,
    tender_id text NOT NULL,
    payment_id text NOT NULL,
    meaning text NOT NULL,                   -- intent, amount and currency: another meaning is refused
    PRIMARY KEY (tenant_id, store_id, device_id, tender_id)
);
CREATE TABLE operations (
    operation_id text PRIMARY KEY,
    payment_id text NOT NULL,
    tenant_id text NOT NULL,
    verb text NOT NULL,
    status text NOT NULL CHECK (status IN ('prepared', 'approved', 'declined', 'failed', 'unknown')),
    requested_minor bigint NOT NULL,
    approved_minor bigint,
    undoes text,
    processor text NOT NULL,
    account_id text NOT NULL,
    processor_identity text NOT NULL,
    reference text NOT NULL DEFAULT '',      -- grouped base32 of the processor's reference fields
    decline_reason text,
    decline_raw_code text,
    decline_retry_may_help boolean,
    failure_code text NOT NULL DEFAULT '',
    goal text,
    attempts integer NOT NULL DEFAULT 1,
    lease_epoch bigint NOT NULL DEFAULT 0,
    lease_until timestamptz NOT NULL,        -- by this database's clock; past it the resolver may claim
    next_step text NOT NULL DEFAULT '',
    vault_epoch text NOT NULL,
    created_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    unknown_since timestamptz,
    UNIQUE (account_id, processor_identity)
);
CREATE INDEX operations_by_payment ON operations (payment_id, created_at, operation_id);
CREATE INDEX operations_open ON operations (lease_until) WHERE status IN ('prepared', 'unknown');

CREATE TABLE idempotency_keys (
    tenant_id text NOT NULL,
    key text NOT NULL,                       -- stored_text() of the caller's
    path text NOT NULL,
    fingerprint text NOT NULL,               -- of the parsed, versioned command
    meaning text NOT NULL,                   -- its fields, to name one that differs
    payment_id text NOT NULL,
    operation_id text NOT NULL,
    answer_status integer,                   -- null: still running
    answer_body text,
    answer_final boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_keys_by_operation ON idempotency_keys (operation_id);

CREATE TABLE evidence (                      -- always inserted, never changed
    evidence_id text PRIMARY KEY,
    operation_id text NOT NULL,
    payment_id text NOT NULL,
    attempt integer NOT NULL,
    attempt_kind text NOT NULL,              -- send, resend, inquire, reverse, none
    source text NOT NULL,                    -- reply, journal, inquiry, people
    claim text NOT NULL,                     -- approved, declined, not_sent, refused, unknown
    sealed text NOT NULL,                    -- the scrubbed reply, compressed and encrypted under the evidence key
    recorded_at timestamptz NOT NULL
);
CREATE INDEX evidence_by_operation ON evidence (operation_id, attempt);

CREATE TABLE ledger_entries (                -- append-only; one row, two legs: zero-sum by shape
    entry_id text PRIMARY KEY,
    payment_id text NOT NULL,
    operation_id text NOT NULL,
    tenant_id text NOT NULL,
    store_id text NOT NULL,
    debit_account text NOT NULL,
    credit_account text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    business_date date NOT NULL,
    recorded_at timestamptz NOT NULL,
    CHECK (debit_account <> credit_account)
);
CREATE INDEX ledger_entries_by_payment ON ledger_entries (payment_id);
CREATE INDEX ledger_entries_by_day ON ledger_entries (tenant_id, store_id, business_date);

CREATE TABLE decisions (                     -- two people decide what evidence could not
    operation_id text NOT NULL,
    operator_id text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approved', 'failed')),
    reason text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (operation_id, operator_id)
);

-- Events ------------------------------------------------------------------------------------------------------------

CREATE TABLE events (                        -- append-only, kept: replay is byte-identical
    payment_id text NOT NULL,
    version bigint NOT NULL,
    event_id text NOT NULL UNIQUE,
    tenant_id text NOT NULL,
    type text NOT NULL,
    payload text NOT NULL,                   -- grouped base32 of the Protobuf bytes
    hash text NOT NULL,                      -- of those bytes
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (payment_id, version)
);
CREATE INDEX events_by_time ON events (recorded_at, payment_id, version);
CREATE TABLE events_pending (                -- the relay's queue: a row leaves when the broker has acknowledged
    payment_id text NOT NULL,
    version bigint NOT NULL,
    slot integer NOT NULL,                   -- of the payment; a relay holds whole slots, so order per payment is kept
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (slot, recorded_at, payment_id, version)
);
CREATE TABLE relay_leases (
    slot integer PRIMARY KEY,
    holder text NOT NULL,
    epoch bigint NOT NULL,                   -- raised at each change of holder; a stale holder cannot delete
    lease_until timestamptz NOT NULL
);
INSERT INTO relay_leases (slot, holder, epoch, lease_until)
SELECT slot, '', 0, now() FROM generate_series(0, 15) AS slot;

-- Least rights ------------------------------------------------------------------------------------------------------

GRANT SELECT ON tenants, stores, devices, processor_accounts, api_keys, operators TO postern_gateway;
GRANT SELECT, INSERT ON identity_epochs, evidence, ledger_entries, events, decisions TO postern_gateway;
GRANT SELECT, INSERT, UPDATE ON payments, operations, idempotency_keys TO postern_gateway;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenders TO postern_gateway;
GRANT SELECT, INSERT ON events_pending TO postern_gateway;
GRANT SELECT ON events TO postern_relay;
GRANT SELECT, DELETE ON events_pending TO postern_relay;
GRANT SELECT, UPDATE ON relay_leases TO postern_relay;
