//! Random histories of reviews, moderation among them: the ratings are always those of the rows.

use jiff::ToSpan as _;
use serde_json::json;
use tests::{Dates, Person, System};

/// A small generator with its whole state in sight.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Listings whose ratings are not those of their rows.
const MISCOUNTED: &str = "SELECT p.id::text FROM properties p
    LEFT JOIN LATERAL (
        SELECT coalesce(sum(r.overall), 0) AS rated, count(*) AS ratings FROM reviews r
        WHERE r.property_id = p.id AND r.side = 'guest' AND r.revealed_at IS NOT NULL AND r.removed_at IS NULL) v ON true
    WHERE (p.rating_sum, p.rating_count) IS DISTINCT FROM (v.rated, v.ratings)";

/// Stays whose two reviews did not become public at one instant, or one of them while the other side could still write.
const APART: &str = "SELECT booking_id::text FROM reviews GROUP BY booking_id
    HAVING count(DISTINCT revealed_at) > 1 OR count(*) = 2 AND count(revealed_at) < 2
        OR count(*) = 1 AND bool_or(revealed_at < reveal_due_at)
           -- The other side took theirs back before it was revealed, or not at all.
           AND NOT bool_or(removed_at IS NOT NULL)";

/// What of a review its tombstone still says.
const WORDS_LEFT: &str = "SELECT id::text FROM reviews WHERE removed_at IS NOT NULL
    AND (public_text <> '' OR private_text <> '' OR response IS NOT NULL OR categories <> '{}')";

fn steps() -> usize {
    if std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large") { 1_000 } else { 60 }
}

struct History<'s> {
    system: &'s System,
    people: [Person<'s>; 3],
    stays: Vec<String>,
    reviews: Vec<(usize, String)>,
    told: Vec<String>,
}

