-- Listings, their units, calendars and photos.

CREATE TABLE properties (
    id                  uuid        PRIMARY KEY,
    host_id             uuid        NOT NULL REFERENCES users (id),
    state               text        NOT NULL CHECK (state IN ('draft', 'published', 'unlisted', 'archived')),
    title               text        NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    description         text        NOT NULL CHECK (length(description) <= 10000),
    kind                text        NOT NULL,
    -- Degrees times a million: exact, and 11 cm fine.
    latitude_e6         integer     NOT NULL CHECK (latitude_e6 BETWEEN -90000000 AND 90000000),
    longitude_e6        integer     NOT NULL CHECK (longitude_e6 BETWEEN -180000000 AND 180000000),
    address             jsonb       NOT NULL,
    time_zone           text        NOT NULL,
    capacity            integer     NOT NULL CHECK (capacity BETWEEN 1 AND 50),
    bedrooms            integer     NOT NULL CHECK (bedrooms BETWEEN 0 AND 50),
    beds                integer     NOT NULL CHECK (beds BETWEEN 0 AND 100),
    -- In halves: 3 is one and a half.
    bathrooms_x2        integer     NOT NULL CHECK (bathrooms_x2 BETWEEN 0 AND 100),
    amenities           text[]      NOT NULL,
    currency            text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- NULL while a draft has no price.
    nightly_price       bigint      CHECK (nightly_price > 0),
    -- All that price and stay rules need, as the domain reads it; the columns beside it serve search.
    terms               jsonb       NOT NULL,
    booking_mode        text        NOT NULL CHECK (booking_mode IN ('instant', 'request')),
    cancellation_policy text        NOT NULL,
    check_in_time       time        NOT NULL,
    check_out_time      time        NOT NULL,
    min_nights          integer     NOT NULL CHECK (min_nights >= 1),
    max_nights          integer     NOT NULL CHECK (max_nights >= min_nights),
    preparation_nights  integer     NOT NULL DEFAULT 0 CHECK (preparation_nights BETWEEN 0 AND 30),
    -- The host's name for it in the system it was imported from.
    source_ref          text        CHECK (length(source_ref) BETWEEN 1 AND 100),
    -- Of revealed guest reviews that were not removed.
    rating_sum          bigint      NOT NULL DEFAULT 0,
    rating_count        integer     NOT NULL DEFAULT 0,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    published_at        timestamptz,
    version             bigint      NOT NULL DEFAULT 1,
    words               tsvector    NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A')
        || setweight(to_tsvector('english', coalesce(address ->> 'city', '') || ' ' || coalesce(address ->> 'region', '')), 'B')
        || setweight(to_tsvector('english', description), 'C')
    ) STORED,
    -- The point on the sphere, for search by place. A column and not an expression in the index: newer servers build
    -- indexes without a search path, and this function's body needs one.
    place               cube        NOT NULL GENERATED ALWAYS AS (
        ll_to_earth(latitude_e6 / 1000000.0::float8, longitude_e6 / 1000000.0::float8)) STORED,
    -- Hundredths of a star, rounded down; 0 until there are three ratings.
    rating_e2           integer     NOT NULL GENERATED ALWAYS AS (
        CASE WHEN rating_count >= 3 THEN (rating_sum * 100 / rating_count)::integer ELSE 0 END) STORED,
    CHECK (state <> 'published' OR (nightly_price IS NOT NULL AND published_at IS NOT NULL))
);
-- next
-- What was archived may be imported anew.
CREATE UNIQUE INDEX properties_source ON properties (host_id, source_ref)
    WHERE source_ref IS NOT NULL AND state <> 'archived';
