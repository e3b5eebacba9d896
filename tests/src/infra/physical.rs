//! What AWS calls a resource, made from the name that the deployment gives it. Resources without a name of their own
//! (roles, secrets, subnets) are called by what tells them apart.

use serde_json::Value;

/// The region that is deployed to.
pub(crate) const REGION: &str = "eu-central-1";
/// The account that is deployed to.
pub(crate) const ACCOUNT: &str = "111122223333";
/// The version that this deployment publishes of each function.
const NEW: &str = "NEW";

/// The ARN of a regional resource.
pub(crate) fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

fn text(body: &Value, name: &str) -> Option<String> {
    body[name].as_str().map(ToOwned::to_owned)
}

/// An attribute of a resource, by Terraform's names of type and attribute; `body` holds what the resource is given.
pub(crate) fn attribute(kind: &str, attribute: &str, body: &Value) -> Option<String> {
    let name = |field: &str| text(body, field);
    match (kind, attribute) {
        ("aws_lambda_function", "arn") => {
            Some(arn("lambda", &format!("function:{}", name("function_name")?)))
        }
        ("aws_lambda_function", "alias_arn") => {
            Some(arn("lambda", &format!("function:{}:live", name("function_name")?)))
        }
        ("aws_lambda_function", "qualified_arn") => {
            Some(arn("lambda", &format!("function:{}:{NEW}", name("function_name")?)))
        }
        ("aws_lambda_function", "version") => Some(NEW.to_owned()),
        ("aws_sqs_queue", "arn") => Some(arn("sqs", &name("name")?)),
        ("aws_sqs_queue", "url" | "id") => {
            Some(format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{}", name("name")?))
        }
        ("aws_dynamodb_table", "arn") => Some(arn("dynamodb", &format!("table/{}", name("name")?))),
        ("aws_secretsmanager_secret", "arn" | "id") => Some(format!("secret {}", name("description")?)),
        ("aws_rds_cluster", "arn") => Some(arn("rds", &format!("cluster:{}", name("cluster_identifier")?))),
        ("aws_rds_cluster", "secret_arn") => Some(format!("secret of {}", name("cluster_identifier")?)),
        ("aws_s3_bucket", "arn") => Some(format!("arn:aws:s3:::{}", name("bucket")?)),
        ("aws_s3_bucket", "id") => name("bucket"),
        ("aws_apigatewayv2_api", "id") => Some(format!("api-{}", name("name")?)),
        ("aws_apigatewayv2_api", "api_endpoint") => {
            Some(format!("https://api-{}.execute-api.{REGION}.amazonaws.com", name("name")?))
        }
        ("aws_apigatewayv2_api", "execution_arn") => {
            Some(arn("execute-api", &format!("api-{}", name("name")?)))
        }
        ("aws_apigatewayv2_stage" | "aws_ses_configuration_set", "id") => name("name"),
        ("aws_apigatewayv2_integration", "id") => Some(format!(
            "{} {} {}",
            name("integration_type")?,
            name("payload_format_version")?,
            name("integration_uri")?
        )),
        ("aws_apigatewayv2_domain_name", "id") => name("domain_name"),
        ("aws_apigatewayv2_domain_name", "target_domain_name") => {
            Some(format!("target of {}", name("domain_name")?))
        }
        ("aws_apigatewayv2_domain_name", "hosted_zone_id") => {
            Some(format!("zone of {}", name("domain_name")?))
        }
        ("aws_acm_certificate", "arn") => Some(format!("certificate of {}", name("domain_name")?)),
        (
            "aws_acm_certificate",
            part @ ("resource_record_name" | "resource_record_type" | "resource_record_value"),
        ) => Some(format!("{part} of {}", name("domain_name")?)),
        ("aws_route53_record", "fqdn") => Some("a record".to_owned()),
        ("aws_cloudwatch_log_group", "arn") => Some(arn("logs", &format!("log-group:{}", name("name")?))),
        ("aws_sns_topic", "arn") => Some(arn("sns", &name("name")?)),
        ("aws_scheduler_schedule_group", "arn") => {
            Some(arn("scheduler", &format!("schedule-group/{}", name("name")?)))
        }
        ("aws_codedeploy_app", "name") => Some("the application".to_owned()),
        ("aws_vpc", "id") => Some("the network".to_owned()),
        ("aws_subnet", "id") => Some(format!("subnet {}", name("cidr_block")?)),
        ("aws_db_subnet_group", "name") => Some(format!("subnets {}", name("description")?)),
        ("aws_security_group", "id") => Some(format!("group {}", name("description")?)),
        (_, given) => name(given),
    }
}

/// A role is called by its one policy.
pub(crate) fn role(policy: &str) -> String {
    format!("role {policy}")
}
