-- The ledger: double entry, append-only, posted by triggers on the rows of the effects themselves. A charge, a refund, a
-- dispute or a payout cannot be recorded without its journal, nor a journal without it, whoever writes the row; and the
-- functions' role has no right to write here at all. The chart of accounts is in docs/ledger.md.
-- Instants are those of the rows: nothing here asks what time it is.

CREATE TABLE ledger_accounts (
    code text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('asset', 'liability', 'income', 'expense'))
);
-- next
INSERT INTO ledger_accounts (code, kind) VALUES
    ('provider_balance', 'asset'), ('disputed_funds', 'asset'),
    ('host_pending', 'liability'), ('host_payable', 'liability'), ('payouts_in_transit', 'liability'),
    ('refunds_payable', 'liability'), ('taxes_payable', 'liability'),
    ('guest_fees', 'income'), ('host_fees', 'income'),
    ('provider_fees', 'expense'), ('write_offs', 'expense');
-- next
CREATE TABLE ledger_journals (
    id         uuid        PRIMARY KEY,
    event      text        NOT NULL CHECK (event IN (
        'capture', 'refund', 'refund_succeeded', 'refund_returned', 'refund_failed', 'release', 'payout',
        'payout_paid', 'payout_failed', 'dispute_opened', 'dispute_won', 'dispute_lost', 'provider_fee', 'write_off')),
    -- The row that the event happened to: one journal for each.
    subject    text        NOT NULL,
    -- NULL where several bookings share in it.
    booking_id uuid        REFERENCES bookings (id),
    at         timestamptz NOT NULL,
    UNIQUE (event, subject)
);
-- next
CREATE INDEX ledger_journals_by_booking ON ledger_journals (booking_id, at) WHERE booking_id IS NOT NULL;
-- next
CREATE INDEX ledger_journals_by_time ON ledger_journals (at);
-- next
CREATE TABLE ledger_entries (
    journal_id uuid     NOT NULL REFERENCES ledger_journals (id),
    line       smallint NOT NULL CHECK (line > 0),
    account    text     NOT NULL REFERENCES ledger_accounts (code),
    currency   text     NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- In minor units; above zero is a debit, below a credit.
    amount     bigint   NOT NULL CHECK (amount <> 0),
    booking_id uuid     REFERENCES bookings (id),
    host_id    uuid     REFERENCES users (id),
    PRIMARY KEY (journal_id, line)
);
-- next
CREATE INDEX ledger_entries_by_booking ON ledger_entries (booking_id, account);
-- next
CREATE INDEX ledger_entries_by_host ON ledger_entries (host_id, journal_id) WHERE host_id IS NOT NULL;
-- next
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: correct it with a new journal' USING ERRCODE = 'restrict_violation';
END
$$;
-- next
CREATE TRIGGER ledger_journals_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_journals
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
-- next
CREATE TRIGGER ledger_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
-- next
CREATE FUNCTION ledger_is_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    journal uuid := CASE TG_TABLE_NAME WHEN 'ledger_journals' THEN (to_jsonb(NEW) ->> 'id')::uuid
                         ELSE (to_jsonb(NEW) ->> 'journal_id')::uuid END;
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_entries WHERE journal_id = journal) THEN
        RAISE EXCEPTION 'journal % has no entries', journal USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM ledger_entries WHERE journal_id = journal GROUP BY currency HAVING sum(amount) <> 0) THEN
        RAISE EXCEPTION 'journal % does not sum to zero', journal USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
