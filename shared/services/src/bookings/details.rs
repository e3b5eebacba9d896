//! What the guest adds after booking.

use domain::dates::TimeOfDay;
use domain::ids::{BookingId, UserId};
use domain::refusal::{Refusal, RefusalClass};
use domain::text::{Line, Prose};
use serde::{Deserialize, Deserializer};
use store::bookings::{self, Booking, Details};

use super::find;
use crate::{Ctx, Failure};

/// What becomes of a value. In JSON an absent member keeps it (by `#[serde(default)]`), `null` takes it away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Edit<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It goes.
    Clear,
    /// It is this from now on.
    Set(T),
}

impl<T> Edit<T> {
    fn apply(self, value: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *value = None,
            Self::Set(new) => *value = Some(new),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Edit<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// What the guest says anew.
#[derive(Clone, Debug, Default)]
pub struct DetailsChange {
    /// Who comes, by name; `None` leaves the names as they are.
    pub guest_names: Option<Vec<Line<1, 100>>>,
    /// When the guests will arrive, by the clock there.
    pub arrival_time: Edit<TimeOfDay>,
    /// What the host should know.
    pub notes: Edit<Prose<1, 2000>>,
}

/// Changes what the guest says of the stay; `expected` is the version that the caller read, if one is asked for.
///
/// Only the guest may, and only until the stay is over. More names than guests are refused (`too_many_names`).
pub async fn change_details(
    ctx: &Ctx,
    caller: UserId,
    id: BookingId,
    expected: Option<i64>,
    change: DetailsChange,
) -> Result<Booking, Failure> {
    let (booking, _) = find(ctx, caller, id).await?;
    if booking.guest_id != caller {
        let detail = "Only the guest names guests, arrival time and notes.";
        return Err(Refusal::new(RefusalClass::Forbidden, "forbidden", detail).into());
    }
    if expected.is_some_and(|version| version != booking.version) {
        return Err(changed());
    }
    if booking.state.is_final() {
        return Err(
            Refusal::conflict("illegal_transition", "This booking is over and stays as it is.").into()
        );
    }
    let details = merge(&booking, change)?;
    let now = ctx.now();
    bookings::change_details(&ctx.db, id, booking.version, &details, now).await?.ok_or_else(changed)
}

fn merge(booking: &Booking, change: DetailsChange) -> Result<Details, Refusal> {
    let mut details = booking.details.clone();
    if let Some(names) = change.guest_names {
        let people = usize::from(booking.guests.counted() + booking.guests.infants());
        if names.len() > people {
            let detail = format!("Name at most {people} guests, as many as were booked.");
            return Err(Refusal::rule("too_many_names", "/guest_names", detail));
        }
        details.guest_names = names;
    }
    change.arrival_time.apply(&mut details.arrival_time);
    change.notes.apply(&mut details.notes);
    Ok(details)
}

fn changed() -> Failure {
    let detail = "It was changed since you read it. Read it again and send its new ETag.";
    Refusal::new(RefusalClass::Precondition, "precondition_failed", detail).into()
}

#[cfg(test)]
mod tests {
    use domain::booking::BookingState::Confirmed;
    use domain::cancellation::CancellationPolicyCode::Flexible;

    use super::*;
    use crate::bookings::fixtures::booking;

    #[test]
    fn what_is_kept_stays_and_what_is_cleared_goes() {
        let mut known = booking(Confirmed, Flexible);
        known.details.arrival_time = Some("17:30".parse().unwrap());
        known.details.notes = Some("By train.".parse().unwrap());
        let change = DetailsChange { notes: Edit::Clear, ..DetailsChange::default() };
        let details = merge(&known, change).unwrap();
        assert_eq!((details.arrival_time, details.notes), (known.details.arrival_time, None));
    }

    #[test]
    fn no_more_names_than_guests() {
        let names = |count| {
            let guest_names = Some(vec!["Ada".parse().unwrap(); count]);
            merge(&booking(Confirmed, Flexible), DetailsChange { guest_names, ..DetailsChange::default() })
        };
        assert_eq!(names(2).unwrap().guest_names.len(), 2);
        assert_eq!(names(3).unwrap_err().code, "too_many_names");
    }
}
