# Functions reach it by the Data API, from outside the network: no subnet has a way out, and nobody may connect.

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/24"
  tags       = { Name = "innkeep-${var.stage}" }
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.this.id
  availability_zone = data.aws_availability_zones.available.names[0]
  cidr_block        = "10.0.0.0/26"
}

resource "aws_subnet" "b" {
  vpc_id            = aws_vpc.this.id
  availability_zone = data.aws_availability_zones.available.names[1]
  cidr_block        = "10.0.0.64/26"
}

resource "aws_db_subnet_group" "this" {
  name        = "innkeep-${var.stage}"
  description = "Two zones without a way out."
  subnet_ids  = [aws_subnet.a.id, aws_subnet.b.id]
}

# Terraform leaves a group without rules of its own with none: nothing gets out, as in the template.
resource "aws_security_group" "database" {
  name_prefix = "innkeep-${var.stage}-database-"
  description = "Nothing in, nothing out."
  vpc_id      = aws_vpc.this.id

  egress {
    cidr_blocks = ["127.0.0.1/32"]
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    description = "Nowhere"
  }
}

resource "aws_rds_cluster" "this" {
  cluster_identifier              = "innkeep-${var.stage}"
  engine                          = "aurora-postgresql"
  engine_version                  = "17.9"
  database_name                   = "innkeep"
  master_username                 = "innkeep_owner"
  manage_master_user_password     = true
  enable_http_endpoint            = true
  db_subnet_group_name            = aws_db_subnet_group.this.name
  vpc_security_group_ids          = [aws_security_group.database.id]
  storage_encrypted               = true
  backup_retention_period         = var.backup_retention_days
  copy_tags_to_snapshot           = true
  deletion_protection             = var.deletion_protection
  skip_final_snapshot             = false
  final_snapshot_identifier       = "innkeep-${var.stage}-final"
  enabled_cloudwatch_logs_exports = ["postgresql"]

  serverlessv2_scaling_configuration {
    min_capacity             = var.aurora_min_capacity
    max_capacity             = var.aurora_max_capacity
    seconds_until_auto_pause = var.aurora_min_capacity == 0 ? 1800 : null
  }

  # The cluster would make the group itself, and keep its lines for ever.
  depends_on = [aws_cloudwatch_log_group.database]
}

resource "aws_rds_cluster_instance" "writer" {
  cluster_identifier           = aws_rds_cluster.this.cluster_identifier
  identifier_prefix            = "innkeep-${var.stage}-"
  instance_class               = "db.serverless"
  engine                       = "aurora-postgresql"
  publicly_accessible          = false
  auto_minor_version_upgrade   = true
  performance_insights_enabled = true
}

resource "aws_cloudwatch_log_group" "database" {
  name              = "/aws/rds/cluster/innkeep-${var.stage}/postgresql"
  retention_in_days = var.log_retention_days
}
