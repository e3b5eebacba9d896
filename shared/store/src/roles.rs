//! Roles of the database.

use crate::db::{Db, DbError, Statement};

/// Makes the functions' role if it is missing, sets its password, and grants it the rows of every table.
///
/// `db` must be the owner's handle. Tables that a later migration makes are granted by running this after it.
pub async fn ensure_application_role(db: &Db, name: &str, password: &str) -> Result<(), DbError> {
    db.texts(
        Statement::new("SELECT to_jsonb(ensure_application_role(:name, :password)::text)::text")
            .text("name", name)
            .text("password", password)
            .idempotent(),
    )
    .await
    .map(|_| ())
}

/// Whether the database has a role of this name that may log in. `db` must be the owner's handle.
pub async fn can_log_in(db: &Db, name: &str) -> Result<bool, DbError> {
    let rows = db
        .texts(
            Statement::new(
                "SELECT to_jsonb(rolname)::text FROM pg_catalog.pg_roles WHERE rolname = :name::name AND rolcanlogin",
            )
            .text("name", name)
            .idempotent(),
        )
        .await?;
    Ok(!rows.is_empty())
}
