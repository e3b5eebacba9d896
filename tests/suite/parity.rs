//! `template.yaml` and `terraform/` deploy the same system.

mod inputs;
mod order;
mod removal;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tests::Template;
use tests::infra::{Configuration, Settings, configuration, configuration_in, differences, sam};

use self::inputs::{asked, told};
use self::order::disordered;

/// A deployment that leaves out what can be left out.
fn plain() -> Settings {
    Settings::from([("MailFrom", json!("innkeep@example.com"))])
}

/// A deployment that turns every switch the other way.
fn all() -> Settings {
    Settings::from([
        ("AlarmEmail", json!("on-call@example.com")),
        ("Architecture", json!("x86_64")),
        ("AuroraMaxCapacity", json!(32)),
        ("AuroraMinCapacity", json!(0)),
        ("BackupRetentionDays", json!(35)),
        ("CorsAllowOrigins", json!(["https://a.example.com", "https://b.example.com"])),
        ("DeletionProtection", json!("false")),
        ("DeploymentPreference", json!("Canary10Percent5Minutes")),
        ("DomainName", json!("api.example.com")),
        ("HostedZoneId", json!("Z123")),
        ("LogLevel", json!("warn")),
        ("LogRetentionDays", json!(90)),
        ("MailFrom", json!("innkeep@example.org")),
        ("ReserveConcurrency", json!("true")),
        ("ScheduleState", json!("DISABLED")),
        ("SecretRotationDays", json!(7)),
        ("Stage", json!("prod")),
        ("StripeApiBase", json!("https://payments.example.com")),
        ("ThrottlingBurst", json!(7)),
        ("ThrottlingRate", json!(5)),
    ])
}

fn compare(template: &Template, terraform: &Configuration, settings: &Settings) -> Vec<String> {
    differences(("SAM", &sam(template, settings)), ("Terraform", &terraform.resources))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../terraform")
}

