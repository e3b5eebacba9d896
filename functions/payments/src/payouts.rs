//! `GET /payments/payouts` and `GET /payments/balance`: what a host earned and was sent.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use domain::money::Money;
use jiff::Timestamp;
use serde::Serialize;
use services::payments::holds;
use store::host_accounts::HostAccountState;
use store::payouts::{PayoutState as State_, balance, page_of_host};
use uuid::Uuid;
use web::dto::MoneyDto;
use web::{App, Caller, Page, PageQuery, Paging, Problem, ValidQuery};

use crate::onboarding::OnboardingState;

/// Money on its way to a host.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "id": "01936f4d-0c4b-7a3e-a1f0-9b0a6c1d2e3f", "amount": {"amount": 106_700, "currency": "USD"}, "state": "paid",
    "failure": null, "created_at": "2026-06-02T19:00:10Z", "updated_at": "2026-06-02T19:00:12Z",
    "items": [{"booking_id": "01936f0d-11aa-7b0e-8f3c-5a7d9e21c9b4", "amount": {"amount": 106_700, "currency": "USD"}}],
}))]
pub(crate) struct Payout {
    /// Its id.
    id: Uuid,
    /// How much.
    #[schema(value_type = MoneyDto)]
    amount: Money,
    /// Where it stands; what a `failed` one was for is payable again.
    #[schema(value_type = PayoutState)]
    state: State_,
    /// Why it failed: `account_restricted`, `account_unknown`, `try_again_later` or `provider_rejected`.
    #[schema(max_length = 64)]
    failure: Option<String>,
    /// What it is for, booking by booking.
    #[schema(max_items = 10_000)]
    items: Vec<PayoutItem>,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

/// The states of a payout, for the schema.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "the schema of the store's type, which knows no HTTP")]
pub(crate) enum PayoutState {
    Pending,
    Paid,
    Failed,
}

/// What a payout is for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PayoutItem {
    /// The booking.
    booking_id: Uuid,
    /// How much of it; below zero a debt that is netted.
    #[schema(value_type = MoneyDto)]
    amount: Money,
}

impl From<store::payouts::Payout> for Payout {
    fn from(payout: store::payouts::Payout) -> Self {
        let currency = payout.amount.currency();
        let item = |item: domain::payout::Item| PayoutItem {
            booking_id: item.booking_id.into(),
            amount: Money::new(item.amount, currency),
        };
        Self {
            id: payout.id.into(),
            amount: payout.amount,
            state: payout.state,
            failure: payout.failure,
            items: payout.items.into_iter().map(item).collect(),
            created_at: payout.created_at,
            updated_at: payout.updated_at,
        }
    }
}

/// What was sent to you as a host, the newest first. A stay is paid 24 hours after check-in; one of 28 nights and more
/// month by month.
#[utoipa::path(
    get, path = "/payments/payouts", tag = "payments", operation_id = "list_payouts",
    params(PageQuery),
    responses((status = 200, description = "A page", body = Page<Payout>, headers(("Link" = String))), web::Problems),
)]
pub(crate) async fn list_payouts(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    ValidQuery(query): ValidQuery<PageQuery>,
) -> Result<impl IntoResponse, Problem> {
    let list = ("/payments/payouts", &caller.user_id);
    let (paging, after) = Paging::open(&app, list, query.limit, query.cursor.as_deref()).await?;
    let payouts = page_of_host(&app.ctx().db, caller.user_id, after, paging.rows()).await?;
    let page: Page<Payout> = paging.page(payouts, |payout| payout.id)?;
    Ok(page.respond(&uri))
}

/// What a host has.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "balances": [{
        "currency": "USD", "pending": {"amount": 106_700, "currency": "USD"},
        "payable": {"amount": 0, "currency": "USD"}, "in_transit": {"amount": 0, "currency": "USD"},
        "paid": {"amount": 213_400, "currency": "USD"}, "next_release_at": "2026-06-02T19:00:00Z",
    }],
    "onboarding": "enabled", "holds": [],
}))]
pub(crate) struct Balance {
    /// Each currency in which you ever earned, by its code.
    #[schema(max_items = 200)]
    balances: Vec<CurrencyBalance>,
    /// Where your account with the payment provider stands; absent before there is one.
    #[schema(value_type = Option<OnboardingState>)]
    onboarding: Option<&'static str>,
    /// What keeps money from being sent, and why.
    #[schema(max_items = 1000)]
    holds: Vec<Hold>,
}

/// What a host has of one currency.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CurrencyBalance {
    /// The currency.
    #[schema(min_length = 3, max_length = 3, pattern = "^[A-Z]{3}$")]
    currency: &'static str,
    /// Earned; released 24 hours after check-in.
    #[schema(value_type = MoneyDto)]
    pending: Money,
    /// Released; below zero what you owe, which the next payout nets.
    #[schema(value_type = MoneyDto)]
    payable: Money,
    /// On its way to your account.
    #[schema(value_type = MoneyDto)]
    in_transit: Money,
    /// Sent to your account.
    #[schema(value_type = MoneyDto)]
    paid: Money,
    /// When the next part of what is pending is released.
    next_release_at: Option<Timestamp>,
}

/// What keeps money from being sent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Hold {
    /// `not_onboarded`, `account_restricted`, `negative_balance`, `disputed` or `payout_failed`.
    #[schema(max_length = 64)]
    reason: &'static str,
    /// How much is held, or owed.
    #[schema(value_type = MoneyDto)]
    amount: Money,
    /// The booking whose payment is disputed.
    booking_id: Option<Uuid>,
}

/// What you have as a host, by the ledger: pending, payable, on its way, sent; and what is held and why.
#[utoipa::path(
    get, path = "/payments/balance", tag = "payments", operation_id = "get_balance",
    responses((status = 200, description = "What you have", body = Balance), web::Problems),
)]
pub(crate) async fn get_balance(State(app): State<App>, caller: Caller) -> Result<Json<Balance>, Problem> {
    Ok(Json(balance(&app.ctx().db, caller.user_id).await?.into()))
}

impl From<store::payouts::Balance> for Balance {
    fn from(balance: store::payouts::Balance) -> Self {
        let account = balance.account;
        let holds = holds(&balance)
            .into_iter()
            .map(|held| Hold {
                reason: held.reason,
                amount: held.amount,
                booking_id: held.booking_id.map(Into::into),
            })
            .collect();
        let balances = balance.currencies.into_iter().map(|of| CurrencyBalance {
            currency: of.pending.currency().code(),
            pending: of.pending,
            payable: of.payable,
            in_transit: of.in_transit,
            paid: of.paid,
            next_release_at: of.next_release_at,
        });
        Self { balances: balances.collect(), onboarding: account.map(HostAccountState::code), holds }
    }
}
