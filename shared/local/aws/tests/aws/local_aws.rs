//! All services together.

use std::sync::Arc;

use aws_sdk_s3::primitives::ByteStream;
use local_aws::{LocalAws, LocalAwsOptions, UploadNotification};
use serde_json::Value;

use crate::support::{self, config};

#[tokio::test]
async fn an_upload_is_told_to_its_queue_and_everything_is_kept_in_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (_, clock) = support::clock();
    let rule = |prefix: &str| UploadNotification {
        bucket: "photos".to_owned(),
        prefix: prefix.to_owned(),
        queue: "media".to_owned(),
    };
    let options = LocalAwsOptions {
        data_dir: Some(folder.path().to_owned()),
        upload_notifications: vec![rule("uploads/")],
        ..LocalAwsOptions::in_memory(clock, support::entropy())
    };
    let aws = LocalAws::start(options.clone()).await.unwrap();
    aws.sqs.create_queue("media", []).await.unwrap();
    let client =
        aws_sdk_s3::Client::from_conf(config!(aws_sdk_s3, aws.endpoints().s3).force_path_style(true).build());
    client.create_bucket().bucket("photos").send().await.unwrap();
    for key in ["uploads/1.jpg", "public/1.jpg"] {
        let put = client.put_object().bucket("photos").key(key).body(ByteStream::from_static(b"jpeg"));
        put.send().await.unwrap();
    }
    let messages = aws.sqs.peek("media", 10).await.unwrap();
    assert_eq!(messages.len(), 1);
    let event: Value = serde_json::from_str(&messages[0].body).unwrap();
    assert_eq!(event["Records"][0]["s3"]["object"]["key"], "uploads/1.jpg");
    let held = Arc::clone(&aws.sqs);
    aws.stop().await;
    // Whoever still holds the queues can read them, but they are served no more.
    assert_eq!(held.peek("media", 10).await.unwrap().len(), 1);
    assert!(reqwest::get(held.url()).await.is_err_and(|error| error.is_connect()));
    drop(held);

    let aws = LocalAws::start(options).await.unwrap();
    assert_eq!(aws.sqs.peek("media", 10).await.unwrap().len(), 1);
    let mut names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.retain(|name| !name.to_string_lossy().contains("-wal") && !name.to_string_lossy().contains("-shm"));
    names.sort();
    assert_eq!(names, ["dynamodb.sqlite", "s3", "secrets.sqlite", "ses.sqlite", "sqs.sqlite"]);
    aws.stop().await;
}
