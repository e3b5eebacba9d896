//! The hook against stand-ins for Lambda and CodeDeploy.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::json;

use super::*;

#[derive(Clone, Default)]
struct World {
    /// Functions that answer something else than they should.
    broken: Arc<Mutex<Vec<String>>>,
    reported: Arc<Mutex<Vec<Value>>>,
}

async fn invoke(State(world): State<World>, Path(arn): Path<String>) -> axum::Json<Value> {
    let name = arn.split(':').nth(6).unwrap().to_owned();
    let check = CHECKS.iter().find(|check| check.function == name).unwrap();
    assert!(arn.ends_with(":7"), "the version and not the newest code: {arn}");
    if world.broken.lock().unwrap().contains(&name) {
        return axum::Json(json!({ "statusCode": 500, "batchItemFailures": [{ "itemIdentifier": "x" }] }));
    }
    axum::Json(match check.probe {
        Probe::Get { status, .. } => json!({ "statusCode": status }),
        Probe::EmptyBatch => json!({ "batchItemFailures": [] }),
    })
}

async fn report(State(world): State<World>, headers: HeaderMap, body: String) -> axum::Json<Value> {
    let target = headers["x-amz-target"].to_str().unwrap();
    assert!(target.ends_with(".PutLifecycleEventHookExecutionStatus"), "{target}");
    world.reported.lock().unwrap().push(serde_json::from_str(&body).unwrap());
    axum::Json(json!({ "lifecycleEventHookExecutionId": "e" }))
}

async fn check(world: &World) -> ReleaseCheck {
    let router = Router::new()
        .route("/2015-03-31/functions/{arn}/invocations", post(invoke))
        .route("/", post(report))
        .with_state(world.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut variables: HashMap<String, String> = CHECKS
        .iter()
        .map(|check| {
            let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{}:7", check.function);
            (check.variable.to_owned(), arn)
        })
        .collect();
    for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        variables.insert(name.to_owned(), "us-east-1".to_owned());
    }
    variables.insert("AWS_ENDPOINT_URL".to_owned(), url);
    let env = Env::from_map(variables);
    ReleaseCheck::from_env(&env, &Aws::from_env(&env).unwrap()).unwrap()
}

fn event() -> LifecycleEvent {
    let event = json!({ "DeploymentId": "d-1", "LifecycleEventHookExecutionId": "e-1", "Other": 1 });
    serde_json::from_value(event).unwrap()
}

#[tokio::test]
async fn traffic_moves_to_a_release_that_answers() {
    let world = World::default();
    let report = check(&world).await.handle(event()).await.unwrap();
    assert_eq!(report.wrong, Vec::<String>::new());
    let reported = world.reported.lock().unwrap().clone();
    assert_eq!(
        reported,
        [json!({ "deploymentId": "d-1", "lifecycleEventHookExecutionId": "e-1", "status": "Succeeded" })]
    );
}

#[tokio::test]
async fn one_bad_function_keeps_all_traffic() {
    for name in ["properties", "media-worker"] {
        let world = World::default();
        world.broken.lock().unwrap().push(name.to_owned());
        let report = check(&world).await.handle(event()).await.unwrap();
        assert_eq!(report.wrong.len(), 1, "{report:?}");
        assert!(report.wrong[0].starts_with(name), "{report:?}");
        assert_eq!(world.reported.lock().unwrap()[0]["status"], "Failed");
    }
}
