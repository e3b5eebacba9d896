//! Making an account.

use domain::dates::Zone;
use domain::messages::{Message, MessageBody};
use domain::user::{DisplayName, EmailAddress, Locale, Password};
use store::users::{self, NewUser};

use crate::{Ctx, Failure, passwords};

/// What a person gives to register.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Where mail goes and how the account is found.
    pub email: EmailAddress,
    /// The secret.
    pub password: Password,
    /// As shown to others.
    pub name: DisplayName,
    /// The language of mails.
    pub locale: Locale,
    /// The zone of times in mails.
    pub time_zone: Zone,
}

/// Makes the account and has its address told, or has the owner of the address told that somebody tried.
///
/// The answer and the work are the same in both cases: hashing, one statement, one message.
pub async fn register(ctx: &Ctx, registration: &Registration) -> Result<(), Failure> {
    let password_hash = passwords::hash(&ctx.entropy, &registration.password).await?;
    let message = ctx.new_id();
    let key = registration.email.key();
    let user = NewUser {
        id: ctx.new_id(),
        email: registration.email.as_str(),
        email_key: &key,
        name: registration.name.as_str(),
        password_hash: &password_hash,
        locale: registration.locale.as_str(),
        time_zone: registration.time_zone.name(),
    };
    if let Some(registered) = users::register(&ctx.db, &user, message, ctx.now()).await? {
        ctx.publish(&[Message { id: message, body: MessageBody::Notifications(registered.message) }]).await;
    }
    Ok(())
}
