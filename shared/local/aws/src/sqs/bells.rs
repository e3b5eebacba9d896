//! One bell per queue: rung when a message may have become receivable.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

#[derive(Debug, Default)]
pub(super) struct Bells(Mutex<HashMap<String, Arc<Notify>>>);

impl Bells {
    /// The bell of `queue`.
    pub(super) fn of(&self, queue: &str) -> Arc<Notify> {
        let mut bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(bells.entry(queue.to_owned()).or_default())
    }

    /// Wakes everybody who waits on `queue`.
    pub(super) fn ring(&self, queue: &str) {
        self.of(queue).notify_waiters();
    }

    /// Wakes everybody.
    pub(super) fn ring_all(&self) {
        let bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bells.values().for_each(|bell| bell.notify_waiters());
    }
}