impl History<'_> {
    async fn step(&mut self, dice: &mut Dice) {
        let author = dice.roll(2);
        let answer = match dice.roll(8) {
            0..=2 => {
                let stay = &self.stays[dice.roll(self.stays.len())];
                let stars = 1 + dice.roll(5);
                let words = json!({ "booking_id": stay, "overall": stars, "public_text": "So it was.",
                                    "categories": { "cleanliness": stars }, "private_text": "Quietly." });
                let answer = self.people[author].call("POST", "/reviews/").once().json(words).send().await;
                if answer.status == 201 {
                    self.reviews.push((author, answer.text("id")));
                }
                answer
            }
            kind if self.reviews.is_empty() => {
                self.told.push(format!("nothing to do for {kind}"));
                return;
            }
            3 => {
                self.system.advance(i64::try_from(dice.roll(5 * 86_400)).unwrap() + 61).await;
                for person in &mut self.people {
                    *person = person.again().await;
                }
                self.told.push("later".to_owned());
                return;
            }
            kind => {
                let (author, review) = self.reviews[dice.roll(self.reviews.len())].clone();
                let path = format!("/reviews/{review}");
                let [writer, subject, staff] =
                    [&self.people[author], &self.people[1 - author], &self.people[2]];
                match kind {
                    4 => {
                        let stars = json!({ "overall": 1 + dice.roll(5) });
                        writer.call("PATCH", &path).header("if-match", "*").json(stars).send().await
                    }
                    5 => writer.call("DELETE", &path).send().await,
                    6 => {
                        let respond = subject.call("POST", &format!("{path}/response/"));
                        respond.json(json!({ "text": "Thank you." })).send().await
                    }
                    _ => {
                        let report = subject.call("POST", &format!("{path}/report/"));
                        report.json(json!({ "reason": "Not so." })).send().await;
                        let decision = ["removed", "kept"][dice.roll(2)];
                        let word = json!({ "decision": decision, "reason": "By the rules." });
                        staff.call("POST", &format!("{path}/moderate/")).json(word).send().await
                    }
                }
            }
        };
        assert!(answer.status < 500, "{:?} {:#}", self.told, answer.body);
        self.told.push(format!("{}: {} {}", answer.call, answer.status, answer.body["code"]));
    }

    async fn check(&self) {
        for (what, query) in [("miscounted", MISCOUNTED), ("apart", APART), ("words left", WORDS_LEFT)] {
            let wrong = self.system.sql(query).await;
            assert!(wrong.is_empty(), "{what}: {wrong:?} after {:#?}", self.told);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ratings_are_always_those_of_the_rows() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let admin = crate::identity::admin(&system, "Ann Admin").await;
    let listings = [host.lists(|_| {}).await, host.lists(|_| {}).await];
    let mut stays = Vec::new();
    for days in 0..8 {
        let listing = &listings[usize::try_from(days).unwrap() % 2];
        stays.push(guest.stays(listing, Dates::in_days(&guest, 1 + days, 1)).await);
    }
    system.advance_to(system.now().checked_add(24.hours() * 10).unwrap()).await;
    let people = [guest.again().await, host.again().await, admin.again().await];
    let mut history = History { system: &system, people, stays, reviews: Vec::new(), told: Vec::new() };
    let mut dice = Dice(20_261_123);
    for _ in 0..steps() {
        history.step(&mut dice).await;
        history.check().await;
    }
    // Whatever still waits is revealed, and some of it is public in the end.
    system.advance(15 * 86_400).await;
    history.check().await;
    let public = system
        .sql("SELECT count(*)::text FROM reviews WHERE revealed_at IS NOT NULL AND removed_at IS NULL")
        .await;
    assert!(public[0].as_deref().unwrap().parse::<u32>().unwrap() >= 3, "{:#?}", history.told);
    let gone = system.sql("SELECT count(*)::text FROM reviews WHERE removed_at IS NOT NULL").await;
    assert!(gone[0].as_deref() != Some("0"), "nothing was taken back: {:#?}", history.told);

    // Shown from three on, and everywhere the same; half a hundredth goes up.
    for (sum, count, shown) in [(9, 2, json!(null)), (14, 3, json!(4.67)), (33, 8, json!(4.13))] {
        let set = format!(
            "UPDATE properties SET rating_sum = {sum}, rating_count = {count}, updated_at = updated_at + interval '1 second',
             version = version + 1 WHERE id = '{}'",
            listings[0]
        );
        system.try_sql(&set).await.unwrap();
        system.advance(180).await;
        let host = host.again().await;
        let seen = host.call("GET", &format!("/properties/{}/", listings[0])).send().await.expect(200);
        assert_eq!(seen.body["rating"]["average"], shown, "{sum} of {count}");
        let own = host.call("GET", "/properties/?host=me").send().await.expect(200);
        let of = |page: &serde_json::Value| {
            let items = page["items"].as_array().unwrap();
            items.iter().find(|item| item["id"] == listings[0]).unwrap()["rating"]["average"].clone()
        };
        assert_eq!(of(&own.body), shown);
        let found = system.call("GET", "/properties/?sort=newest").send().await.expect(200);
        assert_eq!(of(&found.body), shown);
    }
    system.stop().await;
}

/// Whose host called the stay off has nothing to review, and nobody else either.
#[tokio::test(flavor = "multi_thread")]
async fn a_stay_that_its_host_cancelled_is_not_reviewed() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 3, 2)).await;
    let cancel = format!("/bookings/{booking}/cancel/");
    host.call("POST", &cancel).once().json(json!({ "reason": "A pipe burst." })).send().await.expect(200);
    system.advance(6 * 86_400).await;
    for person in [host.again().await, guest.again().await] {
        let words = json!({ "booking_id": booking, "overall": 1, "public_text": "It never was." });
        let answer = person.call("POST", "/reviews/").once().json(words).send().await;
        answer.refused(409, "stay_not_completed");
    }
    system.stop().await;
}
