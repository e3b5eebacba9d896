-- Extensions, accounts, single-use tokens, the outbox.
-- A line that reads "-- next" parts two statements: the Data API takes one at a time.
-- Instants have no default: whoever writes a row says when.

CREATE EXTENSION IF NOT EXISTS btree_gist;
-- next
CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- next
CREATE EXTENSION IF NOT EXISTS cube;
-- next
CREATE EXTENSION IF NOT EXISTS earthdistance;
-- next
CREATE TABLE users (
    id                  uuid        PRIMARY KEY,
    -- As typed; for addressing mail.
    email               text        NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    -- Normalised; for finding the account. NULL once the account is erased, so that the address is free again.
    email_key           text        UNIQUE,
    name                text        NOT NULL CHECK (length(name) <= 200),
    password_hash       text,
    locale              text        NOT NULL,
    time_zone           text        NOT NULL,
    role                text        NOT NULL CHECK (role IN ('member', 'admin')),
    email_verified_at   timestamptz,
    suspended_at        timestamptz,
    erased_at           timestamptz,
    -- Access tokens issued before this instant are no longer refreshed.
    sessions_valid_from timestamptz NOT NULL,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    version             bigint      NOT NULL DEFAULT 1
);
-- next
-- Tokens sent by mail. Only a digest is kept: whoever reads the table can use none of them.
CREATE TABLE single_use_tokens (
    digest     bytea       PRIMARY KEY,
    user_id    uuid        NOT NULL REFERENCES users (id),
    purpose    text        NOT NULL CHECK (purpose IN ('verify_email', 'password_reset', 'email_change')),
    -- The message whose delivery made the token; several deliveries may make several, all of them good.
    message_id uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    CHECK (expires_at > created_at)
);
-- next
CREATE INDEX single_use_tokens_by_user ON single_use_tokens (user_id, purpose) WHERE used_at IS NULL;
-- next
CREATE INDEX single_use_tokens_ended ON single_use_tokens (expires_at);
-- next
-- Messages, written in the statement of their cause. The consumer sets done_at in the statement of its effect.
CREATE TABLE outbox (
    id           uuid        PRIMARY KEY,
    topic        text        NOT NULL CHECK (topic IN ('payments', 'notifications', 'media')),
    body         jsonb       NOT NULL,
    created_at   timestamptz NOT NULL,
    -- When the sweeper sends it (again), unless it is done by then.
    next_send_at timestamptz NOT NULL,
    sent_count   integer     NOT NULL DEFAULT 0,
    done_at      timestamptz
);
-- next
CREATE INDEX outbox_due ON outbox (next_send_at) WHERE done_at IS NULL;
-- next
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
-- next
-- One row for each mail that was handed to the mail service: a message delivered twice makes no second mail.
CREATE TABLE deliveries (
    message_id uuid        NOT NULL,
    recipient  uuid        NOT NULL REFERENCES users (id),
    -- Set before the mail service is called; a claim older than its lease may be taken over.
    claimed_at timestamptz NOT NULL,
    sent_at    timestamptz,
    -- When and why the mail service refused it for good; a stable code.
    refused_at timestamptz,
    refusal    text        CHECK (length(refusal) BETWEEN 1 AND 100),
    PRIMARY KEY (message_id, recipient),
    CHECK (sent_at IS NULL OR refused_at IS NULL),
    CHECK ((refused_at IS NULL) = (refusal IS NULL))
);
-- next
CREATE INDEX deliveries_ended ON deliveries (coalesce(sent_at, refused_at));
-- next
-- A host's account with the payment provider.
CREATE TABLE host_accounts (
    user_id          uuid        PRIMARY KEY REFERENCES users (id),
    provider_account text        NOT NULL UNIQUE,
    state            text        NOT NULL CHECK (state IN ('pending', 'enabled', 'restricted')),
    requirements     jsonb       NOT NULL DEFAULT '[]',
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL
);
