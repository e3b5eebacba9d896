//! Many at once: nights, keys, money and reviews are given out once.

mod shapes;
mod storm;

use futures::future::join_all;
use futures::{StreamExt as _, stream};
use jiff::ToSpan as _;
use serde_json::{Value, json};
use tests::{Attempt, Dates, Fault, Outcome, Person, System, faults_of_race};

/// How many attempts are made at a time.
fn attempts() -> usize {
    if std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large") { 1000 } else { 200 }
}

/// Stays of one to five nights within a fortnight: most of them overlap.
fn crowded(guest: &Person<'_>, count: usize) -> Vec<Dates> {
    let numbers = (0_i64..).take(count);
    numbers.map(|number| Dates::in_days(guest, 30 + number * 7 % 11, 1 + number * 3 % 5)).collect()
}

/// Has everybody ask for quotes first, then book them all at once.
async fn race(guests: &[Person<'_>], property: &str, stays: &[Dates]) -> Vec<Attempt> {
    let quotes: Vec<String> = stream::iter(stays.iter().enumerate())
        .map(|(index, dates)| async move {
            guests[index % guests.len()].quote(property, *dates).await.expect(201).text("id")
        })
        .buffered(16)
        .collect()
        .await;
    let books = quotes.iter().zip(stays).enumerate().map(|(index, (quote, dates))| {
        let guest = &guests[index % guests.len()];
        Attempt::make(*dates, async { Outcome::from(&guest.book(quote).await) })
    });
    join_all(books).await
}

fn won(attempts: &[Attempt], stay: Dates) -> usize {
    attempts.iter().filter(|attempt| attempt.won() && attempt.dates == stay).count()
}

async fn people<'s>(system: &'s System, names: &[&str]) -> Vec<Person<'s>> {
    join_all(names.iter().map(|name| system.person(name))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_night_of_each_unit_is_sold_once_and_none_is_refused_that_is_free() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let guests = people(&system, &["Ann", "Ben", "Cleo", "Dan"]).await;
    for units in [1, 3] {
        let property = host.lists(|body| body["units"] = json!(units)).await;
        // Half of them want the very same nights.
        let popular = Dates::in_days(&guests[0], 60, 3);
        let mut stays = crowded(&guests[0], attempts() / 2);
        stays.extend(vec![popular; attempts() / 2]);
        stays.sort_by_key(|dates| (i32::from(dates.check_in.day()) * 7 % 5, dates.check_in));
        let attempts = race(&guests, &property, &stays).await;
        let (names, claims) = system.live_claims(&property).await;
        assert_eq!(names.len(), units);
        assert_eq!(faults_of_race(&names, &claims, &attempts), []);
        assert_eq!(won(&attempts, popular), units, "one for each unit");
        assert!(claims.len() > 2 * units, "the fortnight fills: {claims:?}");
    }
    system.stop().await;
}

/// The product's own statement relies on the constraint: without it there are overlaps, and the checker sees them.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_constraint_nights_are_sold_twice() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let guests = people(&system, &["Ann", "Ben"]).await;
    let property = host.lists(|_| {}).await;
    system
        .sql("ALTER TABLE claims DROP CONSTRAINT claims_no_overlap, DROP CONSTRAINT claims_preparation")
        .await;
    // Everybody looks before anybody's claim is to be seen: the calls meet, and whoever claims commits late.
    let linger = "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END'";
    system.sql(linger).await;
    let at_claims = "CREATE TRIGGER linger BEFORE INSERT ON claims FOR EACH ROW EXECUTE FUNCTION linger()";
    system.sql(at_claims).await;
    let slow = local_data_api::FaultPlan {
        sql_contains: Some("book_quote(".to_owned()),
        delay_ms: 1000,
        ..Default::default()
    };
    system.handles().cluster.data_api().faults().set_for(system.database(), slow);
    let attempts = race(&guests, &property, &[Dates::in_days(&guests[0], 30, 2); 10]).await;
    system.handles().cluster.data_api().faults().clear_for(system.database());
    let (units, claims) = system.live_claims(&property).await;
    assert!(claims.len() > 1, "{claims:?}");
    let faults = faults_of_race(&units, &claims, &attempts);
    assert!(faults.iter().any(|fault| matches!(fault, Fault::Overlap(..))), "{faults:?}");
    system.stop().await;
}

/// An account that is ready without a mail, for systems whose queues nobody works.
pub(crate) async fn member<'s>(system: &'s System, name: &str) -> Person<'s> {
    let (email, password) = (format!("{}@example.test", name.to_lowercase()), "a-fine-long-password");
    let body = json!({ "email": email, "password": password, "name": name });
    system.call("POST", "/users/").json(body).send().await.expect(202);
    system.sql("UPDATE users SET email_verified_at = created_at RETURNING id::text").await;
    system.sign_in(&email, password).await
}

