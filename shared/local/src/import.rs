//! The importer: Inside Airbnb's `listings.csv`, through the API and by its rules.
//!
//! Each row becomes a request (`plan`) that a signed-in host sends, so the API decides what is taken. The row's id goes
//! along as `source_ref`: importing again makes nothing twice, and goes on where an import was stopped.

mod http;
mod numbers;
mod places;
mod plan;
mod reason;
mod report;
mod request;
mod row;
mod session;
mod take;
#[cfg(test)]
mod tests;
mod text;
mod zones;

use std::fs::File;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use domain::cancellation::CancellationPolicyCode;
use domain::listing::Country;
use domain::money::Currency;
use domain::random::Entropy as _;
use futures::stream::{self, StreamExt as _};
use indicatif::{ProgressBar, ProgressStyle};
use platform::OsEntropy;
use reqwest::Url;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use http::Server;
use plan::{Choices, Planner};
use reason::Rejection;
pub use report::{Reason, Report, Tally};
use row::{Record, Records};
use session::{Account, Session};
use take::{End, Outcome, Taker};

/// How long the server may be away before the import gives up.
const PATIENCE: Duration = Duration::from_mins(2);
/// The accounts whose password is known, where there are any.
const DEMO_ACCOUNTS: [&str; 3] = ["host@example.com", "guest@example.com", "admin@example.com"];

/// Import listings from Inside Airbnb's listings.csv.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportArgs {
    /// The file, plain or gzipped.
    pub file: PathBuf,
    /// Where the API is.
    #[arg(long, default_value = "http://127.0.0.1:9000")]
    pub url: Url,
    /// The host whose listings they become.
    #[arg(long = "as", value_name = "EMAIL", default_value = "host@example.com")]
    pub account: String,
    /// A file whose first line is the host's password; without it, it is asked for. Demo accounts need none.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The cancellation policy of the listings.
    #[arg(long, default_value = "moderate", value_parser = policies())]
    pub policy: CancellationPolicyCode,
    /// The currency of the prices, by its ISO 4217 code (the file has a dollar sign for any).
    #[arg(long, default_value = "USD")]
    pub currency: Currency,
    /// The city of the listings; Washington, DC is known by its coordinates.
    #[arg(long, requires = "country")]
    pub city: Option<String>,
    /// The state or province of the listings.
    #[arg(long, requires = "city")]
    pub region: Option<String>,
    /// The country of the listings, by its ISO 3166 code.
    #[arg(long, requires = "city")]
    pub country: Option<Country>,
    /// Publish the listings that have a price (the default).
    #[arg(long, overrides_with = "no_publish")]
    pub publish: bool,
    /// Leave every listing a draft.
    #[arg(long, overrides_with = "publish")]
    pub no_publish: bool,
    /// How many requests are under way at a time.
    #[arg(long, default_value = "8")]
    pub concurrency: NonZeroUsize,
    /// Write the report as JSON too.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// The codes of the policies, so that the help lists them.
fn policies() -> impl TypedValueParser<Value = CancellationPolicyCode> {
    let codes = CancellationPolicyCode::ALL.iter().map(|policy| policy.code());
    PossibleValuesParser::new(codes).try_map(|code| code.parse::<CancellationPolicyCode>())
}

/// Imports the file until its end, Ctrl-C or SIGTERM; a second signal waits for nothing.
///
/// Fails when nothing could be begun: no file, no account, no server. What goes wrong later is in the report, which is
/// for the caller to print.
pub async fn run(args: ImportArgs) -> anyhow::Result<Report> {
    // Before signals are caught, so that Ctrl-C still ends the prompt.
    let password = password(&args)?;
    let stop = CancellationToken::new();
    tokio::select! {
        report = import(&args, password, PATIENCE, &stop) => report,
        error = stopped_twice(&stop) => Err(error.unwrap_or_else(|error| error)),
    }
}

