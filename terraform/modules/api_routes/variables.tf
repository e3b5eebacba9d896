variable "api_id" {
  description = "The API."
  type        = string
}

variable "execution_arn" {
  description = "What the ARNs of the API's routes begin with."
  type        = string
}

variable "alias_arn" {
  description = "The function's alias."
  type        = string
}

variable "route_keys" {
  description = "The routes. A path with and without its last slash are two, and the greedy one covers neither."
  type        = list(string)
}

variable "source_paths" {
  description = "Stage, method and path that the leave is for."
  type        = list(string)
}
