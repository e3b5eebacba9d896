//! Tables through the SDK, in memory and on disk.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use local_aws::dynamodb::{DynamoDb, DynamoDbOptions};

use crate::support::config;

async fn start(options: DynamoDbOptions) -> (DynamoDb, Client) {
    let dynamodb = DynamoDb::start(options).await.unwrap();
    let client = Client::from_conf(config!(aws_sdk_dynamodb, dynamodb.url()).build());
    (dynamodb, client)
}

async fn create_table(client: &Client) {
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build().unwrap();
    let attribute =
        AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S).build();
    let create = client.create_table().table_name("sessions").billing_mode(BillingMode::PayPerRequest);
    create.key_schema(key).attribute_definitions(attribute.unwrap()).send().await.unwrap();
}

#[tokio::test]
async fn conditions_hold_and_expired_items_stay() {
    let (dynamodb, client) = start(DynamoDbOptions::default()).await;
    assert!(dynamodb.url().starts_with("http://127.0.0.1:"));
    create_table(&client).await;
    let put = || {
        let put = client.put_item().table_name("sessions").item("pk", AttributeValue::S("a".to_owned()));
        put.item("expires_at", AttributeValue::N("1".to_owned()))
            .condition_expression("attribute_not_exists(pk)")
            .send()
    };
    put().await.unwrap();
    let refused = put().await.unwrap_err().into_service_error();
    assert!(refused.is_conditional_check_failed_exception(), "{refused:?}");
    let get = client.get_item().table_name("sessions").key("pk", AttributeValue::S("a".to_owned()));
    assert!(get.send().await.unwrap().item.is_some());
    dynamodb.stop().await;
}

#[tokio::test]
async fn items_outlive_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let options = DynamoDbOptions { data_dir: Some(folder.path().join("new")) };
    let (dynamodb, client) = start(options.clone()).await;
    create_table(&client).await;
    let item = AttributeValue::S("a".to_owned());
    client.put_item().table_name("sessions").item("pk", item.clone()).send().await.unwrap();
    dynamodb.stop().await;
    let (_dynamodb, client) = start(options).await;
    let got = client.get_item().table_name("sessions").key("pk", item).send().await.unwrap();
    assert!(got.item.is_some());
}
