//! Who is written to, when, and how often: once.

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tests::{Dates, Person, System};

const PASSWORD: &str = "a-fine-long-password";

/// The subjects of the mails to a person since the last look.
struct Post<'p, 's> {
    person: &'p Person<'s>,
    read: usize,
}

impl<'p, 's> Post<'p, 's> {
    /// What has come so far is read.
    async fn of(person: &'p Person<'s>) -> Self {
        Self { person, read: person.system().mails(&person.email).await.len() }
    }

    async fn new_mails(&mut self) -> Vec<Value> {
        self.person.system().settle().await;
        let mut mails = self.person.system().mails(&self.person.email).await.split_off(self.read);
        self.read += mails.len();
        // Receipts come with the schedule, whatever else happens; they have a test of their own.
        let is_receipt = |mail: &Value| {
            let subject = mail["subject"].as_str().unwrap_or_default();
            subject.starts_with("Receipt ") || subject.starts_with("Credit note ")
        };
        mails.retain(|mail| !is_receipt(mail));
        mails
    }

    /// The mails that have come are these and no others.
    #[track_caller]
    fn check(mails: &[Value], subjects: &[&str], step: &str) {
        let found: Vec<&str> =
            mails.iter().map(|mail| mail["subject"].as_str().unwrap_or_default()).collect();
        assert_eq!(found, subjects, "{step}");
        for mail in mails {
            let (text, html) =
                (mail["text"].as_str().unwrap_or_default(), mail["html"].as_str().unwrap_or_default());
            assert!(text.contains("Hello ") && html.contains("Hello "), "{mail:#}");
            assert!(!text.contains("{{") && !text.contains("none"), "{text}");
        }
    }
}

async fn act(who: &Person<'_>, booking: &str, what: &str, body: Value) -> Value {
    let path = format!("/bookings/{booking}/{what}/");
    who.call("POST", &path).once().json(body).send().await.expect(200).body
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_of_a_stay_writes_to_the_right_people_once() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let (mut to_host, mut to_guest) = (Post::of(&host).await, Post::of(&guest).await);
    let dates = Dates::in_days(&guest, 30, 3);
    let booking = guest.holds(&property, dates).await.text("id");
    Post::check(&to_guest.new_mails().await, &[], "a hold");
    guest.pay(&booking, "pm_card_chargeDeclined").await.expect(202);
    Post::check(
        &to_guest.new_mails().await,
        &["Your card was declined for House at the mill pond"],
        "a declined card",
    );
    guest.pay(&booking, "pm_card_visa").await.expect(202);
    let mails = to_guest.new_mails().await;
    Post::check(&mails, &["Your stay at House at the mill pond is booked"], "paid");
    assert!(
        mails[0]["text"].as_str().unwrap().contains("12 Mill Lane"),
        "the guest learns where it is: {:#}",
        mails[0]
    );
    let mails = to_host.new_mails().await;
    Post::check(&mails, &["Gus comes to House at the mill pond"], "paid");

    let zone = TimeZone::get("America/New_York").unwrap();
    let at =
        |date: jiff::civil::Date, hour| date.at(hour, 0, 0, 0).to_zoned(zone.clone()).unwrap().timestamp();
    system.advance_to(at(dates.check_in, 16)).await;
    let signed_in = guest.again().await;
    act(&signed_in, &booking, "check-in", json!({})).await;
    act(&signed_in, &booking, "check-in", json!({})).await;
    Post::check(&to_guest.new_mails().await, &["Welcome to House at the mill pond"], "arrived");
    Post::check(&to_host.new_mails().await, &["Gus has arrived at House at the mill pond"], "arrived");
    system.advance_to(at(dates.check_out, 10)).await;
    let (host, guest) = (host.again().await, guest.again().await);
    act(&guest, &booking, "check-out", json!({})).await;
    Post::check(&to_guest.new_mails().await, &["How was your stay at House at the mill pond?"], "left");
    let of_host = to_host.new_mails().await;
    assert_eq!(of_host.len(), 1, "left: {of_host:#?}");

    let review = |text: &str| json!({ "booking_id": booking, "overall": 5, "public_text": text });
    guest.call("POST", "/reviews/").once().json(review("A warm stove.")).send().await.expect(201);
    // That one side has written leaks nowhere before the other has.
    Post::check(&to_host.new_mails().await, &[], "the first review");
    Post::check(&to_guest.new_mails().await, &[], "the first review");
    host.call("POST", "/reviews/").once().json(review("Left it tidy.")).send().await.expect(201);
    let public = ["The reviews of House at the mill pond are public"];
    Post::check(&to_guest.new_mails().await, &public, "the second review");
    Post::check(&to_host.new_mails().await, &public, "the second review");

    // What was sent is not sent again by anything that comes later.
    system.advance(30 * 86_400).await;
    Post::check(&to_guest.new_mails().await, &[], "a month later");
    Post::check(&to_host.new_mails().await, &[], "a month later");
    assert_eq!(system.dead_letters().await, 0);
    let open = system.sql("SELECT count(*)::text FROM outbox WHERE done_at IS NULL").await;
    assert_eq!(open, [Some("0".to_owned())], "every message is done");
    system.stop().await;
}

