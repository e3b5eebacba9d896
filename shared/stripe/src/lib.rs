//! Stripe's HTTP API behind the payment gateway trait.
//!
//! [`StripeClient`] implements [`services::gateway::PaymentGateway`]: it retries what is safe to retry, with the caller's key,
//! within a deadline, and sorts what remains by what the caller is to do about it. [`verify_signature`] admits webhooks. No card
//! data passes through here, and neither secrets nor bodies are logged.

mod accounts;
pub mod amount;
mod balance;
mod client;
mod config;
mod deployed;
mod disputes;
mod failure;
mod gateway;
mod lists;
mod payments;
mod refunds;
mod tls;
mod transfers;
mod webhook;
mod wire;

pub use client::StripeClient;
pub use config::{API_VERSION, ConfigError, Secret, StripeConfig};
pub use deployed::{Deployed, Settings};
pub use webhook::{
    Event, EventKind, SIGNATURE_TOLERANCE, SignatureError, Subject, UnreadableObject, verify_signature,
};
