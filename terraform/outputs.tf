output "api_url" {
  description = "Where the API is."
  value       = local.public_url
}

output "migrate_function_name" {
  description = "Invoke it to bring schema and keys up to date by hand."
  value       = module.migrate.name
}

output "stripe_secret_arn" {
  description = "Fill in the payment provider's API key."
  value       = aws_secretsmanager_secret.stripe.arn
}

output "stripe_webhook_secret_arn" {
  description = "Fill in the secrets of the payment provider's webhooks."
  value       = aws_secretsmanager_secret.stripe_webhook.arn
}

output "alarm_topic_arn" {
  description = "Subscribe whoever shall know of alarms."
  value       = aws_sns_topic.alarms.arn
}

output "codedeploy_app" {
  description = "The application whose deployment groups move the aliases."
  value       = aws_codedeploy_app.this.name
}

output "shifts" {
  description = "What deploy/shift moves: by deployment group, the function and the hook that is asked before (empty for none)."
  value       = local.shifts
}
