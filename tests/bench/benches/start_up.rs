//! What a function costs before it does anything of its own: its init, its first response and its first AWS call,
//! against an empty function of the same run. Trust the ratios, not the milliseconds.
//!
//! `cargo bench --package bench --bench start_up`; `-- --rounds 100` for more than the default number of starts,
//! `-- --bundles target/lambda` for the binaries that `cargo lambda build` left there.

mod mock;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use local_lambda::api_gateway::{Origin, event};
use local_lambda::{Function, Settings};
use serde_json::{Value, json};

/// Starts of each function, of which the fastest and the median are shown.
const ROUNDS: usize = 30;
/// Init against the empty function's.
const INIT_GOAL: f64 = 1.4;
/// The first AWS call against a local TLS mock, in milliseconds.
const FIRST_CALL_GOAL: f64 = 4.0;

/// What the deployment alone calls: nobody waits for these, and they want its variables.
const DEPLOYMENT: [&str; 2] = ["release-check", "rotate"];

/// What is measured: a binary, and an event that asks nothing of the database.
struct Subject {
    name: String,
    binary: PathBuf,
    event: Option<Value>,
}

/// Durations of one kind, shortest first.
struct Times(Vec<Duration>);

fn main() -> anyhow::Result<()> {
    let rounds = match option("--rounds") {
        Some(number) => number.parse::<usize>().context("--rounds")?.max(1),
        None => ROUNDS,
    };
    let subjects = if let Some(folder) = option("--bundles") {
        subjects(|name| root().join(&folder).join(name).join("bootstrap"))?
    } else {
        let folder = build_functions()?;
        subjects(|name| folder.join(name))?
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        start_up(&subjects, rounds).await?;
        first_call(rounds).await
    })
}

/// What follows a word of the command line.
fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

/// Builds the functions as they are deployed, by package: what the local plane needs stays out of them.
fn build_functions() -> anyhow::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_BIN_EXE_hello")).parent().context("the folder of binaries")?;
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--locked"]).current_dir(root());
    cargo.arg("--target-dir").arg(folder.parent().context("the target folder")?);
    for name in function_names()? {
        cargo.args(["--package", &name]);
    }
    ensure!(cargo.status()?.success(), "the functions could not be built");
    Ok(folder.to_owned())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn function_names() -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root().join("functions"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("Cargo.toml").is_file() && !DEPLOYMENT.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn subjects(binary: impl Fn(&str) -> PathBuf) -> anyhow::Result<Vec<Subject>> {
    let hello = env!("CARGO_BIN_EXE_hello").into();
    let mut subjects =
        vec![Subject { name: "hello".to_owned(), binary: hello, event: Some(request("/hello")?) }];
    for name in function_names()? {
        let event = match name.as_str() {
            // Their every event is work on the database.
            "scheduler" | "migrate" => None,
            worker if worker.ends_with("-worker") => Some(json!({ "Records": [] })),
            // A path that no route has passes through all layers; the one call is the counting of requests.
            http => Some(request(&format!("/{http}/no/such/path"))?),
        };
        subjects.push(Subject { binary: binary(&name), name, event });
    }
    Ok(subjects)
}

fn request(path: &str) -> anyhow::Result<Value> {
    let request = axum::http::Request::get(path).header("accept", "application/json").body(())?;
    let origin = Origin::local("bench=".to_owned(), "2026-01-01T00:00:00Z".parse()?);
    Ok(event(&request.into_parts().0, &axum::body::Bytes::new(), &origin))
}

/// Rounds go over all subjects in turn, so that what disturbs the machine disturbs all alike.
async fn start_up(subjects: &[Subject], rounds: usize) -> anyhow::Result<()> {
    let mock = mock::Mock::plain().await?;
    let mut variables = variables();
    variables.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), mock.url());
    let mut inits: Vec<Vec<Duration>> = subjects.iter().map(|_| Vec::new()).collect();
    let mut firsts = inits.clone();
    for _ in 0..rounds {
        for ((subject, inits), firsts) in subjects.iter().zip(&mut inits).zip(&mut firsts) {
            let settings = Settings {
                name: subject.name.clone(),
                memory_mb: 512,
                timeout: Duration::from_secs(29),
                variables: variables.clone(),
                quiet: true,
            };
            let function = Function::start(&subject.binary, settings).await?;
            inits.push(function.ready().await.with_context(|| subject.name.clone())?);
            if let Some(event) = &subject.event {
                let asked = Instant::now();
                function.invoke(event).await.with_context(|| subject.name.clone())?;
                firsts.push(asked.elapsed());
            }
        }
    }
    let inits: Vec<_> = inits.into_iter().map(Times::sorted).collect();
    let firsts: Vec<_> = firsts.into_iter().map(Times::sorted).collect();
    print_table(subjects, rounds, &inits, &firsts);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a benchmark's result")]
