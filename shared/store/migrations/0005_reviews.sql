-- Reviews: two-way, hidden until both are in or the window closes.

CREATE TABLE reviews (
    id            uuid        PRIMARY KEY,
    booking_id    uuid        NOT NULL REFERENCES bookings (id),
    property_id   uuid        NOT NULL REFERENCES properties (id),
    author_id     uuid        NOT NULL REFERENCES users (id),
    subject_id    uuid        NOT NULL REFERENCES users (id),
    -- Who speaks: the guest of the stay and the host, or the host of the guest.
    side          text        NOT NULL CHECK (side IN ('guest', 'host')),
    overall       smallint    NOT NULL CHECK (overall BETWEEN 1 AND 5),
    categories    jsonb       NOT NULL CHECK (jsonb_typeof(categories) = 'object'),
    -- A tombstone keeps no words.
    public_text   text        NOT NULL CHECK (length(public_text) <= 5000 AND (public_text <> '') = (removed_at IS NULL)),
    private_text  text        NOT NULL CHECK (length(private_text) <= 5000),
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    -- When it becomes public at the latest: the end of the window in which the other side may write.
    reveal_due_at timestamptz NOT NULL,
    revealed_at   timestamptz,
    removed_at    timestamptz,
    response      text        CHECK (length(response) BETWEEN 1 AND 2000),
    response_at   timestamptz,
    version       bigint      NOT NULL DEFAULT 1,
    UNIQUE (booking_id, side),
    CHECK (author_id <> subject_id),
    -- Before the reveal there is nothing to answer, and a removed review is gone without a trace.
    CHECK (revealed_at IS NOT NULL OR (response IS NULL AND removed_at IS NULL)),
    CHECK ((response IS NULL) = (response_at IS NULL))
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
CREATE INDEX reviews_to_reveal ON reviews (reveal_due_at) WHERE revealed_at IS NULL;
-- next
CREATE TABLE review_reports (
    id          uuid        PRIMARY KEY,
    review_id   uuid        NOT NULL REFERENCES reviews (id),
    reporter_id uuid        NOT NULL REFERENCES users (id),
    reason      text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    created_at  timestamptz NOT NULL,
    UNIQUE (review_id, reporter_id)
);
-- next
-- Makes the waiting reviews of these bookings public at one instant and counts what their guests said of the places.
-- Answers the bookings that had any. The caller holds the bookings' rows.
--
-- Locks are taken in the order bookings, properties, reviews by everyone, and several of a kind by their ids.
CREATE FUNCTION reveal_reviews(stays uuid[], instant timestamptz) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM properties p
    WHERE p.id IN (SELECT r.property_id FROM reviews r WHERE r.booking_id = ANY (stays) AND r.revealed_at IS NULL)
    ORDER BY p.id FOR NO KEY UPDATE;
    RETURN QUERY
    WITH revealed AS (
        UPDATE reviews r SET revealed_at = instant, version = r.version + 1
        WHERE r.booking_id = ANY (stays) AND r.revealed_at IS NULL
        RETURNING r.booking_id, r.property_id, r.side, r.overall),
    counted AS (
        UPDATE properties p SET rating_sum = p.rating_sum + s.rated, rating_count = p.rating_count + s.ratings
        FROM (SELECT v.property_id, sum(v.overall) AS rated, count(*) AS ratings
              FROM revealed v WHERE v.side = 'guest' GROUP BY v.property_id) s
        WHERE p.id = s.property_id)
    SELECT DISTINCT v.booking_id FROM revealed v;
END
$$;
-- next
-- Keeps a review and, where it is the second of its stay, reveals both. Answers it as it then is, or no row where the
-- stay is not completed or this side has another review already. Calling it twice with one id is calling it once.
--
-- A function, since each of its statements sees what was committed while it waited for the booking's row: of two
-- sides that submit at one moment the second sees the first. A WITH has one snapshot, older than the wait.
CREATE FUNCTION submit_review(draft reviews) RETURNS SETOF reviews LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM bookings b WHERE b.id = draft.booking_id AND b.state = 'completed' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO reviews (id, booking_id, property_id, author_id, subject_id, side, overall, categories, public_text,
                         private_text, created_at, updated_at, reveal_due_at)
    VALUES (draft.id, draft.booking_id, draft.property_id, draft.author_id, draft.subject_id, draft.side, draft.overall,
            draft.categories, draft.public_text, draft.private_text, draft.created_at, draft.created_at,
            draft.reveal_due_at)
    ON CONFLICT DO NOTHING;
    IF FOUND AND EXISTS (SELECT FROM reviews r WHERE r.booking_id = draft.booking_id AND r.side <> draft.side) THEN
        PERFORM reveal_reviews(ARRAY[draft.booking_id], draft.created_at);
    END IF;
    RETURN QUERY SELECT * FROM reviews r WHERE r.id = draft.id AND r.author_id = draft.author_id;
END
$$;
-- next
-- Takes a review back for its author: without a trace before the reveal; after it a tombstone stays and the listing's
-- ratings are corrected. Answers whether there was one.
CREATE FUNCTION withdraw_review(review uuid, author uuid, instant timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    gone reviews;
BEGIN
    PERFORM FROM bookings b
    WHERE b.id = (SELECT r.booking_id FROM reviews r WHERE r.id = review AND r.author_id = author)
    FOR NO KEY UPDATE;
    DELETE FROM reviews r WHERE r.id = review AND r.author_id = author AND r.revealed_at IS NULL;
    IF FOUND THEN
        RETURN true;
    END IF;
    PERFORM FROM properties p
    WHERE p.id = (SELECT r.property_id FROM reviews r WHERE r.id = review AND r.author_id = author)
    FOR NO KEY UPDATE;
    UPDATE reviews r SET removed_at = instant, updated_at = instant, version = r.version + 1, categories = '{}',
        public_text = '', private_text = '', response = NULL, response_at = NULL
    WHERE r.id = review AND r.author_id = author AND r.removed_at IS NULL
    RETURNING r.* INTO gone;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF gone.side = 'guest' THEN
        UPDATE properties p SET rating_sum = p.rating_sum - gone.overall, rating_count = p.rating_count - 1
        WHERE p.id = gone.property_id;
    END IF;
    RETURN true;
END
$$;
