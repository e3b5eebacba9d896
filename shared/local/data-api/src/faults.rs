//! Faults to switch on: what a real service does on its bad days.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// Which faults to show. Counters run down with each call they hit; probabilities are from 0 to 1 and drawn in an
/// order that `seed` fixes. All zero: none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultPlan {
    /// Only calls whose SQL contains this text; by default every call, those without SQL too.
    pub sql_contains: Option<String>,
    /// Fixes the sequence of the probable faults.
    pub seed: u64,
    /// The next calls find the cluster scaled to zero: `DatabaseResumingException`, nothing done.
    pub resuming_calls: u32,
    /// The next calls find no writer: 504 `DatabaseUnavailableException`, nothing done.
    pub unavailable_calls: u32,
    /// The next statements time out with nothing done: `StatementTimeoutException`.
    pub timeout_before_calls: u32,
    /// The next statements are done, commit included, and answered with `StatementTimeoutException`.
    pub timeout_after_calls: u32,
    /// The next calls are done and the connection breaks before the answer.
    pub lost_response_calls: u32,
    /// The next `CommitTransaction` calls commit and answer 500 `InternalServerErrorException`.
    pub unknown_commit_calls: u32,
    /// The probability of `ThrottlingException`, nothing done.
    pub throttle_probability: f64,
    /// The probability of 500 `InternalServerErrorException`, nothing done.
    pub server_error_probability: f64,
    /// The probability of 503 `ServiceUnavailableError`, nothing done.
    pub service_unavailable_probability: f64,
    /// Milliseconds each call waits before it starts.
    pub delay_ms: u64,
    /// Every call meets this error, as long as the plan stands.
    pub outage: Option<Outage>,
}

/// A lasting error which somebody's change to the infrastructure brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outage {
    /// 400 `HttpEndpointNotEnabledException`.
    EndpointNotEnabled,
    /// 400 `InvalidSecretException`: the password was changed elsewhere.
    InvalidSecret,
    /// 403 `ForbiddenException`.
    Forbidden,
    /// 403 `AccessDeniedException`: the function's role lacks a permission.
    AccessDenied,
    /// 404 `DatabaseNotFoundException`.
    DatabaseNotFound,
}

impl Outage {
    fn failure(self) -> Failure {
        match self {
            Self::EndpointNotEnabled => {
                Failure::endpoint_not_enabled("The HTTP endpoint isn't enabled for the DB cluster.")
            }
            Self::InvalidSecret => {
                Failure::invalid_secret("The Secrets Manager secret used with the request isn't valid.")
            }
            Self::Forbidden => Failure::forbidden("There are insufficient privileges to make the call."),
            Self::AccessDenied => {
                Failure::access_denied("You don't have sufficient access to perform this action.")
            }
            Self::DatabaseNotFound => {
                Failure::database_not_found("The DB cluster doesn't have a DB instance.")
            }
        }
    }
}

/// The switchboard; clones share it. A plan for one database comes before the plan for all.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<HashMap<Option<String>, Active>>>);

#[derive(Debug)]
struct Active {
    plan: FaultPlan,
    random: StdRng,
}

/// What a call must suffer after its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    Timeout,
    Internal,
    Lost,
}

/// What a call must suffer.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) delay: Duration,
    pub(crate) before: Option<Failure>,
    pub(crate) after: Option<After>,
}

impl Faults {
    fn plans(&self) -> MutexGuard<'_, HashMap<Option<String>, Active>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the plan for all databases.
    pub fn set(&self, plan: FaultPlan) {
        self.insert(None, plan);
    }

    /// Replaces the plan for one database, which then ignores the plan for all.
    pub fn set_for(&self, database: &str, plan: FaultPlan) {
        self.insert(Some(database.to_owned()), plan);
    }

    fn insert(&self, database: Option<String>, plan: FaultPlan) {
        let random = StdRng::seed_from_u64(plan.seed);
        self.plans().insert(database, Active { plan, random });
    }

    /// What is left of the plan for all databases.
    pub fn plan(&self) -> FaultPlan {
        self.plans().get(&None).map(|active| active.plan.clone()).unwrap_or_default()
    }

    /// What is left of the plan for one database.
    pub fn plan_for(&self, database: &str) -> FaultPlan {
        self.plans().get(&Some(database.to_owned())).map(|active| active.plan.clone()).unwrap_or_default()
    }

    /// Ends all faults.
    pub fn clear(&self) {
        self.plans().clear();
    }

    /// Ends the faults of one database's own plan.
    pub fn clear_for(&self, database: &str) {
        self.plans().remove(&Some(database.to_owned()));
    }

    /// Decides one call's fate. `sql` is `None` for the transaction calls.
    pub(crate) fn judge(&self, database: &str, sql: Option<&str>, commit: bool) -> Verdict {
        let mut plans = self.plans();
        if plans.is_empty() {
            return Verdict::default();
        }
        let own = Some(database.to_owned());
        let key = if plans.contains_key(&own) { own } else { None };
        plans.get_mut(&key).map(|active| active.judge(sql, commit)).unwrap_or_default()
    }
}

impl Active {
    fn judge(&mut self, sql: Option<&str>, commit: bool) -> Verdict {
        let Self { plan, random } = self;
        let mut verdict = Verdict::default();
        let concerned =
            plan.sql_contains.as_ref().is_none_or(|part| sql.is_some_and(|sql| sql.contains(part.as_str())));
        if concerned {
            verdict.delay = Duration::from_millis(plan.delay_ms);
            verdict.before = before(plan, random, sql.is_some());
        }
        if verdict.before.is_some() {
            return verdict;
        }
        verdict.after = if commit && take(&mut plan.unknown_commit_calls) {
            Some(After::Internal)
        } else if concerned && sql.is_some() && take(&mut plan.timeout_after_calls) {
            Some(After::Timeout)
        } else if concerned && take(&mut plan.lost_response_calls) {
            Some(After::Lost)
        } else {
            None
        };
        verdict
    }
}

fn before(plan: &mut FaultPlan, random: &mut StdRng, statement: bool) -> Option<Failure> {
    if let Some(outage) = plan.outage {
        return Some(outage.failure());
    }
    if take(&mut plan.resuming_calls) {
        return Some(Failure::resuming("The Aurora DB instance is resuming after being auto-paused."));
    }
    if take(&mut plan.unavailable_calls) {
        return Some(Failure::database_unavailable("The writer instance in the DB cluster isn't available."));
    }
    if statement && take(&mut plan.timeout_before_calls) {
        return Some(Failure::statement_timeout("The execution of the SQL statement timed out."));
    }
    // Each is drawn in any case, so that one switch does not shift another's sequence.
    let mut draw = |probability: f64| random.random::<f64>() < probability;
    let (throttle, server_error, unavailable) = (
        draw(plan.throttle_probability),
        draw(plan.server_error_probability),
        draw(plan.service_unavailable_probability),
    );
    if throttle {
        Some(Failure::throttled("Rate exceeded"))
    } else if server_error {
        Some(Failure::internal("An internal error occurred."))
    } else if unavailable {
        Some(Failure::service_unavailable("The service isn't available."))
    } else {
        None
    }
}

/// Takes one from a counter, if it has any.
fn take(counter: &mut u32) -> bool {
    let had = *counter > 0;
    *counter = counter.saturating_sub(1);
    had
}
