//! What every part of the provider shares.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use domain::clock::SharedClock;
use domain::random::SharedEntropy;
use tokio::sync::{Notify, watch};

use crate::books::Books;
use crate::faults::FaultBox;

/// Takes a lock. A panic while it was held cannot have left the data half-changed: books change by transaction.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

/// The provider's state.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) clock: SharedClock,
    pub(crate) entropy: SharedEntropy,
    pub(crate) api_key: String,
    pub(crate) webhook_secret: String,
    pub(crate) books: Books,
    pub(crate) faults: FaultBox,
    /// Where it serves, such as `http://127.0.0.1:4242`; set once it is bound.
    pub(crate) url: OnceLock<String>,
    pub(crate) webhook_url: watch::Sender<Option<String>>,
    /// Tells the deliverer that webhooks may be pending.
    pub(crate) wake: Notify,
    in_flight: Mutex<HashSet<String>>,
}

impl Provider {
    pub(crate) fn new(
        clock: SharedClock,
        entropy: SharedEntropy,
        books: Books,
        api_key: String,
        webhook_secret: String,
        webhook_url: Option<String>,
    ) -> Self {
        Self {
            clock,
            entropy,
            api_key,
            webhook_secret,
            books,
            faults: FaultBox::new(),
            url: OnceLock::new(),
            webhook_url: watch::Sender::new(webhook_url),
            wake: Notify::new(),
            in_flight: Mutex::default(),
        }
    }

    /// The clock in Unix milliseconds.
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// Where it serves, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        self.url.get().map_or("", String::as_str)
    }

    /// A new identifier: `prefix_` and 24 letters and digits.
    pub(crate) fn new_id(&self, prefix: &str) -> String {
        const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut bytes = [0_u8; 24];
        self.entropy.fill(&mut bytes);
        let tail: String = bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % 62])).collect();
        format!("{prefix}_{tail}")
    }

    /// Marks an idempotency key as in use until the guard is dropped; None if it is in use already.
    pub(crate) fn occupy(self: &Arc<Self>, key: &str) -> Option<InFlight> {
        lock(&self.in_flight)
            .insert(key.to_owned())
            .then(|| InFlight { provider: Arc::clone(self), key: key.to_owned() })
    }
}

/// A key in use.
#[derive(Debug)]
pub(crate) struct InFlight {
    provider: Arc<Provider>,
    key: String,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        lock(&self.provider.in_flight).remove(&self.key);
    }
}
