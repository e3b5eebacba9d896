//! The search for a place to stay.

use async_graphql::connection::{Connection, ConnectionNameType, Edge, EdgeNameType, EmptyFields};
use async_graphql::{Context, Enum, InputObject, OutputType, Result, SimpleObject};
use domain::money::Currency;
use domain::refusal::FieldError;
use jiff::civil::Date;
use serde::Deserialize;
use services::Failure;
use services::properties::{Criteria, MAX_FLEX_DAYS, SearchInput, Sort, search};
use web::Problem;

use super::app;
use super::codes::{BookingMode, PropertyKind};
use super::connection::{Wanted, sealed};
use super::money::{MinorUnits, Money};
use super::property::Property;
use crate::errors::{told, told_at};
use crate::loaders::Loaders;

/// The farthest that may be asked for, in metres.
const MAX_RADIUS_M: u32 = 500_000;
/// The longest words, in characters.
const MAX_WORDS: usize = 200;

/// What to look for.
#[derive(Debug, Default, InputObject)]
pub(crate) struct PropertyFilter {
    /// Words of the title, the place and the description; `"…"` for phrases, `-` for what must not be there, `or`.
    q: Option<String>,
    /// Degrees north of a point to look around; goes with `lon`.
    lat: Option<f64>,
    /// Degrees east of that point.
    lon: Option<f64>,
    /// How far around it to look, in metres; 20000 if absent, 500000 at most.
    radius_m: Option<u32>,
    /// A box instead: west, south, east and north in degrees, with commas. West may be greater than east, across the date
    /// line.
    bbox: Option<String>,
    /// The date of arrival; goes with `checkOut`. Then each edge carries the stay's total.
    check_in: Option<Date>,
    /// The date of departure.
    check_out: Option<Date>,
    /// By how many days the stay may be moved, seven at most; goes with the dates.
    flex_days: Option<u8>,
    /// How many adults and children it must take.
    guests: Option<u8>,
    /// The least price of a night, in minor units.
    min_price: Option<MinorUnits>,
    /// The greatest price of a night, in minor units.
    max_price: Option<MinorUnits>,
    /// Only listings with prices in this currency.
    currency: Option<String>,
    /// What kind of place.
    kind: Option<PropertyKind>,
    /// What it must have, all of it, by codes such as `wifi`.
    amenities: Option<Vec<String>>,
    /// How a guest comes to a booking.
    booking_mode: Option<BookingMode>,
    /// The least rating, in stars from 1 to 5.
    min_rating: Option<f64>,
}

/// In what order listings are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Sort")]
pub(crate) enum PropertySort {
    /// By how well the words match; without words by the distance, without a place by how good the listing is.
    Relevance,
    /// By the price of a night, the cheapest first.
    Price,
    /// By the rating, the best first.
    Rating,
    /// By the distance, the nearest first; needs a place.
    Distance,
    /// By when it came on the market, the newest first.
    Newest,
}

/// What an edge of the search says beside the listing.
#[derive(Debug, SimpleObject)]
pub(crate) struct Match {
    /// What the stay costs that was asked for: of those it may be moved to the cheapest.
    total: Option<Money>,
    /// The day of arrival of that stay.
    check_in: Option<Date>,
    /// Its day of departure.
    check_out: Option<Date>,
    /// How far the listing is from the middle of the place, in metres, to the next hundred.
    distance_m: Option<u32>,
}

/// What was found; its edges say more than their listings.
pub(crate) type Matches = Connection<String, Property, EmptyFields, Match, Named, Named>;

/// Names the page of a search, since one of listings is something else.
pub(crate) struct Named;

impl ConnectionNameType for Named {
    fn type_name<T: OutputType>() -> String {
        "PropertySearchConnection".to_owned()
    }
}

impl EdgeNameType for Named {
    fn type_name<T: OutputType>() -> String {
        "PropertySearchEdge".to_owned()
    }
}

