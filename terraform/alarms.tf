# Unencrypted on purpose: alarms cannot publish to a topic under the account's default key, and they hold no secrets.
resource "aws_sns_topic" "alarms" {
  name = "innkeep-${var.stage}-alarms"
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alarms.arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.alarms.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "alarms" {
  count = var.alarm_email == "" ? 0 : 1

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

module "payments_dead_letters_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "payments-dead-letters"
  description = "Messages were given up."
  section     = "dead-letters"
  namespace   = "AWS/SQS"
  metric_name = "ApproximateNumberOfMessagesVisible"
  dimensions  = { QueueName = module.payments_queue.dead_letters_name }
  statistic   = "Maximum"
  threshold   = 0
  topic_arn   = aws_sns_topic.alarms.arn
}

module "notifications_dead_letters_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "notifications-dead-letters"
  description = "Messages were given up."
  section     = "dead-letters"
  namespace   = "AWS/SQS"
  metric_name = "ApproximateNumberOfMessagesVisible"
  dimensions  = { QueueName = module.notifications_queue.dead_letters_name }
  statistic   = "Maximum"
  threshold   = 0
  topic_arn   = aws_sns_topic.alarms.arn
}

module "webhooks_dead_letters_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "webhooks-dead-letters"
  description = "Messages were given up."
  section     = "dead-letters"
  namespace   = "AWS/SQS"
  metric_name = "ApproximateNumberOfMessagesVisible"
  dimensions  = { QueueName = module.webhooks_queue.dead_letters_name }
  statistic   = "Maximum"
  threshold   = 0
  topic_arn   = aws_sns_topic.alarms.arn
}

module "media_dead_letters_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "media-dead-letters"
  description = "Messages were given up."
  section     = "dead-letters"
  namespace   = "AWS/SQS"
  metric_name = "ApproximateNumberOfMessagesVisible"
  dimensions  = { QueueName = module.media_queue.dead_letters_name }
  statistic   = "Maximum"
  threshold   = 0
  topic_arn   = aws_sns_topic.alarms.arn
}

module "feeds_dead_letters_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "feeds-dead-letters"
  description = "Messages were given up."
  section     = "dead-letters"
  namespace   = "AWS/SQS"
  metric_name = "ApproximateNumberOfMessagesVisible"
  dimensions  = { QueueName = module.feeds_queue.dead_letters_name }
  statistic   = "Maximum"
  threshold   = 0
  topic_arn   = aws_sns_topic.alarms.arn
}

module "schedule_dead_letters_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "schedule-dead-letters"
  description = "The schedule could not reach its function."
  section     = "the-schedule"
  namespace   = "AWS/SQS"
  metric_name = "ApproximateNumberOfMessagesVisible"
  dimensions  = { QueueName = aws_sqs_queue.schedule_dead_letters.name }
  statistic   = "Maximum"
  threshold   = 0
  topic_arn   = aws_sns_topic.alarms.arn
}

module "payments_age_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "payments-age"
  description = "A payment has waited for its worker for more than five minutes."
  section     = "queues"
  namespace   = "AWS/SQS"
  metric_name = "ApproximateAgeOfOldestMessage"
  dimensions  = { QueueName = module.payments_queue.name }
  statistic   = "Maximum"
  threshold   = 300
  topic_arn   = aws_sns_topic.alarms.arn
}

module "notifications_age_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "notifications-age"
  description = "A mail has waited for its worker for more than a quarter of an hour."
  section     = "queues"
  namespace   = "AWS/SQS"
  metric_name = "ApproximateAgeOfOldestMessage"
  dimensions  = { QueueName = module.notifications_queue.name }
  statistic   = "Maximum"
  threshold   = 900
  topic_arn   = aws_sns_topic.alarms.arn
}

module "webhooks_age_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "webhooks-age"
  description = "An event has waited for its worker for more than a quarter of an hour."
  section     = "queues"
  namespace   = "AWS/SQS"
  metric_name = "ApproximateAgeOfOldestMessage"
  dimensions  = { QueueName = module.webhooks_queue.name }
  statistic   = "Maximum"
  threshold   = 900
  topic_arn   = aws_sns_topic.alarms.arn
}

module "mail_bounces_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "mail-bounces"
  description = "One mail in twenty bounces for good: SES reviews the account."
  section     = "mail"
  namespace   = "AWS/SES"
  metric_name = "Reputation.BounceRate"
  dimensions  = { "ses:configuration-set" = aws_ses_configuration_set.mail.name }
  statistic   = "Maximum"
  threshold   = 0.05
  topic_arn   = aws_sns_topic.alarms.arn
}

module "mail_complaints_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "mail-complaints"
  description = "One mail in a thousand is called unwanted: SES reviews the account."
  section     = "mail"
  namespace   = "AWS/SES"
  metric_name = "Reputation.ComplaintRate"
  dimensions  = { "ses:configuration-set" = aws_ses_configuration_set.mail.name }
  statistic   = "Maximum"
  threshold   = 0.001
  topic_arn   = aws_sns_topic.alarms.arn
}

