//! The command `innkeep`: the whole system on this machine, and an importer of listings.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, ValueEnum};
use local::{Cluster, Container, ContainerOptions, Stack, StackOptions};
use local_data_api::postgres::PostgresOptions;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Innkeep, a booking backend, on one machine.
#[derive(Debug, Parser)]
#[command(name = "innkeep", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the whole system (what happens without a command).
    Serve(ServeArgs),
    /// Serve the API and work its queues in one process, against the AWS services that the environment names: what a
    /// container runs. The variables are those of all functions together.
    Container(ContainerArgs),
    /// Bring the schema, the database's application user and the keys of a deployment up to date. The variables are those
    /// of the migrate function.
    Migrate,
    /// Import listings from a CSV file through the API of a running system.
    Import(Box<local::import::ImportArgs>),
    /// Make a proved account of a deployment a member of the staff. `AWS_REGION`, `DB_CLUSTER_ARN`, `DB_SECRET_ARN` and
    /// `DB_NAME` say where; the AWS credentials are yours.
    GrantAdmin {
        /// The account's address.
        email: String,
    },
    /// Send what a deployment's function gave up back to its queue. `AWS_REGION` and the variable of the queue
    /// (`PAYMENTS_QUEUE_URL`, `NOTIFICATIONS_QUEUE_URL`, `MEDIA_QUEUE_URL`, `WEBHOOKS_QUEUE_URL`,
    /// `FEEDS_QUEUE_URL`) say where; the AWS credentials are yours.
    Redrive {
        /// payments, notifications, media or feeds.
        topic: domain::messages::Topic,
    },
    /// Check a deployment's audit log: its chain of hashes, and that its end is the one that was seen last. `AWS_REGION`,
    /// `DB_CLUSTER_ARN`, `DB_SECRET_ARN`, `DB_NAME` and `ANCHORS_TABLE` say where; the AWS credentials are yours.
    VerifyAudit,
    /// See and settle what the reconciliation of a deployment's money found. `AWS_REGION`, `DB_CLUSTER_ARN`,
    /// `DB_SECRET_ARN` and `DB_NAME` say where; the AWS credentials are yours.
    #[command(subcommand)]
    Findings(local::operator::findings::FindingsCommand),
}

