-- Listings that people want to find again, and show to whom they like.

CREATE TABLE wishlists (
    id           uuid        PRIMARY KEY,
    owner_id     uuid        NOT NULL REFERENCES users (id),
    name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    -- Of the link's token: whoever reads the table can open none. NULL while it is not shared.
    share_digest bytea       UNIQUE CHECK (octet_length(share_digest) = 32),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    version      bigint      NOT NULL DEFAULT 1
);
-- next
CREATE INDEX wishlists_by_owner ON wishlists (owner_id, id DESC);
-- next
CREATE TABLE wishlist_items (
    wishlist_id uuid        NOT NULL REFERENCES wishlists (id) ON DELETE CASCADE,
    property_id uuid        NOT NULL REFERENCES properties (id),
    added_at    timestamptz NOT NULL,
    PRIMARY KEY (wishlist_id, property_id)
);
-- next
CREATE INDEX wishlist_items_in_order ON wishlist_items (wishlist_id, added_at DESC, property_id DESC);
-- next
-- Makes a wishlist. Answers it, or the one that was made under this id before; a row of NULLs where the owner has `most`.
--
-- A function, as the next one: the lock must be held before the rows are counted, since a statement counts what was there
-- when it began.
CREATE FUNCTION create_wishlist(the_id uuid, the_owner uuid, the_name text, most integer, at timestamptz)
RETURNS wishlists LANGUAGE plpgsql AS $$
DECLARE
    made wishlists;
BEGIN
    PERFORM FROM users u WHERE u.id = the_owner AND u.erased_at IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO made FROM wishlists w WHERE w.id = the_id AND w.owner_id = the_owner;
    IF NOT FOUND AND (SELECT count(*) FROM wishlists w WHERE w.owner_id = the_owner) < most THEN
        INSERT INTO wishlists (id, owner_id, name, created_at, updated_at)
        VALUES (the_id, the_owner, the_name, at, at) RETURNING * INTO made;
    END IF;
    RETURN made;
END
$$;
-- next
-- Adds a listing on the market to a wishlist; one that is in already stays where it is. Answers 'done', 'full' where the
-- list has `most`, 'unknown_property' or 'unknown_list'.
CREATE FUNCTION add_to_wishlist(the_list uuid, the_owner uuid, the_property uuid, most integer, at timestamptz)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM wishlists w WHERE w.id = the_list AND w.owner_id = the_owner FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN 'unknown_list';
    END IF;
    IF EXISTS (SELECT FROM wishlist_items i WHERE i.wishlist_id = the_list AND i.property_id = the_property) THEN
        RETURN 'done';
    END IF;
    IF NOT EXISTS (SELECT FROM properties p WHERE p.id = the_property AND p.state = 'published') THEN
        RETURN 'unknown_property';
    END IF;
    IF (SELECT count(*) FROM wishlist_items i WHERE i.wishlist_id = the_list) >= most THEN
        RETURN 'full';
    END IF;
    INSERT INTO wishlist_items (wishlist_id, property_id, added_at) VALUES (the_list, the_property, at);
    UPDATE wishlists w SET updated_at = at, version = w.version + 1 WHERE w.id = the_list;
    RETURN 'done';
END
$$;
