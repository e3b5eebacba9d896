//! The pages for people: what stands in them, who may see them, and how a browser shows them.

mod browser;
mod guard;
mod structure;

use serde_json::{Value, json};
use tests::{Answer, Dates, System};

/// What browsers want.
const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";

/// A system in which something of everything happened: the id of a booking that is paid, and one that was cancelled.
async fn lived_in() -> System {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let guest = system.person("Gus O'Guest").await;
    let property = host.lists(|listing| listing["title"] = json!("<b>House</b> & “garden”")).await;
    let stay = guest.stays(&property, Dates::in_days(&guest, 3, 4)).await;
    let other = guest.stays(&property, Dates::in_days(&guest, 10, 2)).await;
    system.settle().await;
    let cancel = guest.call("POST", &format!("/bookings/{other}/cancel/")).once();
    cancel.json(json!({ "reason": "Rain" })).send().await.expect(200);
    system.settle().await;
    assert_ne!(stay, other);
    system
}

/// What a browser gets.
async fn page(system: &System, path: &str) -> Answer {
    system.call("GET", path).header("accept", ACCEPT).send().await
}

async fn html(system: &System, path: &str) -> String {
    let answer = page(system, path).await.expect(200);
    answer.body.as_str().unwrap_or_else(|| panic!("{path} is no page: {}", answer.body)).to_owned()
}

