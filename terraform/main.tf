# Innkeep: a marketplace for short stays. One function per group of endpoints behind an HTTP API, workers behind queues,
# Aurora PostgreSQL by the Data API, DynamoDB for hot keys. template.yaml deploys the same system with SAM, and a test
# holds the two together: what is changed here is changed there.

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  has_domain = var.domain_name != ""
  public_url = local.has_domain ? "https://${var.domain_name}" : aws_apigatewayv2_api.this.api_endpoint

  sqs_arn_prefix = "arn:${local.partition}:sqs:${var.region}:${local.account_id}"
  media_bucket   = "innkeep-${var.stage}-media-${local.account_id}-${var.region}"

  shared = {
    stage                 = var.stage
    architecture          = var.architecture
    log_level             = var.log_level
    log_retention_days    = var.log_retention_days
    bundles_bucket        = var.bundles_bucket
    release               = var.release
    alarm_topic_arn       = aws_sns_topic.alarms.arn
    codedeploy_app        = aws_codedeploy_app.this.name
    codedeploy_role_arn   = aws_iam_role.deploy.arn
    deployment_preference = var.deployment_preference
  }
}
