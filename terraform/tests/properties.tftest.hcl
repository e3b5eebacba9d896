# What must hold of every deployment, with a provider that only pretends.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-central-1a", "eu-central-1b"] }
  }
}

variables {
  region         = "eu-central-1"
  bundles_bucket = "bundles"
  release        = "abc123"
  mail_from      = "innkeep@example.com"
}

run "plain" {
  command = plan

  assert {
    condition     = aws_rds_cluster.this.storage_encrypted && aws_rds_cluster.this.deletion_protection && !aws_rds_cluster.this.skip_final_snapshot
    error_message = "The database is encrypted, cannot be deleted by mistake, and leaves a snapshot."
  }
  assert {
    condition     = aws_rds_cluster.this.enable_http_endpoint && aws_rds_cluster.this.manage_master_user_password
    error_message = "Functions reach the database by the Data API, and nobody knows the owner's password."
  }
  assert {
    condition     = !aws_rds_cluster_instance.writer.publicly_accessible
    error_message = "Nobody may connect to the database."
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.media.block_public_acls,
      aws_s3_bucket_public_access_block.media.block_public_policy,
      aws_s3_bucket_public_access_block.media.ignore_public_acls,
      aws_s3_bucket_public_access_block.media.restrict_public_buckets,
    ])
    error_message = "Photos are never public."
  }
  assert {
    condition     = one(aws_apigatewayv2_stage.this.default_route_settings).throttling_rate_limit == 500
    error_message = "The API is throttled."
  }
  assert {
    condition     = length(aws_apigatewayv2_domain_name.this) == 0 && length(aws_route53_record.api) == 0
    error_message = "No name was asked for."
  }
  assert {
    condition     = length(aws_sns_topic_subscription.alarms) == 0
    error_message = "Nobody was to be told."
  }
  assert {
    condition     = alltrue([for shift in values(local.shifts) : startswith(shift.function, "innkeep-dev-")])
    error_message = "The stage is part of every name."
  }
  assert {
    condition     = length(local.shifts) == 10
    error_message = "Whatever clients, queues and the schedule call is moved by CodeDeploy."
  }
}

run "with_a_name" {
  command = plan

  variables {
    stage          = "prod"
    domain_name    = "api.example.com"
    hosted_zone_id = "Z123"
    alarm_email    = "on-call@example.com"
  }

  assert {
    condition     = output.api_url == "https://api.example.com"
    error_message = "Tokens and mails name the API by its own name."
  }
  assert {
    condition     = toset(keys(aws_route53_record.api)) == toset(["A", "AAAA"])
    error_message = "Both kinds of addresses lead to it."
  }
  assert {
    condition     = one(aws_apigatewayv2_domain_name.this[0].domain_name_configuration).security_policy == "TLS_1_2"
    error_message = "No older TLS."
  }
}

run "a_name_without_a_zone" {
  command = plan

  variables {
    domain_name = "api.example.com"
  }

  expect_failures = [var.domain_name]
}

run "a_stage_that_is_no_name" {
  command = plan

  variables {
    stage = "Prod!"
  }

  expect_failures = [var.stage]
}

run "retention_that_the_service_does_not_know" {
  command = plan

  variables {
    log_retention_days = 10
  }

  expect_failures = [var.log_retention_days]
}
