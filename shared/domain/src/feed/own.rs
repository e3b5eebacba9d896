//! What of a foreign calendar is ours.
//!
//! Other platforms read our calendar and pass on what they read: by the names that we gave, or by names of their own.
//! Taken for theirs, a stay that is called off here would go on blocking its nights from there.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{FeedEvent, Nights};

/// What is taken here by stays and by the host, and by what names it is told to others.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// The names, of ended ones too: others may tell of them for a while.
    names: BTreeSet<String>,
    /// What the names of the listing's blocks end with.
    listing: Option<String>,
    /// Where a stay or a block begins, and where one ends.
    starts: BTreeSet<Date>,
    ends: BTreeSet<Date>,
    taken: Nights,
}

impl Own {
    /// The listing's own: the names (`UID`) of its stays, the ending of the names of its blocks, and the nights that
    /// stays and blocks take of the unit from `today` on. A stay that has begun begins today: others cut off the past.
    pub fn new(
        names: impl IntoIterator<Item = String>,
        listing: impl Into<String>,
        taken: impl IntoIterator<Item = (Date, Date)>,
        today: Date,
    ) -> Self {
        let taken: Vec<(Date, Date)> = taken.into_iter().map(|(from, to)| (from.max(today), to)).collect();
        Self {
            names: names.into_iter().collect(),
            listing: Some(listing.into()),
            starts: taken.iter().map(|(from, _)| *from).collect(),
            ends: taken.iter().map(|(_, to)| *to).collect(),
            taken: Nights::union(taken),
        }
    }

    /// Whether an event is one of ours come back: by its name, or since it begins where one of ours begins, ends where
    /// one of ours ends, and all between is ours. So it is also where somebody made one event of several.
    fn has(&self, event: &FeedEvent) -> bool {
        let by_listing = self.listing.as_ref().is_some_and(|ending| event.uid.ends_with(ending.as_str()));
        by_listing || self.names.contains(&event.uid) || self.has_nights(event)
    }

    fn has_nights(&self, event: &FeedEvent) -> bool {
        self.starts.contains(&event.from)
            && self.ends.contains(&event.to)
            && self.taken.covers(event.from, event.to)
    }

    /// What a calendar says from `today` on, up to but without `horizon`. All of it counts as theirs but what is ours.
    pub fn sort(&self, events: &[FeedEvent], today: Date, horizon: Date) -> Said {
        let within = events.iter().map(|event| FeedEvent {
            from: event.from.max(today),
            to: event.to.min(horizon),
            uid: event.uid.clone(),
        });
        let events: Vec<SaidEvent> = within
            .filter(|event| event.from < event.to)
            .map(|event| SaidEvent { from: event.from, to: event.to, own: self.has(&event) })
            .collect();
        let of = |own| {
            Nights::union(events.iter().filter(|event| event.own == own).map(|event| (event.from, event.to)))
        };
        Said { wanted: of(false), echoed: of(true), events }
    }
}

/// An event with whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SaidEvent {
    /// The first night.
    pub from: Date,
    /// The date of departure.
    pub to: Date,
    /// Whether it is one of ours come back.
    pub own: bool,
}

/// What a calendar says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The nights that it takes here, unless a stay has them.
    pub wanted: Nights,
    /// The nights that it has from us.
    pub echoed: Nights,
    /// All events, in order.
    pub events: Vec<SaidEvent>,
}
