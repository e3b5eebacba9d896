//! One module: its files, its inputs, what it declares.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use hcl::eval::{Context, Evaluate as _};
use hcl::{Block, Body, Expression, Map, Structure, Value as Hcl};
use serde_json::{Value, json};

use super::marks::{self, Found, Marks};
use super::{REGION, Variable, data, expressions, to_json};

/// What a module's call is waited for by, if by anything.
pub(super) const WAITS: &str = "waits_for";

pub(super) struct Module {
    folder: PathBuf,
    /// What its resources' addresses begin with; empty for the root.
    address: String,
    blocks: Vec<Block>,
    context: Context<'static>,
    waits_for: Option<String>,
}

impl Module {
    /// Reads a folder and evaluates what stands above its resources.
    pub(super) fn read(
        folder: &Path,
        address: String,
        inputs: &BTreeMap<String, Hcl>,
        waits_for: Option<String>,
    ) -> Self {
        let mut module = Self {
            folder: folder.to_owned(),
            address,
            blocks: blocks(folder),
            context: Context::new(),
            waits_for,
        };
        expressions::declare(&mut module.context);
        module.declare_data();
        module.declare_inputs(inputs);
        module.declare_modules();
        // Counts and loops may ask locals, and locals may ask resources: what does not work yet works in a later round.
        let mut locals = Map::new();
        for _ in 0..4 {
            module.declare_locals(&mut locals);
            module.declare_resources();
        }
        module
    }

    /// What is looked up is what the module's blocks ask for.
    fn declare_data(&mut self) {
        let known = data();
        let mut asked: BTreeMap<String, Map<String, Hcl>> = BTreeMap::new();
        for block in self.of("data") {
            let (kind, name) = (label(block, 0), label(block, 1));
            let found = known.as_object().and_then(|all| all.get(&kind)?.as_object()?.get(&name));
            let found = found.unwrap_or_else(|| panic!("say here what {kind}.{name} finds")).clone();
            if kind == "aws_availability_zones" {
                let state = attribute(&block.body, "state").map(|state| self.evaluate(state));
                assert_eq!(state, Some("available".into()), "zones that are out of order, too");
            }
            asked.entry(kind).or_default().insert(name, found);
        }
        let asked = asked.into_iter().map(|(kind, names)| (kind, Hcl::Object(names))).collect();
        self.context.declare_var("data", Hcl::Object(asked));
    }

    /// Which Terraform and which provider; for the root also where the state is and what the provider is told.
    fn head(&self) -> String {
        let blocks: Vec<Value> = self
            .of("terraform")
            .map(|block| evaluate_body(&block.body, &self.context, &self.address))
            .collect();
        let [said] = blocks.as_slice() else {
            panic!("{}: one block says for which Terraform", self.address)
        };
        let provider = &said["required_providers"][0]["aws"];
        let parts = [&said["required_version"], &provider["source"], &provider["version"]];
        assert!(
            parts.iter().all(|part| part.is_string()),
            "{}: for which Terraform and provider?",
            self.address
        );
        if self.address.is_empty() {
            let state = &said["backend"][0];
            assert_eq!(
                (&state["encrypt"], &state["use_lockfile"]),
                (&json!(true), &json!(true)),
                "of the state"
            );
            let provider = self.of("provider").next().expect("the provider");
            let told = evaluate_body(&provider.body, &self.context, "provider");
            let tags = &told["default_tags"][0]["tags"];
            assert_eq!(told["region"], REGION);
            assert!(tags["application"].is_string() && tags["stage"].is_string(), "whose are the resources?");
        }
        format!("{parts:?}")
    }

    fn of<'m>(&'m self, kind: &'m str) -> impl Iterator<Item = &'m Block> {
        self.blocks.iter().filter(move |block| block.identifier.as_str() == kind)
    }