/// What becomes of a booking by an answer, a cancellation or the passing of time, and how many mails each side gets.
#[tokio::test(flavor = "multi_thread")]
async fn answers_cancellations_and_ends_by_themselves_are_told_to_both() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let instant = host.lists(|_| {}).await;
    let request = host.lists(|body| body["booking_mode"] = json!("request")).await;
    let (mut to_host, mut to_guest) = (Post::of(&host).await, Post::of(&guest).await);
    let mut days = 30;
    let mut next = || {
        days += 10;
        Dates::in_days(&guest, days, 2)
    };
    let reason = json!({ "reason": "The train does not run." });

    let booking = guest.stays(&instant, next()).await;
    to_guest.new_mails().await;
    to_host.new_mails().await;
    act(&guest, &booking, "cancel", reason.clone()).await;
    let (guests, hosts) = (to_guest.new_mails().await, to_host.new_mails().await);
    assert_eq!((guests.len(), hosts.len()), (1, 1), "cancelled by the guest: {guests:#?} {hosts:#?}");

    let booking = guest.stays(&instant, next()).await;
    to_guest.new_mails().await;
    to_host.new_mails().await;
    act(&host, &booking, "cancel", reason).await;
    let (guests, hosts) = (to_guest.new_mails().await, to_host.new_mails().await);
    assert_eq!((guests.len(), hosts.len()), (1, 1), "cancelled by the host: {guests:#?} {hosts:#?}");

    for (answer, by_host) in [("decline", true), ("withdraw", false), ("accept", true)] {
        let booking = guest.stays(&request, next()).await;
        let (guests, hosts) = (to_guest.new_mails().await, to_host.new_mails().await);
        assert_eq!((guests.len(), hosts.len()), (1, 1), "requested: {guests:#?} {hosts:#?}");
        act(if by_host { &host } else { &guest }, &booking, answer, json!({})).await;
        let (guests, hosts) = (to_guest.new_mails().await, to_host.new_mails().await);
        // Who declines knows it.
        let expected = if answer == "decline" { (1, 0) } else { (1, 1) };
        assert_eq!((guests.len(), hosts.len()), expected, "{answer}: {guests:#?} {hosts:#?}");
    }

    let forgotten = guest.stays(&request, next()).await;
    to_guest.new_mails().await;
    to_host.new_mails().await;
    system.advance(24 * 3600 + 60).await;
    let (guests, hosts) = (to_guest.new_mails().await, to_host.new_mails().await);
    assert_eq!((guests.len(), hosts.len()), (1, 1), "a request lapses: {guests:#?} {hosts:#?}");
    let guest = guest.again().await;
    assert_eq!(guest.booking(&forgotten).await.body["state"], "expired");
    guest.holds(&instant, Dates::in_days(&guest, 300, 2)).await;
    system.advance(15 * 60 + 60).await;
    let (guests, hosts) = (to_guest.new_mails().await, to_host.new_mails().await);
    assert_eq!((guests.len(), hosts.len()), (1, 0), "a hold lapses: {guests:#?} {hosts:#?}");
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

