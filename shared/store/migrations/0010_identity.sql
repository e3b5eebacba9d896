-- Second factors, changes of address, and the record of what the staff and the owners of accounts did.

ALTER TABLE users
    -- The address that its owner wants, until the mail to it is answered, and the message that asked there.
    ADD COLUMN pending_email text CHECK (length(pending_email) BETWEEN 3 AND 254),
    ADD COLUMN pending_email_message uuid,
    ADD CHECK ((pending_email IS NULL) = (pending_email_message IS NULL));
-- next
-- Time-based one-time passwords (RFC 6238). The secret is needed to check a code, so it is no digest; the disk is
-- encrypted and nothing answers it but the call that makes it.
CREATE TABLE second_factors (
    user_id      uuid        PRIMARY KEY REFERENCES users (id),
    secret       bytea       NOT NULL CHECK (length(secret) = 20),
    created_at   timestamptz NOT NULL,
    -- It is asked for at sign-in from then on.
    confirmed_at timestamptz,
    -- The time step of the last code that was taken: each code is good once.
    last_step    bigint
);
-- next
CREATE TABLE recovery_codes (
    user_id    uuid        NOT NULL REFERENCES users (id),
    digest     bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (user_id, digest)
);
-- next
-- What was done that somebody may have to answer for. Each row seals the one before it: `hash` is over the row and
-- `previous`, so that nothing can be changed, taken out or slipped in without breaking the chain from there on.
CREATE TABLE audit_log (
    seq          bigint      PRIMARY KEY,
    at           timestamptz NOT NULL,
    -- Who did it; NULL where it is not known, or the system itself.
    actor_id     uuid,
    action       text        NOT NULL CHECK (length(action) BETWEEN 1 AND 64),
    subject_kind text        NOT NULL CHECK (subject_kind IN ('user', 'property', 'review', 'booking', 'payment')),
    subject_id   uuid        NOT NULL,
    reason       text        CHECK (length(reason) BETWEEN 1 AND 1000),
    previous     bytea       NOT NULL,
    hash         bytea       NOT NULL
);
-- next
CREATE INDEX audit_log_by_subject ON audit_log (subject_id, seq DESC);
-- next
CREATE FUNCTION audit_hash(entry audit_log) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(entry.previous || convert_to(jsonb_build_array(
        entry.seq, to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), entry.actor_id, entry.action,
        entry.subject_kind, entry.subject_id, entry.reason)::text, 'UTF8'))
$$;
-- next
CREATE FUNCTION seal_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One after another, until the end of the transaction: the chain has no forks.
    PERFORM pg_advisory_xact_lock(hashtext('audit_log'));
    SELECT l.seq + 1, l.hash INTO NEW.seq, NEW.previous FROM audit_log l ORDER BY l.seq DESC LIMIT 1;
    IF NEW.previous IS NULL THEN
        NEW.seq := 1;
        NEW.previous := '\x';
    END IF;
    NEW.hash := audit_hash(NEW);
    RETURN NEW;
END
$$;
-- next
CREATE TRIGGER audit_log_seals BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION seal_audit_entry();
-- next
CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
-- next
CREATE TRIGGER audit_log_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();
-- next
-- The first entry at which the chain does not hold; NULL where it does.
CREATE FUNCTION audit_log_broken_at() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT min(l.seq) FROM (
        SELECT e.seq, e.previous, e.hash, audit_hash(e) AS computed,
               lag(e.hash, 1, '\x') OVER (ORDER BY e.seq) AS before, row_number() OVER (ORDER BY e.seq) AS place
        FROM audit_log e) l
    WHERE l.hash <> l.computed OR l.previous <> l.before OR l.seq <> l.place
$$;
