//! The schema's history: forward only, checksummed, applied by one process at a time.

use domain::clock::Clock;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};

/// One step of the schema's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The file's name without its ending; sorts in the order of application.
    pub name: &'static str,
    /// The file's text: statements parted by lines that read `-- next`.
    pub sql: &'static str,
}

impl Migration {
    /// The statements, each a call of its own: the Data API takes one at a time.
    pub fn statements(&self) -> impl Iterator<Item = &'static str> {
        self.sql.split("\n-- next\n").map(str::trim).filter(|statement| !statement.is_empty())
    }

    /// FNV-1a over the text: tells an edited file from the applied one. It is no defence against forgery.
    pub fn checksum(&self) -> String {
        let hash = self.sql.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}")
    }
}

/// All migrations in their order. A landed one is never edited: the next one mends it.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_base", sql: include_str!("../migrations/0001_base.sql") },
    Migration { name: "0002_properties", sql: include_str!("../migrations/0002_properties.sql") },
    Migration { name: "0003_bookings", sql: include_str!("../migrations/0003_bookings.sql") },
    Migration { name: "0004_payments", sql: include_str!("../migrations/0004_payments.sql") },
    Migration { name: "0005_reviews", sql: include_str!("../migrations/0005_reviews.sql") },
    Migration { name: "0006_application_role", sql: include_str!("../migrations/0006_application_role.sql") },
    Migration { name: "0007_promotions", sql: include_str!("../migrations/0007_promotions.sql") },
    Migration { name: "0008_ledger", sql: include_str!("../migrations/0008_ledger.sql") },
    Migration { name: "0009_modifications", sql: include_str!("../migrations/0009_modifications.sql") },
    Migration { name: "0010_identity", sql: include_str!("../migrations/0010_identity.sql") },
    Migration { name: "0011_reconciliation", sql: include_str!("../migrations/0011_reconciliation.sql") },
    Migration { name: "0012_receipts", sql: include_str!("../migrations/0012_receipts.sql") },
    Migration {
        name: "0013_ledger_follows_price",
        sql: include_str!("../migrations/0013_ledger_follows_price.sql"),
    },
    Migration { name: "0014_cohosts", sql: include_str!("../migrations/0014_cohosts.sql") },
    Migration { name: "0015_capture_index", sql: include_str!("../migrations/0015_capture_index.sql") },
    Migration { name: "0016_provider_fees", sql: include_str!("../migrations/0016_provider_fees.sql") },
    Migration { name: "0017_staff", sql: include_str!("../migrations/0017_staff.sql") },
    Migration { name: "0018_booking_function", sql: include_str!("../migrations/0018_booking_function.sql") },
    Migration {
        name: "0019_listing_revisions",
        sql: include_str!("../migrations/0019_listing_revisions.sql"),
    },
    Migration { name: "0020_search", sql: include_str!("../migrations/0020_search.sql") },
    Migration { name: "0021_conversations", sql: include_str!("../migrations/0021_conversations.sql") },
    Migration { name: "0022_calendar_links", sql: include_str!("../migrations/0022_calendar_links.sql") },
    Migration { name: "0023_webhooks", sql: include_str!("../migrations/0023_webhooks.sql") },
    Migration { name: "0024_wishlists", sql: include_str!("../migrations/0024_wishlists.sql") },
    Migration {
        name: "0025_notification_preferences",
        sql: include_str!("../migrations/0025_notification_preferences.sql"),
    },
    Migration { name: "0026_mail_events", sql: include_str!("../migrations/0026_mail_events.sql") },
    Migration { name: "0027_feeds", sql: include_str!("../migrations/0027_feeds.sql") },
];

/// Why the schema could not be brought up to date. What was applied before stays.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A statement failed; its migration was rolled back.
    #[error("migration {name}, statement {statement} failed")]
    Failed {
        /// Which migration.
        name: &'static str,
        /// Which of its statements, from 1.
        statement: usize,
        /// What the database said.
        #[source]
        source: DbError,
    },
    /// An applied migration has another text now.
    #[error("migration {name} was changed after it was applied; write a new one instead")]
    Changed {
        /// Which migration.
        name: String,
    },
    /// The database knows a migration that this code does not: older code meets a newer schema.
    #[error(
        "the database has migration {name}, which this version does not know; deploy the version that does"
    )]
    Unknown {
        /// Which migration.
        name: String,
    },
    /// The book of applied migrations could not be read or written.
    #[error(transparent)]
    Db(#[from] DbError),
}

