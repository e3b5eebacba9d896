output "arn" {
  description = "The queue's ARN."
  value       = aws_sqs_queue.this.arn
}

output "url" {
  description = "Where messages are sent."
  value       = aws_sqs_queue.this.url
}

output "name" {
  description = "The queue's name."
  value       = aws_sqs_queue.this.name
}

output "dead_letters_name" {
  description = "The name of the dead letters' queue."
  value       = aws_sqs_queue.dead_letters.name
}