fn print_table(subjects: &[Subject], rounds: usize, inits: &[Times], firsts: &[Times]) {
    println!(
        "\n{rounds} starts of each function; × is the ratio to hello, of the medians. Goal: init ≤ {INIT_GOAL} ×"
    );
    println!(
        "{:22} {:>9} {:>9} {:>6}   {:>9} {:>9} {:>6}",
        "function", "init min", "median", "×", "first min", "median", "×"
    );
    for ((subject, init), first) in subjects.iter().zip(inits).zip(firsts) {
        let over = if init.median() / inits[0].median() > INIT_GOAL { "  over the goal" } else { "" };
        println!("{:22} {}   {}{over}", subject.name, init.columns(&inits[0]), first.columns(&firsts[0]));
    }
}

impl Times {
    fn sorted(mut times: Vec<Duration>) -> Self {
        times.sort();
        Self(times)
    }

    /// In milliseconds; 0 where nothing was measured.
    fn min(&self) -> f64 {
        self.0.first().map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }

    /// In milliseconds; 0 where nothing was measured.
    fn median(&self) -> f64 {
        self.0.get(self.0.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }

    fn columns(&self, base: &Self) -> String {
        if self.0.is_empty() {
            return format!("{:>9} {:>9} {:>6}", "-", "-", "-");
        }
        format!("{:6.2} ms {:6.2} ms {:6.2}", self.min(), self.median(), self.median() / base.median())
    }
}

/// Times the first AWS call in processes of their own: the price is paid once in each.
#[expect(clippy::print_stdout, reason = "a benchmark's result")]
async fn first_call(rounds: usize) -> anyhow::Result<()> {
    let mock = mock::Mock::start().await?;
    let certificate = Path::new(env!("CARGO_BIN_EXE_first-call")).with_extension("pem");
    std::fs::write(&certificate, mock.certificate())?;
    let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_first-call"))
            .arg(&certificate)
            .env_clear()
            .envs(variables())
            .env("AWS_ENDPOINT_URL_DYNAMODB", mock.url())
            .output()
            .await?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout)?;
        let mut lines = text.lines().map(|line| line.parse().map(Duration::from_micros));
        firsts.push(lines.next().context("a first call")??);
        seconds.push(lines.next().context("a second call")??);
    }
    let (first, second) = (Times::sorted(firsts), Times::sorted(seconds));
    println!("\nAWS calls of a process against a local TLS mock. Goal: the first ≤ {FIRST_CALL_GOAL} ms");
    println!("{:22} {:>9} {:>9}", "call", "min", "median");
    let over = if first.median() > FIRST_CALL_GOAL { "  over the goal" } else { "" };
    println!("{:22} {:6.2} ms {:6.2} ms{over}", "first", first.min(), first.median());
    println!("{:22} {:6.2} ms {:6.2} ms", "second", second.min(), second.median());
    Ok(())
}

/// Variables that every function can start with; nobody answers at any of these addresses.
fn variables() -> HashMap<String, String> {
    let names = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "DB_CLUSTER_ARN",
        "DB_SECRET_ARN",
        "DB_NAME",
        "SESSIONS_TABLE",
        "IDEMPOTENCY_TABLE",
        "KEYS_TABLE",
        "ANCHORS_TABLE",
        "CACHE_TABLE",
        "SIGNING_KEY_SECRET_ARN",
        "APP_DB_SECRET_ARN",
        "STRIPE_SECRET_ARN",
        "STRIPE_WEBHOOK_SECRET_ARN",
        "JWT_ISSUER",
        "JWT_AUDIENCE",
        "MAIL_FROM",
        "MEDIA_BUCKET",
        "STAGE",
    ];
    let fixed = [
        ("AWS_REGION", "us-east-1"),
        // What is logged is written to a terminal here: nothing.
        ("LOG_LEVEL", "off"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("STRIPE_API_BASE", "http://127.0.0.1:1"),
        ("PUBLIC_URL", "http://127.0.0.1:1"),
        ("PAYMENTS_QUEUE_URL", "http://127.0.0.1:1/1/payments"),
        ("NOTIFICATIONS_QUEUE_URL", "http://127.0.0.1:1/1/notifications"),
        ("MEDIA_QUEUE_URL", "http://127.0.0.1:1/1/media"),
        ("WEBHOOKS_QUEUE_URL", "http://127.0.0.1:1/1/webhooks"),
        ("FEEDS_QUEUE_URL", "http://127.0.0.1:1/1/feeds"),
    ];
    let placeholders = names.map(|name| (name, "bench"));
    placeholders.into_iter().chain(fixed).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
