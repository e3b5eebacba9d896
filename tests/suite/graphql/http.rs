//! GraphQL over HTTP, edition of September 2026, as a table of audits. Those of the reference suite for servers have its names;
//! where that suite knows drafts only, the edition counts.

use serde_json::{Value, json};
use tests::System;

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

/// One request and what must come of it.
struct Audit {
    name: &'static str,
    method: &'static str,
    query: String,
    accept: Option<&'static str>,
    content_type: Option<&'static str>,
    body: String,
    status: u16,
    /// The media type of the answer.
    media: &'static str,
    /// Whether the answer has `data`.
    data: bool,
}

#[expect(clippy::needless_pass_by_value, reason = "a table of bodies that are made in their places")]
fn post(name: &'static str, accept: Option<&'static str>, body: Value, status: u16) -> Audit {
    // Plain JSON is for what went well alone: of the rest the media type tells who says it.
    let media = if accept == Some(JSON) && status < 300 { JSON } else { GRAPHQL };
    let (query, content_type) = (String::new(), Some(JSON));
    let body = body.to_string();
    Audit { name, method: "POST", query, accept, content_type, body, status, media, data: status < 300 }
}

fn get(name: &'static str, accept: Option<&'static str>, query: &str, status: u16) -> Audit {
    let query = format!("?{query}");
    Audit {
        method: "GET",
        query,
        content_type: None,
        body: String::new(),
        ..post(name, accept, json!({}), status)
    }
}

/// Those about what is accepted and how it is encoded.
fn encodings() -> Vec<Audit> {
    let ask = || json!({ "query": "{ __typename }" });
    let raw = |name, content_type, body: &str, status| Audit {
        content_type,
        body: body.to_owned(),
        ..post(name, None, json!({}), status)
    };
    let text = ask().to_string();
    vec![
        post("22EB accept graphql-response+json and match it", Some(GRAPHQL), ask(), 200),
        post("4655 accept application/json and match it", Some(JSON), ask(), 200),
        post("accept */* and use our own form", Some("*/*"), ask(), 200),
        post("accept application/* and use our own form", Some("application/*"), ask(), 200),
        post("our own form where accept is missing", None, ask(), 200),
        post(
            "BF61 accept utf-8",
            None,
            json!({ "query": "{ __type(name: \"Run🏃Swim🏊\") { name } }" }),
            200,
        ),
        raw("78D5 assume utf-8 in a request", Some(JSON), &text, 200),
        raw("take a charset that is named", Some("application/json; charset=utf-8"), &text, 200),
        raw("refuse another charset", Some("application/json; charset=utf-16"), &text, 415),
        raw("9ABE refuse a POST without content type", None, &text, 415),
        raw("refuse a form, which needs no preflight", Some("application/x-www-form-urlencoded"), &text, 415),
        raw("refuse a document by itself", Some("application/graphql"), "{ __typename }", 415),
        raw("A5BF refuse a POST without a body", Some(JSON), "", 400),
        raw("BCF8 refuse what is no JSON", Some(JSON), "{ \"not a JSON", 400),
        Audit {
            accept: Some(JSON),
            ..raw("B7N8 the same for whoever knows plain JSON alone", Some(JSON), "{ \"not a JSON", 400)
        },
        raw("refuse a body that is too large", Some(JSON), &" ".repeat(200_000), 413),
        Audit {
            media: "application/problem+json",
            ..post("406 where neither form is acceptable", Some("text/html"), ask(), 406)
        },
        Audit {
            media: GRAPHQL,
            ..post(
                "the recommended header",
                Some("application/graphql-response+json, application/json;q=0.9"),
                ask(),
                200,
            )
        },
        Audit {
            media: JSON,
            ..post(
                "quality before order",
                Some("application/graphql-response+json;q=0.5, application/json"),
                ask(),
                200,
            )
        },
    ]
}

