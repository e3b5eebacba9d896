//! Versions, stages and tokens.

use std::path::PathBuf;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::primitives::Blob;
use local_aws::secrets::{Secrets, SecretsOptions};

use crate::support::{self, code, config};

async fn start(data_dir: Option<PathBuf>) -> (Secrets, Client) {
    let (_, clock) = support::clock();
    let options = SecretsOptions { data_dir, ..SecretsOptions::in_memory(clock, support::entropy()) };
    let secrets = Secrets::start(options).await.unwrap();
    let client = Client::from_conf(config!(aws_sdk_secretsmanager, secrets.url()).build());
    (secrets, client)
}

async fn text(client: &Client, stage: &str) -> String {
    let get = client.get_secret_value().secret_id("key").version_stage(stage);
    get.send().await.unwrap().secret_string.unwrap()
}

#[tokio::test]
async fn a_new_value_becomes_current_and_the_old_one_previous() {
    let (_secrets, client) = start(None).await;
    let created = client.create_secret().name("key").secret_string("one").send().await.unwrap();
    assert!(created.arn().unwrap().starts_with("arn:aws:secretsmanager:us-east-1:000000000000:secret:key-"));
    let got = client.get_secret_value().secret_id(created.arn().unwrap()).send().await.unwrap();
    assert_eq!((got.secret_string(), got.version_id()), (Some("one"), created.version_id()));
    assert_eq!(got.version_stages(), ["AWSCURRENT"]);
    assert_eq!(got.created_date().unwrap().secs(), 1_803_902_400);

    let put = client.put_secret_value().secret_id("key").secret_string("two").send().await.unwrap();
    assert_eq!(put.version_stages(), ["AWSCURRENT"]);
    assert_eq!(
        (text(&client, "AWSCURRENT").await.as_str(), text(&client, "AWSPREVIOUS").await.as_str()),
        ("two", "one")
    );
    client.put_secret_value().secret_id("key").secret_string("three").send().await.unwrap();
    assert_eq!(text(&client, "AWSPREVIOUS").await, "two");
    // The first has lost its last stage.
    let first = client.get_secret_value().secret_id("key").version_id(created.version_id().unwrap());
    assert_eq!(code!(first.send()), "ResourceNotFoundException");
}

#[tokio::test]
async fn a_rotation_goes_through_pending() {
    let (_secrets, client) = start(None).await;
    let old =
        client.create_secret().name("key").secret_string("old").send().await.unwrap().version_id.unwrap();
    let put = client
        .put_secret_value()
        .secret_id("key")
        .secret_binary(Blob::new(*b"new"))
        .version_stages("AWSPENDING");
    let new = put.send().await.unwrap().version_id.unwrap();
    assert_eq!(text(&client, "AWSCURRENT").await, "old");

    let promote = client.update_secret_version_stage().secret_id("key").version_stage("AWSCURRENT");
    // Whoever promotes must know what is current.
    assert_eq!(code!(promote.clone().move_to_version_id(&new).send()), "InvalidParameterException");
    promote.move_to_version_id(&new).remove_from_version_id(&old).send().await.unwrap();
    let done = client.update_secret_version_stage().secret_id("key").version_stage("AWSPENDING");
    done.remove_from_version_id(&new).send().await.unwrap();

    assert_eq!(text(&client, "AWSPREVIOUS").await, "old");
    let current = client.get_secret_value().secret_id("key").send().await.unwrap();
    assert_eq!(current.secret_binary().unwrap().as_ref(), b"new");
    let versions =
        client.describe_secret().secret_id("key").send().await.unwrap().version_ids_to_stages.unwrap();
    assert_eq!(
        (versions[&new].as_slice(), versions[&old].as_slice()),
        (&["AWSCURRENT".to_owned()][..], &["AWSPREVIOUS".to_owned()][..])
    );
}

#[tokio::test]
async fn a_token_makes_puts_idempotent() {
    let (_secrets, client) = start(None).await;
    let create = client.create_secret().name("key").secret_string("one").client_request_token("c".repeat(32));
    let created = create.clone().send().await.unwrap();
    assert_eq!(create.send().await.unwrap().version_id(), created.version_id());
    let put = |text: &str| {
        let put = client.put_secret_value().secret_id("key").secret_string(text);
        put.client_request_token("t".repeat(32)).send()
    };
    put("two").await.unwrap();
    client.put_secret_value().secret_id("key").secret_string("three").send().await.unwrap();
    // Late repetition: the answer of then, and "three" stays current.
    assert_eq!(put("two").await.unwrap().version_id(), Some("t".repeat(32).as_str()));
    assert_eq!(text(&client, "AWSCURRENT").await, "three");
    assert!(put("other").await.unwrap_err().into_service_error().is_resource_exists_exception());
}

#[tokio::test]
async fn refusals() {
    let (_secrets, client) = start(None).await;
    let missing = client.get_secret_value().secret_id("key").send().await.unwrap_err().into_service_error();
    assert!(missing.is_resource_not_found_exception(), "{missing:?}");
    assert_eq!(
        code!(client.put_secret_value().secret_id("key").secret_string("x").send()),
        "ResourceNotFoundException"
    );
    assert_eq!(code!(client.describe_secret().secret_id("key").send()), "ResourceNotFoundException");
    assert_eq!(code!(client.create_secret().name("a b").send()), "InvalidParameterException");
    client.create_secret().name("key").send().await.unwrap();
    assert_eq!(
        code!(client.create_secret().name("key").secret_string("x").send()),
        "ResourceExistsException"
    );
    // There is a secret, but no value yet.
    assert_eq!(code!(client.get_secret_value().secret_id("key").send()), "ResourceNotFoundException");
    let put = || client.put_secret_value().secret_id("key");
    assert_eq!(code!(put().send()), "InvalidParameterException");
    assert_eq!(
        code!(put().secret_string("x").secret_binary(Blob::new(*b"x")).send()),
        "InvalidParameterException"
    );
    assert_eq!(code!(put().secret_string("x".repeat(65_537)).send()), "InvalidParameterException");
    assert_eq!(
        code!(put().secret_string("x").client_request_token("short").send()),
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn secrets_outlive_the_service_in_a_file_of_their_owner() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (secrets, client) = start(Some(folder.path().to_owned())).await;
    client.create_secret().name("key").secret_string("one").send().await.unwrap();
    secrets.stop().await;
    let mode = std::fs::metadata(folder.path().join("secrets.sqlite")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (_secrets, client) = start(Some(folder.path().to_owned())).await;
    assert_eq!(text(&client, "AWSCURRENT").await, "one");
}
