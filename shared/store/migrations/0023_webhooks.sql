-- Outbound webhooks: who wants to be told, what there is to tell, and how telling it went.
--
-- Events are written by triggers, so that no way of changing a booking, a payment or a review can forget them, in the
-- transaction of the change: an unrevealed review, or a change that is rolled back, leaves no trace. Instants come from
-- the changed rows.

CREATE TABLE webhook_endpoints (
    id                    uuid        PRIMARY KEY,
    owner_id              uuid        NOT NULL REFERENCES users (id),
    url                   text        NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
    description           text        NOT NULL CHECK (length(description) <= 200),
    -- The types that it wants.
    events                text[]      NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 30),
    -- What signs. Needed as it is, so it is no digest; it is answered once, when it is made.
    secret                bytea       NOT NULL CHECK (length(secret) BETWEEN 24 AND 64),
    -- Signs along until then.
    previous_secret       bytea       CHECK (length(previous_secret) BETWEEN 24 AND 64),
    previous_secret_until timestamptz,
    -- Why it is not called; NULL while it is.
    disabled              text        CHECK (disabled IN ('by_owner', 'failing', 'gone')),
    -- When the attempts began to fail that no success has followed.
    failing_since         timestamptz,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    version               bigint      NOT NULL DEFAULT 1,
    CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL))
);
-- next
CREATE INDEX webhook_endpoints_by_owner ON webhook_endpoints (owner_id, id);
-- next
-- The last number of each booking's events.
CREATE TABLE webhook_sequences (
    booking_id uuid   PRIMARY KEY REFERENCES bookings (id),
    last       bigint NOT NULL CHECK (last > 0)
);
-- next
CREATE TABLE webhook_events (
    id         uuid        PRIMARY KEY,
    booking_id uuid        NOT NULL REFERENCES bookings (id),
    -- The order of a booking's events, without gaps.
    sequence   bigint      NOT NULL CHECK (sequence > 0),
    kind       text        NOT NULL CHECK (length(kind) <= 64),
    at         timestamptz NOT NULL,
    -- Ids and states; whoever wants more asks the API.
    data       jsonb       NOT NULL CHECK (jsonb_typeof(data) = 'object'),
    UNIQUE (booking_id, sequence)
);
-- next
CREATE INDEX webhook_events_old ON webhook_events (at);
-- next
CREATE TABLE webhook_deliveries (
    id              uuid        PRIMARY KEY,
    endpoint_id     uuid        NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    event_id        uuid        NOT NULL REFERENCES webhook_events (id) ON DELETE CASCADE,
    -- As on its event: deliveries of one booking to one endpoint go out one after another.
    booking_id      uuid        NOT NULL,
    sequence        bigint      NOT NULL,
    state           text        NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    -- Attempts in all, and since it was last asked for.
    attempts        integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    tries           integer     NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND attempts),
    next_attempt_at timestamptz,
    -- A message about it is in the queue until then.
    queued_until    timestamptz,
    -- Set before the endpoint is called; a claim older than its lease may be taken over.
    claimed_at      timestamptz,
    created_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    UNIQUE (endpoint_id, event_id),
    CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL)),
    CHECK ((state = 'pending') = (ended_at IS NULL))
);
-- next
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at) WHERE state = 'pending';
-- next
CREATE INDEX webhook_deliveries_order ON webhook_deliveries (endpoint_id, booking_id, sequence) WHERE state = 'pending';
-- next
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (endpoint_id, created_at DESC, id DESC);
-- next
CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (event_id);
-- next
CREATE TABLE webhook_attempts (
    delivery_id uuid        NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    number      integer     NOT NULL CHECK (number > 0),
    at          timestamptz NOT NULL,
    -- What the endpoint answered, or why there was no answer; a stable code.
    status      integer     CHECK (status BETWEEN 100 AND 999),
    error       text        CHECK (length(error) BETWEEN 1 AND 100),
    duration_ms bigint      NOT NULL CHECK (duration_ms >= 0),
    PRIMARY KEY (delivery_id, number),
    CHECK (num_nonnulls(status, error) = 1)
);
-- next
-- Writes an event and a delivery for each endpoint that wants it. Called last in every transaction, so the sequence's row
-- is the last lock that is taken.
CREATE FUNCTION emit_webhook_event(the_booking uuid, the_kind text, the_instant timestamptz, the_data jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    wanting uuid[];
    number  bigint;
    event   uuid := gen_random_uuid();
BEGIN
    SELECT array_agg(e.id) INTO wanting FROM webhook_endpoints e
    WHERE e.owner_id = (SELECT b.host_id FROM bookings b WHERE b.id = the_booking)
      AND e.disabled IS NULL AND the_kind = ANY (e.events);
    IF wanting IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO webhook_sequences AS s (booking_id, last) VALUES (the_booking, 1)
    ON CONFLICT (booking_id) DO UPDATE SET last = s.last + 1 RETURNING s.last INTO number;
    INSERT INTO webhook_events (id, booking_id, sequence, kind, at, data)
    VALUES (event, the_booking, number, the_kind, the_instant, the_data);
    -- One may have been deleted since.
    INSERT INTO webhook_deliveries
        (id, endpoint_id, event_id, booking_id, sequence, state, next_attempt_at, created_at)
    SELECT gen_random_uuid(), e.id, event, the_booking, number, 'pending', the_instant, the_instant
    FROM webhook_endpoints e WHERE e.id = ANY (wanting) FOR KEY SHARE OF e;
END
$$;
-- next
CREATE FUNCTION tell_webhooks_of_booking() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_kind text := CASE
        WHEN NEW.to_state IN ('pending_payment', 'payment_failed') THEN NULL
        WHEN NEW.to_state = NEW.from_state THEN 'booking.updated'
        -- A hold that its host was never asked about.
        WHEN NEW.to_state = 'expired' AND NEW.from_state <> 'requested' THEN NULL
        WHEN NEW.to_state IN ('cancelled_by_guest', 'cancelled_by_host') THEN 'booking.cancelled'
        ELSE 'booking.' || NEW.to_state END;
BEGIN
    IF the_kind IS NOT NULL THEN
        PERFORM emit_webhook_event(NEW.booking_id, the_kind, NEW.at, jsonb_build_object(
            'booking_id', NEW.booking_id, 'state', NEW.to_state,
            'property_id', (SELECT b.property_id FROM bookings b WHERE b.id = NEW.booking_id)));
    END IF;
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER booking_events_tell_webhooks AFTER INSERT ON booking_events
    FOR EACH ROW EXECUTE FUNCTION tell_webhooks_of_booking();
-- next
CREATE FUNCTION tell_webhooks_of_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_kind text := CASE
        WHEN NEW.returned > OLD.returned THEN 'payment.refunded'
        WHEN NEW.state = 'disputed' AND OLD.state <> 'disputed' THEN 'payment.disputed'
        WHEN NEW.state = 'captured' AND OLD.captured_at IS NULL THEN 'payment.captured' END;
BEGIN
    IF the_kind IS NOT NULL THEN
        PERFORM emit_webhook_event(NEW.booking_id, the_kind, NEW.updated_at, jsonb_build_object(
            'payment_id', NEW.id, 'booking_id', NEW.booking_id, 'state', NEW.state));
    END IF;
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER payments_tell_webhooks AFTER UPDATE OF state, returned ON payments
    FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.returned <> NEW.returned)
    EXECUTE FUNCTION tell_webhooks_of_payment();
-- next
-- Of what guests said of the host's places; nothing before it is public.
CREATE FUNCTION tell_webhooks_of_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_kind text := CASE
        WHEN OLD.revealed_at IS NULL AND NEW.revealed_at IS NOT NULL AND NEW.removed_at IS NULL THEN 'review.revealed'
        WHEN OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL AND NEW.revealed_at IS NOT NULL
            THEN 'review.removed' END;
BEGIN
    IF the_kind IS NOT NULL THEN
        PERFORM emit_webhook_event(NEW.booking_id, the_kind, coalesce(NEW.removed_at, NEW.revealed_at),
            jsonb_build_object('review_id', NEW.id, 'booking_id', NEW.booking_id, 'property_id', NEW.property_id));
    END IF;
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER reviews_tell_webhooks AFTER UPDATE OF revealed_at, removed_at ON reviews
    FOR EACH ROW WHEN (NEW.side = 'guest') EXECUTE FUNCTION tell_webhooks_of_review();