#[test]
fn both_deploy_the_same() {
    let template = Template::read();
    for settings in [plain(), all()] {
        let wrong = compare(&template, &configuration(&settings), &settings);
        assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// A comparison of nothing with nothing would pass too.
#[test]
fn much_is_compared() {
    let resources = configuration(&all()).resources;
    let count = |kind: &str| resources.keys().filter(|name| name.starts_with(&format!("{kind} "))).count();
    assert_eq!(count("function"), Template::read().functions().len());
    assert_eq!(count("role"), count("function") + 2, "the schedule's and CodeDeploy's beside theirs");
    assert_eq!(count("aws_apigatewayv2_route"), 29);
    assert_eq!(count("aws_sqs_queue"), 11);
    assert!(count("aws_cloudwatch_metric_alarm") >= 25);
    assert!(resources.values().map(BTreeMap::len).sum::<usize>() > 900);
}

/// What is wrong beside the resources.
fn beside(template: &Template, terraform: &Configuration, settings: &Settings) -> Vec<String> {
    [asked(template, terraform), told(template, terraform, settings), disordered(template, terraform)]
        .concat()
}

#[test]
fn both_ask_for_the_same_and_tell_the_same() {
    let (template, terraform) = (Template::read(), configuration(&plain()));
    let wrong = beside(&template, &terraform, &plain());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The configuration with one text replaced by another, in a folder of its own.
fn mutated(file: &str, from: &str, to: &str) -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
            let target = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                copy(&entry.path(), &target);
            } else {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    let copied = tempfile::tempdir().unwrap();
    copy(&folder(), copied.path());
    let file = copied.path().join(file);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{} has no {from}", file.display());
    std::fs::write(file, text.replacen(from, to, 1)).unwrap();
    copied
}

/// What is changed on one side only is found, whatever it is.
#[test]
fn a_change_on_one_side_is_found() {
    let template = Template::read();
    let found_in_terraform = [
        ("functions.tf", "memory_mb       = 1769", "memory_mb       = 1768"),
        ("functions.tf", "      Action   = \"dynamodb:Scan\"\n", "      Action   = \"dynamodb:Query\"\n"),
        ("functions.tf", "    NOTIFICATIONS_QUEUE_URL = module.notifications_queue.url\n", ""),
        ("api.tf", "\"ANY /reviews/\", ", ""),
        ("modules/queue/main.tf", "maxReceiveCount     = 5", "maxReceiveCount     = 6"),
        ("modules/table/main.tf", "  point_in_time_recovery {\n    enabled = true\n  }\n", ""),
        ("modules/function/main.tf", "  function_response_types = [\"ReportBatchItemFailures\"]\n", ""),
        ("alarms.tf", "threshold   = 300", "threshold   = 301"),
        ("media.tf", "      days = 1\n", "      days = 2\n"),
        ("release.tf", "scheduler            = { function = module.scheduler.name, hook = \"\" }", ""),
    ];
    for (file, from, to) in found_in_terraform {
        let changed = mutated(file, from, to);
        let found = catch_unwind(AssertUnwindSafe(|| {
            compare(&template, &configuration_in(changed.path(), &plain()), &plain())
        }));
        assert!(found.is_err() || found.is_ok_and(|lines| !lines.is_empty()), "{file}: {from}");
    }
    let terraform = configuration(&plain()).resources;
    let text = std::fs::read_to_string(folder().join("../template.yaml")).unwrap();
    let found_in_sam = [
        ("      Timeout: 29\n", "      Timeout: 28\n"),
        ("                Action: dynamodb:Scan\n", "                Action: dynamodb:Query\n"),
        ("          MEDIA_QUEUE_URL: !Ref MediaQueue\n", ""),
        ("        Enabled: true\n", "        Enabled: false\n"),
        ("      RetentionInDays: !Ref LogRetentionDays\n", ""),
        ("        maxReceiveCount: 5\n", "        maxReceiveCount: 4\n"),
        ("    DependsOn: Migration\n", ""),
        ("          PreTraffic: !Ref ReleaseCheckFunction\n", "          PreTraffic: !Ref MigrateFunction\n"),
    ];
    for (from, to) in found_in_sam {
        assert!(text.contains(from), "the template has no {from}");
        let changed = Template::parse(&text.replacen(from, to, 1));
        let found = catch_unwind(AssertUnwindSafe(|| {
            differences(("SAM", &sam(&changed, &plain())), ("Terraform", &terraform))
        }));
        assert!(found.is_err() || found.is_ok_and(|lines| !lines.is_empty()), "{from}");
    }
}

/// Our reading of SAM's functions is SAM's own: the template as its translator writes it out says the same. It needs the
/// linters' environment (`.ci/tools`); without it there is nothing to compare with.
#[test]
fn sam_makes_of_functions_what_we_read() {
    let root = folder().join("..");
    let python = root.join(".venv/bin/python");
    if !python.is_file() {
        println!("no .venv here: .ci/tools makes it");
        return;
    }
    let expanded =
        std::process::Command::new(python).arg(".ci/expand-template").current_dir(&root).output().unwrap();
    assert!(expanded.status.success(), "{}", String::from_utf8_lossy(&expanded.stderr));
    let expanded: Value = serde_json::from_slice(&expanded.stdout).unwrap();
    let resources = &expanded["Resources"];
    let template = Template::read();
    let model = sam(&template, &plain());
    for (name, function) in template.functions() {
        let id = &function.logical_id;
        let properties = &resources[id]["Properties"];
        let leaves = &model[&format!("function innkeep-dev-{name}")];
        let number = |path: &str| leaves.get(path).cloned();
        assert_eq!(properties["MemorySize"].as_u64().map(|n| n.to_string()), number("memory_size"), "{name}");
        assert_eq!(properties["Timeout"].as_u64().map(|n| n.to_string()), number("timeout"), "{name}");
        assert_eq!(
            properties["TracingConfig"]["Mode"].as_str(),
            leaves.get("tracing_config.mode").map(String::as_str)
        );
        let variables = properties["Environment"]["Variables"].as_object().unwrap().len();
        let read = leaves.keys().filter(|path| path.starts_with("environment.variables.")).count();
        assert_eq!(variables, read, "{name}");
        let alias = &resources[format!("{id}Aliaslive")];
        assert_eq!(
            alias["Properties"]["Name"].as_str(),
            model[&format!("alias innkeep-dev-{name}")].get("name").map(String::as_str)
        );
        let shift = model.get(&format!("shift innkeep-dev-{name}"));
        let group = &resources[format!("{id}DeploymentGroup")];
        assert_eq!(group.is_object(), shift.is_some(), "{name}");
        if let Some(shift) = shift {
            assert_eq!(
                shift["rolls_back_on"],
                texts(&group["Properties"]["AutoRollbackConfiguration"]["Events"]),
                "{name}"
            );
            let style = &group["Properties"]["DeploymentStyle"];
            assert_eq!(style["DeploymentType"], shift["deployment_type"].as_str(), "{name}");
            assert_eq!(style["DeploymentOption"], shift["deployment_option"].as_str(), "{name}");
            let alarms = group["Properties"]["AlarmConfiguration"]["Alarms"].as_array().unwrap().len();
            assert_eq!(alarms, shift["alarms"].split(" | ").count(), "{name}");
            let hook = &alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["BeforeAllowTrafficHook"];
            assert_eq!(hook.is_object(), shift.contains_key("hook"), "{name}");
        }
        let mapping = resources[format!("{id}Queue")]["Properties"].clone();
        let key = format!(
            "aws_lambda_event_source_mapping arn:aws:lambda:eu-central-1:111122223333:function:innkeep-dev-{name}:live"
        );
        assert_eq!(mapping.is_object(), model.contains_key(&key), "{name}");
        if mapping.is_object() {
            assert_eq!(mapping["FunctionName"], json!({ "Ref": format!("{id}Aliaslive") }), "{name}");
            assert_eq!(mapping["BatchSize"].to_string(), model[&key]["batch_size"], "{name}");
        }
    }
}

fn texts(list: &Value) -> String {
    let mut texts: Vec<&str> = list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    texts.sort_unstable();
    texts.join(" | ")
}
