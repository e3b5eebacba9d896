//! Fills a database: listings, people and stays by the ten thousand, copied from one of each.

use tests::{Dates, Person, System};

/// Tables with fewer rows may be read from end to end.
const LARGE: u32 = 5_000;

/// The listing, the guest's stay in it and everything around them, so many times over: each copy has a host and a guest
/// of its own and lies somewhere within some ten kilometres.
pub(super) async fn fill(system: &System, host: &Person<'_>, guest: &Person<'_>, property: &str, count: u32) {
    let booking = guest.stays(property, Dates::in_days(guest, 300, 2)).await;
    let photo = serde_json::json!({ "content_type": "image/jpeg", "byte_length": 10 });
    host.call("POST", &format!("/properties/{property}/photos/")).json(photo).send().await.expect(201);
    system.settle().await;
    let sql = SQL
        .replace("{count}", &count.to_string())
        .replace("{now}", &system.now().to_string())
        .replace("{property}", property)
        .replace("{booking}", &booking);
    let postgres = system.handles().cluster.postgres();
    postgres.execute(system.database(), &sql).await.expect("a crowd");
}

/// The tables with many rows.
pub(super) async fn large_tables(system: &System) -> Vec<String> {
    let sql = format!(
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > {LARGE}"
    );
    system.sql(&sql).await.into_iter().flatten().collect()
}

/// Keys are not looked up while the crowd arrives, and nothing of it need survive a crash.
const SQL: &str = "
SET session_replication_role = replica;
SET synchronous_commit = off;
SET work_mem = '256MB';
CREATE TEMPORARY TABLE crowd AS
SELECT n, gen_random_uuid() AS property, gen_random_uuid() AS unit, gen_random_uuid() AS host, gen_random_uuid() AS guest,
       gen_random_uuid() AS quote, gen_random_uuid() AS booking, gen_random_uuid() AS payment,
       gen_random_uuid() AS message, timestamptz '2025-01-01 00:00:00Z' + n * interval '1 minute' AS at
FROM generate_series(1, {count}) AS n;
INSERT INTO users (id, email, email_key, name, locale, time_zone, role, email_verified_at, sessions_valid_from, created_at, updated_at)
SELECT u.id, u.kind || c.n || '@crowd.test', u.kind || c.n || '@crowd.test', u.kind, 'en', 'UTC', 'member', c.at, c.at, c.at, c.at
FROM crowd c CROSS JOIN LATERAL (VALUES (c.host, 'host'), (c.guest, 'guest')) AS u (id, kind);
INSERT INTO host_accounts (user_id, provider_account, state, created_at, updated_at)
SELECT host, 'acct_' || n, 'enabled', at, at FROM crowd;
INSERT INTO single_use_tokens (digest, user_id, purpose, message_id, created_at, expires_at, used_at)
SELECT sha256(n::text::bytea), guest, 'verify_email', message, at, timestamptz '{now}' + interval '1 day', at FROM crowd;
INSERT INTO properties (id, host_id, state, title, description, kind, latitude_e6, longitude_e6, address, time_zone, capacity,
    bedrooms, beds, bathrooms_x2, amenities, currency, nightly_price, terms, booking_mode, cancellation_policy, check_in_time,
    check_out_time, min_nights, max_nights, created_at, updated_at, published_at, rating_sum, rating_count)
SELECT c.property, c.host, 'published',
       'Flat ' || c.n || CASE WHEN c.n % 50 = 0 THEN ' with a harbour view' ELSE ' in town' END, 'Two rooms.',
       CASE c.n % 7 WHEN 0 THEN 'house' ELSE p.kind END, p.latitude_e6 + (c.n * 7919 % 200000) - 100000,
       p.longitude_e6 + (c.n * 104729 % 200000) - 100000, p.address, p.time_zone, p.capacity, p.bedrooms, p.beds,
       p.bathrooms_x2, p.amenities, p.currency, 5000 + c.n % 40000, p.terms, p.booking_mode, p.cancellation_policy,
       p.check_in_time, p.check_out_time, p.min_nights, p.max_nights, c.at, c.at, c.at, 4 * (c.n % 9), c.n % 9
FROM crowd c, properties p WHERE p.id = '{property}';
INSERT INTO units (id, property_id, ordinal) SELECT unit, property, 1 FROM crowd;
INSERT INTO night_rules (property_id, night, price, updated_at) SELECT property, date '2031-01-01', 9900, at FROM crowd;
INSERT INTO photos (id, property_id, position, state, upload_key, public_key, content_type, width, height, created_at, updated_at)
SELECT gen_random_uuid(), property, 0, 'ready', 'uploads/' || property, 'photos/' || property, 'image/jpeg', 10, 10, at, at FROM crowd;
INSERT INTO quotes (id, property_id, guest_id, check_in, check_out, guests, terms, night_rules, rules_version, priced, policy,
    property_version, currency, total, created_at, expires_at)
