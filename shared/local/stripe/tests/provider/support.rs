//! A provider of one's own, and a caller.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::clock::ManualClock;
use domain::random::Entropy;
use local_stripe::{Faults, Handle, LocalStripe, Options};
use serde_json::Value;

pub(crate) const KEY: &str = "sk_test_provider";
pub(crate) const SECRET: &str = "whsec_provider";

/// Entropy that is the same in each run (splitmix64).
#[derive(Debug)]
pub(crate) struct Seeded(AtomicU64);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(seed)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let mut word = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (word >> 56) as u8;
        }
    }
}

pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2026-06-01T12:00:00Z".parse().unwrap()))
}

pub(crate) fn options(clock: Arc<ManualClock>, data_dir: Option<PathBuf>, seed: u64) -> Options {
    Options {
        data_dir,
        port: 0,
        api_key: KEY.to_owned(),
        webhook_secret: SECRET.to_owned(),
        webhook_url: None,
        clock,
        entropy: Seeded::new(seed),
    }
}

/// A provider in memory, its clock, and an HTTP client.
pub(crate) struct Bench {
    pub(crate) provider: LocalStripe,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) caller: Caller,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let clock = clock();
        let provider = LocalStripe::start(options(clock.clone(), None, 1)).await.unwrap();
        let caller = Caller::new(provider.url());
        Self { provider, clock, caller }
    }

    pub(crate) fn books(&self) -> &Handle {
        self.provider.handle()
    }

    pub(crate) fn faults(&self, json: Value) {
        self.books().set_faults(serde_json::from_value::<Faults>(json).unwrap());
    }

    /// An intent of 100.00 dollars, authorised.
    pub(crate) async fn authorised(&self, method: &str) -> String {
        let answer = self.caller.post("/v1/payment_intents", &intent(method), None).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// An intent of 100.00 dollars, captured.
    pub(crate) async fn captured(&self, method: &str) -> String {
        let id = self.authorised(method).await;
        let answer = self.caller.post(&format!("/v1/payment_intents/{id}/capture"), &[], None).await;
        assert_eq!(answer.body["status"], "succeeded", "{}", answer.body);
        id
    }

    /// The kinds of all events, oldest first.
    pub(crate) fn event_kinds(&self) -> Vec<String> {
        let events = self.books().events().unwrap();
        events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) fn intent(method: &str) -> Vec<(&str, &str)> {
    vec![
        ("amount", "10000"),
        ("currency", "usd"),
        ("capture_method", "manual"),
        ("confirm", "true"),
        ("payment_method", method),
        ("payment_method_types[]", "card"),
        ("return_url", "https://stay.example/back"),
        ("metadata[payment_id]", "p-1"),
        ("transfer_group", "booking-1"),
    ]
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn kind(&self) -> &str {
        self.body["error"]["type"].as_str().unwrap_or_default()
    }
}

#[derive(Clone)]
pub(crate) struct Caller {
    base: String,
    http: reqwest::Client,
}

impl Caller {
    pub(crate) fn new(base: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { base: base.to_owned(), http }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(KEY);
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)], key: Option<&str>) -> Answer {
        read(self.try_post(path, form, key).await.unwrap()).await
    }

    pub(crate) async fn try_post(
        &self,
        path: &str,
        form: &[(&str, &str)],
        key: Option<&str>,
    ) -> reqwest::Result<reqwest::Response> {
        let mut request = self.http.post(format!("{}{path}", self.base)).bearer_auth(KEY).form(form);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        request.send().await
    }

    /// Opens a page as a browser does, without a key.
    pub(crate) async fn open(&self, url: &str) -> u16 {
        self.http.get(url).send().await.unwrap().status().as_u16()
    }

    pub(crate) fn raw(&self) -> &reqwest::Client {
        &self.http
    }
}

async fn read(response: reqwest::Response) -> Answer {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let bytes = response.bytes().await.unwrap();
    Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
}

/// What a webhook brought.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) signature: String,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn id(&self) -> String {
        self.event()["id"].as_str().unwrap().to_owned()
    }
}

/// An endpoint that takes webhooks, or refuses the first few.
#[derive(Clone, Default)]
pub(crate) struct Endpoint {
    received: Arc<Mutex<Vec<Received>>>,
    refuse: Arc<AtomicU64>,
}

impl Endpoint {
    /// Refuses the next `count` webhooks with 500; each is still noted.
    pub(crate) fn refuse(&self, count: u64) {
        self.refuse.store(count, Ordering::SeqCst);
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub(crate) async fn serve(&self) -> String {
        async fn take(State(endpoint): State<Endpoint>, headers: HeaderMap, body: String) -> StatusCode {
            let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
            endpoint.received.lock().unwrap().push(Received { signature, body });
            let refused =
                endpoint.refuse.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if refused.is_ok() { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", axum::routing::post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        url
    }

    /// Waits until `count` webhooks have come.
    pub(crate) async fn wait(&self, count: usize) -> Vec<Received> {
        eventually(|| self.received().len() >= count).await;
        self.received()
    }
}

/// Waits until `done`, at most ten seconds.
pub(crate) async fn eventually(done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "it did not come about within ten seconds");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
