//! SQS, S3, SES, Secrets Manager and DynamoDB for one machine.
//!
//! Each stand-in is an HTTP server on a free loopback port that the real SDK clients talk to once their endpoint URL
//! names it. Where AWS leaves something open, a stand-in takes the stricter reading, so that what works here works
//! there. Signatures are verified by [`s3`] alone, because presigned URLs are handed to strangers; everything else
//! takes any credentials, such as [`ACCESS_KEY`] and [`SECRET_KEY`].
//!
//! Books are kept in one `SQLite` file per service under the data folder, written through to the disk before a call is
//! answered; without a folder they are in memory and end with the process.

mod database;
pub mod dynamodb;
mod error;
mod local_aws;
pub mod s3;
pub mod secrets;
mod server;
pub mod ses;
pub mod sqs;
mod wire;

pub use error::{AwsError, StartError};
pub use local_aws::{Endpoints, LocalAws, LocalAwsOptions, MailReports, UploadNotification};

/// The access key that [`s3`] knows; the other stand-ins take any.
pub const ACCESS_KEY: &str = "local";

/// The secret that belongs to [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "local-secret-key";

/// The account that owns everything.
pub const ACCOUNT: &str = "000000000000";

/// The region of ARNs unless the options name another.
pub const REGION: &str = "us-east-1";
