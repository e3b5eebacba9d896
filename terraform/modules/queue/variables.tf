variable "stage" {
  description = "Part of the names."
  type        = string
}

variable "name" {
  description = "The topic."
  type        = string
}

variable "visibility_timeout_seconds" {
  description = "Six times the worker's time limit, so that a throttled batch is not delivered twice at once."
  type        = number
}

variable "sqs_arn_prefix" {
  description = "What the ARNs of this account's queues begin with."
  type        = string
}

variable "senders" {
  description = "Services that may send: the statement's name, the service, its account, the ARN that it sends for."
  type = list(object({
    sid        = string
    service    = string
    account_id = string
    source_arn = string
  }))
  default = []
}

variable "topics" {
  description = "Topics that may send: the statement's name and the topic's ARN."
  type = list(object({
    sid = string
    arn = string
  }))
  default = []
}