#[derive(Deserialize)]
struct Applied {
    name: String,
    checksum: String,
}

/// Serialises all migrating processes; the number is arbitrary, and this system's alone.
const LOCK: &str = "SELECT to_jsonb(pg_advisory_xact_lock(7310241984)::text)::text";

/// Applies what is missing, each migration in a transaction of its own under one lock, and answers the names applied.
pub async fn migrate(db: &Db, clock: &dyn Clock) -> Result<Vec<&'static str>, MigrateError> {
    create_book(db).await?;
    let mut applied_now = Vec::new();
    for migration in MIGRATIONS {
        if apply(db, clock, migration).await? {
            tracing::info!(migration = migration.name, "applied");
            applied_now.push(migration.name);
        }
    }
    Ok(applied_now)
}

async fn create_book(db: &Db) -> Result<(), MigrateError> {
    let transaction = db.begin().await?;
    transaction.run(Statement::new(LOCK)).await?;
    transaction
        .run(Statement::new(
            "CREATE TABLE IF NOT EXISTS schema_migrations (
                name       text        PRIMARY KEY,
                checksum   text        NOT NULL,
                applied_at timestamptz NOT NULL
            )",
        ))
        .await?;
    transaction.commit().await?;
    let known: Vec<Applied> = db
        .rows(Statement::new(
            "SELECT jsonb_build_object('name', name, 'checksum', checksum)::text FROM schema_migrations",
        ))
        .await?;
    known.into_iter().try_for_each(|row| check(&row))
}

/// An applied migration must be one that this code has, with the same text.
fn check(row: &Applied) -> Result<(), MigrateError> {
    let ours = MIGRATIONS.iter().find(|migration| migration.name == row.name);
    match ours {
        None => Err(MigrateError::Unknown { name: row.name.clone() }),
        Some(migration) if migration.checksum() != row.checksum => {
            Err(MigrateError::Changed { name: row.name.clone() })
        }
        Some(_) => Ok(()),
    }
}

async fn apply(db: &Db, clock: &dyn Clock, migration: &Migration) -> Result<bool, MigrateError> {
    let transaction = db.begin().await?;
    transaction.run(Statement::new(LOCK)).await?;
    // The row comes first: a process that waited for the lock finds it there and leaves.
    let claimed: Vec<String> = transaction
        .rows(
            Statement::new(
                "INSERT INTO schema_migrations (name, checksum, applied_at)
                 VALUES (:name, :checksum, :now::timestamptz)
                 ON CONFLICT (name) DO NOTHING RETURNING to_jsonb(name)::text",
            )
            .text("name", migration.name)
            .text("checksum", migration.checksum().as_str())
            .instant("now", clock.now()),
        )
        .await?;
    if claimed.is_empty() {
        transaction.rollback().await?;
        return Ok(false);
    }
    for (index, sql) in migration.statements().enumerate() {
        if let Err(source) = transaction.run(Statement::new(sql)).await {
            let failed = MigrateError::Failed { name: migration.name, statement: index + 1, source };
            // The service rolls back a transaction nobody commits; saying so frees the lock at once.
            if let Err(error) = transaction.rollback().await {
                tracing::warn!(%error, "the failed migration's transaction lapses by itself");
            }
            return Err(failed);
        }
    }
    transaction.commit().await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_in_the_order_of_application_and_are_unique() {
        assert!(MIGRATIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn statements_are_parted_by_their_marker_only() {
        let migration = Migration { name: "x", sql: "SELECT 1;\n-- next\n\nSELECT '-- next'\n-- next\n" };
        assert_eq!(migration.statements().collect::<Vec<_>>(), ["SELECT 1;", "SELECT '-- next'"]);
    }

    #[test]
    fn an_edited_or_unknown_migration_is_refused() {
        let known = MIGRATIONS[0];
        let row = |name: &str, checksum: &str| Applied { name: name.into(), checksum: checksum.into() };
        assert!(check(&row(known.name, &known.checksum())).is_ok());
        assert!(matches!(check(&row(known.name, "0")), Err(MigrateError::Changed { .. })));
        assert!(matches!(check(&row("9999_future", "0")), Err(MigrateError::Unknown { .. })));
    }
}
