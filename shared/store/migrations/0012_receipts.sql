-- Receipts and credit notes: numbered per issuer without gaps, written by triggers in the statement of their cause.

CREATE TABLE receipt_counters (
    issuer uuid   PRIMARY KEY REFERENCES users (id),
    last   bigint NOT NULL CHECK (last > 0)
);
-- next
CREATE TABLE receipts (
    id         uuid        PRIMARY KEY,
    -- The host, who lets; the platform writes in the host's name.
    issuer     uuid        NOT NULL REFERENCES users (id),
    number     bigint      NOT NULL CHECK (number > 0),
    -- A credit note takes back a part of what a receipt says; a receipt with a refund takes back its credit note, for a
    -- bank that sent the money back.
    kind       text        NOT NULL CHECK (kind IN ('receipt', 'credit_note')),
    booking_id uuid        NOT NULL REFERENCES bookings (id),
    payment_id uuid        NOT NULL REFERENCES payments (id),
    refund_id  uuid        REFERENCES refunds (id),
    -- The number of the receipt or credit note that this one corrects.
    corrects   bigint,
    currency   text        NOT NULL,
    amount     bigint      NOT NULL CHECK (amount > 0),
    -- [{"label": …, "amount": {"amount": …, "currency": …}}]; they sum to the amount.
    lines      jsonb       NOT NULL,
    issued_at  timestamptz NOT NULL,
    UNIQUE (issuer, number),
    CHECK ((kind = 'receipt' AND refund_id IS NULL) = (corrects IS NULL))
);
-- next
CREATE UNIQUE INDEX receipts_once ON receipts (payment_id, kind, coalesce(refund_id, payment_id));
-- next
-- Writes one with the issuer's next number. The counter's row is locked until the commit, so a number is taken if and only
-- if its receipt is there.
CREATE FUNCTION issue_receipt(p payments, kind text, refund uuid, corrects bigint, amount bigint, lines jsonb,
    at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    receipt uuid := gen_random_uuid();
    issuer uuid;
    number bigint;
BEGIN
    SELECT b.host_id INTO issuer FROM bookings b WHERE b.id = p.booking_id;
    INSERT INTO receipt_counters AS c (issuer, last) VALUES (issuer, 1)
    ON CONFLICT ON CONSTRAINT receipt_counters_pkey DO UPDATE SET last = c.last + 1 RETURNING c.last INTO number;
    INSERT INTO receipts (id, issuer, number, kind, booking_id, payment_id, refund_id, corrects, currency, amount, lines,
        issued_at)
    VALUES (receipt, issuer, number, kind, p.booking_id, p.id, refund, corrects, p.currency, amount, lines, at);
    -- The sweeper sends it within the minute.
    INSERT INTO outbox (id, topic, body, created_at, next_send_at)
    VALUES (gen_random_uuid(), 'notifications', jsonb_build_object('type', 'receipt', 'receipt_id', receipt), at, at);
END
$$;
-- next
CREATE FUNCTION receipt_lines(label text, amount bigint, currency text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_array(jsonb_build_object('label', label,
        'amount', jsonb_build_object('amount', amount, 'currency', currency)))
$$;
-- next
CREATE FUNCTION receipts_of_payments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    priced jsonb;
    lines jsonb;
BEGIN
    SELECT b.priced INTO priced FROM bookings b WHERE b.id = NEW.booking_id;
    IF (priced #>> '{total,amount}')::bigint = NEW.captured AND jsonb_array_length(priced -> 'lines') <= 100 THEN
        SELECT jsonb_agg(jsonb_build_object('label', l.line -> 'label', 'amount', l.line -> 'amount') ORDER BY l.place)
        INTO lines FROM jsonb_array_elements(priced -> 'lines') WITH ORDINALITY AS l(line, place);
    END IF;
    PERFORM issue_receipt(NEW, 'receipt', NULL, NULL, NEW.captured,
        coalesce(lines, receipt_lines('Payment for the stay', NEW.captured, NEW.currency)), NEW.updated_at);
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER receipts_follow AFTER UPDATE OF captured ON payments
    FOR EACH ROW WHEN (OLD.captured = 0 AND NEW.captured > 0) EXECUTE FUNCTION receipts_of_payments();
-- next
CREATE FUNCTION receipts_of_refunds() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    p payments%ROWTYPE;
    back boolean := NEW.state = 'failed';
    corrected bigint;
BEGIN
    SELECT * INTO p FROM payments WHERE id = NEW.payment_id;
    IF back THEN
        SELECT r.number INTO corrected FROM receipts r WHERE r.refund_id = NEW.id AND r.kind = 'credit_note';
    ELSE
        SELECT r.number INTO corrected FROM receipts r
        WHERE r.payment_id = p.id AND r.kind = 'receipt' AND r.refund_id IS NULL;
    END IF;
    -- What was paid before there were receipts has none to correct.
    IF corrected IS NOT NULL THEN
        PERFORM issue_receipt(p, CASE WHEN back THEN 'receipt' ELSE 'credit_note' END, NEW.id, corrected, NEW.amount,
            receipt_lines(CASE WHEN back THEN 'Refund that did not arrive' ELSE 'Refund' END, NEW.amount, p.currency),
            NEW.updated_at);
    END IF;
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER receipts_follow AFTER UPDATE OF state ON refunds
    FOR EACH ROW WHEN (NEW.state = 'succeeded' AND OLD.state <> 'succeeded'
        OR OLD.state = 'succeeded' AND NEW.state = 'failed')
    EXECUTE FUNCTION receipts_of_refunds();
-- next
CREATE OR REPLACE FUNCTION limit_role_in_ledger(role_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('REVOKE ALL ON ledger_accounts, ledger_journals, ledger_entries, host_earnings, receipts,
        receipt_counters FROM %I', role_name);
    EXECUTE format('GRANT SELECT ON ledger_accounts, ledger_journals, ledger_entries, host_earnings, receipts TO %I',
        role_name);
    EXECUTE format('REVOKE UPDATE, DELETE ON earning_releases, payout_items, provider_fees, write_offs FROM %I', role_name);
    EXECUTE format('REVOKE DELETE ON payouts, disputes FROM %I', role_name);
    EXECUTE format('REVOKE EXECUTE ON FUNCTION ledger_post(text, text, uuid, text, timestamptz, jsonb),
        issue_receipt(payments, text, uuid, bigint, bigint, jsonb, timestamptz), limit_role_in_ledger(text) FROM %I',
        role_name);
END
$$;
-- next
REVOKE EXECUTE ON FUNCTION issue_receipt(payments, text, uuid, bigint, bigint, jsonb, timestamptz) FROM PUBLIC;
