//! `template.yaml`, evaluated: SAM's functions become what SAM makes of them.

mod function;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::kinds::{BUCKET_PARTS, KINDS, Kind};
use super::model::{Leaves, Resources, flatten, named_values, rename};
use super::physical::{self, ACCOUNT, REGION};
use super::{Settings, snake};
use crate::Template;

/// The deployment that `template` makes with these settings; a parameter without one has its default.
///
/// # Panics
/// Where the template says something that this reader does not know.
pub fn sam(template: &Template, settings: &Settings) -> Resources {
    let sam = Sam { template, settings };
    let mut resources = Resources::new();
    for (logical_id, resource) in template.resources() {
        let wanted = resource["Condition"].as_str().is_none_or(|name| sam.condition(name));
        if wanted {
            sam.add(logical_id, resource, &mut resources);
        }
    }
    // SAM makes one for all functions.
    add(
        &mut resources,
        kind_of("AWS::CodeDeploy::Application"),
        flatten(&json!({ "compute_platform": "Lambda" })),
    );
    resources
}

/// What `template` tells at the end of the deployment with these settings.
pub fn sam_tells(template: &Template, settings: &Settings) -> BTreeMap<String, Value> {
    let sam = Sam { template, settings };
    let told = |(name, output): (&String, &Value)| (snake(name), sam.resolve(&output["Value"]));
    template.outputs().iter().map(told).collect()
}

struct Sam<'t> {
    template: &'t Template,
    settings: &'t Settings,
}

fn kind_of(cloudformation: &str) -> &'static Kind {
    let found = KINDS.iter().find(|kind| kind.cloudformation == cloudformation);
    found.unwrap_or_else(|| panic!("say in kinds.rs what {cloudformation} is"))
}

fn add(resources: &mut Resources, kind: &Kind, mut leaves: Leaves) {
    for (from, to) in kind.renames {
        rename(&mut leaves, from, to);
    }
    for (path, value) in kind.only_cloudformation {
        let said = leaves.remove(*path);
        assert!(
            said.as_deref() == Some(value) || (*value == "*" && said.is_some()),
            "{}: {path} is {said:?}",
            kind.cloudformation
        );
    }
    insert(resources, kind.terraform, kind.key, leaves);
}

/// Adds a resource under the name that its key makes.
pub(super) fn insert(resources: &mut Resources, kind: &str, key: &[&str], leaves: Leaves) {
    let name: Vec<&str> = key.iter().map(|path| leaves.get(*path).map_or("?", String::as_str)).collect();
    let name = format!("{kind} {}", name.join(" "));
    assert!(resources.insert(name.clone(), leaves).is_none(), "two of {name}");
}

