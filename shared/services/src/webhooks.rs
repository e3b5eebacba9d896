//! Outbound webhooks: who is told, in which words, signed by which secret, until when.

mod deliver;
mod dispatch;
mod manage;
mod sender;
mod signature;

pub use deliver::{LEASE, deliver};
pub use dispatch::dispatch_due;
pub use manage::{Secret, change, create, delete, get, list, log, redeliver, rotate};
pub use sender::{Call, NoAnswer, Reply, WebhookSender};
pub use signature::sign;