    fn declare_inputs(&mut self, inputs: &BTreeMap<String, Hcl>) {
        let mut variables = Map::new();
        for block in self.of("variable") {
            let name = label(block, 0);
            // What a variable must say of itself.
            let _ = self.variable(&block.body);
            let given = inputs.get(&name).cloned();
            let default = || attribute(&block.body, "default").map(|default| self.evaluate(default));
            let value =
                given.or_else(default).unwrap_or_else(|| panic!("{}: {name} has no value", self.address));
            let kind = attribute(&block.body, "type").expect("a type");
            assert_type(&format!("{}: {name}", self.address), kind, &value);
            variables.insert(name, value);
        }
        for name in inputs.keys() {
            assert!(variables.contains_key(name), "{} has no variable {name}", self.folder.display());
        }
        self.context.declare_var("var", Hcl::Object(variables));
    }

    fn declare_modules(&mut self) {
        let mut modules = Map::new();
        for block in self.of("module") {
            let name = label(block, 0);
            let address = self.address_of_module(&name);
            let outputs =
                blocks(&self.source(block)).into_iter().filter(|b| b.identifier.as_str() == "output");
            let outputs = outputs.map(|output| {
                let output = label(&output, 0);
                (output.clone(), marks::output(&address, &output))
            });
            modules.insert(name, Hcl::Object(outputs.collect()));
        }
        self.context.declare_var("module", Hcl::Object(modules));
    }

    fn declare_locals(&mut self, locals: &mut Map<String, Hcl>) {
        let all: Vec<(String, Expression)> = self
            .of("locals")
            .flat_map(|block| block.body.attributes())
            .map(|local| (local.key.to_string(), local.expr.clone()))
            .collect();
        for _ in 0..4 {
            for (name, expression) in &all {
                if let Ok(value) = expression.evaluate(&self.context) {
                    locals.insert(name.clone(), value);
                }
            }
            self.context.declare_var("local", Hcl::Object(locals.clone()));
        }
    }

    fn declare_resources(&mut self) {
        let mut kinds: BTreeMap<String, Map<String, Hcl>> = BTreeMap::new();
        for block in self.of("resource") {
            let (kind, name) = (label(block, 0), label(block, 1));
            let address = self.address_of(&kind, &name);
            let Some(instances) = self.instances(block) else { continue };
            let seen = match &instances {
                Instances::One => marks::resource(&address),
                Instances::Counted(count) => Hcl::Array(
                    (0..*count).map(|index| marks::resource(&format!("{address}[{index}]"))).collect(),
                ),
                Instances::Each(values) => Hcl::Object(
                    values
                        .iter()
                        .map(|(key, _)| (key.clone(), marks::resource(&format!("{address}[{key}]"))))
                        .collect(),
                ),
            };
            kinds.entry(kind).or_default().insert(name, seen);
        }
        for (kind, names) in kinds {
            self.context.declare_var(kind, Hcl::Object(names));
        }
    }

    /// Evaluates everything and enters it under its addresses.
    pub(super) fn enter(&self, marks: &mut Marks) {
        marks.heads.insert(self.head());
        for block in self.of("output") {
            if let Some(Expression::Array(waited)) = attribute(&block.body, "depends_on") {
                let output = format!("output.{}", label(block, 0));
                marks.order.extend(waited.iter().map(|each| (output.clone(), each.to_string())));
            }
        }
        for block in self.of("resource") {
            self.enter_resource(block, marks);
        }
        for block in self.of("module") {
            let module = self.call(block);
            module.enter(marks);
            for (name, value) in module.outputs() {
                marks.outputs.insert(format!("{}#{name}", module.address), value);
            }
        }
    }

    fn call(&self, block: &Block) -> Self {
        for meta in ["count", "for_each", "providers"] {
            assert!(attribute(&block.body, meta).is_none(), "say here what a module's {meta} does");
        }
        let meta = |name: &str| matches!(name, "source" | "depends_on");
        let inputs = block.body.attributes().filter(|input| !meta(input.key.as_str()));
        let inputs = inputs.map(|input| (input.key.to_string(), self.evaluate(&input.expr))).collect();
        let waits_for = attribute(&block.body, "depends_on").map(ToString::to_string);
        Self::read(&self.source(block), self.address_of_module(&label(block, 0)), &inputs, waits_for)
    }

