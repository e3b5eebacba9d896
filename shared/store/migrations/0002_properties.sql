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
    CHECK (state <> 'published' OR nightly_price IS NOT NULL)
);
-- next
CREATE UNIQUE INDEX properties_source ON properties (host_id, source_ref) WHERE source_ref IS NOT NULL;
-- next
CREATE INDEX properties_by_host ON properties (host_id, id DESC);
-- next
CREATE INDEX properties_newest ON properties (published_at DESC, id DESC) WHERE state = 'published';
-- next
CREATE INDEX properties_by_price ON properties (nightly_price, id) WHERE state = 'published';
-- next
CREATE INDEX properties_by_words ON properties USING gin (words) WHERE state = 'published';
-- next
CREATE INDEX properties_by_place ON properties
    USING gist (ll_to_earth(latitude_e6 / 1000000.0::float8, longitude_e6 / 1000000.0::float8))
    WHERE state = 'published';
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
