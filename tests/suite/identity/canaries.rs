//! Values planted in every personal field come back in no log line, figure, trace or dead letter of a deployment's process.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Dates, Person, System};

/// A word that stands in every field that takes one.
const CANARY: &str = "Zilpzalp";
/// Makes each call's idempotency key its own.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// The process that a container runs, over the services of a system that works nothing itself, with all that it says.
struct Deployed {
    child: Child,
    said: PathBuf,
    url: String,
    _folder: tempfile::TempDir,
}

impl Drop for Deployed {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Deployed {
    async fn over(system: &System) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let said = folder.path().join("said");
        let file = std::fs::File::create(&said).unwrap();
        let child = Command::new(tests::binary("innkeep").await)
            .args(["container", "--host", "127.0.0.1", "--port", "0"])
            .env_clear()
            .envs(&system.handles().variables)
            .env("LOG_LEVEL", "debug")
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        let mut deployed = Self { child, said, url: String::new(), _folder: folder };
        let deadline = Instant::now() + Duration::from_mins(1);
        while deployed.url.is_empty() {
            assert!(Instant::now() < deadline, "it does not get ready: {}", deployed.said());
            tokio::time::sleep(Duration::from_millis(50)).await;
            let said = deployed.said();
            let mut lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let address = lines.find_map(|line| line["address"].as_str().map(str::to_owned));
            deployed.url = address.map(|address| format!("http://{address}")).unwrap_or_default();
        }
        deployed
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.said).unwrap()
    }

    /// A call with a canary in each header that takes a text of the caller's.
    async fn call(&self, person: Option<&Person<'_>>, method: &str, path: &str, body: Value) -> (u16, Value) {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let mut request = client
            .request(method.parse().unwrap(), format!("{}{path}", self.url))
            .header("idempotency-key", format!("{CANARY}-{}", NEXT.fetch_add(1, Ordering::Relaxed)))
            .header("if-match", "*")
            .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
            .header("tracestate", format!("vendor={CANARY}"))
            .header("baggage", format!("name={CANARY}"))
            .header("x-amzn-trace-id", format!("Root=1-5759e988-bd862e3fe1be46a994272793;Name={CANARY}"))
            .header("x-request-id", CANARY)
            .header("referer", format!("https://example.test/{CANARY}"))
            .header("user-agent", CANARY)
            .header("cookie", format!("name={CANARY}"));
        if let Some(person) = person {
            request = request.bearer_auth(&person.token);
        }
        if method != "GET" {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }
}

/// The canary in every field of a listing that takes words.
fn listing() -> Value {
    let mut body = tests::listing_body();
    for field in ["title", "description"] {
        body[field] = json!(format!("{CANARY} {field}"));
    }
    for field in ["line1", "city", "region"] {
        body["location"]["address"][field] = json!(CANARY);
    }
    body
}

