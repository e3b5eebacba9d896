//! The stand-ins as the real SDK clients see them.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper that fails fails its test")]

mod dynamodb;
mod local_aws;
mod s3;
mod secrets;
mod ses;
mod sqs;
mod sqs_durability;
mod sqs_polling;
mod sqs_refusals;
mod support;
