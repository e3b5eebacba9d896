//! What the reconciliation found, seen and settled from an operator's own machine.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use domain::ids::{BookingId, FindingId};
use domain::ledger::Account;
use domain::money::{Currency, Money};
use domain::user::EmailAddress;
use platform::{Aws, Env};
use services::Ctx;
use services::payments::{SettleFinding, settle_finding};
use store::reconciliation::{Finding, FindingState, page};
use store::users::StoredRole;

/// What to do with findings.
#[derive(Debug, Subcommand)]
pub enum FindingsCommand {
    /// Print findings, one a line, the newest first: id, state, kind, what it is about, when it was found first, details.
    List(ListFindings),
    /// Settle an open finding, and give up what will not come, if anything.
    Settle(Box<Settle>),
}

/// Which findings.
#[derive(Debug, Args)]
pub struct ListFindings {
    /// open, healed or settled.
    #[arg(long, default_value = "open", value_parser = ["open", "healed", "settled"])]
    pub state: String,
    /// How many at most.
    #[arg(long, default_value_t = 100)]
    pub limit: u32,
}

/// How a finding is settled.
#[derive(Debug, Args)]
pub struct Settle {
    /// The finding.
    pub id: FindingId,
    /// The address of the member of the staff who decides; it is on record.
    #[arg(long)]
    pub by: String,
    /// What was done about it, for whoever asks later.
    #[arg(long)]
    pub note: String,
    /// The account of the ledger that is put right by giving something up.
    #[arg(long, requires_all = ["amount", "currency"],
        value_parser = ["provider_balance", "disputed_funds", "host_payable", "refunds_payable"])]
    pub write_off: Option<String>,
    /// What is missing in that account, in minor units; below zero what is too much.
    #[arg(long, requires = "write_off", allow_negative_numbers = true)]
    pub amount: Option<i64>,
    /// The currency of that amount.
    #[arg(long, requires = "write_off")]
    pub currency: Option<Currency>,
    /// The booking that it concerns; with `host_payable`.
    #[arg(long, requires = "write_off")]
    pub booking: Option<BookingId>,
}

/// Does what is asked; answers what to print. The variables are those of a function that has the database.
pub async fn run(env: &Env, command: FindingsCommand) -> anyhow::Result<String> {
    let ctx = platform::context::context(env, &Aws::from_env(env)?, &[])?;
    match command {
        FindingsCommand::List(wanted) => {
            let state = match wanted.state.as_str() {
                "healed" => FindingState::Healed,
                "settled" => FindingState::Settled,
                _ => FindingState::Open,
            };
            let found = page(&ctx.db, Some(state), None, wanted.limit).await?;
            Ok(found.iter().map(line).collect::<Vec<_>>().join("\n"))
        }
        FindingsCommand::Settle(how) => settle(&ctx, *how).await.map(|finding| line(&finding)),
    }
}

async fn settle(ctx: &Ctx, how: Settle) -> anyhow::Result<Finding> {
    let by: EmailAddress = how.by.parse().ok().context("--by is no e-mail address")?;
    let by = store::users::by_email(&ctx.db, &by.key()).await?;
    let by = by.filter(|person| person.role == StoredRole::Admin).context("--by is nobody of the staff")?;
    let note = how.note.parse().ok().context("--note has 1 to 500 characters")?;
    let write_off = match (how.write_off, how.amount, how.currency) {
        (Some(account), Some(amount), Some(currency)) => {
            let account: Account = account.parse().ok().context("there is no such account")?;
            Some((account, Money::new(amount, currency), how.booking))
        }
        _ => None,
    };
    let settled = settle_finding(ctx, by.id, how.id, &SettleFinding { note, write_off }).await;
    settled.map_err(|failure| anyhow::anyhow!("{failure}"))
}

fn line(finding: &Finding) -> String {
    let Finding { id, state, kind, subject, first_seen_at, details, .. } = finding;
    format!("{id}\t{}\t{kind}\t{subject}\t{first_seen_at}\t{details}", state.code())
}
