-- The reconciliation of the provider's books with ours, and what it finds.

CREATE TABLE reconciliation_runs (
    id          uuid        PRIMARY KEY,
    -- What was made at the provider in this half-open window is compared.
    window_from timestamptz NOT NULL UNIQUE,
    window_to   timestamptz NOT NULL,
    -- The step that is taken next, and within a list the object after which it goes on.
    step        text        NOT NULL CHECK (step IN (
        'events', 'payments', 'refunds', 'transfers', 'disputes', 'open', 'books', 'done')),
    after       text,
    -- How many objects were compared.
    compared    bigint      NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CHECK (window_from < window_to)
);
-- next
CREATE TABLE findings (
    id            uuid        PRIMARY KEY,
    -- What is wrong; a stable code.
    kind          text        NOT NULL CHECK (kind ~ '^[a-z_]{1,50}$'),
    -- What it is wrong with: an id of ours or of the provider's.
    subject       text        NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    -- What both sides say; ids, states and amounts only.
    details       jsonb       NOT NULL,
    -- `healed` was mended by the run that found it; `settled` by the staff.
    state         text        NOT NULL CHECK (state IN ('open', 'healed', 'settled')),
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    settled_at    timestamptz,
    settled_by    uuid        REFERENCES users (id),
    note          text        CHECK (length(note) BETWEEN 1 AND 500),
    CHECK ((state = 'settled') = (settled_at IS NOT NULL AND settled_by IS NOT NULL AND note IS NOT NULL))
);
-- next
CREATE UNIQUE INDEX findings_open ON findings (kind, subject) WHERE state = 'open';
-- next
CREATE INDEX findings_by_time ON findings (first_seen_at DESC, id DESC);
-- next
-- What is open at our side, oldest first.
CREATE INDEX payments_open ON payments (updated_at) WHERE state IN ('processing', 'requires_action', 'authorised');
-- next
CREATE INDEX refunds_open ON refunds (updated_at) WHERE state = 'pending';
