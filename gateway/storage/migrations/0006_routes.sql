-- What a card's first digits tell, and which processor account takes a payment, as data.

CREATE TABLE bin_tables (                    -- each whole, as its file was; the one that was activated last is in use
    version text PRIMARY KEY,
    content text NOT NULL,
    digest text NOT NULL,                    -- grouped base32 of the content's SHA-256
    ranges bigint NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    active_since timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE route_rules (                   -- lists are words with commas between them; empty: any
    rule_id text PRIMARY KEY,
    tenant_id text NOT NULL REFERENCES tenants,
    store_id text REFERENCES stores,         -- null: every store of the merchant
    name text NOT NULL,
    priority integer NOT NULL,               -- the least is asked first
    brands text NOT NULL,
    fundings text NOT NULL,
    bins text NOT NULL,
    currency text NOT NULL,
    amount_min_minor bigint,
    amount_max_minor bigint,
    valid_from timestamptz,
    valid_until timestamptz,
    accounts text NOT NULL,                  -- in order: an account, or a processor's name for the store's first there
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, name)
);
CREATE TABLE account_breakers (              -- what a gateway told last; for people
    account_id text PRIMARY KEY,
    is_open boolean NOT NULL,
    turned_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE payments ADD COLUMN card_funding text;  -- null: nobody could tell
ALTER TABLE payments ADD COLUMN card_country text;

GRANT SELECT ON bin_tables, route_rules TO postern_gateway;
GRANT SELECT, INSERT, UPDATE ON account_breakers TO postern_gateway;
