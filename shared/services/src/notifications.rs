//! Mails to people: who is told what, in which words, and once.
//!
//! A message names what happened and to what; its mails are written when it is worked off, from what is true then. The
//! words lie under `templates/<language>/`, one file for each kind and recipient, and serve the text and the HTML alike.

mod catalogue;
mod channel;
mod deliver;
mod language;
mod letter;
mod mailer;
mod party;
mod preferences;
mod render;
mod report;
mod unsubscribe;

use std::sync::Arc;

pub use channel::{Channel, Webhooks};
pub use deliver::{LEASE, deliver};
pub use mailer::{Mail, MailError, Mailer};
pub use preferences::{Preference, change_preferences, preferences};
pub use report::{MailReport, take_report};
pub use unsubscribe::{Unsubscriber, unsubscribe};

use render::Templates;

/// How mails are written and handed over.
#[derive(Debug)]
pub struct Notifier {
    mailer: Arc<dyn Mailer>,
    templates: Templates,
    unsubscriber: Unsubscriber,
    public_url: String,
}

impl Notifier {
    /// Mails go out by `mailer`; their links lead to `public_url`, which has no slash at its end. What may be turned off has
    /// a link of the `unsubscriber`'s.
    pub fn new(mailer: Arc<dyn Mailer>, unsubscriber: Unsubscriber, public_url: impl Into<String>) -> Self {
        Self { mailer, templates: Templates::new(), unsubscriber, public_url: public_url.into() }
    }
}
