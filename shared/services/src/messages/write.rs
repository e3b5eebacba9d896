//! Writing to the other side.

use domain::conversation::MessageText;
use domain::conversation::contact::mask;
use domain::ids::{MessageId, ThreadId, UserId};
use domain::messages::{Message as Told, MessageBody, NotificationMessage};
use domain::refusal::{Refusal, RefusalClass};
use store::threads::{About, Message, NewMessage, Posted, Why};

use crate::{Ctx, Failure};

/// Writes into a conversation of the author's, and tells the other side by mail.
///
/// Refuses with `account_suspended`, and with `conversation_closed` where the other side is suspended or gone.
pub async fn post(
    ctx: &Ctx,
    author: UserId,
    thread: ThreadId,
    text: &MessageText,
) -> Result<Message, Failure> {
    let draft = Draft::new(ctx, text);
    let posted = store::threads::post(&ctx.db, thread, &draft.new_message(ctx, author, text)).await?;
    draft.settle(ctx, posted).await
}

/// Writes the first words about a listing or a booking; where there is a conversation about it, further ones.
///
/// Refuses as [`post`] does, and with `own_listing` an enquiry about one's own. A listing that is not on the market and
/// a booking of others are not there.
pub async fn start(ctx: &Ctx, author: UserId, about: About, text: &MessageText) -> Result<Message, Failure> {
    let draft = Draft::new(ctx, text);
    let posted =
        store::threads::start(&ctx.db, ctx.new_id(), about, &draft.new_message(ctx, author, text)).await?;
    draft.settle(ctx, posted).await
}

/// What a message needs beside its words.
struct Draft {
    id: MessageId,
    masked: Option<String>,
    told: [Told; 1],
}

impl Draft {
    fn new(ctx: &Ctx, text: &MessageText) -> Self {
        let id = ctx.new_id();
        let told = [told(ctx, id)];
        Self { id, masked: mask(text.as_str()), told }
    }

    fn new_message<'a>(&'a self, ctx: &Ctx, author: UserId, text: &'a MessageText) -> NewMessage<'a> {
        let masked = self.masked.as_deref();
        NewMessage { id: self.id, author, text: text.as_str(), masked, told: &self.told, now: ctx.now() }
    }

    async fn settle(&self, ctx: &Ctx, posted: Option<Posted>) -> Result<Message, Failure> {
        match posted {
            Some(Posted::Kept(message)) => {
                ctx.publish(&self.told).await;
                Ok(message)
            }
            Some(Posted::Refused(why)) => Err(refusal(why).into()),
            None => Err(Failure::NotFound),
        }
    }
}

pub(super) fn told(ctx: &Ctx, message_id: MessageId) -> Told {
    ctx.message(MessageBody::Notifications(NotificationMessage::NewMessage { message_id }))
}

fn refusal(why: Why) -> Refusal {
    match why {
        Why::Suspended => Refusal::new(
            RefusalClass::Forbidden,
            "account_suspended",
            "This account is suspended. Write to the support.",
        ),
        Why::Closed => {
            Refusal::conflict("conversation_closed", "Nobody reads on the other side of this conversation.")
        }
        Why::OwnListing => {
            Refusal::rule("own_listing", "/property_id", "This listing is yours: nobody else would answer.")
        }
    }
}
