//! What goes wrong, and when: set at run time, decided by a seed.

use std::sync::Mutex;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::provider::lock;

/// Everything that is to go wrong.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Seed of every decision by probability; the same seed and the same calls give the same faults.
    pub seed: u64,
    /// Faults of the API; for each call the first that applies is taken.
    pub api: Vec<ApiFault>,
    /// Faults of the webhooks.
    pub webhooks: WebhookFaults,
}

/// One fault of the API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiFault {
    /// What happens.
    pub kind: ApiFaultKind,
    /// To which calls.
    pub when: When,
    /// Only to paths that start with this, such as `/v1/refunds`; empty means all.
    #[serde(default)]
    pub path: String,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiFaultKind {
    /// Nothing is done, and no proper answer comes.
    TimeoutBefore(Manner),
    /// All is done, and no proper answer comes.
    TimeoutAfter(Manner),
    /// 500 before anything is done; the idempotency key stays unused.
    ServerError,
    /// 500 before anything is done, kept under the idempotency key: the same key gets it again.
    ServerErrorKept,
    /// 429, with a `Retry-After` in seconds if one is given.
    RateLimited(Option<u32>),
    /// The call is served this many milliseconds late; its idempotency key is in use meanwhile.
    Slow(u32),
}

/// How a call ends without a proper answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// The connection is closed without an answer.
    #[default]
    Drop,
    /// A proxy answers 504.
    GatewayTimeout,
    /// Nothing comes for this many milliseconds, then the connection is closed.
    Hang(u32),
}

/// Which calls a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The next calls, this many of them.
    Next(u32),
    /// Each call with this probability, 0 to 1.
    Probability(f64),
}

/// Faults of the webhooks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookFaults {
    /// How many times more than once each event is delivered.
    pub duplicates: u32,
    /// How many milliseconds of the clock each delivery is late.
    pub late_ms: u64,
    /// The probability that an event is never delivered, 0 to 1; it is still listed among the events.
    pub lost: f64,
    /// Whether deliveries change their order.
    pub shuffle: Option<Shuffle>,
}

/// How deliveries change their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shuffle {
    /// Decides the order.
    pub seed: u64,
    /// For how many milliseconds of real time deliveries are gathered before they leave in another order.
    pub window_ms: u64,
}

/// The faults in force and what was decided so far.
#[derive(Debug)]
pub(crate) struct FaultBox(Mutex<State>);

#[derive(Debug)]
struct State {
    faults: Faults,
    decide: StdRng,
    order: StdRng,
}

impl State {
    fn new(faults: Faults) -> Self {
        let order = faults.webhooks.shuffle.map_or(0, |shuffle| shuffle.seed);
        Self { decide: StdRng::seed_from_u64(faults.seed), order: StdRng::seed_from_u64(order), faults }
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.decide.random_bool(probability.clamp(0.0, 1.0))
    }
}

impl FaultBox {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State::new(Faults::default())))
    }

    pub(crate) fn set(&self, faults: Faults) {
        *lock(&self.0) = State::new(faults);
    }

    pub(crate) fn get(&self) -> Faults {
        lock(&self.0).faults.clone()
    }

    /// What strikes a call to `path`, if anything; counts it off.
    pub(crate) fn strike(&self, path: &str) -> Option<ApiFaultKind> {
        let mut state = lock(&self.0);
        for index in 0..state.faults.api.len() {
            let fault = state.faults.api[index].clone();
            if !path.starts_with(&fault.path) {
                continue;
            }
            let strikes = match fault.when {
                When::Next(left) => left > 0,
                When::Probability(probability) => state.chance(probability),
            };
            if strikes {
                if let When::Next(left) = &mut state.faults.api[index].when {
                    *left -= 1;
                }
                return Some(fault.kind);
            }
        }
        None
    }

    /// How many times a new event is delivered, and how many milliseconds late.
    pub(crate) fn deliveries(&self) -> (u32, u64) {
        let mut state = lock(&self.0);
        let webhooks = state.faults.webhooks.clone();
        let copies = if state.chance(webhooks.lost) { 0 } else { webhooks.duplicates.saturating_add(1) };
        (copies, webhooks.late_ms)
    }

    /// For how long deliveries are gathered, if they are shuffled.
    pub(crate) fn gather_ms(&self) -> Option<u64> {
        lock(&self.0).faults.webhooks.shuffle.map(|shuffle| shuffle.window_ms)
    }

    /// Puts `items` in the order of the seed (Fisher-Yates).
    pub(crate) fn shuffle<T>(&self, items: &mut [T]) {
        let mut state = lock(&self.0);
        for last in (1..items.len()).rev() {
            let other = state.order.random_range(0..=last);
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate_limits(when: When) -> Faults {
        let fault = ApiFault { kind: ApiFaultKind::RateLimited(None), when, path: "/v1/refunds".to_owned() };
        Faults { seed: 7, api: vec![fault], ..Faults::default() }
    }

    #[test]
    fn the_next_calls_of_a_path_are_counted_off() {
        let faults = FaultBox::new();
        faults.set(rate_limits(When::Next(2)));
        assert_eq!(faults.strike("/v1/payment_intents"), None);
        assert!(faults.strike("/v1/refunds").is_some());
        assert!(faults.strike("/v1/refunds/re_1").is_some());
        assert_eq!(faults.strike("/v1/refunds"), None);
        assert_eq!(faults.get().api[0].when, When::Next(0));
    }

    #[test]
    fn the_same_seed_strikes_the_same_calls() {
        let run = || {
            let faults = FaultBox::new();
            faults.set(rate_limits(When::Probability(0.5)));
            (0..64).map(|_| faults.strike("/v1/refunds").is_some()).collect::<Vec<_>>()
        };
        let struck = run();
        assert_eq!(struck, run());
        assert!(struck.contains(&true) && struck.contains(&false));
    }

    #[test]
    fn faults_are_plain_json() {
        let faults: Faults = serde_json::from_str(
            r#"{"seed": 3, "api": [{"kind": {"timeout_after": "drop"}, "when": {"next": 2}}, {"kind": "server_error", "when": {"probability": 0.1}, "path": "/v1/refunds"}],
                "webhooks": {"duplicates": 2, "shuffle": {"seed": 1, "window_ms": 50}}}"#,
        )
        .unwrap();
        assert_eq!(faults.api[0].kind, ApiFaultKind::TimeoutAfter(Manner::Drop));
        assert_eq!(serde_json::from_value::<Faults>(serde_json::to_value(&faults).unwrap()).unwrap(), faults);
        assert!(serde_json::from_str::<Faults>(r#"{"webhoks": {}}"#).is_err());
    }
}
