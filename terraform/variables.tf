variable "region" {
  description = "The region that everything is in."
  type        = string
}

variable "stage" {
  description = "Part of every name, so that several can stand in one account."
  type        = string
  default     = "dev"
  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.stage))
    error_message = "2 to 12 lower-case letters and digits, a letter first."
  }
}

variable "bundles_bucket" {
  description = "The bucket with the functions' bundles, in this region; deploy/publish fills it."
  type        = string
}

variable "release" {
  description = "The folder of the bundles in that bucket, one for each commit: `<release>/<function>.zip`."
  type        = string
}

variable "architecture" {
  description = "What the functions were built for."
  type        = string
  default     = "arm64"
  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "arm64 or x86_64."
  }
}

variable "log_level" {
  description = "The least severe level that the functions write."
  type        = string
  default     = "info"
  validation {
    condition     = contains(["error", "warn", "info", "debug", "trace"], var.log_level)
    error_message = "error, warn, info, debug or trace."
  }
}

variable "log_retention_days" {
  description = "Days that log lines are kept."
  type        = number
  default     = 30
  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "1, 3, 5, 7, 14, 30, 60, 90, 180 or 365."
  }
}

variable "domain_name" {
  description = "The API's own name, such as api.example.com; empty where AWS's name for it will do."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)*[a-z0-9-]*$", var.domain_name))
    error_message = "A name in lower-case letters."
  }
  validation {
    condition     = var.domain_name == "" || var.hosted_zone_id != ""
    error_message = "domain_name needs hosted_zone_id."
  }
}

variable "hosted_zone_id" {
  description = "The Route 53 zone that domain_name is in; it proves the certificate and points the name here."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^[A-Z0-9]*$", var.hosted_zone_id))
    error_message = "The zone's id: capital letters and digits."
  }
}

variable "throttling_rate" {
  description = "Requests a second that the API takes from all callers together; more are answered 429."
  type        = number
  default     = 500
  validation {
    condition     = var.throttling_rate >= 1
    error_message = "At least 1."
  }
}

variable "throttling_burst" {
  description = "Requests that it takes at one moment beyond the rate."
  type        = number
  default     = 1000
  validation {
    condition     = var.throttling_burst >= 1
    error_message = "At least 1."
  }
}

variable "deployment_preference" {
  description = "How traffic moves to a new version; an alarm meanwhile moves it back."
  type        = string
  default     = "AllAtOnce"
  validation {
    condition = contains([
      "AllAtOnce", "Canary10Percent5Minutes", "Canary10Percent10Minutes", "Canary10Percent15Minutes",
      "Linear10PercentEvery1Minute", "Linear10PercentEvery2Minutes",
    ], var.deployment_preference)
    error_message = "The end of the name of one of CodeDeploy's configurations for Lambda."
  }
}

variable "reserve_concurrency" {
  description = "Whether the workers and the scheduler have a share of the account's concurrency to themselves. A new account has too little to give any away."
  type        = bool
  default     = false
}

variable "backup_retention_days" {
  description = "Days back to which the database can be restored, to the second."
  type        = number
  default     = 14
  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "1 to 35."
  }
}

variable "secret_rotation_days" {
  description = "Days between two rotations of the functions' database user, and of the key that signs tokens."
  type        = number
  default     = 30
  validation {
    condition     = var.secret_rotation_days >= 1 && var.secret_rotation_days <= 1000
    error_message = "1 to 1000."
  }
}

variable "mail_from" {
  description = "The sender of all mail, a bare address; SES must have verified it or its domain in this region."
  type        = string
  validation {
    condition     = can(regex("^[^@\\s<>]+@[^@\\s<>]+$", var.mail_from))
    error_message = "A bare address."
  }
}

variable "cors_allow_origins" {
  description = "Origins whose pages may call the API and upload photos. Callers are known by bearer tokens, never by cookies, so the default gives nothing away."
  type        = list(string)
  default     = ["*"]
}

variable "stripe_api_base" {
  description = "Where the payment provider's API is, without a slash at the end."
  type        = string
  default     = "https://api.stripe.com"
  validation {
    condition     = can(regex("^https://.+[^/]$", var.stripe_api_base))
    error_message = "An https address without a slash at the end."
  }
}

variable "aurora_min_capacity" {
  description = "Least capacity of the database, in ACU of some 2 GiB, by halves. 0 lets it pause after half an hour without a call, and the first call then waits some 15 s; as the schedule calls each minute, that needs schedule_state DISABLED too."
  type        = number
  default     = 0.5
  validation {
    condition     = var.aurora_min_capacity >= 0 && var.aurora_min_capacity <= 256
    error_message = "0 to 256."
  }
}

variable "aurora_max_capacity" {
  description = "Most capacity of the database, in ACU."
  type        = number
  default     = 8
  validation {
    condition     = var.aurora_max_capacity >= 1 && var.aurora_max_capacity <= 256
    error_message = "1 to 256."
  }
}

variable "schedule_state" {
  description = "Whether the work of each minute runs (expiries, payouts, reveals, messages to send again)."
  type        = string
  default     = "ENABLED"
  validation {
    condition     = contains(["ENABLED", "DISABLED"], var.schedule_state)
    error_message = "ENABLED or DISABLED."
  }
}

variable "deletion_protection" {
  description = "Whether the database and the tables refuse to be deleted."
  type        = bool
  default     = true
}

variable "alarm_email" {
  description = "Who is told of alarms; nobody where empty."
  type        = string
  default     = ""
}
