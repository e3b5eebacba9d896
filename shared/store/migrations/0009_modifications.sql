-- Modifications: other dates or another party for a stay that is booked.
-- Locks are taken in the order claims, payments, bookings, modifications.

CREATE TABLE modifications (
    id                 uuid        PRIMARY KEY,
    booking_id         uuid        NOT NULL REFERENCES bookings (id),
    proposed_by        text        NOT NULL CHECK (proposed_by IN ('guest', 'host')),
    proposer_id        uuid        NOT NULL REFERENCES users (id),
    state              text        NOT NULL CHECK (state IN (
        'proposed', 'paying', 'accepted', 'declined', 'withdrawn', 'expired', 'payment_failed')),
    -- The booking that it was reckoned on; another booking is not modified by it.
    from_check_in      date        NOT NULL,
    from_check_out     date        NOT NULL,
    from_guests        jsonb       NOT NULL,
    from_total         bigint      NOT NULL,
    check_in           date        NOT NULL,
    check_out          date        NOT NULL,
    check_in_at        timestamptz NOT NULL,
    check_out_at       timestamptz NOT NULL,
    guests             jsonb       NOT NULL,
    preparation_nights integer     NOT NULL CHECK (preparation_nights BETWEEN 0 AND 30),
    -- The booking's whole price after it, and the lines of the change alone.
    priced             jsonb       NOT NULL,
    lines              jsonb       NOT NULL,
    -- What the guest pays more; less, where it is negative.
    difference         bigint      NOT NULL,
    currency           text        NOT NULL,
    -- The provider's token of the card that is charged.
    payment_method     text        CHECK (length(payment_method) BETWEEN 1 AND 200),
    created_at         timestamptz NOT NULL,
    -- When a proposal lapses, or the hold of one that is being paid.
    expires_at         timestamptz NOT NULL,
    decided_at         timestamptz,
    CHECK (check_in < check_out),
    -- They share a night, so that both together are one range.
    CHECK (check_in < from_check_out AND from_check_in < check_out)
);
-- next
CREATE UNIQUE INDEX modifications_one_open ON modifications (booking_id) WHERE state IN ('proposed', 'paying');
-- next
CREATE INDEX modifications_by_booking ON modifications (booking_id, id DESC);
-- next
CREATE INDEX modifications_due ON modifications (expires_at) WHERE state IN ('proposed', 'paying');
-- next
ALTER TABLE payments ADD COLUMN modification_id uuid REFERENCES modifications (id);
-- next
-- A booking has one live attempt to pay for it, and each modification has one attempt.
CREATE UNIQUE INDEX payments_one_for_modification ON payments (modification_id) WHERE modification_id IS NOT NULL;
-- next
DROP INDEX payments_one_live;
-- next
CREATE UNIQUE INDEX payments_one_live ON payments (booking_id)
    WHERE state NOT IN ('failed', 'cancelled') AND modification_id IS NULL;
