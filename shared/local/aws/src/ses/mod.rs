//! SES version 2, as far as sending goes: what is sent lands in a mailbox that can be read.
//!
//! Templates and attachments of simple messages are refused. Messages end at 10 MiB, below the 40 MB of AWS.

mod address;
mod faults;
mod mailbox;
mod message;
mod reports;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use domain::clock::SharedClock;
use domain::random::{SharedEntropy, uuid_v7};
use futures::future::BoxFuture;
use http::StatusCode;
use serde_json::json;

use faults::Faults;
pub use faults::SendFault;
use mailbox::Mailbox;
pub use mailbox::{Mail, MailQuery};

use crate::database::Database;
use crate::error::{AwsError, StartError};
use crate::server::{Bound, HttpServer};
use crate::wire;

/// A message of 10 MiB in base64, and what stands around it.
const MAX_BODY: usize = 15 * 1024 * 1024;

/// Called with the configuration set that a mail named, and with what became of the mail, in the form that SES publishes.
pub type OnReport = Arc<dyn Fn(&str, serde_json::Value) -> BoxFuture<'static, ()> + Send + Sync>;

/// How the mailbox is kept.
#[derive(Clone)]
pub struct SesOptions {
    /// Where `ses.sqlite` lies; `None` keeps the mailbox in memory.
    pub data_dir: Option<PathBuf>,
    /// Says when a mail was sent.
    pub clock: SharedClock,
    /// Makes the mails' ids.
    pub entropy: SharedEntropy,
    /// Addresses and domains that may be senders; empty means anybody.
    pub identities: Vec<String>,
    /// The configuration sets that mails may name.
    pub configuration_sets: Vec<String>,
    /// The hook for what becomes of mails to the mailbox simulator.
    pub on_report: Option<OnReport>,
}

impl fmt::Debug for SesOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SesOptions")
            .field("data_dir", &self.data_dir)
            .field("identities", &self.identities)
            .field("configuration_sets", &self.configuration_sets)
            .finish_non_exhaustive()
    }
}

impl SesOptions {
    /// A mailbox in memory that takes any sender.
    pub fn in_memory(clock: SharedClock, entropy: SharedEntropy) -> Self {
        Self {
            data_dir: None,
            clock,
            entropy,
            identities: Vec::new(),
            configuration_sets: Vec::new(),
            on_report: None,
        }
    }
}

/// The running service.
#[derive(Debug)]
pub struct Ses {
    server: HttpServer,
    office: Arc<Office>,
}

#[derive(Debug)]
struct Office {
    mailbox: Mailbox,
    faults: Faults,
    options: SesOptions,
}

impl Ses {
    /// Opens the mailbox and serves it.
    ///
    /// # Errors
    /// When the database or a loopback port cannot be had.
    pub async fn start(options: SesOptions) -> Result<Self, StartError> {
        let mailbox =
            Mailbox::new(Database::open(options.data_dir.as_deref(), "ses.sqlite", mailbox::SCHEMA)?);
        let bound = Bound::loopback().await?;
        let office = Arc::new(Office { mailbox, faults: Faults::default(), options });
        let router = Router::new()
            .route("/v2/email/outbound-emails", post(send_email))
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(Arc::clone(&office));
        Ok(Self { server: bound.serve(router), office })
    }

    /// The endpoint for an SDK client.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The mails that `query` asks for, oldest first.
    pub async fn list(&self, query: MailQuery) -> Result<Vec<Mail>, AwsError> {
        self.office.mailbox.list(query).await
    }

    /// Forgets all mails.
    pub async fn clear(&self) -> Result<(), AwsError> {
        self.office.mailbox.clear().await
    }

    /// Answers the next `calls` calls with `fault` instead of taking the mail.
    ///
    /// An SDK client repeats a throttled call, by default twice.
    pub fn fail_next(&self, calls: u32, fault: SendFault) {
        self.office.faults.set(calls, fault);
    }

    /// Lets calls under way finish, and closes the port.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

async fn send_email(State(office): State<Arc<Office>>, body: Result<Bytes, BytesRejection>) -> Response {
    match office.accept(body).await {
        Ok(id) => Json(json!({"MessageId": id})).into_response(),
        Err(error) => wire::rest_error(&error),
    }
}

impl Office {
    async fn accept(&self, body: Result<Bytes, BytesRejection>) -> Result<String, AwsError> {
        if let Some(fault) = self.faults.take() {
            return Err(fault.error());
        }
        let body = body.map_err(|rejection| {
            AwsError::sender("RequestEntityTooLarge", rejection.body_text()).with_status(rejection.status())
        })?;
        let request: message::SendEmail = wire::parse(&body)?;
        let now = self.options.clock.now();
        let id = uuid_v7(now, &*self.options.entropy).to_string();
        let configuration_set = request.configuration_set();
        if let Some(unknown) =
            configuration_set.as_ref().filter(|set| !self.options.configuration_sets.contains(set))
        {
            let message = format!("Configuration set <{unknown}> does not exist.");
            return Err(AwsError::sender("NotFoundException", message).with_status(StatusCode::NOT_FOUND));
        }
        let mail = request.into_mail(id.clone(), now, &self.options.identities)?;
        let reports = reports::of(&mail);
        self.mailbox.add(mail).await?;
        if let (Some(set), Some(tell)) = (configuration_set, &self.options.on_report) {
            for report in reports {
                tell(&set, report).await;
            }
        }
        Ok(id)
    }
}
