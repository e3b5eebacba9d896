-- What people do not want to be told. A row turns one kind off on one channel; without it the kind is on.

CREATE TABLE notification_preferences (
    user_id       uuid        NOT NULL REFERENCES users (id),
    kind          text        NOT NULL CHECK (length(kind) BETWEEN 1 AND 50),
    channel       text        NOT NULL CHECK (length(channel) BETWEEN 1 AND 50),
    turned_off_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, kind, channel)
);
