-- Of which pages a browser may show this key (RFC 6454: scheme, host, port). None: no browser may; callers that are no
-- browser name no origin.

ALTER TABLE caller_keys ADD COLUMN origins text[] NOT NULL DEFAULT '{}';
CREATE INDEX caller_keys_by_origin ON caller_keys USING gin (origins);
GRANT UPDATE (origins) ON caller_keys TO postern_keeper;
