-- The claim of a booking in a function, and nights that a modification holds for its charge in the claim itself: whoever
-- wants them when the charge took too long takes them over, as those of a hold.

-- While a modification is being paid its claim has the nights of both stays; from grown_until on only those of the stay
-- that is booked count, though the constraints know that only when somebody has moved the claim back.
ALTER TABLE claims ADD COLUMN firm daterange,
    ADD COLUMN firm_padded daterange,
    ADD COLUMN grown_until timestamptz,
    ADD CONSTRAINT claims_grow_from_firm CHECK (
        num_nulls(firm, firm_padded, grown_until) IN (0, 3) AND (firm IS NULL OR NOT isempty(firm)));
-- next
UPDATE claims c SET firm = daterange(b.check_in, b.check_out),
       firm_padded = daterange(b.check_in, b.check_out + m.preparation_nights), grown_until = m.expires_at
FROM modifications m JOIN bookings b ON b.id = m.booking_id
WHERE m.state = 'paying' AND c.booking_id = b.id AND c.released_at IS NULL;
-- next
-- Moves a booking's claim to other nights, on its own unit where they are free, else, where it may, on another one.
-- Answers the unit; NULL where none is free, and the claim is as it was.
CREATE OR REPLACE FUNCTION move_claim(
    the_booking uuid, the_nights daterange, the_padded daterange, to_any_unit boolean) RETURNS uuid
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
            UPDATE claims c SET unit_id = candidate, nights = the_nights, padded = the_padded,
                   firm = NULL, firm_padded = NULL, grown_until = NULL
            WHERE c.id = own.id;
            RETURN candidate;
        EXCEPTION WHEN exclusion_violation THEN
            NULL;
        END;
    END LOOP;
    RETURN NULL;
END
$$;
-- next
-- A modification begins to be paid: its claim says until when it has more nights than its booking.
CREATE FUNCTION claim_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE claims c SET firm = daterange(b.check_in, b.check_out),
           firm_padded = daterange(b.check_in, b.check_out + NEW.preparation_nights), grown_until = NEW.expires_at
    FROM bookings b
    WHERE b.id = NEW.booking_id AND c.booking_id = b.id AND c.released_at IS NULL;
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER modifications_hold_nights AFTER UPDATE OF state ON modifications
    FOR EACH ROW WHEN (NEW.state = 'paying' AND OLD.state <> 'paying') EXECUTE FUNCTION claim_grows();
-- next
-- Ends an open modification without its effect: the claim goes back to the nights of the booking, within those that it
-- has. The caller holds the locks of the claim, the payments and the booking.
CREATE OR REPLACE FUNCTION drop_modification(m modifications, into_state text, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF m.state = 'paying' THEN
        UPDATE claims c SET nights = daterange(b.check_in, b.check_out),
               padded = daterange(b.check_in, least(upper(c.padded), b.check_out + m.preparation_nights)),
               firm = NULL, firm_padded = NULL, grown_until = NULL
        FROM bookings b
        WHERE b.id = m.booking_id AND c.booking_id = b.id AND c.released_at IS NULL
          AND c.nights @> daterange(b.check_in, b.check_out);
    END IF;
    UPDATE modifications SET state = into_state, decided_at = at WHERE id = m.id;
END
$$;
-- next
-- Ends one modification if its time is over, and answers the messages that followed; the notice and the void are messages
-- for a booking and a payment yet to be named. NULL where it is not open any more.
CREATE FUNCTION expire_modification(the_modification uuid, notice jsonb, void jsonb, at timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    m    modifications%ROWTYPE;
    sent jsonb;
BEGIN
    SELECT * INTO m FROM modifications k WHERE k.id = the_modification;
    PERFORM FROM claims c WHERE c.booking_id = m.booking_id AND c.released_at IS NULL FOR NO KEY UPDATE;
    PERFORM FROM payments p WHERE p.modification_id = m.id FOR NO KEY UPDATE;
    PERFORM FROM bookings b WHERE b.id = m.booking_id FOR NO KEY UPDATE;
    SELECT * INTO m FROM modifications k WHERE k.id = the_modification FOR NO KEY UPDATE;
    IF m.state NOT IN ('proposed', 'paying') OR m.expires_at > at THEN
        RETURN NULL;
    END IF;
    PERFORM drop_modification(m, 'expired', at);
    PERFORM tell_modification(m.booking_id, m.id, 'modification_expired', 'system', NULL, at);
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'topic', t.topic, 'body', t.body)), '[]')
    INTO sent
    FROM (SELECT 'notifications' AS topic, notice || jsonb_build_object('booking_id', m.booking_id) AS body
          UNION ALL
          SELECT 'payments', void || jsonb_build_object('payment_id', p.id)
          FROM payments p WHERE p.modification_id = m.id AND p.state IN ('requires_action', 'authorised')) t;
    PERFORM keep_messages(sent, at);
    RETURN sent;
