//! What was asked of the database: for tests that count statements and explain them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A statement that was sent to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedStatement {
    /// The database's name.
    pub database: String,
    /// The SQL as it was given, with its named parameters.
    pub sql: String,
    /// Each parameter's name and database type, such as `("id", "uuid")`, in the order they appear in the SQL.
    pub parameters: Vec<(String, String)>,
    /// The parameters' values in the same order, written as literals of their types; `None` is NULL.
    pub values: Vec<Option<String>>,
    /// Whether it belonged to a transaction of its caller's.
    pub in_transaction: bool,
}

/// How many statements are remembered.
const REMEMBERED: usize = 2_000;

#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    total: u64,
    by_database: HashMap<String, u64>,
    statements: VecDeque<LoggedStatement>,
}

impl Journal {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, statement: LoggedStatement) {
        let mut entries = self.entries();
        entries.total += 1;
        if let Some(count) = entries.by_database.get_mut(&statement.database) {
            *count += 1;
        } else {
            entries.by_database.insert(statement.database.clone(), 1);
        }
        if entries.statements.len() == REMEMBERED {
            entries.statements.pop_front();
        }
        entries.statements.push_back(statement);
    }

    pub(crate) fn total(&self) -> u64 {
        self.entries().total
    }

    pub(crate) fn of(&self, database: &str) -> u64 {
        self.entries().by_database.get(database).copied().unwrap_or(0)
    }

    pub(crate) fn statements(&self, database: Option<&str>) -> Vec<LoggedStatement> {
        let entries = self.entries();
        entries
            .statements
            .iter()
            .filter(|entry| database.is_none_or(|name| entry.database == name))
            .cloned()
            .collect()
    }

    /// Forgets a database that is no more.
    pub(crate) fn forget(&self, database: &str) {
        let mut entries = self.entries();
        entries.by_database.remove(database);
        entries.statements.retain(|entry| entry.database != database);
    }
}