impl Sam<'_> {
    fn add(&self, logical_id: &str, resource: &Value, resources: &mut Resources) {
        let kind = resource["Type"].as_str().expect("a type");
        let mut properties = self.resolve(&resource["Properties"]);
        match kind {
            "AWS::Serverless::Function" => function::add(self, logical_id, resource, &properties, resources),
            "AWS::IAM::Role" => add_role(&properties, resources),
            "AWS::S3::Bucket" => add_bucket(resource, properties, resources),
            "AWS::Route53::RecordSetGroup" => add_records(&properties, resources),
            "AWS::CloudFormation::CustomResource" => {
                let called = resource["Properties"]["ServiceToken"]["Ref"].as_str().expect("a function");
                let called = self.template.properties(called.trim_end_matches(".Alias"));
                let (waits, works) = (properties["ServiceTimeout"].as_u64(), called["Timeout"].as_u64());
                assert!(
                    works.is_some() && waits >= works,
                    "{logical_id} is given up before {works:?} seconds"
                );
                add_migration(&properties, resources);
            }
            // Part of its routes.
            "AWS::ApiGatewayV2::Integration" => {
                assert!(properties["ApiId"].is_string(), "{logical_id}: whose?");
            }
            "AWS::CloudWatch::Alarm" => {
                by_name(&mut properties);
                add(resources, kind_of(kind), flatten(&properties));
            }
            _ => add(resources, kind_of(kind), flatten(&properties)),
        }
    }

    /// A value with its functions evaluated.
    pub(super) fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Object(fields) if fields.len() == 1 => {
                let (name, argument) = fields.iter().next().expect("one");
                self.call(name, argument).unwrap_or_else(|| self.resolve_fields(fields))
            }
            Value::Object(fields) => self.resolve_fields(fields),
            Value::Array(elements) => elements.iter().map(|element| self.resolve(element)).collect(),
            scalar => scalar.clone(),
        }
    }

    /// `AWS::NoValue` takes its property away.
    fn resolve_fields(&self, fields: &Map<String, Value>) -> Value {
        let fields = fields.iter().map(|(name, value)| (name.clone(), self.resolve(value)));
        Value::Object(fields.filter(|(_, value)| !value.is_null()).collect())
    }

    fn call(&self, name: &str, argument: &Value) -> Option<Value> {
        Some(match name {
            "Ref" => self.reference(argument.as_str().expect("a name")),
            "Fn::GetAtt" => self.attribute(argument.as_str().expect("a name and an attribute")),
            "Fn::Sub" => self.substitute(argument),
            "Fn::If" => {
                let taken = if self.condition(argument[0].as_str().expect("a condition")) { 1 } else { 2 };
                self.resolve(&argument[taken])
            }
            "Fn::Equals" => json!(self.resolve(&argument[0]) == self.resolve(&argument[1])),
            "Fn::Not" => json!(self.resolve(&argument[0]) == json!(false)),
            "Fn::Select" => {
                let index: usize =
                    self.resolve(&argument[0]).as_u64().expect("an index").try_into().expect("small");
                self.resolve(&argument[1])[index].clone()
            }
            "Fn::Split" => {
                let text = self.resolve(&argument[1]);
                let by = argument[0].as_str().expect("a text");
                text.as_str().expect("a text").split(by).collect()
            }
            "Fn::GetAZs" => json!(["zone 0", "zone 1"]),
            other => {
                assert!(!other.starts_with("Fn::"), "say here what {other} does");
                return None;
            }
        })
    }

    fn condition(&self, name: &str) -> bool {
        self.resolve(self.template.condition(name)) == json!(true)
    }

    fn parameter(&self, name: &str) -> Option<Value> {
        let parameter = self.template.parameter(name)?;
        let value = self.settings.get(name).or_else(|| parameter.get("Default"));
        let value = value.unwrap_or_else(|| panic!("the parameter {name} needs a value"));
        let listed = parameter["Type"] == "CommaDelimitedList";
        Some(match value {
            Value::String(text) if listed => text.split(',').collect(),
            // A condition compares texts, whatever the parameter's type.
            Value::String(_) | Value::Array(_) => value.clone(),
            other => json!(other.to_string()),
        })
    }

    fn reference(&self, name: &str) -> Value {
        match name {
            "AWS::NoValue" => return Value::Null,
            "AWS::Region" => return json!(REGION),
            "AWS::AccountId" => return json!(ACCOUNT),
            "AWS::Partition" => return json!("aws"),
            // SAM's own.
            "ServerlessDeploymentApplication" => return json!("the application"),
            _ => {}
        }
        if let Some(value) = self.parameter(name) {
            return value;
        }
        if let Some(function) = name.strip_suffix(".Alias") {
            return self.of(function, "alias_arn");
        }
        if let Some(function) = name.strip_suffix(".Version") {
            return self.of(function, "qualified_arn");
        }
        let resource = self.template.resource(name).unwrap_or_else(|| panic!("nothing is called {name}"));
        let attribute = match resource["Type"].as_str().expect("a type") {
            "AWS::Serverless::Function" => "function_name",
            "AWS::SQS::Queue" => "url",
            "AWS::DynamoDB::Table"
            | "AWS::Logs::LogGroup"
            | "AWS::RDS::DBSubnetGroup"
            | "AWS::Scheduler::ScheduleGroup" => "name",
            "AWS::RDS::DBCluster" => "cluster_identifier",
            "AWS::CloudWatch::Alarm" => "alarm_name",
            "AWS::SNS::Topic" | "AWS::CertificateManager::Certificate" => "arn",
            _ => "id",
        };
        self.of(name, attribute)
    }

    fn attribute(&self, argument: &str) -> Value {
        let (name, attribute) = argument.split_once('.').expect("a resource and an attribute");
        match attribute {
            "Arn" if self.is(name, "AWS::Logs::LogGroup") => {
                json!(format!("{}:*", self.of(name, "arn").as_str().expect("an ARN")))
            }
            "Arn" if self.is(name, "AWS::IAM::Role") => {
                let policy = &self.template.properties(name)["Policies"][0]["PolicyName"];
                json!(physical::role(policy.as_str().expect("a policy's name")))
            }
            "Arn" | "DBClusterArn" => self.of(name, "arn"),
            "QueueName" => self.of(name, "name"),
            "GroupId" => self.of(name, "id"),
            "ApiEndpoint" => self.of(name, "api_endpoint"),
            "MasterUserSecret.SecretArn" => self.of(name, "secret_arn"),
            "RegionalDomainName" => self.of(name, "target_domain_name"),
            "RegionalHostedZoneId" => self.of(name, "hosted_zone_id"),
            other => panic!("say here what {name}.{other} is"),
        }
    }

    fn is(&self, logical_id: &str, kind: &str) -> bool {
        self.template.resource(logical_id).is_some_and(|resource| resource["Type"] == kind)
    }

    /// An attribute of a resource, by Terraform's name.
    fn of(&self, logical_id: &str, attribute: &str) -> Value {
        let resource =
            self.template.resource(logical_id).unwrap_or_else(|| panic!("nothing is called {logical_id}"));
        let kind = match resource["Type"].as_str().expect("a type") {
            "AWS::Serverless::Function" => "aws_lambda_function",
            "AWS::S3::Bucket" => "aws_s3_bucket",
            "AWS::ApiGatewayV2::Integration" => "aws_apigatewayv2_integration",
            other => kind_of(other).terraform,
        };
        // What its name is made of: nothing that points back to it.
        let Value::Object(properties) = &resource["Properties"] else {
            panic!("{logical_id} has no properties")
        };
        let mut body = Map::new();
        let renames = KINDS.iter().find(|known| known.terraform == kind).map_or(&[][..], |kind| kind.renames);
        for (name, value) in properties {
            let plain = value.is_string() || value["Fn::Sub"].is_string();
            if plain || kind == "aws_apigatewayv2_integration" {
                let name = snake(name);
                let spelt =
                    renames.iter().find(|(from, _)| *from == name).map_or(name.as_str(), |(_, to)| to);
                body.insert(spelt.to_owned(), self.resolve(value));
            } else if value["Ref"].is_string() && name == "DomainName" {
                body.insert("domain_name".to_owned(), self.resolve(value));
            } else if name == "BucketName" {
                body.insert("bucket".to_owned(), self.resolve(value));
            }
        }
        if kind == "aws_s3_bucket"
            && let Some(name) = body.remove("bucket_name")
        {
            body.insert("bucket".to_owned(), name);
        }
        let found = physical::attribute(kind, attribute, &Value::Object(body));
        json!(found.unwrap_or_else(|| panic!("{logical_id} has no {attribute}")))
    }

    fn substitute(&self, argument: &Value) -> Value {
        let (text, own) = match argument {
            Value::String(text) => (text.as_str(), Value::Null),
            list => (list[0].as_str().expect("a text"), list[1].clone()),
        };
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) = after.split_once('}').expect("a closed name");
            result.push_str(before);
            let value = match own.get(name) {
                Some(own) => self.resolve(own),
                None if name.contains('.') && !name.contains("::") => self.attribute(name),
                None => self.reference(name),
            };
            result.push_str(value.as_str().unwrap_or_else(|| panic!("{name} is no text: {value}")));
            rest = behind;
        }
        json!(result + rest)
    }
}