/// The mail service fails a while: everything comes in the end, and once.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_service_that_is_away_delays_mails_and_doubles_none() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let (mut to_host, mut to_guest) = (Post::of(&host).await, Post::of(&guest).await);
    system.handles().services.ses.fail_next(8, local_aws::ses::SendFault::Throttled);
    guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    // Past every visibility.
    for _ in 0..5 {
        system.advance(360).await;
    }
    Post::check(
        &to_guest.new_mails().await,
        &["Your stay at House at the mill pond is booked"],
        "in the end",
    );
    Post::check(&to_host.new_mails().await, &["Gus comes to House at the mill pond"], "in the end");
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

/// Somebody who registers in French reads French, by the clock of their own zone and with the signs of the language,
/// from the first mail on; the other side of the booking reads theirs.
#[tokio::test(flavor = "multi_thread")]
async fn each_side_reads_its_own_language() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let spanish = json!({ "locale": "es-MX", "time_zone": "America/Mexico_City" });
    host.call("PATCH", "/users/me/").json(spanish).send().await.expect(200);
    let registration = json!({
        "email": "ada@example.test", "password": PASSWORD, "name": "Ada Lovelace",
        "locale": "fr-CA", "time_zone": "America/Montreal",
    });
    system.call("POST", "/users/").json(registration).send().await.expect(202);
    system.settle().await;
    let mails = system.mails("ada@example.test").await;
    assert_eq!(mails[0]["subject"], "Confirmez votre adresse");
    let text = mails[0]["text"].as_str().unwrap();
    assert!(text.contains("jusqu’au ") && text.contains("\u{a0}h") && text.contains("(America/"), "{text}");
    let token = json!({ "token": system.mailed_token("ada@example.test").await });
    system.call("POST", "/users/verify/").json(token).send().await.expect(204);
    let guest = system.sign_in("ada@example.test", PASSWORD).await;

    let euros = |body: &mut Value| {
        body["currency"] = json!("EUR");
        body["nightly_price"]["currency"] = json!("EUR");
        body["cleaning_fee"]["currency"] = json!("EUR");
    };
    let property = host.lists(euros).await;
    let (mut to_host, mut to_guest) = (Post::of(&host).await, Post::of(&guest).await);
    let dates = Dates::in_days(&guest, 30, 5);
    guest.stays(&property, dates).await;
    let (of_guest, of_host) = (to_guest.new_mails().await, to_host.new_mails().await);
    assert_eq!(of_guest[0]["subject"], "Votre séjour est réservé\u{a0}: House at the mill pond");
    assert_eq!(of_host[0]["subject"], "Ada viene a su alojamiento: House at the mill pond");
    for part in ["text", "html"] {
        let (french, spanish) = (of_guest[0][part].as_str().unwrap(), of_host[0][part].as_str().unwrap());
        assert!(french.contains("Bonjour Ada,") && french.contains("1\u{202f}254,00\u{a0}€"), "{french}");
        assert!(french.contains("Arrivée\u{a0}: ") && french.contains("à partir de 15\u{a0}h"), "{french}");
        assert!(spanish.contains("Hola, Hanna:") && spanish.contains("1067,00\u{a0}€"), "{spanish}");
        assert!(spanish.contains(", a partir de las 15:00"), "{spanish}");
    }
    // A language that nobody writes here is answered in English.
    guest.call("PATCH", "/users/me/").json(json!({ "locale": "gsw-CH" })).send().await.expect(200);
    guest.stays(&property, Dates::in_days(&guest, 60, 2)).await;
    assert_eq!(to_guest.new_mails().await[0]["subject"], "Your stay at House at the mill pond is booked");
    system.stop().await;
}
