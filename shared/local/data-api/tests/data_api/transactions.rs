//! Transactions: one after another, mortal when idle.

use std::time::Duration;

use crate::support::{RESOURCE, SECRET, Test, eventually, long, options, problem};

#[tokio::test]
async fn a_transaction_is_seen_when_it_is_committed() {
    let test = Test::new().await;
    test.run("CREATE TABLE t (id int8)").await;
    let id = test.begin().await;
    test.statement("INSERT INTO t VALUES (1)").transaction_id(&id).send().await.unwrap();
    let batch =
        test.client.batch_execute_statement().resource_arn(RESOURCE).secret_arn(SECRET).transaction_id(&id);
    let batch = batch.database(&test.database).sql("INSERT INTO t VALUES (:id)");
    batch.parameter_sets(vec![long("id", 2)]).parameter_sets(vec![long("id", 3)]).send().await.unwrap();
    assert_eq!(test.number("SELECT count(*) FROM t").await, 0);
    test.commit(&id).await.unwrap();
    assert_eq!(test.number("SELECT count(*) FROM t").await, 3);
    test.commit(&id).await.unwrap_err().is(404, "TransactionNotFoundException");
    problem(test.statement("SELECT 1").transaction_id(&id).send().await)
        .is(404, "TransactionNotFoundException");
}

#[tokio::test]
async fn a_rollback_undoes() {
    let test = Test::new().await;
    test.run("CREATE TABLE t (id int8)").await;
    let id = test.begin().await;
    test.statement("INSERT INTO t VALUES (1)").transaction_id(&id).send().await.unwrap();
    test.rollback(&id).await.unwrap();
    assert_eq!(test.number("SELECT count(*) FROM t").await, 0);
}

#[tokio::test]
async fn a_failed_transaction_cannot_be_committed() {
    let test = Test::new().await;
    test.run("CREATE TABLE t (id int8)").await;
    let id = test.begin().await;
    test.statement("INSERT INTO t VALUES (1)").transaction_id(&id).send().await.unwrap();
    problem(test.statement("SELECT 1/0").transaction_id(&id).send().await).is_state("22012");
    problem(test.statement("SELECT 1").transaction_id(&id).send().await).is_state("25P02");
    test.commit(&id).await.unwrap_err().is_state("25P02");
    assert_eq!(test.number("SELECT count(*) FROM t").await, 0);
}

#[tokio::test]
async fn a_savepoint_saves_a_failed_transaction() {
    let test = Test::new().await;
    test.run("CREATE TABLE t (id int8)").await;
    let id = test.begin().await;
    let inside = async |sql: &str| test.statement(sql).transaction_id(&id).send().await;
    inside("INSERT INTO t VALUES (1)").await.unwrap();
    inside("SAVEPOINT s").await.unwrap();
    inside("SELECT 1/0").await.unwrap_err();
    inside("ROLLBACK TO SAVEPOINT s").await.unwrap();
    test.commit(&id).await.unwrap();
    assert_eq!(test.number("SELECT count(*) FROM t").await, 1);
}

#[tokio::test]
async fn a_deferred_constraint_fails_the_commit() {
    let test = Test::new().await;
    test.run("CREATE TABLE t (id int8 UNIQUE DEFERRABLE INITIALLY DEFERRED)").await;
    let id = test.begin().await;
    test.statement("INSERT INTO t VALUES (1), (1)").transaction_id(&id).send().await.unwrap();
    test.commit(&id).await.unwrap_err().is_state("23505");
    assert_eq!(test.number("SELECT count(*) FROM t").await, 0);
}

#[tokio::test]
async fn two_statements_at_once_are_refused() {
    let test = Test::new().await;
    let id = test.begin().await;
    let slow = test.statement("SELECT 1 FROM pg_sleep(0.4)").transaction_id(&id).send();
    let hasty = async {
        let running = "SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND query LIKE '%pg_sleep(0.4)' AND state = 'active'";
        eventually("the first runs", async || test.number(running).await == 1).await;
        test.statement("SELECT 2").transaction_id(&id).send().await
    };
    let (slow, hasty) = tokio::join!(slow, hasty);
    slow.unwrap();
    let hasty = problem(hasty);
    hasty.is(400, "DatabaseErrorException");
    assert!(hasty.message.contains("still running"), "{}", hasty.message);
    test.commit(&id).await.unwrap();
}

#[tokio::test]
async fn an_idle_transaction_dies() {
    let mut options = options();
    options.transaction_idle_limit = Duration::from_millis(200);
    let test = Test::with(options).await;
    test.run("CREATE TABLE t (id int8)").await;
    let id = test.begin().await;
    test.statement("INSERT INTO t VALUES (1)").transaction_id(&id).send().await.unwrap();
    // A running statement is no idleness.
    test.statement("SELECT 1 FROM pg_sleep(0.5)").transaction_id(&id).send().await.unwrap();
    assert_eq!(test.api().open_transactions(), 1);
    eventually("it dies", async || test.api().open_transactions() == 0).await;
    test.commit(&id).await.unwrap_err().is(404, "TransactionNotFoundException");
    // Its locks are gone with it.
    test.run("DROP TABLE t").await;
}

#[tokio::test]
async fn a_transaction_stays_with_its_database() {
    let (test, other) = (Test::new().await, Test::new().await);
    let id = test.begin().await;
    let foreign = other.statement("SELECT 1").transaction_id(&id).send().await;
    problem(foreign).is_bad_request("Database name is not the same");
    test.rollback(&id).await.unwrap();
}
