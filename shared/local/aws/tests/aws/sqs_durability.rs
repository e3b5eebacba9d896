//! What was acknowledged outlives the service and its process.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use aws_sdk_sqs::Client;
use local_aws::sqs::{Sqs, SqsOptions};

use crate::support::{self, config};

const FOLDER: &str = "LOCAL_AWS_CHILD_FOLDER";

async fn open(folder: &Path) -> Sqs {
    let (_, clock) = support::clock();
    let options = SqsOptions::in_memory(clock, support::entropy());
    Sqs::start(SqsOptions { data_dir: Some(folder.to_owned()), ..options }).await.unwrap()
}

fn client(url: &str) -> Client {
    Client::from_conf(config!(aws_sdk_sqs, url).build())
}

#[tokio::test]
async fn queues_messages_and_receipts_outlive_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let sqs = open(folder.path()).await;
    let queue = sqs.create_queue("work", [("VisibilityTimeout", "77".to_owned())]).await.unwrap();
    sqs.send("work", "held").await.unwrap();
    let receive = client(&sqs.url()).receive_message().queue_url(&queue).send().await.unwrap();
    sqs.send("work", "waiting").await.unwrap();
    sqs.stop().await;

    let sqs = open(folder.path()).await;
    let states: Vec<_> =
        sqs.peek("work", 10).await.unwrap().into_iter().map(|it| (it.body, it.receive_count)).collect();
    assert_eq!(states, [("held".to_owned(), 1), ("waiting".to_owned(), 0)]);
    // The old address names another port; the name in it counts. The handle is still good.
    let handle = receive.messages()[0].receipt_handle().unwrap();
    client(&sqs.url()).delete_message().queue_url(&queue).receipt_handle(handle).send().await.unwrap();
    assert_eq!(sqs.peek("work", 10).await.unwrap().len(), 1);
    sqs.create_queue("work", [("VisibilityTimeout", "77".to_owned())]).await.unwrap();
}

#[tokio::test]
async fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let sqs = open(folder.path()).await;
    sqs.create_queue("work", []).await.unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_sends_outlive_a_killed_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "sqs_durability::child_that_serves_until_killed"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url =
        lines.map(Result::unwrap).find_map(|line| line.strip_prefix("serving ").map(str::to_owned)).unwrap();

    let client = client(&url);
    let queue = client.create_queue().queue_name("work").send().await.unwrap().queue_url.unwrap();
    let sends =
        (0..25).map(|index| client.send_message().queue_url(&queue).message_body(index.to_string()).send());
    let sent = futures::future::try_join_all(sends).await.unwrap();
    child.kill().unwrap();
    child.wait().unwrap();

    let mut acknowledged: Vec<_> = sent.into_iter().map(|sent| sent.message_id.unwrap()).collect();
    let messages = open(folder.path()).await.peek("work", 100).await.unwrap();
    let mut kept: Vec<_> = messages.into_iter().map(|message| message.id).collect();
    acknowledged.sort();
    kept.sort();
    assert_eq!(acknowledged, kept);
}

/// Not a test of its own: the process that the one above kills.
#[tokio::test]
#[ignore = "started by another test, in a process of its own"]
async fn child_that_serves_until_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let sqs = open(&folder).await;
    // A line of its own, whatever the test harness has written before.
    println!("\nserving {}", sqs.url());
    std::future::pending::<()>().await;
}
