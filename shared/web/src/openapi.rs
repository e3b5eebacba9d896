//! `openapi.json`: one document from the routers' own descriptions.
//!
//! What an annotation would have to repeat on every operation is added here: bounds of what is answered, the headers of
//! every answer, the idempotency key, examples as they were recorded from a running system.

mod answers;
mod bounds;
mod closed;
mod examples;
mod links;
mod references;

use serde_json::{Map, Value, json};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, ContactBuilder, Info, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder,
    SecurityRequirement, ServerBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::{FieldProblem, MEDIA_TYPE, ProblemDocument};

/// The name of the security scheme.
const BEARER: &str = "bearer";
/// The groups of operations, in the order of the document.
const TAGS: [(&str, &str); 9] = [
    ("users", "People, their sign-ins and profiles"),
    ("properties", "Listings, their calendars and quotes"),
    ("bookings", "Stays from hold to review"),
    ("payments", "Money in, back and out"),
    ("reviews", "What both sides say of a stay"),
    ("webhooks", "What integrators are told, and where"),
    ("messages", "What both sides write to each other"),
    ("wishlists", "Listings to find again, alone or with others"),
    ("about", "This API itself"),
];

/// The document before any operation: title, security, tags, and what all operations refer to.
pub fn base() -> OpenApi {
    let mut info = Info::new("Innkeep", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "A marketplace for short stays. Paths work with and without a slash at their end. Money is in minor \
         units; dates are local to the listing, instants are UTC."
            .to_owned(),
    );
    info.license =
        Some(LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build());
    info.contact = Some(ContactBuilder::new().name(Some("The maintainers of Innkeep")).build());
    let tags = TAGS
        .iter()
        .map(|(name, description)| {
            utoipa::openapi::tag::TagBuilder::new().name(*name).description(Some(*description)).build()
        })
        .collect::<Vec<_>>();
    OpenApiBuilder::new()
        .info(info)
        // Wherever it is served: the paths are below the same base as this document.
        .servers(Some([ServerBuilder::new()
            .url("/")
            .description(Some("Where this document is served: local, staging or production"))
            .build()]))
        .tags(Some(tags))
        .components(Some(components()))
        .security(Some([SecurityRequirement::new(BEARER, Vec::<String>::new())]))
        .build()
}

fn components() -> Components {
    let mut components = Components::new();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "An access token of POST /users/login: a JWT of type at+jwt (RFC 9068), signed with EdDSA and checked as \
             RFC8725 asks. It is good for 15 minutes.",
        ))
        .build();
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    let mut schemas = vec![(ProblemDocument::name().into_owned(), ProblemDocument::schema())];
    schemas.push((FieldProblem::name().into_owned(), FieldProblem::schema()));
    components.schemas.extend(schemas);
    for (_, name, description) in crate::problem::RESPONSES {
        let content = utoipa::openapi::content::ContentBuilder::new()
            .schema(Some(RefOr::Ref(Ref::from_schema_name("Problem"))))
            .build();
        let response = ResponseBuilder::new().description(*description).content(MEDIA_TYPE, content).build();
        components.responses.insert((*name).to_owned(), RefOr::T(response));
    }
    components
}

/// One document from the routers' parts, ready to be written: see [`to_pretty_json`].
///
/// Paths lose the slash at their end, and every unsafe operation of a proved caller takes an `Idempotency-Key`,
/// if it does not say so itself. `examples` are those of `examples::add`.
pub fn document(
    parts: impl IntoIterator<Item = OpenApi>,
    recorded: &Value,
) -> Result<Value, serde_json::Error> {
    let mut all = base();
    for part in parts {
        all.merge(part);
    }
    let mut document = serde_json::to_value(&all)?;
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        let old = std::mem::take(paths);
        for (path, mut item) in old {
            if let Value::Object(operations) = &mut item {
                operations.iter_mut().for_each(|(method, operation)| add_idempotency_key(method, operation));
            }
            let trimmed = path.trim_end_matches('/');
            paths.insert(if trimmed.is_empty() { "/".to_owned() } else { trimmed.to_owned() }, item);
        }
    }
    references::restore(&mut document);
    answers::complete(&mut document);
    bounds::complete(&mut document);
    closed::complete(&mut document);
    links::complete(&mut document);
    examples::add(&mut document, recorded);
    references::forget_unused(&mut document);
    Ok(sorted(document))
}

