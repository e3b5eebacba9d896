//! Random lives of bookings against a model: the one table of transitions, its windows and timers. After each step the
//! state, the actions that are offered, the claim on the nights and the money agree. Then the ends that races decide.

use domain::booking::{Actor, BookingEvent, BookingState, Windows, act, allowed_actions};
use domain::dates::{Stay, TimeOfDay};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tests::{Dates, Person, System};

/// A small generator with its whole state in sight; the seeds are fixed, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // Knuth's MMIX generator; its high bits are good enough to choose a step by.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// What the table says of one booking.
struct Model {
    state: BookingState,
    ends: Option<Timestamp>,
    declined: bool,
    windows: Windows,
    request: bool,
}

impl Model {
    fn new(dates: Dates, ends: Timestamp, request: bool) -> Self {
        let stay = Stay::new(dates.check_in, dates.check_out).unwrap();
        let zone = "America/New_York".parse().unwrap();
        let (arrive, leave) = (TimeOfDay::DEFAULT_CHECK_IN, TimeOfDay::DEFAULT_CHECK_OUT);
        let windows = Windows::new(stay, &zone, arrive, leave, None);
        Self { state: BookingState::PendingPayment, ends: Some(ends), declined: false, windows, request }
    }

    /// What time alone does.
    fn tick(&mut self, now: Timestamp) {
        let over = self.ends.is_some_and(|end| end <= now);
        self.state = match self.state {
            BookingState::PendingPayment if over && self.declined => BookingState::PaymentFailed,
            BookingState::PendingPayment | BookingState::Requested if over => BookingState::Expired,
            BookingState::Confirmed | BookingState::CheckedIn if self.windows.stay_ends <= now => {
                BookingState::Completed
            }
            state => state,
        };
    }

    fn paid(&mut self, now: Timestamp) {
        let event =
            if self.request { BookingEvent::RequestAuthorised } else { BookingEvent::PaymentAuthorised };
        let row = act(self.state, event, Actor::System, now, &self.windows).unwrap();
        self.state = row.to;
        self.ends = self.request.then(|| row.timer.unwrap().due(now, &self.windows));
        self.windows.answer_until = self.ends;
    }

    /// What an operation is to be answered: its state then, or the code of the refusal.
    fn asks(&mut self, event: BookingEvent, side: Actor, now: Timestamp) -> Result<(), &'static str> {
        let row = act(self.state, event, side, now, &self.windows).map_err(|refusal| refusal.code)?;
        self.state = row.to;
        Ok(())
    }
}

const OPERATIONS: &[(&str, BookingEvent)] = &[
    ("accept", BookingEvent::Accept),
    ("decline", BookingEvent::Decline),
    ("withdraw", BookingEvent::Withdraw),
    ("cancel", BookingEvent::Cancel),
    ("check-in", BookingEvent::CheckIn),
    ("check-out", BookingEvent::CheckOut),
    ("no-show", BookingEvent::NoShow),
];

fn walks() -> u64 {
    if std::env::var("INNKEEP_TEST_SCALE").is_ok_and(|scale| scale == "large") { 300 } else { 16 }
}

struct Walk<'s> {
    system: &'s System,
    people: [Person<'s>; 2],
    property: String,
    booking: String,
    model: Model,
    told: Vec<String>,
}