/// A host whom the provider can pay, as far as the table says.
pub(crate) async fn payable<'s>(system: &'s System, name: &str) -> Person<'s> {
    let host = member(system, name).await;
    let enable = format!(
        "INSERT INTO host_accounts (user_id, provider_account, state, created_at, updated_at)
         SELECT id, 'acct_' || id, 'enabled', created_at, created_at FROM users WHERE id = '{}'
         RETURNING state",
        host.id
    );
    assert_eq!(system.sql(&enable).await, [Some("enabled".to_owned())]);
    host
}

/// Moves the clock and nothing else: neither the schedule nor any worker looks at it.
pub(crate) fn move_clock(system: &System, seconds: i64) {
    let file = &system.handles().clock_file;
    let ahead = std::fs::read_to_string(file).map_or(0, |text| text.trim().parse::<i64>().unwrap());
    std::fs::write(file, (ahead + seconds * 1000).to_string()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_the_nights_of_an_overdue_hold_takes_them_over() {
    let system = System::start_with(|options| options.workers = false).await;
    let host = payable(&system, "Hanna").await;
    let slow = member(&system, "Slow").await;
    let mut guests = [member(&system, "Ann").await, member(&system, "Ben").await];
    for units in [1, 3] {
        let property = host.again().await.lists(|body| body["units"] = json!(units)).await;
        // As many holds as there are units, on nights that meet only partly.
        let stays: Vec<_> =
            (0_i64..).take(units).map(|unit| Dates::in_days(&slow, 31 + 2 * unit, 6)).collect();
        let slow = slow.again().await;
        let mut lost = Vec::new();
        for stay in &stays {
            lost.push(slow.holds(&property, *stay).await.text("id"));
        }
        move_clock(&system, 15 * 60 + 1);
        for guest in &mut guests {
            *guest = guest.again().await;
        }
        let attempts = race(&guests, &property, &crowded(&guests[0], 60)).await;
        let (names, claims) = system.live_claims(&property).await;
        assert_eq!(faults_of_race(&names, &claims, &attempts), []);
        for id in &lost {
            assert_eq!(
                fate(&system, id).await,
                ["expired", "hold_expired by system to expired", "told once"]
            );
        }
    }
    system.stop().await;
}

/// What became of a booking that lost its hold: its state, the audit's last row, the notices that were written.
async fn fate(system: &System, booking: &str) -> Vec<String> {
    let rows = system
        .sql(&format!(
            "SELECT state FROM bookings WHERE id = '{booking}'
             UNION ALL
             SELECT string_agg(event || ' by ' || actor || ' to ' || to_state, ', ')
             FROM booking_events WHERE booking_id = '{booking}' AND event <> 'created'
             UNION ALL
             SELECT CASE count(*) WHEN 1 THEN 'told once' ELSE 'told ' || count(*) || ' times' END
             FROM outbox WHERE topic = 'notifications' AND body ->> 'booking_id' = '{booking}'
               AND body ->> 'event' = 'hold_expired'"
        ))
        .await;
    rows.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_books_once_however_often_it_comes() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let guest = system.person("Gus").await;
    // Room for every attempt: it is the key that keeps them apart.
    let property = host.lists(|body| body["units"] = json!(30)).await;
    let stay = Dates::in_days(&guest, 30, 2);
    let quote = guest.quote(&property, stay).await.expect(201).text("id");
    let body = json!({ "quote_id": quote });
    let book = |body: &Value| {
        guest
            .call("POST", "/bookings/")
            .header("idempotency-key", "\"the-very-key\"")
            .json(body.clone())
            .send()
    };
    let answers = join_all((0..20).map(|_| book(&body))).await;
    let (first, others): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.status == 201 && answer.header("idempotent-replayed").is_empty());
    assert_eq!(first.len(), 1, "{others:?}");
    for answer in others {
        if answer.status == 201 {
            assert_eq!(answer.header("idempotent-replayed"), "true");
            assert_eq!(answer.body, first[0].body);
        } else {
            let answer = answer.clone().refused(409, "idempotency_in_flight");
            assert!(!answer.header("retry-after").is_empty());
        }
    }
    let replay = book(&body).await.expect(201);
    assert_eq!(replay.header("idempotent-replayed"), "true");
    assert_eq!(replay.header("location"), first[0].header("location"));
    assert_eq!(replay.body, first[0].body);
    assert_eq!(system.live_claims(&property).await.1.len(), 1);

    let other = guest.quote(&property, stay).await.expect(201).text("id");
    book(&json!({ "quote_id": other })).await.refused(422, "idempotency_key_reused");
    let call = guest.call("POST", "/bookings/").json(json!({ "quote_id": other }));
    call.send().await.refused(400, "idempotency_key_missing");
    // Another's key is another key.
    let stranger = system.person("Sue").await;
    let quote = stranger.quote(&property, stay).await.expect(201).text("id");
    let call = stranger.call("POST", "/bookings/").header("idempotency-key", "the-very-key");
    let booked = call.json(json!({ "quote_id": quote })).send().await.expect(201);
    assert_ne!(booked.body["id"], first[0].body["id"]);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_becomes_one_booking_of_its_own_guest() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let [gus, sue] = &people(&system, &["Gus", "Sue"]).await[..] else { panic!("two people") };
    let property = host.lists(|body| body["units"] = json!(30)).await;
    let quote = gus.quote(&property, Dates::in_days(gus, 30, 2)).await.expect(201).text("id");
    let answers = join_all((0..20).map(|turn| if turn % 2 == 0 { gus } else { sue }.book(&quote))).await;
    let mut ids = Vec::new();
    for (turn, answer) in answers.into_iter().enumerate() {
        if turn % 2 == 0 {
            ids.push(answer.expect(201).text("id"));
        } else {
            answer.refused(404, "not_found");
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "each key is another intent, but the quote is one");
    let (_, claims) = system.live_claims(&property).await;
    assert_eq!(claims.len(), 1, "no unit is taken for an attempt that failed: {claims:?}");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_at_once_never_exceed_what_was_captured() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let guest = system.person("Gus").await;
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    let payments = guest.booking(&booking).await.body["payments"].clone();
    let payment = payments[0]["id"].as_str().unwrap().to_owned();
    let captured = payments[0]["captured"]["amount"].as_i64().unwrap();
    let refund = |amount: i64| {
        let body =
            json!({ "amount": { "amount": amount, "currency": "USD" }, "reason": "The heating failed." });
        host.call("POST", &format!("/payments/{payment}/refunds/")).once().json(body).send()
    };
    // A hundred of them are three times what there is.
    let part = captured * 3 / 100;
    let answers = join_all((0..100).map(|_| refund(part))).await;
    let mut accepted = 0;
    for answer in answers {
        match answer.status {
            202 => accepted += part,
            409 => _ = answer.refused(409, "conflict"),
            _ => _ = answer.refused(422, "refund_exceeds_captured"),
        }
    }
    assert!(accepted > 0 && accepted <= captured, "{accepted} of {captured}");
    refund(captured - accepted + 1).await.refused(422, "refund_exceeds_captured");
    refund(captured - accepted).await.expect(202);
    refund(1).await.expect(422);
    system.settle().await;
    let seen = guest.call("GET", &format!("/payments/{payment}/")).send().await.expect(200);
    assert_eq!(seen.body["state"], "refunded");
    assert_eq!(seen.body["refunded"]["amount"], captured);
    let totals = system.handles().stripe.handle().totals().unwrap();
    assert_eq!((totals["usd"].captured, totals["usd"].refunded), (captured, captured));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_reviews_at_one_instant_are_revealed() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let guest = system.person("Gus").await;
    let stay = Dates::in_days(&guest, 5, 1);
    let mut stays = Vec::new();
    for _ in 0..8 {
        let property = host.lists(|_| {}).await;
        stays.push((guest.stays(&property, stay).await, property));
    }
    let over = stay.check_out.checked_add(2.days()).unwrap().to_zoned(jiff::tz::TimeZone::UTC).unwrap();
    system.advance_to(over.timestamp()).await;
    let (host, guest) = (host.again().await, guest.again().await);
    let review = |who: &Person<'_>, booking: &str| {
        let body = json!({ "booking_id": booking, "overall": 5, "public_text": "Gladly again." });
        who.call("POST", "/reviews/").once().json(body).send()
    };
    // Whoever has looked for the other side's commits late: both look before either can be seen.
    let linger = "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END'";
    let at_commit = "CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON reviews
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION linger()";
    system.sql(linger).await;
    system.sql(at_commit).await;
    let calls = stays.iter().flat_map(|(booking, _)| [review(&host, booking), review(&guest, booking)]);
    for answer in join_all(calls).await {
        answer.expect(201);
    }
    for (booking, property) in &stays {
        let seen = system.call("GET", &format!("/reviews/?booking_id={booking}")).send().await.expect(200);
        let seen = seen.body["items"].as_array().unwrap();
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert_eq!(seen[0]["revealed_at"], seen[1]["revealed_at"]);
        let counted =
            format!("SELECT rating_sum || '/' || rating_count FROM properties WHERE id = '{property}'");
        assert_eq!(system.sql(&counted).await, [Some("5/1".to_owned())]);
    }
    system.settle().await;
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}
