//! A small function with its surroundings: an embedded DynamoDB, a clock that stands still, tokens of its own.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{
    AdminCaller, App, AppParts, Caller, ETag, IdempotencyKey, IfMatch, OptionalCaller, Problem, ValidJson,
};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::response::IntoResponse;
use domain::clock::ManualClock;
use domain::messages::Message;
use domain::refusal::Refusal;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use platform::{Aws, Env, OsEntropy};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use services::tokens::{AccessClaims, Role, SigningKey};
use services::{Ctx, Failure, PublishError, Publisher};
use store::Db;
use store::idempotency::IdempotencyTable;
use store::keys::KeyTable;
use store::limits::LimitTable;
use tokio::sync::Semaphore;
use tower::ServiceExt;
use tower_http::normalize_path::NormalizePath;
use uuid::Uuid;

const ISSUER: &str = "https://issuer.test";

#[derive(Debug)]
struct Nobody;

#[async_trait]
impl Publisher for Nobody {
    async fn publish(&self, _: &[Message]) -> Result<(), PublishError> {
        Ok(())
    }
}

/// The function's state: the common one, and a count of what was done.
#[derive(Clone)]
struct Local {
    app: App,
    done: Arc<AtomicU32>,
    gate: Arc<Semaphore>,
}

impl FromRef<Local> for App {
    fn from_ref(local: &Local) -> Self {
        local.app.clone()
    }
}

/// Everything that a test needs.
pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) keys: KeyTable,
    pub(crate) app: App,
    pub(crate) done: Arc<AtomicU32>,
    /// Requests to `/slow` wait here.
    pub(crate) gate: Arc<Semaphore>,
    signing: SigningKey,
    service: NormalizePath<Router>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::counted_by(None).await
    }

    /// One whose requests are counted in these buckets.
    pub(crate) async fn counted_by(limits: Option<LimitTable>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let database = dynoxide::Database::memory().unwrap();
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let aws = aws_at(&url);
        create_table(&aws, "keys").await;
        create_table(&aws, "idempotency").await;

        let keys = KeyTable::new(aws.dynamodb(), "keys");
        let signing = new_key();
        keys.put_jwk(signing.kid(), &signing.public_jwk().unwrap()).await.unwrap();
        keys.put_cursor_key_if_absent(&[1; 32]).await.unwrap();

        let clock = Arc::new(ManualClock::at("2026-11-23T12:00:00Z".parse().unwrap()));
        let entropy = Arc::new(OsEntropy);
        let ctx = Ctx {
            db: Db::new(aws.rdsdata(), "cluster", "secret", "db", entropy.clone()),
            clock: clock.clone(),
            entropy,
            publisher: Arc::new(Nobody),
        };
        let app = App::from_parts(AppParts {
            ctx,
            stage: "test".to_owned(),
            issuer: ISSUER.to_owned(),
            audience: "innkeep".to_owned(),
            keys: keys.clone(),
            limits,
            counted: true,
            idempotency: IdempotencyTable::new(aws.dynamodb(), "idempotency"),
        });
        let done = Arc::new(AtomicU32::new(0));
        let gate = Arc::new(Semaphore::new(0));
        let local = Local { app: app.clone(), done: done.clone(), gate: gate.clone() };
        let service = crate::finish(router().with_state(local), app.edge());
        Self { clock, keys, app, done, gate, signing, service }
    }

    /// An access token of a person, good for 15 minutes.
    pub(crate) fn token(&self, user: u128) -> String {
        self.token_of(user, Role::Member)
    }

    pub(crate) fn token_of(&self, user: u128, role: Role) -> String {
        self.signed_by(&self.signing, user, role)
    }

    pub(crate) fn signed_by(&self, key: &SigningKey, user: u128, role: Role) -> String {
        let now = self.app.ctx().now().as_second();
        let claims = AccessClaims {
            iss: ISSUER.to_owned(),
            aud: "innkeep".to_owned(),
            sub: Uuid::from_u128(user).into(),
            exp: now + 900,
            iat: now,
            jti: Uuid::from_u128(9),
            sid: Uuid::from_u128(8).into(),
            role,
        };
        key.sign(&claims).unwrap()
    }

    pub(crate) fn count(&self) -> u32 {
        self.done.load(Ordering::SeqCst)
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.service.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// A POST by a person under a key.
    pub(crate) async fn post(&self, path: &str, user: u128, key: &str, body: &Value) -> Answer {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {}", self.token(user)))
            .header("idempotency-key", key)
            .header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }
}

