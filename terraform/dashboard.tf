resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "innkeep-${var.stage}"
  dashboard_body = jsonencode({
    widgets = [
      {
        type   = "metric"
        x      = 0
        y      = 0
        width  = 8
        height = 6
        properties = {
          title  = "Requests"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["AWS/ApiGateway", "Count", "ApiId", "${aws_apigatewayv2_api.this.id}"],
          ]
          stat   = "Sum"
          period = 60
        }
      },
      {
        type   = "metric"
        x      = 8
        y      = 0
        width  = 8
        height = 6
        properties = {
          title  = "Answers 4xx and 5xx"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["AWS/ApiGateway", "4xx", "ApiId", "${aws_apigatewayv2_api.this.id}"],
            ["AWS/ApiGateway", "5xx", "ApiId", "${aws_apigatewayv2_api.this.id}"],
          ]
          stat   = "Sum"
          period = 60
        }
      },
      {
        type   = "metric"
        x      = 16
        y      = 0
        width  = 8
        height = 6
        properties = {
          title  = "Latency, ms"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["AWS/ApiGateway", "Latency", "ApiId", "${aws_apigatewayv2_api.this.id}", { stat = "p50" }],
            ["AWS/ApiGateway", "Latency", "ApiId", "${aws_apigatewayv2_api.this.id}", { stat = "p90" }],
            ["AWS/ApiGateway", "Latency", "ApiId", "${aws_apigatewayv2_api.this.id}", { stat = "p99" }],
          ]
          period = 60
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 6
        width  = 8
        height = 6
        properties = {
          title  = "Bookings and refused dates"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["Innkeep", "bookings_made", "stage", "${var.stage}"],
            ["Innkeep", "bookings_conflicted", "stage", "${var.stage}"],
          ]
          stat   = "Sum"
          period = 300
        }
      },
      {
        type   = "metric"
        x      = 8
        y      = 6
        width  = 8
        height = 6
        properties = {
          title  = "Payments by state"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["Innkeep", "payments_authorised", "stage", "${var.stage}"],
            ["Innkeep", "payments_captured", "stage", "${var.stage}"],
            ["Innkeep", "payments_refunded", "stage", "${var.stage}"],
            ["Innkeep", "payments_failed", "stage", "${var.stage}"],
          ]
          stat   = "Sum"
          period = 300
        }
      },
      {
        type   = "metric"
        x      = 16
        y      = 6
        width  = 8
        height = 6
        properties = {
          title  = "Outbox age, s; reconciliation breaks"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["Innkeep", "outbox_age_seconds", "stage", "${var.stage}"],
            ["Innkeep", "reconciliation_breaks", "stage", "${var.stage}"],
          ]
          stat   = "Maximum"
          period = 60
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 12
        width  = 8
        height = 6
        properties = {
          title  = "Function errors"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-users"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-properties"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-bookings"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-payments"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-webhooks"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-reviews"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-graphql"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-messages"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-wishlists"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-fallback"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-payments-worker"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-notifications-worker"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-webhooks-worker"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-media-worker"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-feeds-worker"],
            ["AWS/Lambda", "Errors", "FunctionName", "innkeep-${var.stage}-scheduler"],
          ]
          stat   = "Sum"
          period = 60
        }
      },
      {
        type   = "metric"
        x      = 8
        y      = 12
        width  = 8
        height = 6
        properties = {
          title  = "Function throttles"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-users"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-properties"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-bookings"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-payments"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-webhooks"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-reviews"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-graphql"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-messages"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-wishlists"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-fallback"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-payments-worker"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-notifications-worker"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-webhooks-worker"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-media-worker"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-feeds-worker"],
            ["AWS/Lambda", "Throttles", "FunctionName", "innkeep-${var.stage}-scheduler"],
          ]
          stat   = "Sum"
          period = 60
        }
      },
      {
        type   = "metric"
        x      = 16
        y      = 12
        width  = 8
        height = 6
        properties = {
          title  = "Function duration p99, ms; cold starts"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-users"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-properties"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-bookings"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-payments"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-webhooks"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-reviews"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-graphql"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-messages"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-wishlists"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-fallback"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-payments-worker"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-notifications-worker"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-webhooks-worker"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-media-worker"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-feeds-worker"],
            ["AWS/Lambda", "Duration", "FunctionName", "innkeep-${var.stage}-scheduler"],
            ["Innkeep", "cold_starts", "stage", "${var.stage}", { stat = "Sum", yAxis = "right" }],
          ]
          stat   = "p99"
          period = 60
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 18
        width  = 8
        height = 6
        properties = {
          title  = "Queue age, s"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "innkeep-${var.stage}-payments"],
            ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "innkeep-${var.stage}-notifications"],
            ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "innkeep-${var.stage}-webhooks"],
            ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "innkeep-${var.stage}-media"],
            ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "innkeep-${var.stage}-feeds"],
          ]
          stat   = "Maximum"
          period = 60
        }
      },
      {
        type   = "metric"
        x      = 8
        y      = 18
        width  = 8
        height = 6
        properties = {
          title  = "Dead letters"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "innkeep-${var.stage}-payments-dead-letters"],
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "innkeep-${var.stage}-notifications-dead-letters"],
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "innkeep-${var.stage}-webhooks-dead-letters"],
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "innkeep-${var.stage}-media-dead-letters"],
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "innkeep-${var.stage}-feeds-dead-letters"],
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "innkeep-${var.stage}-schedule-dead-letters"],
          ]
          stat   = "Maximum"
          period = 60
        }
      },
      {
        type   = "metric"
        x      = 16
        y      = 18
        width  = 8
        height = 6
        properties = {
          title  = "Database capacity, ACU and %"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["AWS/RDS", "ServerlessDatabaseCapacity", "DBClusterIdentifier", "innkeep-${var.stage}"],
            ["AWS/RDS", "ACUUtilization", "DBClusterIdentifier", "innkeep-${var.stage}", { yAxis = "right" }],
          ]
          stat   = "Average"
          period = 60
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 24
        width  = 8
        height = 6
        properties = {
          title  = "Calendars of other platforms"
          region = "${var.region}"
          view   = "timeSeries"
          metrics = [
            ["Innkeep", "feeds_read", "stage", "${var.stage}"],
            ["Innkeep", "feeds_failed", "stage", "${var.stage}"],
            ["Innkeep", "feed_conflicts", "stage", "${var.stage}"],
          ]
          stat   = "Sum"
          period = 300
        }
      },
    ]
  })
}
