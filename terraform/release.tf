# What happens between two releases: the schema first, then traffic, by CodeDeploy.

# Called again for each new version of `migrate`. Migrations run under the code of the release before them (add, move,
# remove: each in a release of its own), so rolling back is safe.
resource "aws_lambda_invocation" "migration" {
  function_name = module.migrate.name
  qualifier     = "live"
  input         = jsonencode({})
  triggers      = { release = module.migrate.version }

  depends_on = [aws_rds_cluster_instance.writer]
}

resource "aws_codedeploy_app" "this" {
  name             = "innkeep-${var.stage}"
  compute_platform = "Lambda"
}

# What CodeDeploy does with aliases.
resource "aws_iam_role" "deploy" {
  name_prefix = "innkeep-${var.stage}-deploy-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codedeploy.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "deploy" {
  name = "deploy"
  role = aws_iam_role.deploy.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Aliases"
        Effect   = "Allow"
        Action   = ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"]
        Resource = "arn:${local.partition}:lambda:${var.region}:${local.account_id}:function:innkeep-${var.stage}-*"
      },
      {
        Sid      = "Hook"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = module.release_check.arn
      },
      # It looks at alarms of any name.
      {
        Sid      = "Alarms"
        Effect   = "Allow"
        Action   = "cloudwatch:DescribeAlarms"
        Resource = "*"
      },
    ]
  })
}

locals {
  # The functions whose aliases CodeDeploy moves, and whom it asks before.
  shifts = {
    users                = { function = module.users.name, hook = module.release_check.name }
    properties           = { function = module.properties.name, hook = module.release_check.name }
    bookings             = { function = module.bookings.name, hook = module.release_check.name }
    payments             = { function = module.payments.name, hook = module.release_check.name }
    webhooks             = { function = module.webhooks.name, hook = module.release_check.name }
    reviews              = { function = module.reviews.name, hook = module.release_check.name }
    graphql              = { function = module.graphql.name, hook = module.release_check.name }
    messages             = { function = module.messages.name, hook = module.release_check.name }
    wishlists            = { function = module.wishlists.name, hook = module.release_check.name }
    fallback             = { function = module.fallback.name, hook = module.release_check.name }
    payments-worker      = { function = module.payments_worker.name, hook = module.release_check.name }
    notifications-worker = { function = module.notifications_worker.name, hook = module.release_check.name }
    webhooks-worker      = { function = module.webhooks_worker.name, hook = module.release_check.name }
    media-worker         = { function = module.media_worker.name, hook = module.release_check.name }
    feeds-worker         = { function = module.feeds_worker.name, hook = module.release_check.name }
    scheduler            = { function = module.scheduler.name, hook = "" }
  }
}
