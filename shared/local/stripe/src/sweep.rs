//! What time alone brings about.

use crate::desk::Desk;
use crate::error::ApiError;
use crate::intents::{Intent, cancel};
use crate::provider::Provider;
use crate::refunds::{Refund, settle};

/// Lets authorisations lapse and refunds settle whose instant has come.
pub(crate) fn sweep(provider: &Provider) -> Result<(), ApiError> {
    provider.books.transact(|db| {
        let desk = Desk::unasked(provider, db);
        for mut intent in desk.due::<Intent>()? {
            cancel::end(&desk, &mut intent, Some("automatic".to_owned()))?;
            desk.emit("charge.expired", intent.charge_view())?;
        }
        for mut refund in desk.due::<Refund>()? {
            settle(&desk, &mut refund)?;
        }
        Ok(())
    })
}
