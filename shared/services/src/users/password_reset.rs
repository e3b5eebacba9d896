//! Choosing a new password by mail.

use domain::messages::{Message, MessageBody, NotificationMessage};
use domain::user::{EmailAddress, Password};
use store::users;

use super::mail_token_digest;
use super::verify::invalid_token;
use crate::{Ctx, Failure, passwords};

/// Has a reset mail sent if the address has an account; the answer does not say.
pub async fn request_reset(ctx: &Ctx, email: &EmailAddress) -> Result<(), Failure> {
    let message = ctx.new_id();
    if let Some(asked) = users::request_reset(&ctx.db, &email.key(), message, ctx.now()).await? {
        ctx.publish(&[Message { id: message, body: MessageBody::Notifications(asked.message) }]).await;
    }
    Ok(())
}

/// Sets the new password, ends every session and tells the owner.
pub async fn confirm_reset(ctx: &Ctx, token: &str, password: &Password) -> Result<(), Failure> {
    let hash = passwords::hash(&ctx.entropy, password).await?;
    let message = ctx.new_id();
    let owner = users::reset_password(&ctx.db, &mail_token_digest(token), &hash, message, ctx.now()).await?;
    let Some(user_id) = owner else { return Err(invalid_token().into()) };
    let body = MessageBody::Notifications(NotificationMessage::PasswordChanged { user_id });
    ctx.publish(&[Message { id: message, body }]).await;
    Ok(())
}
