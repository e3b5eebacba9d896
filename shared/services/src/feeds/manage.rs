//! What a host does with calendars of other platforms.

use domain::feed::{MAX_FEEDS, MIN_BETWEEN, SaidEvent};
use domain::ids::{FeedId, PropertyId, UserId};
use domain::invalid::Invalid;
use domain::messages::{FeedMessage, MessageBody};
use domain::refusal::{Refusal, RefusalClass};
use store::feeds::{self, Asked, Change, Feed, NewFeed};

use crate::{Ctx, Failure};

/// The host's listing.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Whose.
    pub host: UserId,
    /// Which.
    pub property: PropertyId,
}

/// Lets a calendar be read for a unit of the host's listing; without a number it is the only one.
///
/// Refuses a unit that is not there (`unknown_unit` of `/unit`) or not named among several (`unit_required`), and more than
/// [`MAX_FEEDS`] for one unit (`too_many_feeds`).
pub async fn create(
    ctx: &Ctx,
    place: Place,
    unit: Option<u16>,
    name: &str,
    url: &str,
) -> Result<Feed, Failure> {
    let new = NewFeed { id: ctx.new_id(), unit, name, url, now: ctx.now() };
    let made = feeds::insert(&ctx.db, place.property, place.host, &new).await?.ok_or(Failure::NotFound)?;
    let Some(feed) = made.feed else { return Err(refused(unit, made.units).into()) };
    ask(ctx, feed.id).await;
    Ok(feed)
}

fn refused(unit: Option<u16>, units: u16) -> Refusal {
    match unit {
        None if units > 1 => {
            let detail = format!("Say which of the {units} units it is, from 1.");
            Invalid::new("unit_required", detail).refuse("/unit")
        }
        Some(unit) if !(1..=units).contains(&unit) => {
            Invalid::new("unknown_unit", format!("The listing has the units 1 to {units}.")).refuse("/unit")
        }
        _ => {
            let detail = format!("Take one away first: a unit has at most {MAX_FEEDS} calendars.");
            Refusal::conflict("too_many_feeds", detail)
        }
    }
}

/// The calendars of the host's listing, the oldest first.
pub async fn list(ctx: &Ctx, place: Place) -> Result<Vec<Feed>, Failure> {
    feeds::list(&ctx.db, place.property, place.host).await?.ok_or(Failure::NotFound)
}

/// A calendar of the host's listing, with what it said when it was last read.
pub async fn get(ctx: &Ctx, place: Place, id: FeedId) -> Result<(Feed, Vec<SaidEvent>), Failure> {
    feeds::find(&ctx.db, place.property, place.host, id).await?.ok_or(Failure::NotFound)
}

/// Changes a calendar of the host's listing, if it is at `version` where one is given. With another address, or switched
/// on, it is read at once.
pub async fn change(
    ctx: &Ctx,
    place: Place,
    id: FeedId,
    version: Option<i64>,
    wanted: Change<'_>,
) -> Result<Feed, Failure> {
    let whose = (place.property, place.host);
    let Some(changed) = feeds::change(&ctx.db, whose, id, version, wanted, ctx.now()).await? else {
        get(ctx, place, id).await?;
        let detail = "The calendar has changed since it was read. Read it again.";
        return Err(Refusal::new(RefusalClass::Precondition, "precondition_failed", detail).into());
    };
    if wanted.url.is_some() || wanted.enabled == Some(true) {
        ask(ctx, id).await;
    }
    Ok(changed)
}

/// Takes a calendar of the host's listing away, and gives its nights back.
pub async fn delete(ctx: &Ctx, place: Place, id: FeedId) -> Result<(), Failure> {
    let gone = feeds::delete(&ctx.db, place.property, place.host, id, ctx.now()).await?;
    if gone { Ok(()) } else { Err(Failure::NotFound) }
}

/// Has a calendar of the host's listing read at once.
///
/// Refuses one that was tried within [`MIN_BETWEEN`] (`refreshed_too_soon`), or is switched off (`feed_disabled`).
pub async fn refresh(ctx: &Ctx, place: Place, id: FeedId) -> Result<(), Failure> {
    match feeds::refresh(&ctx.db, place.property, place.host, id, ctx.now()).await? {
        None => Err(Failure::NotFound),
        Some(Asked::Due) => {
            ask(ctx, id).await;
            Ok(())
        }
        Some(Asked::TooSoon) => {
            let detail = format!("Wait: a calendar is read once in {} minutes.", MIN_BETWEEN.as_mins());
            Err(Refusal::new(RefusalClass::TooMany, "refreshed_too_soon", detail).into())
        }
        Some(Asked::Disabled) => {
            Err(Refusal::conflict("feed_disabled", "Switch the calendar on first.").into())
        }
    }
}

/// Nobody waits for the schedule. A message that is lost is made up for by it.
async fn ask(ctx: &Ctx, feed_id: FeedId) {
    ctx.publish(&[ctx.message(MessageBody::Feeds(FeedMessage::Poll { feed_id }))]).await;
}
