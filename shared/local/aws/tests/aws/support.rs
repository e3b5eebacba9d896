//! Clock, randomness and SDK configuration for the tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use domain::clock::{ManualClock, SharedClock};
use domain::random::{Entropy, SharedEntropy};

/// Never the same bytes twice; deterministic.
#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let next = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            chunk.copy_from_slice(&next.to_le_bytes()[..chunk.len()]);
        }
    }
}

pub(crate) fn entropy() -> SharedEntropy {
    Arc::new(Counter::default())
}

/// A clock that stands at a fixed instant, twice: to move and to hand on.
pub(crate) fn clock() -> (Arc<ManualClock>, SharedClock) {
    let clock = Arc::new(ManualClock::at("2027-03-01T12:00:00Z".parse().unwrap()));
    (Arc::clone(&clock), clock)
}

pub(crate) fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

/// A configuration for one service's client; `$sdk` is the service's crate.
macro_rules! config {
    ($sdk:ident, $url:expr) => {
        $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new(local_aws::REGION))
            .endpoint_url($url)
            .http_client($crate::support::http_client())
            .credentials_provider($sdk::config::Credentials::new(
                local_aws::ACCESS_KEY,
                local_aws::SECRET_KEY,
                None,
                None,
                "tests",
            ))
    };
}
pub(crate) use config;

/// The code of an SDK call's refusal.
macro_rules! code {
    ($call:expr) => {{
        let error = $call.await.unwrap_err();
        error.into_service_error().meta().code().unwrap_or_default().to_owned()
    }};
}
pub(crate) use code;

/// Polls until `done` says yes.
pub(crate) async fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let waiting = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(10), waiting).await.is_ok(), "in vain: {what}");
}