/// Those about the four parameters.
fn parameters() -> Vec<Audit> {
    let mut audits = vec![
        post("423L refuse a missing query", None, json!({ "notquery": "{ __typename }" }), 422),
        post("8764 refuse wrong parameters", None, json!({ "qeury": "{ __typename }" }), 422),
        post(
            "3E3A refuse wrong parameters in the other form",
            Some(GRAPHQL),
            json!({ "qeury": "{ __typename }" }),
            422,
        ),
        post("pass over what is not understood", None, json!({ "query": "{ __typename }", "x": 1 }), 200),
        post("refuse a body that is a number", None, json!(7), 422),
        post("refuse a list of numbers", None, json!([7]), 422),
    ];
    for wrong in [json!({ "obj": "ect" }), json!(0), json!(false), json!(["array"])] {
        audits.push(post("LKJ refuse a query that is no text", None, json!({ "query": wrong }), 422));
        let body = json!({ "query": "{ __typename }", "operationName": wrong });
        audits.push(post("6C00 refuse an operationName that is no text", None, body, 422));
    }
    for wrong in [json!("text"), json!(0), json!(false), json!(["array"])] {
        let body = json!({ "query": "{ __typename }", "variables": wrong });
        audits.push(post("4760 refuse variables that are no map", None, body, 422));
        let body = json!({ "query": "{ __typename }", "extensions": wrong });
        audits.push(post("58B0 refuse extensions that are no map", None, body, 422));
    }
    for accept in [Some(GRAPHQL), Some(JSON)] {
        for name in ["variables", "operationName", "extensions"] {
            let body = json!({ "query": "{ __typename }", name: null });
            audits.push(post("94B0 allow null", accept, body, 200));
        }
        let named = json!({ "query": "query Query { __typename }", "operationName": "Query" });
        audits.push(post("8161 allow an operationName", accept, named, 200));
        let query = "query Type($name: String!) { __type(name: $name) { name } }";
        let body = json!({ "query": query, "variables": { "name": "sometype" } });
        audits.push(post("2EA1 allow a map of variables", accept, body, 200));
        let body = json!({ "query": "{ __typename }", "extensions": { "some": "value" } });
        audits.push(post("428F allow a map of extensions", accept, body, 200));
    }
    audits
}

/// Those about documents that are well-formed requests and not executed. Whichever form is accepted, they are told in our own.
fn documents() -> Vec<Audit> {
    let property = "query C($id: ID!) { property(id: $id) { id } }";
    let first = "query F($first: Int) { properties(first: $first) { nodes { id } } }";
    let refused = [
        ("572B, 556A a document that does not parse", json!({ "query": "{" }), 400),
        (
            "FDE2, 74FF one that is not valid",
            json!({ "query": "{ x8f31403dfe404bccbb0e835f2629c6a7 }" }),
            422,
        ),
        ("FDE2, 74FF one of unknown fields", json!({ "query": "{ nowhere }" }), 422),
        ("one without a selection where there must be one", json!({ "query": "{ viewer }" }), 422),
        (
            "7B9B, 86EE a variable that cannot be coerced",
            json!({ "query": property, "variables": { "id": null } }),
            422,
        ),
        ("a variable that is missing", json!({ "query": property }), 422),
        ("a variable of another type", json!({ "query": first, "variables": { "first": "many" } }), 422),
        (
            "an operation that is not clear",
            json!({ "query": "query A { __typename } query B { __typename }" }),
            422,
        ),
        (
            "an operation that is not there",
            json!({ "query": "query A { __typename }", "operationName": "B" }),
            422,
        ),
        ("a subscription, of which there are none", json!({ "query": "subscription { x }" }), 422),
        ("a mutation without a key", json!({ "query": "mutation { __typename }" }), 400),
        ("a list of nothing", json!([]), 422),
    ];
    let both = |(name, body, status): (&'static str, Value, u16)| {
        [Some(JSON), Some(GRAPHQL)].map(|accept| post(name, accept, body.clone(), status))
    };
    refused.into_iter().flat_map(both).collect()
}

/// Those about what was executed: it has `data`, and `errors` where a part failed.
fn executions() -> Vec<Audit> {
    let (whole, part) =
        (json!({ "query": "{ __typename }" }), json!({ "query": "{ __typename viewer { email } }" }));
    let none = json!({ "query": "{ viewer { email } }" });
    let mut audits = Vec::new();
    for accept in [Some(JSON), Some(GRAPHQL)] {
        audits.push(post("200 where nothing failed", accept, whole.clone(), 200));
        audits.push(post("294 where a part failed", accept, part.clone(), 294));
        audits.push(post("294 where the only field failed", accept, none.clone(), 294));
    }
    audits
}

