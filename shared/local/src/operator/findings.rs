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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(subcommand)]
        command: FindingsCommand,
    }

    const ID: &str = "0199c1a0-7c00-7000-8000-000000000001";

    fn parse(words: &[&str]) -> Result<FindingsCommand, clap::error::ErrorKind> {
        let line = Line::try_parse_from(["findings"].iter().chain(words));
        line.map(|line| line.command).map_err(|error| error.kind())
    }

    #[test]
    fn what_is_given_up_is_an_account_an_amount_and_a_currency() {
        let settle = ["settle", ID, "--by", "ida@example.com", "--note", "Lost."];
        let with = |more: &[&str]| parse(&[&settle, more].concat());
        let Ok(FindingsCommand::Settle(plain)) = with(&[]) else { panic!("nothing has to be given up") };
        assert_eq!((plain.id.to_string().as_str(), plain.write_off), (ID, None));

        let all = ["--write-off", "disputed_funds", "--amount", "-250", "--currency", "EUR"];
        let Ok(FindingsCommand::Settle(given)) = with(&all) else { panic!("all three are there") };
        assert_eq!((given.amount, given.currency), (Some(-250), Some("EUR".parse().unwrap())));

        let missing = clap::error::ErrorKind::MissingRequiredArgument;
        assert_eq!(with(&all[..4]).unwrap_err(), missing, "no currency");
        assert_eq!(with(&all[2..]).unwrap_err(), missing, "no account");
        let other = ["--write-off", "cash", "--amount", "1", "--currency", "EUR"];
        assert_eq!(with(&other).unwrap_err(), clap::error::ErrorKind::InvalidValue);
        assert_eq!(parse(&["settle", ID, "--by", "ida@example.com"]).unwrap_err(), missing, "no note");
    }

    #[test]
    fn findings_are_listed_by_their_state() {
        let Ok(FindingsCommand::List(list)) = parse(&["list"]) else { panic!("a list") };
        assert_eq!((list.state.as_str(), list.limit), ("open", 100));
        let unknown = parse(&["list", "--state", "lost"]).unwrap_err();
        assert_eq!(unknown, clap::error::ErrorKind::InvalidValue);
    }
}
