//! The command killed in the middle of its work, started again, stopped in order.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::ToSpan as _;
use jiff::civil::Date;
use local::{Cluster, Stack, StackOptions};
use local_data_api::postgres::PostgresOptions;
use serde_json::{Value, json};
use tests::{Dates, Innkeep, Visitor, binary};

const GUEST: &str = "guest@example.com";
/// How often it is killed.
const KILLS: usize = 3;
/// How many payments are acknowledged between two deaths.
const BETWEEN: usize = 4;
/// How long a system that works may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the guest was promised.
#[derive(Debug, Default)]
struct Promises {
    booked: Mutex<Vec<(String, Dates)>>,
    paid: Mutex<Vec<String>>,
    next: AtomicI64,
    enough: AtomicBool,
}

impl Promises {
    fn paid(&self) -> usize {
        self.paid.lock().unwrap().len()
    }
}

/// A folder that the database's account can reach, too.
fn folder() -> tempfile::TempDir {
    let mode = std::fs::Permissions::from_mode(0o755);
    tempfile::Builder::new().prefix("innkeep-crash-").permissions(mode).tempdir().unwrap()
}

fn start(program: &Path, data_dir: &Path, seed: &str) -> Innkeep {
    Innkeep::start(program, data_dir, seed).unwrap_or_else(|(status, said)| panic!("{status}: {said}"))
}

/// Books night after night and pays, until told that it is enough; what was begun is brought to its end.
async fn book_on(guest: Visitor, property: String, first: Date, promises: Arc<Promises>) {
    while !promises.enough.load(Ordering::Relaxed) {
        let number = promises.next.fetch_add(1, Ordering::Relaxed);
        let check_in = first.checked_add(number.days()).unwrap();
        let dates = Dates { check_in, check_out: check_in.tomorrow().unwrap() };
        let asked = json!({
            "check_in": dates.check_in, "check_out": dates.check_out,
            "guests": { "adults": 2, "children": 0, "infants": 0, "pets": 0 },
        });
        let path = format!("/properties/{property}/quotes/");
        let quote = guest.persist(&path, &format!("quote-{number}"), &asked).await.expect(201);
        let body = json!({ "quote_id": quote.text("id") });
        let booked = guest.persist("/bookings/", &format!("book-{number}"), &body).await.expect(201);
        let id = booked.text("id");
        promises.booked.lock().unwrap().push((id.clone(), dates));
        let body = json!({ "booking_id": id, "payment_method": "pm_card_visa" });
        guest.persist("/payments/", &format!("pay-{number}"), &body).await.expect(202);
        promises.paid.lock().unwrap().push(id);
    }
}

async fn wait_until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn advance(visitor: &Visitor, seconds: i64) {
    let step = json!({ "advance_seconds": seconds });
    visitor.call("POST", "/_local/clock/").json(step).send().await.expect(200);
}

async fn demo_guest(innkeep: &Innkeep) -> Visitor {
    Visitor::sign_in(innkeep.url(), GUEST, local::seed::PASSWORD).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_the_process() {
    let program = binary("innkeep").await;
    let data = folder();
    let mut innkeep = start(&program, data.path(), "demo");
    let guest = demo_guest(&innkeep).await;
    let found = guest.call("GET", "/properties/?q=garden").send().await.expect(200);
    let property = found.body["items"][0]["id"].as_str().unwrap().to_owned();
    let now: jiff::Timestamp =
        guest.call("GET", "/_local/clock/").send().await.expect(200).text("now").parse().unwrap();
    let first = now.to_zoned(jiff::tz::TimeZone::UTC).date().checked_add(20.days()).unwrap();

    let promises = Arc::new(Promises::default());
    let clients: Vec<_> = (0..3)
        .map(|_| tokio::spawn(book_on(guest.clone(), property.clone(), first, Arc::clone(&promises))))
        .collect();
    for _ in 0..KILLS {
        let before = promises.paid();
        wait_until("a few more stays", async || promises.paid() >= before + BETWEEN).await;
        innkeep.kill();
        innkeep = start(&program, data.path(), "demo");
        guest.moved(innkeep.url());
        // A key whose request died with the process is free again when its lock ends.
        advance(&guest, 40).await;
    }
    promises.enough.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }

    let guest = demo_guest(&innkeep).await;
    converge(&guest, &promises).await;
    let (status, took) = innkeep.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "it stopped after {took:?}");
    provider_agrees(data.path(), promises.paid()).await;
}

