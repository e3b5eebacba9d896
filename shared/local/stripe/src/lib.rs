//! A hostile payment provider that speaks the subset of Stripe's HTTP API in use.
//!
//! It is strict where Stripe is strict (idempotency keys, unknown parameters, amounts by currency, over-refunds, states) and, on
//! demand, as unreliable as a network can be: see [`Faults`]. Its books live in one `SQLite` file, and each request is one
//! transaction that holds the effect, its events, their pending webhooks and the answer kept for the idempotency key, so that
//! killing the process loses nothing that was acknowledged. Time and randomness are passed in.
//!
//! What it leaves out: cards and customers, confirming an intent after its creation, payouts to banks, processing fees.

mod accounts;
mod balance;
mod books;
mod currency;
mod desk;
mod disputes;
mod error;
mod events;
mod faults;
mod form;
mod handle;
mod idempotency;
mod intents;
mod list;
mod pages;
mod provider;
mod refunds;
mod respond;
mod route;
mod search;
mod server;
mod sweep;
mod transfers;
mod webhooks;

pub use books::BooksError;
pub use faults::{ApiFault, ApiFaultKind, Faults, Manner, Shuffle, WebhookFaults, When};
pub use handle::{Handle, Totals};
pub use server::{LocalStripe, Options, StartError};
