//! What a message asks to be written, from what is true when it is.

mod feed;
mod money;
mod webhook;

use domain::booking::Notice;
use domain::ids::{BookingId, UserId};
use domain::listing::Address;
use domain::messages::NotificationMessage;
use domain::notification::NotificationKind;
use domain::review::{ReviewClock, ReviewSide};
use domain::text::Line;
use jiff::{SignedDuration, Timestamp};
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use store::DbError;
use store::deliveries::{self, BookingFacts, MessageFacts, Person, PhotoFacts, UserFacts};
use store::single_use_tokens::Purpose;

use super::language::Language;
use super::party::{audience, is_current};
use super::render::one_line;
use crate::Ctx;

/// How long the token of a confirmation is good.
const VERIFY_LIFE: SignedDuration = SignedDuration::from_hours(24);
/// How long the token of a password reset is good.
const RESET_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// A mail to be written to one person.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) kind: NotificationKind,
    pub(super) recipient: UserId,
    pub(super) address: String,
    pub(super) language: Language,
    /// The recipient's zone by name, for the instants that concern only them.
    pub(super) zone: domain::dates::Zone,
    /// The template, without language and format.
    pub(super) template: String,
    pub(super) values: Value,
    /// Stands in front of the body.
    pub(super) before: Option<&'static str>,
    /// Where its action leads, below the public URL.
    pub(super) path: String,
    /// A token that it carries, made when it is sent.
    pub(super) secret: Option<Secret>,
    /// Kinds that the recipient wants no mail of.
    unwanted: Vec<NotificationKind>,
    /// Whether the recipient's address took no mail, or its owner complained of one.
    suppressed: bool,
}

/// A token to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Secret {
    pub(super) purpose: Purpose,
    pub(super) life: SignedDuration,
}

/// The letters that a message asks for, to those who want it; none where nobody is concerned any more.
pub(super) async fn load(ctx: &Ctx, message: &NotificationMessage) -> Result<Vec<Letter>, DbError> {
    let kind = NotificationKind::of(message);
    let letters = write(ctx, message).await?.into_iter().map(|letter| Letter { kind, ..letter });
    Ok(letters.filter(is_sent).collect())
}

/// Whether it must be told, or its recipient wants to be told and can be.
fn is_sent(letter: &Letter) -> bool {
    match letter.kind.duty() {
        Some(duty) => duty.outweighs_suppression() || !letter.suppressed,
        None => !letter.suppressed && !letter.unwanted.contains(&letter.kind),
    }
}

async fn write(ctx: &Ctx, message: &NotificationMessage) -> Result<Vec<Letter>, DbError> {
    let db = &ctx.db;
    let letters = match message {
        NotificationMessage::VerifyEmail { user_id }
        | NotificationMessage::AlreadyRegistered { user_id }
        | NotificationMessage::PasswordReset { user_id }
        | NotificationMessage::PasswordChanged { user_id }
        | NotificationMessage::EmailChange { user_id }
        | NotificationMessage::EmailChangeAsked { user_id } => deliveries::user(db, *user_id)
            .await?
            .into_iter()
            .filter_map(|facts| account(message, &facts))
            .collect(),
        NotificationMessage::Booking { booking_id, event } => deliveries::booking(db, *booking_id)
            .await?
            .iter()
            .flat_map(|facts| booking(*event, facts))
            .collect(),
        NotificationMessage::ReviewsRevealed { booking_id } => {
            deliveries::booking(db, *booking_id).await?.iter().flat_map(reviews_revealed).collect()
        }
        NotificationMessage::FeedConflict { conflict_id } => {
            store::feeds::conflict(db, *conflict_id).await?.iter().filter_map(feed::conflict).collect()
        }
        NotificationMessage::FeedFailing { feed_id } => {
            store::feeds::trouble(db, *feed_id).await?.iter().filter_map(feed::trouble).collect()
        }
        NotificationMessage::PhotoRejected { photo_id } => {
            deliveries::photo(db, *photo_id).await?.iter().filter_map(photo_rejected).collect()
        }
        NotificationMessage::NewMessage { message_id } => {
            deliveries::message(db, *message_id).await?.iter().filter_map(new_message).collect()
        }
        NotificationMessage::WebhookDisabled { endpoint_id } => {
            let facts = deliveries::webhook(db, *endpoint_id).await?;
            facts.iter().filter_map(webhook::webhook_disabled).collect()
        }
        NotificationMessage::Receipt { receipt_id } => {
            deliveries::receipt(db, *receipt_id).await?.iter().filter_map(money::receipt).collect()
        }
        NotificationMessage::Dispute { dispute_id, event } => {
            let facts = deliveries::dispute(db, *dispute_id).await?;
            facts.iter().filter_map(|facts| money::dispute(*event, facts)).collect()
        }
    };
    Ok(letters)
}

