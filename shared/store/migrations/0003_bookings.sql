-- Quotes, claims on nights, bookings and their audit trail.

CREATE TABLE quotes (
    id               uuid        PRIMARY KEY,
    property_id      uuid        NOT NULL REFERENCES properties (id),
    guest_id         uuid        NOT NULL REFERENCES users (id),
    check_in         date        NOT NULL,
    check_out        date        NOT NULL,
    guests           jsonb       NOT NULL,
    promo_code       text,
    -- The inputs and the result of pricing, so that the quote can be replayed to the same bytes.
    terms            jsonb       NOT NULL,
    night_rules      jsonb       NOT NULL,
    rules_version    integer     NOT NULL,
    priced           jsonb       NOT NULL,
    policy           jsonb       NOT NULL,
    property_version bigint      NOT NULL,
    currency         text        NOT NULL,
    total            bigint      NOT NULL CHECK (total >= 0),
    created_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    CHECK (check_in < check_out),
    CHECK (expires_at > created_at)
);
-- next
CREATE INDEX quotes_by_guest ON quotes (guest_id, created_at);
-- next
CREATE TABLE bookings (
    id              uuid        PRIMARY KEY,
    -- A quote is used once.
    quote_id        uuid        NOT NULL UNIQUE REFERENCES quotes (id),
    property_id     uuid        NOT NULL REFERENCES properties (id),
    unit_id         uuid        NOT NULL REFERENCES units (id),
    host_id         uuid        NOT NULL REFERENCES users (id),
    guest_id        uuid        NOT NULL REFERENCES users (id),
    state           text        NOT NULL CHECK (state IN (
        'pending_payment', 'payment_failed', 'requested', 'confirmed', 'declined', 'expired', 'withdrawn',
        'checked_in', 'completed', 'cancelled_by_guest', 'cancelled_by_host', 'no_show')),
    booking_mode    text        NOT NULL CHECK (booking_mode IN ('instant', 'request')),
    check_in        date        NOT NULL,
    check_out       date        NOT NULL,
    -- The listing's facts at the time of booking; later edits of the listing do not reach them.
    time_zone       text        NOT NULL,
    check_in_time   time        NOT NULL,
    check_out_time  time        NOT NULL,
    check_in_at     timestamptz NOT NULL,
    check_out_at    timestamptz NOT NULL,
    guests          jsonb       NOT NULL,
    priced          jsonb       NOT NULL,
    policy          jsonb       NOT NULL,
    currency        text        NOT NULL,
    total           bigint      NOT NULL CHECK (total >= 0),
    payout          bigint      NOT NULL CHECK (payout >= 0),
    message         text        NOT NULL DEFAULT '' CHECK (length(message) <= 2000),
    -- Guests' names, arrival time, notes: what the guest adds later.
    details         jsonb       NOT NULL DEFAULT '{}',
    -- When pending_payment or requested ends by itself.
    hold_expires_at timestamptz,
    confirmed_at    timestamptz,
    ended_at        timestamptz,
    checked_in_at   timestamptz,
    checked_out_at  timestamptz,
    -- What a cancellation settled: refund, what the host keeps, lines.
    settlement      jsonb,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    version         bigint      NOT NULL DEFAULT 1,
    CHECK (check_in < check_out)
);
-- next
CREATE INDEX bookings_by_guest ON bookings (guest_id, id DESC);
-- next
CREATE INDEX bookings_by_host ON bookings (host_id, id DESC);
-- next
CREATE INDEX bookings_by_property ON bookings (property_id, check_in);
-- next
CREATE INDEX bookings_to_complete ON bookings (check_out_at) WHERE state IN ('confirmed', 'checked_in');
-- next
-- Everything that takes nights off sale: holds, stays, host blocks, nights of foreign calendars.
CREATE TABLE claims (
    id          uuid        PRIMARY KEY,
    unit_id     uuid        NOT NULL REFERENCES units (id),
    kind        text        NOT NULL CHECK (kind IN ('stay', 'block', 'feed')),
    booking_id  uuid        REFERENCES bookings (id),
    -- Stays fill the whole width; host blocks have [0,1), each foreign calendar a lane above, so that two of them may
    -- say the same nights while nothing overlaps a stay.
    lane        int4range   NOT NULL DEFAULT '(,)',
    -- Half-open: the night of check-out is free.
    nights      daterange   NOT NULL,
    -- The nights and the host's preparation around them.
    padded      daterange   NOT NULL,
    note        text        NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    -- When a hold ends by itself; NULL for what stays.
    expires_at  timestamptz,
    released_at timestamptz,
    created_at  timestamptz NOT NULL,
    -- An empty range overlaps nothing and would slip through the exclusion; an unbounded one would never end.
    CHECK (NOT isempty(nights) AND NOT lower_inf(nights) AND NOT upper_inf(nights)),
    CHECK (NOT isempty(padded) AND NOT lower_inf(padded) AND NOT upper_inf(padded) AND padded @> nights),
    CHECK (NOT isempty(lane)),
    CHECK ((kind = 'stay') = (booking_id IS NOT NULL))
);
-- next
-- Before the exclusion constraints, on purpose: of several units offered to one booking the first free one is taken,
-- and the others run into this index without waiting for a neighbour.
CREATE UNIQUE INDEX claims_one_per_booking ON claims (booking_id) WHERE released_at IS NULL;
-- next
ALTER TABLE claims ADD CONSTRAINT claims_no_overlap
    EXCLUDE USING gist (unit_id WITH =, lane WITH &&, nights WITH &&) WHERE (released_at IS NULL);
-- next
ALTER TABLE claims ADD CONSTRAINT claims_preparation
    EXCLUDE USING gist (unit_id WITH =, padded WITH &&) WHERE (released_at IS NULL AND kind = 'stay');
-- next
CREATE INDEX claims_by_booking ON claims (booking_id) WHERE booking_id IS NOT NULL;
-- next
CREATE INDEX claims_to_expire ON claims (expires_at) WHERE released_at IS NULL AND expires_at IS NOT NULL;
-- next
-- The audit trail: one row for each transition, written in its statement, never changed.
CREATE TABLE booking_events (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    booking_id uuid        NOT NULL REFERENCES bookings (id),
    -- The booking's version that the transition made: the order of events, and a guard against telling one twice.
    version    bigint      NOT NULL,
    at         timestamptz NOT NULL,
    event      text        NOT NULL,
    actor      text        NOT NULL CHECK (actor IN ('guest', 'host', 'admin', 'system')),
    actor_id   uuid,
    from_state text,
    to_state   text        NOT NULL,
    details    jsonb       NOT NULL DEFAULT '{}'
);
-- next
CREATE UNIQUE INDEX booking_events_by_booking ON booking_events (booking_id, version);
