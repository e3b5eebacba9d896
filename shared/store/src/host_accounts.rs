//! Hosts' accounts with the payment provider.

use std::fmt;

use domain::ids::UserId;
use jiff::Timestamp;
use serde::Deserialize;

use crate::bookings::Cause;
use crate::db::{Db, DbError, Statement};

type Result<T> = std::result::Result<T, DbError>;

/// Whether a host can be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostAccountState {
    /// The host has not finished the onboarding.
    Pending,
    /// The host can be paid.
    Enabled,
    /// The provider wants more before it pays.
    Restricted,
}

impl HostAccountState {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Enabled => "enabled",
            Self::Restricted => "restricted",
        }
    }
}

/// What the provider says of a host's account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Standing {
    /// Whether the host can be paid.
    pub state: HostAccountState,
    /// What the provider wants now, in its own words.
    pub requirements: Vec<String>,
    /// Until when it wants it, if it says so.
    pub due_at: Option<Timestamp>,
    /// Why the account is not, or no longer, enabled, in the provider's word for it; 200 characters at most.
    pub disabled_reason: Option<String>,
}

/// A host's account.
#[derive(Clone, Debug, Deserialize)]
pub struct HostAccount {
    /// Whose it is.
    pub user_id: UserId,
    /// The provider's name of it.
    pub provider_account: String,
    /// What the provider says of it.
    #[serde(flatten)]
    pub standing: Standing,
    /// The page last given out for the onboarding.
    pub link: Option<OnboardingLink>,
}

/// A page of the provider for one host's onboarding.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct OnboardingLink {
    /// Where it is; whoever has it acts for the host.
    pub url: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Shows nothing that others could use.
impl fmt::Debug for OnboardingLink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OnboardingLink").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// What the provider is told of a new host.
#[derive(Clone, Debug, Deserialize)]
pub struct Owner {
    /// Where mail goes.
    pub email: String,
    /// The country of the host's first listing, ISO 3166-1; `None` before there is one.
    pub country: Option<String>,
}

/// The host's account.
pub async fn find(db: &Db, user: UserId) -> Result<Option<HostAccount>> {
    let statement = Statement::new(
        "SELECT jsonb_build_object('user_id', a.user_id, 'provider_account', a.provider_account,
             'state', a.state, 'requirements', a.requirements, 'due_at', a.due_at,
             'disabled_reason', a.disabled_reason, 'link', (
                 SELECT jsonb_build_object('url', l.url, 'expires_at', l.expires_at)
                 FROM onboarding_links l WHERE l.user_id = a.user_id))::text
         FROM host_accounts a WHERE a.user_id = :user::uuid",
    )
    .uuid("user", user)
    .idempotent();
    db.optional(statement).await
}

/// Whether the provider can pay the host.
pub async fn is_enabled(db: &Db, user: UserId) -> Result<bool> {
    let statement = Statement::new(
        "SELECT to_jsonb(EXISTS (
             SELECT FROM host_accounts WHERE user_id = :user::uuid AND state = 'enabled'))::text",
    )
    .uuid("user", user)
    .idempotent();
    db.one(statement).await
}

/// What the provider is told of a new host. `None` for an erased account.
pub async fn owner(db: &Db, user: UserId) -> Result<Option<Owner>> {
    let statement = Statement::new(
        "SELECT jsonb_build_object('email', u.email, 'country', (
             SELECT p.address ->> 'country' FROM properties p WHERE p.host_id = u.id ORDER BY p.id LIMIT 1))::text
         FROM users u WHERE u.id = :user::uuid AND u.erased_at IS NULL",
    )
    .uuid("user", user)
    .idempotent();
    db.optional(statement).await
}

/// Keeps a new account, unless the host has one: a host has one account for ever.
pub async fn create(
    db: &Db,
    user: UserId,
    provider_account: &str,
    standing: &Standing,
    now: Timestamp,
) -> Result<()> {
    let statement = Statement::new(
        "INSERT INTO host_accounts (user_id, provider_account, state, requirements, due_at, disabled_reason,
             created_at, updated_at)
         VALUES (:user::uuid, :provider_account, :state, :requirements::jsonb, :due_at::timestamptz,
                 :disabled_reason, :now::timestamptz, :now::timestamptz)
         ON CONFLICT (user_id) DO NOTHING",
    )
    .uuid("user", user);
    let statement = bind(statement, provider_account, standing, now)?;
    db.affected(statement).await.map(|_| ())
}

/// Records where the provider says an account stands. Answers whether there is such an account; only then is the cause
/// done.
pub async fn update(
    db: &Db,
    provider_account: &str,
    standing: &Standing,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<bool> {
    let statement = Statement::new(
        "WITH changed AS (
             UPDATE host_accounts SET state = :state, requirements = :requirements::jsonb,
                    due_at = :due_at::timestamptz, disabled_reason = :disabled_reason,
                    updated_at = :now::timestamptz
             WHERE provider_account = :provider_account RETURNING user_id),
         done AS (
             UPDATE outbox SET done_at = :now::timestamptz
             FROM changed WHERE outbox.id = :message::uuid AND outbox.done_at IS NULL),
         processed AS (
             UPDATE provider_events SET processed_at = :now::timestamptz
             FROM changed WHERE provider_events.id = :provider_event AND provider_events.processed_at IS NULL)
         SELECT to_jsonb(EXISTS (SELECT FROM changed))::text",
    )
    .uuid_opt("message", cause.message)
    .text("provider_event", cause.provider_event);
    db.one(bind(statement, provider_account, standing, now)?).await
}

fn bind(
    statement: Statement,
    provider_account: &str,
    standing: &Standing,
    now: Timestamp,
) -> Result<Statement> {
    let reason = standing.disabled_reason.as_deref().filter(|reason| reason.chars().count() <= 200);
    Ok(statement
        .text("provider_account", provider_account)
        .text("state", standing.state.code())
        .json("requirements", &standing.requirements)?
        .instant("due_at", standing.due_at)
        .text("disabled_reason", reason)
        .instant("now", now)
        .idempotent())
}

/// Keeps the page last given out; a newer one takes its place.
pub async fn keep_link(db: &Db, user: UserId, url: &str, expires_at: Timestamp) -> Result<()> {
    let statement = Statement::new(
        "INSERT INTO onboarding_links (user_id, url, expires_at)
         VALUES (:user::uuid, :url, :expires_at::timestamptz)
         ON CONFLICT (user_id) DO UPDATE SET url = excluded.url, expires_at = excluded.expires_at",
    )
    .uuid("user", user)
    .text("url", url)
    .instant("expires_at", expires_at)
    .idempotent();
    db.affected(statement).await.map(|_| ())
}
