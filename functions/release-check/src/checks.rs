//! What each function is asked, and what it has to answer. Nothing of it changes anything.

use serde_json::{Value, json};

/// One function's probe.
#[derive(Debug)]
pub struct Check {
    /// The function's crate.
    pub function: &'static str,
    /// The variable with the ARN of its new version.
    pub variable: &'static str,
    /// What is sent to it.
    pub probe: Probe,
}

/// What is sent to a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// `GET` of a path and a query string, and the status that must come.
    Get {
        /// The path, from the slash on.
        path: &'static str,
        /// The query string, without the question mark.
        query: &'static str,
        /// The status.
        status: u16,
    },
    /// A batch without a message: nothing may fail.
    EmptyBatch,
}

const fn get(path: &'static str, query: &'static str, status: u16) -> Probe {
    Probe::Get { path, query, status }
}

/// All probes. The search and the reviews read the migrated database under the new code; what needs a caller must say so.
/// The scheduler is not here: whatever calls it, it works.
pub const CHECKS: &[Check] = &[
    Check { function: "users", variable: "USERS_VERSION_ARN", probe: get("/.well-known/jwks.json", "", 200) },
    Check {
        function: "properties",
        variable: "PROPERTIES_VERSION_ARN",
        probe: get("/properties", "limit=1", 200),
    },
    Check { function: "bookings", variable: "BOOKINGS_VERSION_ARN", probe: get("/bookings", "", 401) },
    Check { function: "payments", variable: "PAYMENTS_VERSION_ARN", probe: get("/payments", "", 401) },
    Check {
        function: "reviews",
        variable: "REVIEWS_VERSION_ARN",
        probe: get("/reviews", "property_id=00000000-0000-7000-8000-000000000000", 200),
    },
    Check {
        function: "graphql",
        variable: "GRAPHQL_VERSION_ARN",
        probe: get("/graphql", "query=%7Bproperties(first:1)%7Bnodes%7Bid%7D%7D%7D", 200),
    },
    Check {
        function: "messages",
        variable: "MESSAGES_VERSION_ARN",
        probe: get("/messages/threads", "", 401),
    },
    Check {
        function: "webhooks",
        variable: "WEBHOOKS_VERSION_ARN",
        probe: get("/webhooks/endpoints", "", 401),
    },
    Check {
        function: "wishlists",
        variable: "WISHLISTS_VERSION_ARN",
        probe: get("/wishlists/shared", "token=none", 404),
    },
    Check { function: "fallback", variable: "FALLBACK_VERSION_ARN", probe: get("/nowhere", "", 404) },
    Check { function: "payments-worker", variable: "PAYMENTS_WORKER_VERSION_ARN", probe: Probe::EmptyBatch },
    Check {
        function: "notifications-worker",
        variable: "NOTIFICATIONS_WORKER_VERSION_ARN",
        probe: Probe::EmptyBatch,
    },
    Check { function: "webhooks-worker", variable: "WEBHOOKS_WORKER_VERSION_ARN", probe: Probe::EmptyBatch },
    Check { function: "feeds-worker", variable: "FEEDS_WORKER_VERSION_ARN", probe: Probe::EmptyBatch },
    Check { function: "media-worker", variable: "MEDIA_WORKER_VERSION_ARN", probe: Probe::EmptyBatch },
];

impl Probe {
    /// The event, as API Gateway (payload format 2.0) or SQS would send it.
    pub fn event(&self) -> Value {
        let Self::Get { path, query, .. } = self else { return json!({ "Records": [] }) };
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "headers": { "accept": "application/json", "host": "release-check" },
            "requestContext": {
                "accountId": "anonymous",
                "apiId": "release-check",
                "domainName": "release-check",
                "domainPrefix": "release-check",
                "http": {
                    "method": "GET",
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": "release-check",
                },
                "requestId": "release-check",
                "routeKey": "$default",
                "stage": "$default",
                "time": "01/Jan/2026:00:00:00 +0000",
                "timeEpoch": 1_767_225_600_000_i64,
            },
            "isBase64Encoded": false,
        })
    }

    /// Whether the answer is the one that must come.
    pub fn judge(&self, answer: &Value) -> Result<(), String> {
        match self {
            Self::Get { status, .. } if answer["statusCode"] == *status => Ok(()),
            Self::Get { status, .. } => Err(format!("it answered {} and not {status}", answer["statusCode"])),
            Self::EmptyBatch if answer["batchItemFailures"] == json!([]) => Ok(()),
            Self::EmptyBatch => Err("it did not take an empty batch".to_owned()),
        }
    }
}
