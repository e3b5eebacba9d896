//! What an HTTP API of API Gateway makes of a request and of a function's answer, in payload format 2.0:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.

use std::net::{IpAddr, Ipv4Addr};

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::Function;

/// The API's own host name, which functions see whatever the caller connected to.
const DOMAIN: &str = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com";

/// What the gateway knows of a request beside the request.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Who sent it.
    pub source_ip: IpAddr,
    /// The id that the gateway gave it.
    pub request_id: String,
    /// When it came.
    pub time: Timestamp,
}

/// Sends a request through a function. What the function fails to answer is the gateway's own 500.
pub async fn call(function: &Function, request: Request<Body>, origin: &Origin) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return own(StatusCode::BAD_REQUEST, "Bad Request");
    };
    match function.invoke(&event(&parts, &body.to_bytes(), origin)).await {
        Ok(answer) => response(&answer),
        Err(error) => {
            tracing::warn!(%error, "the integration failed");
            own(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        }
    }
}

/// The event of a request.
pub fn event(parts: &Parts, body: &Bytes, origin: &Origin) -> Value {
    let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
    let query = parts.uri.query().unwrap_or_default();
    let segment = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let route = format!("ANY /{segment}/{{proxy+}}");
    let mut event = json!({
        "version": "2.0",
        "routeKey": route,
        // An HTTP API hands the path over decoded, and the query string as it came.
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(&parts.headers, origin),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": DOMAIN,
            "domainPrefix": "a1b2c3d4e5",
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": origin.source_ip.to_string(),
                "userAgent": text(&parts.headers, &USER_AGENT),
            },
            "requestId": origin.request_id,
            "routeKey": route,
            "stage": "$default",
            "time": origin.time.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": origin.time.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    let cookies: Vec<&str> =
        parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies.iter().flat_map(|value| value.split("; ")).collect::<Vec<_>>());
    }
    if !query.is_empty() {
        event["queryStringParameters"] = parameters(query);
    }
    if !body.is_empty() {
        let (body, encoded) = encode(&parts.headers, body);
        event["body"] = Value::String(body);
        event["isBase64Encoded"] = Value::Bool(encoded);
    }
    event
}

/// The response that a function's answer becomes.
pub fn response(answer: &Value) -> Response<Body> {
    let status = answer["statusCode"].as_u64().and_then(|code| u16::try_from(code).ok());
    let Some(status) = status.and_then(|code| StatusCode::from_u16(code).ok()) else {
        return own(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
    };
    let text = answer["body"].as_str().unwrap_or_default();
    let body = if answer["isBase64Encoded"] == true {
        STANDARD.decode(text).unwrap_or_default()
    } else {
        text.as_bytes().to_vec()
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        let name = name.parse::<HeaderName>();
        let value = value.as_str().map(HeaderValue::from_str);
        if let (Ok(name), Some(Ok(value))) = (name, value) {
            response.headers_mut().append(name, value);
        }
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        if let Some(Ok(value)) = cookie.as_str().map(HeaderValue::from_str) {
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
    response
}

/// The gateway's own answers are not the application's.
fn own(status: StatusCode, message: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(json!({ "message": message }).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Names in lower case, several values of one name joined by commas, cookies apart.
fn headers(headers: &HeaderMap, origin: &Origin) -> Value {
    let mut joined = Map::new();
    for name in headers.keys().filter(|name| *name != COOKIE) {
        let values: Vec<_> = headers.get_all(name).iter().map(lossy).collect();
        joined.insert(name.as_str().to_owned(), Value::String(values.join(",")));
    }
    joined.insert(HOST.as_str().to_owned(), json!(DOMAIN));
    joined.insert("x-forwarded-for".to_owned(), json!(origin.source_ip.to_string()));
    joined.insert("x-forwarded-port".to_owned(), json!("443"));
    joined.insert("x-forwarded-proto".to_owned(), json!("https"));
    Value::Object(joined)
}

/// Several values of one name are joined by commas.
fn parameters(query: &str) -> Value {
    let mut joined: Map<String, Value> = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = match joined.get(name.as_ref()).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value.into_owned(),
        };
        joined.insert(name.into_owned(), Value::String(value));
    }
    Value::Object(joined)
}

/// Text goes as it is, everything else in Base64.
fn encode(headers: &HeaderMap, body: &Bytes) -> (String, bool) {
    let kind = text(headers, &CONTENT_TYPE);
    let textual = ["text/", "application/json", "application/javascript", "application/xml"]
        .iter()
        .any(|prefix| kind.starts_with(prefix));
    match std::str::from_utf8(body) {
        Ok(text) if textual => (text.to_owned(), false),
        _ => (STANDARD.encode(body), true),
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> String {
    headers.get(name).map(lossy).unwrap_or_default()
}

fn lossy(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// The caller that the local machine is.
impl Origin {
    /// A request from this machine.
    pub const fn local(request_id: String, time: Timestamp) -> Self {
        Self { source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST), request_id, time }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event_of(request: Request<&'static [u8]>) -> Value {
        let (parts, body) = request.into_parts();
        let time = "2020-03-12T19:03:58Z".parse().unwrap();
        event(&parts, &Bytes::from_static(body), &Origin::local("JKJaXmPLvHcESHA=".to_owned(), time))
    }

    #[test]
    fn a_request_becomes_an_event() {
        let request = Request::post("/users/a%20b/?q=caf%C3%A9&q=2&r=+")
            .header("Content-Type", "application/json; charset=utf-8")
            .header("Cookie", "a=1; b=2")
            .header("X-Twice", "1")
            .header("X-Twice", "2")
            .body(&b"{\"a\": 1}"[..])
            .unwrap();
        let event = event_of(request);
        assert_eq!(event["version"], "2.0");
        assert_eq!(event["rawPath"], "/users/a b/", "decoded");
        assert_eq!(event["rawQueryString"], "q=caf%C3%A9&q=2&r=+", "as it came");
        assert_eq!(event["queryStringParameters"], json!({ "q": "café,2", "r": " " }));
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert_eq!(event["headers"]["x-twice"], "1,2");
        assert_eq!(event["headers"]["cookie"], Value::Null);
        assert_eq!(event["body"], "{\"a\": 1}");
        assert_eq!(event["isBase64Encoded"], false);
        let context = &event["requestContext"];
        assert_eq!(context["time"], "12/Mar/2020:19:03:58 +0000");
        assert_eq!(context["timeEpoch"], 1_584_039_838_000_i64);
        assert_eq!(context["http"]["method"], "POST");
    }

    #[test]
    fn what_is_no_text_goes_in_base64() {
        let json = Request::post("/").header("content-type", "application/json");
        let event = event_of(json.body(&b"\xff"[..]).unwrap());
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("/w=="), &json!(true)));
        let bytes = Request::post("/").header("content-type", "application/octet-stream");
        let event = event_of(bytes.body(&b"a"[..]).unwrap());
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("YQ=="), &json!(true)));
        assert_eq!(event_of(Request::get("/").body(&b""[..]).unwrap())["body"], Value::Null);
    }

    #[tokio::test]
    async fn an_answer_becomes_a_response() {
        let answer = json!({
            "statusCode": 201, "headers": { "etag": "\"1\"" }, "cookies": ["a=1", "b=2"],
            "body": "/w==", "isBase64Encoded": true,
        });
        let response = response(&answer);
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["etag"], "\"1\"");
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(&body[..], b"\xff");
    }

    #[test]
    fn an_answer_without_a_status_is_the_gateways_own_500() {
        assert_eq!(response(&json!({ "message": "no" })).status(), 500);
    }
}
