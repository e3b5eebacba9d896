//! Whether the audit log is whole, and who remembers its end.

use store::anchors::AnchorTable;
use store::audit;

use crate::{Ctx, Failure};

/// What is wrong with the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry does not fit the one before it: one of the two was changed, or something between them is gone.
    #[error("the audit log's chain is broken at {0}")]
    Chain(i64),
    /// An entry that was seen is gone or changed: the log was cut, or written anew.
    #[error("the audit log has lost the entry {0}")]
    Tail(i64),
}

/// Remembers the log's last entry where the owner of the database does not reach, if the entry that was remembered
/// before is still there. Answers what was lost otherwise, and then remembers nothing.
pub async fn anchor(ctx: &Ctx, anchors: &AnchorTable) -> Result<Option<Broken>, Failure> {
    let remembered = anchors.tail().await.map_err(Failure::unavailable)?;
    let tail = audit::tail(&ctx.db, remembered.as_ref()).await?;
    if let Some(lost) = remembered.as_ref().filter(|_| !tail.holds) {
        return Ok(Some(Broken::Tail(lost.seq)));
    }
    if let Some(last) = tail.last.filter(|last| Some(last) != remembered.as_ref()) {
        anchors.remember(&last, ctx.now()).await.map_err(Failure::unavailable)?;
        tracing::info!(seq = last.seq, hash = %last.hash, "the end of the audit log");
    }
    Ok(None)
}

/// Checks the whole log: its chain, and that the entry that was remembered last is in it. Answers the number of its last
/// entry, 0 of an empty log; or what is wrong.
pub async fn verify(ctx: &Ctx, anchors: &AnchorTable) -> Result<Result<i64, Broken>, Failure> {
    if let Some(seq) = audit::broken_at(&ctx.db).await? {
        return Ok(Err(Broken::Chain(seq)));
    }
    let remembered = anchors.tail().await.map_err(Failure::unavailable)?;
    let tail = audit::tail(&ctx.db, remembered.as_ref()).await?;
    Ok(match remembered.filter(|_| !tail.holds) {
        Some(lost) => Err(Broken::Tail(lost.seq)),
        None => Ok(tail.last.map_or(0, |last| last.seq)),
    })
}
