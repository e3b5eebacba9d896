//! The month as a table of days.

use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use maud::{Markup, html};

use super::month::{Month, lanes};
use super::{AT, Booking, Claim, Shown};
use crate::pages::{Page, instant, money, short_id, state};

const DAYS: [(&str, &str); 7] = [
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

/// The whole page.
pub(super) fn page(shown: &Shown, now: Timestamp) -> Response {
    let body = html! {
        @if shown.properties.is_empty() { p.empty { "There is no listing yet." } }
        @else {
            (choice(shown))
            (months(shown))
            (calendar(shown))
            (list(shown))
        }
    };
    Page { title: "Bookings", at: AT, now: Some(now), aside: None, body }.into_response()
}

fn choice(shown: &Shown) -> Markup {
    html! {
        form.search action=(AT) {
            label for="property" { "Listing" }
            span.row {
                select #property name="property" {
                    @for listing in &shown.properties {
                        option value=(listing.id) selected[Some(listing.id) == shown.property] {
                            (listing.title)
                            @if listing.units > 1 { " (" (listing.units) " units)" }
                            @if listing.state != "published" { " – " (listing.state) }
                        }
                    }
                }
                input type="hidden" name="month" value=(shown.month);
                button { "Show" }
            }
        }
    }
}

fn months(shown: &Shown) -> Markup {
    let link = |month: Month| {
        let property = shown.property.map(|id| format!("property={id}&")).unwrap_or_default();
        format!("{AT}?{property}month={month}")
    };
    html! {
        nav.months aria-label="Months" {
            a href=(link(shown.month.previous())) { "← " (shown.month.previous().name()) }
            h2 #month { (shown.month.name()) }
            a href=(link(shown.month.next())) { (shown.month.next().name()) " →" }
        }
    }
}

fn calendar(shown: &Shown) -> Markup {
    let spans: Vec<(Date, Date)> = shown.claims.iter().map(|claim| (claim.from, claim.to)).collect();
    let lanes = lanes(&spans);
    html! {
        table.month aria-labelledby="month" {
            thead { tr { @for (short, long) in DAYS { th scope="col" abbr=(long) { (short) } } } }
            tbody {
                @for week in shown.month.weeks() {
                    // As many lanes as the week has, so that a stay lies on one line.
                    @let height = shown.claims.iter().zip(&lanes)
                        .filter(|(claim, _)| claim.from <= week[6] && claim.to > week[0])
                        .map(|(_, lane)| lane + 1).max().unwrap_or(0);
                    tr { @for day in week { (cell(shown, &lanes, day, height, day == week[0])) } }
                }
            }
        }
    }
}

fn cell(shown: &Shown, lanes: &[usize], day: Date, height: usize, starts_week: bool) -> Markup {
    let on = |wanted: usize| {
        let mut all = shown.claims.iter().zip(lanes);
        all.find(|(claim, lane)| **lane == wanted && claim.from <= day && day < claim.to)
            .map(|(claim, _)| claim)
    };
    html! {
        td.other[Month::of(day) != shown.month].today[day == shown.today] {
            time.day datetime=(day) { (day.day()) @if day == shown.today { span.hidden { " (today)" } } }
            @for lane in 0..height {
                @match on(lane) { Some(claim) => (chip(claim, day, starts_week)), None => span.gap {} }
            }
        }
    }
}

/// The night of one claim: its name where it begins and at the beginning of a week, a bar in between.
fn chip(claim: &Claim, day: Date, starts_week: bool) -> Markup {
    let (starts, ends) = (claim.from == day, claim.to == day.saturating_add(1.day()));
    let named = starts || starts_week;
    let name = name(claim);
    html! {
        @if let Some(booking) = &claim.booking {
            a.chip.starts[starts].ends[ends] data-state=(booking.state) href={ "#b-" (booking.id) } title=(name)
                tabindex=[(!named).then_some("-1")] {
                span.hidden[!named] { (name) }
            }
        } @else {
            span.chip.starts[starts].ends[ends] data-state=(claim.kind) title=(name) { span.hidden[!named] { (name) } }
        }
    }
}

fn name(claim: &Claim) -> String {
    match (&claim.booking, claim.kind.as_str()) {
        (Some(booking), _) => booking.guest.clone(),
        (None, "feed") => "Other calendar".to_owned(),
        (None, _) => "Blocked".to_owned(),
    }
}

fn list(shown: &Shown) -> Markup {
    html! {
        h2 { "Bookings of the month" }
        @if shown.bookings.is_empty() { p.empty { "Nobody booked a night of " (shown.month.name()) "." } }
        @else {
            div.scroll tabindex="0" role="region" aria-label="Bookings of the month" {
                table {
                    thead { tr {
                        th scope="col" { "Guest" } th scope="col" { "State" } th scope="col" { "Nights" }
                        th.number scope="col" { "Total" } th scope="col" { "Booked" } th scope="col" { "Money" }
                    } }
                    tbody { @for booking in &shown.bookings { (row(booking)) } }
                }
            }
        }
    }
}

fn row(booking: &Booking) -> Markup {
    html! {
        tr id={ "b-" (booking.id) } {
            th scope="row" { (booking.guest) " " (short_id(&booking.id)) }
            td { (state(&booking.state)) }
            td.nowrap { time datetime=(booking.check_in) { (booking.check_in) } " – " time datetime=(booking.check_out) { (booking.check_out) } }
            td.number { (money(booking.total, &booking.currency)) }
            td.nowrap { (instant(booking.created_at)) }
            td.nowrap {
                a href={ "/_local/payments/?booking=" (booking.id) } { "Payments" } ", "
                a href={ "/_local/ledger/?booking=" (booking.id) } { "journals" }
            }
        }
    }
}
