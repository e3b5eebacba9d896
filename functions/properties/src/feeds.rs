//! Calendars of other platforms that are read for a listing.

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod refresh;

use domain::feed::SaidEvent;
use domain::invalid::Invalid;
use domain::refusal::Refusal;
use jiff::Timestamp;
use jiff::civil::Date;
use outbound::UrlRule;
use serde::Serialize;
use store::feeds::{Conflict, Feed};
use utoipa::ToSchema;
use uuid::Uuid;

/// Why a calendar is not read.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = FeedDisabled)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DisabledDto {
    /// It was switched off.
    ByHost,
    /// It could not be read for two weeks.
    Failing,
}

/// A stay that lies on nights which the calendar says are taken elsewhere. It stands; the host has to choose.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedConflict)]
pub(crate) struct ConflictDto {
    /// The stay.
    booking_id: Uuid,
    /// The first night in question.
    from: Date,
    /// The date after the last one.
    to: Date,
    /// Since when it is known.
    found_at: Timestamp,
}

/// A calendar of another platform that is read for a listing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Feed)]
pub(crate) struct FeedDto {
    /// Which one.
    id: Uuid,
    /// What you call it.
    #[schema(max_length = 100)]
    name: String,
    /// Where it is read from: the host of its address alone. The rest of it is a secret.
    #[schema(max_length = 260)]
    host: String,
    /// The unit whose nights it takes, by its number.
    #[schema(minimum = 1, maximum = 500)]
    unit: u16,
    /// Why it is not read; null while it is.
    disabled: Option<DisabledDto>,
    /// When it was last tried.
    last_polled_at: Option<Timestamp>,
    /// When it was last read.
    last_success_at: Option<Timestamp>,
    /// Why the last try failed, such as `http_404`, `not_a_calendar` or `timed_out`; null after a success.
    #[schema(max_length = 100)]
    last_error: Option<String>,
    /// Since when no try succeeded.
    failing_since: Option<Timestamp>,
    /// When it is read next; null while it is switched off.
    next_poll_at: Option<Timestamp>,
    /// How many events it has from tonight on.
    #[schema(minimum = 0, maximum = 5000)]
    events: u32,
    /// How many nights it takes, those among them that stays have.
    #[schema(minimum = 0, maximum = 1096)]
    nights: u32,
    /// Stays on its nights, the earliest first.
    #[schema(max_items = 50)]
    conflicts: Vec<ConflictDto>,
    /// Since when it is there.
    created_at: Timestamp,
    /// When it was last changed here.
    updated_at: Timestamp,
}

/// An event of such a calendar.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedEvent)]
pub(crate) struct EventDto {
    /// The first night.
    from: Date,
    /// The date of departure.
    to: Date,
    /// Whether it is a stay or a block of this listing, come back; it takes nothing.
    own: bool,
}

/// A calendar with what it said when it was last read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedDetails)]
pub(crate) struct FeedDetailsDto {
    #[serde(flatten)]
    feed: FeedDto,
    /// The first five hundred events, the earliest first.
    #[schema(max_items = 500)]
    said: Vec<EventDto>,
}

/// The calendars that are read for a listing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Feeds {
    /// The oldest comes first.
    #[schema(max_items = 5000)]
    items: Vec<FeedDto>,
}

impl From<Conflict> for ConflictDto {
    fn from(conflict: Conflict) -> Self {
        let Conflict { booking_id, from, to, found_at } = conflict;
        Self { booking_id: booking_id.into(), from, to, found_at }
    }
}

impl From<Feed> for FeedDto {
    fn from(feed: Feed) -> Self {
        let disabled = feed.disabled.as_deref().map(|why| match why {
            "failing" => DisabledDto::Failing,
            _ => DisabledDto::ByHost,
        });
        Self {
            id: feed.id.into(),
            name: feed.name,
            host: host(&feed.url),
            unit: feed.unit,
            disabled,
            last_polled_at: feed.last_polled_at,
            last_success_at: feed.last_success_at,
            last_error: feed.last_error,
            failing_since: feed.failing_since,
            next_poll_at: disabled.is_none().then_some(feed.next_poll_at),
            events: feed.events,
            nights: feed.nights,
            conflicts: feed.conflicts.into_iter().map(ConflictDto::from).collect(),
            created_at: feed.created_at,
            updated_at: feed.updated_at,
        }
    }
}

impl From<(Feed, Vec<SaidEvent>)> for FeedDetailsDto {
    fn from((feed, said): (Feed, Vec<SaidEvent>)) -> Self {
        let event = |SaidEvent { from, to, own }| EventDto { from, to, own };
        Self { feed: feed.into(), said: said.into_iter().map(event).collect() }
    }
}

/// The part of an address between its scheme and its path, which is no secret.
fn host(url: &str) -> String {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    after.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}

/// An address in its normal form.
///
/// Refuses, at `/url`, what is not fetched: it is https on a usual port of a public address, without credentials.
fn fetchable(urls: UrlRule, url: &str) -> Result<String, Refusal> {
    urls.check(url).map(String::from).map_err(|refused| {
        let detail = format!("Give an https URL on port 443 or 8443 of a public address: {refused}.");
        Invalid::new(refused.code(), detail).refuse("/url")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_only_its_host_is_shown() {
        for (url, expected) in [
            ("https://www.stays.example/calendar/ical/12.ics?s=f00d", "www.stays.example"),
            ("https://rooms.example:8443/?t=f00d", "rooms.example:8443"),
            ("https://rooms.example?t=f00d", "rooms.example"),
            ("https://[2606:4700::1111]/x", "[2606:4700::1111]"),
        ] {
            assert_eq!(host(url), expected);
        }
    }

    #[test]
    fn what_leads_inside_or_is_not_encrypted_is_refused_at_its_field() {
        for url in [
            "http://stays.example/a.ics",
            "https://127.0.0.1/",
            "webcal://stays.example/a.ics",
            "https://a:b@stays.example/",
        ] {
            assert_eq!(fetchable(UrlRule::public(), url).unwrap_err().errors[0].pointer, "/url", "{url}");
        }
        let kept = fetchable(UrlRule::public(), "https://Stays.example/a.ics?s=1").unwrap();
        assert_eq!(kept, "https://stays.example/a.ics?s=1");
    }
}