impl PropertyFilter {
    /// The criteria, with their single values in bounds; what they mean together is theirs to say.
    fn criteria(self, sort: Option<PropertySort>) -> std::result::Result<Criteria, Problem> {
        let mut errors = Vec::new();
        let mut check = |good: bool, pointer: &str, detail: String| {
            if !good {
                errors.push(FieldError { pointer: pointer.to_owned(), code: "out_of_range", detail });
            }
        };
        let words = self.q.as_deref().unwrap_or_default();
        let words_fit = words.chars().count() <= MAX_WORDS && !words.contains('\0');
        check(words_fit, "/q", format!("Give at most {MAX_WORDS} characters."));
        let radius = self.radius_m.is_none_or(|radius| (1..=MAX_RADIUS_M).contains(&radius));
        check(radius, "/radius_m", format!("Give a number from 1 to {MAX_RADIUS_M}."));
        let days = self.flex_days.is_none_or(|days| (1..=MAX_FLEX_DAYS).contains(&days));
        check(days, "/flex_days", format!("Give a number from 1 to {MAX_FLEX_DAYS}."));
        let guests = self.guests.is_none_or(|guests| (1..=50).contains(&guests));
        check(guests, "/guests", "Give a number from 1 to 50.".to_owned());
        for (price, pointer) in [(self.min_price, "/min_price"), (self.max_price, "/max_price")] {
            check(
                price.is_none_or(|price| price.0 >= 0),
                pointer,
                "Give a price that is not negative.".to_owned(),
            );
        }
        let stars = self.min_rating.is_none_or(|stars| (1.0..=5.0).contains(&stars));
        check(stars, "/min_rating", "Give a number from 1 to 5.".to_owned());
        let currency = self.currency.as_deref().map(str::parse::<Currency>).transpose();
        check(currency.is_ok(), "/currency", "Give an ISO 4217 code, such as USD.".to_owned());
        if !errors.is_empty() {
            return Err(Problem::validation(errors));
        }
        Ok(Criteria {
            q: self.q,
            lat: self.lat,
            lon: self.lon,
            radius_m: self.radius_m,
            bbox: self.bbox,
            check_in: self.check_in,
            check_out: self.check_out,
            flex_days: self.flex_days,
            guests: self.guests,
            min_price: self.min_price.map(|price| price.0),
            max_price: self.max_price.map(|price| price.0),
            currency: currency.ok().flatten(),
            kind: self.kind.map(Into::into),
            amenities: self.amenities.map(|codes| codes.join(",")),
            instant: self.booking_mode.map(|mode| mode == BookingMode::Instant),
            min_rating: self.min_rating,
            sort: sort.map(Into::into),
        })
    }
}

/// Listings that match, in their order.
pub(crate) async fn properties(
    ctx: &Context<'_>,
    filter: PropertyFilter,
    sort: Option<PropertySort>,
    wanted: Wanted,
) -> Result<Matches> {
    #[derive(Deserialize)]
    struct Summary {
        distance_m: Option<u32>,
    }
    let app = app(ctx);
    let criteria = filter.criteria(sort).map_err(|problem| told_at("/filter", problem))?;
    let sought = criteria.parse().map_err(|refusal| told_at("/filter", refusal))?;
    let (paging, after) = wanted.open(app, ("/properties", &criteria)).await?;
    let input = SearchInput { query: sought.query(), after, limit: wanted.limit() };
    let found = search(app.ctx(), input).await.map_err(told)?;
    let ids = found.items.iter().map(|item| item.position.id);
    let listings = ctx.data_unchecked::<Loaders>().many(ids).await?;
    let mut page = Matches::new(wanted.after.is_some(), found.next.is_some());
    for item in found.items {
        let Some(listing) = listings.get(&item.position.id) else { continue };
        let summary: Summary =
            serde_json::from_str(&item.summary).map_err(|error| told(Failure::from(error)))?;
        let fields = Match {
            total: item.total.map(Into::into),
            check_in: item.stay.map(domain::dates::Stay::check_in),
            check_out: item.stay.map(domain::dates::Stay::check_out),
            distance_m: summary.distance_m,
        };
        let cursor = sealed(&paging, &item.position)?;
        page.edges.push(Edge::with_additional_fields(cursor, Property(listing.clone()), fields));
    }
    Ok(page)
}
