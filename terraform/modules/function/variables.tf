variable "name" {
  description = "The function's crate."
  type        = string
}

variable "memory_mb" {
  description = "Memory in MB; 1,769 MB come with one whole core."
  type        = number
}

variable "timeout_seconds" {
  description = "How long one event may take."
  type        = number
}

variable "variables" {
  description = "Its own variables, beside those of all functions."
  type        = map(string)
  default     = {}
}

variable "statements" {
  description = "What it may do beside writing its log and its traces: statements of an IAM policy."
  type        = any
  default     = []
}

variable "reserved_concurrency" {
  description = "Its own share of the account's concurrency; -1 for none."
  type        = number
  default     = -1
}

variable "shifted" {
  description = "Whether CodeDeploy moves the alias to a new version; else the alias moves at once."
  type        = bool
  default     = true
}

variable "rollback_alarms" {
  description = "Names of alarms that move traffic back, beside the function's own."
  type        = list(string)
  default     = []
}

variable "retries" {
  description = "For those that are called asynchronously: how long an event is kept (seconds) and how often it is tried again."
  type = object({
    max_age_seconds = number
    attempts        = number
  })
  default = null
}

variable "queue" {
  description = "For workers: the queue's ARN, the most records in one event, the most events at a time."
  type = object({
    arn         = string
    batch_size  = number
    concurrency = number
  })
  default = null
}

variable "shared" {
  description = "What all functions of a deployment share."
  type = object({
    stage                 = string
    architecture          = string
    log_level             = string
    log_retention_days    = number
    bundles_bucket        = string
    release               = string
    alarm_topic_arn       = string
    codedeploy_app        = string
    codedeploy_role_arn   = string
    deployment_preference = string
  })
}
