//! Sizes, time, and what is refused.

use std::time::Duration;

use aws_sdk_rdsdata::types::RecordsFormatType;

use crate::support::{RESOURCE, SECRET, Test, eventually, options, problem, text};

#[tokio::test]
async fn a_response_over_one_mebibyte_fails() {
    let test = Test::new().await;
    let rows = |rows: u32| format!("SELECT repeat('x', 60000) FROM generate_series(1, {rows})");
    assert_eq!(test.run(&rows(17)).await.records().len(), 17);
    test.error(&rows(18)).await.is_bad_request("response size limit");
    // Small in the database, large as JSON.
    test.error("SELECT repeat('\"', 60000) FROM generate_series(1, 10)")
        .await
        .is_bad_request("response size limit");
}

#[tokio::test]
async fn a_row_over_64_kibibytes_fails() {
    let test = Test::new().await;
    assert_eq!(test.text("SELECT repeat('x', 65000)").await.len(), 65_000);
    test.error("SELECT repeat('x', 40000), repeat('y', 40000)").await.is_bad_request("row larger than 64 KB");
}

#[tokio::test]
async fn a_json_result_may_have_ten_mebibytes() {
    let test = Test::new().await;
    let call = |rows: u32| {
        let sql = format!("SELECT repeat('x', 60000) AS x FROM generate_series(1, {rows})");
        test.statement(&sql).format_records_as(RecordsFormatType::Json).send()
    };
    assert!(call(100).await.unwrap().formatted_records().unwrap().len() > 6_000_000);
    problem(call(200).await).is_bad_request("response size limit");
}

#[tokio::test]
async fn a_request_over_four_mebibytes_fails() {
    let test = Test::new().await;
    let call = |length| test.statement("SELECT length(:x)").parameters(text("x", &"x".repeat(length))).send();
    call(4_000_000).await.unwrap();
    problem(call(4_200_000).await).is_bad_request("larger");
}

#[tokio::test]
async fn sql_over_65536_characters_fails() {
    let test = Test::new().await;
    let sql = |characters: usize| format!("SELECT 'é{}'", "é".repeat(characters - 10));
    assert_eq!(sql(65_536).chars().count(), 65_536);
    // The result is a row of more than 64 KB: the statement itself is taken.
    test.error(&sql(65_536)).await.is_bad_request("row");
    test.error(&sql(65_537)).await.is_bad_request("65536 characters");
}

#[tokio::test]
async fn a_call_ends_at_its_time_limit() {
    let mut options = options();
    options.call_time_limit = Duration::from_millis(300);
    let test = Test::with(options).await;
    test.run("CREATE TABLE t (id int8)").await;
    let slow = "INSERT INTO t SELECT 1 FROM pg_sleep(1.5)";
    test.error(slow).await.is(400, "StatementTimeoutException");
    let busy =
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'INSERT INTO t SELECT%'";
    assert_eq!(test.number(busy).await, 0, "the statement was stopped");
    assert_eq!(test.number("SELECT count(*) FROM t").await, 0);
    problem(test.statement(slow).continue_after_timeout(true).send().await)
        .is(400, "StatementTimeoutException");
    eventually("the statement goes on", async || test.number("SELECT count(*) FROM t").await == 1).await;
}

#[tokio::test]
async fn a_call_is_one_statement() {
    let test = Test::new().await;
    test.error("SELECT 1; SELECT 2").await.is_bad_request("Multistatements");
    assert_eq!(test.number("SELECT 1;  -- the end").await.to_string(), "1");
    for sql in ["BEGIN", "COMMIT", "ROLLBACK", "COPY t FROM stdin"] {
        test.error(sql).await.is_bad_request("isn't supported");
    }
    test.error("SELECT $1").await.is_bad_request("Positional");
    test.error(" ").await.is_bad_request("empty");
}

#[tokio::test]
async fn the_target_must_be_known() {
    let test = Test::new().await;
    let call = || test.client.execute_statement().sql("SELECT 1").database(&test.database);
    let other = "arn:aws:rds:eu-central-1:123456789012:cluster:other";
    problem(call().resource_arn(other).secret_arn(SECRET).send().await).is(404, "DatabaseNotFoundException");
    problem(call().resource_arn(RESOURCE).secret_arn("other").send().await).is(400, "SecretsErrorException");
    problem(test.statement("SELECT 1").schema("public").send().await).is_bad_request("schema");
    let nameless = test.client.execute_statement().sql("SELECT 1").resource_arn(RESOURCE).secret_arn(SECRET);
    problem(nameless.send().await).is_bad_request("Database name");
    problem(test.statement("SELECT 1").database("nowhere").send().await).is_state("3D000");
}

#[tokio::test]
async fn an_unsigned_or_unknown_call_is_refused() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let test = Test::new().await;
    let ask = async |head: &str| {
        let url = test.api().url();
        let mut stream = tokio::net::TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
        let request = format!("{head}\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let unsigned = ask("POST /Execute HTTP/1.1").await;
    assert!(
        unsigned.starts_with("HTTP/1.1 403") && unsigned.contains("x-amzn-errortype: AccessDeniedException")
    );
    let foreign = "authorization: AWS4-HMAC-SHA256 Credential=key/20260701/eu-central-1/sqs/aws4_request";
    assert!(ask(&format!("POST /Execute HTTP/1.1\r\n{foreign}")).await.starts_with("HTTP/1.1 403"));
    assert!(ask("POST /ExecuteSql HTTP/1.1").await.starts_with("HTTP/1.1 404"));
}
