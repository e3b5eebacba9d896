//! The payments worker's own binary, killed at a chosen call: before it leaves, or after its effect and before the
//! answer. The database, the queues and the provider live on.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use local::{Deployed, Stack, StackOptions, Worker};
use local_lambda::{Function, Settings};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::bundle::{binary, settings};
use crate::system::System;
use crate::template::Template;

/// The function that is killed.
const NAME: &str = "payments-worker";
/// What it calls: the variables that say where.
const CALLS: [&str; 4] = [
    "AWS_ENDPOINT_URL_RDS_DATA",
    "AWS_ENDPOINT_URL_SQS",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "STRIPE_API_BASE",
];

/// When, about a call, the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The call never leaves.
    Before,
    /// The call had its effect, and its answer never comes.
    After,
}

/// The worker and the place where it dies next.
#[derive(Debug)]
pub struct Crashing {
    binary: PathBuf,
    settings: Settings,
    function: tokio::sync::Mutex<Option<Arc<Function>>>,
    plan: Mutex<Plan>,
    deaths: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Plan {
    /// The calls since it was armed.
    calls: usize,
    armed: Option<(usize, Moment)>,
    /// Where it died since it was armed.
    died: Option<String>,
}

impl Crashing {
    /// A system whose payments worker is a process that can be killed at any of its calls.
    pub async fn system(change: impl FnOnce(&mut StackOptions)) -> (System, Arc<Self>) {
        let mut made = None;
        let started = &mut made;
        let system = System::start_by(change, async |cluster, options| {
            Stack::start_with(cluster, options, async |variables| {
                let env = platform::Env::from_map(variables.clone());
                let mut deployed: Deployed = local::deploy(&env, &platform::Aws::from_env(&env)?)?;
                let crashing = Self::start(variables).await;
                deployed.payments = crashing.worker();
                *started = Some(crashing);
                Ok(deployed)
            })
            .await
        })
        .await;
        (system, made.expect("started"))
    }

    async fn start(variables: HashMap<String, String>) -> Arc<Self> {
        let template = Template::read();
        let globals: Vec<String> = template.global_variables().into_iter().collect();
        let deployed = template.functions().remove(NAME).expect("the worker");
        let mut settings = settings(&deployed, &globals, &variables);
        let mut upstreams = Vec::new();
        for call in CALLS {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let here = format!("http://{}", listener.local_addr().expect("an address"));
            let there = settings.variables.insert(call.to_owned(), here).expect("an endpoint");
            upstreams.push((listener, there));
        }
        let crashing = Arc::new(Self {
            // Built before anything waits for it.
            binary: binary(NAME).await,
            settings,
            function: tokio::sync::Mutex::new(None),
            plan: Mutex::default(),
            deaths: watch::Sender::new(0),
        });
        for (listener, upstream) in upstreams {
            let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
            let state = Arc::new(Relay { crashing: Arc::clone(&crashing), upstream, client });
            let router = Router::new().fallback(relay).with_state(state);
            tokio::spawn(async move { axum::serve(listener, router).await });
        }
        crashing
    }

    /// Lets it die at the call with this number, from 0, counted from now.
    pub fn arm(&self, call: usize, moment: Moment) {
        *self.plan() = Plan { armed: Some((call, moment)), ..Plan::default() };
    }

    /// Lets it live; answers at which call it died since it was armed.
    pub fn disarm(&self) -> Option<String> {
        std::mem::take(&mut *self.plan()).died
    }

    fn plan(&self) -> std::sync::MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the process dies at this call.
    fn reached(&self, call: &str) -> Option<Moment> {
        let mut plan = self.plan();
        let (at, moment) = plan.armed?;
        plan.calls += 1;
        if plan.calls <= at {
            return None;
        }
        plan.armed = None;
        plan.died = Some(format!("{moment:?} {call}"));
        Some(moment)
    }

    async fn kill(&self) {
        *self.function.lock().await = None;
        self.deaths.send_modify(|deaths| *deaths += 1);
    }

    async fn process(&self) -> Arc<Function> {
        let mut slot = self.function.lock().await;
        if let Some(function) = slot.as_ref() {
            return Arc::clone(function);
        }
        let function = Function::start(&self.binary, self.settings.clone()).await.expect("the binary");
        Arc::clone(slot.insert(Arc::new(function)))
    }

    fn worker(self: &Arc<Self>) -> Worker {
        let crashing = Arc::clone(self);
        Arc::new(move |event| {
            let crashing = Arc::clone(&crashing);
            Box::pin(async move {
                let event = serde_json::to_value(event).expect("JSON");
                let mut deaths = crashing.deaths.subscribe();
                let function = crashing.process().await;
                let answer = tokio::select! {
                    answer = function.invoke(&event) => answer.ok(),
                    _ = deaths.changed() => None,
                };
                // A function that dies gives back its whole batch.
                let answer = answer.unwrap_or_else(|| all_failed(&event));
                serde_json::from_value(answer).expect("a batch's response")
            })
        })
    }
}

fn all_failed(event: &Value) -> Value {
    let records = event["Records"].as_array().into_iter().flatten();
    let failed: Vec<Value> = records.map(|record| json!({ "itemIdentifier": record["messageId"] })).collect();
    json!({ "batchItemFailures": failed })
}

/// Stands between the process and one of the services that it calls.
struct Relay {
    crashing: Arc<Crashing>,
    upstream: String,
    client: reqwest::Client,
}

async fn relay(State(relay): State<Arc<Relay>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 8 << 20).await.expect("a body");
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let call = format!("{} {}", parts.method, target.unwrap_or_else(|| parts.uri.path()));
    match relay.crashing.reached(&call) {
        Some(Moment::Before) => {
            relay.crashing.kill().await;
            std::future::pending().await
        }
        Some(Moment::After) => {
            forward(&relay, parts, body).await;
            relay.crashing.kill().await;
            std::future::pending().await
        }
        None => forward(&relay, parts, body).await,
    }
}

async fn forward(relay: &Relay, parts: axum::http::request::Parts, body: Bytes) -> Response {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let url = format!("{}{path}", relay.upstream.trim_end_matches('/'));
    let mut headers = parts.headers;
    headers.remove("host");
    headers.remove("content-length");
    let sent = relay.client.request(parts.method, url).headers(headers).body(body).send().await;
    let Ok(answer) = sent else {
        return Response::builder().status(StatusCode::BAD_GATEWAY).body(Body::empty()).expect("a response");
    };
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for (name, value) in
        headers.iter().filter(|(name, _)| !["transfer-encoding", "connection"].contains(&name.as_str()))
    {
        response.headers_mut().append(name, value.clone());
    }
    response
}
