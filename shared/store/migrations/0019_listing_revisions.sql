-- What strangers see of a listing is kept in a read cache. Each change of it raises the listing's revision in the statement
-- that makes the change, so that the cache can tell old from new, and is on record until the cache was told.

CREATE TABLE listing_revisions (
    property_id uuid        PRIMARY KEY,
    -- Grows with every change of the row or of its photos; a listing without a row here was never changed.
    revision    bigint      NOT NULL CHECK (revision > 0),
    -- The last revision that the cache was told of.
    told        bigint      NOT NULL DEFAULT 0,
    changed_at  timestamptz NOT NULL,
    CHECK (told <= revision)
);
-- next
CREATE INDEX listing_revisions_untold ON listing_revisions (changed_at) WHERE told < revision;
-- next
-- A trigger, since ratings, photos and the staff's word come from many statements, and one that is forgotten would show the
-- past for as long as the cache keeps it.
CREATE FUNCTION raise_listing_revision(the_property uuid, at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO listing_revisions AS r (property_id, revision, changed_at) VALUES (the_property, 1, at)
    ON CONFLICT (property_id) DO UPDATE SET revision = r.revision + 1, changed_at = excluded.changed_at
$$;
-- next
CREATE FUNCTION listing_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM raise_listing_revision(NEW.id, NEW.updated_at);
    RETURN NULL;
END
$$;
-- next
CREATE FUNCTION photo_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM raise_listing_revision(NEW.property_id, NEW.updated_at);
    RETURN NULL;
END
$$;
-- next
CREATE TRIGGER listing_revision AFTER UPDATE ON properties
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION listing_changed();
-- next
CREATE TRIGGER listing_revision AFTER INSERT ON photos
    FOR EACH ROW WHEN (NEW.state = 'ready') EXECUTE FUNCTION photo_changed();
-- next
CREATE TRIGGER listing_revision_of_change AFTER UPDATE ON photos
    FOR EACH ROW WHEN (OLD.state = 'ready' OR NEW.state = 'ready') EXECUTE FUNCTION photo_changed();
