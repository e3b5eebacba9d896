//! Faults of the database's service.

use std::sync::Arc;

use futures::future::join_all;
use local_data_api::FaultPlan;
use serde_json::json;
use store::Db;
use tests::{Answer, Attempt, Dates, Outcome, Person, System, faults_of_race};

use super::{books_agree, persist, recover};

/// Asks for a stay and books it, whatever it takes.
async fn book(guest: &Person<'_>, property: &str, dates: Dates) -> Attempt {
    Attempt::make(dates, async { Outcome::from(&quote_and_book(guest, property, dates).await) }).await
}

async fn quote_and_book(guest: &Person<'_>, property: &str, dates: Dates) -> Answer {
    let asked = json!({
        "check_in": dates.check_in, "check_out": dates.check_out,
        "guests": { "adults": 2, "children": 0, "infants": 0, "pets": 0 },
    });
    let path = format!("/properties/{property}/quotes/");
    let quote = persist(|| guest.call("POST", &path).json(asked.clone())).await;
    if quote.status != 201 {
        return quote;
    }
    let booked = json!({ "quote_id": quote.text("id") });
    persist(|| guest.call("POST", "/bookings/").json(booked.clone())).await
}

async fn pay(guest: &Person<'_>, attempt: &Attempt) {
    let body = json!({ "booking_id": attempt.booking(), "payment_method": "pm_card_visa" });
    persist(|| guest.call("POST", "/payments/").json(body.clone())).await.expect(202);
}

/// The plans, by the part of a fault that is theirs: each strikes three statements that contain `sql`.
fn counted(sql: &str) -> [FaultPlan; 6] {
    let plan = FaultPlan { sql_contains: Some(sql.to_owned()), ..FaultPlan::default() };
    [
        FaultPlan { resuming_calls: 3, ..plan.clone() },
        FaultPlan { unavailable_calls: 3, ..plan.clone() },
        FaultPlan { timeout_before_calls: 3, ..plan.clone() },
        FaultPlan { timeout_after_calls: 3, ..plan.clone() },
        FaultPlan { lost_response_calls: 3, ..plan.clone() },
        FaultPlan { throttle_probability: 0.5, seed: 7, ..plan },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn bookings_and_payments_survive_the_database() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let guests = join_all(["Ann", "Ben", "Cleo"].map(|name| system.person(name))).await;
    let property = host.lists(|_| {}).await;
    let faults = system.handles().cluster.data_api().faults();
    let mut attempts = Vec::new();
    let claims = counted("book_quote(").into_iter();
    for (round, (claims, payments)) in (0_i64..).zip(claims.zip(counted("payments"))) {
        faults.set_for(system.database(), claims);
        let stays = (0_i64..).zip(&guests).map(|(place, guest)| {
            // Neighbours meet on the day of turnover.
            book(guest, &property, Dates::in_days(guest, 20 + 6 * round + 2 * place, 2))
        });
        let booked = join_all(stays).await;
        faults.set_for(system.database(), payments);
        join_all(guests.iter().zip(&booked).map(|(guest, attempt)| pay(guest, attempt))).await;
        system.settle().await;
        attempts.extend(booked);
    }
    faults.clear_for(system.database());
    finish(&system, &property, &attempts, 18).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_every_fault_loses_nothing() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let guests = join_all(["Ann", "Ben", "Cleo"].map(|name| system.person(name))).await;
    let property = host.lists(|_| {}).await;
    let faults = system.handles().cluster.data_api().faults();
    let storm = FaultPlan {
        seed: 2026,
        resuming_calls: 5,
        timeout_after_calls: 10,
        lost_response_calls: 10,
        unknown_commit_calls: 5,
        throttle_probability: 0.05,
        server_error_probability: 0.03,
        service_unavailable_probability: 0.03,
        ..FaultPlan::default()
    };
    faults.set_for(system.database(), storm);
    let stays = (0_i64..24).zip(guests.iter().cycle()).map(|(place, guest)| {
        let property = &property;
        async move {
            // Two want each of the stays.
            let attempt = book(guest, property, Dates::in_days(guest, 20 + place / 2 * 2, 2)).await;
            if attempt.won() {
                pay(guest, &attempt).await;
            }
            attempt
        }
    });
    let attempts = join_all(stays).await;
    system.settle().await;
    faults.clear_for(system.database());
    finish(&system, &property, &attempts, 12).await;
    system.stop().await;
}

/// All that was promised is there once, paid and confirmed, and nothing else is.
async fn finish(system: &System, property: &str, attempts: &[Attempt], won: usize) {
    recover(system).await;
    let (units, claims) = system.live_claims(property).await;
    assert_eq!(faults_of_race(&units, &claims, attempts), []);
    assert_eq!(claims.len(), won);
    let states = system.sql("SELECT state || ' ' || count(*) FROM bookings GROUP BY state").await;
    assert_eq!(states, [Some(format!("confirmed {won}"))]);
    let states = system.sql("SELECT state || ' ' || count(*) FROM payments GROUP BY state").await;
    assert_eq!(states, [Some(format!("captured {won}"))]);
    let late = system.sql("SELECT topic FROM outbox WHERE done_at IS NULL AND topic = 'payments'").await;
    assert_eq!(late, [], "every step was marked done");
    books_agree(system).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_whose_commit_is_in_doubt_is_applied_once() {
    let system = System::start_with(|options| options.workers = false).await;
    let handles = system.handles();
    let fresh = format!("{}_fresh", system.database());
    handles.cluster.ensure_database(&fresh).await.unwrap();
    let db = Db::new(
        handles.aws.rdsdata(),
        local::CLUSTER_ARN,
        local::OWNER_SECRET_ARN,
        &fresh,
        Arc::new(platform::OsEntropy),
    );
    let faults = handles.cluster.data_api().faults();
    faults.set_for(&fresh, FaultPlan { unknown_commit_calls: 3, ..FaultPlan::default() });
    let mut failures = 0;
    // A deployment that fails is started again.
    while let Err(error) = store::migrations::migrate(&db, handles.clock.as_ref()).await {
        failures += 1;
        assert!(failures <= 3, "{error}");
    }
    assert_eq!(failures, 3, "the faults struck");
    assert!(store::migrations::migrate(&db, handles.clock.as_ref()).await.unwrap().is_empty());
    faults.clear_for(&fresh);
    handles.cluster.drop_database(&fresh).await.unwrap();
    system.stop().await;
}
