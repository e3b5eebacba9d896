//! What waits for what, beyond what references say, and what is left when a stack goes.

use std::collections::BTreeSet;

use tests::Template;
use tests::infra::Configuration;

/// Who waits for whom: in the template, in Terraform. Functions wait for the schema; that is compared with the functions.
const BOTH: &[(&str, &str, &str, &str)] = &[
    ("Migration", "DatabaseWriter", "aws_lambda_invocation.migration", "aws_rds_cluster_instance.writer"),
    // The cluster would make the group itself, and keep its lines for ever.
    ("Database", "DatabaseLogs", "aws_rds_cluster.this", "aws_cloudwatch_log_group.database"),
    (
        "AppDatabaseRotation",
        "RotatePermission",
        "aws_secretsmanager_secret_rotation.app_database",
        "aws_lambda_permission.rotate",
    ),
    (
        "SigningKeyRotation",
        "RotateSigningKeyPermission",
        "aws_secretsmanager_secret_rotation.signing_key",
        "aws_lambda_permission.rotate_signing_key",
    ),
    // S3 asks the queue whether it may.
    ("MediaBucket", "MediaQueuePolicy", "aws_s3_bucket_notification.media", "module.media_queue"),
    (
        "MailReportsDestination",
        "MailReportsTopicPolicy",
        "aws_ses_event_destination.mail_reports",
        "aws_sns_topic_policy.mail_reports",
    ),
];

/// One resource in the template, or one that names the other by a reference.
const TERRAFORM_ALONE: &[(&str, &str)] = &[
    ("aws_lambda_event_source_mapping.this", "aws_lambda_alias.immediate"),
    ("aws_lambda_event_source_mapping.this", "aws_lambda_alias.shifted"),
    ("aws_lambda_function_event_invoke_config.this", "aws_lambda_alias.immediate"),
    ("aws_lambda_function_event_invoke_config.this", "aws_lambda_alias.shifted"),
    ("aws_s3_bucket_lifecycle_configuration.media", "aws_s3_bucket_versioning.media"),
    ("aws_lambda_function.this", "aws_iam_role_policy.this"),
    // Whoever calls the alias calls one that is there.
    ("output.alias_arn", "aws_lambda_alias.immediate"),
    ("output.alias_arn", "aws_lambda_alias.shifted"),
];

/// How Terraform changes what CloudFormation changes by rules of its own.
const LIFECYCLES: &[(&str, &str)] = &[
    ("aws_acm_certificate.this", "create_before_destroy = true"),
    // CodeDeploy moves it.
    ("aws_lambda_alias.shifted", "ignore_changes = [\n  function_version,\n  routing_config\n]"),
];

/// Kinds of which the template must say what happens to them when they are replaced or the stack goes.
const KEEPERS: &[&str] = &[
    "AWS::DynamoDB::Table",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
];

/// Where the order or the keeping is not what it must be.
pub(super) fn disordered(template: &Template, terraform: &Configuration) -> Vec<String> {
    let pairs = |pairs: &[(&str, &str)]| -> BTreeSet<(String, String)> {
        pairs.iter().map(|(who, whom)| ((*who).to_owned(), (*whom).to_owned())).collect()
    };
    let waits = template.resources().filter_map(|(name, resource)| {
        let waits_for = resource.get("DependsOn")?.as_str().expect("one");
        (waits_for != "Migration").then(|| (name.clone(), waits_for.to_owned()))
    });
    let both: Vec<_> = BOTH.iter().map(|each| (each.0, each.1)).collect();
    let theirs: Vec<_> =
        BOTH.iter().map(|each| (each.2, each.3)).chain(TERRAFORM_ALONE.iter().copied()).collect();
    let mut wrong = Vec::new();
    for (side, wanted, found) in [
        ("SAM", pairs(&both), waits.collect::<BTreeSet<_>>()),
        ("Terraform", pairs(&theirs), terraform.order.clone()),
        ("changes", pairs(LIFECYCLES), terraform.lifecycles.clone()),
    ] {
        let differing = wanted.symmetric_difference(&found);
        wrong.extend(differing.map(|(who, whom)| format!("{side}: does {who} wait for {whom}?")));
    }
    for (name, resource) in template.resources() {
        let says = |policy: &str| resource.get(policy).is_some();
        let kind = resource["Type"].as_str().expect("a type");
        if KEEPERS.contains(&kind) && !(says("DeletionPolicy") && says("UpdateReplacePolicy")) {
            wrong.push(format!("{name}: what happens to it when the stack goes?"));
        }
    }
    wrong
}