/// Dimensions as objects.
fn by_name(alarm: &mut Value) {
    if alarm["Dimensions"].is_array() {
        alarm["Dimensions"] = named_values(&alarm["Dimensions"]);
    }
    for query in alarm["Metrics"].as_array_mut().into_iter().flatten() {
        let metric = &mut query["MetricStat"]["Metric"];
        if metric["Dimensions"].is_array() {
            metric["Dimensions"] = named_values(&metric["Dimensions"]);
        }
    }
}

fn add_role(properties: &Value, resources: &mut Resources) {
    let policies = properties["Policies"].as_array().expect("policies");
    assert_eq!(policies.len(), 1, "a role has one policy");
    let leaves = flatten(&json!({
        "name": policies[0]["PolicyName"],
        "assume_role_policy": properties["AssumeRolePolicyDocument"],
        "policy": policies[0]["PolicyDocument"],
    }));
    insert(resources, "role", &["name"], leaves);
}

fn add_bucket(resource: &Value, properties: Value, resources: &mut Resources) {
    let Value::Object(mut properties) = properties else { panic!("a bucket without properties") };
    let bucket = properties.remove("BucketName").expect("a name");
    for (property, terraform, renames) in BUCKET_PARTS {
        let part = properties.remove(*property).unwrap_or_else(|| panic!("the bucket says no {property}"));
        let mut leaves = flatten(&part);
        for (from, to) in *renames {
            rename(&mut leaves, from, to);
        }
        if *property == "NotificationConfiguration" {
            assert_eq!(leaves.remove("queue.filter_by").as_deref(), Some("prefix"));
        }
        leaves.insert("bucket".to_owned(), bucket.as_str().expect("a name").to_owned());
        insert(resources, terraform, &["bucket"], leaves);
    }
    assert!(properties.is_empty(), "say in kinds.rs what a bucket's {properties:?} is");
    let destroyed = resource["DeletionPolicy"] != "Retain";
    insert(
        resources,
        "aws_s3_bucket",
        &["bucket"],
        flatten(&json!({ "bucket": bucket, "force_destroy": destroyed })),
    );
}

fn add_records(properties: &Value, resources: &mut Resources) {
    for record in properties["RecordSets"].as_array().expect("records") {
        let leaves = flatten(&json!({
            "zone_id": properties["HostedZoneId"],
            "name": record["Name"],
            "type": record["Type"],
            "alias": {
                "name": record["AliasTarget"]["DNSName"],
                "zone_id": record["AliasTarget"]["HostedZoneId"],
                "evaluate_target_health": record["AliasTarget"]["EvaluateTargetHealth"].as_bool().unwrap_or(false),
            },
        }));
        insert(resources, "aws_route53_record", &["name", "type"], leaves);
    }
}

fn add_migration(properties: &Value, resources: &mut Resources) {
    let leaves = flatten(&json!({ "calls": properties["ServiceToken"], "again_for": properties["Release"] }));
    insert(resources, "migration", &[], leaves);
}
