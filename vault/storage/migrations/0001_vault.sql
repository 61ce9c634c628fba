-- The vault's database. Card numbers and what belongs to them stand here only as ciphertext (XChaCha20-Poly1305, bound
-- to their row); the keys are wrapped by a key that is not here. No column can hold a security code.
-- Roles: postern_vault_admin owns and migrates; postern_keeper serves.

CREATE TABLE keys (
    purpose text NOT NULL CHECK (purpose IN ('kek', 'card', 'index', 'account', 'reply')),
    version integer NOT NULL CHECK (version BETWEEN 1 AND 65535),
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (purpose, version)
);

CREATE TABLE cards (                    -- one row a card and tenant; the id never leaves the vault
    card_id text PRIMARY KEY,
    tenant_id text NOT NULL,
    sealed_number bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE card_index (               -- keyed index, apart from everything that shows digits (PCI DSS 3.5.1.1)
    card_index bytea PRIMARY KEY,
    index_version integer NOT NULL,
    card_id text NOT NULL UNIQUE
);
CREATE TABLE tokens (
    token text PRIMARY KEY,
    tenant_id text NOT NULL,
    card_id text NOT NULL,
    bin6 text NOT NULL CHECK (length(bin6) = 6),
    last4 text NOT NULL CHECK (length(last4) = 4),
    brand text NOT NULL,
    expiry_month integer NOT NULL CHECK (expiry_month BETWEEN 1 AND 12),
    expiry_year integer NOT NULL CHECK (expiry_year BETWEEN 2000 AND 2099),
    sealed_details bytea NOT NULL,      -- name, address, postal code; empty: none
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'deleted')),
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
CREATE INDEX tokens_by_card ON tokens (card_id);  -- what still uses a card, for its removal

CREATE TABLE accounts (
    account_id text PRIMARY KEY,
    tenant_id text NOT NULL,
    destination text NOT NULL,
    sealed_credentials bytea NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE caller_keys (
    key_id text PRIMARY KEY,
    tenant_id text NOT NULL,
    key_digest bytea NOT NULL UNIQUE,   -- SHA-256 of the key; the key itself is shown once and not kept
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE attempt_replies (          -- what came back, scrubbed and sealed; the journal says what was sent
    operation_id text NOT NULL,
    attempt integer NOT NULL CHECK (attempt >= 1),
    sealed_reply bytea NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (operation_id, attempt)
);
CREATE TABLE journal_heads (            -- the last known record of each journal file: proof against one put back
    epoch text PRIMARY KEY,
    sequence bigint NOT NULL,
    hash bytea NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE probes (                   -- one row, written to prove that commits are possible
    probe text PRIMARY KEY,
    probed_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT ON keys, cards, card_index, attempt_replies TO postern_keeper;
GRANT SELECT, INSERT ON tokens, accounts, caller_keys TO postern_keeper;
GRANT UPDATE (state, deleted_at) ON tokens TO postern_keeper;
GRANT UPDATE (sealed_credentials, enabled, changed_at) ON accounts TO postern_keeper;
GRANT UPDATE (enabled) ON caller_keys TO postern_keeper;
GRANT SELECT, INSERT, UPDATE ON journal_heads, probes TO postern_keeper;
