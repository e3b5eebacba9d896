//! What the mail service reports of a mail that it had taken.

use domain::notification::MailEvent;

use crate::{Ctx, Failure};

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailReport {
    /// The mail service's id of the mail, of 1 to 200 characters.
    pub mail_id: String,
    /// What happened.
    pub event: MailEvent,
    /// The recipients whom it happened to, as bare addresses.
    pub addresses: Vec<String>,
    /// The mail service's words for it, of 1 to 100 characters.
    pub detail: String,
}

/// Keeps a report: from a hard bounce or a complaint on, the address gets only what outweighs it. The same report again
/// changes nothing.
pub async fn take_report(ctx: &Ctx, report: &MailReport) -> Result<(), Failure> {
    let MailReport { mail_id, event, addresses, detail } = report;
    let news = store::mail_events::record(&ctx.db, mail_id, *event, addresses, detail, ctx.now()).await?;
    // Addresses are not logged.
    tracing::info!(mail_id, %event, detail, accounts = news.len(), "the mail service reports");
    Ok(())
}
