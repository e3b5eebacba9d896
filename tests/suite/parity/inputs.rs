//! What operators are asked for and told: the same by both, and held to the same bounds.

use hcl::Expression;
use serde_json::{Value, json};
use tests::Template;
use tests::infra::{Configuration, Settings, Variable, sam_tells, snake};

/// What Terraform alone asks for: SAM's client asks for it by itself.
const OWN: [&str; 3] = ["region", "bundles_bucket", "release"];

/// What two inputs must fulfil together: Terraform's condition, on which of its variables, and the template's rule.
const TOGETHER: (&str, &str) = ("domain_name", r#"var.domain_name == "" || var.hosted_zone_id != """#);

fn rules() -> Value {
    let given = |name: &str| json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": name }, ""] }] });
    json!({ "ADomainIsInAZone": {
        "RuleCondition": given("DomainName"),
        "Assertions": [{ "Assert": given("HostedZoneId"), "AssertDescription": "DomainName needs HostedZoneId." }],
    }})
}

/// What one side asks the operator for and the other does not, or in other words, or within other bounds.
pub(super) fn asked(template: &Template, terraform: &Configuration) -> Vec<String> {
    let mut wrong = Vec::new();
    if *template.rules() != rules() {
        wrong.push(format!("other rules: {}", template.rules()));
    }
    for (name, parameter) in template.parameters() {
        match terraform.variables.get(&snake(name)) {
            Some(variable) => wrong.extend(compare(name, parameter, variable)),
            None => wrong.push(format!("Terraform does not ask for {name}")),
        }
    }
    for name in terraform.variables.keys().filter(|name| !OWN.contains(&name.as_str())) {
        if !template.parameters().keys().any(|parameter| snake(parameter) == *name) {
            wrong.push(format!("SAM does not ask for {name}"));
        }
    }
    wrong
}

fn compare(name: &str, parameter: &Value, variable: &Variable) -> Vec<String> {
    let mut wrong = Vec::new();
    let defaults = (parameter.get("Default").map(text), variable.default.as_ref().map(text));
    if defaults.0 != defaults.1 {
        wrong.push(format!("{name}: {:?} and {:?}", defaults.0, defaults.1));
    }
    let said = parameter["Description"].as_str().unwrap_or_default();
    if names(said) != names(&variable.description) {
        wrong.push(format!("{name}: {said} / {}", variable.description));
    }
    if kind(parameter) != variable.kind {
        wrong.push(format!("{name}: {} and {}", parameter["Type"], variable.kind));
    }
    let mut bounds = bounds(&format!("var.{}", snake(name)), parameter);
    if snake(name) == TOGETHER.0 {
        bounds.push(TOGETHER.1.to_owned());
    }
    let wanted: Vec<Expression> = bounds.iter().map(|bound| bound.parse().expect("an expression")).collect();
    if wanted != variable.conditions {
        wrong.push(format!("{name}: {bounds:?} and {:?}", variable.conditions));
    }
    wrong
}

fn text(value: &Value) -> String {
    match value {
        Value::Array(values) => {
            values.iter().map(|each| each.as_str().unwrap_or_default()).collect::<Vec<_>>().join(",")
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// With other parameters named as Terraform names them.
fn names(text: &str) -> String {
    text.split(' ').map(snake).collect::<Vec<_>>().join(" ")
}

fn is_truth(parameter: &Value) -> bool {
    parameter["AllowedValues"] == json!(["true", "false"])
}

fn kind(parameter: &Value) -> &'static str {
    match parameter["Type"].as_str().expect("a type") {
        "String" if is_truth(parameter) => "bool",
        "String" => "string",
        "Number" => "number",
        "CommaDelimitedList" => "list(string)",
        other => panic!("say here what {other} is"),
    }
}

/// A parameter's bounds as Terraform's conditions.
fn bounds(variable: &str, parameter: &Value) -> Vec<String> {
    let mut bounds = Vec::new();
    if let Some(values) = parameter.get("AllowedValues").filter(|_| !is_truth(parameter)) {
        bounds.push(format!("contains({values}, {variable})"));
    }
    if let Some(pattern) = parameter["AllowedPattern"].as_str() {
        bounds.push(format!("can(regex({}, {variable}))", Value::from(format!("^{pattern}$"))));
    }
    let limits: Vec<String> = [("MinValue", ">="), ("MaxValue", "<=")]
        .iter()
        .filter_map(|(limit, sign)| Some(format!("{variable} {sign} {}", parameter.get(*limit)?)))
        .collect();
    if !limits.is_empty() {
        bounds.push(limits.join(" && "));
    }
    bounds
}

/// What SAM tells at its end and Terraform does not, or otherwise.
pub(super) fn told(template: &Template, terraform: &Configuration, settings: &Settings) -> Vec<String> {
    let said = template.description();
    // What it is for whoever finds it in an account.
    assert!(said.contains("HTTP API") && said.contains("DynamoDB"), "{said}");
    for (name, output) in template.outputs() {
        assert!(output["Description"].is_string(), "{name}: what is it?");
    }
    let differing = sam_tells(template, settings).into_iter().filter(|(name, value)| {
        let theirs = terraform.outputs.get(name);
        theirs != Some(value)
    });
    differing
        .map(|(name, value)| format!("{name} is {value} and {:?}", terraform.outputs.get(&name)))
        .collect()
}
