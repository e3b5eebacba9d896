//! What a deployment's template makes: queues, tables, the bucket, secrets. Doing it again changes nothing.

use anyhow::Context as _;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use local_aws::LocalAws;
use platform::Aws;
use serde_json::json;

use crate::database::{APP_ROLE, Cluster};
use crate::environment::{
    APP_SECRET, BUCKET, STRIPE_API_KEY, STRIPE_SECRET, STRIPE_WEBHOOK_KEY, STRIPE_WEBHOOK_SECRET,
};
use crate::plan::{MAX_RECEIVE_COUNT, QUEUES, RECEIVE_WAIT_SECONDS, TABLES, dead_letters_name, queue_name};

/// Makes the queues, each after its dead letters' queue.
pub(crate) async fn queues(services: &LocalAws) -> anyhow::Result<()> {
    for plan in QUEUES {
        let dead_letters = dead_letters_name(plan.topic);
        services.sqs.create_queue(&dead_letters, []).await?;
        let redrive = json!({
            "deadLetterTargetArn": services.sqs.queue_arn(&dead_letters),
            "maxReceiveCount": MAX_RECEIVE_COUNT,
        });
        let attributes = [
            ("VisibilityTimeout", plan.visibility_seconds.to_string()),
            ("ReceiveMessageWaitTimeSeconds", RECEIVE_WAIT_SECONDS.to_string()),
            ("RedrivePolicy", redrive.to_string()),
        ];
        services.sqs.create_queue(&queue_name(plan.topic), attributes).await?;
    }
    Ok(())
}

/// Makes the tables, the bucket and the secrets through the same SDKs that the functions use.
pub(crate) async fn resources(aws: &Aws, cluster: &Cluster) -> anyhow::Result<()> {
    for (_, table) in TABLES {
        make_table(&aws.dynamodb(), table).await.with_context(|| format!("table {table}"))?;
    }
    make_bucket(aws).await?;
    let secrets = aws_sdk_secretsmanager::Client::new(aws.sdk_config());
    let credentials = json!({ "username": APP_ROLE, "password": cluster.app_password() });
    make_secret(&secrets, APP_SECRET, &credentials.to_string()).await?;
    make_secret(&secrets, STRIPE_SECRET, &json!({ "api_key": STRIPE_API_KEY }).to_string()).await?;
    let webhook = json!({ "secrets": [STRIPE_WEBHOOK_KEY] });
    make_secret(&secrets, STRIPE_WEBHOOK_SECRET, &webhook.to_string()).await?;
    make_empty_secret(&secrets, crate::environment::SIGNING_KEY_SECRET).await
}

async fn make_table(client: &aws_sdk_dynamodb::Client, name: &str) -> anyhow::Result<()> {
    let key =
        AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S).build()?;
    let schema = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build()?;
    let made = client
        .create_table()
        .table_name(name)
        .attribute_definitions(key)
        .key_schema(schema)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await;
    match made {
        Ok(_) => Ok(()),
        Err(error)
            if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

async fn make_bucket(aws: &Aws) -> anyhow::Result<()> {
    let config = aws_sdk_s3::config::Builder::from(aws.sdk_config()).force_path_style(true).build();
    let client = aws_sdk_s3::Client::from_conf(config);
    if client.head_bucket().bucket(BUCKET).send().await.is_ok() {
        return Ok(());
    }
    client.create_bucket().bucket(BUCKET).send().await.context("the bucket")?;
    Ok(())
}

async fn make_secret(client: &aws_sdk_secretsmanager::Client, name: &str, value: &str) -> anyhow::Result<()> {
    let made = client.create_secret().name(name).secret_string(value).send().await;
    match made {
        Ok(_) => Ok(()),
        Err(error)
            if error.as_service_error().is_some_and(CreateSecretError::is_resource_exists_exception) =>
        {
            client.put_secret_value().secret_id(name).secret_string(value).send().await?;
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// As the template makes it: its value comes from the migrate function.
async fn make_empty_secret(client: &aws_sdk_secretsmanager::Client, name: &str) -> anyhow::Result<()> {
    match client.create_secret().name(name).send().await {
        Ok(_) => Ok(()),
        Err(error)
            if error.as_service_error().is_some_and(CreateSecretError::is_resource_exists_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
