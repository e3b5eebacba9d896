-- Reviews: two-way, hidden until both are in or the window closes.

CREATE TABLE reviews (
    id           uuid        PRIMARY KEY,
    booking_id   uuid        NOT NULL REFERENCES bookings (id),
    property_id  uuid        NOT NULL REFERENCES properties (id),
    author_id    uuid        NOT NULL REFERENCES users (id),
    subject_id   uuid        NOT NULL REFERENCES users (id),
    -- Who speaks: the guest of the stay and the host, or the host of the guest.
    side         text        NOT NULL CHECK (side IN ('guest', 'host')),
    overall      smallint    NOT NULL CHECK (overall BETWEEN 1 AND 5),
    categories   jsonb       NOT NULL DEFAULT '{}',
    public_text  text        NOT NULL CHECK (length(public_text) BETWEEN 1 AND 5000),
    private_text text        NOT NULL DEFAULT '' CHECK (length(private_text) <= 5000),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    -- When it becomes public at the latest.
    reveal_due_at timestamptz NOT NULL,
    revealed_at  timestamptz,
    removed_at   timestamptz,
    response     text        CHECK (length(response) BETWEEN 1 AND 5000),
    response_at  timestamptz,
    version      bigint      NOT NULL DEFAULT 1,
    UNIQUE (booking_id, side)
);
-- next
CREATE INDEX reviews_by_property ON reviews (property_id, revealed_at DESC, id DESC)
    WHERE revealed_at IS NOT NULL AND removed_at IS NULL AND side = 'guest';
-- next
CREATE INDEX reviews_by_subject ON reviews (subject_id, revealed_at DESC, id DESC)
    WHERE revealed_at IS NOT NULL AND removed_at IS NULL;
-- next
CREATE INDEX reviews_by_author ON reviews (author_id, id DESC);
-- next
CREATE INDEX reviews_to_reveal ON reviews (reveal_due_at) WHERE revealed_at IS NULL AND removed_at IS NULL;
-- next
CREATE TABLE review_reports (
    id          uuid        PRIMARY KEY,
    review_id   uuid        NOT NULL REFERENCES reviews (id),
    reporter_id uuid        NOT NULL REFERENCES users (id),
    reason      text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    created_at  timestamptz NOT NULL,
    UNIQUE (review_id, reporter_id)
);