/// Everything that was promised comes true, once, within a few minutes of the clock.
async fn converge(guest: &Visitor, promises: &Promises) {
    let expected: BTreeSet<String> =
        promises.booked.lock().unwrap().iter().map(|(id, _)| id.clone()).collect();
    assert!(expected.len() > KILLS * BETWEEN);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let bookings = all_bookings(guest).await;
        let ids: Vec<&str> = bookings.iter().map(|booking| booking["id"].as_str().unwrap()).collect();
        let known: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!((known.len(), &known), (ids.len(), &expected), "each booking once, and no other");
        let open: Vec<_> = bookings.iter().filter(|booking| booking["state"] != "confirmed").collect();
        let unread = unmailed(guest, &expected).await;
        if open.is_empty() && unread.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "still open: {open:#?}; not told: {unread:?}");
        // Messages that died with a process come again when they are visible again.
        advance(guest, 61).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let stays = promises.booked.lock().unwrap().clone();
    for (id, dates) in stays {
        let booking = guest.call("GET", &format!("/bookings/{id}/")).send().await.expect(200).body;
        assert_eq!(booking["check_in"], json!(dates.check_in));
        let payments = booking["payments"].as_array().unwrap();
        assert_eq!(payments.len(), 1, "{payments:#?}");
        assert_eq!(payments[0]["captured"], booking["total"]);
    }
    let queues = guest.call("GET", "/_local/queues/").send().await.expect(200).body;
    let letters = queues["dead_letters"].as_object().unwrap();
    assert!(letters.values().all(|letters| letters == &json!([])), "{letters:#?}");
}

async fn all_bookings(guest: &Visitor) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = guest.call("GET", &format!("/bookings/?role=guest{cursor}")).send().await.expect(200).body;
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// The bookings whose guest has not been told that they are booked.
async fn unmailed(guest: &Visitor, promised: &BTreeSet<String>) -> Vec<String> {
    let mails = guest.call("GET", &format!("/_local/mail/?to={GUEST}")).send().await.expect(200).body;
    let mails = mails.as_array().unwrap();
    let told = |id: &str| {
        mails.iter().any(|mail| {
            mail["subject"].as_str().unwrap().ends_with("is booked")
                && mail["text"].as_str().unwrap().contains(id)
        })
    };
    promised.iter().filter(|id| !told(id)).cloned().collect()
}

/// The provider's books, opened again from the same folder: one payment for each stay, taken in full.
async fn provider_agrees(data_dir: &Path, paid: usize) {
    let cluster = Cluster::start(PostgresOptions::lasting(data_dir.join("postgres"))).await.unwrap();
    let cluster = Arc::new(cluster);
    let options = StackOptions {
        data_dir: Some(data_dir.to_owned()),
        workers: false,
        ..StackOptions::in_memory("innkeep")
    };
    let stack = Stack::start(Arc::clone(&cluster), options).await.unwrap();
    let intents = stack.handles().stripe.handle().intents().unwrap();
    assert_eq!(intents.len(), paid);
    assert!(intents.iter().all(|intent| intent["amount_received"] == intent["amount"]), "{intents:#?}");
    stack.stop().await;
    Arc::try_unwrap(cluster).unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_run_side_by_side_but_not_on_one_folder() {
    let program = binary("innkeep").await;
    let (one, other) = (folder(), folder());
    let first = start(&program, one.path(), "none");
    let second = start(&program, other.path(), "none");
    assert_ne!(first.url(), second.url());
    for innkeep in [&first, &second] {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let health = client.get(format!("{}/health/", innkeep.url())).send().await.unwrap();
        assert_eq!(health.status(), 200);
    }
    let (status, said) = Innkeep::start(&program, one.path(), "none").unwrap_err();
    assert_eq!(status.code(), Some(1));
    assert!(said.contains(&*one.path().canonicalize().unwrap().to_string_lossy()), "{said}");
    for innkeep in [first, second] {
        assert_eq!(innkeep.terminate().0.code(), Some(0));
    }
}
