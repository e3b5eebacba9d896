//! The books outlive the process, however it ends.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use local_stripe::LocalStripe;

use crate::support::{Bench, Caller, Endpoint, clock, eventually, intent, options};

/// Names the data folder to the process that is going to be killed.
const FOLDER: &str = "LOCAL_STRIPE_TEST_FOLDER";

#[tokio::test]
async fn a_clean_stop_and_a_second_start() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock();
    let provider = LocalStripe::start(options(clock.clone(), Some(folder.path().into()), 1)).await.unwrap();
    let caller = Caller::new(provider.url());
    let bench = Bench { provider, clock: clock.clone(), caller };
    let id = bench.captured("pm_card_visa").await;
    let form = [("payment_intent", id.as_str()), ("amount", "4000")];
    let refund = bench.caller.post("/v1/refunds", &form, Some("refund")).await;
    let events = bench.books().events().unwrap();
    bench.provider.stop().await;

    let provider = LocalStripe::start(options(clock, Some(folder.path().into()), 2)).await.unwrap();
    let caller = Caller::new(provider.url());
    assert_eq!(provider.handle().events().unwrap(), events);
    let replay = caller.post("/v1/refunds", &form, Some("refund")).await;
    assert_eq!((replay.headers["idempotent-replayed"].to_str().unwrap(), replay.body), ("true", refund.body));
    let rest = caller.post("/v1/refunds", &[("payment_intent", &id)], None).await;
    assert_eq!(rest.body["amount"], 6000);
    let endpoint = Endpoint::default();
    provider.set_webhook_url(Some(endpoint.serve().await));
    endpoint.wait(events.len() + 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, url) = spawn(folder.path());
    let caller = Caller::new(&url);
    let answers = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..4)
        .map(|worker| {
            let (caller, answers) = (caller.clone(), Arc::clone(&answers));
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for round in 0.. {
                    let key = format!("{worker}-{round}");
                    let sent =
                        caller.try_post("/v1/payment_intents", &intent("pm_card_visa"), Some(&key)).await;
                    let Ok(answer) = sent else { break };
                    let Ok(body) = answer.json::<serde_json::Value>().await else { break };
                    acknowledged.push((key, body));
                    answers.fetch_add(1, Ordering::SeqCst);
                }
                acknowledged
            })
        })
        .collect();
    eventually(|| answers.load(Ordering::SeqCst) >= 50).await;
    child.kill().unwrap();
    child.wait().unwrap();
    let mut acknowledged = Vec::new();
    for worker in workers {
        acknowledged.extend(worker.await.unwrap());
    }
    assert!(acknowledged.len() >= 50);

    let provider = LocalStripe::start(options(clock(), Some(folder.path().into()), 99)).await.unwrap();
    let caller = Caller::new(provider.url());
    let kept = provider.handle().intents().unwrap();
    for (key, body) in &acknowledged {
        assert!(kept.contains(body), "{key} was acknowledged and is gone");
        let replay = caller.post("/v1/payment_intents", &intent("pm_card_visa"), Some(key)).await;
        assert_eq!(&replay.body, body);
    }
    // Each intent has its three events and their webhooks, or is not there at all.
    assert_eq!(provider.handle().events().unwrap().len(), kept.len() * 3);
    assert_eq!(provider.handle().pending_webhooks().unwrap(), kept.len() as u64 * 3);
}

/// Starts this very test binary as a provider in a process of its own.
fn spawn(folder: &Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["durability::the_process_that_is_killed", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines
        .map(|line| line.unwrap())
        .find_map(|line| line.split("serving at ").nth(1).map(str::to_owned))
        .expect("the process says where it serves");
    (child, url)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "is run by a_killed_process_loses_nothing_acknowledged as a process of its own"]
async fn the_process_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let provider = LocalStripe::start(options(clock(), Some(folder.into()), 1)).await.unwrap();
    println!("serving at {}", provider.url());
    // Ends by itself should the test that started it not end it.
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
}