/// Imports the file until its end or `stop`.
async fn import(
    args: &ImportArgs,
    password: String,
    patience: Duration,
    stop: &CancellationToken,
) -> anyhow::Result<Report> {
    let started = Instant::now();
    let report_file = args.report.as_deref().map(report_file).transpose()?;
    let bar = bar()?;
    let records = Records::open(&args.file, &bar)?;
    let planner = Planner::new(choices(args)?);
    let server = Server::at(&args.url, patience, stop.clone())?;
    let account = Account { email: args.account.clone(), password };
    let taker = Taker { session: Session::begin(server, account).await?, run: run_id() };

    let mut report = Report::default();
    take_all(records, planner, &taker, args.concurrency, stop, |outcome| {
        report.add(outcome);
        if report.stopped.is_some() {
            stop.cancel();
        }
        let elapsed = started.elapsed().as_secs().max(1);
        bar.set_message(format!("{} rows, {}/s", report.rows_read, report.rows_read / elapsed));
    })
    .await;
    bar.finish_and_clear();
    if stop.is_cancelled() {
        report.stopped.get_or_insert_with(|| "as you asked".to_owned());
    }
    report.finish(started.elapsed());
    if let Some(file) = report_file {
        serde_json::to_writer_pretty(file, &report).context("cannot write the report")?;
    }
    Ok(report)
}

/// Takes every record; after `stop`, none that was not begun.
async fn take_all(
    mut records: Records,
    mut planner: Planner,
    taker: &Taker,
    concurrency: NonZeroUsize,
    stop: &CancellationToken,
    mut done: impl FnMut(Outcome),
) {
    let until_stop = std::iter::from_fn(|| if stop.is_cancelled() { None } else { records.next() });
    let requests = until_stop.map(move |record| match record {
        Record::Row(row) => match planner.plan(&row) {
            Ok(plan) => Ok(plan),
            Err(rejection) => Err(Outcome::rejected(row.id, rejection)),
        },
        Record::Unreadable(line) => Err(Outcome::rejected(format!("line {line}"), Rejection::RowUnreadable)),
        Record::Broken(why) => Err(Outcome { id: String::new(), mended: Vec::new(), end: End::Broken(why) }),
    });
    let mut outcomes = stream::iter(requests)
        .map(|request| async move {
            match request {
                Ok(plan) => taker.take(plan).await,
                Err(outcome) => outcome,
            }
        })
        .buffer_unordered(concurrency.get());
    while let Some(outcome) = outcomes.next().await {
        done(outcome);
    }
}

fn choices(args: &ImportArgs) -> anyhow::Result<Choices> {
    let address = match (&args.city, args.country) {
        (Some(city), Some(country)) => Some(
            places::address(city, args.region.as_deref(), country)
                .context("--city and --region are names of 1 to 100 characters")?,
        ),
        _ => None,
    };
    Ok(Choices { currency: args.currency, policy: args.policy, address, publish: !args.no_publish })
}

/// The host's password: of the file, of the demo account, or asked for.
fn password(args: &ImportArgs) -> anyhow::Result<String> {
    if let Some(path) = &args.password_file {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        return Ok(text.lines().next().unwrap_or_default().to_owned());
    }
    if DEMO_ACCOUNTS.contains(&args.account.as_str()) && http::is_loopback(&args.url) {
        return Ok(crate::seed::PASSWORD.to_owned());
    }
    rpassword::prompt_password(format!("Password of {}: ", args.account))
        .context("cannot ask for the password: give --password-file")
}

/// Stops at the first Ctrl-C or SIGTERM, and returns at the second.
async fn stopped_twice(stop: &CancellationToken) -> anyhow::Result<anyhow::Error> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    for _ in 0..2 {
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminate.recv() => {}
        }
        stop.cancel();
    }
    Ok(anyhow::anyhow!("stopped at once; the same command goes on from there"))
}

/// Tells this import from any other.
fn run_id() -> String {
    let mut random = [0; 16];
    OsEntropy.fill(&mut random);
    uuid::Builder::from_random_bytes(random).into_uuid().simple().to_string()
}

/// By the bytes of the file, since its rows are not known before they are read; nothing unless it is a terminal.
fn bar() -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{bar:32} {percent:>3} % {msg}, {eta} left")?;
    Ok(ProgressBar::new(0).with_style(style).with_message("0 rows"))
}

/// Made before anything is imported, so that no report is lost for want of a folder.
fn report_file(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot write {}", path.display()))
}
