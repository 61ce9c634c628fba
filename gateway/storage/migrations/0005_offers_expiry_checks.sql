-- Partial approvals on offer, holds that end by the clock, and what address and security code comparisons told.

ALTER TABLE stores
    ADD COLUMN avs_no_match text NOT NULL DEFAULT 'accept' CHECK (avs_no_match IN ('accept', 'flag', 'void')),
    ADD COLUMN cvv_no_match text NOT NULL DEFAULT 'accept' CHECK (cvv_no_match IN ('accept', 'flag', 'void'));

ALTER TABLE payments
    ADD COLUMN partial_approval text CHECK (partial_approval IN ('allowed', 'accepted')),  -- null: refused
    ADD COLUMN due_at timestamptz,           -- when the gateway ends an offer or a hold by itself; null: nothing to end
    ADD COLUMN checks_policy text,           -- the store's when it began; null: everything is accepted
    ADD COLUMN flags text;                   -- failed comparisons that the store wants shown; null: none
-- Left out of it: what is due in nobody's book, so that the clock's look stays small however many payments are kept.
CREATE INDEX payments_due ON payments (due_at) WHERE due_at IS NOT NULL;

ALTER TABLE operations
    ADD COLUMN cause text CHECK (cause IN ('partial_approval', 'expiry', 'checks', 'batch_closed')),  -- null: asked for
    ADD COLUMN checks text;                  -- comparison of address and of security code, as told; null: nothing

-- Holds of before end by the clock too.
UPDATE payments SET due_at = expires_at
WHERE standing IN ('pending', 'live') AND NOT void_requested AND expires_at IS NOT NULL
  AND (standing = 'pending' OR captured_minor + released_minor < approved_minor);
