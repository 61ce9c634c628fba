-- Whom the vault serves: a tenant without a row is enabled. One that is disabled has no caller, whatever its keys say;
-- what the gateway began for it before can still be finished.

CREATE TABLE tenants (
    tenant_id text PRIMARY KEY,
    enabled boolean NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE ON tenants TO postern_keeper;
