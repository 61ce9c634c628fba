-- Payments with an event that the broker refuses: their later events wait until a person has mended the cause and said
-- `postern events retry PAYMENT`, which deletes the row.

CREATE TABLE events_blocked (
    payment_id text PRIMARY KEY,
    version bigint NOT NULL,                 -- of the refused event
    blocked_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT ON events_blocked TO postern_relay;
