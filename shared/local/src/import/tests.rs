//! Imports into a server that behaves as the API does, or worse.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Body;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::*;

/// What goes wrong at the next listing that is asked for.
enum Fault {
    /// Nothing.
    None,
    /// Answered so, with `Retry-After` seconds if there are any; nothing is made.
    Status(u16, Option<u64>),
    /// The listing is made, but the answer breaks off.
    BreaksOff,
    /// The access token is no longer taken.
    TokenExpired,
    /// No token is taken any longer.
    SessionEnded,
    /// The import is told to stop while the listing is made.
    Stop(CancellationToken),
}

#[derive(Default)]
struct Books {
    faults: VecDeque<Fault>,
    lifetime: u64,
    /// The tokens that are good.
    access: String,
    refresh: String,
    issued: u32,
    log: Vec<String>,
    /// Answers by idempotency key.
    answers: HashMap<String, (StatusCode, Value)>,
    /// Listings by their source.
    listings: HashMap<String, Value>,
    onboarded: bool,
}

#[derive(Clone)]
struct Api(Arc<Mutex<Books>>);

impl Api {
    async fn start(faults: impl IntoIterator<Item = Fault>) -> (Self, Url) {
        let books = Books {
            faults: faults.into_iter().collect(),
            lifetime: 900,
            onboarded: true,
            ..Books::default()
        };
        let api = Self(Arc::new(Mutex::new(books)));
        let router = Router::new()
            .route("/users/login/", post(login))
            .route("/users/refresh/", post(refresh))
            .route("/properties/", post(create))
            .route("/properties/{id}/publish/", post(publish))
            .with_state(api.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        (api, url)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap()
    }
}

impl Books {
    fn pair(&mut self) -> Response {
        self.issued += 1;
        (self.access, self.refresh) = (format!("access-{}", self.issued), format!("refresh-{}", self.issued));
        let pair = json!({
            "access_token": self.access, "token_type": "Bearer", "expires_in": self.lifetime,
            "refresh_token": self.refresh
        });
        Json(pair).into_response()
    }