/// A letter to `person`; none to an erased account.
fn letter(person: &Person, template: impl Into<String>, values: Value, path: String) -> Option<Letter> {
    Some(Letter {
        // What is not said to be of another kind must be told.
        kind: NotificationKind::Security,
        unwanted: person.unwanted.clone(),
        suppressed: person.suppressed,
        recipient: person.id,
        address: person.email.clone()?,
        language: Language::of(&person.locale),
        zone: person.time_zone.clone(),
        template: template.into(),
        values,
        before: None,
        path,
        secret: None,
    })
}

/// Says nothing that was typed in at registration: whoever registers may not own the address, and our mails are not
/// there to carry their words to its owner.
fn account(message: &NotificationMessage, facts: &UserFacts) -> Option<Letter> {
    let plain = |template: &str| letter(&facts.person, template, Value::from(Serde(())), String::new());
    let with_token = |template: &str, path: &str, purpose, life| {
        let secret = Some(Secret { purpose, life });
        let values = Value::from(Serde(()));
        Some(Letter { secret, ..letter(&facts.person, template, values, path.to_owned())? })
    };
    match message {
        NotificationMessage::VerifyEmail { .. } if facts.verified => None,
        NotificationMessage::VerifyEmail { .. } => {
            with_token("verify_email", "/users/verify", Purpose::VerifyEmail, VERIFY_LIFE)
        }
        NotificationMessage::PasswordReset { .. } => {
            with_token("password_reset", "/users/password-reset/confirm", Purpose::PasswordReset, RESET_LIFE)
        }
        NotificationMessage::EmailChange { .. } => {
            let letter =
                with_token("email_change", "/users/me/email/confirm", Purpose::EmailChange, RESET_LIFE)?;
            Some(Letter { address: facts.pending_email.clone()?, ..letter })
        }
        NotificationMessage::EmailChangeAsked { .. } => plain("email_change_asked"),
        NotificationMessage::AlreadyRegistered { .. } => plain("already_registered"),
        NotificationMessage::PasswordChanged { .. } => plain("password_changed"),
        NotificationMessage::Booking { .. }
        | NotificationMessage::ReviewsRevealed { .. }
        | NotificationMessage::Receipt { .. }
        | NotificationMessage::Dispute { .. }
        | NotificationMessage::WebhookDisabled { .. }
        | NotificationMessage::FeedConflict { .. }
        | NotificationMessage::FeedFailing { .. }
        | NotificationMessage::NewMessage { .. }
        | NotificationMessage::PhotoRejected { .. } => None,
    }
}

fn booking(notice: Notice, facts: &BookingFacts) -> Vec<Letter> {
    let write = |side: ReviewSide| {
        let (person, _) = sides(facts, side);
        let language = Language::of(&person.locale);
        let mut values = BookingValues::new(facts, side, language);
        if (notice, side) != (Notice::Confirmed, ReviewSide::Guest) {
            values.street.clear();
        }
        let template = format!("{notice}_{side}");
        let before = (!is_current(notice, facts.state)).then(|| language.outdated());
        let letter = letter(person, template, Value::from(Serde(&values)), booking_path(facts.id))?;
        Some(Letter { before, ..letter })
    };
    audience(notice).iter().filter_map(|side| write(*side)).collect()
}

fn reviews_revealed(facts: &BookingFacts) -> Vec<Letter> {
    // Removed at once by their authors, perhaps.
    if !facts.guest_review_public && !facts.host_review_public {
        return Vec::new();
    }
    let path = format!("/reviews?booking_id={}", facts.id);
    let write = |side| about_reviews(facts, side, "reviews_revealed", path.clone());
    [ReviewSide::Guest, ReviewSide::Host].into_iter().filter_map(write).collect()
}

fn about_reviews(facts: &BookingFacts, side: ReviewSide, template: &str, path: String) -> Option<Letter> {
    let (person, _) = sides(facts, side);
    let mut values = BookingValues::new(facts, side, Language::of(&person.locale));
    values.street.clear();
    letter(person, template, Value::from(Serde(&values)), path)
}

fn photo_rejected(facts: &PhotoFacts) -> Option<Letter> {
    let language = Language::of(&facts.host.locale);
    let values = PhotoValues {
        name: one_line(&facts.host.name),
        property: one_line(&facts.title),
        problem: facts.problem.as_deref().and_then(|code| language.photo_problem(code)),
    };
    let path = format!("/properties/{}", facts.property_id);
    letter(&facts.host, "photo_rejected", Value::from(Serde(&values)), path)
}

