-- What a card was given with, and what became of its security code: claims about it, never the code. A code that was
-- given, is not used and is no longer in the keeper's memory is lost, and a charge that needs it is refused.

ALTER TABLE tokens
    ADD COLUMN security_code_given boolean NOT NULL DEFAULT false,
    ADD COLUMN security_code_used boolean NOT NULL DEFAULT false,  -- a message may have left with it
    ADD COLUMN holder_name_given boolean NOT NULL DEFAULT false,
    ADD COLUMN address_given boolean NOT NULL DEFAULT false,
    ADD COLUMN postal_code_given boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT used_codes_were_given CHECK (security_code_given OR NOT security_code_used);

GRANT UPDATE (security_code_used) ON tokens TO postern_keeper;
