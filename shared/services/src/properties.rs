//! What hosts do with their listings, and guests looking for one.

mod archive;
mod calendar;
mod change;
mod create;
mod public;
mod publish;
mod search;
mod staff;
mod view;

use domain::listing::ListingTerms;
use domain::money::Money;
use domain::refusal::FieldError;

pub use archive::archive;
pub use calendar::{
    CalendarNight, MAX_CALENDAR_NIGHTS, NightState, RangeChange, WhyNot, calendar, calendars, change_calendar,
};
pub use change::change;
pub use create::{Created, NewListing, create};
pub use public::public_view;
pub use publish::{publish, unpublish};
pub use search::{
    Criteria, MAX_FLEX_DAYS, MAX_ZOOM, Map, Place, SearchInput, SearchItem, SearchPage, Sort, Wanted,
    facets_of, map_of, ranking_of, search,
};
pub use staff::judge;
pub(crate) use view::own;
pub use view::{Viewer, list_of_host, view, view_many};

/// The bounds of terms whose price may still be missing: a draft has a nightly price of nothing until it is set.
pub(crate) fn faults(terms: &ListingTerms) -> Vec<FieldError> {
    let mut errors = terms.validate();
    if terms.nightly_price == Money::zero(terms.currency) {
        errors.retain(|error| error.pointer != "/nightly_price");
    }
    errors
}
