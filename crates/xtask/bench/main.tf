# Fifteen objects like those that es2s3 keeps, for `terraform plan` without a change.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
}

provider "aws" {
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}

variable "base" { type = string }
variable "package" { type = string }

resource "aws_s3_bucket" "snapshots" { bucket = "${var.base}-snapshots" }
resource "aws_s3_bucket_versioning" "snapshots" {
  bucket = aws_s3_bucket.snapshots.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_server_side_encryption_configuration" "snapshots" {
  bucket = aws_s3_bucket.snapshots.id
  rule {
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
  }
}
resource "aws_s3_bucket_public_access_block" "snapshots" {
  bucket                  = aws_s3_bucket.snapshots.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}
data "aws_iam_policy_document" "run" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.snapshots.arn}/*"]
  }
}
resource "aws_iam_role" "function" {
  name               = "${var.base}-function"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
resource "aws_iam_role_policy" "function" {
  name   = "run"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.run.json
}
resource "aws_iam_role" "repository" {
  name               = "${var.base}-repository"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
resource "aws_iam_role_policy" "repository" {
  name   = "snapshots"
  role   = aws_iam_role.repository.id
  policy = data.aws_iam_policy_document.run.json
}
resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.base}"
  retention_in_days = 90
}
resource "aws_lambda_function" "run" {
  function_name    = var.base
  role             = aws_iam_role.function.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
}
resource "aws_cloudwatch_event_rule" "run" {
  name                = "${var.base}-run"
  schedule_expression = "cron(0 5 * * ? *)"
}
resource "aws_cloudwatch_event_target" "run" {
  rule = aws_cloudwatch_event_rule.run.name
  arn  = aws_lambda_function.run.arn
}
resource "aws_lambda_permission" "run" {
  statement_id  = "run"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.run.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.run.arn
}
resource "aws_cloudwatch_event_rule" "carry_on" {
  name                = "${var.base}-carry-on"
  schedule_expression = "rate(15 minutes)"
}
resource "aws_cloudwatch_event_target" "carry_on" {
  rule = aws_cloudwatch_event_rule.carry_on.name
  arn  = aws_lambda_function.run.arn
}
