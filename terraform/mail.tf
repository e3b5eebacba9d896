# What becomes of mails comes back by a topic to the worker's own queue.

resource "aws_ses_configuration_set" "mail" {
  name                       = "innkeep-${var.stage}"
  reputation_metrics_enabled = true
}

# Unencrypted on purpose: SES cannot publish to a topic under the account's default key.
resource "aws_sns_topic" "mail_reports" {
  name = "innkeep-${var.stage}-mail-reports"
}

resource "aws_sns_topic_policy" "mail_reports" {
  arn = aws_sns_topic.mail_reports.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Reports"
        Effect    = "Allow"
        Principal = { Service = "ses.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.mail_reports.arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.mail_reports.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "mail_reports" {
  topic_arn = aws_sns_topic.mail_reports.arn
  protocol  = "sqs"
  endpoint  = module.notifications_queue.arn
  # The body of a record is what SES says, without an envelope.
  raw_message_delivery = true
}

resource "aws_ses_event_destination" "mail_reports" {
  name                   = "reports"
  configuration_set_name = aws_ses_configuration_set.mail.name
  enabled                = true
  matching_types         = ["bounce", "complaint"]

  sns_destination {
    topic_arn = aws_sns_topic.mail_reports.arn
  }

  # SES asks the topic whether it may publish.
  depends_on = [aws_sns_topic_policy.mail_reports]
}
