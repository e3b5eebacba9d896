-- Who helps a host with a listing, and with what.

CREATE TABLE cohosts (
    property_id uuid        NOT NULL REFERENCES properties (id),
    user_id     uuid        NOT NULL REFERENCES users (id),
    permissions text[]      NOT NULL CHECK (
        permissions <@ ARRAY['calendar', 'listing'] AND cardinality(permissions) BETWEEN 1 AND 2),
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (property_id, user_id)
);
-- next
CREATE INDEX cohosts_by_user ON cohosts (user_id);
