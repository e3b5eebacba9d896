# Each function has its own role; no role may do more than its function does.

locals {
  # What most functions are told, and may therefore do.
  database_variables = {
    DB_CLUSTER_ARN = aws_rds_cluster.this.arn
    DB_SECRET_ARN  = aws_secretsmanager_secret.app_database.arn
    DB_NAME        = "innkeep"
  }
  database_statements = [
    {
      Sid      = "Database"
      Effect   = "Allow"
      Action   = "rds-data:ExecuteStatement"
      Resource = aws_rds_cluster.this.arn
    },
    {
      Sid      = "DatabaseUser"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = aws_secretsmanager_secret.app_database.arn
    },
  ]
  caller_variables = {
    IDEMPOTENCY_TABLE = module.idempotency_table.name
    KEYS_TABLE        = module.keys_table.name
    JWT_ISSUER        = local.public_url
    JWT_AUDIENCE      = "innkeep-${var.stage}"
  }
  caller_statements = [
    {
      Sid      = "Idempotency"
      Effect   = "Allow"
      Action   = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
      Resource = module.idempotency_table.arn
    },
    {
      Sid      = "PublicKeys"
      Effect   = "Allow"
      Action   = "dynamodb:Scan"
      Resource = module.keys_table.arn
    },
  ]
}

