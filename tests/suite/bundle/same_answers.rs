//! The binaries answer as the local server does: one script of calls, told to both.

use serde_json::{Value, json};
use tests::{Answer, Bundle, Dates, Person, System, listing_body};

/// What must be the same: the call, its status, the headers that mean something, the body without what differs from
/// run to run.
type Told = (String, u16, Vec<(&'static str, String)>, Value);

const HEADERS: [&str; 8] = [
    "content-type",
    "cache-control",
    "allow",
    "www-authenticate",
    "idempotent-replayed",
    "x-content-type-options",
    "strict-transport-security",
    "content-security-policy",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_binaries_answer_as_the_local_server_does() {
    let local = System::start().await;
    let (deployed, bundle) = Bundle::system(|_| {}).await;
    let (expected, told) = tokio::join!(script(&local), script(&deployed));
    assert_eq!(expected.len(), told.len());
    let differences: Vec<String> = expected
        .iter()
        .zip(&told)
        .filter(|(expected, told)| expected != told)
        .map(|(expected, told)| format!("the local server says\n  {expected:?}\nand the binary\n  {told:?}"))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    for function in [
        "users",
        "properties",
        "bookings",
        "payments",
        "reviews",
        "messages",
        "wishlists",
        "graphql",
        "fallback",
    ] {
        assert!(bundle.invocations(function) > 0, "{function} was not asked");
    }
    let statuses: std::collections::BTreeSet<u16> = told.iter().map(|told| told.1).collect();
    for status in [200, 201, 202, 204, 304, 400, 401, 404, 405, 409, 412, 415, 422, 428] {
        assert!(statuses.contains(&status), "nothing was answered {status}: {statuses:?}");
    }
    local.stop().await;
    deployed.stop().await;
}

/// Collects what is answered.
struct Script<'s> {
    system: &'s System,
    told: Vec<Told>,
}

impl Script<'_> {
    fn note(&mut self, what: &str, answer: Answer) -> Answer {
        let headers = HEADERS.map(|name| (name, answer.header(name).to_owned()));
        self.told.push((what.to_owned(), answer.status, headers.into(), steady(&answer.body)));
        answer
    }

    async fn get(&mut self, path: &str) -> Answer {
        let answer = self.system.call("GET", path).send().await;
        self.note(&format!("GET {}", steady_text(path)), answer)
    }
}

async fn script(system: &System) -> Vec<Told> {
    let mut script = Script { system, told: Vec::new() };
    let host = system.host("Hanna Host").await;
    let guest = system.person("Gus Guest").await;
    users(&mut script, &guest).await;
    let property = properties(&mut script, &host).await;
    let booking = bookings(&mut script, &guest, &property).await;
    payments(&mut script, &guest, &booking).await;
    reviews(&mut script, &guest, &booking, &property).await;
    messages(&mut script, &guest, &booking, &property).await;
    wishlists(&mut script, &guest, &property).await;
    graphql(&mut script, &guest, &property).await;
    fallback(&mut script).await;
    script.told
}

async fn users(script: &mut Script<'_>, guest: &Person<'_>) {
    let system = script.system;
    script.note("me", guest.call("GET", "/users/me/").send().await);
    script.get("/users/me/").await;
    script.get(&format!("/users/{}/", guest.id)).await;
    script.get("/users/00000000-0000-7000-8000-000000000000/").await;
    script.get("/.well-known/jwks.json").await;
    let bad = json!({ "email": "no address", "password": "short", "name": "", "extra": 1 });
    script.note("register badly", system.call("POST", "/users/").json(bad).send().await);
    let bytes = system.call("POST", "/users/").body("application/json", &b"{\"name\": \"\xff\"}"[..]);
    script.note("register with bad UTF-8", bytes.send().await);
    let text = system.call("POST", "/users/login/").body("text/plain", "hello");
    script.note("sign in by plain text", text.send().await);
    let wrong = json!({ "email": guest.email, "password": "a-fine-wrong-password" });
    script.note("sign in wrongly", system.call("POST", "/users/login/").json(wrong).send().await);
    script.note("an invalid token", system.call("GET", "/users/me/").bearer("no.such.token").send().await);
    script.note("a wrong method", system.call("PUT", "/users/login/").send().await);
    let patch = guest.call("PATCH", "/users/me/").json(json!({ "name": "Gustav Guest" }));
    script.note("change a name", patch.send().await);
    let other = system.sign_in(&guest.email, "a-fine-long-password").await;
    let logout = other.call("POST", "/users/logout/").json(json!({ "refresh_token": other.refresh_token }));
    script.note("sign out", logout.send().await);
}

async fn properties(script: &mut Script<'_>, host: &Person<'_>) -> String {
    let create = host.call("POST", "/properties/").header("idempotency-key", "one").json(listing_body());
    let made = script.note("list", create.send().await);
    let create = host.call("POST", "/properties/").header("idempotency-key", "one").json(listing_body());
    script.note("list again by the same key", create.send().await);
    let other = host.call("POST", "/properties/").header("idempotency-key", "one").json(json!({}));
    script.note("list something else by the same key", other.send().await);
    let id = made.text("id");
    script.get(&format!("/properties/{id}/")).await;
    let publish = host.call("POST", &format!("/properties/{id}/publish/")).once().json(json!({}));
    script.note("publish", publish.send().await);
    let listing = format!("/properties/{id}");
    script.get(&listing).await;
    let patch = host.call("PATCH", &listing).json(json!({ "title": "House at the old mill" })).send().await;
    script.note("change without a precondition", patch);
    let patch = host.call("PATCH", &listing).header("if-match", "\"0\"");
    let patch = patch.json(json!({ "title": "House at the old mill" })).send().await;
    script.note("change what has changed", patch);
    script.get("/properties/?q=mill&limit=1").await;
    script.get("/properties/?limit=0&unknown=1").await;
    script.get("/properties/?q=caf%C3%A9%20%26%20more").await;
    script.get("/properties/a%20b%3Fc/").await;
    let photo = host.call("POST", &format!("/properties/{id}/photos/")).once();
    let photo = photo.json(json!({ "content_type": "image/gif", "byte_length": 1 })).send().await;
    script.note("announce a photo of a wrong kind", photo);
    id
}

async fn bookings(script: &mut Script<'_>, guest: &Person<'_>, property: &str) -> String {
    let dates = Dates::in_days(guest, 40, 3);
    let quote = script.note("quote", guest.quote(property, dates).await);
    let without = guest.call("POST", "/bookings/").json(json!({ "quote_id": quote.text("id") }));
    script.note("book without a key", without.send().await);
    let booking = script.note("book", guest.book(&quote.text("id")).await);
    script.note("quote nights that are taken", guest.quote(property, dates).await);
    let id = booking.text("id");
    script.note("booking", guest.call("GET", &format!("/bookings/{id}/")).send().await);
    script.note("bookings", guest.call("GET", "/bookings/?role=guest&limit=10").send().await);
    script.get(&format!("/bookings/{id}/")).await;
    let early = guest.call("POST", &format!("/bookings/{id}/check-in/")).once().json(json!({}));
    script.note("check in too early", early.send().await);
    id
}

async fn payments(script: &mut Script<'_>, guest: &Person<'_>, booking: &str) {
    let payment = script.note("pay", guest.pay(booking, "pm_card_visa").await);
    script.system.settle().await;
    let path = format!("/payments/{}/", payment.text("id"));
    let shown = script.note("payment", guest.call("GET", &path).send().await);
    let unchanged = guest.call("GET", &path).header("if-none-match", shown.header("etag"));
    script.note("payment, unchanged", unchanged.send().await);
    script.note("booking, paid", guest.call("GET", &format!("/bookings/{booking}/")).send().await);
    script.note("pay again", guest.pay(booking, "pm_card_visa").await);
    let forged = script.system.call("POST", "/payments/webhooks/stripe/");
    let forged = forged.header("stripe-signature", "t=1,v1=00").body("application/json", "{}").send().await;
    script.note("a forged webhook", forged);
}

async fn reviews(script: &mut Script<'_>, guest: &Person<'_>, booking: &str, property: &str) {
    let review = json!({ "booking_id": booking, "overall": 5, "public_text": "Too early to say." });
    script.note("review too early", guest.call("POST", "/reviews/").once().json(review).send().await);
    let review = json!({ "booking_id": booking, "overall": 6, "public_text": "" });
    script.note("review badly", guest.call("POST", "/reviews/").once().json(review).send().await);
    script.get(&format!("/reviews/?property_id={property}")).await;
    script.get("/reviews/00000000-0000-7000-8000-000000000000/").await;
}

async fn messages(script: &mut Script<'_>, guest: &Person<'_>, booking: &str, property: &str) {
    let ask = json!({ "property_id": property, "text": "Quiet? Write to gus@example.com." });
    let asked = script.note("ask", guest.call("POST", "/messages/threads/").once().json(ask).send().await);
    let thread = format!("/messages/threads/{}", asked.text("thread_id"));
    let both = json!({ "property_id": property, "booking_id": booking, "text": "Hello." });
    script.note("ask twice", guest.call("POST", "/messages/threads/").once().json(both).send().await);
    script.note("a conversation", guest.call("GET", &thread).send().await);
    script.note("conversations", guest.call("GET", "/messages/threads/").send().await);
    script.get(&thread).await;
}

async fn wishlists(script: &mut Script<'_>, guest: &Person<'_>, property: &str) {
    let name = json!({ "name": "By the sea" });
    let made = script.note("a list", guest.call("POST", "/wishlists/").json(name).send().await);
    let list = format!("/wishlists/{}", made.text("id"));
    script.note("wish", guest.call("PUT", &format!("{list}/items/{property}/")).send().await);
    script.note("wishes", guest.call("GET", &format!("{list}/items/")).send().await);
    let link = guest.call("POST", &format!("{list}/share/")).send().await.expect(201);
    let shared = format!("/wishlists/shared/?token={}", link.text("token"));
    script.note("a shared list", script.system.call("GET", &shared).send().await);
    script.get("/wishlists/shared/?token=none").await;
    script.get(&list).await;
}

async fn graphql(script: &mut Script<'_>, guest: &Person<'_>, property: &str) {
    let query = "query($id: ID!) { viewer { name } property(id: $id) { title host { name } } }";
    for body in [
        json!({ "query": query, "variables": { "id": property } }),
        json!({ "query": query }),
        json!({ "query": "{ nothing" }),
    ] {
        script.note("ask the graph", guest.call("POST", "/graphql/").json(body).send().await);
    }
    script.get("/graphql/?query=%7B__typename%7D").await;
}

async fn fallback(script: &mut Script<'_>) {
    script.get("/no/such/path/").await;
    script.get("/openapi.json").await;
    script.get("/problems/").await;
}

/// A body without what differs from run to run.
fn steady(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(steady_text(text)),
        Value::Array(values) => values.iter().map(steady).collect(),
        Value::Object(members) => {
            let steady = |(name, value): (&String, &Value)| {
                let opaque = ["token", "cursor", "secret", "instance", "kid", "x"].iter();
                let opaque = value.is_string() && opaque.into_iter().any(|part| name.ends_with(part));
                (name.clone(), if opaque { json!("<opaque>") } else { self::steady(value) })
            };
            Value::Object(members.iter().map(steady).collect())
        }
        other => other.clone(),
    }
}

/// A text without ids, ports and instants.
fn steady_text(text: &str) -> String {
    if text.parse::<jiff::Timestamp>().is_ok() {
        return "<instant>".to_owned();
    }
    let mut steady = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let length = if rest.get(..36).is_some_and(|id| id.parse::<uuid::Uuid>().is_ok()) {
            steady.push_str("<id>");
            36
        } else {
            let next = rest.chars().next().map_or(1, char::len_utf8);
            steady.push_str(&rest[..next]);
            next
        };
        rest = &rest[length..];
    }
    match steady.split_once("http://127.0.0.1:") {
        Some((before, after)) => {
            let after = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
            format!("{before}<base>{after}")
        }
        None => steady,
    }
}
