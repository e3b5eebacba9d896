//! What can be changed. A request with a mutation carries an `Idempotency-Key` and is done once under it.

mod bookings;
mod listings;
mod messages;
mod modifications;
mod payments;
mod reviews;
mod staff;

use async_graphql::{Context, MergedObject, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::invalid::Invalid;
use domain::refusal::FieldError;
use sha2::{Digest as _, Sha256};
use web::{IdempotencyKey, Problem};

use super::Key;
use crate::errors::{told, told_of_input};

/// What can be changed. Each request carries an `Idempotency-Key`, and is done once under it.
#[derive(Default, MergedObject)]
pub(crate) struct Mutation(
    bookings::BookingMutations,
    listings::CalendarMutations,
    listings::PeopleMutations,
    listings::PhotoMutations,
    listings::PropertyMutations,
    messages::MessageMutations,
    modifications::ModificationMutations,
    payments::PaymentMutations,
    reviews::ReviewMutations,
    staff::StaffMutations,
);

/// The key of this one field: the request's, and its place in the answer.
fn key(ctx: &Context<'_>) -> Result<String> {
    let Key(key) = ctx.data_unchecked::<Key>();
    let detail = "A mutation needs an Idempotency-Key.";
    let missing = || told(Problem::new(http::StatusCode::BAD_REQUEST, "idempotency_key_missing", detail));
    let key = key.as_ref().map(IdempotencyKey::as_str).ok_or_else(missing)?;
    let field = ctx.item.node.response_key().node.as_str();
    let digest = Sha256::new().chain_update(key).chain_update([0]).chain_update(field).finalize();
    Ok(format!("graphql:{}", URL_SAFE_NO_PAD.encode(digest)))
}

/// The fields of an input that do not parse.
#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    /// The parsed value, or its reason among the faults; `pointer` as REST has it.
    fn keep<T>(&mut self, pointer: &str, parsed: std::result::Result<T, Invalid>) -> Option<T> {
        parsed.map_err(|invalid| self.0.push(invalid.at(pointer))).ok()
    }

    /// Refuses the input if there are any.
    fn refuse(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(told_of_input(Problem::validation(self.0))) }
    }

    /// The parsed value of a field that must be there.
    fn need<T>(self, value: Option<T>) -> Result<T> {
        self.refuse()?;
        value.ok_or_else(|| told_of_input(Problem::validation(Vec::new())))
    }
}

/// One field that must parse.
fn parsed<T>(pointer: &str, value: std::result::Result<T, Invalid>) -> Result<T> {
    let mut faults = Faults::default();
    let value = faults.keep(pointer, value);
    faults.need(value)
}
