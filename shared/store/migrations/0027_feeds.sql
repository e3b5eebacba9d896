-- Calendars of other platforms that hosts let be read. Their nights are claims like any other, in a lane of each calendar's
-- own: two of them may say the same nights, a stay may not lie over either.

CREATE TABLE feeds (
    id              uuid           PRIMARY KEY,
    property_id     uuid           NOT NULL REFERENCES properties (id),
    -- Whose nights it takes.
    unit_id         uuid           NOT NULL REFERENCES units (id),
    -- Its claims have [lane,lane+1).
    lane            integer        NOT NULL CHECK (lane BETWEEN 1 AND 10),
    name            text           NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    -- A way in: whoever has it reads the other calendar. Needed as it is, so it is no digest; told to nobody in full.
    url             text           NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
    -- Why it is not read; NULL while it is.
    disabled        text           CHECK (disabled IN ('by_host', 'failing')),
    next_poll_at    timestamptz    NOT NULL,
    -- A message about it is in the queue until then.
    queued_until    timestamptz,
    -- Set before the other side is called; a claim older than its lease may be taken over.
    claimed_at      timestamptz,
    last_polled_at  timestamptz,
    last_success_at timestamptz,
    -- A stable code.
    last_error      text           CHECK (length(last_error) BETWEEN 1 AND 100),
    failures        integer        NOT NULL DEFAULT 0 CHECK (failures >= 0),
    failing_since   timestamptz,
    -- When the host was told of it.
    warned_at       timestamptz,
    -- What the other side knows its calendar by, and what of ours it was compared with: only where that is the same too does
    -- "not modified" mean that nothing changes here.
    etag            text           CHECK (length(etag) <= 500),
    last_modified   text           CHECK (length(last_modified) <= 100),
    compared_with   text           CHECK (length(compared_with) <= 64),
    -- The nights that it takes here unless a stay has them, and those that it has from us.
    wanted          datemultirange NOT NULL DEFAULT '{}',
    echoed          datemultirange NOT NULL DEFAULT '{}',
    created_at      timestamptz    NOT NULL,
    updated_at      timestamptz    NOT NULL,
    version         bigint         NOT NULL DEFAULT 1,
    UNIQUE (unit_id, lane),
    CHECK ((failures = 0) = (failing_since IS NULL))
);
-- next
CREATE INDEX feeds_by_property ON feeds (property_id, id);
-- next
CREATE INDEX feeds_due ON feeds (next_poll_at) WHERE disabled IS NULL;
-- next
-- What the calendar said when it was last read: nights, and whether they are ours come back. Nobody's names.
CREATE TABLE feed_events (
    feed_id uuid      NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
    number  integer   NOT NULL CHECK (number >= 1),
    nights  daterange NOT NULL CHECK (NOT isempty(nights)),
    own     boolean   NOT NULL,
    PRIMARY KEY (feed_id, number)
);
-- next
-- Stays that lie on nights which a calendar says are taken elsewhere. The stay stands; its host has to choose.
CREATE TABLE feed_conflicts (
    id         uuid        PRIMARY KEY,
    feed_id    uuid        NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
    booking_id uuid        NOT NULL REFERENCES bookings (id),
    -- From the first to the last night in question.
    nights     daterange   NOT NULL CHECK (NOT isempty(nights)),
    found_at   timestamptz NOT NULL,
    -- When the host was last told.
    told_at    timestamptz NOT NULL,
    ended_at   timestamptz,
    -- By stay and not by event: the other side may give it another name and another beginning each day.
    UNIQUE (feed_id, booking_id)
);
-- next
CREATE INDEX feed_conflicts_by_booking ON feed_conflicts (booking_id);
-- next
-- Records what a calendar said at `at`, if the caller's claim on it still holds: then its claims are those of its nights
-- which no stay has. Answers how many stays lie on its nights, and the messages about those of which the host is yet to be
-- told, which are in the outbox; NULL where the claim is lost, and nothing is changed.
--
-- A function, since the order matters: the calendar is locked first and the unit next, and each statement sees what was
-- committed before it. A stay that is booked meanwhile takes its nights from under a claim that is being made, and the
-- rest of that claim is made again.
CREATE FUNCTION apply_feed(
    the_feed uuid, the_claim timestamptz, the_wanted datemultirange, the_echoed datemultirange, the_events jsonb,
    facts jsonb, today date, notice jsonb, at timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    f       feeds;
    own     int4range;
    target  datemultirange;
    missing bigint;
    made    bigint;
    sent    jsonb;
    open    bigint;
BEGIN
    SELECT * INTO f FROM feeds WHERE id = the_feed AND claimed_at = the_claim AND disabled IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM FROM units u WHERE u.id = f.unit_id FOR NO KEY UPDATE;
    own = int4range(f.lane, f.lane + 1);
    FOR attempt IN 1 .. 20 LOOP
        SELECT the_wanted - coalesce(range_agg(c.nights), '{}') INTO target
        FROM claims c WHERE c.unit_id = f.unit_id AND c.kind = 'stay' AND c.released_at IS NULL
          AND c.nights && range_merge(the_wanted);
        -- What has begun keeps its beginning.
        UPDATE claims c SET released_at = at
        WHERE c.unit_id = f.unit_id AND c.kind = 'feed' AND c.lane = own AND c.released_at IS NULL
          AND c.nights && daterange(today, NULL)
          AND NOT EXISTS (SELECT FROM unnest(target) AS t (nights) WHERE t.nights = c.nights * daterange(today, NULL));
        WITH want AS (
            SELECT t.nights FROM unnest(target) AS t (nights)
            WHERE NOT EXISTS (
                SELECT FROM claims c
                WHERE c.unit_id = f.unit_id AND c.kind = 'feed' AND c.lane = own AND c.released_at IS NULL
                  AND c.nights && t.nights)),
        ins AS (
            INSERT INTO claims (id, unit_id, kind, lane, nights, padded, created_at)
            SELECT gen_random_uuid(), f.unit_id, 'feed', own, w.nights, w.nights, at FROM want w ORDER BY w.nights
            ON CONFLICT DO NOTHING RETURNING id)
        SELECT (SELECT count(*) FROM want), (SELECT count(*) FROM ins) INTO missing, made;
        EXIT WHEN made = missing;
    END LOOP;
    IF made < missing THEN
        RAISE EXCEPTION 'the nights of feed % change faster than they can be claimed', the_feed;
    END IF;

    DELETE FROM feed_events e WHERE e.feed_id = the_feed;
    INSERT INTO feed_events (feed_id, number, nights, own)
    SELECT the_feed, e.number, daterange((e.said ->> 0)::date, (e.said ->> 1)::date), (e.said ->> 2)::boolean
    FROM jsonb_array_elements(the_events) WITH ORDINALITY AS e (said, number);
    UPDATE feeds SET wanted = the_wanted, echoed = the_echoed, etag = facts ->> 'etag',
        last_modified = facts ->> 'last_modified', compared_with = facts ->> 'compared_with',
        next_poll_at = (facts ->> 'next_poll_at')::timestamptz, last_polled_at = at, last_success_at = at,
        last_error = NULL, failures = 0, failing_since = NULL, warned_at = NULL, claimed_at = NULL, queued_until = NULL
    WHERE id = the_feed;

    UPDATE feed_conflicts k SET ended_at = at
    WHERE k.feed_id = the_feed AND k.ended_at IS NULL AND NOT EXISTS (
        SELECT FROM claims c WHERE c.booking_id = k.booking_id AND c.unit_id = f.unit_id AND c.released_at IS NULL
          AND c.nights && the_wanted);
    WITH met AS (
        SELECT c.booking_id, range_merge(the_wanted * datemultirange(c.nights)) AS nights
        FROM claims c JOIN bookings b ON b.id = c.booking_id AND b.state IN ('requested', 'confirmed', 'checked_in')
        WHERE c.unit_id = f.unit_id AND c.kind = 'stay' AND c.released_at IS NULL
          AND c.nights && range_merge(the_wanted) AND c.nights && the_wanted),
    told AS (
        -- One that was gone for less than a day is the same one: some calendars flicker.
        INSERT INTO feed_conflicts AS k (id, feed_id, booking_id, nights, found_at, told_at)
        SELECT gen_random_uuid(), the_feed, met.booking_id, met.nights, at, at FROM met
        ON CONFLICT (feed_id, booking_id) DO UPDATE SET nights = excluded.nights, ended_at = NULL,
            found_at = CASE WHEN k.ended_at <= at - interval '1 day' THEN at ELSE k.found_at END,
            told_at = CASE WHEN k.ended_at <= at - interval '1 day' THEN at ELSE k.told_at END
        RETURNING k.id, k.told_at),
    messages AS (
        INSERT INTO outbox (id, topic, body, created_at, next_send_at)
        SELECT gen_random_uuid(), 'notifications', notice || jsonb_build_object('conflict_id', t.id), at,
               at + interval '1 minute'
        FROM told t WHERE t.told_at = at
        RETURNING id, topic, body)
    SELECT (SELECT count(*) FROM told), (SELECT coalesce(jsonb_agg(to_jsonb(m)), '[]') FROM messages m) INTO open, sent;
    RETURN jsonb_build_object('conflicts', open, 'sent', sent);
END
$$;
-- next
-- Takes a calendar of the host's listing away, and gives its nights back. False where there is none.
CREATE FUNCTION delete_feed(the_feed uuid, the_property uuid, the_host uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    gone feeds;
BEGIN
    DELETE FROM feeds f USING properties p
    WHERE f.id = the_feed AND f.property_id = the_property AND p.id = f.property_id AND p.host_id = the_host
    RETURNING f.* INTO gone;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    -- A statement of its own, so that it sees what was claimed while the row was waited for.
    UPDATE claims c SET released_at = at
    WHERE c.unit_id = gone.unit_id AND c.kind = 'feed' AND c.lane = int4range(gone.lane, gone.lane + 1)
      AND c.released_at IS NULL;
    RETURN true;
END
$$;
-- next
-- Nights that a stay gives back are the calendars' that say they are taken elsewhere, before anybody can book them; and a
-- calendar that told them as ours is soon read again.
--
-- A trigger, since stays are called off, moved and cut short by many statements.
CREATE FUNCTION feeds_take_over() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    freed datemultirange := datemultirange(OLD.nights);
BEGIN
    IF NEW.released_at IS NULL AND NEW.unit_id = OLD.unit_id THEN
        freed = freed - datemultirange(NEW.nights);
    END IF;
    -- All of the unit's: what one of them says may be changing this very moment.
    PERFORM FROM feeds f WHERE f.unit_id = OLD.unit_id ORDER BY f.id FOR NO KEY UPDATE;
    IF NOT FOUND OR isempty(freed) THEN
        RETURN NULL;
    END IF;
    IF OLD.kind = 'stay' THEN
        INSERT INTO claims (id, unit_id, kind, lane, nights, padded, created_at)
        SELECT gen_random_uuid(), f.unit_id, 'feed', int4range(f.lane, f.lane + 1), n.nights, n.nights, f.last_success_at
        FROM feeds f CROSS JOIN LATERAL unnest(f.wanted * freed) AS n (nights)
        WHERE f.unit_id = OLD.unit_id AND f.wanted && freed
        ORDER BY f.lane, n.nights
        ON CONFLICT DO NOTHING;
        IF NEW.released_at IS NOT NULL THEN
            UPDATE feed_conflicts k SET ended_at = NEW.released_at
            WHERE k.booking_id = OLD.booking_id AND k.ended_at IS NULL;
        END IF;
    END IF;
    UPDATE feeds f SET next_poll_at = least(f.next_poll_at, f.last_polled_at + interval '5 minutes')
    WHERE f.unit_id = OLD.unit_id AND f.failures = 0 AND f.echoed && freed;
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER claims_feeds_take_over AFTER UPDATE ON claims FOR EACH ROW
    WHEN (OLD.kind <> 'feed' AND OLD.released_at IS NULL
        AND (OLD.unit_id, OLD.nights) IS DISTINCT FROM (NEW.unit_id, NEW.nights)
        OR OLD.kind <> 'feed' AND OLD.released_at IS NULL AND NEW.released_at IS NOT NULL)
    EXECUTE FUNCTION feeds_take_over();
