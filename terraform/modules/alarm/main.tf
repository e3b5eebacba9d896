# An alarm on one metric that must not be above a threshold.

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = "innkeep-${var.stage}-${var.name}"
  alarm_description   = "${var.description} docs/operations/runbook.md#${var.section}"
  namespace           = var.namespace
  metric_name         = var.metric_name
  dimensions          = var.dimensions
  statistic           = var.statistic
  extended_statistic  = var.extended_statistic
  period              = 60
  evaluation_periods  = var.minutes
  threshold           = var.threshold
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
}
