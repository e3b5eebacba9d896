//! GraphQL over HTTP: what is well-formed, in which form it is answered, and with which status.

mod accept;
mod answer;
mod asked;
mod persisted;
mod run;

use axum::extract::{FromRef, FromRequest as _, FromRequestParts as _, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::ALLOW;
use platform::config::{CacheConfig, Env, MediaConfig, load};
use platform::{Aws, ConfigError};
use services::read_cache::ReadCache;
use store::read_cache::CacheTable;
use web::media::Media;
use web::{App, OptionalCaller, Problem, RawBody};

use crate::schema::{Schema, schema};
use accept::Form;
use answer::Answer;
use asked::Body;
use persisted::Documents;

/// The longest body, in bytes: documents are short, and what is long is sent by presigned addresses.
const MAX_BODY: usize = 128 * 1024;

/// The longest path with its query, in bytes: what leaves room for headers in the 10,240 bytes that API Gateway takes.
const MAX_URI: usize = 8_000;

/// What the handlers hold.
#[derive(Clone)]
pub struct GraphqlState {
    app: App,
    media: Media,
    cache: ReadCache,
    schema: Schema,
    documents: Documents,
}

impl std::fmt::Debug for GraphqlState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("GraphqlState").field("app", &self.app).finish_non_exhaustive()
    }
}

impl GraphqlState {
    /// The state, from the environment. Calls nothing.
    pub fn from_env(env: &Env, aws: &Aws) -> Result<Self, ConfigError> {
        let app = App::from_env(env, aws, crate::TOPICS)?;
        let media = Media::new(env, aws, &load::<MediaConfig>(env)?.bucket);
        let cache = ReadCache::new(CacheTable::new(aws.dynamodb(), load::<CacheConfig>(env)?.table));
        let (schema, documents) = (schema(is_open(&app)), Documents::new(app.documents()));
        Ok(Self { app, media, cache, schema, documents })
    }

    /// What every HTTP function holds.
    pub fn app(&self) -> &App {
        &self.app
    }
}

impl FromRef<GraphqlState> for App {
    fn from_ref(state: &GraphqlState) -> Self {
        state.app.clone()
    }
}

/// Whether the schema may be asked for: everywhere but in production.
fn is_open(app: &App) -> bool {
    app.stage() != "prod"
}

/// `GET /graphql`: queries alone.
pub(crate) async fn get(State(state): State<GraphqlState>, request: Request) -> Response {
    let Some(form) = Form::accepted(request.headers()) else { return not_acceptable() };
    let (mut parts, _) = request.into_parts();
    if parts.uri.path_and_query().is_some_and(|path| path.as_str().len() > MAX_URI) {
        let detail = format!("Send what is longer than {MAX_URI} bytes by POST.");
        return Answer::problem(&Problem::new(StatusCode::URI_TOO_LONG, "uri_too_long", detail)).send(form);
    }
    let caller = match OptionalCaller::from_request_parts(&mut parts, &state).await {
        Ok(OptionalCaller(caller)) => caller,
        Err(problem) => return Answer::problem(&problem).send(form),
    };
    let asked = match asked::of_query(parts.uri.query().unwrap_or_default()) {
        Ok(asked) => asked,
        Err(problem) => return Answer::problem(&problem).send(form),
    };
    let run = run::Run { state: &state, caller, key: None, safe: true, share: 1 };
    let mut response = run.one(asked).await.send(form);
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, http::HeaderValue::from_static("POST"));
    }
    response
}

/// `POST /graphql`: anything, also several at once.
pub(crate) async fn post(State(state): State<GraphqlState>, request: Request) -> Response {
    let Some(form) = Form::accepted(request.headers()) else { return not_acceptable() };
    match posted(&state, request).await {
        Ok(answer) => answer.send(form),
        Err(problem) => Answer::problem(&problem).send(form),
    }
}

async fn posted(state: &GraphqlState, request: Request) -> Result<Answer, Problem> {
    asked::is_json(request.headers())?;
    let (mut parts, body) = request.into_parts();
    let OptionalCaller(caller) = OptionalCaller::from_request_parts(&mut parts, state).await?;
    let key = run::key_of(&mut parts).await?;
    let RawBody(bytes) = RawBody::<MAX_BODY>::from_request(Request::from_parts(parts, body), &()).await?;
    let run = run::Run { state, caller, key, safe: false, share: 1 };
    Ok(match asked::of_json(&bytes)? {
        Body::One(asked) => run.one(asked).await,
        Body::Many(batch) => run.many(batch).await,
    })
}

fn not_acceptable() -> Response {
    Problem::new(
        StatusCode::NOT_ACCEPTABLE,
        "not_acceptable",
        "Accept names nothing that is answered here. Send application/graphql-response+json or application/json.",
    )
    .not_started()
    .into_response()
}
