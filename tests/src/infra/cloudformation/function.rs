//! What SAM makes of a function: the function, its alias, how the alias moves, its mapping.

use serde_json::{Value, json};

use super::{Sam, insert};
use crate::infra::model::{Resources, flatten};

/// What SAM says in every deployment group.
pub(crate) const ROLLS_BACK_ON: [&str; 3] =
    ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"];

const KNOWN: &[&str] = &[
    "FunctionName",
    "CodeUri",
    "MemorySize",
    "Timeout",
    "Role",
    "AutoPublishAliasAllProperties",
    "DeploymentPreference",
    "LoggingConfig",
    "Environment",
    "EventInvokeConfig",
    "Events",
    "ReservedConcurrentExecutions",
];

pub(super) fn add(
    sam: &Sam<'_>,
    logical_id: &str,
    resource: &Value,
    properties: &Value,
    resources: &mut Resources,
) {
    for name in properties.as_object().expect("properties").keys() {
        assert!(KNOWN.contains(&name.as_str()), "say here what a function's {name} is");
    }
    let globals = sam.resolve(&sam.template.globals()["Function"]);
    let name = properties["FunctionName"].as_str().expect("a name");
    let alias = sam.of(logical_id, "alias_arn");
    let mut variables = globals["Environment"]["Variables"].clone();
    for (variable, value) in properties["Environment"]["Variables"].as_object().into_iter().flatten() {
        variables[variable] = value.clone();
    }
    let folder = properties["CodeUri"].as_str().expect("a folder").trim_end_matches('/');
    let function = json!({
        "function_name": name,
        "bundle": folder.rsplit('/').next(),
        "runtime": globals["Runtime"],
        "handler": globals["Handler"],
        "architectures": globals["Architectures"],
        "memory_size": properties["MemorySize"],
        "timeout": properties["Timeout"],
        "role": properties["Role"],
        "reserved_concurrent_executions": properties["ReservedConcurrentExecutions"],
        "environment": { "variables": variables },
        "logging_config": properties["LoggingConfig"],
        "tracing_config": { "mode": globals["Tracing"] },
        "publish": properties["AutoPublishAliasAllProperties"],
        "waits_for_the_schema": resource["DependsOn"] == "Migration",
    });
    insert(resources, "function", &["function_name"], flatten(&function));
    let preference = &properties["DeploymentPreference"];
    insert(
        resources,
        "alias",
        &["function_name"],
        flatten(&json!({
            "function_name": name,
            "name": globals["AutoPublishAlias"],
            "moved_by_codedeploy": preference.is_object(),
        })),
    );
    if preference.is_object() {
        insert(resources, "shift", &["function_name"], flatten(&shift(name, preference)));
    }
    if let Some(retries) = properties.get("EventInvokeConfig") {
        let leaves = flatten(&json!({
            "function_name": name,
            "qualifier": globals["AutoPublishAlias"],
            "maximum_event_age_in_seconds": retries["MaximumEventAgeInSeconds"],
            "maximum_retry_attempts": retries["MaximumRetryAttempts"],
        }));
        insert(resources, "aws_lambda_function_event_invoke_config", &["function_name"], leaves);
    }
    for event in properties["Events"].as_object().into_iter().flat_map(|events| events.values()) {
        assert_eq!(event["Type"], "SQS", "{name}");
        let mut mapping = event["Properties"].clone();
        let queue = mapping.as_object_mut().and_then(|mapping| mapping.remove("Queue"));
        mapping["EventSourceArn"] = queue.expect("a queue");
        mapping["FunctionName"] = alias.clone();
        insert(resources, "aws_lambda_event_source_mapping", &["function_name"], flatten(&mapping));
    }
}

fn shift(name: &str, preference: &Value) -> Value {
    json!({
        "function_name": name,
        "deployment_config_name": format!("CodeDeployDefault.Lambda{}", preference["Type"].as_str().expect("a type")),
        "service_role_arn": preference["Role"],
        "alarms": preference["Alarms"],
        "hook": preference["Hooks"]["PreTraffic"],
        "rolls_back_on": ROLLS_BACK_ON,
        "deployment_type": "BLUE_GREEN",
        "deployment_option": "WITH_TRAFFIC_CONTROL",
    })
}