fn add_idempotency_key(method: &str, operation: &mut Value) {
    let Value::Object(operation) = operation else { return };
    let public =
        operation.get("security").and_then(Value::as_array).is_some_and(|all| all.contains(&json!({})));
    if public || !matches!(method, "post" | "put" | "patch" | "delete") {
        return;
    }
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    let Value::Array(parameters) = parameters else { return };
    let named = |parameter: &Value| {
        let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
        name.eq_ignore_ascii_case("Idempotency-Key")
    };
    // Quoted or bare; what a key must not have are quotes and backslashes.
    let schema = json!({"type": "string", "minLength": 1, "maxLength": 257,
        "pattern": r#"^("[ !#-\[\]-~]{1,255}"|[!#-\[\]-~]([ !#-\[\]-~]{0,253}[!#-\[\]-~])?)$"#,
        "example": "5b0d7a9e-quote-1"});
    match parameters.iter_mut().find(|parameter| named(parameter)) {
        // An operation says that it requires the key; what a key looks like is said here.
        Some(parameter) => parameter["schema"] = schema,
        None => parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "The same key with the same request is done once; its answer is kept for a day.",
            "schema": schema,
        })),
    }
}

/// The same value with the members of all objects in order, whatever the map keeps.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_by(|left, right| left.0.cmp(&right.0));
            Value::Object(Map::from_iter(members))
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// The text of the committed file: two spaces, members in order, a line end at the end.
pub fn to_pretty_json(document: &Value) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(document)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::Description;

    #[expect(dead_code, reason = "described, not served")]
    #[utoipa::path(post, path = "/things/", operation_id = "create", responses((status = 201), crate::Problems))]
    fn create() {}

    #[expect(dead_code, reason = "described, not served")]
    #[utoipa::path(
        post, path = "/open", operation_id = "open", security(()), request_body = crate::dto::MoneyDto,
        responses((status = 200, body = crate::Page<crate::dto::MoneyDto>))
    )]
    fn open() {}

    fn written() -> Value {
        let (mut first, mut second) = (Description::default(), Description::default());
        first.add::<__path_create>();
        second.add::<__path_open>();
        document([first.finish(), second.finish()], &json!({})).unwrap()
    }

    #[test]
    fn paths_lose_their_slash_and_unsafe_operations_take_a_key() {
        let document = written();
        let create = &document["paths"]["/things"]["post"];
        assert_eq!(create["parameters"][0]["name"], "Idempotency-Key");
        assert_eq!(create["responses"]["422"]["$ref"], "#/components/responses/UnprocessableContent");
        let open = &document["paths"]["/open"]["post"];
        assert_eq!(open["security"], json!([{}]));
        assert!(open.get("parameters").is_none());
        assert_eq!(document["security"], json!([{"bearer": []}]));
    }

    #[test]
    fn every_reference_has_its_target() {
        let document = written();
        let text = document.to_string();
        let references: Vec<_> =
            text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(references.len() > 10);
        for reference in references {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
    }

    #[test]
    fn the_text_is_always_the_same() {
        let text = to_pretty_json(&written()).unwrap();
        assert_eq!(text, to_pretty_json(&written()).unwrap());
        let places: Vec<_> = ["\"components\"", "\"info\"", "\"openapi\"", "\"paths\""]
            .map(|name| text.find(name).unwrap())
            .into();
        assert!(places.is_sorted());
    }
}
