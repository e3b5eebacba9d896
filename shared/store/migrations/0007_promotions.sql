-- Promotions: rebates that a guest claims by a code, each for a number of bookings.

CREATE TABLE promotions (
    id           uuid        PRIMARY KEY,
    property_id  uuid        NOT NULL REFERENCES properties (id),
    code         text        NOT NULL CHECK (code ~ '^[A-Z0-9_-]{3,32}$'),
    -- As the domain reads it.
    promotion    jsonb       NOT NULL,
    -- How many bookings may use it; NULL for any number. They are counted, not kept: see promotion_uses.
    max_uses     integer     CHECK (max_uses > 0),
    created_at   timestamptz NOT NULL,
    -- Taken back by the host: new quotes no longer know it, those that stand keep their price.
    withdrawn_at timestamptz
);
-- next
-- A code that was taken back may be given anew.
CREATE UNIQUE INDEX promotions_by_code ON promotions (property_id, code) WHERE withdrawn_at IS NULL;
-- next
ALTER TABLE quotes ADD COLUMN promotion_id uuid REFERENCES promotions (id),
    -- The promotion as it was, for the replay.
    ADD COLUMN promotion jsonb;
-- next
ALTER TABLE bookings ADD COLUMN promotion_id uuid REFERENCES promotions (id);
-- next
CREATE INDEX bookings_by_promotion ON bookings (promotion_id) WHERE promotion_id IS NOT NULL;
-- next
-- How many bookings use a promotion at an instant: those that stand or stood, and holds that are not over. A hold that ran
-- out, a request that was refused or taken back, and a stay that the host called off give the use back by themselves.
CREATE FUNCTION promotion_uses(the_promotion uuid, at timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM bookings b
    WHERE b.promotion_id = the_promotion
      AND (b.state IN ('confirmed', 'checked_in', 'completed', 'cancelled_by_guest', 'no_show')
           OR b.state IN ('pending_payment', 'requested') AND b.hold_expires_at > at)
$$;
-- next
-- Lets a new booking use a promotion, or fails with SQLSTATE IK410 when its uses are spent, which takes the booking back.
--
-- A function, since it must count after it has the lock: a statement counts what was there when it began.
CREATE FUNCTION use_promotion(the_promotion uuid, the_booking uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    most   integer;
    others bigint;
BEGIN
    SELECT p.max_uses INTO most FROM promotions p WHERE p.id = the_promotion FOR NO KEY UPDATE;
    IF most IS NULL THEN
        RETURN true;
    END IF;
    SELECT count(*) INTO others FROM bookings b
    WHERE b.promotion_id = the_promotion AND b.id <> the_booking
      AND (b.state IN ('confirmed', 'checked_in', 'completed', 'cancelled_by_guest', 'no_show')
           OR b.state IN ('pending_payment', 'requested') AND b.hold_expires_at > at);
    IF others >= most THEN
        RAISE EXCEPTION 'the promotion is used up' USING ERRCODE = 'IK410';
    END IF;
    RETURN true;
END
$$;