module "media_age_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "media-age"
  description = "A photo has waited for its worker for more than a quarter of an hour."
  section     = "queues"
  namespace   = "AWS/SQS"
  metric_name = "ApproximateAgeOfOldestMessage"
  dimensions  = { QueueName = module.media_queue.name }
  statistic   = "Maximum"
  threshold   = 900
  topic_arn   = aws_sns_topic.alarms.arn
}

module "feeds_age_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "feeds-age"
  description = "A calendar has waited for its worker for more than a quarter of an hour."
  section     = "queues"
  namespace   = "AWS/SQS"
  metric_name = "ApproximateAgeOfOldestMessage"
  dimensions  = { QueueName = module.feeds_queue.name }
  statistic   = "Maximum"
  threshold   = 900
  topic_arn   = aws_sns_topic.alarms.arn
}

module "api_errors_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "api-5xx"
  description = "The API answered with 5xx in three minutes running."
  section     = "api-errors"
  namespace   = "AWS/ApiGateway"
  metric_name = "5xx"
  dimensions  = { ApiId = aws_apigatewayv2_api.this.id }
  statistic   = "Sum"
  minutes     = 3
  threshold   = 0
  topic_arn   = aws_sns_topic.alarms.arn
}

module "api_latency_alarm" {
  source             = "./modules/alarm"
  stage              = var.stage
  name               = "api-latency"
  description        = "One request in a hundred took more than two seconds, for five minutes."
  section            = "slow-answers"
  namespace          = "AWS/ApiGateway"
  metric_name        = "Latency"
  dimensions         = { ApiId = aws_apigatewayv2_api.this.id }
  extended_statistic = "p99"
  minutes            = 5
  threshold          = 2000
  topic_arn          = aws_sns_topic.alarms.arn
}

module "database_capacity_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "database-capacity"
  description = "The database has been at nine tenths of its largest capacity for ten minutes."
  section     = "the-database"
  namespace   = "AWS/RDS"
  metric_name = "ACUUtilization"
  dimensions  = { DBClusterIdentifier = aws_rds_cluster.this.cluster_identifier }
  statistic   = "Average"
  minutes     = 10
  threshold   = 90
  topic_arn   = aws_sns_topic.alarms.arn
}

module "outbox_age_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "outbox-age"
  description = "A message has waited in the outbox for more than ten minutes."
  section     = "the-outbox"
  namespace   = "Innkeep"
  metric_name = "outbox_age_seconds"
  dimensions  = { stage = var.stage }
  statistic   = "Maximum"
  minutes     = 3
  threshold   = 600
  topic_arn   = aws_sns_topic.alarms.arn
}

module "reconciliation_breaks_alarm" {
  source      = "./modules/alarm"
  stage       = var.stage
  name        = "reconciliation-breaks"
  description = "The books and the payment provider disagree."
  section     = "reconciliation-breaks"
  namespace   = "Innkeep"
  metric_name = "reconciliation_breaks"
  dimensions  = { stage = var.stage }
  statistic   = "Maximum"
  threshold   = 0
  topic_arn   = aws_sns_topic.alarms.arn
}

# At most ten metrics may stand in one alarm.
resource "aws_cloudwatch_metric_alarm" "throttles" {
  alarm_name          = "innkeep-${var.stage}-throttles"
  alarm_description   = "Lambda refused to start functions behind the API. docs/operations/runbook.md#throttles"
  evaluation_periods  = 3
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "throttles"
    expression  = "users + properties + bookings + payments + webhooks + reviews + graphql + messages + wishlists + fallback"
    label       = "Throttles"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = {
      users      = module.users.name
      properties = module.properties.name
      bookings   = module.bookings.name
      payments   = module.payments.name
      webhooks   = module.webhooks.name
      reviews    = module.reviews.name
      graphql    = module.graphql.name
      messages   = module.messages.name
      wishlists  = module.wishlists.name
      fallback   = module.fallback.name
    }
    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = "AWS/Lambda"
        metric_name = "Throttles"
        dimensions  = { FunctionName = metric_query.value }
        period      = 60
        stat        = "Sum"
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "worker_throttles" {
  alarm_name          = "innkeep-${var.stage}-worker-throttles"
  alarm_description   = "Lambda refused to start functions behind queues and schedules. docs/operations/runbook.md#throttles"
  evaluation_periods  = 3
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "throttles"
    expression  = "paymentsWorker + notificationsWorker + webhooksWorker + mediaWorker + feedsWorker + scheduler"
    label       = "Throttles"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = {
      paymentsWorker      = module.payments_worker.name
      notificationsWorker = module.notifications_worker.name
      webhooksWorker      = module.webhooks_worker.name
      mediaWorker         = module.media_worker.name
      feedsWorker         = module.feeds_worker.name
      scheduler           = module.scheduler.name
    }
    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = "AWS/Lambda"
        metric_name = "Throttles"
        dimensions  = { FunctionName = metric_query.value }
        period      = 60
        stat        = "Sum"
      }
    }
  }
}