-- next
CREATE CONSTRAINT TRIGGER ledger_journals_balance AFTER INSERT ON ledger_journals
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_is_balanced();
-- next
CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_is_balanced();
-- next
-- How an amount divides, where the booking's price does not say it: {"host": …, "host_fee": …, "guest_fee": …,
-- "taxes": …} in minor units, summing to the amount.
ALTER TABLE payments ADD COLUMN shares jsonb;
-- next
ALTER TABLE refunds ADD COLUMN shares jsonb;
-- next
-- What each booking's host has by the ledger, for finding quickly what is due. Derived: the reconciliation sums the
-- entries anew and compares.
CREATE TABLE host_earnings (
    booking_id      uuid        PRIMARY KEY REFERENCES bookings (id),
    host_id         uuid        NOT NULL REFERENCES users (id),
    currency        text        NOT NULL,
    -- Captured, not released yet.
    pending         bigint      NOT NULL CHECK (pending >= 0),
    -- Released, not sent yet; below zero where the host owes.
    payable         bigint      NOT NULL,
    -- Sent, or on its way.
    paid            bigint      NOT NULL,
    parts_released  integer     NOT NULL DEFAULT 0,
    -- When the next part of what is pending is released; NULL when nothing is.
    next_release_at timestamptz,
    open_disputes   integer     NOT NULL DEFAULT 0 CHECK (open_disputes >= 0),
    updated_at      timestamptz NOT NULL
);
-- next
CREATE INDEX host_earnings_to_release ON host_earnings (next_release_at) WHERE pending > 0 AND open_disputes = 0;
-- next
CREATE INDEX host_earnings_to_pay ON host_earnings (host_id, currency) WHERE payable <> 0;
-- next
CREATE INDEX host_earnings_by_host ON host_earnings (host_id, booking_id);
-- next
-- What was released to a host, part by part.
CREATE TABLE earning_releases (
    booking_id  uuid        NOT NULL REFERENCES bookings (id),
    part        integer     NOT NULL CHECK (part > 0),
    amount      bigint      NOT NULL CHECK (amount > 0),
    released_at timestamptz NOT NULL,
    -- When the part after it is due; NULL after the last.
    next_at     timestamptz,
    PRIMARY KEY (booking_id, part)
);
-- next
CREATE TABLE payouts (
    id               uuid        PRIMARY KEY,
    host_id          uuid        NOT NULL REFERENCES users (id),
    currency         text        NOT NULL,
    amount           bigint      NOT NULL CHECK (amount > 0),
    state            text        NOT NULL CHECK (state IN ('pending', 'paid', 'failed')),
    provider_account text        NOT NULL,
    provider_id      text        UNIQUE,
    -- Why it failed; a stable code.
    failure          text,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    version          bigint      NOT NULL DEFAULT 1
);
-- next
CREATE INDEX payouts_by_host ON payouts (host_id, id DESC);
-- next
CREATE INDEX payouts_open ON payouts (created_at) WHERE state = 'pending';
-- next
-- What a payout is for; below zero where a debt is netted.
CREATE TABLE payout_items (
    payout_id  uuid   NOT NULL REFERENCES payouts (id),
    booking_id uuid   NOT NULL REFERENCES bookings (id),
    amount     bigint NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (payout_id, booking_id)
);
-- next
CREATE TABLE disputes (
    id              uuid        PRIMARY KEY,
    provider_id     text        NOT NULL UNIQUE,
    payment_id      uuid        NOT NULL REFERENCES payments (id),
    currency        text        NOT NULL,
    amount          bigint      NOT NULL CHECK (amount > 0),
    -- The provider's word, such as "fraudulent".
    reason          text        NOT NULL CHECK (length(reason) <= 100),
    state           text        NOT NULL CHECK (state IN ('open', 'won', 'lost')),
    evidence_due_at timestamptz,
    opened_at       timestamptz NOT NULL,
    closed_at       timestamptz,
    updated_at      timestamptz NOT NULL,
    CHECK ((state = 'open') = (closed_at IS NULL))
);
-- next
CREATE INDEX disputes_by_payment ON disputes (payment_id);
-- next
CREATE INDEX disputes_open ON disputes (evidence_due_at) WHERE state = 'open';
-- next
-- What the provider kept for its work.
CREATE TABLE provider_fees (
    provider_id text        PRIMARY KEY CHECK (length(provider_id) <= 255),
    payment_id  uuid        REFERENCES payments (id),
    currency    text        NOT NULL,
    amount      bigint      NOT NULL CHECK (amount > 0),
    at          timestamptz NOT NULL
);
-- next
-- What the staff gives up: money that will not come. Only the reason and the one who decided make it right.
CREATE TABLE write_offs (
    id         uuid        PRIMARY KEY,
    account    text        NOT NULL CHECK (account IN (
        'provider_balance', 'disputed_funds', 'host_payable', 'refunds_payable')),
    booking_id uuid        REFERENCES bookings (id),
    currency   text        NOT NULL,
    -- What is missing in the account; below zero what is too much.
    amount     bigint      NOT NULL CHECK (amount <> 0),
    reason     text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    made_by    uuid        NOT NULL REFERENCES users (id),
    at         timestamptz NOT NULL,
    CHECK (account <> 'host_payable' OR booking_id IS NOT NULL)
);
-- next
-- Posts a journal. `lines` are [account, amount, booking] with amounts that may be zero; such lines are left out, and a
-- journal of nothing else is not posted. What concerns hosts is counted on their earnings in the same breath.
CREATE FUNCTION ledger_post(event text, subject text, booking uuid, currency text, at timestamptz, lines jsonb)
RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    journal uuid := gen_random_uuid();
BEGIN
    IF NOT EXISTS (SELECT FROM jsonb_array_elements(lines) l WHERE (l ->> 1)::bigint <> 0) THEN
        RETURN;
    END IF;
    INSERT INTO ledger_journals (id, event, subject, booking_id, at) VALUES (journal, event, subject, booking, at);
    INSERT INTO ledger_entries (journal_id, line, account, currency, amount, booking_id, host_id)
    SELECT journal, row_number() OVER (ORDER BY l.place), l.line ->> 0, currency, (l.line ->> 1)::bigint, b.id,
           CASE WHEN l.line ->> 0 IN ('host_pending', 'host_payable') THEN b.host_id END
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS l(line, place)
    LEFT JOIN bookings b ON b.id = coalesce((l.line ->> 2)::uuid, booking)
    WHERE (l.line ->> 1)::bigint <> 0;
    INSERT INTO host_earnings (booking_id, host_id, currency, pending, payable, paid, updated_at)
    SELECT DISTINCT n.booking_id, n.host_id, n.currency, 0, 0, 0, at
    FROM ledger_entries n WHERE n.journal_id = journal AND n.host_id IS NOT NULL
    ON CONFLICT DO NOTHING;
    UPDATE host_earnings e SET pending = e.pending + s.pending, payable = e.payable + s.payable, paid = e.paid + s.paid,
           next_release_at = CASE WHEN e.pending + s.pending > 0 THEN coalesce(e.next_release_at,
               CASE WHEN e.parts_released = 0 THEN greatest(b.check_in_at, b.checked_in_at) + interval '24 hours'
                    ELSE at END) END,
           updated_at = at
    FROM (SELECT n.booking_id,
                 coalesce(-sum(n.amount) FILTER (WHERE n.account = 'host_pending'), 0) AS pending,
                 coalesce(-sum(n.amount) FILTER (WHERE n.account = 'host_payable'), 0) AS payable,
                 coalesce(sum(n.amount) FILTER (WHERE n.account = 'host_payable'
                     AND event IN ('payout', 'payout_failed')), 0) AS paid
          FROM ledger_entries n WHERE n.journal_id = journal AND n.host_id IS NOT NULL GROUP BY n.booking_id) s
    JOIN bookings b ON b.id = s.booking_id
    WHERE e.booking_id = s.booking_id;
