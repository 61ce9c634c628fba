-- Readiness: a gateway is ready when a commit is durable. One row an instance of the probe, updated in place.

CREATE TABLE probes (
    probe text PRIMARY KEY,
    probed_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE ON probes TO postern_gateway;