/// What a browser is told after it sent a form: the status and where to go.
async fn form(system: &System, path: &str, fields: &'static str) -> (u16, String) {
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let call = client.post(format!("{}{path}", system.url()));
    let call = call.header("accept", ACCEPT).header("origin", system.url());
    let call = call.header("content-type", "application/x-www-form-urlencoded").body(fields);
    let answer = call.send().await.unwrap();
    let location = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    (answer.status().as_u16(), location.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_shows_who_stays_when() {
    let system = lived_in().await;
    let months = [system.now(), system.now() + jiff::SignedDuration::from_hours(24 * 6)]
        .map(|at| at.strftime("%Y-%m").to_string());
    let mut nights = 0;
    for month in months.iter().collect::<std::collections::BTreeSet<_>>() {
        let shown =
            system.call("GET", &format!("/_local/bookings/?month={month}")).send().await.expect(200).body;
        let page = html(&system, &format!("/_local/bookings/?month={month}")).await;
        for claim in shown["claims"].as_array().unwrap() {
            assert_eq!((&claim["kind"], &claim["booking"]["guest"]), (&json!("stay"), &json!("Gus O'Guest")));
            let id = claim["booking"]["id"].as_str().unwrap();
            nights += page.matches(&format!("href=\"#b-{id}\"")).count();
            assert!(page.contains(&format!("id=\"b-{id}\"")));
        }
        assert!(page.contains("&lt;b&gt;House&lt;/b&gt; &amp; “garden”"));
        assert!(!page.contains("<b>House"));
    }
    // A stay across the end of a month is on both pages; its week may be, too.
    assert!(nights >= 4, "{nights}");
    system.call("GET", "/_local/bookings/?month=2026-13").send().await.expect(400);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_books_are_shown_as_they_are() {
    let system = lived_in().await;
    let ledger = system.call("GET", "/_local/ledger/").send().await.expect(200).body;
    let sum = |list: &Value, member: &str| -> i64 {
        list.as_array().unwrap().iter().map(|row| row[member].as_i64().unwrap()).sum()
    };
    assert_eq!(sum(&ledger["accounts"], "balance"), 0);
    let posted = system.sql("SELECT sum(amount)::text FROM ledger_entries WHERE amount > 0").await;
    assert_eq!(Some(sum(&ledger["accounts"], "debits").to_string()), posted[0]);
    let journals = system.sql("SELECT id::text FROM ledger_journals ORDER BY at DESC, id DESC").await;
    let shown: Vec<Option<String>> = ledger["journals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|journal| journal["id"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(shown, journals);
    assert!(shown.len() >= 3, "two captures and a refund");
    let page = html(&system, "/_local/ledger/").await;
    assert!(page.contains("in balance") && page.contains("host pending"));

    // One account, one booking, and what is older.
    let of = async |query: &str| {
        system.call("GET", &format!("/_local/ledger/?{query}")).send().await.expect(200).body
    };
    for journal in of("account=guest_fees").await["journals"].as_array().unwrap() {
        assert!(journal["entries"].as_array().unwrap().iter().any(|entry| entry["account"] == "guest_fees"));
    }
    let first = shown[0].clone().unwrap();
    assert_eq!(of(&format!("before={first}")).await["journals"].as_array().unwrap().len(), shown.len() - 1);

    let payments = system.call("GET", "/_local/payments/").send().await.expect(200).body;
    let list = payments["payments"].as_array().unwrap();
    assert_eq!(list.len(), 2);
    let refunded = list.iter().find(|payment| payment["refunded"] != json!(0)).unwrap();
    assert_eq!(refunded["refunds"][0]["amount"], refunded["refunded"]);
    let booking = refunded["booking_id"].as_str().unwrap();
    let only =
        system.call("GET", &format!("/_local/payments/?booking={booking}")).send().await.expect(200).body;
    assert_eq!(only["payments"].as_array().unwrap().len(), 1);
    assert!(html(&system, "/_local/payments/").await.contains("Gus O'Guest"));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_shown_in_a_frame_that_can_do_nothing() {
    let system = System::start().await;
    let _person = system.person("Ida").await;
    let list = html(&system, "/_local/mail/?to=ida%40example.test").await;
    let start = list.find("/_local/mail/0").expect("a link to the mail");
    let path = &list[start..start + list[start..].find('"').unwrap()];
    let shown = html(&system, path).await;
    assert!(shown.contains(&format!("src=\"{path}body/\"")));
    assert!(shown.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\""));
    let body = page(&system, &format!("{path}body/")).await.expect(200);
    let policy = body.header("content-security-policy").to_owned();
    assert!(policy.contains("sandbox allow-popups") && !policy.contains("allow-scripts"), "{policy}");
    assert!(body.body.as_str().unwrap().starts_with("<base target=\"_blank\">"));
    assert_eq!(system.call("GET", path).send().await.expect(200).body["to"], "ida@example.test");
    system.call("GET", "/_local/mail/nothing/").send().await.expect(404);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_do_what_scripts_do() {
    let system = System::start().await;
    let before = system.now();
    let done = |path: &str| (303, path.to_owned());
    assert_eq!(form(&system, "/_local/clock/", "advance_seconds=86400").await, done("/_local/clock/"));
    assert!(system.now().duration_since(before).as_secs() >= 86_400);
    assert_eq!(form(&system, "/_local/clock/", "now=2030-01-02T03:04").await.0, 303);
    assert!(html(&system, "/_local/clock/").await.contains("2 Jan 2030, 03:04"));
    assert_eq!(form(&system, "/_local/clock/", "real=1").await.0, 303);
    assert!(system.now().duration_since(before).as_secs() < 3600);
    for wrong in ["advance_seconds=x", "advance_seconds=1&now=2030-01-02T03:04", "", "nonsense=1"] {
        assert_eq!(form(&system, "/_local/clock/", wrong).await.0, 400, "{wrong}");
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_go_back_by_a_button() {
    let system = System::start_with(|options| options.workers = false).await;
    let sqs = &system.handles().services.sqs;
    // A message that its receiver never deletes: each look makes it one receive older.
    let queue = local::plan::queue_name(domain::messages::Topic::Notifications);
    sqs.send(&queue, "{\"kept\":1}").await.unwrap();
    let letters = local::plan::dead_letters_name(domain::messages::Topic::Notifications);
    let client = system.handles().aws.sqs();
    for _ in 0..=local::plan::MAX_RECEIVE_COUNT {
        let url = sqs.queue_url(&queue);
        client
            .receive_message()
            .queue_url(url)
            .visibility_timeout(0)
            .wait_time_seconds(0)
            .send()
            .await
            .unwrap();
    }
    assert_eq!(sqs.dead_letters(10).await.unwrap()[&letters].len(), 1);
    let shown = html(&system, "/_local/queues/").await;
    assert!(shown.contains("&quot;kept&quot;: 1"), "{shown}");
    assert!(shown.contains(&format!("action=\"/_local/queues/{letters}/redrive/\"")));
    assert_eq!(form(&system, &format!("/_local/queues/{letters}/redrive/"), "").await.1, "/_local/queues/");
    assert!(sqs.dead_letters(10).await.unwrap()[&letters].is_empty());
    assert_eq!(sqs.peek(&queue, 10).await.unwrap().len(), 1);
    assert!(html(&system, "/_local/queues/").await.contains("Nothing was given up."));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn switches_strike_and_the_console_sees_past_them() {
    let system = System::start().await;
    let fields = "resuming_calls=0&unavailable_calls=0&timeout_before_calls=0&timeout_after_calls=0&lost_response_calls=0\
                  &throttle_percent=0&delay_ms=0&outage=&stripe_kind=rate_limited&stripe_calls=3&webhook_duplicates=2\
                  &webhook_late_ms=0&webhook_lost_percent=25";
    assert_eq!(form(&system, "/_local/faults/", fields).await.1, "/_local/faults/");
    let shown = system.call("GET", "/_local/faults/").send().await.expect(200).body;
    assert_eq!(
        shown["stripe"]["api"][0],
        json!({ "kind": { "rate_limited": 1 }, "when": { "next": 3 }, "path": "" })
    );
    assert_eq!(shown["stripe"]["webhooks"]["lost"], 0.25);
    assert!(html(&system, "/_local/faults/").await.contains("Faults are on."));
    assert!(html(&system, "/_local/").await.contains("Faults are on."));
    assert_eq!(form(&system, "/_local/faults/", "outage=").await.0, 400);
    // The database's own: for this system alone, since all systems of this test share the stand-in.
    let outage = local_data_api::FaultPlan {
        outage: Some(local_data_api::Outage::AccessDenied),
        ..local_data_api::FaultPlan::default()
    };
    system.handles().cluster.data_api().faults().set_for(system.database(), outage);
    system.call("GET", "/properties/").send().await.expect(500);
    html(&system, "/_local/ledger/").await;
    html(&system, "/_local/bookings/").await;
    system
        .handles()
        .cluster
        .data_api()
        .faults()
        .set_for(system.database(), local_data_api::FaultPlan::default());
    system.stop().await;
}
