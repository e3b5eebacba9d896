//! No state between calls, and what the emulator tells its tests.

use crate::support::{RESOURCE, SECRET, Test, hinted, long, options, postgres, problem};
use aws_sdk_rdsdata::types::TypeHint;

#[tokio::test]
async fn nothing_stays_in_the_session() {
    let test = Test::new().await;
    test.run("SET search_path = pg_catalog").await;
    assert_ne!(test.text("SHOW search_path").await, "pg_catalog");
    test.run("SELECT set_config('app.user', 'me', false)").await;
    assert_eq!(test.text("SELECT coalesce(current_setting('app.user', true), 'nobody')").await, "nobody");
    test.run("CREATE TEMP TABLE t (id int8)").await;
    test.error("SELECT * FROM t").await.is_state("42P01");
    test.run("SELECT pg_advisory_lock(7)").await;
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    crate::support::eventually("the lock goes", async || test.number(held).await == 0).await;
    test.run("CREATE SEQUENCE s").await;
    test.run("SELECT nextval('s')").await;
    test.error("SELECT currval('s')").await.is_state("55000");
}

#[tokio::test]
async fn what_a_transaction_sets_ends_with_it() {
    let test = Test::new().await;
    let id = test.begin().await;
    test.statement("SET search_path = pg_catalog").transaction_id(&id).send().await.unwrap();
    let inside = test.statement("SHOW search_path").transaction_id(&id).send().await.unwrap();
    assert_eq!(inside.records()[0][0].as_string_value().unwrap(), "pg_catalog");
    test.commit(&id).await.unwrap();
    assert_ne!(test.text("SELECT current_setting('search_path')").await, "pg_catalog");
}

#[tokio::test]
async fn plain_calls_share_one_connection() {
    let test = Test::new().await;
    let first = test.number("SELECT pg_backend_pid()").await;
    for _ in 0..5 {
        assert_eq!(test.number("SELECT pg_backend_pid()").await, first);
    }
}

#[tokio::test]
async fn a_schema_change_does_not_break_prepared_statements() {
    let test = Test::new().await;
    test.run("CREATE TABLE t (a int8)").await;
    let width =
        async || test.statement("SELECT * FROM t").include_result_metadata(true).send().await.unwrap();
    assert_eq!(width().await.column_metadata().len(), 1);
    test.run("ALTER TABLE t ADD b int8").await;
    assert_eq!(width().await.column_metadata().len(), 2);
    // By somebody else, such as a migration over its own connection.
    postgres().execute(&test.database, "ALTER TABLE t ADD c int8").await.unwrap();
    assert_eq!(width().await.column_metadata().len(), 3);
    let id = test.begin().await;
    let inside = async |sql: &str| test.statement(sql).transaction_id(&id).send().await;
    inside("SELECT * FROM t").await.unwrap();
    inside("ALTER TABLE t DROP c").await.unwrap();
    inside("SELECT * FROM t").await.unwrap();
    test.commit(&id).await.unwrap();
    assert_eq!(width().await.column_metadata().len(), 2);
}

#[tokio::test]
async fn statements_are_counted_and_remembered_by_database() {
    let (test, other) = (Test::new().await, Test::new().await);
    other.run("SELECT 1").await;
    test.run("CREATE TABLE t (id uuid)").await;
    test.statement("SELECT 1 FROM t WHERE id = :id LIMIT :n")
        .parameters(long("n", 1))
        .parameters(hinted("id", "0190c9a0-8d2e-7f3a-8b1c-2d3e4f5a6b7c", TypeHint::Uuid))
        .send()
        .await
        .unwrap();
    problem(test.statement("SELECT :x").send().await).is_bad_request("x");
    assert_eq!(test.api().statements_in(&test.database), 2);
    assert_eq!(test.api().statements_in(&other.database), 1);
    assert!(test.api().statements() >= 3);
    let log = test.api().log(Some(&test.database));
    assert_eq!(log[1].sql, "SELECT 1 FROM t WHERE id = :id LIMIT :n");
    assert_eq!(log[1].parameters, [("id".into(), "uuid".into()), ("n".into(), "int8".into())]);
}

#[tokio::test]
async fn a_closed_database_can_be_a_template_and_dropped() {
    let test = Test::new().await;
    test.run("CREATE TABLE t (id int8)").await;
    test.run("INSERT INTO t VALUES (42)").await;
    let _open = test.begin().await;
    test.api().close_database(&test.database);
    let copy = format!("{}_copy", test.database);
    postgres().create_database(&copy, Some(&test.database)).await.unwrap();
    let output = test.statement("SELECT id FROM t").database(&copy).send().await.unwrap();
    assert_eq!(output.records()[0][0].as_long_value(), Ok(&42));
    postgres().drop_database(&copy).await.unwrap();
    assert!(!postgres().database_exists(&copy).await.unwrap());
    problem(test.statement("SELECT 1").database(&copy).send().await);
}

#[tokio::test]
async fn each_secret_is_a_role() {
    let mut options = options();
    let admin = Test::new().await;
    admin.run("CREATE ROLE reader LOGIN").await;
    options.secrets.push(("reader-secret".into(), postgres().url_as("reader", "postgres")));
    let test = Test::with(options).await;
    test.run("CREATE TABLE t (id int8)").await;
    let reader =
        |sql| test.client.execute_statement().resource_arn(RESOURCE).secret_arn("reader-secret").sql(sql);
    problem(reader("SELECT * FROM t").database(&test.database).send().await).is_state("42501");
    let who = reader("SELECT current_user::text").database(&test.database).send().await.unwrap();
    assert_eq!(who.records()[0][0].as_string_value().unwrap(), "reader");
    let id = test.begin().await;
    let mixed = reader("SELECT 1").transaction_id(&id).send().await;
    problem(mixed).is_bad_request("Secret");
    assert_eq!(test.text("SELECT current_user::text").await, "postgres");
    let _ = SECRET;
}

#[tokio::test]
async fn more_callers_than_connections_wait() {
    let mut options = options();
    options.connections = 3;
    let test = Test::with(options).await;
    let calls = (0..20).map(|_| test.statement("SELECT 1 FROM pg_sleep(0.02)").send());
    for outcome in futures::future::join_all(calls).await {
        outcome.unwrap();
    }
    let used = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'data-api'";
    assert!(test.number(used).await <= 3);
}
