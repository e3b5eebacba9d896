//! All services at once.

use std::path::PathBuf;
use std::sync::Arc;

use domain::clock::SharedClock;
use domain::random::SharedEntropy;

use crate::dynamodb::{DynamoDb, DynamoDbOptions};
use crate::error::StartError;
use crate::s3::{OnPut, S3, S3Options};
use crate::secrets::{Secrets, SecretsOptions};
use crate::ses::{OnReport, Ses, SesOptions};
use crate::sqs::{Sqs, SqsOptions};

/// S3 tells a queue about stored objects.
#[derive(Clone, Debug)]
pub struct UploadNotification {
    /// The bucket's name.
    pub bucket: String,
    /// Only keys that begin like this.
    pub prefix: String,
    /// The queue's name; the queue must exist when an object arrives.
    pub queue: String,
}

/// SES tells a queue what becomes of mails: the way by a topic with raw delivery is left out.
#[derive(Clone, Debug)]
pub struct MailReports {
    /// Of the mails that name this configuration set.
    pub configuration_set: String,
    /// The queue's name; the queue must exist when a mail is sent.
    pub queue: String,
}

/// How the services are kept.
#[derive(Clone, Debug)]
pub struct LocalAwsOptions {
    /// The folder of all books; `None` keeps them in memory (objects in a temporary folder).
    pub data_dir: Option<PathBuf>,
    /// The local system's clock.
    pub clock: SharedClock,
    /// Where ids come from.
    pub entropy: SharedEntropy,
    /// The region in ARNs and events.
    pub region: String,
    /// Which uploads are told to which queue.
    pub upload_notifications: Vec<UploadNotification>,
    /// The largest object in bytes.
    pub max_object: u64,
    /// Addresses and domains that may send mail; empty means anybody.
    pub mail_identities: Vec<String>,
    /// The configuration sets that mails may name, and who is told what becomes of those.
    pub mail_reports: Vec<MailReports>,
}

impl LocalAwsOptions {
    /// Everything in memory, in the default region, without notifications.
    pub fn in_memory(clock: SharedClock, entropy: SharedEntropy) -> Self {
        Self {
            data_dir: None,
            clock,
            entropy,
            region: crate::REGION.to_owned(),
            upload_notifications: Vec::new(),
            max_object: S3Options::default().max_object,
            mail_identities: Vec::new(),
            mail_reports: Vec::new(),
        }
    }
}

/// The running services.
#[derive(Debug)]
pub struct LocalAws {
    /// Queues.
    pub sqs: Arc<Sqs>,
    /// Tables.
    pub dynamodb: DynamoDb,
    /// Objects.
    pub s3: S3,
    /// Mail.
    pub ses: Ses,
    /// Secrets.
    pub secrets: Secrets,
}

/// Where each service is found: the values of the `AWS_ENDPOINT_URL_…` variables.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// For `AWS_ENDPOINT_URL_SQS`.
    pub sqs: String,
    /// For `AWS_ENDPOINT_URL_DYNAMODB`.
    pub dynamodb: String,
    /// For `AWS_ENDPOINT_URL_S3`.
    pub s3: String,
    /// For `AWS_ENDPOINT_URL_SESV2`.
    pub ses: String,
    /// For `AWS_ENDPOINT_URL_SECRETS_MANAGER`.
    pub secrets: String,
}

impl LocalAws {
    /// Starts all services.
    ///
    /// # Errors
    /// When a file, a folder or a loopback port cannot be had.
    pub async fn start(options: LocalAwsOptions) -> Result<Self, StartError> {
        let LocalAwsOptions { data_dir, clock, entropy, region, .. } = &options;
        let (data_dir, clock, entropy) = (data_dir.clone(), Arc::clone(clock), Arc::clone(entropy));
        let region = region.clone();
        let sqs = Arc::new(
            Sqs::start(SqsOptions {
                data_dir: data_dir.clone(),
                clock: Arc::clone(&clock),
                entropy: Arc::clone(&entropy),
                region: region.clone(),
            })
            .await?,
        );
        let on_put = Some(tell_queues(&sqs, &options));
        let root = data_dir.as_ref().map(|folder| folder.join("s3"));
        let s3 = S3::start(S3Options { root, max_object: options.max_object, on_put }).await?;
        let dynamodb = DynamoDb::start(DynamoDbOptions { data_dir: data_dir.clone() }).await?;
        let secrets = Secrets::start(SecretsOptions {
            data_dir: data_dir.clone(),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            region,
        })
        .await?;
        let configuration_sets =
            options.mail_reports.iter().map(|reports| reports.configuration_set.clone()).collect();
        let on_report = Some(report_mails(&sqs, options.mail_reports));
        let identities = options.mail_identities;
        let ses =
            Ses::start(SesOptions { data_dir, clock, entropy, identities, configuration_sets, on_report })
                .await?;
        Ok(Self { sqs, dynamodb, s3, ses, secrets })
    }

    /// Where each service is found.
    pub fn endpoints(&self) -> Endpoints {
        Endpoints {
            sqs: self.sqs.url(),
            dynamodb: self.dynamodb.url(),
            s3: self.s3.url(),
            ses: self.ses.url(),
            secrets: self.secrets.url(),
        }
    }

    /// Stops all services, the one that stores into another's queues first.
    pub async fn stop(self) {
        let Self { sqs, dynamodb, s3, ses, secrets } = self;
        s3.stop().await;
        tokio::join!(sqs.stop(), dynamodb.stop(), ses.stop(), secrets.stop());
    }
}

fn report_mails(sqs: &Arc<Sqs>, reports: Vec<MailReports>) -> OnReport {
    // Weak, or the two services would keep each other alive.
    let sqs = Arc::downgrade(sqs);
    Arc::new(move |configuration_set, report| {
        let wanted = |one: &&MailReports| one.configuration_set == configuration_set;
        let queues: Vec<String> = reports.iter().filter(wanted).map(|one| one.queue.clone()).collect();
        let sqs = sqs.upgrade();
        Box::pin(async move {
            for queue in queues {
                let Some(sqs) = &sqs else { return };
                if let Err(error) = sqs.send(&queue, report.to_string()).await {
                    tracing::error!(%error, queue, "what became of a mail could not be told");
                }
            }
        })
    })
}

fn tell_queues(sqs: &Arc<Sqs>, options: &LocalAwsOptions) -> OnPut {
    // Weak, or the two services would keep each other alive.
    let sqs = Arc::downgrade(sqs);
    let clock = Arc::clone(&options.clock);
    let region = options.region.clone();
    let rules = options.upload_notifications.clone();
    Arc::new(move |object| {
        let wanted =
            |rule: &&UploadNotification| rule.bucket == object.bucket && object.key.starts_with(&rule.prefix);
        let queues: Vec<String> = rules.iter().filter(wanted).map(|rule| rule.queue.clone()).collect();
        let body = object.notification(&region, clock.now()).to_string();
        let sqs = sqs.upgrade();
        Box::pin(async move {
            for queue in queues {
                let Some(sqs) = &sqs else { return };
                if let Err(error) = sqs.send(&queue, body.clone()).await {
                    tracing::error!(%error, queue, "an upload could not be told");
                }
            }
        })
    })
}
