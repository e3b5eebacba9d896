//! `/_local/payments`: what guests pay, what goes back to them, what goes on to hosts.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use local_stripe::Totals;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::LocalError;
use crate::pages::{Page, instant, money, short_id, shown, state, words};
use crate::stack::Handles;

const AT: &str = "/_local/payments/";

/// Whose payments; the newest ones without it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    booking: Option<uuid::Uuid>,
}

#[derive(Serialize, Deserialize)]
struct Payment {
    id: String,
    booking_id: String,
    guest: String,
    state: String,
    currency: String,
    amount: i64,
    captured: i64,
    refunded: i64,
    failure: Option<String>,
    created_at: Timestamp,
    refunds: Vec<Refund>,
}

#[derive(Serialize, Deserialize)]
struct Refund {
    amount: i64,
    state: String,
    reason: String,
    created_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Payout {
    id: String,
    host: String,
    state: String,
    currency: String,
    amount: i64,
    failure: Option<String>,
    created_at: Timestamp,
}

#[derive(Serialize)]
struct Shown {
    payments: Vec<Payment>,
    payouts: Vec<Payout>,
    /// What the provider's own books say, by currency.
    provider: BTreeMap<String, Totals>,
}

const PAYMENTS: &str = "
    SELECT jsonb_build_object('id', p.id, 'booking_id', p.booking_id, 'guest', g.name, 'state', p.state,
        'currency', p.currency, 'amount', p.amount, 'captured', p.captured, 'refunded', p.refunded,
        'failure', p.failure, 'created_at', p.created_at, 'refunds', coalesce((
            SELECT jsonb_agg(jsonb_build_object('amount', r.amount, 'state', r.state, 'reason', r.reason,
                'created_at', r.created_at) ORDER BY r.created_at, r.id)
            FROM refunds r WHERE r.payment_id = p.id), '[]'))::text
    FROM payments p JOIN users g ON g.id = p.guest_id
    WHERE $1 = '' OR p.booking_id = nullif($1, '')::uuid
    ORDER BY p.created_at DESC, p.id DESC LIMIT 100";

const PAYOUTS: &str = "
    SELECT jsonb_build_object('id', o.id, 'host', h.name, 'state', o.state, 'currency', o.currency, 'amount', o.amount,
        'failure', o.failure, 'created_at', o.created_at)::text
    FROM payouts o JOIN users h ON h.id = o.host_id
    WHERE $1 = '' OR EXISTS (SELECT FROM payout_items i WHERE i.payout_id = o.id AND i.booking_id = nullif($1, '')::uuid)
    ORDER BY o.created_at DESC, o.id DESC LIMIT 100";

/// `GET`.
pub(super) async fn show(
    State(handles): State<Arc<Handles>>,
    headers: HeaderMap,
    Query(which): Query<Which>,
) -> Result<Response, LocalError> {
    let booking = which.booking.map(|id| id.to_string()).unwrap_or_default();
    let all = Shown {
        payments: handles.records(PAYMENTS, &[&booking]).await?,
        payouts: handles.records(PAYOUTS, &[&booking]).await?,
        provider: handles.stripe.handle().totals()?,
    };
    Ok(shown(&headers, &all, || {
        let body = html! {
            @if !booking.is_empty() { p { "Only of the booking " (short_id(&booking)) ". " a href=(AT) { "Show all" } } }
            (payments(&all.payments))
            (payouts(&all.payouts))
            @if booking.is_empty() { (provider(&all.provider)) }
        };
        Page { title: "Payments", at: AT, now: Some(handles.clock.now()), aside: None, body }.into_response()
    }))
}

fn payments(payments: &[Payment]) -> Markup {
    html! {
        h2 { "From guests" }
        @if payments.is_empty() { p.empty { "Nobody paid yet." } }
        @else {
            div.scroll tabindex="0" role="region" aria-label="Payments" {
                table {
                    thead { tr {
                        th scope="col" { "Guest" } th scope="col" { "State" } th.number scope="col" { "Amount" }
                        th.number scope="col" { "Captured" } th.number scope="col" { "Refunded" } th scope="col" { "At" }
                        th scope="col" { "Booking" }
                    } }
                    tbody { @for payment in payments { (payment_row(payment)) } }
                }
            }
        }
    }
}

fn payment_row(payment: &Payment) -> Markup {
    let sum = |amount| money(amount, &payment.currency);
    html! {
        tr {
            th scope="row" { (payment.guest) " " (short_id(&payment.id)) }
            td { (state(&payment.state)) @if let Some(why) = &payment.failure { " " span.muted { (words(why)) } } }
            td.number { (sum(payment.amount)) }
            td.number { (sum(payment.captured)) }
            td.number {
                (sum(payment.refunded))
                @for refund in &payment.refunds {
                    div.muted { (sum(refund.amount)) " " (state(&refund.state)) " " (refund.reason) ", " (instant(refund.created_at)) }
                }
            }
            td.nowrap { (instant(payment.created_at)) }
            td.nowrap {
                a href={ "/_local/ledger/?booking=" (payment.booking_id) } { "Journals of " (short_id(&payment.booking_id)) }
            }
        }
    }
}

fn payouts(payouts: &[Payout]) -> Markup {
    html! {
        h2 { "To hosts" }
        @if payouts.is_empty() { p.empty { "No payout was made. The first part is released 24 hours after check-in." } }
        @else {
            div.scroll tabindex="0" role="region" aria-label="Payouts" {
                table {
                    thead { tr {
                        th scope="col" { "Host" } th scope="col" { "State" } th.number scope="col" { "Amount" } th scope="col" { "At" }
                    } }
                    tbody {
                        @for payout in payouts {
                            tr {
                                th scope="row" { (payout.host) " " (short_id(&payout.id)) }
                                td { (state(&payout.state)) @if let Some(why) = &payout.failure { " " span.muted { (words(why)) } } }
                                td.number { (money(payout.amount, &payout.currency)) }
                                td.nowrap { (instant(payout.created_at)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn provider(totals: &BTreeMap<String, Totals>) -> Markup {
    html! {
        h2 { "In the provider's books" }
        p.muted { "In the provider's own notation of each currency, which for most is minor units." }
        @if totals.is_empty() { p.empty { "Nothing moved." } }
        @else {
            div.scroll tabindex="0" role="region" aria-label="The provider's sums" {
                table {
                    thead { tr {
                        th scope="col" { "Currency" } th.number scope="col" { "Authorised" } th.number scope="col" { "Captured" }
                        th.number scope="col" { "Refunded" } th.number scope="col" { "Transferred" }
                        th.number scope="col" { "Disputed" } th.number scope="col" { "Fees" } th.number scope="col" { "Balance" }
                    } }
                    tbody {
                        @for (currency, sums) in totals {
                            tr {
                                th scope="row" { (currency.to_uppercase()) }
                                td.number { (sums.authorised) } td.number { (sums.captured) } td.number { (sums.refunded) }
                                td.number { (sums.transferred) } td.number { (sums.disputed) } td.number { (sums.fees) }
                                td.number { (sums.balance()) }
                            }
                        }
                    }
                }
            }
        }
    }
}
