//! What a document may be, whatever the schema: its limits are kept before it is validated, let alone executed.

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql::{Name, Positioned, ServerError, Value as Literal};
use serde_json::{Map, Value};

use crate::errors::{coded, limit};

/// The longest document, in bytes.
pub(crate) const MAX_BYTES: usize = 20_000;
/// How deep fields may stand in fields.
pub(crate) const MAX_DEPTH: usize = 15;
/// How many fields a document may select, those of fragments counted wherever they are spread.
pub(crate) const MAX_FIELDS: usize = 1_000;
/// How many fields may have another name than their own.
pub(crate) const MAX_ALIASES: usize = 30;
/// The most items of a page, and of a list that is given.
pub(crate) const MAX_PAGE: u8 = 100;
/// How deep brackets may stand in brackets: the parser calls itself for each.
const MAX_BRACKETS: usize = 50;

/// A document that keeps the limits.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The document.
    pub(crate) document: ExecutableDocument,
    /// What its operation does.
    pub(crate) kind: OperationType,
    /// Whether its operations have names.
    pub(crate) is_named: bool,
}

/// Why a document is not executed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It does not parse.
    Unparsed(ServerError),
    /// It is too much, or it is not clear which of its operations is meant.
    Refused(ServerError),
}

impl From<ServerError> for Fault {
    fn from(error: ServerError) -> Self {
        Self::Refused(error)
    }
}

/// Parses a document and holds the operation that is meant to the limits. `open` says whether the schema may be asked for.
pub(crate) fn prepare(
    query: &str,
    operation_name: Option<&str>,
    variables: &Map<String, Value>,
    open: bool,
) -> Result<Prepared, Fault> {
    if query.len() > MAX_BYTES {
        return Err(limit("query_too_large", format!("A document has at most {MAX_BYTES} bytes.")).into());
    }
    if brackets(query) > MAX_BRACKETS {
        return Err(limit("query_too_deep", format!("Brackets stand at most {MAX_BRACKETS} deep.")).into());
    }
    let unparsed = |error| Fault::Unparsed(coded(ServerError::from(error), "graphql_parse_failed"));
    let document = parse_query(query).map_err(unparsed)?;
    let operation = chosen(&document, operation_name)?;
    let kind = operation.ty;
    needs(operation, variables)?;
    let mut walk =
        Walk { document: &document, operation, variables, open, fields: 0, aliases: 0, spread: Vec::new() };
    walk.selection(&operation.selection_set.node, 1)?;
    let is_named = matches!(document.operations, DocumentOperations::Multiple(_));
    Ok(Prepared { document, kind, is_named })
}

/// The operation that is meant (GraphQL, section 6.1: `GetOperation`).
fn chosen<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, ServerError> {
    let mut operations = document.operations.iter();
    let found = match name {
        Some(name) => operations.find(|(own, _)| own.is_some_and(|own| own.as_str() == name)),
        None if operations.len() == 1 => operations.next(),
        None => None,
    };
    found.map(|(_, operation)| &operation.node).ok_or_else(|| {
        let detail = "Name one of the document's operations as operationName.";
        coded(ServerError::new(detail, None), "graphql_operation_unknown")
    })
}

/// Refuses an operation that lacks a variable which it needs (GraphQL, section 6.1.2: `CoerceVariableValues`).
fn needs(operation: &OperationDefinition, variables: &Map<String, Value>) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let name = &definition.node.name.node;
        let needed = !definition.node.var_type.node.nullable && definition.node.default_value.is_none();
        if needed && variables.get(name.as_str()).is_none_or(Value::is_null) {
            let error = ServerError::new(format!("Give the variable ${name}."), Some(definition.pos));
            return Err(coded(error, "graphql_validation_failed"));
        }
    }
    Ok(())
}

