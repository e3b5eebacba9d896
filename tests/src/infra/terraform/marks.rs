//! What stands in an expression for what is known later.

use std::collections::{BTreeMap, BTreeSet};

use hcl::{Map, Value as Hcl};
use serde_json::Value;

use crate::infra::physical;

const OPEN: char = '⟦';
const CLOSE: char = '⟧';

/// The attributes that may be asked of a resource.
const ATTRIBUTES: &[&str] = &[
    "alarm_name",
    "api_endpoint",
    "arn",
    "bucket",
    "certificate_arn",
    "cluster_identifier",
    "execution_arn",
    "fqdn",
    "function_name",
    "id",
    "name",
    "qualified_arn",
    "url",
    "version",
];

/// A resource as it was evaluated.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: String,
    pub(super) body: Value,
}

/// All that marks may stand for.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Resources by address: module, type, name, key.
    pub(super) resources: BTreeMap<String, Found>,
    /// Outputs of modules by address.
    pub(super) outputs: BTreeMap<String, Value>,
    /// What a resource says of how it is changed.
    pub(super) lifecycles: BTreeSet<(String, String)>,
    /// What the modules say of Terraform itself.
    pub(super) heads: BTreeSet<String>,
    /// What waits for what, beyond what references say: a resource and whom it names.
    pub(super) order: BTreeSet<(String, String)>,
}

/// What stands for an attribute.
fn mark(address: &str, attribute: &str) -> Hcl {
    Hcl::String(format!("{OPEN}{address}#{attribute}{CLOSE}"))
}

/// A resource as others see it.
pub(super) fn resource(address: &str) -> Hcl {
    let mut fields: Map<String, Hcl> =
        ATTRIBUTES.iter().map(|name| ((*name).to_owned(), mark(address, name))).collect();
    let part = |names: &[&str]| {
        let fields = names.iter().map(|name| ((*name).to_owned(), mark(address, name)));
        Hcl::Array(vec![Hcl::Object(fields.collect())])
    };
    fields.insert("master_user_secret".to_owned(), part(&["secret_arn"]));
    fields.insert(
        "domain_validation_options".to_owned(),
        part(&["resource_record_name", "resource_record_type", "resource_record_value"]),
    );
    fields.insert("domain_name_configuration".to_owned(), part(&["target_domain_name", "hosted_zone_id"]));
    Hcl::Object(fields)
}

/// A module's output as others see it.
pub(super) fn output(module: &str, name: &str) -> Hcl {
    mark(module, name)
}

impl Marks {
    /// A value with its marks filled in.
    pub(super) fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill_text(text)),
            Value::Array(elements) => elements.iter().map(|element| self.fill(element)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), self.fill(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            scalar => scalar.clone(),
        }
    }

    fn fill_text(&self, text: &str) -> String {
        let Some((before, rest)) = text.split_once(OPEN) else { return text.to_owned() };
        let (marked, behind) = rest.split_once(CLOSE).expect("a closed mark");
        let (address, attribute) = marked.split_once('#').expect("an attribute");
        format!("{before}{}{}", self.value(address, attribute), self.fill_text(behind))
    }

    fn value(&self, address: &str, attribute: &str) -> String {
        if let Some(output) = self.outputs.get(&format!("{address}#{attribute}")) {
            return self.fill(output).as_str().expect("outputs of modules are texts").to_owned();
        }
        let found = self.resources.get(address).unwrap_or_else(|| panic!("nothing is at {address}"));
        if found.kind == "aws_iam_role" {
            return physical::role(&self.policy_of(address));
        }
        // Names only: what points back is not asked for.
        let body = match &found.body {
            Value::Object(fields) => {
                let texts = fields.iter().filter(|(_, value)| value.is_string());
                let named = texts.filter(|(name, _)| NAMING.contains(&name.as_str()));
                Value::Object(named.map(|(name, value)| (name.clone(), self.fill(value))).collect())
            }
            _ => Value::Null,
        };
        physical::attribute(&found.kind, attribute, &body)
            .unwrap_or_else(|| panic!("{address} has no {attribute}"))
    }

    /// The name of the one policy of a role.
    pub(super) fn policy_of(&self, role: &str) -> String {
        let own = format!("{OPEN}{role}#id{CLOSE}");
        let mut policies = self
            .resources
            .values()
            .filter(|found| found.kind == "aws_iam_role_policy" && found.body["role"] == own);
        let name = policies.next().unwrap_or_else(|| panic!("{role} has no policy")).body["name"].as_str();
        assert!(policies.next().is_none(), "{role} has two policies");
        self.fill_text(name.expect("a policy's name"))
    }
}

/// What names are made of.
const NAMING: &[&str] = &[
    "alarm_name",
    "bucket",
    "certificate_arn",
    "cidr_block",
    "cluster_identifier",
    "description",
    "domain_name",
    "function_name",
    "integration_type",
    "integration_uri",
    "name",
    "payload_format_version",
];
