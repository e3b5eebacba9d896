# The owner's is made and rotated by the database.
# Empty until `migrate` has drawn a password, which it also gives to the application's user; rotated from then on.
resource "aws_secretsmanager_secret" "app_database" {
  name_prefix = "innkeep-${var.stage}-app-database-"
  description = "Innkeep ${var.stage}: the database user of the functions."
}

# Two users take turns, so that nobody is refused while the password changes.
resource "aws_secretsmanager_secret_rotation" "app_database" {
  secret_id           = aws_secretsmanager_secret.app_database.id
  rotation_lambda_arn = module.rotate.alias_arn
  rotate_immediately  = false

  rotation_rules {
    automatically_after_days = var.secret_rotation_days
  }

  depends_on = [aws_lambda_permission.rotate]
}

resource "aws_lambda_permission" "rotate" {
  function_name  = module.rotate.alias_arn
  action         = "lambda:InvokeFunction"
  principal      = "secretsmanager.amazonaws.com"
  source_account = local.account_id
  source_arn     = aws_secretsmanager_secret.app_database.arn
}

# Empty until `migrate` has made a key.
resource "aws_secretsmanager_secret" "signing_key" {
  name_prefix = "innkeep-${var.stage}-signing-key-"
  description = "Innkeep ${var.stage}: the private key that signs access tokens; written by migrate."
}

# A new key is known to all before it signs; tokens of the old one are believed until they end.
resource "aws_secretsmanager_secret_rotation" "signing_key" {
  secret_id           = aws_secretsmanager_secret.signing_key.id
  rotation_lambda_arn = module.rotate.alias_arn
  rotate_immediately  = false

  rotation_rules {
    automatically_after_days = var.secret_rotation_days
  }

  depends_on = [aws_lambda_permission.rotate_signing_key]
}

resource "aws_lambda_permission" "rotate_signing_key" {
  function_name  = module.rotate.alias_arn
  action         = "lambda:InvokeFunction"
  principal      = "secretsmanager.amazonaws.com"
  source_account = local.account_id
  source_arn     = aws_secretsmanager_secret.signing_key.arn
}

# Empty until the operator has filled them in.
resource "aws_secretsmanager_secret" "stripe" {
  name_prefix = "innkeep-${var.stage}-stripe-"
  description = "Innkeep ${var.stage}: the payment provider's API key; written by the operator."
}

resource "aws_secretsmanager_secret" "stripe_webhook" {
  name_prefix = "innkeep-${var.stage}-stripe-webhook-"
  description = "Innkeep ${var.stage}: the secrets that sign the payment provider's webhooks; written by the operator."
}
