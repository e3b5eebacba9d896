//! What an operator does to a deployment from their own machine, with their own rights to its database.

use anyhow::Context as _;
use domain::user::EmailAddress;
use platform::config::{DatabaseConfig, Env, load};
use platform::{Aws, OsEntropy, SystemClock};
use std::sync::Arc;
use store::Db;

/// Makes a proved account a member of the staff; it is on record. The variables are those of a function: which cluster,
/// which secret, which database. Answers false where there is no such account.
pub async fn grant_admin(env: &Env, email: &str) -> anyhow::Result<bool> {
    let email: EmailAddress = email.parse().ok().context("that is no e-mail address")?;
    let database = load::<DatabaseConfig>(env)?;
    let aws = Aws::from_env(env)?;
    let db =
        Db::new(aws.rdsdata(), database.cluster_arn, database.secret_arn, database.name, Arc::new(OsEntropy));
    let now = domain::clock::Clock::now(&SystemClock::from_env(env));
    Ok(store::audit::grant_admin(&db, &email.key(), now).await?)
}