    fn is_signed_in(&self, headers: &HeaderMap) -> bool {
        headers.get("authorization").is_some_and(|value| *value == format!("Bearer {}", self.access))
    }
}

fn problem(status: u16, body: Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

async fn login(State(api): State<Api>, Json(body): Json<Value>) -> Response {
    let mut books = api.books();
    books.log.push("login".to_owned());
    if body["password"] != "secret" {
        return problem(401, json!({"code": "invalid_credentials", "detail": "No."}));
    }
    books.pair()
}

async fn refresh(State(api): State<Api>, Json(body): Json<Value>) -> Response {
    let mut books = api.books();
    books.log.push("refresh".to_owned());
    if body["refresh_token"] != books.refresh {
        books.refresh = String::new();
        return problem(401, json!({"code": "invalid_token", "detail": "No."}));
    }
    books.pair()
}

async fn create(State(api): State<Api>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let mut books = api.books();
    if !books.is_signed_in(&headers) {
        return problem(401, json!({"code": "token_expired", "detail": "No."}));
    }
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    books.log.push(key.clone());
    let fault = books.faults.pop_front();
    match &fault {
        Some(Fault::Status(status, wait)) => {
            let mut response = problem(*status, json!({"code": "fault", "detail": "A fault."}));
            if let Some(wait) = wait {
                response.headers_mut().insert("retry-after", (*wait).into());
            }
            return response;
        }
        Some(Fault::TokenExpired) => books.access = String::new(),
        Some(Fault::SessionEnded) => (books.access, books.refresh) = (String::new(), String::new()),
        Some(Fault::Stop(stop)) => stop.cancel(),
        Some(Fault::BreaksOff | Fault::None) | None => {}
    }
    if books.access.is_empty() {
        return problem(401, json!({"code": "token_expired", "detail": "No."}));
    }
    let source = body["source_ref"].as_str().unwrap().to_owned();
    let answer = books.answers.get(&key).cloned().unwrap_or_else(|| books.made(&source, &body));
    books.answers.insert(key, answer.clone());
    if matches!(fault, Some(Fault::BreaksOff)) {
        let broken = stream::iter([Ok("{"), Err(io::Error::other("the line is cut"))]);
        return Body::from_stream(broken).into_response();
    }
    (answer.0, Json(answer.1)).into_response()
}

impl Books {
    fn made(&mut self, source: &str, body: &Value) -> (StatusCode, Value) {
        if let Some(listing) = self.listings.get(source) {
            return (StatusCode::OK, listing.clone());
        }
        if body["title"] == "Refuse me" {
            let place = json!({"pointer": "/title", "code": "too_long", "detail": "Write less."});
            let problem = json!({"code": "validation_failed", "detail": "Wrong.", "errors": [place]});
            return (StatusCode::UNPROCESSABLE_ENTITY, problem);
        }
        let id = uuid::Uuid::from_u128(self.listings.len() as u128);
        let listing = json!({"id": id, "state": "draft", "title": body["title"]});
        self.listings.insert(source.to_owned(), listing.clone());
        (StatusCode::CREATED, listing)
    }
}

async fn publish(State(api): State<Api>, headers: HeaderMap, UrlPath(id): UrlPath<String>) -> Response {
    let mut books = api.books();
    if !books.is_signed_in(&headers) {
        return problem(401, json!({"code": "token_expired", "detail": "No."}));
    }
    if !books.onboarded {
        let place = json!({"pointer": "", "code": "host_not_onboarded", "detail": "Finish it."});
        return problem(422, json!({"code": "not_ready_to_publish", "detail": "No.", "errors": [place]}));
    }
    let listing = books.listings.values_mut().find(|listing| listing["id"] == id).unwrap();
    listing["state"] = json!("published");
    Json(listing.clone()).into_response()
}

/// A file of `rows`, each a name and a price, with ids from 1.
fn file(rows: &[(&str, &str)]) -> tempfile::NamedTempFile {
    let mut text = "id,name,latitude,longitude,property_type,accommodates,price\n".to_owned();
    for (at, (name, price)) in rows.iter().enumerate() {
        writeln!(text, "{},{name},38.9,-77.0,Entire home,2,{price}", at + 1).unwrap();
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn args(file: &Path, url: &Url) -> ImportArgs {
    #[derive(clap::Parser)]
    struct Cli {
        #[command(flatten)]
        import: ImportArgs,
    }
    let words = ["innkeep", file.to_str().unwrap(), "--url", url.as_str(), "--concurrency", "1"];
    <Cli as clap::Parser>::parse_from(words).import
}

async fn run_with(args: &ImportArgs, patience: Duration, stop: &CancellationToken) -> Report {
    import(args, "secret".to_owned(), patience, stop).await.unwrap()
}

async fn run(args: &ImportArgs) -> Report {
    let report = run_with(args, Duration::from_secs(20), &CancellationToken::new()).await;
    let accounted = report.created + report.already_there + report.refused.rows + report.unfinished;
    assert_eq!(accounted, report.rows_read, "{report:?}");
    report
}

#[tokio::test]
async fn importing_twice_is_importing_once() {
    let (api, url) = Api::start([]).await;
    let file = file(&[("One", "$10.00"), ("Two", ""), ("Refuse me", "$10.00"), ("Four", "$30.00")]);
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("report.json");
    let first = run(&ImportArgs { report: Some(json.clone()), ..args(file.path(), &url) }).await;
    assert_eq!((first.created, first.already_there, first.published), (3, 0, 2), "{first}");
    assert_eq!(first.drafts.reasons["price_missing"].examples, ["2"]);
    assert_eq!(first.refused.reasons["validation_failed: /title too_long"].examples, ["3"]);
    assert_eq!(first.mended.reasons["beds_unknown"].rows, 3);
    let written: Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    assert_eq!(written["created"], 3);

    // Published meanwhile, or not: what is a draft and ready is published, the rest stays as it is.
    api.books().listings.get_mut("1").unwrap()["state"] = json!("unlisted");
    api.books().listings.get_mut("4").unwrap()["state"] = json!("draft");
    let second = run(&args(file.path(), &url)).await;
    assert_eq!((second.created, second.already_there, second.published), (0, 3, 1), "{second}");
    assert_eq!(api.books().listings["1"]["state"], "unlisted");
    assert!(second.is_complete());
}

#[tokio::test]
async fn a_listing_that_cannot_be_published_is_a_draft_with_its_reason() {
    let (api, url) = Api::start([]).await;
    api.books().onboarded = false;
    let file = file(&[("One", "$10.00")]);
    let report = run(&args(file.path(), &url)).await;
    assert_eq!(report.drafts.reasons["not_ready_to_publish: host_not_onboarded"].rows, 1, "{report}");
    let report = run(&ImportArgs { no_publish: true, ..args(file.path(), &url) }).await;
    assert_eq!(report.drafts.reasons["not_asked"].rows, 1, "{report}");
}

#[tokio::test]
async fn a_busy_server_is_given_the_time_it_asks_for() {
    let (api, url) = Api::start([Fault::Status(429, Some(1)), Fault::Status(503, None)]).await;
    let file = file(&[("One", "")]);
    let report = run(&args(file.path(), &url)).await;
    assert_eq!(report.created, 1, "{report}");
    assert!(report.duration >= Duration::from_secs(1), "{report}");
    let books = api.books();
    let [_, first, second, third] = books.log.as_slice() else { panic!("{:?}", books.log) };
    assert!(first == second && second == third, "one key for one intent: {:?}", books.log);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_with_the_same_key() {
    let (api, url) = Api::start([Fault::BreaksOff]).await;
    let file = file(&[("One", "")]);
    let report = run(&args(file.path(), &url)).await;
    assert_eq!((report.created, report.already_there), (1, 0), "made once, and known as new: {report}");
    let books = api.books();
    assert!(books.log[1].ends_with("-1") && books.log[1] == books.log[2], "{:?}", books.log);
}

#[tokio::test]
async fn a_row_that_the_server_fails_at_is_refused_and_the_next_is_taken() {
    let failures = (0..3).map(|_| Fault::Status(500, None));
    let (_, url) = Api::start(failures).await;
    let file = file(&[("One", ""), ("Two", "")]);
    let report = run(&args(file.path(), &url)).await;
    assert_eq!((report.created, report.refused.reasons["fault"].rows), (1, 1), "{report}");
}

#[tokio::test]
async fn tokens_are_renewed_before_they_end_and_when_they_are_refused() {
    let (api, url) = Api::start([Fault::TokenExpired, Fault::None, Fault::SessionEnded]).await;
    let file = file(&[("One", "$10.00"), ("Two", "$10.00")]);
    let report = run(&args(file.path(), &url)).await;
    assert_eq!(report.published, 2, "{report}");
    // The first row's token had to be refreshed; at the second row the session was over.
    let calls = |books: &Books| {
        books.log.iter().filter(|call| !call.starts_with("import-")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(calls(&api.books()), ["login", "refresh", "refresh", "login"]);

    let (api, url) = Api::start([]).await;
    api.books().lifetime = 20;
    assert_eq!(run(&args(file.path(), &url)).await.published, 2);
    assert_eq!(calls(&api.books()), ["login", "refresh", "refresh", "refresh", "refresh"]);
}

#[tokio::test]
async fn a_server_that_stays_away_ends_the_import() {
    let (_, url) = Api::start((0..100).map(|_| Fault::Status(503, Some(60)))).await;
    let file = file(&[("One", ""), ("Two", ""), ("Three", "")]);
    let report = run_with(&args(file.path(), &url), Duration::from_secs(1), &CancellationToken::new()).await;
    assert_eq!((report.created, report.refused.rows), (0, 0), "{report}");
    assert!(report.unfinished >= 1 && !report.is_complete(), "{report}");
    assert!(report.stopped.unwrap().contains("it answers fault"));
}

#[tokio::test]
async fn a_stop_lets_what_is_under_way_end() {
    let stop = CancellationToken::new();
    let (api, url) = Api::start([Fault::Stop(stop.clone())]).await;
    let file = file(&[("One", ""), ("Two", ""), ("Three", "")]);
    let report = run_with(&args(file.path(), &url), Duration::from_secs(20), &stop).await;
    assert_eq!((report.created, report.rows_read), (1, 1), "{report}");
    assert_eq!((api.books().listings.len(), report.stopped.as_deref()), (1, Some("as you asked")));
}

#[tokio::test]
async fn what_cannot_be_begun_fails() {
    let (_, url) = Api::start([]).await;
    let file = file(&[("One", "")]);
    let stop = CancellationToken::new();
    let begin = async |args: &ImportArgs, password: &str| {
        let error = import(args, password.to_owned(), Duration::from_secs(1), &stop).await.unwrap_err();
        format!("{error:#}")
    };
    assert!(begin(&args(file.path(), &url), "wrong").await.contains("invalid_credentials"));
    let nobody = "http://127.0.0.1:1".parse().unwrap();
    assert!(
        begin(&args(file.path(), &nobody), "secret").await.contains("cannot sign in: http://127.0.0.1:1/")
    );
    let elsewhere = "http://innkeep.example".parse().unwrap();
    assert!(begin(&args(file.path(), &elsewhere), "secret").await.contains("use https"));
    let nothing = begin(&args(Path::new("nothing.csv"), &url), "secret").await;
    assert!(nothing.contains("nothing.csv"), "{nothing}");
}

#[test]
fn the_password_of_another_account_is_the_first_line_of_a_file() {
    let url: Url = "http://127.0.0.1:9000".parse().unwrap();
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "open sesame \r\nnot this\n").unwrap();
    let demo = args(Path::new("listings.csv"), &url);
    assert_eq!(password(&demo).unwrap(), crate::seed::PASSWORD);
    let other = ImportArgs { password_file: Some(secret.path().to_owned()), ..demo };
    assert_eq!(password(&other).unwrap(), "open sesame ");
}
