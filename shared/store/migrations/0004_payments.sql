-- Payments, refunds, and what the provider told us.

CREATE TABLE payments (
    id             uuid        PRIMARY KEY,
    booking_id     uuid        NOT NULL REFERENCES bookings (id),
    guest_id       uuid        NOT NULL REFERENCES users (id),
    state          text        NOT NULL CHECK (state IN (
        'processing', 'requires_action', 'authorised', 'captured', 'partially_refunded', 'refunded', 'failed',
        'cancelled', 'disputed')),
    currency       text        NOT NULL,
    amount         bigint      NOT NULL CHECK (amount > 0),
    captured       bigint      NOT NULL DEFAULT 0 CHECK (captured >= 0),
    -- Of refunds that were asked for and did not fail: the guard against paying back too much.
    refunded       bigint      NOT NULL DEFAULT 0 CHECK (refunded >= 0),
    -- Of refunds that succeeded. A running sum and not a query: of two refunds that end in one moment, the statement
    -- that waits for the row would not see the other's.
    returned       bigint      NOT NULL DEFAULT 0 CHECK (returned >= 0),
    -- The provider's token for the guest's card; never card data.
    payment_method text        NOT NULL CHECK (length(payment_method) <= 200),
    provider_id    text        UNIQUE,
    -- The guest's key: a request that comes again is the same attempt, even where its kept answer is lost.
    request_key    text        NOT NULL CHECK (length(request_key) BETWEEN 1 AND 255),
    -- What the guest must do: {"type": …, "url": …, "client_secret": …}.
    next_action    jsonb,
    -- Why it failed; a stable code.
    failure        text,
    authorised_at  timestamptz,
    captured_at    timestamptz,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    version        bigint      NOT NULL DEFAULT 1,
    CHECK (captured <= amount),
    CHECK (refunded <= captured),
    CHECK (returned <= refunded),
    CHECK (next_action IS NULL OR state = 'requires_action')
);
-- next
-- One live attempt for each booking: the truth behind the idempotency keys.
CREATE UNIQUE INDEX payments_one_live ON payments (booking_id) WHERE state NOT IN ('failed', 'cancelled');
-- next
CREATE UNIQUE INDEX payments_once_per_request ON payments (booking_id, request_key);
-- next
CREATE INDEX payments_by_booking ON payments (booking_id, id);
-- next
CREATE INDEX payments_by_guest ON payments (guest_id, id DESC);
-- next
CREATE TABLE refunds (
    id          uuid        PRIMARY KEY,
    payment_id  uuid        NOT NULL REFERENCES payments (id),
    amount      bigint      NOT NULL CHECK (amount > 0),
    reason      text        NOT NULL CHECK (length(reason) <= 500),
    state       text        NOT NULL CHECK (state IN ('pending', 'succeeded', 'failed')),
    provider_id text        UNIQUE,
    requested_by uuid       REFERENCES users (id),
    -- The requester's key: a request that comes again is the same refund, even where its kept answer is lost.
    request_key text        CHECK (length(request_key) <= 255),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
-- next
CREATE INDEX refunds_by_payment ON refunds (payment_id, id);
-- next
CREATE UNIQUE INDEX refunds_once_per_request ON refunds (payment_id, requested_by, request_key)
    WHERE request_key IS NOT NULL;
-- next
-- The provider's events: stored once, worked from the queue. An event that comes too early stays unprocessed.
CREATE TABLE provider_events (
    id           text        PRIMARY KEY CHECK (length(id) <= 255),
    kind         text        NOT NULL,
    payload      jsonb       NOT NULL,
    received_at  timestamptz NOT NULL,
    processed_at timestamptz
);
-- next
CREATE INDEX provider_events_open ON provider_events (received_at) WHERE processed_at IS NULL;
-- next
-- The page last given to a host for the onboarding; short-lived, and for the host alone.
CREATE TABLE onboarding_links (
    user_id    uuid        PRIMARY KEY REFERENCES host_accounts (user_id),
    url        text        NOT NULL CHECK (length(url) <= 2000),
    expires_at timestamptz NOT NULL
);
