resource "aws_apigatewayv2_api" "this" {
  name          = "innkeep-${var.stage}"
  protocol_type = "HTTP"

  # The one owner of CORS: what functions say in its headers, the API overrides.
  cors_configuration {
    allow_origins = var.cors_allow_origins
    allow_methods = ["GET", "POST", "PATCH", "DELETE"]
    allow_headers = [
      "api-version", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "traceparent",
      "tracestate",
    ]
    expose_headers = [
      "api-version", "deprecation", "etag", "idempotent-replayed", "link", "location", "ratelimit", "ratelimit-policy",
      "retry-after", "sunset", "x-request-id",
    ]
    max_age = 600
  }
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit    = var.throttling_rate
    throttling_burst_limit   = var.throttling_burst
    detailed_metrics_enabled = true
  }

  # No query strings and no headers: both carry secrets.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    format = join(" ", [
      "{\"request_id\":\"$context.requestId\",\"time\":\"$context.requestTimeEpoch\",\"ip\":\"$context.identity.sourceIp\",",
      "\"method\":\"$context.httpMethod\",\"route\":\"$context.routeKey\",\"path\":\"$context.path\",",
      "\"status\":\"$context.status\",\"bytes\":\"$context.responseLength\",\"ms\":\"$context.responseLatency\",",
      "\"integration_ms\":\"$context.integrationLatency\",\"integration_error\":\"$context.integrationErrorMessage\",",
      "\"error\":\"$context.error.message\"}",
    ])
  }
}

resource "aws_cloudwatch_log_group" "api" {
  name              = "/aws/vendedlogs/innkeep-${var.stage}-api"
  retention_in_days = var.log_retention_days
}

# ---- A name of its own -------------------------------------------------------------------------------------------------

resource "aws_acm_certificate" "this" {
  count = local.has_domain ? 1 : 0

  domain_name       = var.domain_name
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

# CloudFormation writes the record of proof itself.
resource "aws_route53_record" "certificate" {
  count = local.has_domain ? 1 : 0

  zone_id         = var.hosted_zone_id
  name            = one(aws_acm_certificate.this[0].domain_validation_options).resource_record_name
  type            = one(aws_acm_certificate.this[0].domain_validation_options).resource_record_type
  records         = [one(aws_acm_certificate.this[0].domain_validation_options).resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  count = local.has_domain ? 1 : 0

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = [aws_route53_record.certificate[0].fqdn]
}

resource "aws_apigatewayv2_domain_name" "this" {
  count = local.has_domain ? 1 : 0

  domain_name = var.domain_name

  domain_name_configuration {
    certificate_arn = aws_acm_certificate_validation.this[0].certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_api_mapping" "this" {
  count = local.has_domain ? 1 : 0

  api_id      = aws_apigatewayv2_api.this.id
  domain_name = aws_apigatewayv2_domain_name.this[0].id
  stage       = aws_apigatewayv2_stage.this.id
}

resource "aws_route53_record" "api" {
  for_each = local.has_domain ? toset(["A", "AAAA"]) : toset([])

  zone_id = var.hosted_zone_id
  name    = var.domain_name
  type    = each.value

  alias {
    name                   = aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].target_domain_name
    zone_id                = aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].hosted_zone_id
    evaluate_target_health = false
  }
}

# ---- Routes, by path prefixes only; a new endpoint needs none ----------------------------------------------------------

module "users_routes" {
  source        = "./modules/api_routes"
  api_id        = aws_apigatewayv2_api.this.id
  execution_arn = aws_apigatewayv2_api.this.execution_arn
  alias_arn     = module.users.alias_arn
  route_keys    = ["ANY /users", "ANY /users/", "ANY /users/{proxy+}", "ANY /.well-known/{proxy+}"]
  source_paths  = ["*/*/users*", "*/*/.well-known/*"]
}

module "properties_routes" {
  source        = "./modules/api_routes"
  api_id        = aws_apigatewayv2_api.this.id
  execution_arn = aws_apigatewayv2_api.this.execution_arn
  alias_arn     = module.properties.alias_arn
  route_keys    = ["ANY /properties", "ANY /properties/", "ANY /properties/{proxy+}"]
  source_paths  = ["*/*/properties*"]
}

module "bookings_routes" {
  source        = "./modules/api_routes"
  api_id        = aws_apigatewayv2_api.this.id
  execution_arn = aws_apigatewayv2_api.this.execution_arn
  alias_arn     = module.bookings.alias_arn
  route_keys    = ["ANY /bookings", "ANY /bookings/", "ANY /bookings/{proxy+}"]
  source_paths  = ["*/*/bookings*"]
}

module "payments_routes" {
  source        = "./modules/api_routes"
  api_id        = aws_apigatewayv2_api.this.id
  execution_arn = aws_apigatewayv2_api.this.execution_arn
  alias_arn     = module.payments.alias_arn
  route_keys    = ["ANY /payments", "ANY /payments/", "ANY /payments/{proxy+}"]
  source_paths  = ["*/*/payments*"]
}

module "webhooks_routes" {
  source        = "./modules/api_routes"
  api_id        = aws_apigatewayv2_api.this.id
  execution_arn = aws_apigatewayv2_api.this.execution_arn
  alias_arn     = module.webhooks.alias_arn
  route_keys    = ["ANY /webhooks", "ANY /webhooks/", "ANY /webhooks/{proxy+}"]
  source_paths  = ["*/*/webhooks*"]
}

module "reviews_routes" {
  source        = "./modules/api_routes"
  api_id        = aws_apigatewayv2_api.this.id
  execution_arn = aws_apigatewayv2_api.this.execution_arn
  alias_arn     = module.reviews.alias_arn
  route_keys    = ["ANY /reviews", "ANY /reviews/", "ANY /reviews/{proxy+}"]
  source_paths  = ["*/*/reviews*"]
}

module "graphql_routes" {
  source        = "./modules/api_routes"
  api_id        = aws_apigatewayv2_api.this.id
  execution_arn = aws_apigatewayv2_api.this.execution_arn
  alias_arn     = module.graphql.alias_arn
  route_keys    = ["ANY /graphql", "ANY /graphql/", "ANY /graphql/{proxy+}"]
  source_paths  = ["*/*/graphql*"]
}

module "messages_routes" {
  source        = "./modules/api_routes"
  api_id        = aws_apigatewayv2_api.this.id
  execution_arn = aws_apigatewayv2_api.this.execution_arn
  alias_arn     = module.messages.alias_arn
  route_keys    = ["ANY /messages", "ANY /messages/", "ANY /messages/{proxy+}"]
  source_paths  = ["*/*/messages*"]
}

module "wishlists_routes" {
  source        = "./modules/api_routes"
  api_id        = aws_apigatewayv2_api.this.id
  execution_arn = aws_apigatewayv2_api.this.execution_arn
  alias_arn     = module.wishlists.alias_arn
  route_keys    = ["ANY /wishlists", "ANY /wishlists/", "ANY /wishlists/{proxy+}"]
  source_paths  = ["*/*/wishlists*"]
}

# API Gateway's own answer to an unknown path is no problem document.
module "fallback_routes" {
  source        = "./modules/api_routes"
  api_id        = aws_apigatewayv2_api.this.id
  execution_arn = aws_apigatewayv2_api.this.execution_arn
  alias_arn     = module.fallback.alias_arn
  route_keys    = ["$default"]
  source_paths  = ["*/$default"]
}