fn without_canary(what: &str, said: &str) {
    let (lower, word) = (said.to_lowercase(), CANARY.to_lowercase());
    let wrong: Vec<&str> = lower.lines().filter(|line| line.contains(&word)).collect();
    assert!(wrong.is_empty(), "{what}: {wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_figures_and_traces_of_a_deployment_repeat_nothing_that_anybody_said() {
    let system = System::start_with(|options| options.workers = false).await;
    let deployed = Deployed::over(&system).await;
    let (host, guest) =
        (system.host(&format!("{CANARY} Host")).await, system.person(&format!("{CANARY} Guest")).await);
    let by = |person, method, path: String, body| {
        let deployed = &deployed;
        async move { deployed.call(Some(person), method, &path, body).await }
    };
    let (status, property) = by(&host, "POST", "/properties/".to_owned(), listing()).await;
    assert_eq!(status, 201, "{property:#}");
    let property = format!("/properties/{}/", property["id"].as_str().unwrap());
    assert_eq!(by(&host, "POST", format!("{property}publish/"), json!({})).await.0, 200);
    let promotion = json!({ "code": CANARY.to_uppercase(), "benefit": { "basis": "percent", "percent": 5 } });
    assert_eq!(by(&host, "POST", format!("{property}promotions/"), promotion).await.0, 201);
    let dates = Dates::in_days(&guest, 30, 3);
    let wanted = json!({ "check_in": dates.check_in, "check_out": dates.check_out, "promo_code": CANARY.to_uppercase(),
                         "guests": { "adults": 2, "children": 0, "infants": 0, "pets": 0 } });
    let (status, quote) = by(&guest, "POST", format!("{property}quotes/"), wanted).await;
    assert_eq!(status, 201, "{quote:#}");
    let book = json!({ "quote_id": quote["id"], "message": format!("{CANARY} comes.") });
    let (status, booking) = by(&guest, "POST", "/bookings/".to_owned(), book.clone()).await;
    assert_eq!(status, 201, "{booking:#}");
    // The figures have something to say: a booking that is made, one that is in its way, a payment.
    by(&guest, "POST", "/bookings/".to_owned(), book).await;
    let pay = json!({ "booking_id": booking["id"], "payment_method": "pm_card_visa" });
    assert_eq!(by(&guest, "POST", "/payments/".to_owned(), pay).await.0, 202);
    system.settle().await;
    let booking = format!("/bookings/{}/", booking["id"].as_str().unwrap());
    let details = json!({ "guest_names": [CANARY], "arrival_time": "17:30", "notes": CANARY });
    assert_eq!(by(&guest, "PATCH", booking.clone(), details).await.0, 200);
    assert_eq!(by(&guest, "POST", format!("{booking}cancel/"), json!({ "reason": CANARY })).await.0, 200);
    system.settle().await;
    // What is wrong is repeated no more than what is right.
    for (person, method, path, body) in [
        (Some(&guest), "PATCH", "/users/me/".to_owned(), json!({ "name": CANARY, "time_zone": CANARY })),
        (Some(&guest), "PATCH", "/users/me/".to_owned(), json!({ (CANARY): CANARY })),
        (
            Some(&guest),
            "POST",
            "/users/me/email/".to_owned(),
            json!({ "email": format!("{CANARY}@example.test") }),
        ),
        (
            Some(&guest),
            "POST",
            "/reviews/".to_owned(),
            json!({ "booking_id": CANARY, "public_text": CANARY }),
        ),
        (Some(&guest), "POST", format!("{property}quotes/"), json!({ "check_in": CANARY })),
        (Some(&guest), "GET", format!("/properties/?q={CANARY}&cursor={CANARY}"), json!({})),
        (Some(&guest), "GET", format!("/{CANARY}/{CANARY}"), json!({})),
        (None, "POST", "/users/login/".to_owned(), json!({ "email": guest.email, "password": CANARY })),
        (
            None,
            "POST",
            "/users/".to_owned(),
            json!({ "email": guest.email, "password": CANARY, "name": CANARY }),
        ),
        (None, "POST", "/users/verify/".to_owned(), json!({ "token": CANARY })),
        (None, "POST", "/payments/webhooks/stripe/".to_owned(), json!({ "id": CANARY })),
    ] {
        let (status, _) = deployed.call(person, method, &path, body).await;
        assert!(status < 500, "{method} {path}: {status}");
    }
    system.settle().await;
    let said = deployed.said();
    let lines: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let figures: Vec<&Value> = lines.iter().filter(|line| line["_aws"].is_object()).collect();
    assert!(figures.iter().any(|line| line["bookings_made"].is_number()), "no figures");
    let answered = lines.iter().filter(|line| line.to_string().contains("\"answered\"")).count();
    assert!(answered > 15, "it logs what it does: {answered}");
    assert!(said.contains("4bf92f3577b34da6a3ce929d0e0e4736"), "the trace goes on");
    // A line says what it is about, by path or because of what was read, and in workers as well.
    let about = booking.trim_start_matches("/bookings/").trim_end_matches('/');
    let named = |message: &str, field: &str| {
        let mut lines = lines.iter().filter(|line| line["message"] == message);
        lines.any(|line| line["span"]["booking_id"] == about && line["span"][field].is_string())
    };
    for (message, field) in [
        ("answered", "request_id"),
        ("answered", "xray_trace_id"),
        ("answered", "payment_id"),
        ("worked off", "payment_id"),
    ] {
        assert!(named(message, field), "no line {message:?} of the booking has its {field}");
    }
    without_canary("what the process said", &said);
    for secret in [&guest.token, &guest.refresh_token, &host.token] {
        assert!(!said.contains(secret.as_str()), "a secret is in the log");
    }
    drop(deployed);
    system.stop().await;
}

/// Messages carry ids: what waits, what is done, and what was given up.
#[tokio::test(flavor = "multi_thread")]
async fn messages_and_dead_letters_carry_nothing_that_anybody_said() {
    let system = System::start().await;
    let (host, guest) =
        (system.host(&format!("{CANARY} Host")).await, system.person(&format!("{CANARY} Guest")).await);
    let property = host.lists(|body| *body = listing()).await;
    // From now on no mail goes out.
    system.handles().services.ses.fail_next(10_000, local_aws::ses::SendFault::Paused);
    let dates = Dates::in_days(&guest, 30, 3);
    let quote = guest.quote(&property, dates).await.expect(201).text("id");
    let book = json!({ "quote_id": quote, "message": format!("{CANARY} comes.") });
    let booking = guest.call("POST", "/bookings/").once().json(book).send().await.expect(201).text("id");
    guest.pay(&booking, "pm_card_visa").await.expect(202);
    system.settle().await;
    let wish = json!({ "email": format!("{CANARY}@example.test") });
    let traced = format!("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1;Name={CANARY}");
    let ask = guest.call("POST", "/users/me/email/").header("x-amzn-trace-id", &traced);
    ask.json(wish).send().await.expect(202);
    let photo = json!({ "content_type": "image/jpeg", "byte_length": 1000, "caption": CANARY });
    let photos = format!("/properties/{property}/photos/");
    let photo = host.call("POST", &photos).json(photo).send().await.expect(201).text("id");
    host.call("DELETE", &format!("{photos}{photo}/")).send().await.expect(204);
    let cancel = format!("/bookings/{booking}/cancel/");
    guest.call("POST", &cancel).once().json(json!({ "reason": CANARY })).send().await.expect(200);
    for _ in 0..8 {
        system.advance(360).await;
    }
    assert!(system.dead_letters().await > 3);
    let letters = system.handles().services.sqs.dead_letters(1000).await.unwrap();
    without_canary("dead letters", &format!("{letters:#?}"));
    let messages = system.sql("SELECT to_jsonb(o)::text FROM outbox o").await;
    assert!(messages.len() > 8, "{messages:#?}");
    for message in messages.into_iter().flatten() {
        without_canary("the outbox", &message);
    }
    system.stop().await;
}
