//! Webhooks from the provider to the adapter, delivered as badly as they may be.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::clock::{Clock, ManualClock};
use serde_json::json;
use services::gateway::{AccountState, PaymentGateway, ProviderDisputeState, ProviderPaymentState};
use stripe::{Event, EventKind, SIGNATURE_TOLERANCE, Secret, Subject, verify_signature};

use crate::support::{Bench, WEBHOOK_SECRET, key, refund, refund_id, usd};

/// An endpoint that believes only what verifies.
#[derive(Clone)]
struct Endpoint {
    events: Arc<Mutex<Vec<Event>>>,
    clock: Arc<ManualClock>,
}

impl Endpoint {
    async fn serve(bench: &Bench) -> Self {
        async fn take(State(endpoint): State<Endpoint>, headers: HeaderMap, body: Bytes) {
            let header = headers["stripe-signature"].to_str().unwrap();
            let secrets = [Secret::new("whsec_next"), Secret::new(WEBHOOK_SECRET)];
            let event =
                verify_signature(&body, header, &secrets, endpoint.clock.now(), SIGNATURE_TOLERANCE).unwrap();
            endpoint.events.lock().unwrap().push(event);
        }
        let endpoint = Self { events: Arc::default(), clock: bench.clock.clone() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/payments/webhooks/stripe/", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/payments/webhooks/stripe/", axum::routing::post(take))
            .with_state(endpoint.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        bench.provider.set_webhook_url(Some(url));
        endpoint
    }

    /// Waits until the provider has nothing left to deliver.
    async fn settled(&self, bench: &Bench) -> Vec<Event> {
        let deadline = Instant::now() + Duration::from_secs(10);
        while bench.books().pending_webhooks().unwrap() > 0 {
            assert!(Instant::now() < deadline, "webhooks are still pending after ten seconds");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.events.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn every_kind_that_is_acted_on_is_read() {
    let bench = Bench::new().await;
    let endpoint = Endpoint::serve(&bench).await;
    let id = bench.captured(1, "pm_card_visa").await;
    bench.gateway.refund(&key(1, "refund"), &refund(&id, 101, 2_500)).await.unwrap();
    let voided = bench.authorise(2, "pm_card_visa").await.provider_id;
    bench.gateway.void(&key(2, "void"), &voided).await.unwrap();
    bench.authorise(3, "pm_card_chargeDeclined").await;
    bench.authorise(4, "pm_card_authenticationRequired").await;
    bench.captured(5, "pm_card_createDispute").await;
    let account = make_account(&bench).await;
    bench.books().enable_account(&account).unwrap();

    let events = endpoint.settled(&bench).await;
    let subject = |kind: EventKind| {
        let event = events.iter().find(|event| event.kind == kind).unwrap_or_else(|| panic!("no {kind:?}"));
        event.subject().unwrap()
    };
    let payment = |kind| match subject(kind) {
        Subject::Payment(payment) => payment,
        other => panic!("{other:?}"),
    };
    assert_eq!(payment(EventKind::PaymentAuthorised).state, ProviderPaymentState::Authorised);
    assert_eq!(payment(EventKind::PaymentCaptured).captured, usd(10_000));
    assert_eq!(payment(EventKind::PaymentCancelled).provider_id, voided);
    assert!(matches!(payment(EventKind::PaymentFailed).state, ProviderPaymentState::Declined(_)));
    assert!(matches!(
        payment(EventKind::PaymentRequiresAction).state,
        ProviderPaymentState::RequiresAction { url: Some(_), .. }
    ));
    let Subject::Refund(refund, of) = subject(EventKind::RefundCreated) else { panic!() };
    assert_eq!((refund.refund_id, refund.amount, of), (Some(refund_id(101)), usd(2_500), Some(id)));
    let Subject::Dispute(dispute) = subject(EventKind::DisputeOpened) else { panic!() };
    assert_eq!((dispute.amount, dispute.state), (usd(10_000), ProviderDisputeState::Open));
    assert!(dispute.evidence_due_at > Some(dispute.created_at));
    assert_eq!(bench.gateway.retrieve_dispute(&dispute.provider_id).await, Ok(dispute));
    let Subject::Account(account) = subject(EventKind::AccountUpdated) else { panic!() };
    assert_eq!(account.state, AccountState::Enabled);
}

async fn make_account(bench: &Bench) -> String {
    let user_id: domain::ids::UserId = uuid::Uuid::from_u128(5).into();
    let request = services::gateway::AccountRequest {
        user_id,
        email: "host@example.com".to_owned(),
        country: "US".to_owned(),
    };
    let key = services::gateway::IdempotencyKey::derive(user_id, "account", 1);
    bench.gateway.create_account(&key, &request).await.unwrap().provider_id.to_string()
}

#[tokio::test]
async fn duplicated_shuffled_and_lost_the_rest_can_still_be_fetched() {
    let bench = Bench::new().await;
    bench.faults(json!({ "seed": 9, "webhooks": {
        "duplicates": 2, "lost": 0.3, "shuffle": { "seed": 4, "window_ms": 20 }
    } }));
    for payment in 0..8 {
        bench.captured(payment, "pm_card_visa").await;
    }
    let endpoint = Endpoint::serve(&bench).await;
    let delivered = endpoint.settled(&bench).await;
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for event in &delivered {
        *counts.entry(&event.id).or_default() += 1;
    }
    assert!(counts.values().all(|count| *count == 3));
    let happened = bench.books().events().unwrap();
    assert!(counts.len() < happened.len(), "none of {} was lost", happened.len());
    let order: Vec<usize> = delivered
        .iter()
        .map(|event| happened.iter().position(|known| known["id"] == event.id.as_str()).unwrap())
        .collect();
    assert!(!order.is_sorted());
    // Whatever came or not, asking tells the truth.
    for event in happened.iter().filter(|event| event["type"] == "payment_intent.succeeded") {
        let parsed = Event::parse(event.to_string().as_bytes()).unwrap();
        let Subject::Payment(payment) = parsed.subject().unwrap() else { panic!() };
        let read = bench.gateway.retrieve(&payment.provider_id).await.unwrap();
        assert!(read.fee.as_ref().is_some_and(|fee| fee.amount.amount() > 0), "{read:?}");
        // An event does not tell the fee.
        assert_eq!(services::gateway::ProviderPayment { fee: None, ..read }, payment);
    }
}

#[tokio::test]
async fn a_late_webhook_is_signed_when_it_leaves() {
    let bench = Bench::new().await;
    let endpoint = Endpoint::serve(&bench).await;
    bench.faults(json!({ "webhooks": { "late_ms": 3_600_000 } }));
    bench.authorise(1, "pm_card_visa").await;
    bench.clock.advance_millis(3_600_000);
    let events = endpoint.settled(&bench).await;
    assert_eq!(events.len(), 3);
    assert!(bench.clock.now().duration_since(events[0].created).as_secs() >= 3600);
}
