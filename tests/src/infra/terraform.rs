//! `terraform/`, evaluated: modules, locals, counts, loops and dynamic blocks.
//!
//! A reference to what another resource or module is gets a mark in its place, and the marks are filled in when all is
//! read: so nothing has to be evaluated in any order.

mod expressions;
mod marks;
mod module;
mod resource;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hcl::{Expression, Value as Hcl};
use serde_json::{Value, json};

use self::marks::Marks;
use self::module::Module;
use super::model::Resources;
use super::physical::{ACCOUNT, REGION};
use super::{Settings, repository, snake};

/// The Terraform configuration, evaluated.
#[derive(Debug)]
pub struct Configuration {
    /// What it deploys.
    pub resources: Resources,
    /// What it tells at its end.
    pub outputs: BTreeMap<String, Value>,
    /// Its inputs.
    pub variables: BTreeMap<String, Variable>,
    /// What resources say of how they are changed.
    pub lifecycles: BTreeSet<(String, String)>,
    /// Resources and outputs that wait for others beyond what references say.
    pub order: BTreeSet<(String, String)>,
}

/// An input.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Where none is given.
    pub default: Option<Value>,
    /// What it is, for whoever fills it in.
    pub description: String,
    /// Its type, as it is written.
    pub kind: String,
    /// What a value must fulfil.
    pub conditions: Vec<Expression>,
}

/// The deployment that `terraform/` makes with these settings; a variable without one has its default.
///
/// # Panics
/// Where the configuration says something that this reader does not know.
pub fn configuration(settings: &Settings) -> Configuration {
    configuration_in(&repository().join("terraform"), settings)
}

/// As [`configuration`], of another folder.
pub fn configuration_in(folder: &Path, settings: &Settings) -> Configuration {
    let mut inputs: BTreeMap<String, Hcl> =
        settings.iter().map(|(name, value)| (snake(name), input(value))).collect();
    inputs.insert("region".to_owned(), REGION.into());
    inputs.insert("bundles_bucket".to_owned(), "bundles".into());
    inputs.insert("release".to_owned(), "abc123".into());
    let root = Module::read(folder, String::new(), &inputs, None);
    let mut marks = Marks::default();
    root.enter(&mut marks);
    assert_eq!(marks.heads.len(), 1, "modules for different versions: {:?}", marks.heads);
    let mut resources = resource::model(&marks);
    let outputs: BTreeMap<String, Value> =
        root.outputs().into_iter().map(|(name, value)| (name, marks.fill(&value))).collect();
    hooks(&mut resources, &outputs);
    Configuration {
        resources,
        outputs,
        variables: root.variables(),
        lifecycles: marks.lifecycles,
        order: marks.order,
    }
}

/// CodeDeploy learns of the hook from whoever asks for a deployment: from the output that tells them.
fn hooks(resources: &mut Resources, outputs: &BTreeMap<String, Value>) {
    let shifts = outputs["shifts"].as_object().expect("what is moved, by group");
    for (group, shift) in shifts {
        let mut leaves = resources.remove(&format!("shift {group}")).expect("a deployment group");
        leaves.remove("group");
        let function = shift["function"].as_str().expect("a function").to_owned();
        let hook = shift["hook"].as_str().expect("a hook");
        if !hook.is_empty() {
            leaves.insert("hook".to_owned(), hook.to_owned());
        }
        leaves.insert("function_name".to_owned(), function.clone());
        resources.insert(format!("shift {function}"), leaves);
    }
}

/// CloudFormation's parameters have no truth values.
fn input(value: &Value) -> Hcl {
    match value.as_str() {
        Some("true") => true.into(),
        Some("false") => false.into(),
        _ => from_json(value),
    }
}

/// What `data` blocks find.
fn data() -> Hcl {
    from_json(&json!({
        "aws_caller_identity": { "current": { "account_id": ACCOUNT } },
        "aws_partition": { "current": { "partition": "aws" } },
        "aws_availability_zones": { "available": { "names": ["zone 0", "zone 1"] } },
    }))
}

fn from_json(value: &Value) -> Hcl {
    serde_json::from_value(value.clone()).expect("JSON is HCL")
}

fn to_json(value: &Hcl) -> Value {
    serde_json::to_value(value).expect("HCL's values are JSON")
}
