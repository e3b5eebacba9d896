//! What the function answers, over its finished router.

use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use platform::Env;
use tower::ServiceExt;

struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    text: String,
}

async fn send(method: &str, path: &str) -> Answer {
    let service =
        web::finish(crate::router(), web::Edge::stateless(&Env::from_map(std::collections::HashMap::new())));
    let request = Request::builder().method(method).uri(path).body(axum::body::Body::empty()).unwrap();
    let (parts, body) = service.oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

#[tokio::test]
async fn a_wrong_path_gets_a_problem_document() {
    for path in ["/", "/nowhere", "/users/x/y/"] {
        let answer = send("GET", path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
        let problem: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(problem["code"], "not_found");
        assert_eq!(problem["type"], "/problems/not_found");
        assert_eq!(problem["instance"], answer.headers["x-request-id"].to_str().unwrap());
    }
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let answer = send("POST", "/problems/").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers[header::ALLOW], "GET,HEAD");
    assert!(answer.text.contains("method_not_allowed"));
}

#[tokio::test]
async fn every_problem_type_has_its_page() {
    let list = send("GET", "/problems/").await;
    assert_eq!(list.status, StatusCode::OK);
    assert_eq!(list.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    for kind in web::problem::PROBLEMS {
        assert!(list.text.contains(&format!("/problems/{}", kind.code)));
        let page = send("GET", &format!("/problems/{}", kind.code)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains(kind.explanation));
    }
    assert_eq!(send("GET", "/problems/nothing").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_description_is_served() {
    let answer = send("GET", "/openapi.json").await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    let document: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/problems/{code}"]["get"]["security"][0].as_object().unwrap().is_empty());
}
