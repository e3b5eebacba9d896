//! How the API behaves as HTTP: conditions, methods, media types, compression, versions, traces, other origins.

use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};
use tests::System;

/// What every answer carries, whatever it says.
const OF_ALL: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("api-version", "2026-11-01"),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_not_sent_again_until_it_shows_something_else() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let path = format!("/properties/{property}/");
    let read = guest.call("GET", &path).send().await.expect(200);
    let tag = read.header("etag").to_owned();
    let again = guest.call("GET", &path).header("if-none-match", &tag).send().await.expect(304);
    assert_eq!((again.header("etag"), &again.body), (tag.as_str(), &json!("")));
    guest.call("GET", &path).header("if-none-match", &format!("\"x\", W/{tag}")).send().await.expect(304);
    guest.call("GET", &path).header("if-none-match", "\"v1\"").send().await.expect(200);
    // The host sees the street in the same version: that is another answer.
    let own = host.call("GET", &path).header("if-none-match", &tag).send().await.expect(200);
    assert_ne!(own.header("etag"), tag);
    // The tag that was read is good for a change, whatever it showed; once.
    let change = |tag: &str| {
        host.call("PATCH", &path).header("if-match", tag).json(json!({ "title": "Another title" })).send()
    };
    change(own.header("etag")).await.expect(200);
    change(own.header("etag")).await.refused(412, "precondition_failed");
    guest.call("GET", &path).header("if-none-match", &tag).send().await.expect(200);
    host.call("PATCH", &path)
        .json(json!({ "title": "Mine" }))
        .send()
        .await
        .refused(428, "precondition_required");
    // One's own profile, too.
    let me = guest.call("GET", "/users/me/").send().await.expect(200);
    let tag = me.header("etag");
    guest.call("GET", "/users/me/").header("if-none-match", tag).send().await.expect(304);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_are_answered_by_what_there_is() {
    let system = System::start().await;
    let person = system.person("Ida").await;
    let get = person.call("GET", "/users/me/").send().await.expect(200);
    let head = person.call("HEAD", "/users/me/").send().await.expect(200);
    assert_eq!(head.body, json!(""));
    for name in ["etag", "content-type", "content-length"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    person.call("HEAD", "/users/me/").header("if-none-match", get.header("etag")).send().await.expect(304);
    let options = system.call("OPTIONS", "/users/me/").send().await.expect(204);
    for method in ["GET", "HEAD", "PATCH", "DELETE"] {
        assert!(options.header("allow").contains(method), "{}", options.header("allow"));
    }
    for (method, path) in
        [("PUT", "/users/me/"), ("DELETE", "/properties/"), ("TRACE", "/bookings/"), ("POST", "/problems/")]
    {
        let answer = system.call(method, path).send().await.refused(405, "method_not_allowed");
        assert!(answer.header("allow").contains("GET"), "{method} {path}");
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_get_what_they_accept() {
    let system = System::start().await;
    let person = system.person("Jo").await;
    for accept in ["application/json", "*/*", "application/*;q=0.5, text/html", "text/html, */*;q=0.1"] {
        person.call("GET", "/users/me/").header("accept", accept).send().await.expect(200);
    }
    for accept in ["text/html", "application/xml, text/*", "application/json;q=0"] {
        let answer = person.call("GET", "/users/me/").header("accept", accept).send().await;
        answer.refused(406, "not_acceptable");
        // Nothing was done.
        let change = json!({ "name": "Not Jo" });
        let answer = person.call("PATCH", "/users/me/").header("accept", accept).json(change).send().await;
        answer.refused(406, "not_acceptable");
    }
    let me = person.call("GET", "/users/me/").send().await.expect(200);
    assert_eq!(me.body["name"], "Jo");
    system.call("GET", "/problems/").header("accept", "text/html").send().await.expect(200);
    system.call("GET", "/problems/").header("accept", "application/json").send().await.expect(406);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_answers_are_packed_for_those_who_ask() {
    let system = System::start().await;
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let url = format!("{}/openapi.json", system.url());
    let plain = client.get(&url).send().await.unwrap();
    assert_eq!(plain.headers()["vary"], "accept-encoding");
    assert!(!plain.headers().contains_key("content-encoding"));
    let plain = plain.bytes().await.unwrap();
    let packed = client.get(&url).header("accept-encoding", "gzip, br").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let packed = packed.bytes().await.unwrap();
    assert!(packed.len() * 5 < plain.len(), "{} of {}", packed.len(), plain.len());
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(packed.as_ref()).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain);
    // Tokens are never packed.
    let person = system.person("Kay").await;
    let login = json!({ "email": person.email, "password": crate::identity::PASSWORD });
    let answer = system
        .call("POST", "/users/login/")
        .header("accept-encoding", "gzip")
        .json(login)
        .send()
        .await
        .expect(200);
    assert_eq!(answer.header("content-encoding"), "");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_dated_and_traces_go_on() {
    let system = System::start().await;
    let asked = |version: &str| system.call("GET", "/properties/").header("api-version", version).send();
    asked("2026-11-01").await.expect(200);
    let unknown = asked("2020-01-01").await.refused(400, "api_version_unknown");
    assert_eq!(unknown.body["versions"], json!(["2026-11-01"]));
    for path in ["/properties/", "/users/me/", "/nowhere/"] {
        let answer = system.call("GET", path).send().await;
        for (name, value) in OF_ALL {
            assert_eq!(answer.header(name), value, "{path}: {name}");
        }
        if answer.status >= 400 {
            assert_eq!(answer.body["instance"], answer.header("x-request-id"), "{path}");
        }
    }
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let traced = system.call("GET", "/properties/").header("traceparent", parent).send().await.expect(200);
    let own = traced.header("traceparent");
    assert!(
        own.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && own.ends_with("-01") && own != parent,
        "{own}"
    );
    for broken in ["00-00000000000000000000000000000000-00f067aa0ba902b7-01", "ff-x", "nonsense"] {
        let answer =
            system.call("GET", "/properties/").header("traceparent", broken).send().await.expect(200);
        assert!(!answer.header("traceparent").contains("00000000000000000000000000000000"), "{broken}");
    }
    // What somebody's token opened is kept by no cache.
    let person = system.person("Lou").await;
    let me = person.call("GET", "/users/me/").send().await.expect(200);
    assert_eq!(me.header("cache-control"), "no-store");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_origins_may_call_as_the_template_says() {
    let system = System::start().await;
    let preflight = system
        .call("OPTIONS", "/bookings/")
        .header("origin", "https://shop.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,idempotency-key")
        .send()
        .await
        .expect(204);
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
    assert_eq!(preflight.header("access-control-allow-credentials"), "", "tokens, never cookies");
    let list = |name: &str| {
        let mut names: Vec<String> =
            preflight.header(name).split(',').map(|name| name.trim().to_owned()).collect();
        names.sort();
        names
    };
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let template = std::fs::read_to_string(template).unwrap();
    let said = template.split("CorsConfiguration:").nth(1).unwrap();
    let of_template = |name: &str| {
        let rest = said.split(&format!("{name}:")).nth(1).unwrap();
        let items = rest.lines().skip(1).map(str::trim).take_while(|line| line.starts_with("- "));
        let mut names: Vec<String> = items.map(|line| line[2..].to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(list("access-control-allow-headers"), of_template("AllowHeaders"));
    assert_eq!(list("access-control-expose-headers"), of_template("ExposeHeaders"));
    let answer =
        system.call("GET", "/properties/").header("origin", "https://shop.example").send().await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let refused = system.call("GET", "/users/me/").header("origin", "https://shop.example").send().await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, "*"));
    let own = system.call("GET", "/properties/").send().await.expect(200);
    assert_eq!(own.header("access-control-allow-origin"), "");
    system.stop().await;
}

/// A problem's type leads to a page about it.
#[tokio::test(flavor = "multi_thread")]
async fn every_problem_has_a_page_at_its_type() {
    let system = System::start().await;
    for kind in web::problem::PROBLEMS {
        let page = system.call("GET", &format!("/problems/{}", kind.code)).send().await.expect(200);
        let Value::String(html) = &page.body else { panic!("{}: {:#}", kind.code, page.body) };
        assert!(html.contains(kind.title) && html.contains(kind.code), "{}", kind.code);
    }
    let refused = system.call("GET", "/users/me/").send().await.expect(401);
    system.call("GET", refused.body["type"].as_str().unwrap()).send().await.expect(200);
    system.stop().await;
}