END
$$;
-- next
-- What stands credited on a booking, share by share. Locks its earnings, so that two that divide come one by one.
CREATE FUNCTION ledger_shares(booking uuid, OUT host bigint, OUT host_fee bigint, OUT guest_fee bigint, OUT taxes bigint,
    OUT pending bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
    SELECT e.pending + e.payable + e.paid, e.pending INTO host, pending
    FROM host_earnings e WHERE e.booking_id = booking FOR UPDATE;
    host := coalesce(host, 0);
    pending := coalesce(pending, 0);
    SELECT coalesce(-sum(n.amount) FILTER (WHERE n.account = 'host_fees'), 0),
           coalesce(-sum(n.amount) FILTER (WHERE n.account = 'guest_fees'), 0),
           coalesce(-sum(n.amount) FILTER (WHERE n.account = 'taxes_payable'), 0)
    INTO host_fee, guest_fee, taxes
    FROM ledger_entries n WHERE n.booking_id = booking;
END
$$;
-- next
-- How what was taken of a guest divides: by the shares that it names; else by what the booking's price has more than
-- stands credited; else in proportion to the price.
CREATE FUNCTION ledger_capture(p payments, taken bigint, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    priced jsonb;
    wanted jsonb;
    has record;
    total bigint;
    host bigint; host_fee bigint; guest_fee bigint; taxes bigint;
BEGIN
    SELECT b.priced INTO priced FROM bookings b WHERE b.id = p.booking_id;
    has := ledger_shares(p.booking_id);
    total := (priced #>> '{total,amount}')::bigint;
    host := (priced #>> '{payout,amount}')::bigint - has.host;
    host_fee := (priced #>> '{host_fee,amount}')::bigint - has.host_fee;
    guest_fee := (priced #>> '{guest_fee,amount}')::bigint - has.guest_fee;
    taxes := total - has.host - has.host_fee - has.guest_fee - has.taxes - host - host_fee - guest_fee;
    IF p.shares IS NOT NULL THEN
        host := (p.shares ->> 'host')::bigint;
        host_fee := (p.shares ->> 'host_fee')::bigint;
        guest_fee := (p.shares ->> 'guest_fee')::bigint;
        taxes := (p.shares ->> 'taxes')::bigint;
    ELSIF least(host, host_fee, guest_fee, taxes) < 0 OR host + host_fee + guest_fee + taxes <> taken THEN
        host_fee := round(taken::numeric * (priced #>> '{host_fee,amount}')::bigint / greatest(total, 1));
        guest_fee := round(taken::numeric * (priced #>> '{guest_fee,amount}')::bigint / greatest(total, 1));
        taxes := round(taken::numeric * (total - (priced #>> '{payout,amount}')::bigint
            - (priced #>> '{host_fee,amount}')::bigint - (priced #>> '{guest_fee,amount}')::bigint) / greatest(total, 1));
        host := taken - host_fee - guest_fee - taxes;
    END IF;
    PERFORM ledger_post('capture', p.id::text, p.booking_id, p.currency, at, jsonb_build_array(
        jsonb_build_array('provider_balance', taken), jsonb_build_array('host_pending', -host),
        jsonb_build_array('host_fees', -host_fee), jsonb_build_array('guest_fees', -guest_fee),
        jsonb_build_array('taxes_payable', -taxes)));
END
$$;
-- next
-- The debits of an amount that goes back: by the shares that are named; else from the host's share with the fee on it,
-- then the guest's fee, then the taxes; what no share covers is written off. Of the host's share what is pending goes
-- first, and what was released already is owed.
CREATE FUNCTION ledger_draw(booking uuid, amount bigint, shares jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    has record;
    base bigint;
    host bigint; host_fee bigint; guest_fee bigint; taxes bigint; rest bigint; of_pending bigint;
BEGIN
    has := ledger_shares(booking);
    IF shares IS NOT NULL THEN
        host_fee := least((shares ->> 'host_fee')::bigint, greatest(has.host_fee, 0));
        guest_fee := least((shares ->> 'guest_fee')::bigint, greatest(has.guest_fee, 0));
        taxes := least((shares ->> 'taxes')::bigint, greatest(has.taxes, 0));
        host := least(amount - host_fee - guest_fee - taxes, greatest(has.host, 0));
    ELSE
        base := greatest(has.host, 0) + greatest(has.host_fee, 0);
        host_fee := CASE WHEN amount >= base THEN greatest(has.host_fee, 0)
                         ELSE round(amount::numeric * greatest(has.host_fee, 0) / base) END;
        host := least(amount, base) - host_fee;
        guest_fee := least(amount - host - host_fee, greatest(has.guest_fee, 0));
        taxes := least(amount - host - host_fee - guest_fee, greatest(has.taxes, 0));
    END IF;
    rest := amount - host - host_fee - guest_fee - taxes;
    of_pending := least(host, has.pending);
    RETURN jsonb_build_array(
        jsonb_build_array('host_pending', of_pending), jsonb_build_array('host_payable', host - of_pending),
        jsonb_build_array('host_fees', host_fee), jsonb_build_array('guest_fees', guest_fee),
        jsonb_build_array('taxes_payable', taxes), jsonb_build_array('write_offs', rest));
END
$$;
-- next
-- The shares of a refund that a cancellation settled in the same statement: its lines say what is for the nights, the
-- fee and the taxes, and the host's fee and the included taxes follow the nights. NULL for any other refund.
CREATE FUNCTION ledger_settled_shares(r refunds, booking uuid) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    b bookings%ROWTYPE;
    nights bigint; fee bigint; added bigint; subtotal bigint; charged_taxes bigint;
    of_platform bigint; included bigint; host_fee bigint; taxes bigint;
BEGIN
    SELECT * INTO b FROM bookings k WHERE k.id = booking;
    IF b.settlement IS NULL OR b.updated_at <> r.created_at
        OR (b.settlement #>> '{refund,amount}')::bigint <> r.amount THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(sum((l #>> '{refund,amount}')::bigint) FILTER (WHERE l ->> 'kind' = 'subtotal'), 0),
           coalesce(sum((l #>> '{refund,amount}')::bigint) FILTER (WHERE l ->> 'kind' = 'guest_fee'), 0),
           coalesce(sum((l #>> '{refund,amount}')::bigint) FILTER (WHERE l ->> 'kind' = 'taxes'), 0)
    INTO nights, fee, added FROM jsonb_array_elements(b.settlement -> 'lines') l;
    IF nights + fee + added <> r.amount THEN
        RETURN NULL;
    END IF;
    subtotal := greatest((b.priced #>> '{subtotal,amount}')::bigint, 1);
    charged_taxes := greatest((b.priced #>> '{taxes,amount}')::bigint, 1);
    SELECT coalesce(sum((t #>> '{amount,amount}')::bigint) FILTER (WHERE NOT (t ->> 'included')::boolean), 0),
           coalesce(sum((t #>> '{amount,amount}')::bigint) FILTER (WHERE (t ->> 'included')::boolean), 0)
    INTO of_platform, included
    FROM jsonb_array_elements(b.priced -> 'tax_shares') t WHERE t ->> 'collected_by' = 'platform';
    host_fee := round(nights::numeric * (b.priced #>> '{host_fee,amount}')::bigint / subtotal);
    taxes := round(added::numeric * of_platform / charged_taxes) + round(nights::numeric * included / subtotal);
    RETURN jsonb_build_object('host', r.amount - host_fee - fee - taxes, 'host_fee', host_fee, 'guest_fee', fee,
        'taxes', taxes);
END
$$;
-- next
CREATE FUNCTION ledger_refund(r refunds, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    p payments%ROWTYPE;
BEGIN
    SELECT * INTO p FROM payments k WHERE k.id = r.payment_id;
    PERFORM ledger_post('refund', r.id::text, p.booking_id, p.currency, at,
        ledger_draw(p.booking_id, r.amount, coalesce(r.shares, ledger_settled_shares(r, p.booking_id)))
        || jsonb_build_array(jsonb_build_array('refunds_payable', -r.amount)));
END
$$;
-- next
-- Posts the opposite of an earlier journal of the same subject.
CREATE FUNCTION ledger_reverse(earlier text, event text, subject text, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    was record;
BEGIN
    SELECT j.booking_id, min(n.currency) AS currency,
           jsonb_agg(jsonb_build_array(n.account, -n.amount, n.booking_id) ORDER BY n.line) AS lines
    INTO was FROM ledger_journals j JOIN ledger_entries n ON n.journal_id = j.id
    WHERE j.event = earlier AND j.subject = subject GROUP BY j.booking_id;
    IF FOUND THEN
        PERFORM ledger_post(event, subject, was.booking_id, was.currency, at, was.lines);
    END IF;
END
$$;
-- next
-- A refund that arrived, and one whose money came back to us.
CREATE FUNCTION ledger_refund_moved(r refunds, arrived boolean, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    p payments%ROWTYPE;
    sign integer := CASE WHEN arrived THEN 1 ELSE -1 END;
BEGIN
    SELECT * INTO p FROM payments k WHERE k.id = r.payment_id;
    PERFORM ledger_post(CASE WHEN arrived THEN 'refund_succeeded' ELSE 'refund_returned' END, r.id::text, p.booking_id,
        p.currency, at, jsonb_build_array(jsonb_build_array('refunds_payable', sign * r.amount),
            jsonb_build_array('provider_balance', -sign * r.amount)));
END
$$;
-- next
CREATE FUNCTION ledger_of_payments() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM ledger_capture(NEW, NEW.captured - OLD.captured, NEW.updated_at);
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER ledger_posts AFTER UPDATE OF captured ON payments
    FOR EACH ROW WHEN (NEW.captured > OLD.captured) EXECUTE FUNCTION ledger_of_payments();
-- next
CREATE FUNCTION ledger_of_refunds() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM ledger_refund(NEW, NEW.created_at);
        RETURN NULL;
    END IF;
    IF OLD.state = 'succeeded' AND NEW.state = 'failed' THEN
        PERFORM ledger_refund_moved(NEW, false, NEW.updated_at);
    END IF;
    IF NEW.state = 'succeeded' THEN
        PERFORM ledger_refund_moved(NEW, true, NEW.updated_at);
    ELSIF NEW.state = 'failed' THEN
        PERFORM ledger_reverse('refund', 'refund_failed', NEW.id::text, NEW.updated_at);
    END IF;
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER ledger_posts_new AFTER INSERT ON refunds FOR EACH ROW EXECUTE FUNCTION ledger_of_refunds();
-- next
CREATE TRIGGER ledger_posts AFTER UPDATE OF state ON refunds
    FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION ledger_of_refunds();
-- next
CREATE FUNCTION ledger_of_releases() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    e host_earnings%ROWTYPE;
BEGIN
    SELECT * INTO e FROM host_earnings WHERE booking_id = NEW.booking_id FOR UPDATE;
    IF NOT FOUND OR e.pending < NEW.amount OR e.parts_released <> NEW.part - 1 OR e.open_disputes > 0
        OR e.next_release_at > NEW.released_at THEN
        -- Somebody was quicker: whoever runs the statement again finds nothing due.
        RAISE EXCEPTION 'this part is not due' USING ERRCODE = 'serialization_failure';
    END IF;
    PERFORM ledger_post('release', NEW.booking_id || ':' || NEW.part, NEW.booking_id, e.currency, NEW.released_at,
        jsonb_build_array(jsonb_build_array('host_pending', NEW.amount), jsonb_build_array('host_payable', -NEW.amount)));
    UPDATE host_earnings SET parts_released = NEW.part,
           next_release_at = CASE WHEN pending > 0 THEN coalesce(NEW.next_at, NEW.released_at) END
    WHERE booking_id = NEW.booking_id;
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER ledger_posts AFTER INSERT ON earning_releases FOR EACH ROW EXECUTE FUNCTION ledger_of_releases();
-- next
CREATE FUNCTION ledger_of_payouts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    items jsonb;
    stale boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.state = 'paid' THEN
            PERFORM ledger_post('payout_paid', NEW.id::text, NULL, NEW.currency, NEW.updated_at, jsonb_build_array(
                jsonb_build_array('payouts_in_transit', NEW.amount), jsonb_build_array('provider_balance', -NEW.amount)));
        ELSIF NEW.state = 'failed' THEN
            PERFORM ledger_reverse('payout', 'payout_failed', NEW.id::text, NEW.updated_at);
        END IF;
        RETURN NULL;
    END IF;
    PERFORM FROM host_earnings e JOIN payout_items i ON i.booking_id = e.booking_id
    WHERE i.payout_id = NEW.id ORDER BY e.booking_id FOR UPDATE OF e;
    SELECT jsonb_agg(jsonb_build_array('host_payable', i.amount, i.booking_id) ORDER BY i.booking_id),
           coalesce(bool_or(e.booking_id IS NULL OR e.currency <> NEW.currency OR e.host_id <> NEW.host_id
               OR i.amount > 0 AND (e.payable < i.amount OR e.open_disputes > 0)
               OR i.amount < 0 AND e.payable > i.amount), true) OR sum(i.amount) <> NEW.amount
    INTO items, stale
    FROM payout_items i LEFT JOIN host_earnings e ON e.booking_id = i.booking_id WHERE i.payout_id = NEW.id;
    IF stale THEN
        RAISE EXCEPTION 'this payout is not due' USING ERRCODE = 'serialization_failure';
    END IF;
    PERFORM ledger_post('payout', NEW.id::text, NULL, NEW.currency, NEW.created_at,
        items || jsonb_build_array(jsonb_build_array('payouts_in_transit', -NEW.amount)));
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER ledger_posts_new AFTER INSERT ON payouts FOR EACH ROW EXECUTE FUNCTION ledger_of_payouts();
-- next
CREATE TRIGGER ledger_posts AFTER UPDATE OF state ON payouts
    FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION ledger_of_payouts();
-- next
CREATE FUNCTION ledger_of_disputes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    booking uuid;
BEGIN
    SELECT p.booking_id INTO booking FROM payments p WHERE p.id = NEW.payment_id;
    IF TG_OP = 'INSERT' THEN
        UPDATE host_earnings SET open_disputes = open_disputes + 1 WHERE booking_id = booking;
        PERFORM ledger_post('dispute_opened', NEW.id::text, booking, NEW.currency, NEW.opened_at, jsonb_build_array(
            jsonb_build_array('disputed_funds', NEW.amount), jsonb_build_array('provider_balance', -NEW.amount)));
    END IF;
    IF NEW.state = 'open' THEN
        RETURN NULL;
    END IF;
    IF NEW.state = 'won' THEN
        PERFORM ledger_reverse('dispute_opened', 'dispute_won', NEW.id::text, NEW.updated_at);
    ELSE
        PERFORM ledger_post('dispute_lost', NEW.id::text, booking, NEW.currency, NEW.updated_at,
            ledger_draw(booking, NEW.amount, NULL)
            || jsonb_build_array(jsonb_build_array('disputed_funds', -NEW.amount)));
    END IF;
    UPDATE host_earnings SET open_disputes = open_disputes - 1 WHERE booking_id = booking;
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER ledger_posts_new AFTER INSERT ON disputes FOR EACH ROW EXECUTE FUNCTION ledger_of_disputes();
-- next
CREATE TRIGGER ledger_posts AFTER UPDATE OF state ON disputes
    FOR EACH ROW WHEN (OLD.state = 'open' AND NEW.state <> 'open') EXECUTE FUNCTION ledger_of_disputes();
-- next
CREATE FUNCTION ledger_of_provider_fees() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM ledger_post('provider_fee', NEW.provider_id, (SELECT booking_id FROM payments WHERE id = NEW.payment_id),
        NEW.currency, NEW.at, jsonb_build_array(
            jsonb_build_array('provider_fees', NEW.amount), jsonb_build_array('provider_balance', -NEW.amount)));
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER ledger_posts AFTER INSERT ON provider_fees FOR EACH ROW EXECUTE FUNCTION ledger_of_provider_fees();
-- next
CREATE FUNCTION ledger_of_write_offs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM ledger_post('write_off', NEW.id::text, NEW.booking_id, NEW.currency, NEW.at, jsonb_build_array(
        jsonb_build_array('write_offs', NEW.amount), jsonb_build_array(NEW.account, -NEW.amount)));
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER ledger_posts AFTER INSERT ON write_offs FOR EACH ROW EXECUTE FUNCTION ledger_of_write_offs();
-- next
-- An arrival that moves takes the first release with it.
CREATE FUNCTION earnings_follow_arrival() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE host_earnings SET next_release_at = greatest(NEW.check_in_at, NEW.checked_in_at) + interval '24 hours'
    WHERE booking_id = NEW.id AND parts_released = 0 AND pending > 0;
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER earnings_follow AFTER UPDATE OF check_in_at, checked_in_at ON bookings
    FOR EACH ROW WHEN (NEW.check_in_at IS DISTINCT FROM OLD.check_in_at
        OR NEW.checked_in_at IS DISTINCT FROM OLD.checked_in_at)
    EXECUTE FUNCTION earnings_follow_arrival();
-- next
-- What was taken and given back before there was a ledger, in the order in which it happened.
CREATE FUNCTION ledger_begin() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    p payments%ROWTYPE;
    r refunds%ROWTYPE;
    posted integer := 0;
BEGIN
    FOR p IN SELECT * FROM payments WHERE captured > 0 ORDER BY captured_at, id LOOP
        PERFORM ledger_capture(p, p.captured, p.captured_at);
        FOR r IN SELECT * FROM refunds WHERE payment_id = p.id AND state <> 'failed' ORDER BY created_at, id LOOP
            PERFORM ledger_refund(r, r.created_at);
            IF r.state = 'succeeded' THEN
                PERFORM ledger_refund_moved(r, true, r.updated_at);
            END IF;
        END LOOP;
        posted := posted + 1;
    END LOOP;
    RETURN posted;
END
$$;
-- next
SELECT ledger_begin()::text;
-- next
DROP FUNCTION ledger_begin();
-- next
-- The functions' role reads the ledger and what is derived from it; the effects' rows are its only way to write.
CREATE FUNCTION limit_role_in_ledger(role_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('REVOKE ALL ON ledger_accounts, ledger_journals, ledger_entries, host_earnings FROM %I', role_name);
    EXECUTE format('GRANT SELECT ON ledger_accounts, ledger_journals, ledger_entries, host_earnings TO %I', role_name);
    EXECUTE format('REVOKE UPDATE, DELETE ON earning_releases, payout_items, provider_fees, write_offs FROM %I', role_name);
    EXECUTE format('REVOKE DELETE ON payouts, disputes FROM %I', role_name);
    EXECUTE format('REVOKE EXECUTE ON FUNCTION ledger_post(text, text, uuid, text, timestamptz, jsonb),
        limit_role_in_ledger(text) FROM %I', role_name);
END
$$;
-- next
REVOKE EXECUTE ON FUNCTION ledger_post(text, text, uuid, text, timestamptz, jsonb), limit_role_in_ledger(text) FROM PUBLIC;
-- next
CREATE OR REPLACE FUNCTION ensure_application_role(role_name text, role_password text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    attempts integer := 0;
BEGIN
    BEGIN
        EXECUTE format('CREATE ROLE %I LOGIN', role_name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    -- Another database's migration may be at the role this very moment, and no lock reaches over databases: the server
    -- says "tuple concurrently updated", and the next attempt finds the role at rest.
    LOOP
        BEGIN
            EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', role_name, role_password);
            EXIT;
        EXCEPTION WHEN internal_error THEN
            attempts := attempts + 1;
            IF attempts >= 50 THEN
                RAISE;
            END IF;
            PERFORM pg_sleep(0.01);
        END;
    END LOOP;
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', role_name);
    EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO %I', role_name);
    -- What only the owner may touch.
    EXECUTE format('REVOKE ALL ON schema_migrations FROM %I', role_name);
    EXECUTE format('REVOKE UPDATE, DELETE ON booking_events FROM %I', role_name);
    EXECUTE format('REVOKE EXECUTE ON FUNCTION ensure_application_role(text, text) FROM %I', role_name);
    PERFORM limit_role_in_ledger(role_name);
END
$$;
