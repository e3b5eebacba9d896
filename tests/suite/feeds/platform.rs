//! Somebody else's platform with a calendar.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

#[derive(Debug)]
struct Desk {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// With one, who knows it is told that nothing has changed.
    etag: Option<String>,
    asked: Vec<HeaderMap>,
}

/// Listens until the test ends.
#[derive(Clone, Debug)]
pub(crate) struct Platform {
    desk: Arc<Mutex<Desk>>,
    port: u16,
}

impl Platform {
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let desk = Desk { status: 404, headers: Vec::new(), body: Vec::new(), etag: None, asked: Vec::new() };
        let desk = Arc::new(Mutex::new(desk));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { desk, port }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/rooms/12.ics?s=c0ffee", self.port)
    }

    /// From now on it has this calendar.
    pub(crate) fn says(&self, body: impl Into<Vec<u8>>) {
        self.answers(200, &[("content-type", "text/calendar")], body);
    }

    /// From now on it answers this.
    pub(crate) fn answers(&self, status: u16, headers: &[(&'static str, &str)], body: impl Into<Vec<u8>>) {
        let mut desk = self.desk.lock().unwrap();
        desk.status = status;
        desk.headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        desk.body = body.into();
        desk.etag = None;
    }

    /// From now on it has this calendar, under this name.
    pub(crate) fn says_as(&self, etag: &str, body: impl Into<Vec<u8>>) {
        self.says(body);
        self.desk.lock().unwrap().etag = Some(etag.to_owned());
    }

    /// What it was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<HeaderMap> {
        std::mem::take(&mut self.desk.lock().unwrap().asked)
    }
}

async fn answer(State(desk): State<Arc<Mutex<Desk>>>, headers: HeaderMap) -> Response {
    let mut desk = desk.lock().unwrap();
    let known = headers.get("if-none-match").map(|value| value.to_str().unwrap().to_owned());
    desk.asked.push(headers);
    let mut answer = if desk.etag.is_some() && known == desk.etag {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (StatusCode::from_u16(desk.status).unwrap(), desk.body.clone()).into_response()
    };
    let etag = desk.etag.iter().map(|etag| ("etag", etag.clone()));
    for (name, value) in desk.headers.iter().cloned().chain(etag) {
        answer.headers_mut().insert(name, value.parse().unwrap());
    }
    answer
}