-- next
CREATE FUNCTION keep_messages(messages jsonb, at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO outbox (id, topic, body, created_at, next_send_at)
    SELECT m.id, m.topic, m.body, at, at + interval '1 minute'
    FROM jsonb_to_recordset(messages) AS m(id uuid, topic text, body jsonb)
$$;
-- next
-- Moves a booking's claim to other nights, on its own unit where they are free, else, where it may, on another one.
-- Answers the unit; NULL where none is free, and the claim is as it was.
CREATE FUNCTION move_claim(the_booking uuid, the_nights daterange, the_padded daterange, to_any_unit boolean) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    own       claims%ROWTYPE;
    candidate uuid;
BEGIN
    SELECT * INTO own FROM claims c WHERE c.booking_id = the_booking AND c.released_at IS NULL FOR NO KEY UPDATE;
    FOR candidate IN
        SELECT u.id FROM units u
        WHERE u.property_id = (SELECT o.property_id FROM units o WHERE o.id = own.unit_id)
          AND (to_any_unit OR u.id = own.unit_id)
        ORDER BY u.id <> own.unit_id, u.ordinal
    LOOP
        BEGIN
            -- In place: the new nights may overlap the claim's own old ones.
            UPDATE claims c SET unit_id = candidate, nights = the_nights, padded = the_padded WHERE c.id = own.id;
            RETURN candidate;
        EXCEPTION WHEN exclusion_violation THEN
            NULL;
        END;
    END LOOP;
    RETURN NULL;
END
$$;
-- next
-- The audit row of what happened to a booking by a modification; each is a version of the booking.
CREATE FUNCTION tell_modification(
    the_booking uuid, the_modification uuid, what text, actor text, actor_id uuid, at timestamptz) RETURNS void
LANGUAGE sql AS $$
    WITH b AS (
        UPDATE bookings SET version = version + 1, updated_at = at WHERE id = the_booking RETURNING id, version, state)
    INSERT INTO booking_events (booking_id, version, at, event, actor, actor_id, from_state, to_state, details)
    SELECT b.id, b.version, at, what, actor, actor_id, b.state, b.state,
           jsonb_build_object('modification_id', the_modification)
    FROM b
$$;
-- next
-- Keeps a proposal on the booking as it was read. Answers done, stale (the booking has changed), or open (another
-- modification is open).
CREATE FUNCTION propose_modification(draft jsonb, the_version bigint, messages jsonb, at timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    d modifications%ROWTYPE := jsonb_populate_record(NULL::modifications, draft);
BEGIN
    IF EXISTS (SELECT FROM modifications WHERE id = d.id) THEN
        RETURN 'done';
    END IF;
    PERFORM FROM bookings b WHERE b.id = d.booking_id AND b.version = the_version FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN 'stale';
    END IF;
    UPDATE modifications m SET state = 'expired', decided_at = at
    WHERE m.booking_id = d.booking_id AND m.state = 'proposed' AND m.expires_at <= at;
    INSERT INTO modifications SELECT d.* ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN 'open';
    END IF;
    PERFORM tell_modification(d.booking_id, d.id, 'modification_proposed', d.proposed_by, d.proposer_id, at);
    PERFORM keep_messages(messages, at);
    RETURN 'done';
END
$$;
-- next
-- Makes the booking what was proposed; the claim is on its new nights already.
CREATE FUNCTION carry_out_modification(m modifications, unit uuid, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE modifications SET state = 'accepted', decided_at = coalesce(decided_at, at) WHERE id = m.id;
    UPDATE bookings b SET unit_id = unit, check_in = m.check_in, check_out = m.check_out, check_in_at = m.check_in_at,
           check_out_at = m.check_out_at, guests = m.guests, priced = m.priced,
           total = (m.priced #>> '{total,amount}')::bigint, payout = (m.priced #>> '{payout,amount}')::bigint
    WHERE b.id = m.booking_id;
END
$$;
-- next
-- Accepts a proposal: swaps the stays at once, or, where a payment is given, holds the nights of both until it is set
-- aside. Answers done; repeat (it was accepted before); stale (it is over, or the booking or a payment has changed);
-- taken (the nights are not free). Holds that are over on the nights are ended before, by the caller's statement.
CREATE FUNCTION accept_modification(
    the_modification uuid, answerer uuid, side text, payment jsonb, hold_until timestamptz, given_back jsonb,
    messages jsonb, at timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    m    modifications%ROWTYPE;
    b    bookings%ROWTYPE;
    unit uuid;
    held daterange;
    known bigint;
BEGIN
    SELECT * INTO m FROM modifications k WHERE k.id = the_modification;
    PERFORM FROM claims c WHERE c.booking_id = m.booking_id AND c.released_at IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN 'stale';
    END IF;
    PERFORM FROM payments p WHERE p.id IN (SELECT (r ->> 'payment')::uuid FROM jsonb_array_elements(given_back) r)
    ORDER BY p.id FOR NO KEY UPDATE;
    SELECT count(*) INTO known FROM jsonb_array_elements(given_back) r
    JOIN payments p ON p.id = (r ->> 'payment')::uuid AND p.version = (r ->> 'version')::bigint;
    SELECT * INTO b FROM bookings k WHERE k.id = m.booking_id FOR NO KEY UPDATE;
    SELECT * INTO m FROM modifications k WHERE k.id = the_modification FOR NO KEY UPDATE;
    IF m.state IN ('paying', 'accepted') THEN
        RETURN 'repeat';
    END IF;
    IF m.state <> 'proposed' OR m.expires_at <= at OR b.state NOT IN ('confirmed', 'checked_in')
       OR known < jsonb_array_length(given_back)
       OR (b.check_in, b.check_out, b.guests, b.total)
          IS DISTINCT FROM (m.from_check_in, m.from_check_out, m.from_guests, m.from_total) THEN
        RETURN 'stale';
    END IF;
    held = daterange(m.check_in, m.check_out);
    IF payment IS NOT NULL THEN
        held = daterange(least(m.check_in, b.check_in), greatest(m.check_out, b.check_out));
    END IF;
    unit = move_claim(b.id, held, daterange(lower(held), upper(held) + m.preparation_nights), b.state = 'confirmed');
    IF unit IS NULL THEN
        RETURN 'taken';
    END IF;
    IF payment IS NULL THEN
        PERFORM carry_out_modification(m, unit, at);
    ELSE
        UPDATE modifications SET state = 'paying', decided_at = at, expires_at = hold_until WHERE id = m.id;
        UPDATE bookings SET unit_id = unit WHERE id = b.id;
        INSERT INTO payments (id, booking_id, modification_id, guest_id, state, currency, amount, payment_method,
                              request_key, created_at, updated_at)
        VALUES ((payment ->> 'id')::uuid, b.id, m.id, b.guest_id, 'processing', b.currency, m.difference,
                coalesce(payment ->> 'method', (
                    SELECT p.payment_method FROM payments p WHERE p.booking_id = b.id AND p.captured > 0
                    ORDER BY p.id LIMIT 1)), 'modification:' || m.id, at, at);
    END IF;
    UPDATE payments p SET refunded = p.refunded + (r ->> 'amount')::bigint, updated_at = at, version = p.version + 1
    FROM jsonb_array_elements(given_back) r WHERE p.id = (r ->> 'payment')::uuid;
    INSERT INTO refunds (id, payment_id, amount, reason, state, requested_by, created_at, updated_at)
    SELECT (r ->> 'id')::uuid, (r ->> 'payment')::uuid, (r ->> 'amount')::bigint, 'modification', 'pending', answerer, at,
           at
    FROM jsonb_array_elements(given_back) r;
    PERFORM tell_modification(b.id, m.id, 'modification_accepted', side, answerer, at);
    PERFORM keep_messages(messages, at);
    RETURN 'done';
END
$$;
-- next
-- Ends an open modification without its effect: the claim goes back to the nights of the booking, within those that it
-- has. The caller holds the locks of the claim, the payments and the booking.
CREATE FUNCTION drop_modification(m modifications, into_state text, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF m.state = 'paying' THEN
        UPDATE claims c SET nights = daterange(b.check_in, b.check_out),
               padded = daterange(b.check_in, least(upper(c.padded), b.check_out + m.preparation_nights))
        FROM bookings b
        WHERE b.id = m.booking_id AND c.booking_id = b.id AND c.released_at IS NULL
          AND c.nights @> daterange(b.check_in, b.check_out);
    END IF;
    UPDATE modifications SET state = into_state, decided_at = at WHERE id = m.id;
END
$$;
-- next
-- Declines a proposal, or takes it back. Answers done, or stale where it is no longer proposed.
CREATE FUNCTION decline_modification(
    the_modification uuid, answerer uuid, side text, into_state text, messages jsonb, at timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    m modifications%ROWTYPE;
BEGIN
    PERFORM FROM bookings b WHERE b.id = (SELECT booking_id FROM modifications WHERE id = the_modification)
    FOR NO KEY UPDATE;
    SELECT * INTO m FROM modifications k WHERE k.id = the_modification FOR NO KEY UPDATE;
    IF m.state <> 'proposed' OR m.expires_at <= at THEN
        RETURN 'stale';
    END IF;
    PERFORM drop_modification(m, into_state, at);
    PERFORM tell_modification(m.booking_id, m.id, 'modification_' || into_state, side, answerer, at);
    PERFORM keep_messages(messages, at);
    RETURN 'done';
END
$$;
-- next
-- Marks what brought an outcome to light as done.
CREATE FUNCTION close_cause(the_message uuid, the_event text, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE outbox SET done_at = at WHERE id = the_message AND done_at IS NULL;
    UPDATE provider_events SET processed_at = at WHERE id = the_event AND processed_at IS NULL;
END
$$;
-- next
-- The provider has set the difference aside: the stays are swapped. Answers moved; too_late (the modification is over and
-- late_messages let the amount go); stale (the payment was past this).
CREATE FUNCTION modification_authorised(
    the_payment uuid, the_provider_id text, the_message uuid, the_event text, messages jsonb, late_messages jsonb,
    at timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    paid payments%ROWTYPE;
    b    bookings%ROWTYPE;
    m    modifications%ROWTYPE;
    unit uuid;
BEGIN
    PERFORM FROM claims c JOIN payments p ON p.booking_id = c.booking_id
    WHERE p.id = the_payment AND c.released_at IS NULL FOR NO KEY UPDATE OF c;
    UPDATE payments p SET state = 'authorised', provider_id = the_provider_id, authorised_at = at, next_action = NULL,
           failure = NULL, updated_at = at, version = p.version + 1
    WHERE p.id = the_payment AND p.state IN ('processing', 'requires_action') RETURNING * INTO paid;
    IF NOT FOUND THEN
        RETURN 'stale';
    END IF;
    SELECT * INTO b FROM bookings k WHERE k.id = paid.booking_id FOR NO KEY UPDATE;
    SELECT * INTO m FROM modifications k WHERE k.id = paid.modification_id FOR NO KEY UPDATE;
    IF m.state = 'paying' AND b.state IN ('confirmed', 'checked_in') THEN
        -- Within the nights that are held.
        unit = move_claim(b.id, daterange(m.check_in, m.check_out),
                          daterange(m.check_in, m.check_out + m.preparation_nights), false);
    END IF;
    PERFORM close_cause(the_message, the_event, at);
    IF unit IS NULL THEN
        PERFORM keep_messages(late_messages, at);
        RETURN 'too_late';
    END IF;
    PERFORM carry_out_modification(m, unit, at);
    PERFORM tell_modification(b.id, m.id, 'modification_paid', 'system', NULL, at);
    PERFORM keep_messages(messages, at);
    RETURN 'moved';
END
$$;
-- next
-- The difference is not paid: the booking is as it was. Answers moved; too_late (the modification was over before); stale
-- (the payment was past this).
CREATE FUNCTION modification_unpaid(
    the_payment uuid, the_failure text, the_provider_id text, the_message uuid, the_event text, messages jsonb,
    at timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    paid payments%ROWTYPE;
    m    modifications%ROWTYPE;
BEGIN
    PERFORM FROM claims c JOIN payments p ON p.booking_id = c.booking_id
    WHERE p.id = the_payment AND c.released_at IS NULL FOR NO KEY UPDATE OF c;
    UPDATE payments p SET state = 'failed', provider_id = coalesce(the_provider_id, p.provider_id), next_action = NULL,
           failure = the_failure, updated_at = at, version = p.version + 1
    WHERE p.id = the_payment AND p.state IN ('processing', 'requires_action') RETURNING * INTO paid;
    IF NOT FOUND THEN
        RETURN 'stale';
    END IF;
    PERFORM FROM bookings k WHERE k.id = paid.booking_id FOR NO KEY UPDATE;
    SELECT * INTO m FROM modifications k WHERE k.id = paid.modification_id FOR NO KEY UPDATE;
    PERFORM close_cause(the_message, the_event, at);
    IF m.state <> 'paying' THEN
        RETURN 'too_late';
    END IF;
    PERFORM drop_modification(m, 'payment_failed', at);
    PERFORM tell_modification(m.booking_id, m.id, 'modification_payment_failed', 'system', NULL, at);
    PERFORM keep_messages(messages, at);
    RETURN 'moved';
END
$$;
-- next
-- Ends up to `most` modifications whose time is over: {"ended": n, "sent": [message, …]}. The notice and the void are
-- messages for a booking and a payment yet to be named.
CREATE FUNCTION expire_modifications(notice jsonb, void jsonb, most integer, at timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    due    record;
    m      modifications%ROWTYPE;
    ended  integer := 0;
    sent   jsonb := '[]';
    fresh  jsonb;
BEGIN
    FOR due IN SELECT k.id, k.booking_id FROM modifications k
               WHERE k.state IN ('proposed', 'paying') AND k.expires_at <= at ORDER BY k.booking_id LIMIT most
    LOOP
        PERFORM FROM claims c WHERE c.booking_id = due.booking_id AND c.released_at IS NULL FOR NO KEY UPDATE;
        PERFORM FROM payments p WHERE p.modification_id = due.id FOR NO KEY UPDATE;
        PERFORM FROM bookings b WHERE b.id = due.booking_id FOR NO KEY UPDATE;
        SELECT * INTO m FROM modifications k WHERE k.id = due.id FOR NO KEY UPDATE;
        CONTINUE WHEN m.state NOT IN ('proposed', 'paying');
        PERFORM drop_modification(m, 'expired', at);
        PERFORM tell_modification(m.booking_id, m.id, 'modification_expired', 'system', NULL, at);
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'topic', t.topic, 'body', t.body)), '[]')
        INTO fresh
        FROM (SELECT 'notifications' AS topic, notice || jsonb_build_object('booking_id', m.booking_id) AS body
              UNION ALL
              SELECT 'payments', void || jsonb_build_object('payment_id', p.id)
              FROM payments p WHERE p.modification_id = m.id AND p.state IN ('requires_action', 'authorised')) t;
        PERFORM keep_messages(fresh, at);
        sent = sent || fresh;
        ended = ended + 1;
    END LOOP;
    RETURN jsonb_build_object('ended', ended, 'sent', sent);
END
$$;
