output "name" {
  description = "The function's full name."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "The function's ARN, without a version."
  value       = aws_lambda_function.this.arn
}

output "alias_arn" {
  description = "The ARN that everybody calls."
  value       = "${aws_lambda_function.this.arn}:live"
  depends_on  = [aws_lambda_alias.shifted, aws_lambda_alias.immediate]
}

output "version_arn" {
  description = "The ARN of the newest version."
  value       = aws_lambda_function.this.qualified_arn
}

output "version" {
  description = "The number of the newest version."
  value       = aws_lambda_function.this.version
}
