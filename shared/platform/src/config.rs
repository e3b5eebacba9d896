//! Configuration: small typed groups, read once from the environment, failing by the variables' names.

mod groups;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

pub use groups::*;

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Where variables are looked up: the process's environment, or a map that stands in for it where several systems
/// run in one process.
#[derive(Clone)]
pub struct Env(Arc<Lookup>);

impl fmt::Debug for Env {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be secrets.
        formatter.write_str("Env")
    }
}

impl Env {
    /// The process's own environment.
    pub fn process() -> Self {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Whatever `lookup` answers for a name.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(lookup))
    }

    /// These variables and no others.
    pub fn from_map(variables: HashMap<String, String>) -> Self {
        Self::from_lookup(move |name| variables.get(name).cloned())
    }

    /// The value of a variable. An empty value counts as none: templates set empty strings for what is left out.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }
}

/// Variables that are missing, all at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("missing environment variables: {}", .missing.join(", "))]
pub struct ConfigError {
    /// Their names, sorted.
    pub missing: Vec<String>,
}

/// Reads variables and remembers which are missing.
#[derive(Debug)]
pub struct Reader<'a> {
    env: &'a Env,
    missing: BTreeSet<String>,
}

impl Reader<'_> {
    /// A variable that must be set. The empty text that stands in for a missing one never leaves [`load_with`].
    pub fn required(&mut self, name: &str) -> String {
        self.env.get(name).unwrap_or_else(|| {
            self.missing.insert(name.to_owned());
            String::new()
        })
    }
}

/// A typed group of variables.
pub trait Group: Sized {
    /// The names of the variables that it reads.
    fn variables() -> Vec<&'static str>;
    /// Reads them.
    fn read(reader: &mut Reader<'_>) -> Self;
}

/// Reads a group, or a tuple of groups.
pub fn load<G: Group>(env: &Env) -> Result<G, ConfigError> {
    load_with(env, G::read)
}

/// Reads whatever `read` reads; fails with all missing names at once.
pub fn load_with<T>(env: &Env, read: impl FnOnce(&mut Reader<'_>) -> T) -> Result<T, ConfigError> {
    let mut reader = Reader { env, missing: BTreeSet::new() };
    let value = read(&mut reader);
    if reader.missing.is_empty() {
        return Ok(value);
    }
    Err(ConfigError { missing: reader.missing.into_iter().collect() })
}

impl<A: Group, B: Group> Group for (A, B) {
    fn variables() -> Vec<&'static str> {
        [A::variables(), B::variables()].concat()
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        (A::read(reader), B::read(reader))
    }
}

impl<A: Group, B: Group, C: Group> Group for (A, B, C) {
    fn variables() -> Vec<&'static str> {
        [A::variables(), B::variables(), C::variables()].concat()
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        (A::read(reader), B::read(reader), C::read(reader))
    }
}

impl<A: Group, B: Group, C: Group, D: Group> Group for (A, B, C, D) {
    fn variables() -> Vec<&'static str> {
        [A::variables(), B::variables(), C::variables(), D::variables()].concat()
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        (A::read(reader), B::read(reader), C::read(reader), D::read(reader))
    }
}

#[cfg(test)]
mod tests {
    use domain::messages::Topic;

    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Env {
        Env::from_map(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn all_missing_names_come_at_once() {
        let env = env(&[("DB_NAME", "innkeep"), ("DB_SECRET_ARN", "")]);
        let error = load::<(DatabaseConfig, SessionsConfig)>(&env).unwrap_err();
        assert_eq!(error.missing, ["DB_CLUSTER_ARN", "DB_SECRET_ARN", "SESSIONS_TABLE"]);
        assert_eq!(
            error.to_string(),
            "missing environment variables: DB_CLUSTER_ARN, DB_SECRET_ARN, SESSIONS_TABLE"
        );
    }

    #[test]
    fn a_declared_topic_needs_its_queue() {
        let env = env(&[("MEDIA_QUEUE_URL", "http://127.0.0.1/1/media")]);
        let error = QueuesConfig::load(&env, &[Topic::Media, Topic::Payments]).unwrap_err();
        assert_eq!(error.missing, ["PAYMENTS_QUEUE_URL"]);
        let queues = QueuesConfig::load(&env, &[Topic::Media]).unwrap();
        assert_eq!(queues.url(Topic::Media), Some("http://127.0.0.1/1/media"));
        assert_eq!(queues.url(Topic::Payments), None);
    }

    #[test]
    fn a_group_names_what_it_reads() {
        assert_eq!(
            <(TokenConfig, MailConfig)>::variables(),
            ["JWT_ISSUER", "JWT_AUDIENCE", "KEYS_TABLE", "MAIL_FROM", "MAIL_CONFIGURATION_SET"]
        );
    }
}
