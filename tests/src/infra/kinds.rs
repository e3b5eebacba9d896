//! The kinds of resources that both sides have under other names, and how the names go together. Where a side spells out
//! what the other one takes for granted, that is said here, with its value.

/// A kind of resource.
pub(crate) struct Kind {
    /// CloudFormation's type.
    pub(crate) cloudformation: &'static str,
    /// Terraform's type.
    pub(crate) terraform: &'static str,
    /// What tells two of it apart, by Terraform's names.
    pub(crate) key: &'static [&'static str],
    /// CloudFormation's paths in snake case, and what Terraform calls them.
    pub(crate) renames: &'static [(&'static str, &'static str)],
    /// What only CloudFormation says, with its one value; `*` as below.
    pub(crate) only_cloudformation: &'static [(&'static str, &'static str)],
    /// What only Terraform says, with its one value; `*` where any will do, and one must be.
    pub(crate) only_terraform: &'static [(&'static str, &'static str)],
}

const fn kind(
    cloudformation: &'static str,
    terraform: &'static str,
    key: &'static [&'static str],
    renames: &'static [(&'static str, &'static str)],
) -> Kind {
    Kind { cloudformation, terraform, key, renames, only_cloudformation: &[], only_terraform: &[] }
}

impl Kind {
    const fn but_terraform(self, only_terraform: &'static [(&'static str, &'static str)]) -> Self {
        Self { only_terraform, ..self }
    }

    const fn but_cloudformation(self, only_cloudformation: &'static [(&'static str, &'static str)]) -> Self {
        Self { only_cloudformation, ..self }
    }
}

/// Kinds with one resource on each side.
pub(crate) const KINDS: &[Kind] = &[
    kind("AWS::ApiGatewayV2::Api", "aws_apigatewayv2_api", &["name"], &[]),
    kind("AWS::ApiGatewayV2::Stage", "aws_apigatewayv2_stage", &["name"], &[("stage_name", "name")]),
    kind("AWS::ApiGatewayV2::Route", "aws_apigatewayv2_route", &["route_key"], &[]),
    kind(
        "AWS::ApiGatewayV2::DomainName",
        "aws_apigatewayv2_domain_name",
        &["domain_name"],
        &[("domain_name_configurations", "domain_name_configuration")],
    ),
    kind("AWS::ApiGatewayV2::ApiMapping", "aws_apigatewayv2_api_mapping", &["domain_name"], &[]),
    kind(
        "AWS::CertificateManager::Certificate",
        "aws_acm_certificate",
        &["domain_name"],
        &[
            ("domain_validation_options.hosted_zone_id", "zone_id"),
            ("domain_validation_options.domain_name", "proved_name"),
        ],
    )
    .but_cloudformation(&[("proved_name", "*")]),
    kind("AWS::Lambda::Permission", "aws_lambda_permission", &["function_name", "source_arn"], &[]),
    kind("AWS::Logs::LogGroup", "aws_cloudwatch_log_group", &["name"], &[("log_group_name", "name")]),
    kind("AWS::Scheduler::ScheduleGroup", "aws_scheduler_schedule_group", &["name"], &[]),
    kind("AWS::Scheduler::Schedule", "aws_scheduler_schedule", &["name"], &[]),
    kind(
        "AWS::SQS::Queue",
        "aws_sqs_queue",
        &["name"],
        &[
            ("queue_name", "name"),
            ("visibility_timeout", "visibility_timeout_seconds"),
            ("message_retention_period", "message_retention_seconds"),
            ("receive_message_wait_time_seconds", "receive_wait_time_seconds"),
        ],
    ),
    kind(
        "AWS::SQS::QueuePolicy",
        "aws_sqs_queue_policy",
        &["queue_url"],
        &[("queues", "queue_url"), ("policy_document", "policy")],
    ),
    kind(
        "AWS::DynamoDB::Table",
        "aws_dynamodb_table",
        &["name"],
        &[
            ("table_name", "name"),
            ("attribute_definitions.attribute_name", "attribute.name"),
            ("attribute_definitions.attribute_type", "attribute.type"),
            ("key_schema.attribute_name", "hash_key"),
            ("time_to_live_specification", "ttl"),
            (
                "point_in_time_recovery_specification.point_in_time_recovery_enabled",
                "point_in_time_recovery.enabled",
            ),
            ("sse_specification.sse_enabled", "server_side_encryption.enabled"),
        ],
    )
    .but_cloudformation(&[("key_schema.key_type", "HASH")]),
    kind("AWS::EC2::VPC", "aws_vpc", &["cidr_block"], &[("tags.value", "tags.name")])
        .but_cloudformation(&[("tags.key", "Name")]),
    kind("AWS::EC2::Subnet", "aws_subnet", &["cidr_block"], &[]),
    kind(
        "AWS::EC2::SecurityGroup",
        "aws_security_group",
        &["description"],
        &[
            ("group_description", "description"),
            ("security_group_egress.cidr_ip", "egress.cidr_blocks"),
            ("security_group_egress.ip_protocol", "egress.protocol"),
            ("security_group_egress.description", "egress.description"),
        ],
    )
    .but_terraform(&[("name_prefix", "*"), ("egress.from_port", "0"), ("egress.to_port", "0")]),
    kind(
        "AWS::RDS::DBSubnetGroup",
        "aws_db_subnet_group",
        &["description"],
        &[("db_subnet_group_description", "description")],
    )
    .but_terraform(&[("name", "*")]),
    kind(
        "AWS::RDS::DBCluster",
        "aws_rds_cluster",
        &["cluster_identifier"],
        &[
            ("db_cluster_identifier", "cluster_identifier"),
            ("serverless_v2_scaling_configuration", "serverlessv2_scaling_configuration"),
            ("enable_cloudwatch_logs_exports", "enabled_cloudwatch_logs_exports"),
        ],
    )
    .but_terraform(&[("final_snapshot_identifier", "*"), ("skip_final_snapshot", "false")]),
    kind(
        "AWS::RDS::DBInstance",
        "aws_rds_cluster_instance",
        &["cluster_identifier"],
        &[
            ("db_cluster_identifier", "cluster_identifier"),
            ("db_instance_class", "instance_class"),
            ("enable_performance_insights", "performance_insights_enabled"),
        ],
    )
    .but_terraform(&[("identifier_prefix", "*")]),
    kind("AWS::SecretsManager::Secret", "aws_secretsmanager_secret", &["description"], &[])
        .but_terraform(&[("name_prefix", "*")]),
    kind(
        "AWS::SecretsManager::RotationSchedule",
        "aws_secretsmanager_secret_rotation",
        &["secret_id"],
        &[("rotate_immediately_on_update", "rotate_immediately")],
    ),
    kind(
        "AWS::SES::ConfigurationSet",
        "aws_ses_configuration_set",
        &["name"],
        &[("reputation_options.reputation_metrics_enabled", "reputation_metrics_enabled")],
    ),
    kind(
        "AWS::SES::ConfigurationSetEventDestination",
        "aws_ses_event_destination",
        &["name"],
        &[
            ("event_destination.name", "name"),
            ("event_destination.enabled", "enabled"),
            ("event_destination.matching_event_types", "matching_types"),
            ("event_destination.sns_destination", "sns_destination"),
        ],
    ),
    kind("AWS::SNS::Topic", "aws_sns_topic", &["name"], &[("topic_name", "name")]),
    kind(
        "AWS::SNS::TopicPolicy",
        "aws_sns_topic_policy",
        &["arn"],
        &[("topics", "arn"), ("policy_document", "policy")],
    ),
    kind("AWS::SNS::Subscription", "aws_sns_topic_subscription", &["endpoint"], &[]),
    kind(
        "AWS::CloudWatch::Alarm",
        "aws_cloudwatch_metric_alarm",
        &["alarm_name"],
        &[
            ("metrics.*.metric_stat.metric", "metric_query.*.metric"),
            ("metrics.*.metric_stat", "metric_query.*.metric"),
            ("metrics", "metric_query"),
        ],
    ),
    kind("AWS::CloudWatch::Dashboard", "aws_cloudwatch_dashboard", &["dashboard_name"], &[]),
    kind("AWS::CodeDeploy::Application", "aws_codedeploy_app", &["compute_platform"], &[])
        .but_terraform(&[("name", "*")]),
    kind("AWS::S3::BucketPolicy", "aws_s3_bucket_policy", &["bucket"], &[("policy_document", "policy")]),
];

