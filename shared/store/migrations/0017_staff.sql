-- Co-hosts who see to the bookings, and what the staff does to listings and reviews.

ALTER TABLE cohosts
    DROP CONSTRAINT cohosts_permissions_check,
    ADD CONSTRAINT cohosts_permissions_check CHECK (
        permissions <@ ARRAY['calendar', 'listing', 'bookings'] AND cardinality(permissions) BETWEEN 1 AND 3);
-- next
ALTER TABLE properties
    -- Since when the staff keeps it off the market.
    ADD COLUMN barred_at timestamptz;
-- next
ALTER TABLE reviews
    -- When the staff removed it.
    ADD COLUMN moderated_at timestamptz,
    ADD CHECK (moderated_at IS NULL OR removed_at IS NOT NULL);
-- next
ALTER TABLE review_reports
    -- What the staff did about it; the reason is in the audit log.
    ADD COLUMN settled_at timestamptz,
    ADD COLUMN settled_by uuid REFERENCES users (id),
    ADD COLUMN outcome    text CHECK (outcome IN ('removed', 'kept')),
    ADD CHECK ((settled_at IS NULL) = (outcome IS NULL) AND (settled_at IS NULL) = (settled_by IS NULL));
-- next
CREATE INDEX review_reports_open ON review_reports (id DESC) WHERE settled_at IS NULL;
-- next
-- The staff's word on a revealed review. A removed one loses its words and its part of the listing's ratings, as where
-- its author takes it back; the complaints of it are settled, and the word is on record with its reason. Answers
-- whether there was such a review; saying it twice is saying it once.
--
-- Locks are taken in the order bookings, properties, reviews, as everywhere.
CREATE FUNCTION moderate_review(review uuid, staff uuid, remove boolean, because text, instant timestamptz)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    gone  reviews;
    known boolean;
BEGIN
    PERFORM FROM bookings b
    WHERE b.id = (SELECT r.booking_id FROM reviews r WHERE r.id = review AND r.revealed_at IS NOT NULL)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF remove THEN
        PERFORM FROM properties p WHERE p.id = (SELECT r.property_id FROM reviews r WHERE r.id = review)
        FOR NO KEY UPDATE;
        UPDATE reviews r SET removed_at = instant, moderated_at = instant, updated_at = instant,
            version = r.version + 1, categories = '{}', public_text = '', private_text = '', response = NULL,
            response_at = NULL
        WHERE r.id = review AND r.removed_at IS NULL
        RETURNING r.* INTO gone;
        known := NOT FOUND;
        IF NOT known AND gone.side = 'guest' THEN
            UPDATE properties p SET rating_sum = p.rating_sum - gone.overall, rating_count = p.rating_count - 1
            WHERE p.id = gone.property_id;
        END IF;
    ELSE
        PERFORM FROM reviews r WHERE r.id = review AND r.removed_at IS NULL;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        known := NOT EXISTS (SELECT FROM review_reports k WHERE k.review_id = review AND k.settled_at IS NULL);
    END IF;
    UPDATE review_reports k SET settled_at = instant, settled_by = staff,
        outcome = CASE WHEN remove THEN 'removed' ELSE 'kept' END
    WHERE k.review_id = review AND k.settled_at IS NULL;
    IF NOT known THEN
        INSERT INTO audit_log (at, actor_id, action, subject_kind, subject_id, reason)
        VALUES (instant, staff, CASE WHEN remove THEN 'review_removed' ELSE 'review_kept' END, 'review', review,
                because);
    END IF;
    RETURN true;
END
$$;
