-- What the mail service reports of mails that did not arrive, or were not wanted.

CREATE TABLE mail_events (
    -- The mail service's id of the mail, and what became of it: a report that comes twice is one row.
    mail_id     text        NOT NULL CHECK (length(mail_id) BETWEEN 1 AND 200),
    event       text        NOT NULL CHECK (event IN ('hard_bounce', 'soft_bounce', 'complaint')),
    user_id     uuid        NOT NULL REFERENCES users (id),
    -- SHA-256 of the address: it is not the account that takes no mail, but this address.
    address     bytea       NOT NULL,
    -- The mail service's words for it.
    detail      text        NOT NULL CHECK (length(detail) BETWEEN 1 AND 100),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (mail_id, event, user_id)
);
-- next
CREATE INDEX mail_events_by_user ON mail_events (user_id, event);
-- next
CREATE INDEX mail_events_soft ON mail_events (received_at) WHERE event = 'soft_bounce';
