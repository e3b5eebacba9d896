-- Searching with mistyped words, and in an order that says what it is made of.

-- The words of all listings, without whose they are: what a mistyped word may have meant. A word stays when the last
-- listing with it goes.
CREATE TABLE search_words (
    word  text PRIMARY KEY CHECK (length(word) BETWEEN 3 AND 30),
    -- Without accents.
    plain text NOT NULL
);
-- next
CREATE INDEX search_words_plain ON search_words (plain);
-- next
CREATE INDEX search_words_alike ON search_words USING gin (plain gin_trgm_ops);
-- next
-- A word without accents and capitals. The extension `unaccent` is not everywhere, and Unicode's decomposition is.
CREATE FUNCTION plain_word(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(regexp_replace(normalize(word, NFKD), '[\u0300-\u036f]', '', 'g'))
$$;
-- next
-- The words of a listing that a search may mean.
CREATE FUNCTION words_of(title text, address jsonb, description text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT w.word
    FROM unnest(tsvector_to_array(to_tsvector('simple', concat_ws(' ', title, address ->> 'city', address ->> 'region',
                                                                  description)))) AS w (word)
    WHERE length(w.word) BETWEEN 3 AND 30 AND w.word !~ '[0-9[:punct:][:space:]]'
$$;
-- next
CREATE FUNCTION listing_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- In one order, so that two listings that bring the same new words do not wait for each other.
    INSERT INTO search_words (word, plain)
    SELECT w.word, plain_word(w.word) FROM words_of(NEW.title, NEW.address, NEW.description) AS w (word) ORDER BY w.word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
-- next
-- Only what is on the market may be searched for.
CREATE TRIGGER listing_words AFTER UPDATE OF state, title, address, description ON properties
    FOR EACH ROW WHEN (NEW.state = 'published') EXECUTE FUNCTION listing_said();
-- next
INSERT INTO search_words (word, plain)
SELECT DISTINCT w.word, plain_word(w.word)
FROM properties p CROSS JOIN LATERAL words_of(p.title, p.address, p.description) AS w (word)
WHERE p.state = 'published'
ON CONFLICT DO NOTHING;
-- next
-- What is looked for; NULL where that is nothing: each word as it is, with other accents, or, where nobody writes it so, as those most like it. Phrases,
-- `or` and `-` are taken at their word.
CREATE FUNCTION tolerant_query(said text) RETURNS tsquery LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN said ~* '"|(^|\s)-|(^|\s)or(\s|$)' THEN websearch_to_tsquery('english', said)
        ELSE (
            SELECT string_agg('(' || t.meant || ')', ' & ')::tsquery
            FROM (
                SELECT (
                    SELECT string_agg(DISTINCT m.query, ' | ')
                    FROM (
                        SELECT plainto_tsquery('english', w.word)::text
                        UNION ALL
                        SELECT plainto_tsquery('english', v.word)::text FROM search_words v
                        WHERE v.plain = plain_word(w.word)
                        UNION ALL
                        SELECT plainto_tsquery('english', a.word)::text
                        FROM (SELECT v.word FROM search_words v
                              WHERE v.plain % plain_word(w.word) AND length(w.word) >= 3
                                AND abs(length(v.plain) - length(w.word)) <= 2
                                AND NOT EXISTS (SELECT FROM search_words k WHERE k.plain = plain_word(w.word))
                              ORDER BY similarity(v.plain, plain_word(w.word)) DESC, v.word LIMIT 5) a
                    ) AS m (query)
                    WHERE m.query <> '') AS meant
                FROM (SELECT u.word FROM unnest(tsvector_to_array(to_tsvector('simple', said))) AS u (word)
                      LIMIT 12) w
            ) t
            WHERE t.meant <> '')
    END
$$;
-- next
-- How good a listing is, whatever is looked for: 0 to 1000 points, in whole numbers all the way. The parts and what they
-- reward are `domain::ranking`'s; a test holds both together.
CREATE FUNCTION listing_quality(
    rating_sum bigint, rating_count integer, description text, amenities text[], booking_mode text, policy text)
RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (
        400 * (CASE WHEN rating_count >= 3 THEN (rating_sum + 20) * 1000 / (rating_count + 5) ELSE 4000 END - 1000) / 4000
        + 150 * least(rating_count, 50) / 50
        + 100 * least(length(description), 600) / 600
        + 150 * least(cardinality(amenities), 12) / 12
        + CASE booking_mode WHEN 'instant' THEN 100 ELSE 0 END
        + CASE policy WHEN 'flexible' THEN 100 WHEN 'moderate' THEN 75 WHEN 'limited' THEN 50 WHEN 'firm' THEN 25
                      ELSE 0 END)::integer
$$;
-- next
CREATE INDEX properties_by_quality ON properties (
    listing_quality(rating_sum, rating_count, description, amenities, booking_mode, cancellation_policy) DESC, id DESC)
    WHERE state = 'published';
