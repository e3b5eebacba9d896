//! SES version 2, as far as sending goes: what is sent lands in a mailbox that can be read.
//!
//! Templates and attachments of simple messages are refused. Messages end at 10 MiB, below the 40 MB of AWS.

mod address;
mod faults;
mod mailbox;
mod message;

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

/// How the mailbox is kept.
#[derive(Clone, Debug)]
pub struct SesOptions {
    /// Where `ses.sqlite` lies; `None` keeps the mailbox in memory.
    pub data_dir: Option<PathBuf>,
    /// Says when a mail was sent.
    pub clock: SharedClock,
    /// Makes the mails' ids.
    pub entropy: SharedEntropy,
    /// Addresses and domains that may be senders; empty means anybody.
    pub identities: Vec<String>,
}

impl SesOptions {
    /// A mailbox in memory that takes any sender.
    pub fn in_memory(clock: SharedClock, entropy: SharedEntropy) -> Self {
        Self { data_dir: None, clock, entropy, identities: Vec::new() }
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
        let mail = request.into_mail(id.clone(), now, &self.options.identities)?;
        self.mailbox.add(mail).await?;
        Ok(id)
    }
}
