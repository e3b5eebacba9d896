//! `template.yaml`, read: the short forms of its functions (`!Ref X`) stand as their long ones (`{"Ref": "X"}`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use saphyr::{LoadableYamlNode as _, ScalarOwned, YamlOwned};
use serde_json::{Map, Value, json};

/// What makes a file a template of SAM's.
const HEAD: [(&str, &str); 2] =
    [("AWSTemplateFormatVersion", "2010-09-09"), ("Transform", "AWS::Serverless-2016-10-31")];

/// The template that the system is deployed by.
#[derive(Clone, Debug)]
pub struct Template(Value);

/// A function of the template.
#[derive(Clone, Debug)]
pub struct DeployedFunction {
    /// The resource's name in the template.
    pub logical_id: String,
    /// The folder that its code is built in: the crate's name.
    pub name: String,
    /// Its own variables; those of all functions are [`Template::global_variables`].
    pub variables: BTreeMap<String, Value>,
    /// In MB.
    pub memory_mb: u32,
    /// How long one event may take.
    pub timeout: Duration,
    /// Everything that the template says of it.
    pub properties: Value,
}

impl Template {
    /// Reads the repository's own.
    pub fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
        Self::parse(&std::fs::read_to_string(file).expect("template.yaml"))
    }

    /// Reads a template's text.
    pub fn parse(text: &str) -> Self {
        let documents = YamlOwned::load_from_str(text).expect("YAML");
        assert_eq!(documents.len(), 1, "one document");
        let template = Self(plain(&documents[0]));
        for (section, content) in HEAD {
            assert_eq!(template.0[section], content, "{section}");
        }
        template
    }

    /// All resources by name.
    pub fn resources(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0["Resources"].as_object().expect("resources").iter()
    }

    /// The parameters by name.
    pub fn parameters(&self) -> &Map<String, Value> {
        self.0["Parameters"].as_object().expect("parameters")
    }

    /// The parameter of a name, if there is one.
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.parameters().get(name)
    }

    /// What parameters must fulfil together.
    pub fn rules(&self) -> &Value {
        &self.0["Rules"]
    }

    /// What a condition of a name says.
    pub fn condition(&self, name: &str) -> &Value {
        self.0["Conditions"].get(name).unwrap_or_else(|| panic!("the template has no condition {name}"))
    }

    /// What holds for all resources of a kind.
    pub fn globals(&self) -> &Value {
        &self.0["Globals"]
    }

    /// What the stack is, in words.
    pub fn description(&self) -> &str {
        self.0["Description"].as_str().expect("a description")
    }

    /// The outputs by name.
    pub fn outputs(&self) -> &Map<String, Value> {
        self.0["Outputs"].as_object().expect("outputs")
    }

    /// The resource of a name, if there is one.
    pub fn resource(&self, logical_id: &str) -> Option<&Value> {
        self.0["Resources"].get(logical_id)
    }

    /// The properties of a resource.
    pub fn properties(&self, logical_id: &str) -> &Value {
        &self.resource(logical_id).unwrap_or_else(|| panic!("the template has no {logical_id}"))["Properties"]
    }

    /// The resources of a type with their properties, by name.
    pub fn of_type<'t>(&'t self, kind: &str) -> BTreeMap<&'t str, &'t Value> {
        let resources = self.0["Resources"].as_object().expect("resources");
        resources
            .iter()
            .filter(|(_, resource)| resource["Type"] == kind)
            .map(|(logical_id, resource)| (logical_id.as_str(), &resource["Properties"]))
            .collect()
    }

    /// The functions, by the names of their crates.
    pub fn functions(&self) -> BTreeMap<String, DeployedFunction> {
        let functions = self.of_type("AWS::Serverless::Function");
        functions.into_iter().map(|(logical_id, properties)| function(logical_id, properties)).collect()
    }

    /// The names of the variables that every function has.
    pub fn global_variables(&self) -> BTreeSet<String> {
        let variables = self.0["Globals"]["Function"]["Environment"]["Variables"].as_object();
        variables.expect("variables of all functions").keys().cloned().collect()
    }
}

fn function(logical_id: &str, properties: &Value) -> (String, DeployedFunction) {
    let folder = properties["CodeUri"].as_str().expect("a folder");
    let name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let variables = properties["Environment"]["Variables"].as_object().cloned().unwrap_or_default();
    let number =
        |property: &str| properties[property].as_u64().unwrap_or_else(|| panic!("{logical_id}: {property}"));
    let function = DeployedFunction {
        logical_id: logical_id.to_owned(),
        name: name.clone(),
        variables: variables.into_iter().collect(),
        memory_mb: number("MemorySize").try_into().expect("some MB"),
        timeout: Duration::from_secs(number("Timeout")),
        properties: properties.clone(),
    };
    (name, function)
}

/// The node as JSON, short forms as long ones.
fn plain(node: &YamlOwned) -> Value {
    match node {
        YamlOwned::Value(ScalarOwned::Null) => Value::Null,
        YamlOwned::Value(ScalarOwned::Boolean(value)) => json!(value),
        YamlOwned::Value(ScalarOwned::Integer(value)) => json!(value),
        YamlOwned::Value(ScalarOwned::FloatingPoint(value)) => json!(value.into_inner()),
        YamlOwned::Value(ScalarOwned::String(value)) => json!(value),
        YamlOwned::Sequence(nodes) => nodes.iter().map(plain).collect(),
        YamlOwned::Mapping(entries) => entries
            .iter()
            .map(|(key, value)| (key.as_str().expect("a name").to_owned(), plain(value)))
            .collect::<Map<_, _>>()
            .into(),
        YamlOwned::Tagged(tag, node) => {
            let name = if tag.suffix == "Ref" { "Ref".to_owned() } else { format!("Fn::{}", tag.suffix) };
            json!({ name: plain(node) })
        }
        other => panic!("the template has a {other:?}"),
    }
}