/// Clients of the services at an address.
pub(crate) fn aws_at(url: &str) -> Aws {
    let env = Env::from_map(
        [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL", url),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect::<HashMap<_, _>>(),
    );
    Aws::from_env(&env).unwrap()
}

pub(crate) fn new_key() -> SigningKey {
    SigningKey::from_private_jwk(&SigningKey::generate(&OsEntropy).unwrap()).unwrap()
}

async fn create_table(aws: &Aws, name: &str) {
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build().unwrap();
    let attribute = AttributeDefinition::builder()
        .attribute_name("pk")
        .attribute_type(ScalarAttributeType::S)
        .build()
        .unwrap();
    aws.dynamodb()
        .create_table()
        .table_name(name)
        .key_schema(key)
        .attribute_definitions(attribute)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
}

fn router() -> axum::Router<Local> {
    use axum::routing::{get, patch, post};
    axum::Router::new()
        .route("/me", get(me))
        .route("/anyone", get(anyone))
        .route("/staff", get(staff))
        .route("/things", post(create))
        .route("/bookings", post(create))
        .route("/things/{id}", patch(change))
        .route("/slow", post(slow))
        .route("/broken", post(broken))
        .route("/panic", post(panics))
        .route("/raw", post(async |raw: crate::RawBody<{ 20 * 1024 * 1024 }>| raw.0.len().to_string()))
}

async fn me(caller: Caller) -> impl IntoResponse {
    axum::Json(json!({"user_id": caller.user_id}))
}

async fn anyone(OptionalCaller(caller): OptionalCaller) -> impl IntoResponse {
    axum::Json(json!({"user_id": caller.map(|caller| caller.user_id)}))
}

async fn staff(_: AdminCaller) -> StatusCode {
    StatusCode::NO_CONTENT
}

#[derive(Debug, Deserialize, Serialize, garde::Validate)]
#[serde(deny_unknown_fields)]
struct Thing {
    #[garde(length(chars, max = 10))]
    name: String,
}

async fn create(
    State(local): State<Local>,
    _: Caller,
    _: IdempotencyKey,
    ValidJson(thing): ValidJson<Thing>,
) -> Result<impl IntoResponse, Problem> {
    if thing.name == "taken" {
        return Err(Refusal::conflict("dates_unavailable", "Somebody was faster.").into());
    }
    let number = local.done.fetch_add(1, Ordering::SeqCst) + 1;
    let headers = [("location", format!("/things/{number}")), ("x-other", "not kept".to_owned())];
    Ok((StatusCode::CREATED, ETag::version(1), headers, axum::Json(json!({"number": number}))))
}

async fn change(_: Caller, if_match: IfMatch) -> Result<impl IntoResponse, Problem> {
    if_match.check(7)?;
    Ok((ETag::version(8), axum::Json(json!({}))))
}

async fn slow(State(local): State<Local>, _: Caller) -> StatusCode {
    local.done.fetch_add(1, Ordering::SeqCst);
    let _turn = local.gate.acquire().await.unwrap();
    StatusCode::NO_CONTENT
}

async fn broken(State(local): State<Local>) -> Problem {
    match local.done.fetch_add(1, Ordering::SeqCst) % 2 {
        0 => Failure::internal("secret detail").into(),
        _ => Failure::unavailable("secret detail").into(),
    }
}

async fn panics() -> StatusCode {
    panic!("secret detail")
}
