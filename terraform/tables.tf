module "sessions_table" {
  source              = "./modules/table"
  stage               = var.stage
  name                = "sessions"
  expires             = true
  deletion_protection = var.deletion_protection
}

module "idempotency_table" {
  source              = "./modules/table"
  stage               = var.stage
  name                = "idempotency"
  expires             = true
  deletion_protection = var.deletion_protection
}

module "keys_table" {
  source              = "./modules/table"
  stage               = var.stage
  name                = "keys"
  expires             = false
  deletion_protection = var.deletion_protection
}

# What strangers read, kept for a minute or two; all of it can be read again.
module "cache_table" {
  source              = "./modules/table"
  stage               = var.stage
  name                = "cache"
  expires             = true
  deletion_protection = var.deletion_protection
}

# The audit log's end, where the database's owner does not reach.
module "anchors_table" {
  source              = "./modules/table"
  stage               = var.stage
  name                = "anchors"
  expires             = false
  deletion_protection = var.deletion_protection
}