/// Those about `GET`.
fn gets() -> Vec<Audit> {
    let typed =
        "query=query+T($name:String!)%7B__type(name:$name)%7Bname%7D%7D&variables=%7B%22name%22:%22x%22%7D";
    let mutation = "query=mutation+%7B__typename%7D";
    vec![
        get("5A70 a query", None, "query=%7B__typename%7D", 200),
        get("D6D5 variables as JSON", Some(GRAPHQL), typed, 200),
        get("6A70 variables as JSON", Some(JSON), typed, 200),
        get(
            "empty parameters are none",
            None,
            "query=%7B__typename%7D&variables=&operationName=&extensions=",
            200,
        ),
        get("null is a name", Some(GRAPHQL), "query=query+null%7B__typename%7D&operationName=null", 200),
        get("refuse variables that are no JSON", None, "query=%7B__typename%7D&variables=%7B", 422),
        get("refuse a missing query", None, "", 422),
        get("refuse what is too long", None, &format!("query=%7B__typename%7D&x={}", "x".repeat(8_000)), 414),
        get("9C48 no mutation", Some(GRAPHQL), mutation, 405),
        get("9C48 no mutation for plain JSON either", Some(JSON), mutation, 405),
    ]
}

#[tokio::test]
async fn every_audit_passes() {
    let system = System::start().await;
    let before = system.statements();
    let audits = [encodings(), parameters(), documents(), executions(), gets()].into_iter().flatten();
    let (mut count, mut failed) = (0, Vec::new());
    for audit in audits {
        let call = system.call(audit.method, &format!("/graphql/{}", audit.query));
        let call = if let Some(accept) = audit.accept { call.header("accept", accept) } else { call };
        let answer = match (audit.method, audit.content_type) {
            ("GET", _) => call.send().await,
            (_, Some(content_type)) => call.body(content_type, audit.body.clone()).send().await,
            (_, None) => call.raw(audit.body.clone()).send().await,
        };
        count += 1;
        let media = answer.header("content-type");
        let (named, charset) = media.split_once(';').unwrap_or((media, "charset=utf-8"));
        let well_formed =
            named == "application/problem+json" || answer.body["errors"].is_array() == (audit.status != 200);
        let right = answer.status == audit.status
            && named == audit.media
            && charset.trim() == "charset=utf-8"
            && answer.body["data"].is_object() == audit.data
            && (audit.data || answer.body.get("data").is_none())
            && (audit.status != 405 || answer.header("allow") == "POST")
            && well_formed;
        if !right {
            failed.push(format!(
                "{} ({:?}): {} {media} {}",
                audit.name, audit.accept, answer.status, answer.body
            ));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(count > 60, "{count}");
    assert_eq!(system.statements(), before, "none of it needs the database");
    system.stop().await;
}

#[tokio::test]
async fn other_methods_are_refused_and_a_head_is_a_get() {
    let system = System::start().await;
    for method in ["PUT", "PATCH", "DELETE"] {
        let answer = system.call(method, "/graphql/").json(json!({})).send().await;
        answer.refused(405, "method_not_allowed");
    }
    // A list is whole when all of it is.
    let (good, bad) = (json!({ "query": "{ __typename }" }), json!({ "query": "{ nowhere }" }));
    for (list, status) in [(json!([good, good]), 200), (json!([good, bad]), 294)] {
        system.call("POST", "/graphql/").json(list).send().await.expect(status);
    }
    let head = system.call("HEAD", "/graphql/?query=%7B__typename%7D").send().await.expect(200);
    assert_eq!(
        (head.header("content-type"), &head.body),
        ("application/graphql-response+json; charset=utf-8", &json!(""))
    );
    // A token that is not believed is told so, whatever is asked.
    let call = system.call("POST", "/graphql").bearer("x").header("accept", GRAPHQL);
    let answer = super::ask(call, "{ __typename }", json!({})).await.expect(401);
    assert_eq!(super::code(&answer), "invalid_token");
    system.stop().await;
}