END
$$;
-- next
-- Ends up to `most` modifications whose time is over: {"ended": n, "sent": [message, …]}.
CREATE OR REPLACE FUNCTION expire_modifications(notice jsonb, void jsonb, most integer, at timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    due   uuid;
    ended integer := 0;
    sent  jsonb := '[]';
    fresh jsonb;
BEGIN
    FOR due IN SELECT k.id FROM modifications k
               WHERE k.state IN ('proposed', 'paying') AND k.expires_at <= at ORDER BY k.booking_id LIMIT most
    LOOP
        fresh = expire_modification(due, notice, void, at);
        CONTINUE WHEN fresh IS NULL;
        sent = sent || fresh;
        ended = ended + 1;
    END LOOP;
    RETURN jsonb_build_object('ended', ended, 'sent', sent);
END
$$;
-- next
-- Ends the bookings whose claims the caller has just released and whose claims' locks it holds, so that nothing else moves
-- them meanwhile: their new state, the audit rows, the notices, and the voids of what was set aside. `lapses` is what the
-- booking's table says of holds that are over. Answers the messages, which are in the outbox.
CREATE FUNCTION lapse_bookings(released uuid[], lapses jsonb, void jsonb, at timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    sent jsonb;
BEGIN
    WITH lapsed AS (
        UPDATE bookings b SET state = t.to_state, hold_expires_at = NULL, ended_at = at, updated_at = at,
               version = b.version + 1
        FROM jsonb_to_recordset(lapses)
             AS t(from_state text, declined boolean, event text, to_state text, notice jsonb)
        WHERE b.id = ANY (released) AND b.state = t.from_state
          AND (t.declined IS NULL OR t.declined = coalesce(
              (SELECT p.state = 'failed' FROM payments p WHERE p.booking_id = b.id ORDER BY p.id DESC LIMIT 1),
              false))
        RETURNING b.id, b.version, t.from_state, t.event, t.to_state, t.notice),
    told AS (
        INSERT INTO booking_events (booking_id, version, at, event, actor, from_state, to_state)
        SELECT l.id, l.version, lapse_bookings.at, l.event, 'system', l.from_state, l.to_state FROM lapsed l),
    messages AS (
        INSERT INTO outbox (id, topic, body, created_at, next_send_at)
        SELECT gen_random_uuid(), m.topic, m.body, lapse_bookings.at, lapse_bookings.at + interval '1 minute'
        FROM (SELECT 'notifications' AS topic, l.notice || jsonb_build_object('booking_id', l.id) AS body
              FROM lapsed l
              UNION ALL
              SELECT 'payments', void || jsonb_build_object('payment_id', p.id)
              FROM lapsed l JOIN payments p ON p.booking_id = l.id
              WHERE p.state IN ('requires_action', 'authorised')) m
        RETURNING id, topic, body)
    SELECT coalesce(jsonb_agg(to_jsonb(m)), '[]') INTO sent FROM messages m;
    RETURN sent;
END
$$;
-- next
-- Whoever wants nights of a listing takes them from holds and from modifications that are over: their claims are released
-- or moved back, and what follows for their bookings follows. Answers the messages, which are in the outbox.
--
-- Those who do so lock the listing against each other, or the holds of several units would be ended in opposite orders;
-- where nothing is over nobody waits there. The claims are locked before all else.
CREATE FUNCTION take_over(listing uuid, wanted daterange, lapses jsonb, dropped jsonb, void jsonb, at timestamptz)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    released uuid[];
    due      uuid;
    sent     jsonb;
BEGIN
    PERFORM FROM units u JOIN claims c ON c.unit_id = u.id
    WHERE u.property_id = listing AND c.kind = 'stay' AND c.released_at IS NULL AND c.padded && wanted
      AND (c.expires_at <= at OR c.grown_until <= at);
    IF NOT FOUND THEN
        RETURN '[]';
    END IF;
    PERFORM FROM properties p WHERE p.id = listing FOR NO KEY UPDATE;
    PERFORM FROM claims c JOIN units u ON c.unit_id = u.id
    WHERE u.property_id = listing AND c.kind = 'stay' AND c.released_at IS NULL AND c.padded && wanted
      AND (c.expires_at <= at OR c.grown_until <= at)
    ORDER BY c.id FOR NO KEY UPDATE OF c;
    WITH rel AS (
        UPDATE claims c SET released_at = at FROM units u
        WHERE u.property_id = listing AND c.unit_id = u.id AND c.kind = 'stay' AND c.released_at IS NULL
          AND c.expires_at <= at AND c.padded && wanted
        RETURNING c.booking_id)
    SELECT array_agg(rel.booking_id) INTO released FROM rel;
    sent = lapse_bookings(released, lapses, void, at);
    FOR due IN
        SELECT m.id FROM units u
        JOIN claims c ON c.unit_id = u.id AND c.released_at IS NULL AND c.grown_until <= at AND c.padded && wanted
        JOIN modifications m ON m.booking_id = c.booking_id AND m.state = 'paying'
        WHERE u.property_id = listing
    LOOP
        sent = sent || coalesce(expire_modification(due, dropped, void, at), '[]');
    END LOOP;
    RETURN sent;
END
$$;
-- next
-- Books a quote: claims the nights on the first free unit and makes the booking. `facts` are columns of the booking that
-- neither the quote nor the claim says. Answers whether the listing is as it was read, the messages of bookings that lost
-- their nights, and the booking, whose id is NULL where somebody has the nights.
--
-- A function, so that its statements are planned once in a session and not with each call.
CREATE FUNCTION book_quote(
    the_booking uuid, the_claim uuid, the_quote uuid, listing uuid, listing_version bigint, stay daterange,
    prepared daterange, hold_until timestamptz, facts jsonb, lapses jsonb, dropped jsonb, void jsonb, at timestamptz,
    OUT is_current boolean, OUT sent jsonb, OUT booking bookings)
LANGUAGE plpgsql AS $$
BEGIN
    is_current = true;
    sent = '[]';
    -- Somebody has nights of every unit for good: a refusal locks nothing, and so writes nothing.
    PERFORM FROM units u
    WHERE u.property_id = listing AND NOT EXISTS (
        SELECT FROM claims c
        WHERE c.unit_id = u.id AND c.released_at IS NULL AND c.nights && stay
          AND (c.expires_at IS NULL OR c.expires_at > at) AND (c.grown_until IS NULL OR c.firm && stay));
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- By its key, so that it is not archived meanwhile.
    PERFORM FROM properties p
    WHERE p.id = listing AND p.version = listing_version AND p.state = 'published' FOR KEY SHARE;
    IF NOT FOUND THEN
        is_current = false;
        RETURN;
    END IF;
    sent = take_over(listing, prepared, lapses, dropped, void, at);
    WITH claimed AS (
        INSERT INTO claims (id, unit_id, kind, booking_id, nights, padded, expires_at, created_at)
        SELECT the_claim, u.id, 'stay', the_booking, stay, prepared, hold_until, at
        FROM units u WHERE u.property_id = listing
        ORDER BY u.ordinal
        ON CONFLICT DO NOTHING RETURNING unit_id),
    b AS (
        INSERT INTO bookings (id, quote_id, property_id, unit_id, host_id, guest_id, state, booking_mode,
            check_in, check_out, time_zone, check_in_time, check_out_time, check_in_at, check_out_at, guests,
            priced, policy, currency, total, payout, message, promotion_id, hold_expires_at, created_at, updated_at)
        SELECT the_booking, q.id, q.property_id, claimed.unit_id, p.host_id, q.guest_id, f.state, f.booking_mode,
            q.check_in, q.check_out, f.time_zone, f.check_in_time, f.check_out_time, f.check_in_at, f.check_out_at,
            q.guests, q.priced, q.policy, q.currency, q.total, f.payout, f.message, q.promotion_id, hold_until, at, at
        FROM claimed JOIN quotes q ON q.id = the_quote JOIN properties p ON p.id = q.property_id
        CROSS JOIN jsonb_populate_record(NULL::bookings, facts) f
        RETURNING *),
    told AS (
        INSERT INTO booking_events (booking_id, version, at, event, actor, actor_id, to_state)
        SELECT b.id, b.version, book_quote.at, 'created', 'guest', b.guest_id, b.state FROM b)
    SELECT b.* INTO booking FROM b;
    -- Counted last, under the promotion's lock; no use left takes all of it back.
    IF booking.promotion_id IS NOT NULL THEN
        PERFORM use_promotion(booking.promotion_id, booking.id, at);
    END IF;
END
$$;
