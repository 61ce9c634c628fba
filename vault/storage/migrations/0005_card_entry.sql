-- How a card came. One that was swiped was given with tracks, one that a reader encrypted with a block that nobody here
-- can read: claims about them, the data are nowhere but in the keeper's memory. Of an encrypted card no digit is known.
-- security_code_used now says of all of these that a message may have left with them.

ALTER TABLE tokens
    ADD COLUMN entry text NOT NULL DEFAULT 'keyed' CHECK (entry IN ('keyed', 'swiped', 'encrypted')),
    ADD COLUMN track1_given boolean NOT NULL DEFAULT false,
    ADD COLUMN track2_given boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT used_codes_were_given,
    ADD CONSTRAINT what_is_used_was_given CHECK (security_code_given OR entry <> 'keyed' OR NOT security_code_used),
    ADD CONSTRAINT swiped_cards_have_tracks CHECK ((entry = 'swiped') = (track1_given OR track2_given)),
    DROP CONSTRAINT tokens_bin6_check,
    DROP CONSTRAINT tokens_last4_check,
    DROP CONSTRAINT tokens_expiry_month_check,
    DROP CONSTRAINT tokens_expiry_year_check,
    ADD CONSTRAINT digits_are_known CHECK (length(bin6) = CASE entry WHEN 'encrypted' THEN 0 ELSE 6 END
                                           AND length(last4) = CASE entry WHEN 'encrypted' THEN 0 ELSE 4 END),
    ADD CONSTRAINT expiry_is_known CHECK (CASE entry WHEN 'encrypted' THEN expiry_month = 0 AND expiry_year = 0
                                          ELSE expiry_month BETWEEN 1 AND 12 AND expiry_year BETWEEN 2000 AND 2099 END);
