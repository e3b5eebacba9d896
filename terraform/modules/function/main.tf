# A function with its role, its log group, its alias and what moves the alias.

locals {
  full_name = "innkeep-${var.shared.stage}-${var.name}"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${local.full_name}"
  retention_in_days = var.shared.log_retention_days
}

resource "aws_iam_role" "this" {
  name_prefix = "${substr(local.full_name, 0, 37)}-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = var.name
  role = aws_iam_role.this.id
  # X-Ray knows no resources.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.this.arn}:*"
      },
      {
        Sid      = "Traces"
        Effect   = "Allow"
        Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
        Resource = "*"
      },
    ], var.statements)
  })
}

resource "aws_lambda_function" "this" {
  function_name                  = local.full_name
  s3_bucket                      = var.shared.bundles_bucket
  s3_key                         = "${var.shared.release}/${var.name}.zip"
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.shared.architecture]
  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  role                           = aws_iam_role.this.arn
  reserved_concurrent_executions = var.reserved_concurrency
  publish                        = true

  environment {
    variables = merge({ STAGE = var.shared.stage, LOG_LEVEL = var.shared.log_level }, var.variables)
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = "Active"
  }

  # Without its policy it could neither log nor be given a queue.
  depends_on = [aws_iam_role_policy.this]
}

# What everybody calls. CodeDeploy moves it from the version that it was made with; deploy/shift asks it to.
resource "aws_lambda_alias" "shifted" {
  count = var.shifted ? 1 : 0

  name             = "live"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version

  lifecycle {
    ignore_changes = [function_version, routing_config]
  }
}

resource "aws_lambda_alias" "immediate" {
  count = var.shifted ? 0 : 1

  name             = "live"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_codedeploy_deployment_group" "this" {
  count = var.shifted ? 1 : 0

  app_name               = var.shared.codedeploy_app
  deployment_group_name  = var.name
  deployment_config_name = "CodeDeployDefault.Lambda${var.shared.deployment_preference}"
  service_role_arn       = var.shared.codedeploy_role_arn

  deployment_style {
    deployment_type   = "BLUE_GREEN"
    deployment_option = "WITH_TRAFFIC_CONTROL"
  }

  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
  }

  alarm_configuration {
    enabled = true
    alarms  = concat([aws_cloudwatch_metric_alarm.errors.alarm_name], var.rollback_alarms)
  }
}

resource "aws_lambda_function_event_invoke_config" "this" {
  count = var.retries == null ? 0 : 1

  function_name                = aws_lambda_function.this.function_name
  qualifier                    = "live"
  maximum_event_age_in_seconds = var.retries.max_age_seconds
  maximum_retry_attempts       = var.retries.attempts

  depends_on = [aws_lambda_alias.shifted, aws_lambda_alias.immediate]
}

resource "aws_lambda_event_source_mapping" "this" {
  count = var.queue == null ? 0 : 1

  event_source_arn        = var.queue.arn
  function_name           = "${aws_lambda_function.this.arn}:live"
  batch_size              = var.queue.batch_size
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.queue.concurrency
  }

  depends_on = [aws_lambda_alias.shifted, aws_lambda_alias.immediate]
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${local.full_name}-errors"
  alarm_description   = "The function failed, timed out or panicked. docs/operations/runbook.md#function-errors"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.shared.alarm_topic_arn]
}
