//! SQS, S3, SES, Secrets Manager and DynamoDB for one machine.
