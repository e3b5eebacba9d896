//! Which rights a function has by `template.yaml`, and which it uses: every call to AWS passes an observer that stands
//! before the stand-in.

use std::collections::{BTreeSet, HashMap};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::TRANSFER_ENCODING;
use axum::response::Response;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::template::{DeployedFunction, Template};

/// One right: an action and the resource it is on, by the name that the template gives it.
pub type Right = (String, String);

/// The variables that say where the services are, with the observer's reading of a call to each.
const SERVICES: [(&str, Read); 6] = [
    ("AWS_ENDPOINT_URL_RDS_DATA", rds_data),
    ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb),
    ("AWS_ENDPOINT_URL_SQS", sqs),
    ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets),
    ("AWS_ENDPOINT_URL_SESV2", ses),
    ("AWS_ENDPOINT_URL_S3", s3),
];

/// A call, as IAM would see it: actions with what they are on, as the call names it; a line break parts it from what is
/// meant in it.
type Read = fn(&Call) -> Vec<(String, String)>;

/// The largest request of any of these services.
const MAX_BODY: usize = 64 << 20;

struct Call {
    method: String,
    path: String,
    target: String,
    body: Value,
}

/// What Lambda, X-Ray and the queue's mapping do in a function's name: nothing that its code calls.
pub fn is_the_platforms(action: &str) -> bool {
    ["logs:", "xray:", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        .iter()
        .any(|prefix| action.starts_with(prefix))
}

/// What the template lets a function do.
///
/// # Panics
/// Where its role says more than what it allows.
pub fn granted(template: &Template, function: &DeployedFunction) -> BTreeSet<Right> {
    let role = template.properties(&logical(&function.properties["Role"]));
    let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_array();
    let statements = statements.unwrap_or_else(|| panic!("{} has no statements", function.name));
    let mut rights = BTreeSet::new();
    for statement in statements {
        assert_eq!(statement["Effect"], "Allow");
        for action in list(&statement["Action"]) {
            let action = action.as_str().expect("an action's name").to_owned();
            for resource in list(&statement["Resource"]) {
                rights.insert((action.clone(), logical(resource)));
            }
        }
    }
    rights
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// The resource that an expression is about, with what follows its ARN: `MediaBucket/uploads/*`.
fn logical(expression: &Value) -> String {
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    if let Some(name) = text(&expression["Ref"]) {
        return name;
    }
    if let Some(name) = text(&expression["Fn::GetAtt"][0]).or_else(|| text(&expression["Fn::GetAtt"])) {
        return name.split('.').next().unwrap_or_default().to_owned();
    }
    let pattern = text(&expression["Fn::Sub"]).or_else(|| text(&expression["Fn::Sub"][0]));
    let pattern =
        pattern.or_else(|| text(expression)).unwrap_or_else(|| panic!("say here what {expression} is"));
    // The ARN of an identity, or of a configuration set, ends with what it is of.
    let own = ["identity/", "configuration-set/"]
        .iter()
        .find_map(|kind| pattern.split_once(kind))
        .map_or(pattern.as_str(), |(_, own)| own);
    own.replace("${", "").replace(".Arn}", "").replace('}', "")
}

/// What a function did.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    calls: Arc<Mutex<BTreeSet<(String, String)>>>,
}

impl Observed {
    /// The rights that the calls so far needed. `values` are the variables that the function was started with: a call names
    /// what one of them names, and the template says which resource that is.
    ///
    /// # Panics
    /// Where a call was about something that no variable names.
    pub fn needed(
        &self,
        template: &Template,
        function: &DeployedFunction,
        values: &HashMap<String, String>,
    ) -> BTreeSet<Right> {
        let calls = self.calls.lock().expect("the calls");
        let globals = template.globals()["Function"]["Environment"]["Variables"].as_object();
        let resource = |named: &str| {
            let (name, rest) = named.split_once('\n').unwrap_or((named, ""));
            let mut variables = function.variables.iter().chain(globals.into_iter().flatten());
            let known =
                variables.find(|(variable, _)| values.get(*variable).is_some_and(|value| value == name));
            let expression = known.unwrap_or_else(|| panic!("{}: what is {name}?", function.name)).1;
            if rest.is_empty() { logical(expression) } else { format!("{}/{rest}", logical(expression)) }
        };
        calls.iter().map(|(action, named)| (action.clone(), resource(named))).collect()
    }
}

/// Puts observers before the services that `variables` name, and names them instead.
#[expect(clippy::implicit_hasher, reason = "the variables are the stack's own")]
pub async fn observe(variables: &mut HashMap<String, String>, tasks: &mut JoinSet<()>) -> Observed {
    let observed = Observed::default();
    for (variable, read) in SERVICES {
        let Some(upstream) = variables.get_mut(variable) else { continue };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let upstream = std::mem::replace(upstream, format!("http://{address}"));
        let state = Observer { upstream, read, observed: observed.clone(), client: reqwest::Client::new() };
        let router = Router::new().fallback(pass_on).with_state(Arc::new(state));
        tasks.spawn(async move { axum::serve(listener, router).await.expect("an observer") });
    }
    observed
}

struct Observer {
    upstream: String,
    read: Read,
    observed: Observed,
    client: reqwest::Client,
}

async fn pass_on(State(observer): State<Arc<Observer>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, MAX_BODY).await.expect("a body");
    let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let call = Call {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        target: target.and_then(|target| target.split('.').next_back()).unwrap_or_default().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    observer.observed.calls.lock().expect("the calls").extend((observer.read)(&call));

    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    // Host stays as it was signed.
    let request = observer.client.request(parts.method, format!("{}{path}", observer.upstream));
    let answer = match request.headers(parts.headers).body(body).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let gone = Response::builder().status(502).body(Body::from(error.to_string()));
            return gone.expect("a response");
        }
    };
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        // How long it is, the connection to the caller says for itself.
        if name != TRANSFER_ENCODING {
            response = response.header(name, value);
        }
    }
    let body = answer.bytes().await.expect("the whole answer");
    response.body(Body::from(body)).expect("a response")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn rds_data(call: &Call) -> Vec<(String, String)> {
    let action = match call.path.as_str() {
        "/Execute" => "ExecuteStatement",
        "/BatchExecute" => "BatchExecuteStatement",
        "/BeginTransaction" => "BeginTransaction",
        "/CommitTransaction" => "CommitTransaction",
        "/RollbackTransaction" => "RollbackTransaction",
        other => panic!("the Data API has no {other}"),
    };
    vec![
        (format!("rds-data:{action}"), text(&call.body["resourceArn"])),
        // The service reads the credentials in the caller's name.
        ("secretsmanager:GetSecretValue".to_owned(), text(&call.body["secretArn"])),
    ]
}