# It hashes passwords, which fills a whole core for some 20 ms; 1,769 MB is what one core costs.
module "users" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "users"
  memory_mb       = 1769
  timeout_seconds = 29
  rollback_alarms = [module.api_errors_alarm.name]

  variables = merge(local.database_variables, local.caller_variables, {
    SESSIONS_TABLE          = module.sessions_table.name
    SIGNING_KEY_SECRET_ARN  = aws_secretsmanager_secret.signing_key.arn
    NOTIFICATIONS_QUEUE_URL = module.notifications_queue.url
  })

  statements = concat(local.database_statements, local.caller_statements, [
    {
      Sid      = "Sessions"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
      Resource = module.sessions_table.arn
    },
    {
      Sid      = "SigningKey"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = aws_secretsmanager_secret.signing_key.arn
    },
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = module.notifications_queue.arn
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

module "properties" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "properties"
  memory_mb       = 512
  timeout_seconds = 29
  rollback_alarms = [module.api_errors_alarm.name]

  variables = merge(local.database_variables, local.caller_variables, {
    MEDIA_BUCKET    = aws_s3_bucket.media.bucket
    MEDIA_QUEUE_URL = module.media_queue.url
    FEEDS_QUEUE_URL = module.feeds_queue.url
    CACHE_TABLE     = module.cache_table.name
  })

  statements = concat(local.database_statements, local.caller_statements, [
    {
      Sid      = "Cache"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
      Resource = module.cache_table.arn
    },
    # What it presigns: uploads by the host, downloads of what the worker has cleaned.
    {
      Sid      = "Uploads"
      Effect   = "Allow"
      Action   = "s3:PutObject"
      Resource = "${aws_s3_bucket.media.arn}/uploads/*"
    },
    {
      Sid      = "Photos"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "${aws_s3_bucket.media.arn}/photos/*"
    },
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = [module.media_queue.arn, module.feeds_queue.arn]
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

module "bookings" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "bookings"
  memory_mb       = 512
  timeout_seconds = 29
  rollback_alarms = [module.api_errors_alarm.name]

  variables = merge(local.database_variables, local.caller_variables, {
    PAYMENTS_QUEUE_URL      = module.payments_queue.url
    NOTIFICATIONS_QUEUE_URL = module.notifications_queue.url
  })

  statements = concat(local.database_statements, local.caller_statements, [
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = [module.payments_queue.arn, module.notifications_queue.arn]
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

module "payments" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "payments"
  memory_mb       = 512
  timeout_seconds = 29
  rollback_alarms = [module.api_errors_alarm.name]

  variables = merge(local.database_variables, local.caller_variables, {
    STRIPE_SECRET_ARN         = aws_secretsmanager_secret.stripe.arn
    STRIPE_API_BASE           = var.stripe_api_base
    STRIPE_WEBHOOK_SECRET_ARN = aws_secretsmanager_secret.stripe_webhook.arn
    PUBLIC_URL                = local.public_url
    PAYMENTS_QUEUE_URL        = module.payments_queue.url
  })

  statements = concat(local.database_statements, local.caller_statements, [
    {
      Sid      = "PaymentProvider"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = [aws_secretsmanager_secret.stripe.arn, aws_secretsmanager_secret.stripe_webhook.arn]
    },
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = module.payments_queue.arn
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

module "webhooks" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "webhooks"
  memory_mb       = 512
  timeout_seconds = 29
  rollback_alarms = [module.api_errors_alarm.name]

  variables = merge(local.database_variables, local.caller_variables, {
    WEBHOOKS_QUEUE_URL = module.webhooks_queue.url
  })

  statements = concat(local.database_statements, local.caller_statements, [
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = module.webhooks_queue.arn
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

module "reviews" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "reviews"
  memory_mb       = 512
  timeout_seconds = 29
  rollback_alarms = [module.api_errors_alarm.name]

  variables = merge(local.database_variables, local.caller_variables, {
    NOTIFICATIONS_QUEUE_URL = module.notifications_queue.url
  })

  statements = concat(local.database_statements, local.caller_statements, [
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = module.notifications_queue.arn
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

module "graphql" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "graphql"
  memory_mb       = 512
  timeout_seconds = 29
  rollback_alarms = [module.api_errors_alarm.name]

  variables = merge(local.database_variables, local.caller_variables, {
    MEDIA_BUCKET            = aws_s3_bucket.media.bucket
    PAYMENTS_QUEUE_URL      = module.payments_queue.url
    NOTIFICATIONS_QUEUE_URL = module.notifications_queue.url
    MEDIA_QUEUE_URL         = module.media_queue.url
    CACHE_TABLE             = module.cache_table.name
  })

  statements = concat(local.database_statements, local.caller_statements, [
    {
      Sid      = "Cache"
      Effect   = "Allow"
      Action   = "dynamodb:PutItem"
      Resource = module.cache_table.arn
    },
    # What it presigns: uploads by the host, downloads of what the worker has cleaned.
    {
      Sid      = "Uploads"
      Effect   = "Allow"
      Action   = "s3:PutObject"
      Resource = "${aws_s3_bucket.media.arn}/uploads/*"
    },
    {
      Sid      = "Photos"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "${aws_s3_bucket.media.arn}/photos/*"
    },
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = [module.payments_queue.arn, module.notifications_queue.arn, module.media_queue.arn]
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

module "messages" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "messages"
  memory_mb       = 512
  timeout_seconds = 29
  rollback_alarms = [module.api_errors_alarm.name]

  variables = merge(local.database_variables, local.caller_variables, {
    NOTIFICATIONS_QUEUE_URL = module.notifications_queue.url
  })

  statements = concat(local.database_statements, local.caller_statements, [
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = module.notifications_queue.arn
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

module "wishlists" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "wishlists"
  memory_mb       = 512
  timeout_seconds = 29
  rollback_alarms = [module.api_errors_alarm.name]

  variables = merge(local.database_variables, local.caller_variables)

  statements = concat(local.database_statements, local.caller_statements)

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

module "fallback" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "fallback"
  memory_mb       = 128
  timeout_seconds = 10
  rollback_alarms = [module.api_errors_alarm.name]
}

# Few messages at once: each is a call to the provider, and all of a batch share the 30 s.
module "payments_worker" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "payments-worker"
  memory_mb       = 256
  timeout_seconds = 30
  rollback_alarms = [module.payments_dead_letters_alarm.name]
  queue           = { arn = module.payments_queue.arn, batch_size = 5, concurrency = 10 }

  reserved_concurrency = var.reserve_concurrency ? 10 : -1

  variables = merge(local.database_variables, {
    STRIPE_SECRET_ARN       = aws_secretsmanager_secret.stripe.arn
    STRIPE_API_BASE         = var.stripe_api_base
    PUBLIC_URL              = local.public_url
    PAYMENTS_QUEUE_URL      = module.payments_queue.url
    NOTIFICATIONS_QUEUE_URL = module.notifications_queue.url
  })

  statements = concat(local.database_statements, [
    {
      Sid      = "PaymentProvider"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = aws_secretsmanager_secret.stripe.arn
    },
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = [module.payments_queue.arn, module.notifications_queue.arn]
    },
    {
      Sid      = "Consume"
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = module.payments_queue.arn
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

module "notifications_worker" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "notifications-worker"
  memory_mb       = 256
  timeout_seconds = 30
  rollback_alarms = [module.notifications_dead_letters_alarm.name]
  queue           = { arn = module.notifications_queue.arn, batch_size = 10, concurrency = 5 }

  reserved_concurrency = var.reserve_concurrency ? 5 : -1

  variables = merge(local.database_variables, {
    MAIL_FROM              = var.mail_from
    MAIL_CONFIGURATION_SET = aws_ses_configuration_set.mail.name
    KEYS_TABLE             = module.keys_table.name
    PUBLIC_URL             = local.public_url
    WEBHOOKS_QUEUE_URL     = module.webhooks_queue.url
  })

  statements = concat(local.database_statements, [
    {
      Sid       = "Mail"
      Effect    = "Allow"
      Action    = "ses:SendEmail"
      Resource  = ["arn:${local.partition}:ses:${var.region}:${local.account_id}:identity/${var.mail_from}", "arn:${local.partition}:ses:${var.region}:${local.account_id}:identity/${split("@", var.mail_from)[1]}", "arn:${local.partition}:ses:${var.region}:${local.account_id}:configuration-set/${aws_ses_configuration_set.mail.name}"]
      Condition = { StringEquals = { "ses:FromAddress" = var.mail_from } }
    },
    {
      Sid      = "UnsubscribeKey"
      Effect   = "Allow"
      Action   = "dynamodb:Scan"
      Resource = module.keys_table.arn
    },
    {
      Sid      = "Consume"
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = module.notifications_queue.arn
    },
    # Integrators are told when people are.
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = module.webhooks_queue.arn
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

# One message at a time: the endpoint that it calls may take its time.
module "webhooks_worker" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "webhooks-worker"
  memory_mb       = 256
  timeout_seconds = 30
  rollback_alarms = [module.webhooks_dead_letters_alarm.name]
  queue           = { arn = module.webhooks_queue.arn, batch_size = 1, concurrency = 10 }

  reserved_concurrency = var.reserve_concurrency ? 10 : -1

  variables = merge(local.database_variables, {
    NOTIFICATIONS_QUEUE_URL = module.notifications_queue.url
  })

  statements = concat(local.database_statements, [
    {
      Sid      = "Consume"
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = module.webhooks_queue.arn
    },
    # The owner is told of an endpoint that was switched off.
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = module.notifications_queue.arn
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

# It decodes and encodes photos: one whole core, and room for the pixels of two.
module "media_worker" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "media-worker"
  memory_mb       = 1769
  timeout_seconds = 60
  rollback_alarms = [module.media_dead_letters_alarm.name]
  queue           = { arn = module.media_queue.arn, batch_size = 2, concurrency = 5 }

  reserved_concurrency = var.reserve_concurrency ? 5 : -1

  variables = merge(local.database_variables, {
    MEDIA_BUCKET            = aws_s3_bucket.media.bucket
    NOTIFICATIONS_QUEUE_URL = module.notifications_queue.url
  })

  statements = concat(local.database_statements, [
    {
      Sid      = "Uploads"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:DeleteObject"]
      Resource = "${aws_s3_bucket.media.arn}/uploads/*"
    },
    {
      Sid      = "Photos"
      Effect   = "Allow"
      Action   = ["s3:PutObject", "s3:DeleteObject"]
      Resource = "${aws_s3_bucket.media.arn}/photos/*"
    },
    # Without it S3 says 403 of an object that is gone, which is no error here, instead of 404.
    {
      Sid      = "Missing"
      Effect   = "Allow"
      Action   = "s3:ListBucket"
      Resource = aws_s3_bucket.media.arn
    },
    {
      Sid      = "Consume"
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = module.media_queue.arn
    },
    # The host is told of a photo that cannot be used.
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = module.notifications_queue.arn
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

# One message at a time: the platform that it calls may take its time.
module "feeds_worker" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "feeds-worker"
  memory_mb       = 512
  timeout_seconds = 30
  rollback_alarms = [module.feeds_dead_letters_alarm.name]
  queue           = { arn = module.feeds_queue.arn, batch_size = 1, concurrency = 5 }

  reserved_concurrency = var.reserve_concurrency ? 5 : -1

  variables = merge(local.database_variables, {
    NOTIFICATIONS_QUEUE_URL = module.notifications_queue.url
  })

  statements = concat(local.database_statements, [
    {
      Sid      = "Consume"
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = module.feeds_queue.arn
    },
    # The host is told of conflicts, and of a calendar that cannot be read.
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = module.notifications_queue.arn
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

# The next minute is the retry of a failed one.
module "scheduler" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "scheduler"
  memory_mb       = 256
  timeout_seconds = 50
  retries         = { max_age_seconds = 60, attempts = 0 }

  reserved_concurrency = var.reserve_concurrency ? 2 : -1

  variables = merge(local.database_variables, {
    PAYMENTS_QUEUE_URL      = module.payments_queue.url
    NOTIFICATIONS_QUEUE_URL = module.notifications_queue.url
    MEDIA_QUEUE_URL         = module.media_queue.url
    WEBHOOKS_QUEUE_URL      = module.webhooks_queue.url
    FEEDS_QUEUE_URL         = module.feeds_queue.url
    ANCHORS_TABLE           = module.anchors_table.name
    CACHE_TABLE             = module.cache_table.name
  })

  statements = concat(local.database_statements, [
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = [module.payments_queue.arn, module.notifications_queue.arn, module.media_queue.arn, module.webhooks_queue.arn, module.feeds_queue.arn]
    },
    # It remembers the audit log's end, and cannot forget it.
    {
      Sid      = "Anchors"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
      Resource = module.anchors_table.arn
    },
    # It revokes what is out of date.
    {
      Sid      = "Cache"
      Effect   = "Allow"
      Action   = "dynamodb:PutItem"
      Resource = module.cache_table.arn
    },
  ])

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}

# Called once for each release, before any other function changes.
module "migrate" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "migrate"
  memory_mb       = 256
  timeout_seconds = 300
  shifted         = false
  retries         = { max_age_seconds = 600, attempts = 0 }

  variables = {
    DB_CLUSTER_ARN         = aws_rds_cluster.this.arn
    DB_SECRET_ARN          = aws_rds_cluster.this.master_user_secret[0].secret_arn
    DB_NAME                = "innkeep"
    APP_DB_SECRET_ARN      = aws_secretsmanager_secret.app_database.arn
    KEYS_TABLE             = module.keys_table.name
    SIGNING_KEY_SECRET_ARN = aws_secretsmanager_secret.signing_key.arn
  }

  statements = [
    {
      Sid      = "Database"
      Effect   = "Allow"
      Action   = ["rds-data:BatchExecuteStatement", "rds-data:BeginTransaction", "rds-data:CommitTransaction", "rds-data:ExecuteStatement", "rds-data:RollbackTransaction"]
      Resource = aws_rds_cluster.this.arn
    },
    {
      Sid      = "DatabaseOwner"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = aws_rds_cluster.this.master_user_secret[0].secret_arn
    },
    {
      Sid      = "DatabaseUser"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
      Resource = aws_secretsmanager_secret.app_database.arn
    },
    {
      Sid      = "SigningKey"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
      Resource = aws_secretsmanager_secret.signing_key.arn
    },
    {
      Sid      = "PublicKeys"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem"]
      Resource = module.keys_table.arn
    },
  ]
}

# CodeDeploy calls it before it moves traffic: it asks the new version of each function one harmless question.
module "release_check" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "release-check"
  memory_mb       = 256
  timeout_seconds = 120
  shifted         = false

  variables = {
    USERS_VERSION_ARN                = module.users.version_arn
    PROPERTIES_VERSION_ARN           = module.properties.version_arn
    BOOKINGS_VERSION_ARN             = module.bookings.version_arn
    PAYMENTS_VERSION_ARN             = module.payments.version_arn
    REVIEWS_VERSION_ARN              = module.reviews.version_arn
    GRAPHQL_VERSION_ARN              = module.graphql.version_arn
    MESSAGES_VERSION_ARN             = module.messages.version_arn
    WISHLISTS_VERSION_ARN            = module.wishlists.version_arn
    FALLBACK_VERSION_ARN             = module.fallback.version_arn
    PAYMENTS_WORKER_VERSION_ARN      = module.payments_worker.version_arn
    NOTIFICATIONS_WORKER_VERSION_ARN = module.notifications_worker.version_arn
    MEDIA_WORKER_VERSION_ARN         = module.media_worker.version_arn
    WEBHOOKS_VERSION_ARN             = module.webhooks.version_arn
    WEBHOOKS_WORKER_VERSION_ARN      = module.webhooks_worker.version_arn
    FEEDS_WORKER_VERSION_ARN         = module.feeds_worker.version_arn
  }

  statements = [
    {
      Sid    = "Versions"
      Effect = "Allow"
      Action = "lambda:InvokeFunction"
      Resource = [
        "${module.users.arn}:*",
        "${module.properties.arn}:*",
        "${module.bookings.arn}:*",
        "${module.payments.arn}:*",
        "${module.reviews.arn}:*",
        "${module.graphql.arn}:*",
        "${module.messages.arn}:*",
        "${module.wishlists.arn}:*",
        "${module.fallback.arn}:*",
        "${module.payments_worker.arn}:*",
        "${module.notifications_worker.arn}:*",
        "${module.media_worker.arn}:*",
        "${module.webhooks.arn}:*",
        "${module.webhooks_worker.arn}:*",
        "${module.feeds_worker.arn}:*",
      ]
    },
    {
      Sid      = "Verdict"
      Effect   = "Allow"
      Action   = "codedeploy:PutLifecycleEventHookExecutionStatus"
      Resource = "arn:${local.partition}:codedeploy:${var.region}:${local.account_id}:deploymentgroup:${aws_codedeploy_app.this.name}/*"
    },
  ]
}

# Called by Secrets Manager. Beside `migrate` the only one that acts as the database's owner.
module "rotate" {
  source          = "./modules/function"
  shared          = local.shared
  name            = "rotate"
  memory_mb       = 256
  timeout_seconds = 60
  shifted         = false

  variables = {
    DB_CLUSTER_ARN         = aws_rds_cluster.this.arn
    DB_SECRET_ARN          = aws_rds_cluster.this.master_user_secret[0].secret_arn
    DB_NAME                = "innkeep"
    APP_DB_SECRET_ARN      = aws_secretsmanager_secret.app_database.arn
    KEYS_TABLE             = module.keys_table.name
    SIGNING_KEY_SECRET_ARN = aws_secretsmanager_secret.signing_key.arn
  }

  statements = [
    {
      Sid      = "Database"
      Effect   = "Allow"
      Action   = "rds-data:ExecuteStatement"
      Resource = aws_rds_cluster.this.arn
    },
    {
      Sid      = "DatabaseOwner"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = aws_rds_cluster.this.master_user_secret[0].secret_arn
    },
    {
      Sid      = "Rotated"
      Effect   = "Allow"
      Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]
      Resource = [aws_secretsmanager_secret.app_database.arn, aws_secretsmanager_secret.signing_key.arn]
    },
    {
      Sid      = "PublicKeys"
      Effect   = "Allow"
      Action   = ["dynamodb:PutItem", "dynamodb:Scan", "dynamodb:UpdateItem"]
      Resource = module.keys_table.arn
    },
  ]

  # The schema first: a function of this release never meets the last one's.
  depends_on = [aws_lambda_invocation.migration]
}
