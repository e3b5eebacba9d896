# A table with the text `pk` as its key. What these tables hold can be made anew; the record of truth is the database.

resource "aws_dynamodb_table" "this" {
  name                        = "innkeep-${var.stage}-${var.name}"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "pk"
    type = "S"
  }

  dynamic "ttl" {
    for_each = var.expires ? ["expires_at"] : []
    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}
