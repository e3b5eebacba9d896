//! The guest proves to the bank who pays (3-D Secure).

use crate::desk::Desk;
use crate::error::ApiError;
use crate::intents::create::{authorise, fail};
use crate::intents::{Intent, Status};

/// Ends the authentication of an intent, well or badly. A second visit changes nothing.
pub(crate) fn finish(desk: &Desk<'_>, intent: &mut Intent, proved: bool) -> Result<(), ApiError> {
    if intent.status != Status::RequiresAction {
        return Ok(());
    }
    if proved {
        return authorise(desk, intent);
    }
    let message = "We are unable to authenticate your payment method. Please choose a different payment method and try again.";
    fail(desk, intent, "payment_intent_authentication_failure", None, message)?;
    Ok(())
}
