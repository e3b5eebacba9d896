module "payments_queue" {
  source                     = "./modules/queue"
  stage                      = var.stage
  name                       = "payments"
  visibility_timeout_seconds = 180
  sqs_arn_prefix             = local.sqs_arn_prefix
}

module "notifications_queue" {
  source                     = "./modules/queue"
  stage                      = var.stage
  name                       = "notifications"
  visibility_timeout_seconds = 180
  sqs_arn_prefix             = local.sqs_arn_prefix
  topics                     = [{ sid = "MailReports", arn = aws_sns_topic.mail_reports.arn }]
}

module "webhooks_queue" {
  source                     = "./modules/queue"
  stage                      = var.stage
  name                       = "webhooks"
  visibility_timeout_seconds = 180
  sqs_arn_prefix             = local.sqs_arn_prefix
}

module "feeds_queue" {
  source                     = "./modules/queue"
  stage                      = var.stage
  name                       = "feeds"
  visibility_timeout_seconds = 180
  sqs_arn_prefix             = local.sqs_arn_prefix
}

module "media_queue" {
  source                     = "./modules/queue"
  stage                      = var.stage
  name                       = "media"
  visibility_timeout_seconds = 360
  sqs_arn_prefix             = local.sqs_arn_prefix
  senders = [{
    sid        = "Uploads"
    service    = "s3.amazonaws.com"
    account_id = local.account_id
    # By name: the bucket waits for this policy.
    source_arn = "arn:${local.partition}:s3:::${local.media_bucket}"
  }]
}

resource "aws_sqs_queue" "schedule_dead_letters" {
  name                      = "innkeep-${var.stage}-schedule-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "schedule_dead_letters" {
  queue_url = aws_sqs_queue.schedule_dead_letters.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = aws_sqs_queue.schedule_dead_letters.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
