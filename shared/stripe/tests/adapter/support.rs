//! An adapter and a provider of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::clock::ManualClock;
use domain::ids::{BookingId, PaymentId, RefundId};
use domain::money::Money;
use domain::random::Entropy;
use local_stripe::{Faults, Handle, LocalStripe, Options};
use serde_json::Value;
use services::gateway::{
    Authorisation, AuthorisationOutcome, AuthoriseRequest, IdempotencyKey, PaymentGateway, ProviderPaymentId,
    RefundRequest,
};
use stripe::{Secret, StripeClient, StripeConfig};
use uuid::Uuid;

pub(crate) const API_KEY: &str = "sk_test_adapter";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_adapter";

/// Entropy that is the same in each run.
#[derive(Debug)]
pub(crate) struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let mut word = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (word >> 56) as u8;
        }
    }
}

/// A provider in memory, its clock, and an adapter that gives up soon.
pub(crate) struct Bench {
    pub(crate) provider: LocalStripe,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) gateway: Arc<StripeClient>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let clock = Arc::new(ManualClock::at("2026-06-01T12:00:00Z".parse().unwrap()));
        let provider = LocalStripe::start(Options {
            data_dir: None,
            port: 0,
            api_key: API_KEY.to_owned(),
            webhook_secret: WEBHOOK_SECRET.to_owned(),
            webhook_url: None,
            clock: clock.clone(),
            entropy: Arc::new(Counting(AtomicU64::new(1))),
        })
        .await
        .unwrap();
        let gateway = Arc::new(client(provider.url(), &clock, |_| {}));
        Self { provider, clock, gateway }
    }

    pub(crate) fn books(&self) -> &Handle {
        self.provider.handle()
    }

    pub(crate) fn faults(&self, json: Value) {
        self.books().set_faults(serde_json::from_value::<Faults>(json).unwrap());
    }

    /// The next call fails so, once.
    pub(crate) fn fail_next(&self, times: u32, kind: &Value) {
        self.faults(serde_json::json!({ "api": [{ "kind": kind, "when": { "next": times } }] }));
    }

    /// Authorises 100.00 dollars for payment number `payment`.
    pub(crate) async fn authorise(&self, payment: u128, method: &str) -> Authorisation {
        self.gateway.authorise(&key(payment, "authorise"), &request(payment, method)).await.unwrap()
    }

    /// Authorises and captures 100.00 dollars.
    pub(crate) async fn captured(&self, payment: u128, method: &str) -> ProviderPaymentId {
        let authorisation = self.authorise(payment, method).await;
        assert_eq!(authorisation.outcome, AuthorisationOutcome::Authorised);
        let id = authorisation.provider_id;
        self.gateway.capture(&key(payment, "capture"), &id, usd(10_000)).await.unwrap();
        id
    }
}

pub(crate) fn client(
    base: &str,
    clock: &Arc<ManualClock>,
    change: impl FnOnce(&mut StripeConfig),
) -> StripeClient {
    let mut config = StripeConfig::new(Secret::new(API_KEY), "https://stay.example");
    base.clone_into(&mut config.api_base);
    config.first_pause = Duration::from_millis(5);
    config.attempt_timeout = Duration::from_secs(2);
    config.deadline = Duration::from_secs(5);
    change(&mut config);
    StripeClient::new(config, clock.clone(), Arc::new(Counting(AtomicU64::new(2)))).unwrap()
}

pub(crate) fn payment_id(number: u128) -> PaymentId {
    Uuid::from_u128(number).into()
}

pub(crate) fn booking_id() -> BookingId {
    Uuid::from_u128(77).into()
}

pub(crate) fn refund_id(number: u128) -> RefundId {
    Uuid::from_u128(number).into()
}

pub(crate) fn key(payment: u128, step: &str) -> IdempotencyKey {
    IdempotencyKey::derive(payment_id(payment), step, 1)
}

pub(crate) fn usd(amount: i64) -> Money {
    money(amount, "USD")
}

pub(crate) fn money(amount: i64, currency: &str) -> Money {
    Money::new(amount, currency.parse().unwrap())
}

pub(crate) fn request(payment: u128, method: &str) -> AuthoriseRequest {
    AuthoriseRequest {
        amount: usd(10_000),
        payment_method: method.to_owned(),
        payment_id: payment_id(payment),
        booking_id: booking_id(),
        transfer_group: "booking-77".to_owned(),
    }
}

pub(crate) fn refund(id: &ProviderPaymentId, number: u128, amount: i64) -> RefundRequest {
    RefundRequest {
        provider_id: id.clone(),
        amount: usd(amount),
        payment_id: payment_id(1),
        refund_id: refund_id(number),
    }
}

/// Opens a page as the guest's browser does.
pub(crate) async fn open(url: &str) -> u16 {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    http.get(url).send().await.unwrap().status().as_u16()
}
