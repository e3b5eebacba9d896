//! A run that CloudFormation asks for, as a custom resource of the stack: it waits for the answer before it changes any
//! function, and rolls back where the answer is a failure.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html>

use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Report, RunError};

/// The resource never is replaced: there is one schema.
const PHYSICAL_ID: &str = "innkeep-schema";
/// CloudFormation takes 4,096 bytes in all.
const MAX_REASON: usize = 1_000;
const TIMEOUT: Duration = Duration::from_secs(10);

/// What CloudFormation sends.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Request {
    #[serde(rename = "RequestType")]
    kind: RequestType,
    #[serde(rename = "ResponseURL")]
    response_url: String,
    stack_id: String,
    #[serde(rename = "RequestId")]
    id: String,
    logical_resource_id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum RequestType {
    Create,
    Update,
    Delete,
}

impl Request {
    /// The event as a custom resource's; any other event just asks for a run.
    pub(crate) fn of(event: &Value) -> Option<Self> {
        serde_json::from_value(event.clone()).ok()
    }

    /// A stack that goes takes nothing out of the database.
    pub(crate) fn asks_for_a_run(&self) -> bool {
        self.kind != RequestType::Delete
    }

    /// Tells CloudFormation how the run ended.
    pub(crate) async fn answer(&self, outcome: &Result<Report, RunError>) -> Result<(), RunError> {
        let client = client()?;
        let response = client.put(&self.response_url).body(self.body(outcome).to_string()).send().await;
        response.and_then(reqwest::Response::error_for_status).map(|_| ()).map_err(|error| unanswered(&error))
    }

    fn body(&self, outcome: &Result<Report, RunError>) -> Value {
        let (status, reason, applied) = match outcome {
            Ok(report) => ("SUCCESS", String::new(), report.applied.len()),
            Err(error) => ("FAILED", error.to_string().chars().take(MAX_REASON).collect(), 0),
        };
        json!({
            "Status": status,
            "Reason": reason,
            "PhysicalResourceId": PHYSICAL_ID,
            "StackId": self.stack_id,
            "RequestId": self.id,
            "LogicalResourceId": self.logical_resource_id,
            "Data": { "Applied": applied },
        })
    }
}

/// The address is a presigned one of S3: it is a secret, and no proxy and no redirect gets to see it.
fn client() -> Result<reqwest::Client, RunError> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| RunError::Answer(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(|error| unanswered(&error))
}

fn unanswered(error: &reqwest::Error) -> RunError {
    // Its own text has the address.
    RunError::Answer(error.status().map_or_else(|| "no answer".to_owned(), |status| status.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(kind: &str, url: &str) -> Request {
        Request::of(&json!({
            "RequestType": kind, "ResponseURL": url, "StackId": "s", "RequestId": "r",
            "LogicalResourceId": "Migration", "ResourceType": "AWS::CloudFormation::CustomResource",
            "ResourceProperties": { "ServiceToken": "t", "Release": "1" },
        }))
        .unwrap()
    }

    #[test]
    fn another_event_is_no_request() {
        assert!(Request::of(&Value::Null).is_none());
        assert!(Request::of(&json!({})).is_none());
        assert!(!request("Delete", "u").asks_for_a_run());
        assert!(request("Update", "u").asks_for_a_run());
    }

    #[test]
    fn a_failure_says_why() {
        let request = request("Create", "u");
        let body = request.body(&Err(RunError::Answer("x".repeat(5_000))));
        assert_eq!(body["Status"], "FAILED");
        assert!(body.to_string().len() < 4_096);
        assert!(body["Reason"].as_str().unwrap().contains("xxx"));
    }

    #[tokio::test]
    async fn the_answer_is_put() {
        let (sent, mut received) = tokio::sync::mpsc::channel(1);
        let router = axum::Router::new().fallback(move |request: axum::extract::Request| async move {
            let signed = request.uri().query().unwrap_or_default().to_owned();
            let method = request.method().to_string();
            assert!(request.headers().get("content-type").is_none(), "the signature has none");
            let body = axum::body::to_bytes(request.into_body(), 9_999).await.unwrap();
            sent.send((method, signed, serde_json::from_slice::<Value>(&body).unwrap())).await.unwrap();
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/bucket/key?X-Amz-Signature=abc", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let report = Report { applied: vec!["0001_first"], signing_key_made: true };
        request("Create", &url).answer(&Ok(report)).await.unwrap();
        let (method, signed, body) = received.recv().await.unwrap();
        assert_eq!((method.as_str(), signed.as_str()), ("PUT", "X-Amz-Signature=abc"));
        assert_eq!(body["Status"], "SUCCESS");
        assert_eq!(body["Data"]["Applied"], 1);
        assert_eq!(body["LogicalResourceId"], "Migration");
    }
}
