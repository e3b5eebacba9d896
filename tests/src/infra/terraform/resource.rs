//! Terraform's resources in the one form.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::marks::{Found, Marks};
use super::module::WAITS;
use crate::infra::kinds::{BUCKET_PARTS, KINDS};
use crate::infra::model::{Leaves, Resources, flatten};

pub(super) fn model(marks: &Marks) -> Resources {
    let mut resources = Resources::new();
    let filled: BTreeMap<&String, (&str, Value)> = marks
        .resources
        .iter()
        .map(|(address, found)| (address, (found.kind.as_str(), marks.fill(&found.body))))
        .collect();
    let all = |kind: &str| -> Vec<(&str, &Value)> {
        let of = filled.iter().filter(|(_, (found, _))| *found == kind);
        of.map(|(address, (_, body))| (address.as_str(), body)).collect()
    };
    for (address, (kind, body)) in &filled {
        match *kind {
            "aws_lambda_function" => function(body, &mut resources),
            "aws_lambda_alias" => {
                // What ignores its version is moved by CodeDeploy.
                let shifted = address.contains("aws_lambda_alias.shifted");
                alias(body, shifted, &mut resources);
            }
            "aws_codedeploy_deployment_group" => shift(body, &mut resources),
            "aws_iam_role" => role(address, body, marks, &mut resources),
            "aws_lambda_invocation" => migration(body, &mut resources),
            "aws_lambda_event_source_mapping" | "aws_lambda_function_event_invoke_config" => {
                add(&mut resources, kind, &["function_name"], flatten(&without_waits(body)));
            }
            "aws_s3_bucket" => add(&mut resources, kind, &["bucket"], flatten(body)),
            "aws_route53_record" if body["alias"].is_array() => {
                add(&mut resources, kind, &["name", "type"], flatten(body));
            }
            // Part of their roles and routes; the proof of a certificate is in the certificate.
            "aws_iam_role_policy" => {}
            "aws_apigatewayv2_integration" => assert!(body["api_id"].is_string(), "{address}: whose?"),
            "aws_route53_record" => assert_proves(body),
            "aws_acm_certificate" => {
                let proofs = all("aws_route53_record");
                let proof = proofs.iter().find(|(_, record)| !record["alias"].is_array()).expect("a proof");
                let mut leaves = flatten(body);
                leaves.insert("zone_id".to_owned(), text(&proof.1["zone_id"]));
                add(&mut resources, kind, &["domain_name"], leaves);
            }
            "aws_s3_bucket_lifecycle_configuration" => {
                let rules = body["rule"].as_array().expect("rules");
                // The provider asks for one, if only for one that takes all.
                assert!(
                    rules.iter().all(|rule| rule["filter"].is_array()),
                    "{address}: a rule for which objects?"
                );
                add(&mut resources, kind, &["bucket"], flatten(body));
            }
            part if BUCKET_PARTS.iter().any(|(_, terraform, _)| *terraform == part) => {
                add(&mut resources, part, &["bucket"], flatten(body));
            }
            // CloudFormation waits by itself.
            "aws_acm_certificate_validation" => {
                let of = (&body["certificate_arn"], &body["validation_record_fqdns"][0]);
                assert!(of.0.is_string() && of.1.is_string(), "{address}: by which proof is it waited for?");
            }
            other => plain(other, &without_waits(body), &mut resources),
        }
    }
    resources
}

/// The record is what the certificate asks for.
fn assert_proves(record: &Value) {
    let asked = [("name", &record["name"]), ("type", &record["type"]), ("value", &record["records"][0])];
    for (part, said) in asked {
        let wanted = format!("resource_record_{part} of ");
        assert!(said.as_str().is_some_and(|said| said.starts_with(&wanted)), "the {part} is {said}");
    }
    assert_eq!((&record["ttl"], &record["allow_overwrite"]), (&json!(300), &json!(true)));
}

fn add(resources: &mut Resources, kind: &str, key: &[&str], leaves: Leaves) {
    let name: Vec<&str> = key.iter().map(|path| leaves.get(*path).map_or("?", String::as_str)).collect();
    let name = format!("{kind} {}", name.join(" "));
    assert!(resources.insert(name.clone(), leaves).is_none(), "two of {name}");
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn without_waits(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.remove(WAITS);
    }
    body
}

