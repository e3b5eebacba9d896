//! The variables that a deployment sets, with the values of one machine.

use std::collections::HashMap;
use std::path::Path;

use domain::messages::Topic;
use local_aws::{ACCESS_KEY, Endpoints, REGION, SECRET_KEY};
use platform::Env;
use platform::config::QueuesConfig;

use crate::database::{APP_SECRET_ARN, CLUSTER_ARN, Cluster, OWNER_SECRET_ARN};
use crate::plan::TABLES;

/// The bucket of photos.
pub(crate) const BUCKET: &str = "innkeep-local-media";
/// The address that mails come from.
pub(crate) const MAIL_FROM: &str = "Innkeep <stays@innkeep.example>";
/// The configuration set of mails.
pub(crate) const MAIL_CONFIGURATION_SET: &str = "innkeep-local";
/// The secret with the credentials of the functions' role.
pub(crate) const APP_SECRET: &str = "innkeep-app";
/// The secret of the private key of access tokens.
pub(crate) const SIGNING_KEY_SECRET: &str = "innkeep-signing-key";
/// The secret with the payment provider's key.
pub(crate) const STRIPE_SECRET: &str = "innkeep-stripe";
/// The secret with the payment provider's webhook secrets.
pub(crate) const STRIPE_WEBHOOK_SECRET: &str = "innkeep-stripe-webhook";
/// The payment provider's key.
pub(crate) const STRIPE_API_KEY: &str = "sk_test_local";
/// What signs the payment provider's webhooks.
pub(crate) const STRIPE_WEBHOOK_KEY: &str = "whsec_local";

/// What the variables are made from.
#[derive(Debug)]
pub struct Names<'a> {
    /// The database of this system.
    pub database: &'a str,
    /// Where clients reach the gateway, without a slash at the end.
    pub public_url: &'a str,
    /// Where the payment provider's API is.
    pub stripe_url: &'a str,
    /// The file with the clock's offset.
    pub clock_file: &'a Path,
    /// The least severe level that is logged.
    pub log_level: &'a str,
    /// Whether what callers do is counted, as it is where it is deployed.
    pub limits: bool,
}

/// The variables of all functions; each reads only its own. Separate processes may be started with the same ones.
pub(crate) fn variables(
    cluster: &Cluster,
    endpoints: &Endpoints,
    queue_url: impl Fn(Topic) -> String,
    names: &Names<'_>,
) -> HashMap<String, String> {
    let fixed = [
        ("STAGE", "local"),
        ("LOG_LEVEL", names.log_level),
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ("AWS_ENDPOINT_URL_SQS", &endpoints.sqs),
        ("AWS_ENDPOINT_URL_DYNAMODB", &endpoints.dynamodb),
        ("AWS_ENDPOINT_URL_S3", &endpoints.s3),
        ("AWS_ENDPOINT_URL_SESV2", &endpoints.ses),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &endpoints.secrets),
        ("AWS_ENDPOINT_URL_RDS_DATA", &cluster.data_api().url()),
        ("DB_CLUSTER_ARN", CLUSTER_ARN),
        ("DB_SECRET_ARN", APP_SECRET_ARN),
        ("DB_NAME", names.database),
        ("APP_DB_SECRET_ARN", APP_SECRET),
        ("SIGNING_KEY_SECRET_ARN", SIGNING_KEY_SECRET),
        ("STRIPE_SECRET_ARN", STRIPE_SECRET),
        ("STRIPE_WEBHOOK_SECRET_ARN", STRIPE_WEBHOOK_SECRET),
        ("STRIPE_API_BASE", names.stripe_url),
        ("JWT_ISSUER", "https://innkeep.local"),
        ("JWT_AUDIENCE", "innkeep-local"),
        ("MAIL_FROM", MAIL_FROM),
        ("MAIL_CONFIGURATION_SET", MAIL_CONFIGURATION_SET),
        ("MEDIA_BUCKET", BUCKET),
        ("PUBLIC_URL", names.public_url),
    ];
    let mut variables: HashMap<String, String> =
        fixed.iter().chain(&TABLES).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for topic in Topic::ALL {
        variables.insert(QueuesConfig::variable(*topic).to_owned(), queue_url(*topic));
    }
    if !names.limits {
        variables.insert(web::LIMITS.to_owned(), "off".to_owned());
    }
    let clock_file = names.clock_file.display().to_string();
    variables.insert(platform::clock::CLOCK_FILE.to_owned(), clock_file);
    variables
}

/// The same variables for the one function that works as the owner of the database.
pub(crate) fn owner_env(variables: &HashMap<String, String>) -> Env {
    let mut variables = variables.clone();
    variables.insert("DB_SECRET_ARN".to_owned(), OWNER_SECRET_ARN.to_owned());
    Env::from_map(variables)
}
