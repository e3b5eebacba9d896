//! A booking as its two sides see it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::booking::{Actor, BookingEvent, BookingState, allowed_actions};
use domain::cancellation::{PolicySnapshot, Settlement, SettlementKind, deadlines};
use domain::ids::UserId;
use domain::listing::BookingMode;
use domain::money::Money;
use domain::payment::PaymentState;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use services::bookings::side_of;
use store::bookings::{Booking, BookingPayment};
use utoipa::ToSchema;
use uuid::Uuid;
use web::dto::MoneyDto;
use web::{App, ETag, Problem};

use crate::price::{CancellationView, GuestsView, NightView, PriceLineView};

/// A stay that is held, booked, lived or ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Booking)]
pub(crate) struct BookingView {
    /// Its id.
    id: Uuid,
    /// Where it stands.
    #[schema(value_type = String, example = "pending_payment")]
    state: BookingState,
    /// Whether it is confirmed by the payment (`instant`) or by the host (`request`).
    #[schema(value_type = String, example = "instant")]
    booking_mode: BookingMode,
    /// What the caller may do now: `accept`, `decline`, `withdraw`, `cancel`, `check_in`, `check_out`, `no_show`.
    #[schema(value_type = Vec<String>, example = json!(["cancel", "check_in"]))]
    allowed_actions: Vec<BookingEvent>,
    /// The quote that it was made of.
    quote_id: Uuid,
    /// The listing.
    property_id: Uuid,
    /// The listing's present title.
    property_title: String,
    /// Who lets.
    host_id: Uuid,
    /// Who stays.
    guest_id: Uuid,
    /// The day of arrival, where the listing is.
    check_in: Date,
    /// The day of departure.
    check_out: Date,
    /// The listing's time zone.
    #[schema(example = "Europe/Paris")]
    time_zone: String,
    /// The check-in time on the day of arrival.
    check_in_at: Timestamp,
    /// The check-out time on the day of departure.
    check_out_at: Timestamp,
    /// Who comes.
    guests: GuestsView,
    /// Who comes, by name, as far as the guest said.
    guest_names: Vec<String>,
    /// When the guests will arrive, by the clock there.
    #[schema(example = "17:30")]
    arrival_time: Option<String>,
    /// What the guest wants the host to know.
    notes: Option<String>,
    /// What the guest wrote when booking.
    message: String,
    /// What the total is made of.
    lines: Vec<PriceLineView>,
    /// Each night.
    nights: Vec<NightView>,
    /// Nights and fees after discounts.
    #[schema(value_type = MoneyDto)]
    subtotal: Money,
    /// The guest's service fee.
    #[schema(value_type = MoneyDto)]
    guest_fee: Money,
    /// The taxes that are added.
    #[schema(value_type = MoneyDto)]
    taxes: Money,
    /// What the guest pays.
    #[schema(value_type = MoneyDto)]
    total: Money,
    /// What the host gets; for the host alone, and for none of the co-hosts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MoneyDto>)]
    payout: Option<Money>,
    /// The cancellation policy as it was when the quote was made.
    #[schema(value_type = Object)]
    policy: PolicySnapshot,
    /// What a cancellation costs from now on.
    cancellation: CancellationView,
    /// The attempts to pay, the oldest first.
    payments: Vec<PaymentView>,
    /// What a cancellation settled.
    settlement: Option<SettlementView>,
    /// When a hold or an unanswered request ends by itself.
    hold_expires_at: Option<Timestamp>,
    /// When it was confirmed.
    confirmed_at: Option<Timestamp>,
    /// When the guest arrived.
    checked_in_at: Option<Timestamp>,
    /// When the guest left.
    checked_out_at: Option<Timestamp>,
    /// When it ended, in whatever way.
    ended_at: Option<Timestamp>,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

/// An attempt to pay for a booking.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BookingPayment)]
pub(crate) struct PaymentView {
    /// The payment.
    id: Uuid,
    /// Where it stands.
    #[schema(value_type = String, example = "captured")]
    state: PaymentState,
    /// What is paid.
    #[schema(value_type = MoneyDto)]
    amount: Money,
    /// What was taken.
    #[schema(value_type = MoneyDto)]
    captured: Money,
    /// What went back, or is on its way.
    #[schema(value_type = MoneyDto)]
    refunded: Money,
    /// When it was made.
    created_at: Timestamp,
}

/// What a cancellation gives back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settlement)]
pub(crate) struct SettlementView {
    /// What the guest gets back.
    #[schema(value_type = MoneyDto)]
    refund: Money,
    /// What the host keeps of nights and fees, before the host's service fee.
    #[schema(value_type = MoneyDto)]
    host_keeps: Money,
    /// What the refund is made of.
    lines: Vec<SettlementLineView>,
    /// The last instant at which a cancellation gives exactly this.
    valid_until: Timestamp,
}

/// One part of what was charged, and what becomes of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettlementLine)]
pub(crate) struct SettlementLineView {
    /// Which part.
    #[schema(value_type = String, example = "subtotal")]
    kind: SettlementKind,
    /// What was charged.
    #[schema(value_type = MoneyDto)]
    charged: Money,
    /// What goes back.
    #[schema(value_type = MoneyDto)]
    refund: Money,
    /// Which rule decided.
    #[schema(example = "full_refund")]
    rule: String,
}

impl BookingView {
    /// The booking as `caller` sees it at `now`.
    pub(crate) fn new(booking: &Booking, caller: UserId, now: Timestamp) -> Result<Self, Problem> {
        let side = side_of(booking, caller)?;
        let priced = &booking.priced;
        let details = &booking.details;
        Ok(Self {
            id: booking.id.into(),
            state: booking.state,
            booking_mode: booking.booking_mode,
            allowed_actions: allowed_actions(booking.state, side, now, &booking.windows()),
            quote_id: booking.quote_id.into(),
            property_id: booking.property_id.into(),
            property_title: booking.title.clone(),
            host_id: booking.host_id.into(),
            guest_id: booking.guest_id.into(),
            check_in: booking.stay.check_in(),
            check_out: booking.stay.check_out(),
            time_zone: booking.zone.name().to_owned(),
            check_in_at: booking.check_in_at,
            check_out_at: booking.check_out_at,
            guests: booking.guests.into(),
            guest_names: details.guest_names.iter().map(|name| name.as_str().to_owned()).collect(),
            arrival_time: details.arrival_time.map(|time| time.to_string()),
            notes: details.notes.as_ref().map(|notes| notes.as_str().to_owned()),
            message: booking.message.clone(),
            lines: priced.lines.iter().map(Into::into).collect(),
            nights: priced.nights.iter().map(Into::into).collect(),
            subtotal: priced.subtotal,
            guest_fee: priced.guest_fee,
            taxes: priced.taxes,
            total: priced.total,
            payout: (side == Actor::Host && caller == booking.host_id).then_some(priced.payout),
            policy: booking.policy.clone(),
            cancellation: cancellation(booking, now),
            payments: booking.payments.iter().map(Into::into).collect(),
            settlement: booking.settlement.as_ref().map(Into::into),
            hold_expires_at: booking.hold_expires_at,
            confirmed_at: booking.confirmed_at,
            checked_in_at: booking.checked_in_at,
            checked_out_at: booking.checked_out_at,
            ended_at: booking.ended_at,
            created_at: booking.created_at,
            updated_at: booking.updated_at,
        })
    }
}

/// The answer with a booking: its view and its tag.
pub(crate) fn answer(app: &App, caller: UserId, booking: &Booking) -> Result<Response, Problem> {
    let view = BookingView::new(booking, caller, app.ctx().now())?;
    Ok((ETag::version(booking.version), Json(view)).into_response())
}

/// Before the confirmation the deadlines are those of a booking that would be confirmed at once, as in its quote.
fn cancellation(booking: &Booking, now: Timestamp) -> CancellationView {
    let confirmed_at = booking.confirmed_at.unwrap_or(booking.created_at);
    let ahead = deadlines(&booking.policy, &booking.arrival(), booking.created_at, Some(confirmed_at), now);
    CancellationView { policy: booking.policy.code, deadlines: ahead.into_iter().map(Into::into).collect() }
}

impl From<&BookingPayment> for PaymentView {
    fn from(payment: &BookingPayment) -> Self {
        Self {
            id: payment.id.into(),
            state: payment.state,
            amount: payment.amount,
            captured: payment.captured,
            refunded: payment.refunded,
            created_at: payment.created_at,
        }
    }
}

impl From<&Settlement> for SettlementView {
    fn from(settlement: &Settlement) -> Self {
        let lines = settlement.lines.iter().map(|line| SettlementLineView {
            kind: line.kind,
            charged: line.charged,
            refund: line.refund,
            rule: line.rule.code().to_owned(),
        });
        Self {
            refund: settlement.refund,
            host_keeps: settlement.host_keeps,
            lines: lines.collect(),
            valid_until: settlement.valid_until,
        }
    }
}