/// What CloudFormation says in one bucket and Terraform in resources of their own: the property, the type, the names.
pub(crate) type BucketPart = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The parts of a bucket.
pub(crate) const BUCKET_PARTS: &[BucketPart] = &[
    (
        "BucketEncryption",
        "aws_s3_bucket_server_side_encryption_configuration",
        &[(
            "server_side_encryption_configuration.server_side_encryption_by_default",
            "rule.apply_server_side_encryption_by_default",
        )],
    ),
    ("OwnershipControls", "aws_s3_bucket_ownership_controls", &[("rules", "rule")]),
    ("PublicAccessBlockConfiguration", "aws_s3_bucket_public_access_block", &[]),
    ("VersioningConfiguration", "aws_s3_bucket_versioning", &[("status", "versioning_configuration.status")]),
    (
        "CorsConfiguration",
        "aws_s3_bucket_cors_configuration",
        &[
            ("cors_rules.exposed_headers", "cors_rule.expose_headers"),
            ("cors_rules.max_age", "cors_rule.max_age_seconds"),
            ("cors_rules", "cors_rule"),
        ],
    ),
    (
        "LifecycleConfiguration",
        "aws_s3_bucket_lifecycle_configuration",
        &[
            ("rules.*.prefix", "rule.*.filter.prefix"),
            ("rules.*.expiration_in_days", "rule.*.expiration.days"),
            ("rules.*.expired_object_delete_marker", "rule.*.expiration.expired_object_delete_marker"),
            ("rules", "rule"),
        ],
    ),
    (
        "NotificationConfiguration",
        "aws_s3_bucket_notification",
        &[
            ("queue_configurations.event", "queue.events"),
            ("queue_configurations.queue", "queue.queue_arn"),
            ("queue_configurations.filter.s3_key.rules.value", "queue.filter_prefix"),
            ("queue_configurations.filter.s3_key.rules.name", "queue.filter_by"),
        ],
    ),
];