/// How deep brackets stand in brackets, those of texts included: what is long belongs into variables.
fn brackets(query: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in query.bytes() {
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Map<String, Value>,
    open: bool,
    fields: usize,
    aliases: usize,
    /// The fragments that the walk is in: one that spreads itself is for the validation to refuse.
    spread: Vec<&'a Name>,
}

impl<'a> Walk<'a> {
    fn selection(&mut self, set: &'a SelectionSet, depth: usize) -> Result<(), ServerError> {
        for selection in &set.items {
            self.fields += 1;
            if self.fields > MAX_FIELDS {
                return Err(limit(
                    "query_too_large",
                    format!("A document selects at most {MAX_FIELDS} fields."),
                ));
            }
            match &selection.node {
                Selection::Field(field) => self.field(field, depth)?,
                Selection::InlineFragment(fragment) => {
                    self.selection(&fragment.node.selection_set.node, depth)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name) else { continue };
                    if self.spread.contains(&name) {
                        continue;
                    }
                    self.spread.push(name);
                    self.selection(&fragment.node.selection_set.node, depth)?;
                    self.spread.pop();
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &'a Positioned<Field>, depth: usize) -> Result<(), ServerError> {
        let Field { alias, name, arguments, selection_set, .. } = &field.node;
        let describes = matches!(name.node.as_str(), "__schema" | "__type");
        if describes && !self.open {
            return Err(limit("introspection_disabled", "The schema is not told here."));
        }
        if depth > MAX_DEPTH {
            return Err(limit("query_too_deep", format!("Fields stand at most {MAX_DEPTH} deep.")));
        }
        if alias.is_some() {
            self.aliases += 1;
            if self.aliases > MAX_ALIASES {
                return Err(limit(
                    "too_many_aliases",
                    format!("At most {MAX_ALIASES} fields have an alias."),
                ));
            }
        }
        for (argument, value) in arguments {
            let value =
                value.node.clone().into_const_with(|name| Ok::<_, ServerError>(self.variable(&name)))?;
            check_argument(argument.node.as_str(), &value)?;
        }
        self.selection(&selection_set.node, depth + 1)
    }

    /// A variable's value: what was given, else what the operation says.
    fn variable(&self, name: &Name) -> Literal {
        if let Some(given) = self.variables.get(name.as_str()) {
            return Literal::from_json(given.clone()).unwrap_or_default();
        }
        let definitions = self.operation.variable_definitions.iter().map(|definition| &definition.node);
        let default = definitions
            .filter(|definition| definition.name.node == *name)
            .find_map(|definition| definition.default_value());
        default.cloned().unwrap_or_default()
    }
}

/// Pages and lists are bounded, whatever field takes them.
fn check_argument(name: &str, value: &Literal) -> Result<(), ServerError> {
    match value {
        Literal::List(list) if list.len() > usize::from(MAX_PAGE) => {
            Err(limit("list_too_long", format!("A list has at most {MAX_PAGE} items.")))
        }
        Literal::Number(first)
            if name == "first" && !(1..=i64::from(MAX_PAGE)).contains(&first.as_i64().unwrap_or(0)) =>
        {
            Err(limit("page_too_large", format!("A page has 1 to {MAX_PAGE} items.")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(query: &str, variables: &Value) -> Option<String> {
        let variables = variables.as_object().cloned().unwrap_or_default();
        let (Fault::Unparsed(error) | Fault::Refused(error)) =
            prepare(query, None, &variables, false).err()?;
        let code = error.extensions.unwrap().get("code").cloned().unwrap();
        Some(code.into_json().unwrap().as_str().unwrap().to_owned())
    }

    fn refused(query: &str) -> Option<String> {
        code(query, &json!({}))
    }

    fn nested(depth: usize) -> String {
        format!("{}a{}", "{a".repeat(depth - 1) + "{", "}".repeat(depth))
    }

    #[test]
    fn depth_is_counted_through_fragments() {
        assert_eq!(refused(&nested(MAX_DEPTH)), None);
        assert_eq!(refused(&nested(MAX_DEPTH + 1)).as_deref(), Some("query_too_deep"));
        let halves = format!("{{a{{...F}}}} fragment F on T {}", nested(MAX_DEPTH));
        assert_eq!(refused(&halves).as_deref(), Some("query_too_deep"));
        assert_eq!(refused(&nested(MAX_BRACKETS + 1)).as_deref(), Some("query_too_deep"));
        assert_eq!(refused(&"{".repeat(MAX_BYTES)).as_deref(), Some("query_too_deep"));
    }

    #[test]
    fn fragments_that_multiply_are_refused_quickly() {
        let mut query = "{ ...F0 } fragment F30 on T { a }".to_owned();
        let doubled = |at: u32| format!(" fragment F{at} on T {{ ...F{0} ...F{0} }}", at + 1);
        query.extend((0..30).map(doubled));
        assert_eq!(refused(&query).as_deref(), Some("query_too_large"));
        // What spreads itself is the validation's.
        assert_eq!(refused("{ ...F } fragment F on T { a ...F }"), None);
    }

    #[test]
    fn aliases_pages_and_lists_are_bounded() {
        let aliases = |count: usize| {
            format!("{{{}}}", (0..count).map(|at| format!("a{at}: a")).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(refused(&aliases(MAX_ALIASES)), None);
        assert_eq!(refused(&aliases(MAX_ALIASES + 1)).as_deref(), Some("too_many_aliases"));
        for (first, wrong) in
            [("1", false), ("100", false), ("null", false), ("0", true), ("101", true), ("-1", true)]
        {
            assert_eq!(refused(&format!("{{a(first: {first})}}")).is_some(), wrong, "{first}");
        }
        let by_variable = "query($n: Int = 1000) { a(first: $n) }";
        assert_eq!(refused(by_variable).as_deref(), Some("page_too_large"));
        assert_eq!(code(by_variable, &json!({ "n": 5 })), None);
        assert_eq!(code(by_variable, &json!({ "n": 500 })).as_deref(), Some("page_too_large"));
        assert_eq!(refused(&format!("{{a(ids: [{}])}}", "1 ".repeat(101))).as_deref(), Some("list_too_long"));
    }

    #[test]
    fn the_schema_is_told_where_it_is_open() {
        assert_eq!(refused("{ __schema { types { name } } }").as_deref(), Some("introspection_disabled"));
        assert_eq!(
            refused("{ ...F } fragment F on Query { __type(name: \"A\") { name } }").as_deref(),
            Some("introspection_disabled")
        );
        assert!(prepare("{ __schema { types { name } } }", None, &Map::new(), true).is_ok());
        assert_eq!(refused("{ __typename }"), None);
    }

    #[test]
    fn what_an_operation_needs_must_be_given() {
        let needs = "query($a: ID!, $b: Int! = 1, $c: Int) { a(id: $a, b: $b, c: $c) }";
        assert_eq!(refused(needs).as_deref(), Some("graphql_validation_failed"));
        assert_eq!(code(needs, &json!({ "a": null })).as_deref(), Some("graphql_validation_failed"));
        assert_eq!(code(needs, &json!({ "a": "x" })), None);
    }

    #[test]
    fn the_operation_must_be_clear() {
        let two = "query A { a } mutation B { b }";
        assert_eq!(refused(two).as_deref(), Some("graphql_operation_unknown"));
        assert_eq!(prepare(two, Some("B"), &Map::new(), false).unwrap().kind, OperationType::Mutation);
        assert!(prepare(two, Some("C"), &Map::new(), false).is_err());
        assert_eq!(refused("{").as_deref(), Some("graphql_parse_failed"));
    }
}
