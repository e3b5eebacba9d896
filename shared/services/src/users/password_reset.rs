//! Choosing a new password by mail.

use domain::ids::UserId;
use domain::messages::{Message, MessageBody, NotificationMessage};
use domain::user::{EmailAddress, Password};
use store::users;

use super::login::forget_attempts;
use super::verify::invalid_token;
use super::{Issuer, mail_token_digest};
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
///
/// Attempts to sign in are forgotten: whoever read the mail may sign in at once. Answers whose account it is.
pub async fn confirm_reset(
    ctx: &Ctx,
    issuer: &Issuer,
    token: &str,
    password: &Password,
) -> Result<UserId, Failure> {
    let hash = passwords::hash(&ctx.entropy, password).await?;
    let message = ctx.new_id();
    let owner = users::reset_password(&ctx.db, &mail_token_digest(token), &hash, message, ctx.now()).await?;
    let Some(owner) = owner else { return Err(invalid_token().into()) };
    let user_id = owner.id;
    forget_attempts(issuer, &owner.email_key).await;
    let body = MessageBody::Notifications(NotificationMessage::PasswordChanged { user_id });
    ctx.publish(&[Message { id: message, body }]).await;
    Ok(user_id)
}
