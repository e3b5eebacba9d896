variable "stage" {
  description = "Part of the name."
  type        = string
}

variable "name" {
  description = "What it holds."
  type        = string
}

variable "expires" {
  description = "Whether items end at the second in `expires_at`."
  type        = bool
}

variable "deletion_protection" {
  description = "Whether it refuses to be deleted."
  type        = bool
}
