-- Links to listings' calendars: whoever has one reads which nights are taken, without signing in. Only a digest is kept:
-- whoever reads the table can use none of them.

CREATE TABLE calendar_links (
    -- A new one takes the place of the old one.
    property_id uuid        PRIMARY KEY REFERENCES properties (id),
    digest      bytea       NOT NULL CHECK (length(digest) = 32),
    created_at  timestamptz NOT NULL
);
