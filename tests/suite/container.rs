//! The process that a container runs: all functions in one, against services that are somewhere else.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use local::{Container, ContainerOptions};
use platform::{Aws, Env};
use serde_json::{Value, json};
use tests::System;
use tokio::io::{AsyncBufReadExt as _, BufReader};

struct Outside {
    container: Container,
    client: reqwest::Client,
    url: String,
}

impl Outside {
    /// A container over the services of a system that works nothing itself.
    async fn over(system: &System, workers: bool) -> Self {
        let mut variables = system.handles().variables.clone();
        // Real time, as in a deployment.
        variables.remove("INNKEEP_CLOCK_FILE");
        let env = Env::from_map(variables);
        let options =
            ContainerOptions { host: IpAddr::V4(Ipv4Addr::LOCALHOST), port: 0, workers, behind_proxy: true };
        let container = Container::start(&env, &Aws::from_env(&env).unwrap(), options).await.unwrap();
        let url = format!("http://{}", container.address());
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { container, client, url }
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let response = self.client.get(format!("{}{path}", self.url)).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }
}

async fn idle_system() -> System {
    System::start_with(|options| options.workers = false).await
}

#[tokio::test]
async fn it_serves_the_api_and_works_the_queues() {
    let system = idle_system().await;
    let outside = Outside::over(&system, true).await;
    assert_eq!(outside.get("/properties/?limit=1").await.0, 200);
    assert_eq!(outside.get("/nowhere/").await.1["code"], "not_found");

    let register = json!({ "email": "cleo@example.org", "password": "a-long-enough-secret", "name": "Cleo" });
    let answer = outside.client.post(format!("{}/users/", outside.url)).json(&register).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    let deadline = Instant::now() + Duration::from_secs(30);
    while system.mails("cleo@example.org").await.is_empty() {
        assert!(Instant::now() < deadline, "no worker sent the mail");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let started = Instant::now();
    outside.container.stop(Duration::from_secs(20)).await;
    assert!(started.elapsed() < Duration::from_secs(20), "an idle container stops at once");
    system.stop().await;
}

#[tokio::test]
async fn it_has_nothing_of_the_local_plane() {
    let system = idle_system().await;
    let outside = Outside::over(&system, false).await;
    let console = [
        "",
        "mail/",
        "queues/",
        "bookings/",
        "payments/",
        "ledger/",
        "clock/",
        "faults/",
        "assets/style.css",
    ];
    let console = console.map(|page| format!("/_local/{page}"));
    for path in ["/docs/", "/docs/users/", "/graphiql/"].into_iter().chain(console.iter().map(String::as_str))
    {
        let (status, problem) = outside.get(path).await;
        assert_eq!((status, &problem["code"]), (404, &json!("not_found")), "{path}");
    }
    system.stop().await;
}

#[tokio::test]
async fn it_lives_without_its_database_and_is_not_ready() {
    let system = idle_system().await;
    let outside = Outside::over(&system, false).await;
    assert_eq!(outside.get("/health/live/").await.0, 200);
    assert_eq!(outside.get("/health/ready/").await, (200, json!({ "status": "ok" })));
    let gone: String = system.database().to_owned();
    let cluster = tests::cluster().await;
    let url = outside.url.clone();
    system.stop().await;
    assert!(!cluster.postgres().database_exists(&gone).await.unwrap());
    assert_eq!(outside.client.get(format!("{url}/health/ready/")).send().await.unwrap().status(), 503);
    assert_eq!(outside.client.get(format!("{url}/health/live/")).send().await.unwrap().status(), 200);
}

/// The command itself, as an image starts it: credentials by the SDKs' own chain, figures and log lines on its output, and
/// an end when it is asked for.
#[tokio::test]
async fn the_command_serves_counts_and_stops() {
    let system = idle_system().await;
    let program = tests::binary("innkeep").await;
    let mut variables = system.handles().variables.clone();
    variables.remove("INNKEEP_CLOCK_FILE");
    let mut child = tokio::process::Command::new(program)
        .args(["container", "--host", "127.0.0.1", "--port", "0"])
        .env_clear()
        .envs(variables)
        .env("LOG_LEVEL", "info")
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = async || -> Value {
        let line = tokio::time::timeout(Duration::from_mins(1), lines.next_line()).await;
        serde_json::from_str(&line.expect("in time").unwrap().expect("a line")).expect("JSON")
    };
    let address = loop {
        if let Some(address) = next().await["address"].as_str() {
            break address.to_owned();
        }
    };
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let answer = client.get(format!("http://{address}/properties/?limit=1")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let figures = loop {
        let line = next().await;
        if line["_aws"].is_object() {
            break line;
        }
    };
    assert_eq!(figures["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Innkeep");
    assert_eq!((&figures["stage"], &figures["cold_starts"]), (&json!("local"), &json!(1)));
    let pid = child.id().unwrap().to_string();
    let signalled = tokio::process::Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
    assert!(signalled.success());
    let ended = tokio::time::timeout(Duration::from_secs(30), child.wait()).await;
    assert!(ended.expect("in time").unwrap().success());
    system.stop().await;
}
