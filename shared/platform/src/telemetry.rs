//! Logs: one JSON object per line on standard output, for the log service to index.
//!
//! Logged are ids, codes, counts and durations. Never logged are tokens, keys, passwords, bodies, query strings,
//! mail addresses or names.

use tracing_subscriber::EnvFilter;

use crate::config::Env;

/// Starts logging at `LOG_LEVEL` (default `info`). A second call changes nothing.
pub fn init() {
    init_from(&Env::process());
}

/// Starts logging at the level that `env` names.
pub fn init_from(env: &Env) {
    let level = env.get("LOG_LEVEL").unwrap_or_else(|| "info".to_owned());
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .try_init();
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let location = panic.location().map(ToString::to_string).unwrap_or_default();
            // The message may quote a value; the place is enough to find it.
            tracing::error!(%location, "panicked");
        }));
    }
}
