//! Another address.

use domain::ids::{SessionId, UserId};
use domain::messages::{Message, MessageBody, NotificationMessage};
use domain::refusal::Refusal;
use domain::user::EmailAddress;
use store::users::email_change::{self, Changed};

use super::sessions::recent;
use super::verify::invalid_token;
use super::{Issuer, mail_token_digest};
use crate::{Ctx, Failure};

/// Sends a token to the wanted address and word of it to the present one. The account keeps its address until then.
pub async fn ask_email_change(
    ctx: &Ctx,
    issuer: &Issuer,
    user_id: UserId,
    session: SessionId,
    email: &EmailAddress,
) -> Result<(), Failure> {
    recent(ctx, issuer, session).await?;
    let (to_new, to_present) = (ctx.new_id(), ctx.new_id());
    if !email_change::ask(&ctx.db, user_id, email.as_str(), (to_new, to_present), ctx.now()).await? {
        return Err(Failure::NotFound);
    }
    let message = |id, body| Message { id, body: MessageBody::Notifications(body) };
    ctx.publish(&[
        message(to_new, NotificationMessage::EmailChange { user_id }),
        message(to_present, NotificationMessage::EmailChangeAsked { user_id }),
    ])
    .await;
    Ok(())
}

/// Gives the account its new address by the token from the mail.
pub async fn confirm_email_change(ctx: &Ctx, token: &str) -> Result<(), Failure> {
    match email_change::confirm(&ctx.db, &mail_token_digest(token), ctx.now()).await? {
        Some(Changed::Done) => Ok(()),
        // Whoever has the token reads the mail of the address: it is theirs to know that it has an account.
        Some(Changed::Taken) => {
            Err(Refusal::conflict("email_taken", "Another account has this address. Sign in to that one.")
                .into())
        }
        None => Err(invalid_token().into()),
    }
}