#[derive(Debug, Args)]
struct ContainerArgs {
    /// The address to listen on.
    #[arg(long, env = "HOST", default_value_t = IpAddr::V4(Ipv4Addr::UNSPECIFIED))]
    host: IpAddr,
    /// The port to listen on; 0 picks a free one.
    #[arg(long, env = "PORT", default_value_t = 8080)]
    port: u16,
    /// Answer requests only: queues and the schedule are worked elsewhere.
    #[arg(long)]
    without_workers: bool,
    /// Believe the last entry of `X-Forwarded-For`: a proxy of ours stands before this, and nobody gets past it.
    #[arg(long)]
    behind_proxy: bool,
    /// Seconds that what is under way may take after the signal to stop.
    #[arg(long, default_value_t = 25)]
    patience: u64,
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// The address to listen on. On another than loopback there are no demo accounts, no console and no clock.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// The port to listen on; 0 picks a free one.
    #[arg(long, default_value_t = 9000)]
    port: u16,
    /// Where everything is kept. The default is a folder in the user's cache folder.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// A running PostgreSQL to use instead of a private one.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Whether to make demonstration accounts and a listing.
    #[arg(long, value_enum, default_value_t = Seed::Demo)]
    seed: Seed,
    /// Whether what callers do is limited, as it is where it is deployed.
    #[arg(long, value_enum, default_value_t = Limits::Off)]
    limits: Limits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Limits {
    /// Nobody is counted.
    Off,
    /// As deployed.
    Prod,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Seed {
    /// Three accounts and a listing.
    Demo,
    /// Nothing.
    None,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    let outcome = runtime.block_on(async {
        match cli.command {
            None => serve(cli.serve).await,
            Some(Command::Serve(arguments)) => serve(arguments).await,
            Some(Command::Container(arguments)) => container(arguments).await,
            Some(Command::Migrate) => migrate().await,
            Some(Command::Import(arguments)) => import(*arguments).await,
            Some(Command::GrantAdmin { email }) => grant_admin(&email).await,
            Some(Command::Redrive { topic }) => redrive(topic).await,
            Some(Command::VerifyAudit) => verify_audit().await,
            Some(Command::Findings(command)) => {
                let said = local::operator::findings::run(&platform::Env::process(), command).await?;
                say(&said);
                Ok(())
            }
        }
    });
    outcome.map_or_else(|error| fail(&error), |()| ExitCode::SUCCESS)
}

#[expect(clippy::print_stderr, reason = "it is a command")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("innkeep: {error:#}");
    ExitCode::FAILURE
}

async fn import(arguments: local::import::ImportArgs) -> anyhow::Result<()> {
    let report = local::import::run(arguments).await?;
    say(&report.to_string());
    anyhow::ensure!(report.is_complete(), "the import is not complete");
    Ok(())
}

async fn grant_admin(email: &str) -> anyhow::Result<()> {
    let granted = local::operator::grant_admin(&platform::Env::process(), email).await?;
    anyhow::ensure!(granted, "there is no proved account with this address");
    say(&format!("{email} is a member of the staff from their next sign-in on."));
    Ok(())
}

async fn verify_audit() -> anyhow::Result<()> {
    let last = local::operator::verify_audit(&platform::Env::process()).await??;
    say(&format!("The audit log is whole: {last} entries."));
    Ok(())
}

async fn redrive(topic: domain::messages::Topic) -> anyhow::Result<()> {
    let count = local::operator::redrive(&platform::Env::process(), topic).await?;
    say(&format!("{count} messages go back to the queue of {topic}."));
    Ok(())
}

async fn container(arguments: ContainerArgs) -> anyhow::Result<()> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let aws = platform::Aws::from_chain(&env).await?;
    let options = ContainerOptions {
        host: arguments.host,
        port: arguments.port,
        workers: !arguments.without_workers,
        behind_proxy: arguments.behind_proxy,
    };
    let container = Container::start(&env, &aws, options).await?;
    tracing::info!(address = %container.address(), "serving");
    stop_signal().await?;
    tracing::info!("stopping");
    container.stop(Duration::from_secs(arguments.patience)).await;
    Ok(())
}

async fn migrate() -> anyhow::Result<()> {
    platform::telemetry::init();
    let env = platform::Env::process();
    let aws = platform::Aws::from_chain(&env).await?;
    let report = Box::pin(migrate::run(&env, &aws)).await?;
    tracing::info!(?report, "up to date");
    Ok(())
}

async fn serve(arguments: ServeArgs) -> anyhow::Result<()> {
    let level = std::env::var("LOG_LEVEL").ok().unwrap_or_else(|| "warn,dynoxide=error".to_owned());
    tracing_subscriber::registry()
        .with(platform::telemetry::filter(Some(&level)))
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .init();
    let data_dir = arguments.data_dir.map_or_else(default_data_dir, Ok)?;
    std::fs::create_dir_all(&data_dir).with_context(|| format!("cannot make {}", data_dir.display()))?;
    say("Starting; the first start takes a few seconds longer.");
    let options =
        PostgresOptions::lasting(data_dir.join("postgres")).with_database_url(arguments.database_url);
    let cluster = Arc::new(Cluster::start(options).await?);
    say(&format!("PostgreSQL: {}", cluster.postgres().origin()));
    let stack = Stack::start(
        Arc::clone(&cluster),
        StackOptions {
            host: arguments.host,
            port: arguments.port,
            data_dir: Some(data_dir.clone()),
            limits: arguments.limits == Limits::Prod,
            ..StackOptions::in_memory("innkeep")
        },
    )
    .await?;
    if arguments.seed == Seed::Demo && arguments.host.is_loopback() {
        local::seed::demo(&stack).await.context("the demonstration data")?;
    }
    say(&local::seed::what_to_try(&stack.url(), &data_dir, arguments.host.is_loopback()));
    stop_signal().await?;
    say("Stopping.");
    stack.stop().await;
    if let Ok(cluster) = Arc::try_unwrap(cluster) {
        cluster.stop().await;
    }
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
async fn stop_signal() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "it is a command")]
fn say(text: &str) {
    println!("{text}");
}

fn default_data_dir() -> anyhow::Result<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .context("there is no home folder: give --data-dir")?;
    Ok(cache.join("innkeep"))
}
