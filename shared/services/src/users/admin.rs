//! What the staff does to accounts, and reads of what was done.

use domain::ids::UserId;
use store::audit::{self, Judgement};
use uuid::Uuid;

use crate::{Ctx, Failure};

/// Suspends or restores an account, with a reason. No session of a suspended one goes on.
pub async fn judge(
    ctx: &Ctx,
    admin: UserId,
    user_id: UserId,
    judgement: Judgement,
    reason: &str,
) -> Result<(), Failure> {
    if audit::judge(&ctx.db, admin, user_id, judgement, reason, ctx.now()).await? {
        return Ok(());
    }
    Err(Failure::NotFound)
}

/// A page of the audit log, newest first, as JSON texts; and the first entry at which its chain does not hold.
pub async fn audit_page(
    ctx: &Ctx,
    subject: Option<Uuid>,
    before: Option<i64>,
    limit: u32,
) -> Result<(Vec<String>, Option<i64>), Failure> {
    let page = audit::page(&ctx.db, subject, before, limit).await?;
    Ok((page, audit::broken_at(&ctx.db).await?))
}
