//! Somebody's endpoint.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// A call that came.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn signatures(&self) -> usize {
        self.headers["webhook-signature"].to_str().unwrap().split(' ').count()
    }
}

#[derive(Debug)]
struct Desk {
    status: u16,
    location: Option<String>,
    heard: Vec<Heard>,
}

/// Listens until the test ends.
#[derive(Clone, Debug)]
pub(crate) struct Receiver {
    desk: Arc<Mutex<Desk>>,
    port: u16,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let desk = Arc::new(Mutex::new(Desk { status: 204, location: None, heard: Vec::new() }));
        let router = Router::new().fallback(take).with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { desk, port }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks", self.port)
    }

    /// From now on it answers this.
    pub(crate) fn answer(&self, status: u16) {
        self.desk.lock().unwrap().status = status;
    }

    /// From now on it sends everybody elsewhere.
    pub(crate) fn redirect(&self, to: &str) {
        let mut desk = self.desk.lock().unwrap();
        desk.status = 307;
        desk.location = Some(to.to_owned());
    }

    /// All that came.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.desk.lock().unwrap().heard.clone()
    }

    /// What came since the last time.
    pub(crate) fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut self.desk.lock().unwrap().heard)
    }
}

async fn take(State(desk): State<Arc<Mutex<Desk>>>, headers: HeaderMap, body: String) -> Response {
    let mut desk = desk.lock().unwrap();
    desk.heard.push(Heard { headers, body });
    let status = StatusCode::from_u16(desk.status).unwrap();
    match &desk.location {
        Some(location) => (status, [("location", location.as_str())]).into_response(),
        None => status.into_response(),
    }
}
