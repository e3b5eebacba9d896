//! The tables: secrets, their versions, and the stages that point at versions.

use rusqlite::{OptionalExtension, Transaction, params};

use crate::error::AwsError;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS secrets (
        name TEXT PRIMARY KEY,
        arn TEXT NOT NULL UNIQUE,
        description TEXT,
        created_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS versions (
        secret TEXT NOT NULL REFERENCES secrets (name),
        id TEXT NOT NULL,
        text_value TEXT,
        binary_value TEXT,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (secret, id)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS stages (
        secret TEXT NOT NULL,
        stage TEXT NOT NULL,
        version TEXT NOT NULL,
        PRIMARY KEY (secret, stage),
        FOREIGN KEY (secret, version) REFERENCES versions (secret, id)
    ) STRICT;
";

/// The stage that readers get unless they ask for another.
pub(super) const CURRENT: &str = "AWSCURRENT";
/// The stage of the version that was current before.
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";

#[derive(Debug)]
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) description: Option<String>,
    /// Milliseconds since 1970, as below.
    pub(super) created_at: i64,
    pub(super) changed_at: i64,
}

/// A value: text or bytes (in base64), never both.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SecretValue {
    pub(super) text: Option<String>,
    pub(super) binary: Option<String>,
}

#[derive(Debug)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) value: SecretValue,
    pub(super) created_at: i64,
}

pub(super) fn not_found(message: &str) -> AwsError {
    AwsError::sender("ResourceNotFoundException", message)
}

/// The secret with this name or full ARN, or the refusal that there is none.
pub(super) fn secret(transaction: &Transaction<'_>, id: &str) -> Result<Secret, AwsError> {
    find_secret(transaction, id)?.ok_or_else(|| not_found("Secrets Manager can't find the specified secret."))
}

pub(super) fn find_secret(transaction: &Transaction<'_>, id: &str) -> Result<Option<Secret>, AwsError> {
    let secret = transaction
        .prepare_cached(
            "SELECT name, arn, description, created_at, changed_at FROM secrets WHERE name = ?1 OR arn = ?1",
        )?
        .query_row([id], |row| {
            Ok(Secret {
                name: row.get(0)?,
                arn: row.get(1)?,
                description: row.get(2)?,
                created_at: row.get(3)?,
                changed_at: row.get(4)?,
            })
        })
        .optional()?;
    Ok(secret)
}

pub(super) fn version(
    transaction: &Transaction<'_>,
    secret: &str,
    id: &str,
) -> Result<Option<Version>, AwsError> {
    let version = transaction
        .prepare_cached(
            "SELECT text_value, binary_value, created_at FROM versions WHERE secret = ?1 AND id = ?2",
        )?
        .query_row([secret, id], |row| {
            let value = SecretValue { text: row.get(0)?, binary: row.get(1)? };
            Ok(Version { id: id.to_owned(), value, created_at: row.get(2)? })
        })
        .optional()?;
    Ok(version)
}

/// The version that a stage points at.
pub(super) fn version_at(
    transaction: &Transaction<'_>,
    secret: &str,
    stage: &str,
) -> Result<Option<String>, AwsError> {
    let id = transaction
        .prepare_cached("SELECT version FROM stages WHERE secret = ?1 AND stage = ?2")?
        .query_row([secret, stage], |row| row.get(0))
        .optional()?;
    Ok(id)
}

/// Stages with their versions, by stage.
pub(super) fn stages(transaction: &Transaction<'_>, secret: &str) -> Result<Vec<(String, String)>, AwsError> {
    let mut statement =
        transaction.prepare_cached("SELECT stage, version FROM stages WHERE secret = ?1 ORDER BY stage")?;
    let stages =
        statement.query_map([secret], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(stages)
}

/// Points `stage` at `version`. When that takes `AWSCURRENT` from another version, that one becomes `AWSPREVIOUS`.
pub(super) fn move_stage(
    transaction: &Transaction<'_>,
    secret: &str,
    stage: &str,
    version: &str,
) -> Result<(), AwsError> {
    let holder = version_at(transaction, secret, stage)?;
    if holder.as_deref() == Some(version) {
        return Ok(());
    }
    if let Some(holder) = holder.filter(|_| stage == CURRENT) {
        put_stage(transaction, secret, PREVIOUS, &holder)?;
    }
    put_stage(transaction, secret, stage, version)
}

fn put_stage(
    transaction: &Transaction<'_>,
    secret: &str,
    stage: &str,
    version: &str,
) -> Result<(), AwsError> {
    transaction
        .prepare_cached(
            "INSERT INTO stages (secret, stage, version) VALUES (?1, ?2, ?3)
             ON CONFLICT (secret, stage) DO UPDATE SET version = excluded.version",
        )?
        .execute([secret, stage, version])?;
    Ok(())
}

pub(super) fn remove_stage(transaction: &Transaction<'_>, secret: &str, stage: &str) -> Result<(), AwsError> {
    transaction.execute("DELETE FROM stages WHERE secret = ?1 AND stage = ?2", [secret, stage])?;
    Ok(())
}

pub(super) fn add_secret(transaction: &Transaction<'_>, secret: &Secret) -> Result<(), AwsError> {
    transaction.execute(
        "INSERT INTO secrets (name, arn, description, created_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![secret.name, secret.arn, secret.description, secret.created_at, secret.changed_at],
    )?;
    Ok(())
}

pub(super) fn add_version(
    transaction: &Transaction<'_>,
    secret: &str,
    version: &Version,
) -> Result<(), AwsError> {
    transaction.execute(
        "INSERT INTO versions (secret, id, text_value, binary_value, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![secret, version.id, version.value.text, version.value.binary, version.created_at],
    )?;
    touch(transaction, secret, version.created_at)
}

pub(super) fn touch(transaction: &Transaction<'_>, secret: &str, now: i64) -> Result<(), AwsError> {
    transaction.execute("UPDATE secrets SET changed_at = ?2 WHERE name = ?1", params![secret, now])?;
    Ok(())
}