fn dynamodb(call: &Call) -> Vec<(String, String)> {
    let action = |action: &str, table: &Value| (format!("dynamodb:{action}"), text(table));
    match call.target.as_str() {
        "TransactWriteItems" => {
            let items = call.body["TransactItems"].as_array().into_iter().flatten();
            let parts = items.flat_map(|item| item.as_object().into_iter().flatten());
            let parts = parts.map(|(kind, item)| match kind.as_str() {
                "ConditionCheck" => action("ConditionCheckItem", &item["TableName"]),
                kind => action(&format!("{kind}Item"), &item["TableName"]),
            });
            parts.collect()
        }
        "BatchGetItem" | "BatchWriteItem" | "TransactGetItems" => panic!("say here what {} is", call.target),
        target => vec![action(target, &call.body["TableName"])],
    }
}

fn sqs(call: &Call) -> Vec<(String, String)> {
    // A batch needs the right of a single message.
    let action = call.target.trim_end_matches("Batch");
    vec![(format!("sqs:{action}"), text(&call.body["QueueUrl"]))]
}

fn secrets(call: &Call) -> Vec<(String, String)> {
    vec![(format!("secretsmanager:{}", call.target), text(&call.body["SecretId"]))]
}

fn ses(call: &Call) -> Vec<(String, String)> {
    assert_eq!((call.method.as_str(), call.path.as_str()), ("POST", "/v2/email/outbound-emails"));
    ["FromEmailAddress", "ConfigurationSetName"]
        .map(|name| ("ses:SendEmail".to_owned(), text(&call.body[name])))
        .to_vec()
}

fn s3(call: &Call) -> Vec<(String, String)> {
    let action = match call.method.as_str() {
        "GET" | "HEAD" => "GetObject",
        "PUT" | "POST" => "PutObject",
        "DELETE" => "DeleteObject",
        other => panic!("say here what {other} is"),
    };
    let (bucket, key) = call.path.trim_start_matches('/').split_once('/').unwrap_or_default();
    let folder = key.split('/').next().unwrap_or_default();
    vec![(format!("s3:{action}"), format!("{bucket}\n{folder}/*"))]
}