-- next
CREATE INDEX properties_by_host ON properties (host_id, id DESC);
-- next
CREATE INDEX properties_newest ON properties (published_at DESC, id DESC) WHERE state = 'published';
-- next
CREATE INDEX properties_by_price ON properties (nightly_price, id) WHERE state = 'published';
-- next
CREATE INDEX properties_by_rating ON properties (rating_e2 DESC, id DESC) WHERE state = 'published';
-- next
CREATE INDEX properties_by_words ON properties USING gin (words) WHERE state = 'published';
-- next
CREATE INDEX properties_by_amenities ON properties USING gin (amenities) WHERE state = 'published';
-- next
CREATE INDEX properties_by_place ON properties USING gist (place) WHERE state = 'published';
-- next
CREATE TABLE units (
    id          uuid    PRIMARY KEY,
    property_id uuid    NOT NULL REFERENCES properties (id),
    -- The order in which interchangeable units are filled.
    ordinal     integer NOT NULL CHECK (ordinal BETWEEN 1 AND 500),
    UNIQUE (property_id, ordinal)
);
-- next
-- What the host says of single nights. Blocked nights are claims: they take the night off sale like a stay does.
CREATE TABLE night_rules (
    property_id         uuid        NOT NULL REFERENCES properties (id),
    night               date        NOT NULL,
    price               bigint      CHECK (price > 0),
    min_nights          integer     CHECK (min_nights >= 1),
    max_nights          integer     CHECK (max_nights >= 1),
    closed_to_arrival   boolean     NOT NULL DEFAULT false,
    closed_to_departure boolean     NOT NULL DEFAULT false,
    updated_at          timestamptz NOT NULL,
    PRIMARY KEY (property_id, night)
);
-- next
CREATE TABLE photos (
    id           uuid        PRIMARY KEY,
    property_id  uuid        NOT NULL REFERENCES properties (id),
    -- Smaller comes first; ties by id.
    position     integer     NOT NULL CHECK (position >= 0),
    state        text        NOT NULL CHECK (state IN ('awaiting_upload', 'ready', 'rejected', 'deleted')),
    caption      text        NOT NULL DEFAULT '' CHECK (length(caption) <= 200),
    upload_key   text        NOT NULL UNIQUE,
    public_key   text        UNIQUE,
    content_type text        NOT NULL,
    width        integer     CHECK (width > 0),
    height       integer     CHECK (height > 0),
    -- Why it was rejected; a stable code.
    problem      text,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    CHECK (state <> 'ready' OR public_key IS NOT NULL)
);
-- next
CREATE INDEX photos_by_property ON photos (property_id, position, id) WHERE state <> 'deleted';
-- next
-- Changes single nights of a listing, all or nothing. Answers {} when done, {"taken": [date, …]} when a night that is to
-- be blocked is taken by a stay (and nothing is changed), NULL when the host has no such listing.
--
-- An element of nights is {"night": date, …}: a member that is absent leaves what was said, null takes it back.
-- A function, since the order matters: what the host blocked before is released, then what is to be blocked is
-- inserted, and a refusal takes both back.
CREATE FUNCTION change_calendar(the_property uuid, the_host uuid, nights jsonb, at timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    blocked datemultirange;
    freed   datemultirange;
    touched datemultirange;
    wanted  bigint;
    made    bigint;
BEGIN
    -- One change of a calendar after another.
    PERFORM FROM properties p
    WHERE p.id = the_property AND p.host_id = the_host AND p.state <> 'archived' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    SELECT coalesce(range_agg(daterange(night, night + 1)) FILTER (WHERE n.blocked), '{}'),
           coalesce(range_agg(daterange(night, night + 1)) FILTER (WHERE NOT n.blocked), '{}')
    INTO blocked, freed
    FROM jsonb_to_recordset(nights) AS n (night date, blocked boolean);
    touched = blocked + freed;

    BEGIN
        IF NOT isempty(touched) THEN
            WITH gone AS (
                UPDATE claims c SET released_at = at FROM units u
                WHERE u.property_id = the_property AND c.unit_id = u.id AND c.kind = 'block' AND c.released_at IS NULL
                  AND (c.nights && touched OR c.nights -|- touched)
                RETURNING c.unit_id, c.nights),
            want AS (
                SELECT u.id AS unit_id, unnest(coalesce(g.nights, '{}') + blocked - freed) AS nights
                FROM units u
                LEFT JOIN (SELECT unit_id, range_agg(gone.nights) AS nights FROM gone GROUP BY unit_id) g
                    ON g.unit_id = u.id
                WHERE u.property_id = the_property),
            ins AS (
                -- A lane of their own: a foreign calendar may say the same nights, a stay may not.
                INSERT INTO claims (id, unit_id, kind, lane, nights, padded, created_at)
                SELECT gen_random_uuid(), w.unit_id, 'block', '[0,1)', w.nights, w.nights, at
                FROM want w ORDER BY w.unit_id, w.nights
                ON CONFLICT DO NOTHING RETURNING id)
            SELECT (SELECT count(*) FROM want), (SELECT count(*) FROM ins) INTO wanted, made;
            IF made < wanted THEN
                RAISE EXCEPTION 'nights are taken' USING ERRCODE = 'IK409';
            END IF;
        END IF;

        INSERT INTO night_rules AS r (
            property_id, night, price, min_nights, max_nights, closed_to_arrival, closed_to_departure, updated_at)
        SELECT the_property, n.night,
               CASE WHEN jsonb_exists(n.said, 'price') THEN (n.said ->> 'price')::bigint ELSE o.price END,
               CASE WHEN jsonb_exists(n.said, 'min_nights') THEN (n.said ->> 'min_nights')::integer ELSE o.min_nights END,
               CASE WHEN jsonb_exists(n.said, 'max_nights') THEN (n.said ->> 'max_nights')::integer ELSE o.max_nights END,
               coalesce((n.said ->> 'closed_to_arrival')::boolean, o.closed_to_arrival, false),
               coalesce((n.said ->> 'closed_to_departure')::boolean, o.closed_to_departure, false),
               at
        FROM (SELECT (said ->> 'night')::date AS night, said - 'night' - 'blocked' AS said
              FROM jsonb_array_elements(nights) AS said) n
        LEFT JOIN night_rules o ON o.property_id = the_property AND o.night = n.night
        WHERE n.said <> '{}'
        ON CONFLICT (property_id, night) DO UPDATE SET
            price = excluded.price, min_nights = excluded.min_nights, max_nights = excluded.max_nights,
            closed_to_arrival = excluded.closed_to_arrival, closed_to_departure = excluded.closed_to_departure,
            updated_at = excluded.updated_at;
        RETURN '{}';
    EXCEPTION WHEN SQLSTATE 'IK409' THEN
        RETURN jsonb_build_object('taken', (
            SELECT coalesce(jsonb_agg(DISTINCT night ORDER BY night), '[]')
            FROM units u
            JOIN claims c ON c.unit_id = u.id AND c.kind = 'stay' AND c.released_at IS NULL AND c.nights && blocked
            CROSS JOIN LATERAL unnest(blocked * datemultirange(c.nights)) AS clash
            CROSS JOIN LATERAL (
                SELECT lower(clash) + k AS night FROM generate_series(0, upper(clash) - lower(clash) - 1) AS k) AS dates
            WHERE u.property_id = the_property));
    END;
END
$$;
-- next
-- Takes a listing off the market for good. Answers true when done, false while bookings stand, NULL when the host has
-- no such listing.
--
-- A function, since the lock must be held before the bookings are looked at: a booking that is being made holds the
-- listing's key, and the statement that looks sees what was there when it began.
CREATE FUNCTION archive_property(the_property uuid, the_host uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM properties p
    WHERE p.id = the_property AND p.host_id = the_host AND p.state <> 'archived' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM bookings b WHERE b.property_id = the_property
          AND (b.state IN ('confirmed', 'checked_in')
            OR b.state IN ('pending_payment', 'requested') AND b.hold_expires_at > at))
    THEN
        RETURN false;
    END IF;
    UPDATE properties SET state = 'archived', updated_at = at, version = version + 1 WHERE id = the_property;
    RETURN true;
END
$$;
