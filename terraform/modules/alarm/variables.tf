variable "stage" {
  description = "Part of the name."
  type        = string
}

variable "name" {
  description = "The rest of the name."
  type        = string
}

variable "description" {
  description = "What has happened."
  type        = string
}

variable "section" {
  description = "The section of the runbook that says what to do."
  type        = string
}

variable "namespace" {
  description = "The metric's namespace."
  type        = string
}

variable "metric_name" {
  description = "The metric."
  type        = string
}

variable "dimensions" {
  description = "Of what."
  type        = map(string)
}

variable "statistic" {
  description = "Sum, Maximum or Average of each minute; null for a percentile."
  type        = string
  default     = null
}

variable "extended_statistic" {
  description = "A percentile of each minute, such as p99."
  type        = string
  default     = null
}

variable "minutes" {
  description = "How many minutes running it must be above."
  type        = number
  default     = 1
}

variable "threshold" {
  description = "What it must not be above."
  type        = number
}

variable "topic_arn" {
  description = "Who is told."
  type        = string
}
