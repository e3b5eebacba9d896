//! Which PostgreSQL build to run: the system's, else one fetched once.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::Account;
use super::{PostgresError, Sources, fetch};

/// A folder with `initdb` and `postgres`, and its major version.
#[derive(Debug, Clone)]
pub(super) struct Build {
    pub(super) bin: PathBuf,
    pub(super) major: String,
    /// Where it came from, for people.
    pub(super) origin: String,
}

/// The oldest major version the SQL of this project runs on.
const OLDEST_MAJOR: u32 = 15;

/// Finds a build: the system's newest first, then a fetched one. With `wanted` only that major version will do,
/// since a cluster is readable by the major version which wrote it.
pub(super) fn find(
    sources: Sources,
    wanted: Option<&str>,
    account: Account,
    cache: Option<&Path>,
) -> Result<Build, PostgresError> {
    let suits = |build: &Build| wanted.is_none_or(|major| build.major == major);
    let mut tried = Vec::new();
    if sources.system {
        let mut builds: Vec<_> =
            system_folders().iter().filter_map(|bin| inspect(bin, "installed")).collect();
        builds.retain(|build| build.major.parse::<u32>().is_ok_and(|major| major >= OLDEST_MAJOR));
        // Stable: of one major version the one on PATH, which stands first, is taken.
        builds.sort_by_key(|build| std::cmp::Reverse(build.major.parse::<u32>().unwrap_or_default()));
        if let Some(build) = builds.into_iter().find(suits) {
            return Ok(build);
        }
        tried.push("no `initdb` on PATH or under the distribution's folders".to_owned());
    } else {
        tried.push("installed builds are switched off".to_owned());
    }
    if sources.fetch {
        match fetch::fetch(wanted, account, cache) {
            Ok(build) => return Ok(build),
            Err(PostgresError::NotFound { tried: reason }) => tried.push(reason),
            Err(error @ PostgresError::WrongHash { .. }) => return Err(error),
            Err(error) => tried.push(error.to_string()),
        }
    } else {
        tried.push("fetching a build is switched off".to_owned());
    }
    Err(PostgresError::NotFound { tried: tried.join("; ") })
}

/// PATH, then the places distributions use.
fn system_folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for (parent, prefix, rest) in [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql", "bin"),
        ("/usr/local/opt", "postgresql", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ] {
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
        folders.extend(
            entries
                .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
                .map(|entry| entry.path().join(rest)),
        );
    }
    folders
}

/// The build in `bin`, if there is one that runs. A link such as `/usr/local/bin/initdb` is followed, for its
/// siblings need not be linked too.
pub(super) fn inspect(bin: &Path, origin: &str) -> Option<Build> {
    let initdb = bin.join("initdb").canonicalize().ok()?;
    let bin = initdb.parent()?.to_owned();
    if !bin.join("postgres").is_file() {
        return None;
    }
    let output = Command::new(&initdb).arg("--version").output().ok()?;
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    // "initdb (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
    let version = version.split_whitespace().nth(2)?;
    let major: String = version.chars().take_while(char::is_ascii_digit).collect();
    if major.is_empty() {
        return None;
    }
    Some(Build { origin: format!("PostgreSQL {version}, {origin} in {}", bin.display()), bin, major })
}
