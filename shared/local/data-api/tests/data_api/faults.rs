//! Faults that tests switch on.

use local_data_api::{FaultPlan, Outage};

use crate::support::{Test, problem};

async fn with(plan: FaultPlan) -> Test {
    let test = Test::new().await;
    test.run("CREATE TABLE t (id int8)").await;
    test.api().faults().set_for(&test.database, plan);
    test
}

const INSERT: &str = "INSERT INTO t VALUES (1)";
const COUNT: &str = "SELECT count(*) FROM t";

#[tokio::test]
async fn a_resuming_cluster_answers_after_some_calls() {
    let test = with(FaultPlan { resuming_calls: 2, ..FaultPlan::default() }).await;
    for _ in 0..2 {
        test.error(INSERT).await.is(400, "DatabaseResumingException");
    }
    test.run(INSERT).await;
    assert_eq!(test.number(COUNT).await, 1);
}

#[tokio::test]
async fn a_timeout_comes_before_or_after_the_effect() {
    let test = with(FaultPlan { timeout_before_calls: 1, ..FaultPlan::default() }).await;
    test.error(INSERT).await.is(400, "StatementTimeoutException");
    assert_eq!(test.number(COUNT).await, 0);
    let after = FaultPlan { timeout_after_calls: 1, ..FaultPlan::default() };
    test.api().faults().set_for(&test.database, after);
    test.error(INSERT).await.is(400, "StatementTimeoutException");
    assert_eq!(test.number(COUNT).await, 1);
}

#[tokio::test]
async fn an_answer_is_lost_after_the_effect() {
    let test = with(FaultPlan { lost_response_calls: 1, ..FaultPlan::default() }).await;
    assert_eq!(test.error(INSERT).await.status, 0, "the transport broke");
    assert_eq!(test.number(COUNT).await, 1);
}

#[tokio::test]
async fn a_commit_is_done_and_its_answer_unknown() {
    let test = with(FaultPlan { unknown_commit_calls: 1, ..FaultPlan::default() }).await;
    let id = test.begin().await;
    test.statement(INSERT).transaction_id(&id).send().await.unwrap();
    test.commit(&id).await.unwrap_err().is(500, "InternalServerErrorException");
    test.commit(&id).await.unwrap_err().is(404, "TransactionNotFoundException");
    assert_eq!(test.number(COUNT).await, 1);
}

#[tokio::test]
async fn outages_have_the_statuses_of_the_model() {
    let test = with(FaultPlan { unavailable_calls: 1, ..FaultPlan::default() }).await;
    test.error(INSERT).await.is(504, "DatabaseUnavailableException");
    for (outage, status, code) in [
        (Outage::EndpointNotEnabled, 400, "HttpEndpointNotEnabledException"),
        (Outage::InvalidSecret, 400, "InvalidSecretException"),
        (Outage::Forbidden, 403, "ForbiddenException"),
        (Outage::AccessDenied, 403, "AccessDeniedException"),
        (Outage::DatabaseNotFound, 404, "DatabaseNotFoundException"),
    ] {
        test.api()
            .faults()
            .set_for(&test.database, FaultPlan { outage: Some(outage), ..FaultPlan::default() });
        test.error(INSERT).await.is(status, code);
    }
    test.api().faults().clear_for(&test.database);
    assert_eq!(test.number(COUNT).await, 0);
}

#[tokio::test]
async fn probable_faults_follow_the_seed() {
    let plan = FaultPlan {
        seed: 7,
        throttle_probability: 0.2,
        server_error_probability: 0.2,
        service_unavailable_probability: 0.2,
        ..FaultPlan::default()
    };
    let test = with(plan.clone()).await;
    let sequence = async || {
        let mut codes = Vec::new();
        for _ in 0..30 {
            let outcome = test.statement("SELECT 1").send().await;
            codes.push(if outcome.is_ok() { "ok".to_owned() } else { problem(outcome).code });
        }
        codes
    };
    let first = sequence().await;
    for code in ["ok", "ThrottlingException", "InternalServerErrorException", "ServiceUnavailableError"] {
        assert!(first.iter().any(|seen| seen == code), "{code} in {first:?}");
    }
    test.api().faults().set_for(&test.database, plan);
    assert_eq!(sequence().await, first);
}

#[tokio::test]
async fn a_fault_can_aim_at_one_statement() {
    let plan =
        FaultPlan { sql_contains: Some("INTO t".into()), unavailable_calls: 1, ..FaultPlan::default() };
    let test = with(plan).await;
    assert_eq!(test.number(COUNT).await, 0);
    test.error(INSERT).await.is(504, "DatabaseUnavailableException");
    test.run(INSERT).await;
}

#[test]
fn a_plan_travels_as_json() {
    let plan: FaultPlan = serde_json::from_str(r#"{"resuming_calls": 3, "outage": "forbidden"}"#).unwrap();
    assert_eq!(
        plan,
        FaultPlan { resuming_calls: 3, outage: Some(Outage::Forbidden), ..FaultPlan::default() }
    );
    assert!(serde_json::from_str::<FaultPlan>(r#"{"resuming": 3}"#).is_err(), "a slip is not ignored");
}