SELECT c.quote, c.property, c.guest, '2025-01-01', '2025-01-03', q.guests, q.terms, q.night_rules, q.rules_version, q.priced,
       q.policy, 1, q.currency, q.total, c.at, c.at + interval '15 minutes'
FROM crowd c, quotes q WHERE q.id = (SELECT quote_id FROM bookings WHERE id = '{booking}');
INSERT INTO bookings (id, quote_id, property_id, unit_id, host_id, guest_id, state, booking_mode, check_in, check_out, time_zone,
    check_in_time, check_out_time, check_in_at, check_out_at, guests, priced, policy, currency, total, payout, confirmed_at,
    ended_at, created_at, updated_at)
SELECT c.booking, c.quote, c.property, c.unit, c.host, c.guest, 'completed', b.booking_mode, '2025-01-01', '2025-01-03',
       b.time_zone, b.check_in_time, b.check_out_time, '2025-01-01 20:00Z', '2025-01-03 16:00Z', b.guests, b.priced, b.policy,
       b.currency, b.total, b.payout, c.at, c.at, c.at, c.at
FROM crowd c, bookings b WHERE b.id = '{booking}';
INSERT INTO claims (id, unit_id, kind, booking_id, nights, padded, created_at)
SELECT gen_random_uuid(), unit, 'stay', booking, '[2025-01-01,2025-01-03)', '[2025-01-01,2025-01-03)', at FROM crowd;
INSERT INTO booking_events (booking_id, version, at, event, actor, to_state)
SELECT booking, 1, at, 'book', 'guest', 'pending_payment' FROM crowd;
INSERT INTO payments SELECT r.* FROM crowd c, payments p, LATERAL jsonb_populate_record(p, jsonb_build_object(
    'id', c.payment, 'booking_id', c.booking, 'guest_id', c.guest, 'provider_id', 'pi_' || c.n, 'created_at', c.at)) r
WHERE p.booking_id = '{booking}';
INSERT INTO refunds (id, payment_id, amount, reason, state, created_at, updated_at)
SELECT gen_random_uuid(), payment, 1, 'Sorry.', 'succeeded', at, at FROM crowd;
INSERT INTO provider_events (id, kind, payload, received_at, processed_at)
SELECT 'evt_' || n, 'payment_intent.succeeded', '{}', at, at FROM crowd;
INSERT INTO reviews (id, booking_id, property_id, author_id, subject_id, side, overall, categories, public_text, private_text,
    created_at, updated_at, reveal_due_at, revealed_at)
SELECT gen_random_uuid(), booking, property, guest, host, 'guest', 5, '{}', 'Good.', '', at, at, at, at FROM crowd;
INSERT INTO threads (id, property_id, host_id, guest_id, booking_id, last_seq, guest_count, host_count, created_at, last_message_at)
SELECT message, property, host, guest, booking, 1, 1, 0, at, at FROM crowd;
INSERT INTO thread_messages (id, thread_id, seq, side, side_seq, author_id, text, created_at)
SELECT gen_random_uuid(), message, 1, 'guest', 1, guest, 'Hello.', at FROM crowd;
INSERT INTO thread_reads (thread_id, user_id, seq, seen, read_at) SELECT message, host, 1, 1, at FROM crowd;
INSERT INTO message_templates (property_id, moment, hours, text, created_at, updated_at)
SELECT property, 'before_check_in', 24, 'Welcome.', at, at FROM crowd;
INSERT INTO automated_messages (booking_id, moment, due_at)
SELECT booking, 'before_check_in', timestamptz '{now}' + interval '1 year' FROM crowd;
INSERT INTO wishlists (id, owner_id, name, share_digest, created_at, updated_at)
SELECT message, guest, 'Sea', sha256(message::text::bytea), at, at FROM crowd;
INSERT INTO wishlist_items (wishlist_id, property_id, added_at) SELECT message, property, at FROM crowd;
INSERT INTO feeds (id, property_id, unit_id, lane, name, url, next_poll_at, created_at, updated_at)
SELECT message, property, unit, 1, 'Elsewhere', 'https://calendars.invalid/' || n, timestamptz '{now}' + interval '1 year', at, at FROM crowd;
INSERT INTO feed_events (feed_id, number, nights, own) SELECT message, 1, '[2031-01-01,2031-01-03)', false FROM crowd;
INSERT INTO feed_conflicts (id, feed_id, booking_id, nights, found_at, told_at, ended_at)
SELECT gen_random_uuid(), message, booking, '[2025-01-01,2025-01-03)', at, at, at FROM crowd;
INSERT INTO outbox (id, topic, body, created_at, next_send_at, sent_count, done_at)
SELECT message, 'notifications', '{}', at, at, 1, timestamptz '{now}' FROM crowd;
INSERT INTO deliveries (message_id, recipient, claimed_at, sent_at) SELECT message, guest, at, timestamptz '{now}' FROM crowd;
ANALYZE;
";