impl Walk<'_> {
    async fn step(&mut self, dice: &mut Dice) {
        // Clocks are moved as often as hands: by minutes, hours or days.
        match dice.roll(9) {
            0..=2 => {
                let most = [20 * 60, 20 * 3600, 30 * 3600][dice.roll(3)];
                let seconds = i64::try_from(dice.roll(most)).unwrap() + 61;
                self.told.push(format!("{seconds} s later"));
                self.system.advance(seconds).await;
                for person in &mut self.people {
                    *person = person.again().await;
                }
                self.model.tick(self.system.now());
            }
            3 | 4 => {
                self.pay(if dice.roll(3) == 0 { "pm_card_chargeDeclined" } else { "pm_card_visa" }).await;
            }
            _ => {
                let (name, event) = OPERATIONS[dice.roll(OPERATIONS.len())];
                self.operate(name, event, dice.roll(2)).await;
            }
        }
        self.compare().await;
    }

    async fn pay(&mut self, method: &str) {
        let pending = self.model.state == BookingState::PendingPayment;
        let answer = self.people[0].pay(&self.booking, method).await;
        self.told.push(format!("{method}: {}", answer.status));
        assert_eq!(answer.status == 202, pending, "{:?}: {:#}", self.told, answer.body);
        self.system.settle().await;
        if pending && method == "pm_card_visa" {
            self.model.paid(self.system.now());
        } else if pending {
            self.model.declined = true;
        }
    }

    async fn operate(&mut self, name: &str, event: BookingEvent, who: usize) {
        let path = format!("/bookings/{}/{name}/", self.booking);
        let call = self.people[who].call("POST", &path).once();
        let body = if name == "cancel" { json!({ "reason": "So it is." }) } else { json!({}) };
        let answer = call.json(body).send().await;
        let side = [Actor::Guest, Actor::Host][who];
        let wanted = self.model.asks(event, side, self.system.now());
        self.told.push(format!("{name} by the {side}: {} {}", answer.status, answer.body["code"]));
        match wanted {
            Ok(()) => assert_eq!(answer.status, 200, "{:?}: {:#}", self.told, answer.body),
            Err(code) => {
                assert_eq!((answer.status, &answer.body["code"]), (409, &json!(code)), "{:?}", self.told);
            }
        }
        self.system.settle().await;
    }

    async fn compare(&self) {
        let now = self.system.now();
        let seen = self.people[0].booking(&self.booking).await.body;
        assert_eq!(seen["state"], self.model.state.code(), "{:?}", self.told);
        let offered = allowed_actions(self.model.state, Actor::Guest, now, &self.model.windows);
        assert_eq!(seen["allowed_actions"], json!(offered), "{:?}", self.told);
        let (_, claims) = self.system.live_claims(&self.property).await;
        let own: Vec<_> = claims.iter().filter(|one| one.booking.as_deref() == Some(&self.booking)).collect();
        if self.model.state.holds_nights() && self.model.state != BookingState::Completed {
            assert_eq!(own.len(), 1, "{:?}", self.told);
        } else if !matches!(self.model.state, BookingState::Completed | BookingState::NoShow) {
            assert!(own.is_empty(), "{:?}: {own:?}", self.told);
        }
    }

    /// What the guest has paid in the end.
    async fn price(&self) -> i64 {
        let seen = self.people[0].booking(&self.booking).await.body;
        let amount = |value: &Value| value["amount"].as_i64().unwrap();
        match self.model.state {
            BookingState::Confirmed
            | BookingState::CheckedIn
            | BookingState::Completed
            | BookingState::NoShow
            | BookingState::CancelledByGuest
            | BookingState::CancelledByHost => {
                let back = seen["settlement"].as_object().map_or(0, |settled| amount(&settled["refund"]));
                amount(&seen["total"]) - back
            }
            _ => 0,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_lives_follow_the_table() {
    let system = System::start().await;
    let (mut host, mut guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let listings =
        [host.lists(|_| {}).await, host.lists(|body| body["booking_mode"] = json!("request")).await];
    let (mut paid, mut ends) = (0, std::collections::BTreeMap::new());
    for seed in 0..walks() {
        let mut dice = Dice(seed * 7919 + 17);
        let request = dice.roll(2);
        let dates = Dates::in_days(&guest, 1 + i64::try_from(dice.roll(3)).unwrap(), 2);
        let property = listings[request].clone();
        let held = guest.holds(&property, dates).await;
        let hold_ends = held.text("hold_expires_at").parse().unwrap();
        let mut walk = Walk {
            system: &system,
            people: [guest, host],
            property,
            booking: held.text("id"),
            model: Model::new(dates, hold_ends, request == 1),
            told: vec![format!("seed {seed}")],
        };
        // Two of three guests pay at once: unpaid holds are soon over, and say little.
        if dice.roll(3) > 0 {
            walk.pay("pm_card_visa").await;
        }
        for _ in 0..10 {
            walk.step(&mut dice).await;
        }
        // Whatever is left is lived to its end.
        let end = walk.model.windows.stay_ends + SignedDuration::from_hours(1);
        if system.now() < end {
            system.advance_to(end).await;
            for person in &mut walk.people {
                *person = person.again().await;
            }
        }
        walk.model.tick(system.now());
        walk.compare().await;
        paid += walk.price().await;
        let totals = system.handles().stripe.handle().totals().unwrap();
        let taken: i64 = totals.values().map(|usd| usd.captured - usd.refunded).sum();
        assert_eq!(taken, paid, "{:?}", walk.told);
        assert!(totals.values().all(|usd| usd.authorised == 0), "{:?}: {totals:?}", walk.told);
        *ends.entry(walk.model.state.code()).or_insert(0) += 1;
        [guest, host] = walk.people;
    }
    assert!(ends.len() >= 4, "one-sided: {ends:?}");
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

/// The bank's word comes when the hold is over and somebody else has the nights: the amount goes back by itself, the
/// guest is told, and the other guest keeps the nights.
#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_that_comes_too_late_gives_the_money_back() {
    let system = System::start().await;
    let (host, slow) = (system.host("Hanna Host").await, system.person("Sam Slow").await);
    let property = host.lists(|_| {}).await;
    let dates = Dates::in_days(&slow, 30, 2);
    let late = slow.holds(&property, dates).await.text("id");
    slow.pay(&late, "pm_card_authenticationRequired").await.expect(202);
    system.settle().await;
    let payments = slow.call("GET", "/payments/").send().await.expect(200);
    let page = payments.body["items"][0]["next_action"]["url"].as_str().unwrap().to_owned();
    // The schedule sleeps: the hold is over, and only who wants the nights ends it.
    let file = &system.handles().clock_file;
    let ahead = std::fs::read_to_string(file).map_or(0, |text| text.trim().parse::<i64>().unwrap());
    std::fs::write(file, (ahead + (15 * 60 + 1) * 1000).to_string()).unwrap();
    let quick = system.person("Quinn").await;
    let kept = quick.stays(&property, dates).await;
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    // The provider may have let go of it by then; if not, the guest proves it too late.
    let _ = client.get(page).send().await.unwrap();
    system.settle().await;
    let slow = slow.again().await;
    assert_eq!(slow.booking(&late).await.body["state"], "expired");
    let payments = slow.call("GET", "/payments/").send().await.expect(200);
    assert_eq!(payments.body["items"][0]["state"], "cancelled", "{:#}", payments.body);
    let totals = system.handles().stripe.handle().totals().unwrap();
    let total = quick.again().await.booking(&kept).await.body["total"]["amount"].as_i64().unwrap();
    assert!(
        totals.values().all(|usd| usd.authorised == 0 && usd.captured - usd.refunded == total),
        "{totals:?}"
    );
    let told = system.mails(&slow.email).await;
    assert!(told.len() >= 2, "{told:#?}");
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_early_departure_gives_nights_and_money_back() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host
        .lists(|body| {
            body["weekend_percent"] = json!(0);
            body["location"]["time_zone"] = json!("UTC");
        })
        .await;
    let dates = Dates::in_days(&guest, 40, 5);
    let booking = guest.stays(&property, dates).await;
    let noon = |days: i64, hour: i8| {
        let date = dates.check_in.checked_add(jiff::ToSpan::days(days)).unwrap();
        date.at(hour, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp()
    };
    system.advance_to(noon(0, 16)).await;
    let guest = guest.again().await;
    let post = async |person: &Person<'_>, name: &str, body: Value| {
        person.call("POST", &format!("/bookings/{booking}/{name}/")).once().json(body).send().await
    };
    post(&guest, "check-in", json!({})).await.expect(200);
    system.advance_to(noon(2, 9)).await;
    let guest = guest.again().await;
    post(&guest, "check-out", json!({})).await.refused(409, "too_early");
    let preview = guest.call("GET", &format!("/bookings/{booking}/cancellation/")).send().await.expect(200);
    // Of 1100.00 for five nights the host keeps two that were stayed and one more.
    assert_eq!(
        (&preview.body["host_keeps"]["amount"], &preview.body["refund"]["amount"]),
        (&json!(66_000), &json!(44_000))
    );
    let left = post(&guest, "cancel", json!({ "reason": "We are called home." })).await.expect(200);
    assert_eq!((&left.body["state"], &left.body["refund"]), (&json!("completed"), &preview.body["refund"]));
    system.settle().await;
    let (_, claims) = system.live_claims(&property).await;
    assert_eq!(
        claims[0].dates,
        Dates { check_in: dates.check_in, check_out: noon(2, 9).to_zoned(jiff::tz::TimeZone::UTC).date() }
    );
    // From tonight on somebody else may have it.
    let other = system.person("Otto").await;
    other.holds(&property, Dates { check_in: claims[0].dates.check_out, check_out: dates.check_out }).await;
    let host = host.again().await;
    post(&host, "no-show", json!({})).await.refused(409, "illegal_transition");
    system.stop().await;
}
