-- What the provider keeps is read and posted; what it wants of a host is shown.

-- Below zero where the provider gives a fee back.
ALTER TABLE provider_fees DROP CONSTRAINT provider_fees_amount_check;
-- next
ALTER TABLE provider_fees ADD CONSTRAINT provider_fees_amount_check CHECK (amount <> 0);
-- next
CREATE INDEX provider_fees_by_payment ON provider_fees (payment_id);
-- next
ALTER TABLE reconciliation_runs DROP CONSTRAINT reconciliation_runs_step_check;
-- next
ALTER TABLE reconciliation_runs ADD CONSTRAINT reconciliation_runs_step_check CHECK (step IN (
    'events', 'payments', 'refunds', 'transfers', 'disputes', 'balance', 'open', 'books', 'done'));
-- next
-- Until when the provider wants what it wants, and why the account is not, or no longer, enabled: its own word.
ALTER TABLE host_accounts ADD COLUMN due_at timestamptz;
-- next
ALTER TABLE host_accounts ADD COLUMN disabled_reason text CHECK (length(disabled_reason) <= 200);
