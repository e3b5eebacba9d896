//! Mistyped words, stays that may be moved, and why a listing stands where it does.

use jiff::ToSpan as _;
use serde_json::{Value, json};
use tests::{Answer, Dates, Person, System};

use super::{all, page};

async fn named(host: &Person<'_>, title: &str) -> String {
    host.lists(|body| {
        body["title"] = json!(title);
        body["description"] = json!("Two rooms.");
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn words_may_be_mistyped() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let lighthouse = named(&host, "Lighthouse on the cliff").await;
    let cafe = named(&host, "Loft above the Café Müller").await;
    let villa = named(&host, "Villa with a pool").await;
    for (said, found) in [
        ("lighthouse", vec![&lighthouse]),
        ("lighthuose", vec![&lighthouse]),
        ("LIGHTHOUS clif", vec![&lighthouse]),
        ("cafe", vec![&cafe]),
        ("caf%C3%A9 muller", vec![&cafe]),
        ("vila", vec![&villa]),
        ("vila poool", vec![&villa]),
        // Each word counts, wherever it is.
        ("villa lighthouse", vec![]),
        ("washington vila", vec![&villa]),
        // A word that somebody writes so means itself, and quotes are taken at their word.
        ("loft", vec![&cafe]),
        ("%22lighthuose%22", vec![]),
        ("%22lighthouse on the cliff%22", vec![&lighthouse]),
        ("lighthouse or villa", vec![&lighthouse, &villa]),
        ("zzzzzz", vec![]),
        ("the", vec![]),
        ("' & | !( :*", vec![]),
    ] {
        let mut ids = all(&system, &format!("q={}", said.replace(' ', "+").replace('&', "%26")), 1).await;
        let mut wanted: Vec<String> = found.into_iter().cloned().collect();
        ids.sort();
        wanted.sort();
        assert_eq!(ids, wanted, "{said}");
    }
    // What is not on the market teaches nothing.
    let mut draft = tests::listing_body();
    draft["title"] = json!("Xylophone");
    host.call("POST", "/properties/").once().json(draft).send().await.expect(201);
    let known = system.sql("SELECT word FROM search_words WHERE word = 'xylophone'").await;
    assert!(known.is_empty());
    system.stop().await;
}

/// With days to spare a listing is found if and only if a quote for one of the stays would succeed, and says the cheapest.
#[tokio::test(flavor = "multi_thread")]
async fn a_stay_may_be_moved_to_its_cheapest_days() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let dates = Dates::in_days(&guest, 40, 3);
    let night = |days: i64| dates.check_in.checked_add(days.days()).unwrap();
    let calendar = async |id: &str, rule: Value| {
        let call = host.call("PATCH", &format!("/properties/{id}/calendar"));
        call.json(json!({ "changes": [rule] })).send().await.expect(200);
    };
    let plain = host.lists(|_| {}).await;
    let dear = host.lists(|_| {}).await;
    let price = json!({ "amount": 90_000, "currency": "USD" });
    calendar(&dear, json!({ "from": night(-1), "to": night(3), "price": price })).await;
    let taken = host.lists(|_| {}).await;
    guest.stays(&taken, Dates { check_in: night(1), check_out: night(2) }).await;
    let away = host.lists(|_| {}).await;
    calendar(&away, json!({ "from": night(-5), "to": night(8), "blocked": true })).await;
    let closed = host.lists(|_| {}).await;
    calendar(&closed, json!({ "from": night(-3), "to": night(3), "closed_to_arrival": true })).await;
    let weekends = host.lists(|body| body["weekend_percent"] = json!(50)).await;

    let stay = format!("check_in={}&check_out={}&guests=2", dates.check_in, dates.check_out);
    for flex in [0, 1, 3, 7] {
        let mut found = Vec::new();
        let mut cursor = String::new();
        let before = system.statements();
        let mut pages = 0;
        loop {
            let answer = page(&system, &format!("{stay}&flex_days={flex}&limit=2{cursor}")).await;
            found.extend(answer["items"].as_array().unwrap().clone());
            pages += 1;
            let Some(next) = answer["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert!(system.statements() - before <= 2 * pages, "{flex}");
        for id in [&plain, &dear, &taken, &away, &closed, &weekends] {
            let mut offers = Vec::new();
            for move_by in -flex..=flex {
                let moved = Dates { check_in: night(move_by), check_out: night(move_by + 3) };
                let quote: Answer = guest.quote(id, moved).await;
                if quote.status == 201 {
                    let total = quote.body["total"]["amount"].as_i64().unwrap();
                    offers.push((total, move_by.abs(), move_by));
                }
            }
            let item = found.iter().find(|item| item["id"] == id.as_str());
            let best = offers.into_iter().min();
            assert_eq!(item.is_some(), best.is_some(), "{flex} {id}");
            let Some(((total, _, move_by), item)) = best.zip(item) else { continue };
            assert_eq!(item["total"]["amount"], total, "{flex} {item:#}");
            let days = json!({ "check_in": night(move_by), "check_out": night(move_by + 3) });
            assert_eq!(item["best_stay"], days, "{flex}");
        }
        let known = found.iter().any(|item| item["id"] == taken.as_str());
        assert_eq!(known, flex >= 3, "{flex}: the night in the midst is taken");
        assert!(found.iter().all(|item| item["id"] != away.as_str() || flex == 7));
    }
    let plain_page = page(&system, &stay).await;
    assert!(plain_page["items"][0].get("best_stay").is_none());
    for wrong in ["flex_days=1", &format!("{stay}&flex_days=8")] {
        system.call("GET", &format!("/properties/?{wrong}")).send().await.expect(422);
    }
    system.stop().await;
}

fn sum(ranking: &Value) -> i64 {
    ranking["parts"].as_array().unwrap().iter().map(|part| part["points"].as_i64().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_told_why_a_listing_stands_where_it_does() {
    let system = System::start().await;
    let (host, other) = (system.host("Hanna Host").await, system.host("Otto Other").await);
    let mut ids = Vec::new();
    for (words, amenities, policy, mode, ratings) in [
        ("Short.", 1, "strict", "request", (0, 0)),
        ("Short.", 12, "flexible", "instant", (0, 0)),
        ("A long description. ", 3, "moderate", "instant", (14, 3)),
        ("A long description. ", 6, "firm", "request", (250, 60)),
        ("Größe zählt. ", 6, "limited", "request", (2, 2)),
        ("Short.", 2, "non_refundable", "instant", (9, 4)),
    ] {
        let id = host
            .lists(|body| {
                body["description"] = json!(words.repeat(if words == "Short." { 1 } else { 40 }));
                body["amenities"] = json!((0..amenities).map(|at| format!("thing_{at}")).collect::<Vec<_>>());
                body["cancellation_policy"] = json!(policy);
                body["booking_mode"] = json!(mode);
            })
            .await;
        let (total, count) = ratings;
        let rated = format!(
            "UPDATE properties SET rating_sum = {total}, rating_count = {count} WHERE id = '{id}' RETURNING ''"
        );
        system.try_sql(&rated).await.unwrap();
        ids.push(id);
    }
    let mut explained = Vec::new();
    for id in &ids {
        let ranking = host.call("GET", &format!("/properties/{id}/ranking/")).send().await.expect(200).body;
        assert_eq!((sum(&ranking), &ranking["of"]), (ranking["points"].as_i64().unwrap(), &json!(1_000)));
        let stored = format!(
            "SELECT listing_quality(rating_sum, rating_count, description, amenities, booking_mode,
                                    cancellation_policy)::text FROM properties WHERE id = '{id}'"
        );
        assert_eq!(system.sql(&stored).await, [Some(ranking["points"].to_string())], "{ranking:#}");
        for part in ranking["parts"].as_array().unwrap() {
            assert_eq!(part["advice"].is_null(), part["points"] == part["weight"], "{part}");
        }
        explained.push((ranking["points"].as_i64().unwrap(), id.clone()));
    }
    explained.sort();
    explained.reverse();
    let order: Vec<String> = explained.into_iter().map(|(_, id)| id).collect();
    for limit in [1, 4] {
        assert_eq!(all(&system, "sort=relevance", limit).await, order, "by the very points");
    }

    let path = format!("/properties/{}/ranking/", ids[0]);
    let with_words = |q: &str| format!("{path}?q={q}");
    let matched = host.call("GET", &with_words("mill+pond")).send().await.expect(200).body;
    let missed = host.call("GET", &with_words("submarine")).send().await.expect(200).body;
    let words = |ranking: &Value| ranking["parts"][6]["points"].as_i64().unwrap();
    assert!(words(&matched) > 0 && words(&missed) == 0, "{matched:#}");
    assert_eq!((&matched["of"], sum(&matched)), (&json!(5_000), matched["points"].as_i64().unwrap()));
    other.call("GET", &path).send().await.refused(404, "not_found");
    system.call("GET", &path).send().await.refused(401, "unauthenticated");
    system.stop().await;
}
