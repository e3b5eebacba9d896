//! What `template.yaml` deploys is what the code is and asks for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};

use domain::messages::Topic;
use local::plan;
use platform::{Aws, Env};
use serde_json::{Value, json};
use tests::{DeployedFunction, Template};

/// Variables that only the local plane sets; deployed, the code does without.
const LOCAL_ONLY: &[&str] = &[platform::clock::CLOCK_FILE, "AWS_ENDPOINT_URL_S3", web::LIMITS];

fn function_crates() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// The name of a topic's resources.
fn titled(topic: Topic) -> &'static str {
    match topic {
        Topic::Payments => "Payments",
        Topic::Notifications => "Notifications",
        Topic::Media => "Media",
        Topic::Webhooks => "Webhooks",
        Topic::Feeds => "Feeds",
    }
}

/// What a name of the template becomes where the stage is `local`.
fn local_name(value: &Value) -> String {
    value["Fn::Sub"].as_str().expect("a name with the stage").replace("${Stage}", "local")
}

/// A value that is a list, or the one element of it.
fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    }
}

/// The statements that allow something, of a role.
fn allowed(properties: &Value) -> Vec<&Value> {
    list(&properties["Policies"])
        .into_iter()
        .flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]))
        .filter(|statement| statement["Effect"] == "Allow")
        .collect()
}

fn role_of<'t>(template: &'t Template, function: &DeployedFunction) -> &'t Value {
    let role = function.properties["Role"]["Fn::GetAtt"].as_str().expect("a role");
    template.properties(role.strip_suffix(".Arn").expect("a role's ARN"))
}

#[test]
fn every_function_is_deployed() {
    let deployed: BTreeSet<String> = Template::read().functions().into_keys().collect();
    assert_eq!(deployed, function_crates());
}

/// The variables that `start` looks up in an environment where all are set.
fn looked_up(start: impl FnOnce(&Env)) -> BTreeSet<String> {
    let names = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&names);
    start(&Env::from_lookup(move |name| {
        seen.lock().unwrap().insert(name.to_owned());
        Some("http://127.0.0.1:1".to_owned())
    }));
    let names = names.lock().unwrap().clone();
    names.into_iter().filter(|name| !LOCAL_ONLY.contains(&name.as_str())).collect()
}

/// Clients that nobody calls.
fn aws() -> Aws {
    let variables = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let variables: HashMap<_, _> = variables.map(|name| (name.to_owned(), "local".to_owned())).into();
    Aws::from_env(&Env::from_map(variables)).unwrap()
}

/// What each function's `main` reads.
async fn reads(name: &str) -> BTreeSet<String> {
    let aws = aws();
    if name == "migrate" {
        // It goes to work at once where it can; where nothing is set, it says all that it wants.
        let run = migrate::run(&Env::from_map(HashMap::new()), &aws).await;
        let Err(migrate::RunError::Config(error)) = run else { panic!("it ran: {run:?}") };
        return error.missing.into_iter().collect();
    }
    looked_up(|env| match name {
        "users" => drop(users::UsersState::from_env(env, &aws).unwrap()),
        "properties" => drop(properties::PropertiesState::from_env(env, &aws).unwrap()),
        "bookings" => drop(web::App::from_env(env, &aws, bookings::TOPICS).unwrap()),
        "payments" => drop(payments::PaymentsState::from_env(env, &aws).unwrap()),
        "reviews" => drop(web::App::from_env(env, &aws, reviews::TOPICS).unwrap()),
        "graphql" => drop(graphql::GraphqlState::from_env(env, &aws).unwrap()),
        "messages" => drop(web::App::from_env(env, &aws, messages::TOPICS).unwrap()),
        "wishlists" => drop(web::App::from_env(env, &aws, wishlists::TOPICS).unwrap()),
        "fallback" => drop(web::Edge::stateless(env)),
        "payments-worker" => drop(payments_worker::Worker::from_env(env, &aws).unwrap()),
        "notifications-worker" => drop(notifications_worker::Worker::from_env(env, &aws).unwrap()),
        "webhooks" => drop(webhooks::WebhooksState::from_env(env, &aws).unwrap()),
        "webhooks-worker" => drop(webhooks_worker::Worker::from_env(env, &aws).unwrap()),
        "feeds-worker" => drop(feeds_worker::Worker::from_env(env, &aws).unwrap()),
        "media-worker" => drop(media_worker::Worker::from_env(env, &aws).unwrap()),
        "scheduler" => drop(scheduler::Scheduler::from_env(env, &aws).unwrap()),
        "release-check" => drop(release_check::ReleaseCheck::from_env(env, &aws).unwrap()),
        "rotate" => drop(rotate::Rotation::from_env(env, &aws).unwrap()),
        unknown => panic!("say here what {unknown} reads"),
    })
}

