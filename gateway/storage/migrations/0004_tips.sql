-- Tips and increments. While such an edit has no answer nothing else may start on its payment (edit_above_minor is not
-- null), and a capture with a tip may come so far above the approved amount.

ALTER TABLE payments ADD COLUMN edit_above_minor bigint;
ALTER TABLE payments DROP CONSTRAINT limits_hold;
ALTER TABLE payments ADD CONSTRAINT limits_hold CHECK (
    captured_minor >= 0 AND refunded_minor >= 0 AND released_minor >= 0
    AND capture_reserved_minor >= 0 AND refund_reserved_minor >= 0
    AND tip_minor >= 0 AND tip_minor <= captured_minor AND (edit_above_minor IS NULL OR edit_above_minor >= 0)
    AND captured_minor + capture_reserved_minor + released_minor <= approved_minor + coalesce(edit_above_minor, 0)
    AND refunded_minor + refund_reserved_minor <= captured_minor);
ALTER TABLE operations ADD COLUMN tip_minor bigint;  -- with capture and adjust_tip: the part of requested_minor
ALTER TABLE stores ADD COLUMN merchant_category text NOT NULL DEFAULT '5812';  -- what the card schemes file it under