    fn enter_resource(&self, block: &Block, marks: &mut Marks) {
        let (kind, name) = (label(block, 0), label(block, 1));
        let address = self.address_of(&kind, &name);
        if let Some(Expression::Array(waited)) = attribute(&block.body, "depends_on") {
            let waited = waited.iter().map(|each| (format!("{kind}.{name}"), each.to_string()));
            marks.order.extend(waited);
        }
        for lifecycle in block.body.blocks().filter(|inner| inner.identifier.as_str() == "lifecycle") {
            let said = hcl::to_string(&lifecycle.body).expect("HCL");
            marks.lifecycles.insert((format!("{kind}.{name}"), said.trim().to_owned()));
        }
        let instances = self.instances(block).unwrap_or_else(|| panic!("{address}: how many?"));
        let mut enter = |address: String, each: Option<(&str, &Hcl)>| {
            let mut context = self.context.clone();
            if let Some((key, value)) = each {
                context.declare_var("each", object([("key", key.into()), ("value", value.clone())]));
            }
            let mut body = evaluate_body(&block.body, &context, &address);
            if let Some(waits_for) = &self.waits_for {
                body[WAITS] = json!(waits_for);
            }
            marks.resources.insert(address, Found { kind: kind.clone(), body });
        };
        match instances {
            Instances::One => enter(address, None),
            Instances::Counted(count) => {
                (0..count).for_each(|index| enter(format!("{address}[{index}]"), None));
            }
            Instances::Each(values) => {
                for (key, value) in &values {
                    enter(format!("{address}[{key}]"), Some((key, value)));
                }
            }
        }
    }

    /// How often a resource is there; `None` where that cannot be said yet.
    fn instances(&self, block: &Block) -> Option<Instances> {
        if let Some(count) = attribute(&block.body, "count") {
            return count.evaluate(&self.context).ok()?.as_u64().map(Instances::Counted);
        }
        let Some(each) = attribute(&block.body, "for_each") else { return Some(Instances::One) };
        Some(Instances::Each(pairs(each.evaluate(&self.context).ok()?)))
    }

    /// Its outputs, marks and all.
    pub(super) fn outputs(&self) -> Vec<(String, Value)> {
        for block in self.of("output") {
            assert!(
                attribute(&block.body, "description").is_some(),
                "{}{}: what is it?",
                self.address,
                label(block, 0)
            );
        }
        let value = |block| to_json(&self.evaluate(attribute(block, "value").expect("an output's value")));
        self.of("output").map(|block| (label(block, 0), value(&block.body))).collect()
    }

    /// Its inputs.
    pub(super) fn variables(&self) -> BTreeMap<String, Variable> {
        self.of("variable").map(|block| (label(block, 0), self.variable(&block.body))).collect()
    }

    fn variable(&self, body: &Body) -> Variable {
        let value = |name| attribute(body, name).map(|value| to_json(&self.evaluate(value)));
        let validations = body.blocks().filter(|block| block.identifier.as_str() == "validation");
        let conditions = validations.map(|validation| {
            attribute(&validation.body, "error_message").expect("what a caller is told");
            attribute(&validation.body, "condition").expect("a condition").clone()
        });
        Variable {
            default: value("default"),
            description: value("description").expect("a description").as_str().expect("a text").to_owned(),
            kind: attribute(body, "type").expect("a type").to_string(),
            conditions: conditions.collect(),
        }
    }

    fn evaluate(&self, expression: &Expression) -> Hcl {
        evaluate(expression, &self.context, &self.address)
    }

    fn source(&self, block: &Block) -> PathBuf {
        let source = attribute(&block.body, "source").map(|source| self.evaluate(source));
        self.folder.join(source.as_ref().and_then(Hcl::as_str).expect("a folder"))
    }

    fn address_of(&self, kind: &str, name: &str) -> String {
        format!("{}{kind}.{name}", self.address)
    }

    fn address_of_module(&self, name: &str) -> String {
        format!("{}module.{name}.", self.address)
    }
}

enum Instances {
    One,
    Counted(u64),
    Each(Vec<(String, Hcl)>),
}

fn blocks(folder: &Path) -> Vec<Block> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "tf"));
    files.sort();
    assert!(!files.is_empty(), "nothing is in {}", folder.display());
    files.iter().flat_map(|file| parsed(file)).collect()
}

