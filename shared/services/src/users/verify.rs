//! Proving an address.

use domain::refusal::Refusal;

use super::mail_token_digest;
use crate::{Ctx, Failure};

/// Proves the address that a token was sent to. A token is good once.
pub async fn verify_email(ctx: &Ctx, token: &str) -> Result<(), Failure> {
    if store::users::verify_email(&ctx.db, &mail_token_digest(token), ctx.now()).await? {
        return Ok(());
    }
    Err(invalid_token().into())
}

/// A token that is unknown, spent or lapsed; which of them is nobody's business.
pub(super) fn invalid_token() -> Refusal {
    Refusal::rule(
        "invalid_token",
        "/token",
        "This token is not valid, was used before or has expired. Ask for a new mail.",
    )
}
