//! Logs: one JSON object per line on standard output, for the log service to index.
//!
//! Logged are ids, codes, counts and durations. Never logged are tokens, keys, passwords, bodies, query strings,
//! mail addresses or names.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, fmt::MakeWriter};

use crate::config::Env;

/// Starts logging at `LOG_LEVEL` (default `info`), and counting. A second call changes nothing.
pub fn init() {
    let env = Env::process();
    init_from(&env);
    crate::figures::init(&env);
}

/// Starts logging at the level that `env` names.
pub fn init_from(env: &Env) {
    let lines = lines(std::io::stdout);
    // `Targets` and not `EnvFilter`, which would link a regular expression engine into every function.
    let started =
        tracing_subscriber::registry().with(filter(env.get("LOG_LEVEL").as_deref())).with(lines).try_init();
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let location = panic.location().map(ToString::to_string).unwrap_or_default();
            // The message may quote a value; the place is enough to find it.
            tracing::error!(%location, "panicked");
        }));
    }
}

/// Writes one JSON object a line: the event's fields, and as `span` those of the request or message that it belongs to.
pub(crate) fn lines<S, W>(writer: W) -> impl Layer<S>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(writer)
}

/// `LOG_LEVEL` as a level (`debug`) or a list by module (`warn,store=debug`). Where no level for all modules can be read,
/// it is `info`: a mistake in a setting must not silence a function.
pub fn filter(text: Option<&str>) -> Targets {
    let read = text.and_then(|text| text.parse::<Targets>().ok()).unwrap_or_default();
    if read.default_level().is_some() { read } else { read.with_default(LevelFilter::INFO) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_cannot_be_read_is_info() {
        let default = |text| filter(text).default_level();
        assert_eq!(default(None), Some(LevelFilter::INFO));
        assert_eq!(default(Some("loud")), Some(LevelFilter::INFO));
        assert_eq!(default(Some("warn")), Some(LevelFilter::WARN));
        assert!(filter(Some("info,store=debug")).would_enable("store::db", &tracing::Level::DEBUG));
        assert!(!filter(Some("info,store=debug")).would_enable("services", &tracing::Level::DEBUG));
    }
}
