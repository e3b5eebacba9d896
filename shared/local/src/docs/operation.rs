//! One operation: how to call it, what to send, what comes back.

use maud::{Markup, html};
use serde_json::Value;

use super::description::{Description, Operation, list, members, text as of};
use super::{schema, text};

/// Method and path.
pub(super) fn signature(operation: &Operation) -> Markup {
    html! {
        span.signature {
            span.method data-method=(operation.method) { (operation.method.to_uppercase()) }
            " "
            code { (operation.path) }
        }
    }
}

/// Everything about it.
pub(super) fn whole(description: &Description, operation: &Operation) -> Markup {
    let said = &operation.said;
    html! {
        section.operation id=(operation.id) aria-labelledby={ "of-" (operation.id) } {
            h2 id={ "of-" (operation.id) } { (operation.title()) " " a.anchor href={ "#" (operation.id) } aria-label="Link to this operation" { "#" } }
            p.endpoint {
                (signature(operation))
                @if operation.is_public() { span.tag { "no sign-in" } }
            }
            div.columns {
                div {
                    (text::prose(&of(&said["description"])))
                    (parameters(description, said))
                    (request_body(description, &said["requestBody"]))
                    (responses(description, &said["responses"]))
                }
                div.samples {
                    h3 { "Call" }
                    pre tabindex="0" aria-label="A call with curl" { (curl(description, operation)) }
                    @if let Some((status, example)) = answer(description, &said["responses"]) {
                        h3 { "Answer " (status) }
                        pre tabindex="0" aria-label="An answer" { (pretty(example)) }
                    }
                }
            }
        }
    }
}

fn parameters(description: &Description, said: &Value) -> Markup {
    let all: Vec<&Value> =
        list(&said["parameters"]).map(|parameter| description.resolve(parameter).0).collect();
    let groups = [("path", "In the path"), ("query", "In the query"), ("header", "Headers")];
    html! {
        @for (place, title) in groups {
            @let of_place: Vec<&&Value> = all.iter().filter(|parameter| parameter["in"] == place).collect();
            @if !of_place.is_empty() {
                h3 { (title) }
                ul.members {
                    @for parameter in of_place {
                        li {
                            (schema::entry(description, &of(&parameter["name"]), &parameter["schema"], parameter["required"] == true))
                            @if let Some(about) = parameter["description"].as_str() { p { (text::line(about)) } }
                        }
                    }
                }
            }
        }
    }
}

fn request_body(description: &Description, body: &Value) -> Markup {
    html! {
        @for (media, content) in members(&body["content"]) {
            h3 { "Body " code { (media) } }
            (schema::tree(description, &content["schema"]))
        }
    }
}

fn responses(description: &Description, responses: &Value) -> Markup {
    let (good, bad): (Vec<_>, Vec<_>) = members(responses).partition(|(status, _)| !is_refusal(status));
    html! {
        h3 { "Answers" }
        @for (status, response) in good {
            @let (response, _) = description.resolve(response);
            details.answer {
                summary { strong { (status) } " " (text::line(&of(&response["description"]))) }
                @for (name, header) in members(&response["headers"]) {
                    @if *name == "ETag" || *name == "Location" || *name == "Link" {
                        p { code { (name) } " " (text::line(&of(&description.resolve(header).0["description"]))) }
                    }
                }
                @for (media, content) in members(&response["content"]) {
                    p.muted { (media) ": " (schema::kind(description, &content["schema"])) }
                    (schema::tree(description, &content["schema"]))
                }
            }
        }
        details.answer {
            summary { "Refusals " span.muted { (bad.iter().map(|(status, _)| status.as_str()).collect::<Vec<_>>().join(", ")) } }
            ul.members {
                @for (status, response) in bad {
                    @let (response, _) = description.resolve(response);
                    li { strong { (status) } " " (text::line(&of(&response["description"]))) }
                }
            }
            p { "Each is a problem document; see the " a href="/problems" { "problem types" } "." }
        }
    }
}

fn is_refusal(status: &str) -> bool {
    status.starts_with('4') || status.starts_with('5')
}

/// An example of the first answer that is no refusal.
fn answer<'a>(description: &'a Description, responses: &'a Value) -> Option<(&'a str, &'a Value)> {
    members(responses).filter(|(status, _)| !is_refusal(status)).find_map(|(status, response)| {
        let (response, _) = description.resolve(response);
        let example = members(&response["content"]).find_map(|(_, content)| example(content))?;
        Some((status.as_str(), example))
    })
}

fn example(content: &Value) -> Option<&Value> {
    content
        .get("example")
        .or_else(|| members(&content["examples"]).find_map(|(_, example)| example.get("value")))
}

/// A call that can be pasted into a shell.
fn curl(description: &Description, operation: &Operation) -> String {
    let mut lines = vec![format!("curl \"$api{}\"", operation.path.replace('{', "$").replace('}', ""))];
    if operation.method != "get" {
        lines[0] = format!(
            "curl -X {} \"$api{}\"",
            operation.method.to_uppercase(),
            operation.path.replace('{', "$").replace('}', "")
        );
    }
    if !operation.is_public() {
        lines.push("-H \"authorization: Bearer $token\"".to_owned());
    }
    for parameter in list(&operation.said["parameters"]).map(|parameter| description.resolve(parameter).0) {
        if parameter["in"] == "header" && parameter["required"] == true {
            lines.push(header(&of(&parameter["name"])));
        }
    }
    if let Some((media, content)) = members(&operation.said["requestBody"]["content"]).next() {
        lines.push(format!("-H 'content-type: {media}'"));
        if let Some(example) = example(content) {
            lines.push(format!("-d '{}'", pretty(example).replace('\'', "'\\''")));
        }
    }
    lines.join(" \\\n  ")
}

fn header(name: &str) -> String {
    match name {
        "Idempotency-Key" => "-H \"idempotency-key: $(uuidgen)\"".to_owned(),
        "If-Match" => "-H \"if-match: $etag\"".to_owned(),
        other => format!("-H '{}: …'", other.to_lowercase()),
    }
}

fn pretty(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}
