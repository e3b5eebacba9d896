//! What is counted goes out as lines of the embedded metric format, from which CloudWatch makes metrics:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
//!
//! Nothing is called for it. The lines are written when a request or a batch is answered, since a function may be frozen
//! right after.

use std::io::Write;
use std::sync::OnceLock;

use metrics_cloudwatch_embedded::{Builder, Collector};

use crate::config::Env;

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Innkeep";
/// The one dimension of all metrics.
pub const DIMENSION: &str = "stage";

static COLLECTOR: OnceLock<&'static Collector> = OnceLock::new();

/// Starts counting for the stage that `env` names; without a stage nothing is counted. A second call changes nothing.
pub fn init(env: &Env) {
    let Some(stage) = env.get("STAGE") else { return };
    let collector = Builder::new().cloudwatch_namespace(NAMESPACE).with_dimension(DIMENSION, stage).init();
    if let Ok(collector) = collector
        && COLLECTOR.set(collector).is_ok()
    {
        services::figures::count(services::figures::COLD_STARTS);
    }
}

/// Writes what was counted since the last call.
pub fn flush() {
    let Some(collector) = COLLECTOR.get() else { return };
    let mut lines = Vec::new();
    // In one piece, so that no other line comes between.
    if collector.flush(&mut lines).is_ok() && !lines.is_empty() {
        let written = std::io::stdout().write_all(&lines);
        if let Err(error) = written {
            tracing::warn!(%error, "figures are lost");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_a_metric_of_the_stage() {
        init(&Env::from_map([("STAGE".to_owned(), "dev".to_owned())].into()));
        let collector = COLLECTOR.get().unwrap();
        let mut lines = Vec::new();
        services::figures::count(services::figures::BOOKINGS_MADE);
        services::figures::count(services::figures::BOOKINGS_MADE);
        services::figures::level(services::figures::OUTBOX_AGE_SECONDS, 2.5);
        collector.flush(&mut lines).unwrap();
        let line: serde_json::Value = serde_json::from_slice(&lines).unwrap();
        assert_eq!(line["stage"], "dev");
        assert_eq!(line["bookings_made"], 2);
        assert_eq!(line["cold_starts"], 1);
        assert_eq!(line["outbox_age_seconds"], serde_json::json!([2.5]));
        let metrics = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(metrics["Namespace"], NAMESPACE);
        assert_eq!(metrics["Dimensions"], serde_json::json!([[DIMENSION]]));
        let mut again = Vec::new();
        collector.flush(&mut again).unwrap();
        assert!(again.is_empty(), "once is enough");
    }
}
