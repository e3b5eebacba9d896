//! Mails: who got which, and what their writer must know.

mod claim;
mod facts;
mod message;
mod webhook;

pub use claim::{Claim, ClaimState, Outcome, claim, forget_ended, release, settle};
pub(crate) use facts::person_json;
pub use facts::{
    BookingFacts, DisputeFacts, Home, Person, PhotoFacts, ReceiptFacts, UserFacts, booking, dispute, photo,
    receipt, user,
};
pub use message::{MessageFacts, message};
pub use webhook::{WebhookFacts, webhook};
