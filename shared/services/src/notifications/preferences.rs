//! What people want to be told, kind by kind and channel by channel.

use domain::ids::UserId;
use domain::notification::{Channel, Duty, NotificationKind};
use domain::refusal::{FieldError, Refusal, RefusalClass};
use store::notification_preferences::{self, Way};

use crate::{Ctx, Failure};

/// Whether somebody is told of a kind on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preference {
    /// Which kind on which channel.
    pub way: Way,
    /// Whether they are.
    pub enabled: bool,
    /// Why it cannot be turned off, if so.
    pub duty: Option<Duty>,
}

/// The account's preferences: every kind on every channel.
pub async fn preferences(ctx: &Ctx, user: UserId) -> Result<Vec<Preference>, Failure> {
    let off = notification_preferences::turned_off(&ctx.db, user).await?.ok_or(Failure::NotFound)?;
    Ok(all(&off))
}

/// Changes some of them, all or none, and answers all. Of two changes of the same the later one counts.
///
/// # Errors
/// `notification_required` at the place of each change that turns off what must be told.
pub async fn change_preferences(
    ctx: &Ctx,
    user: UserId,
    changes: &[(Way, bool)],
) -> Result<Vec<Preference>, Failure> {
    let (off, on) = split(changes)?;
    let off = notification_preferences::change(&ctx.db, user, &off, &on, ctx.now()).await?;
    Ok(all(&off.ok_or(Failure::NotFound)?))
}

fn all(off: &[Way]) -> Vec<Preference> {
    let ways = NotificationKind::ALL
        .iter()
        .flat_map(|kind| Channel::ALL.iter().map(|channel| Way { kind: *kind, channel: *channel }));
    ways.map(|way| {
        let duty = way.kind.duty();
        Preference { way, enabled: duty.is_some() || !off.contains(&way), duty }
    })
    .collect()
}

/// What to turn off and what to turn on, each way once.
fn split(changes: &[(Way, bool)]) -> Result<(Vec<Way>, Vec<Way>), Refusal> {
    let refused: Vec<FieldError> = changes
        .iter()
        .enumerate()
        .filter(|(_, (_, enabled))| !enabled)
        .filter_map(|(index, (way, _))| {
            Some(FieldError {
                pointer: format!("/changes/{index}/enabled"),
                code: "notification_required",
                detail: format!(
                    "Mails about {} cannot be turned off. {}",
                    way.kind,
                    way.kind.duty()?.reason()
                ),
            })
        })
        .collect();
    if !refused.is_empty() {
        let detail = "Some of these cannot be turned off.";
        let refusal = Refusal::new(RefusalClass::Rule, "notification_required", detail);
        return Err(Refusal { errors: refused, ..refusal });
    }
    let (mut off, mut on) = (Vec::new(), Vec::new());
    for (index, (way, enabled)) in changes.iter().enumerate() {
        if changes[index + 1..].iter().any(|(later, _)| later == way) {
            continue;
        }
        if *enabled { on.push(*way) } else { off.push(*way) }
    }
    Ok((off, on))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(kind: NotificationKind) -> Way {
        Way { kind, channel: Channel::Email }
    }

    #[test]
    fn what_must_be_told_is_refused_at_its_place() {
        let changes = [
            (way(NotificationKind::Messages), false),
            (way(NotificationKind::Security), false),
            (way(NotificationKind::Receipts), true),
            (way(NotificationKind::Bookings), false),
        ];
        let refusal = split(&changes).unwrap_err();
        let pointers: Vec<&str> = refusal.errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/changes/1/enabled", "/changes/3/enabled"]);
    }

    #[test]
    fn the_later_change_counts() {
        let (messages, stays) = (way(NotificationKind::Messages), way(NotificationKind::Stays));
        let (off, on) = split(&[(messages, false), (stays, false), (messages, true)]).unwrap();
        assert_eq!((off, on), (vec![stays], vec![messages]));
    }

    #[test]
    fn a_row_for_what_must_be_told_turns_nothing_off() {
        let shown = all(&[way(NotificationKind::Receipts), way(NotificationKind::Reviews)]);
        let off: Vec<_> = shown.iter().filter(|one| !one.enabled).map(|one| one.way.kind).collect();
        assert_eq!(off, [NotificationKind::Reviews]);
        assert_eq!(shown.len(), NotificationKind::ALL.len() * Channel::ALL.len());
    }
}
