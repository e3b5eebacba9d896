//! What is written by itself when its time has come.

use domain::conversation::contact::mask;
use domain::conversation::{Template, Values};
use domain::ids::MessageId;
use domain::messages::Message;
use store::threads::automated::{Due, Filled, due, write};

use super::write::told;
use crate::{Ctx, Failure};

/// Writes up to `limit` messages that are due and tells their guests by mail; answers how many were due.
///
/// A message is due by a row that is marked in the statement that writes it: twice at once, and after a crash at any
/// place, it is written once.
pub async fn write_due(ctx: &Ctx, limit: u32) -> Result<u32, Failure> {
    let now = ctx.now();
    let due = due(&ctx.db, now, limit).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let filled: Vec<Filled> = due.iter().map(|due| fill(ctx, due)).collect();
    let letters: Vec<(MessageId, Message)> =
        filled.iter().map(|filled| (filled.message_id, told(ctx, filled.message_id))).collect();
    let all: Vec<Message> = letters.iter().map(|(_, letter)| letter.clone()).collect();
    let written = write(&ctx.db, &filled, &all, now).await?;
    let sent = letters.into_iter().filter(|(id, _)| written.contains(id));
    ctx.publish(&sent.map(|(_, letter)| letter).collect::<Vec<_>>()).await;
    Ok(u32::try_from(due.len()).unwrap_or(limit))
}

fn fill(ctx: &Ctx, due: &Due) -> Filled {
    // A template that is no longer one writes nothing.
    let template = due.template.as_ref().and_then(|text| {
        Template::new(due.moment, 0, text.parse().ok()?)
            .inspect_err(|error| tracing::error!(%error, "a kept template cannot be filled in"))
            .ok()
    });
    let text = template.map(|template| {
        template.fill(&Values {
            guest_name: &due.guest_name,
            property: &due.property,
            check_in: due.check_in,
            check_in_time: &due.check_in_time,
            check_out: due.check_out,
            check_out_time: &due.check_out_time,
        })
    });
    Filled {
        booking_id: due.booking_id,
        moment: due.moment,
        message_id: ctx.new_id(),
        thread_id: ctx.new_id(),
        masked: text.as_deref().and_then(mask),
        text,
    }
}
