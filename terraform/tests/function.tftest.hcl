# One function by itself.

mock_provider "aws" {}

variables {
  name            = "example-worker"
  memory_mb       = 256
  timeout_seconds = 30
  shared = {
    stage                 = "dev"
    architecture          = "arm64"
    log_level             = "info"
    log_retention_days    = 30
    bundles_bucket        = "bundles"
    release               = "abc123"
    alarm_topic_arn       = "arn:aws:sns:eu-central-1:111122223333:alarms"
    codedeploy_app        = "app"
    codedeploy_role_arn   = "arn:aws:iam::111122223333:role/deploy"
    deployment_preference = "Canary10Percent5Minutes"
  }
}

run "moved_by_codedeploy" {
  command = plan
  module {
    source = "./modules/function"
  }

  assert {
    condition     = aws_lambda_function.this.s3_key == "abc123/example-worker.zip"
    error_message = "The bundle is the release's."
  }
  assert {
    condition     = aws_lambda_function.this.environment[0].variables == tomap({ STAGE = "dev", LOG_LEVEL = "info" })
    error_message = "A function is told what it needs and no more."
  }
  assert {
    condition     = length(aws_lambda_alias.shifted) == 1 && length(aws_lambda_alias.immediate) == 0
    error_message = "The alias waits for CodeDeploy."
  }
  assert {
    condition     = aws_codedeploy_deployment_group.this[0].deployment_config_name == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    error_message = "Traffic moves as was asked."
  }
  assert {
    condition     = length(aws_lambda_event_source_mapping.this) == 0
    error_message = "No queue was given."
  }
}

run "a_worker" {
  command = plan
  module {
    source = "./modules/function"
  }

  variables {
    queue = { arn = "arn:aws:sqs:eu-central-1:111122223333:example", batch_size = 5, concurrency = 10 }
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this[0].function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "Without it one error returns the whole batch."
  }
}

run "moved_at_once" {
  command = plan
  module {
    source = "./modules/function"
  }

  variables {
    shifted = false
  }

  assert {
    condition     = length(aws_codedeploy_deployment_group.this) == 0 && length(aws_lambda_alias.immediate) == 1
    error_message = "Nobody is to move it."
  }
}