#[tokio::test]
async fn each_function_is_told_what_it_reads_and_no_more() {
    let template = Template::read();
    let globals = template.global_variables();
    assert_eq!(globals, BTreeSet::from(["LOG_LEVEL".to_owned(), "STAGE".to_owned()]));
    let mut wrong = Vec::new();
    for (name, function) in template.functions() {
        let told: BTreeSet<String> = function.variables.keys().cloned().collect();
        let read: BTreeSet<String> = reads(&name).await.difference(&globals).cloned().collect();
        wrong.extend(told.difference(&read).map(|variable| format!("{name} never reads {variable}")));
        wrong.extend(read.difference(&told).map(|variable| format!("{name} is not told {variable}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_resource_that_a_function_is_told_of_it_may_use() {
    let template = Template::read();
    for (name, function) in template.functions() {
        let role = json!(allowed(role_of(&template, &function))).to_string();
        for (variable, value) in &function.variables {
            let told = value["Ref"].as_str().or_else(|| value["Fn::GetAtt"].as_str()).unwrap_or_default();
            let resource = told.split('.').next().unwrap_or_default();
            let kind = template.resource(resource).map(|resource| resource["Type"].as_str().unwrap());
            // Who is told where the API is does not call it.
            if kind.is_some_and(|kind| kind != "AWS::ApiGatewayV2::Api") {
                assert!(
                    role.contains(resource),
                    "{name}: {variable} names {resource}, and its role does not"
                );
            }
        }
    }
}

#[test]
fn each_function_sends_to_the_queues_that_it_is_told_of() {
    let template = Template::read();
    for (name, function) in template.functions() {
        let told = function.variables.iter().filter(|(variable, _)| variable.ends_with("_QUEUE_URL"));
        let told: BTreeSet<String> =
            told.map(|(_, value)| format!("{}.Arn", value["Ref"].as_str().expect("a queue"))).collect();
        let may: BTreeSet<String> = allowed(role_of(&template, &function))
            .into_iter()
            .filter(|statement| list(&statement["Action"]).contains(&&json!("sqs:SendMessage")))
            .flat_map(|statement| list(&statement["Resource"]))
            .map(|resource| resource["Fn::GetAtt"].as_str().expect("a queue").to_owned())
            .collect();
        assert_eq!(told, may, "{name} is told of the left and may send to the right");
    }
}

#[test]
fn nobody_else_reads_the_signing_key() {
    let template = Template::read();
    let readers: BTreeSet<String> = template
        .functions()
        .into_iter()
        .filter(|(_, function)| {
            json!(allowed(role_of(&template, function))).to_string().contains("SigningKeySecret")
        })
        .map(|(name, _)| name)
        .collect();
    let those = ["migrate", "rotate", "users"];
    assert_eq!(readers, those.map(str::to_owned).into());
}

#[test]
fn no_role_has_a_wildcard() {
    let template = Template::read();
    let mut roles = BTreeSet::new();
    for (name, function) in template.functions() {
        let role = function.properties["Role"].to_string();
        assert!(roles.insert(role), "{name} shares its role");
    }
    for (name, role) in template.of_type("AWS::IAM::Role") {
        assert!(role["ManagedPolicyArns"].is_null(), "{name} has policies of somebody else");
        for statement in allowed(role) {
            for action in list(&statement["Action"]) {
                let action = action.as_str().expect("an action");
                assert!(!action.contains('*'), "{name} may {action}");
            }
            assert!(statement["NotAction"].is_null() && statement["NotResource"].is_null(), "{name}");
            if list(&statement["Resource"]).contains(&&json!("*")) {
                // X-Ray knows no resources, and CodeDeploy asks for alarms without naming them.
                let sid = statement["Sid"].as_str().expect("a name");
                assert!(matches!(sid, "Traces" | "Alarms"), "{name}: {statement}");
            }
        }
    }
}

#[test]
fn each_function_has_time_limits_and_logs_that_end() {
    let template = Template::read();
    let http: BTreeSet<&str> =
        plan::ROUTES.iter().map(|(_, function)| *function).chain([plan::DEFAULT_ROUTE]).collect();
    for (name, function) in template.functions() {
        // The gateway gives up after 30 s.
        let limit = if http.contains(name.as_str()) { 29 } else { 900 };
        assert!(function.timeout.as_secs() <= limit, "{name}: {:?}", function.timeout);
        let group = function.properties["LoggingConfig"]["LogGroup"]["Ref"].as_str().expect("a log group");
        assert_eq!(template.resource(group).expect("declared")["Type"], "AWS::Logs::LogGroup");
        assert!(template.properties(group)["RetentionInDays"].is_object(), "{name}'s logs stay for ever");
    }
}

#[test]
fn queues_are_those_of_the_plan() {
    let template = Template::read();
    let planned: BTreeSet<&str> = plan::QUEUES.iter().map(|plan| plan.topic.code()).collect();
    assert_eq!(planned, Topic::ALL.iter().map(|topic| topic.code()).collect());
    for plan in plan::QUEUES {
        let title = titled(plan.topic);
        let queue = template.properties(&format!("{title}Queue"));
        assert_eq!(local_name(&queue["QueueName"]), plan::queue_name(plan.topic));
        assert_eq!(queue["VisibilityTimeout"], plan.visibility_seconds, "{title}");
        assert_eq!(queue["ReceiveMessageWaitTimeSeconds"], plan::RECEIVE_WAIT_SECONDS, "{title}");
        assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], plan::MAX_RECEIVE_COUNT, "{title}");
        let letters = format!("{title}DeadLetters");
        assert_eq!(
            queue["RedrivePolicy"]["deadLetterTargetArn"],
            json!({ "Fn::GetAtt": format!("{letters}.Arn") })
        );
        assert_eq!(
            local_name(&template.properties(&letters)["QueueName"]),
            plan::dead_letters_name(plan.topic)
        );
    }
}

#[test]
fn each_queue_has_a_worker_that_reports_failures_one_by_one() {
    let template = Template::read();
    let functions = template.functions();
    for plan in plan::QUEUES {
        let title = titled(plan.topic);
        let name = format!("{}-worker", plan.topic.code());
        let worker = &functions[&name];
        let events = worker.properties["Events"].as_object().expect("events");
        assert_eq!(events.len(), 1, "{name}");
        let mapping = &events.values().next().unwrap()["Properties"];
        assert_eq!(mapping["Queue"], json!({ "Fn::GetAtt": format!("{title}Queue.Arn") }));
        assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{name}");
        assert_eq!(mapping["BatchSize"], plan.batch_size, "{name}");
        assert_eq!(mapping["ScalingConfig"]["MaximumConcurrency"], plan.concurrency, "{name}");
        // A throttled batch must not be delivered twice at once: six times, says AWS.
        assert!(u64::from(plan.visibility_seconds) >= 6 * worker.timeout.as_secs(), "{name}");
    }
    let mapped = functions.values().filter(|function| !function.properties["Events"].is_null()).count();
    assert_eq!(mapped, plan::QUEUES.len(), "no mapping beside those of the queues");
    assert!(template.of_type("AWS::Lambda::EventSourceMapping").is_empty());
}

#[test]
fn tables_are_those_of_the_plan() {
    let template = Template::read();
    let tables = template.of_type("AWS::DynamoDB::Table");
    let names: BTreeSet<String> = tables.values().map(|table| local_name(&table["TableName"])).collect();
    assert_eq!(names, plan::TABLES.iter().map(|(_, name)| (*name).to_owned()).collect());
    for (name, table) in tables {
        assert_eq!(table["KeySchema"], json!([{ "AttributeName": "pk", "KeyType": "HASH" }]), "{name}");
        assert_eq!(
            table["AttributeDefinitions"],
            json!([{ "AttributeName": "pk", "AttributeType": "S" }]),
            "{name}"
        );
        assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true, "{name}");
        // Keys and anchors stay; everything else ends by itself.
        let ends = table["TimeToLiveSpecification"]["Enabled"] == true;
        assert_eq!(ends, !["KeysTable", "AnchorsTable"].contains(&name), "{name}");
        if ends {
            assert_eq!(table["TimeToLiveSpecification"]["AttributeName"], "expires_at", "{name}");
        }
    }
}

/// The function behind each route key.
fn routes(template: &Template) -> BTreeMap<String, String> {
    let functions: HashMap<String, String> = template
        .functions()
        .into_iter()
        .map(|(name, function)| (format!("{}.Alias", function.logical_id), name))
        .collect();
    let route = |properties: &Value| {
        let target = properties["Target"]["Fn::Sub"].as_str().expect("a target").to_owned();
        let integration = target.trim_start_matches("integrations/${").trim_end_matches('}');
        let integration = template.properties(integration);
        assert_eq!(integration["PayloadFormatVersion"], "2.0", "{target}");
        let function = integration["IntegrationUri"]["Ref"].as_str().expect("a function");
        (properties["RouteKey"].as_str().expect("a route key").to_owned(), functions[function].clone())
    };
    template.of_type("AWS::ApiGatewayV2::Route").into_values().map(route).collect()
}

#[test]
fn routes_are_those_of_the_gateway() {
    let mut expected = BTreeMap::from([("$default".to_owned(), plan::DEFAULT_ROUTE.to_owned())]);
    for (prefix, function) in plan::ROUTES {
        expected.insert(format!("ANY /{prefix}/{{proxy+}}"), function.to_owned());
        // Nothing is at the bare path of well-known documents.
        if prefix != ".well-known" {
            expected.insert(format!("ANY /{prefix}"), function.to_owned());
            expected.insert(format!("ANY /{prefix}/"), function.to_owned());
        }
    }
    assert_eq!(routes(&Template::read()), expected);
}

#[test]
fn the_gateway_may_call_what_it_routes_to() {
    let template = Template::read();
    let permissions: Vec<(String, String)> = template
        .of_type("AWS::Lambda::Permission")
        .into_values()
        .filter(|permission| permission["Principal"] == "apigateway.amazonaws.com")
        .map(|permission| {
            let alias = permission["FunctionName"]["Ref"].as_str().expect("a function");
            let function = alias.strip_suffix(".Alias").expect("what the integration calls").to_owned();
            (function, permission["SourceArn"]["Fn::Sub"].as_str().expect("a source").to_owned())
        })
        .collect();
    let functions = template.functions();
    for (route, name) in routes(&template) {
        let function = &functions[&name].logical_id;
        let path = route.trim_start_matches("ANY ").trim_end_matches("/{proxy+}").trim_end_matches('/');
        let may = permissions.iter().any(|(callee, source)| {
            let pattern = source.rsplit("${HttpApi}").next().unwrap_or_default();
            let pattern = pattern.trim_end_matches('*').trim_end_matches('/');
            callee == function && pattern.ends_with(path)
        });
        assert!(may, "{route}: the gateway may not call {name}");
    }
}

#[test]
fn uploads_are_told_to_the_media_queue() {
    let template = Template::read();
    let bucket = template.properties("MediaBucket");
    let told = &bucket["NotificationConfiguration"]["QueueConfigurations"][0];
    assert_eq!(told["Queue"], json!({ "Fn::GetAtt": "MediaQueue.Arn" }));
    assert_eq!(told["Filter"]["S3Key"]["Rules"], json!([{ "Name": "prefix", "Value": plan::UPLOAD_PREFIX }]));
}

#[test]
fn the_owner_of_the_database_is_nobody_who_serves() {
    for (name, function) in Template::read().functions() {
        let Some(secret) = function.variables.get("DB_SECRET_ARN") else { continue };
        let owner = json!({ "Fn::GetAtt": "Database.MasterUserSecret.SecretArn" });
        let as_owner = matches!(name.as_str(), "migrate" | "rotate");
        assert_eq!(*secret == owner, as_owner, "{name} works as {secret}");
    }
}

/// Each version is looked at before traffic moves to it, and an alarm moves it back.
#[test]
fn traffic_moves_by_codedeploy() {
    let template = Template::read();
    let probed: BTreeSet<&str> = release_check::CHECKS.iter().map(|check| check.function).collect();
    for (name, function) in template.functions() {
        let preference = &function.properties["DeploymentPreference"];
        let called_by_clients = !matches!(name.as_str(), "migrate" | "release-check" | "rotate");
        assert_eq!(preference.is_object(), called_by_clients, "{name}");
        let hooked = preference["Hooks"]["PreTraffic"] == json!({ "Ref": "ReleaseCheckFunction" });
        assert_eq!(hooked, probed.contains(name.as_str()), "{name}");
        if called_by_clients {
            let alarms = list(&preference["Alarms"]);
            let own =
                json!({ "Ref": format!("{}ErrorsAlarm", function.logical_id.trim_end_matches("Function")) });
            assert!(alarms.contains(&&own), "{name}: {alarms:?}");
        }
    }
    assert_eq!(probed.len(), release_check::CHECKS.len());
}

/// The schema is up to date before any function changes that works on it.
#[test]
fn migrations_come_first() {
    let template = Template::read();
    let migration = template.properties("Migration");
    assert_eq!(migration["ServiceToken"], json!({ "Ref": "MigrateFunction.Alias" }));
    assert_eq!(migration["Release"], json!({ "Ref": "MigrateFunction.Version" }), "each release");
    for (name, function) in template.functions() {
        let waits = template.resource(&function.logical_id).unwrap()["DependsOn"] == "Migration";
        let uses = name != "migrate" && function.variables.contains_key("DB_CLUSTER_ARN");
        assert_eq!(waits, uses, "{name}");
    }
}

/// What the code counts is what the dashboard shows, and no alarm waits for a metric that nobody sends.
#[test]
fn figures_are_shown() {
    let template = Template::read();
    let body = template.properties("Dashboard")["DashboardBody"]["Fn::Sub"].as_str().expect("a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    let widgets = list(&body["widgets"]).into_iter();
    let own = |metric: &&Value| metric[0] == platform::figures::NAMESPACE;
    let shown: BTreeSet<&str> = widgets
        .flat_map(|widget| list(&widget["properties"]["metrics"]))
        .filter(own)
        .inspect(|metric| assert_eq!(metric[2], platform::figures::DIMENSION))
        .map(|metric| metric[1].as_str().expect("a name"))
        .collect();
    assert_eq!(shown, services::figures::ALL.iter().copied().collect());
    for (name, alarm) in template.of_type("AWS::CloudWatch::Alarm") {
        if alarm["Namespace"] == platform::figures::NAMESPACE {
            assert!(shown.contains(alarm["MetricName"].as_str().expect("a metric")), "{name}");
        }
    }
}

/// Whoever is woken finds what to do.
/// CloudWatch takes no alarm over more than ten metrics.
#[test]
fn each_function_that_somebody_waits_for_is_in_one_alarm_on_throttles() {
    let template = Template::read();
    let mut watched = BTreeSet::new();
    for (name, alarm) in template.of_type("AWS::CloudWatch::Alarm") {
        let metrics: Vec<&Value> = list(&alarm["Metrics"]);
        let stats: Vec<&Value> = metrics.iter().filter_map(|metric| metric.get("MetricStat")).collect();
        assert!(stats.len() <= 10, "{name} watches {}", stats.len());
        for stat in stats.iter().filter(|stat| stat["Metric"]["MetricName"] == "Throttles") {
            let function = stat["Metric"]["Dimensions"][0]["Value"]["Ref"].as_str().unwrap().to_owned();
            assert!(watched.insert(function.clone()), "{function} is watched twice");
        }
    }
    // Nobody waits for these: a deployment, or the rotation, says itself when it failed.
    let silent = ["migrate", "release-check", "rotate"];
    let functions = template.functions();
    let waited_for = functions.values().filter(|function| !silent.contains(&function.name.as_str()));
    assert_eq!(watched, waited_for.map(|function| function.logical_id.clone()).collect());
}

#[test]
fn every_alarm_has_a_section_of_the_runbook() {
    let runbook =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations/runbook.md"));
    let runbook = runbook.expect("the runbook");
    let sections: BTreeSet<String> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|title| title.to_lowercase().replace(' ', "-"))
        .collect();
    for (name, alarm) in Template::read().of_type("AWS::CloudWatch::Alarm") {
        let said = alarm["AlarmDescription"].as_str().expect("a description");
        let section = said.split_once("docs/operations/runbook.md#").map(|(_, section)| section.trim());
        assert!(section.is_some_and(|section| sections.contains(section)), "{name}: {said}");
    }
}

/// The resource that an ARN is of.
fn resource_of(arn: &Value) -> Option<String> {
    let text = ["Ref", "Fn::GetAtt", "Fn::Sub"].iter().find_map(|name| arn[*name].as_str())?;
    let text = text.strip_prefix("${").unwrap_or(text);
    text.split(['.', '}']).next().map(str::to_owned)
}

/// What a function may use is what it is told of, or what its queue brings: rights that nobody uses are not given.
#[test]
fn a_role_has_nothing_beyond_what_its_function_is_told_of() {
    let template = Template::read();
    let mut wrong = Vec::new();
    for (name, function) in template.functions() {
        let told = json!([function.variables, function.properties["Events"]]).to_string();
        for statement in allowed(role_of(&template, &function)) {
            let sid = statement["Sid"].as_str().expect("a name");
            // Its own log, traces, the mail's sender, and the application that asks it.
            if matches!(sid, "Logs" | "Traces" | "Mail" | "Verdict") {
                continue;
            }
            for arn in list(&statement["Resource"]) {
                match resource_of(arn) {
                    Some(resource) if told.contains(&resource) => {}
                    other => wrong.push(format!("{name}: {sid} names {other:?}, and no variable does")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