fn plain(kind: &str, body: &Value, resources: &mut Resources) {
    let known = KINDS.iter().find(|known| known.terraform == kind);
    let known = known.unwrap_or_else(|| panic!("say in kinds.rs what {kind} is"));
    let mut leaves = flatten(body);
    for (path, value) in known.only_terraform {
        let said = leaves.remove(*path);
        assert!(
            said.as_deref() == Some(value) || (*value == "*" && said.is_some()),
            "{kind}: {path} is {said:?}"
        );
    }
    add(resources, kind, known.key, leaves);
}

const FUNCTION: &[&str] = &[
    "function_name",
    "runtime",
    "handler",
    "architectures",
    "memory_size",
    "timeout",
    "role",
    "environment",
    "logging_config",
    "tracing_config",
    "publish",
];

fn function(body: &Value, resources: &mut Resources) {
    let mut function = json!({});
    for (name, value) in body.as_object().expect("arguments") {
        match name.as_str() {
            "s3_bucket" => assert_eq!(value, "bundles"),
            "s3_key" => {
                let file = text(value);
                let file = file.strip_prefix("abc123/").and_then(|file| file.strip_suffix(".zip"));
                function["bundle"] = json!(file.expect("a bundle of the release"));
            }
            // -1 is none.
            "reserved_concurrent_executions" if *value == json!(-1) => {}
            "reserved_concurrent_executions" => function[name] = value.clone(),
            WAITS => {}
            known if FUNCTION.contains(&known) => function[known] = value.clone(),
            other => panic!("say here what a function's {other} is"),
        }
    }
    assert!(body["s3_bucket"].is_string(), "where is its bundle?");
    function["waits_for_the_schema"] =
        json!(body[WAITS].as_str().is_some_and(|waits| waits.contains("aws_lambda_invocation.migration")));
    add(resources, "function", &["function_name"], flatten(&function));
}

fn alias(body: &Value, shifted: bool, resources: &mut Resources) {
    assert_eq!(body["function_version"], "NEW");
    let leaves = flatten(&json!({
        "function_name": body["function_name"],
        "name": body["name"],
        "moved_by_codedeploy": shifted,
    }));
    add(resources, "alias", &["function_name"], leaves);
}

/// The hook is not here: whoever asks CodeDeploy names it.
fn shift(body: &Value, resources: &mut Resources) {
    assert_eq!(body["app_name"], "the application");
    let (style, rollback, alarms) = (
        &body["deployment_style"][0],
        &body["auto_rollback_configuration"][0],
        &body["alarm_configuration"][0],
    );
    assert_eq!((&rollback["enabled"], &alarms["enabled"]), (&json!(true), &json!(true)));
    let leaves = flatten(&json!({
        "group": body["deployment_group_name"],
        "deployment_config_name": body["deployment_config_name"],
        "service_role_arn": body["service_role_arn"],
        "alarms": alarms["alarms"],
        "rolls_back_on": rollback["events"],
        "deployment_type": style["deployment_type"],
        "deployment_option": style["deployment_option"],
    }));
    add(resources, "shift", &["group"], leaves);
}

fn role(address: &str, body: &Value, marks: &Marks, resources: &mut Resources) {
    let policy = marks.policy_of(address);
    let policies: Vec<&Found> = marks
        .resources
        .values()
        .filter(|found| found.kind == "aws_iam_role_policy")
        .filter(|found| marks.fill(&found.body["name"]) == policy)
        .collect();
    assert_eq!(policies.len(), 1, "{address}");
    assert!(body["name_prefix"].is_string(), "{address} has no name");
    for name in body.as_object().expect("arguments").keys() {
        assert!(
            matches!(name.as_str(), "name_prefix" | "assume_role_policy" | WAITS),
            "say here what a role's {name} is"
        );
    }
    let leaves = flatten(&json!({
        "name": policy,
        "assume_role_policy": body["assume_role_policy"],
        "policy": marks.fill(&policies[0].body["policy"]),
    }));
    add(resources, "role", &["name"], leaves);
}

fn migration(body: &Value, resources: &mut Resources) {
    assert_eq!(body["input"], "{}");
    let function =
        crate::infra::physical::arn("lambda", &format!("function:{}", text(&body["function_name"])));
    let leaves = flatten(&json!({
        "calls": format!("{function}:{}", text(&body["qualifier"])),
        "again_for": format!("{function}:{}", text(&body["triggers"]["release"])),
    }));
    add(resources, "migration", &[], leaves);
}