thread_local! {
    /// What was read before, by its text: a module is read once for each of its calls.
    static PARSED: RefCell<HashMap<String, Vec<Block>>> = RefCell::default();
}

fn parsed(file: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(file).expect("a file");
    if let Some(blocks) = PARSED.with_borrow(|parsed| parsed.get(&text).cloned()) {
        return blocks;
    }
    let body: Body = hcl::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let blocks: Vec<Block> = body.into_blocks().collect();
    PARSED.with_borrow_mut(|parsed| parsed.insert(text, blocks.clone()));
    blocks
}

fn label(block: &Block, index: usize) -> String {
    block.labels[index].as_str().to_owned()
}

fn attribute<'b>(body: &'b Body, name: &str) -> Option<&'b Expression> {
    body.attributes().find(|attribute| attribute.key.as_str() == name).map(|attribute| &attribute.expr)
}

fn object<const N: usize>(fields: [(&str, Hcl); N]) -> Hcl {
    Hcl::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A set's or an object's keys and values.
fn pairs(value: Hcl) -> Vec<(String, Hcl)> {
    match value {
        Hcl::Object(fields) => fields.into_iter().collect(),
        Hcl::Array(elements) => elements
            .into_iter()
            .map(|element| (element.as_str().expect("a set of texts").to_owned(), element))
            .collect(),
        other => panic!("nothing to loop over: {other}"),
    }
}

fn evaluate(expression: &Expression, context: &Context<'_>, place: &str) -> Hcl {
    expression.evaluate(context).unwrap_or_else(|error| panic!("{place}: {expression}: {error}"))
}

/// A block's attributes and blocks; what says how Terraform is to work, and not what is to be, is left out.
fn evaluate_body(body: &Body, context: &Context<'_>, place: &str) -> Value {
    let mut fields = serde_json::Map::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                if !matches!(attribute.key.as_str(), "count" | "for_each" | "depends_on") {
                    let value = evaluate(&attribute.expr, context, place);
                    fields.insert(attribute.key.to_string(), to_json(&value));
                }
            }
            Structure::Block(block) => match block.identifier.as_str() {
                "lifecycle" => {}
                "dynamic" => {
                    let name = label(block, 0);
                    for value in dynamic(block, context, place) {
                        push(&mut fields, &name, value);
                    }
                }
                name => push(&mut fields, name, evaluate_body(&block.body, context, place)),
            },
        }
    }
    Value::Object(fields)
}

fn dynamic(block: &Block, context: &Context<'_>, place: &str) -> Vec<Value> {
    let each = attribute(&block.body, "for_each").expect("a loop");
    let inside = block.body.blocks().find(|inner| inner.identifier.as_str() == "content").expect("a content");
    let name = label(block, 0);
    let values = pairs(evaluate(each, context, place)).into_iter();
    values
        .map(|(key, value)| {
            let mut inner = context.clone();
            inner.declare_var(name.as_str(), object([("key", key.into()), ("value", value)]));
            evaluate_body(&inside.body, &inner, place)
        })
        .collect()
}

/// A value is what its variable's type says, field by field: Terraform leaves out what an object's type does not name.
fn assert_type(place: &str, kind: &Expression, value: &Hcl) {
    if let (Hcl::Array(values), Expression::FuncCall(call)) = (value, kind) {
        for (kind, value) in
            call.args.first().into_iter().flat_map(|kind| values.iter().map(move |value| (kind, value)))
        {
            assert_type(place, kind, value);
        }
    }
    let (Hcl::Object(fields), Expression::FuncCall(call)) = (value, kind) else { return };
    let Some(Expression::Object(named)) = call.args.first() else { return };
    let named: Vec<String> = named.keys().map(ToString::to_string).collect();
    for name in fields.keys() {
        let is_named = named.iter().any(|field| field.trim_matches('"') == name);
        assert!(is_named, "{place} has a {name}, which its type does not name: {named:?}");
    }
}

/// Blocks of one name are a list.
fn push(fields: &mut serde_json::Map<String, Value>, name: &str, value: Value) {
    if let Value::Array(list) = fields.entry(name).or_insert_with(|| json!([])) {
        list.push(value);
    }
}
