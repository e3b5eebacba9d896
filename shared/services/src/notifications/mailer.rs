//! The way out to the mail service.

use std::error::Error;
use std::fmt::Debug;

use async_trait::async_trait;

/// A mail to one person, ready to be sent.
///
/// Whoever sends it sets each part as a value of its own, so that no part can add a header: the subject is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The recipient's bare address.
    pub to: String,
    /// One line without control characters, of 1 to 200 characters.
    pub subject: String,
    /// The plain body.
    pub text: String,
    /// The HTML body, which says the same.
    pub html: String,
    /// Where a `POST` stops mails of this kind (RFC 8058), as an `https` URL in visible ASCII; none for what must be told.
    pub unsubscribe: Option<String>,
    /// The same for each attempt at the same mail, in visible ASCII: it tells a mail that came twice.
    pub reference: String,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The service takes nothing for the moment (throttled, paused, away); this mail was not taken.
    #[error("the mail service takes nothing for the moment")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The call broke off: the mail may have been taken.
    #[error("nobody knows whether the mail was taken")]
    OutcomeUnknown(#[source] Box<dyn Error + Send + Sync>),
    /// The service refuses this mail, now and later.
    #[error("the mail is refused: {code}")]
    Refused {
        /// A stable code of 1 to 100 characters.
        code: String,
    },
}

/// A mail service.
#[async_trait]
pub trait Mailer: Debug + Send + Sync {
    /// Hands a mail over. `Ok` means that the service has it and sees to the rest.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}
