-- What a processor calls a card, for one of its accounts: a secret, since it moves money there. The newest one stands;
-- whether it is too old is judged when it is used.

CREATE TABLE processor_tokens (
    card_id text NOT NULL,
    account_id text NOT NULL,
    sealed_token bytea NOT NULL,
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (card_id, account_id)
);
GRANT SELECT, INSERT ON processor_tokens TO postern_keeper;
GRANT UPDATE (sealed_token, kept_at) ON processor_tokens TO postern_keeper;
