-- Conversations of guests and hosts, and what a host lets be written by itself.

CREATE TABLE threads (
    id              uuid        PRIMARY KEY,
    property_id     uuid        NOT NULL REFERENCES properties (id),
    host_id         uuid        NOT NULL REFERENCES users (id),
    guest_id        uuid        NOT NULL REFERENCES users (id),
    -- None for an enquiry.
    booking_id      uuid        REFERENCES bookings (id),
    -- The booking, or for an enquiry the listing: a guest has one conversation about each.
    about           uuid        NOT NULL GENERATED ALWAYS AS (coalesce(booking_id, property_id)) STORED,
    -- The number of its last message, and how many each side wrote: what is unread is a difference, not a count of rows.
    last_seq        integer     NOT NULL DEFAULT 0,
    guest_count     integer     NOT NULL DEFAULT 0,
    host_count      integer     NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    last_message_at timestamptz NOT NULL,
    CONSTRAINT threads_one_about_each UNIQUE (about, guest_id),
    CHECK (guest_id <> host_id),
    CHECK (last_seq = guest_count + host_count)
);
-- next
CREATE INDEX threads_by_guest ON threads (guest_id, last_message_at DESC, id DESC);
-- next
CREATE INDEX threads_by_host ON threads (host_id, last_message_at DESC, id DESC);
-- next
CREATE INDEX threads_by_property ON threads (property_id, last_message_at DESC, id DESC);
-- next
CREATE INDEX threads_by_booking ON threads (booking_id) WHERE booking_id IS NOT NULL;
-- next
CREATE TABLE thread_messages (
    id         uuid        PRIMARY KEY,
    thread_id  uuid        NOT NULL REFERENCES threads (id),
    -- The how-manieth of the thread, and of its side.
    seq        integer     NOT NULL CHECK (seq >= 1),
    side       text        NOT NULL CHECK (side IN ('guest', 'host')),
    side_seq   integer     NOT NULL CHECK (side_seq >= 1),
    -- Of what was written by itself the host.
    author_id  uuid        NOT NULL REFERENCES users (id),
    automated  text        CHECK (automated IN ('on_confirmation', 'before_check_in', 'after_check_out')),
    -- As it was written, and as it is shown before a stay is confirmed; NULL where that is the same. Empty once its
    -- author is erased.
    text       text        NOT NULL CHECK (length(text) <= 4000),
    masked     text        CHECK (length(masked) <= 4100),
    created_at timestamptz NOT NULL,
    UNIQUE (thread_id, seq)
);
-- next
CREATE INDEX thread_messages_by_author ON thread_messages (author_id);
-- next
-- How far each person has read: on the host's side may be several.
CREATE TABLE thread_reads (
    thread_id uuid        NOT NULL REFERENCES threads (id),
    user_id   uuid        NOT NULL REFERENCES users (id),
    -- The last message that was read, and how many of the other side's were by then.
    seq       integer     NOT NULL CHECK (seq >= 0),
    seen      integer     NOT NULL CHECK (seen >= 0),
    read_at   timestamptz NOT NULL,
    PRIMARY KEY (thread_id, user_id)
);
-- next
CREATE INDEX thread_reads_by_user ON thread_reads (user_id);
-- next
CREATE TABLE message_templates (
    property_id uuid        NOT NULL REFERENCES properties (id),
    moment      text        NOT NULL CHECK (moment IN ('on_confirmation', 'before_check_in', 'after_check_out')),
    hours       integer     NOT NULL CHECK (hours BETWEEN 0 AND 336),
    text        text        NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (property_id, moment),
    CHECK (moment <> 'on_confirmation' OR hours = 0)
);
-- next
-- What is to be written by itself, and what was: its key is what makes it once.
CREATE TABLE automated_messages (
    booking_id uuid        NOT NULL REFERENCES bookings (id),
    moment     text        NOT NULL,
    due_at     timestamptz NOT NULL,
    message_id uuid        REFERENCES thread_messages (id),
    sent_at    timestamptz,
    PRIMARY KEY (booking_id, moment),
    CHECK ((sent_at IS NULL) = (message_id IS NULL))
);
-- next
CREATE INDEX automated_messages_due ON automated_messages (due_at) WHERE sent_at IS NULL;
-- next
-- Plans what the host of a booking lets be written about it; what was written stays. What follows a confirmation follows
-- that alone: `confirmed` says that it is this very change.
CREATE FUNCTION plan_messages(the_booking bookings, confirmed boolean) RETURNS void LANGUAGE sql AS $$
    INSERT INTO automated_messages AS a (booking_id, moment, due_at)
    SELECT the_booking.id, t.moment, CASE t.moment
        WHEN 'on_confirmation' THEN the_booking.confirmed_at
        WHEN 'before_check_in' THEN the_booking.check_in_at - t.hours * interval '1 hour'
        ELSE the_booking.check_out_at + t.hours * interval '1 hour' END
    FROM message_templates t
    WHERE t.property_id = the_booking.property_id AND (confirmed OR t.moment <> 'on_confirmation')
    ON CONFLICT (booking_id, moment) DO UPDATE SET due_at = excluded.due_at
        WHERE a.sent_at IS NULL AND a.due_at <> excluded.due_at
$$;
-- next
-- A trigger, since bookings are confirmed, moved and cancelled by many statements, and a forgotten one would write to a
-- guest who does not come.
CREATE FUNCTION booking_plans_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('confirmed', 'checked_in') THEN
        PERFORM plan_messages(NEW, NEW.state = 'confirmed' AND OLD.state <> 'confirmed');
    ELSIF NEW.state <> 'completed' THEN
        DELETE FROM automated_messages a WHERE a.booking_id = NEW.id AND a.sent_at IS NULL;
    END IF;
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER bookings_plan_messages AFTER UPDATE ON bookings FOR EACH ROW
    WHEN ((OLD.state IN ('confirmed', 'checked_in') OR NEW.state IN ('confirmed', 'checked_in'))
        AND (OLD.state, OLD.check_in_at, OLD.check_out_at) IS DISTINCT FROM (NEW.state, NEW.check_in_at, NEW.check_out_at))
    EXECUTE FUNCTION booking_plans_messages();
-- next
-- Sets what is written at a moment of every stay in a listing, or with no text stops it. Stays that are booked follow,
-- but for those whose confirmation is past. Answers whether there was anything to change.
CREATE FUNCTION set_message_template(
    the_property uuid, the_moment text, the_hours integer, the_text text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    IF the_text IS NULL THEN
        DELETE FROM message_templates t WHERE t.property_id = the_property AND t.moment = the_moment;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        DELETE FROM automated_messages a USING bookings b
        WHERE b.property_id = the_property AND b.state IN ('confirmed', 'checked_in', 'completed')
          AND a.booking_id = b.id AND a.moment = the_moment AND a.sent_at IS NULL;
        RETURN true;
    END IF;
    INSERT INTO message_templates AS t (property_id, moment, hours, text, created_at, updated_at)
    VALUES (the_property, the_moment, the_hours, the_text, at, at)
    ON CONFLICT (property_id, moment) DO UPDATE
        SET hours = excluded.hours, text = excluded.text, updated_at = excluded.updated_at;
    PERFORM plan_messages(b, false) FROM bookings b
    WHERE b.property_id = the_property AND b.state IN ('confirmed', 'checked_in');
    RETURN true;
END
$$;