/// The words are those that the recipient may read now.
fn new_message(facts: &MessageFacts) -> Option<Letter> {
    // Their author took them along.
    if facts.text.is_empty() {
        return None;
    }
    let values = MessageValues {
        name: one_line(&facts.recipient.name),
        other: one_line(&facts.author),
        property: one_line(&facts.title),
        lines: facts.text.lines().map(one_line).collect(),
    };
    let path = format!("/messages/threads/{}", facts.thread_id);
    letter(&facts.recipient, "new_message", Value::from(Serde(&values)), path)
}

fn booking_path(id: BookingId) -> String {
    format!("/bookings/{id}")
}

/// The person on a side, and the other one.
const fn sides(facts: &BookingFacts, side: ReviewSide) -> (&Person, &Person) {
    match side {
        ReviewSide::Guest => (&facts.guest, &facts.host),
        ReviewSide::Host => (&facts.host, &facts.guest),
    }
}

#[derive(Serialize)]
struct MessageValues {
    name: String,
    other: String,
    property: String,
    lines: Vec<String>,
}

#[derive(Serialize)]
struct PhotoValues {
    name: String,
    property: String,
    problem: Option<&'static str>,
}

/// What the templates of bookings may say. Of the other side only the first name.
#[derive(Debug, Serialize)]
struct BookingValues {
    name: String,
    other: String,
    property: String,
    /// Town, region and country.
    place: String,
    /// The lines of the address, for the guest of a booked stay alone.
    street: Vec<String>,
    check_in: String,
    check_in_time: String,
    check_out: String,
    check_out_time: String,
    guests: String,
    total: String,
    payout: String,
    deadline: Option<String>,
    refund: Option<String>,
    refund_is_zero: bool,
    host_keeps: Option<String>,
    review_until: String,
    /// Whether the other side's review is public.
    received: bool,
    /// Whether the recipient's own is.
    written: bool,
}

impl BookingValues {
    fn new(facts: &BookingFacts, side: ReviewSide, language: Language) -> Self {
        let (person, other) = sides(facts, side);
        let (home, own) = (&facts.home.time_zone, &person.time_zone);
        let (received, written) = match side {
            ReviewSide::Guest => (facts.host_review_public, facts.guest_review_public),
            ReviewSide::Host => (facts.guest_review_public, facts.host_review_public),
        };
        Self {
            name: one_line(&person.name),
            other: one_line(&other.name),
            property: one_line(&facts.home.title),
            place: place(&facts.home.address),
            street: street(&facts.home.address),
            check_in: language.date(facts.check_in),
            check_in_time: language.time(facts.check_in_at, home),
            check_out: language.date(facts.check_out),
            check_out_time: language.time(facts.check_out_at, home),
            guests: language.guests(facts.guests),
            total: language.money(facts.total),
            payout: language.money(facts.payout),
            deadline: facts.hold_expires_at.map(|at| language.moment(at, own)),
            refund: facts.refund.map(|refund| language.money(refund)),
            refund_is_zero: facts.refund.is_some_and(domain::money::Money::is_zero),
            host_keeps: facts.host_keeps.map(|kept| language.money(kept)),
            review_until: language.moment(reviews_close(facts), own),
            received,
            written,
        }
    }
}

fn reviews_close(facts: &BookingFacts) -> Timestamp {
    let clock = ReviewClock {
        checked_out_at: facts.checked_out_at,
        guest_submitted_at: None,
        host_submitted_at: None,
    };
    clock.closes_at()
}

fn place(address: &Address) -> String {
    let region = address.region.as_ref().map(Line::as_str);
    let parts = [Some(address.city.as_str()), region];
    let mut place: Vec<String> = parts.into_iter().flatten().map(one_line).collect();
    place.push(address.country.to_string());
    place.join(", ")
}

/// Empty where the street is not known here.
fn street(address: &Address) -> Vec<String> {
    let Some(first) = &address.line1 else { return Vec::new() };
    let postal_code = address.postal_code.as_ref().map_or("", |code| code.as_str());
    let mut lines = vec![one_line(first.as_str())];
    lines.extend(address.line2.as_ref().map(|line| one_line(line.as_str())));
    lines.push(one_line(&format!("{postal_code} {}", address.city)));
    lines.extend(address.region.as_ref().map(|region| one_line(region.as_str())));
    lines.push(address.country.to_string());
    lines
}

#[cfg(test)]
mod tests;
