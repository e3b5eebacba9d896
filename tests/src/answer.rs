//! Calls and their answers.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// A call under construction.
#[derive(Debug)]
pub struct Call {
    request: reqwest::RequestBuilder,
    name: String,
}

impl Call {
    pub(crate) fn new(client: reqwest::Client, method: &str, url: String) -> Self {
        let name = format!("{method} {url}");
        let method = method.parse().expect("a method");
        Self { request: client.request(method, url), name }
    }

    /// With a bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// With a fresh idempotency key.
    #[must_use]
    pub fn once(self) -> Self {
        let key = uuid::Uuid::from_u128(rand_u128()).to_string();
        self.header("idempotency-key", &key)
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(mut self, body: Value) -> Self {
        self.request = self.request.json(&body);
        self
    }

    /// With a body of any kind.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.header("content-type", content_type).body(body);
        self
    }

    /// With a body of which nothing is said.
    #[must_use]
    pub fn raw(mut self, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.body(body);
        self
    }

    /// Sends it.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn send(self) -> Answer {
        let name = self.name.clone();
        self.attempt().await.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Sends it to a server that may be gone.
    ///
    /// # Errors
    /// When no answer comes, or not all of it.
    pub async fn attempt(self) -> reqwest::Result<Answer> {
        let response = self.request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { call: self.name, status, headers, body })
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which call it answers.
    pub call: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The JSON, or the text where it is none.
    pub body: Value,
}

impl Answer {
    /// The same answer, if it has this status.
    ///
    /// # Panics
    /// When it has another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} was answered {:#}", self.call, self.body);
        self
    }

    /// The same answer, if it is a problem document of this status and code.
    ///
    /// # Panics
    /// When it is something else.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{}: {:#}",
            answer.call,
            answer.body
        );
        assert_eq!(answer.body["code"], code, "{} was answered {:#}", answer.call, answer.body);
        assert_eq!(answer.body["status"], status);
        answer
    }

    /// The pointers of a problem document's errors.
    pub fn pointers(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().filter_map(|error| error["pointer"].as_str().map(str::to_owned)).collect()
    }

    /// A header's value, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A member that is a text.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn text(&self, member: &str) -> String {
        let value = self.body[member].as_str();
        value.unwrap_or_else(|| panic!("{} has no {member}: {:#}", self.call, self.body)).to_owned()
    }
}

/// Keys only have to differ; two random generators' worth of hashing state do.
fn rand_u128() -> u128 {
    use std::hash::{BuildHasher as _, RandomState};
    u128::from(RandomState::new().hash_one(0)) << 64 | u128::from(RandomState::new().hash_one(1))
}
