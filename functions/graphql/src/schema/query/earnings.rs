//! What hosts earn, what was issued for a payment, and what the staff sees to.

use async_graphql::{Context, ID, Object, Result};
use domain::ids::{DisputeId, PaymentId, PayoutId};
use jiff::civil::Date;
use services::payments::statement_window;
use store::disputes::Whose;
use store::payouts::{Movement as Row, Position, Window, balance, page_of_host, statement};
use store::reviews::reports;
use uuid::Uuid;

use super::there;
use crate::errors::told;
use crate::loaders::Loaders;
use crate::schema::connection::{Page, Wanted};
use crate::schema::earnings::{Balance, Dispute, Movement, Payout, Receipt};
use crate::schema::ids::Kind;
use crate::schema::staff::{ReviewReport, staff};
use crate::schema::{app, caller, page_cost};

/// What hosts earn.
#[derive(Default)]
pub(super) struct Earnings;

#[Object]
impl Earnings {
    /// What the caller has as a host, by the ledger: pending, payable, on its way, sent; and what is held and why.
    async fn balance(&self, ctx: &Context<'_>) -> Result<Option<Balance>> {
        let host = caller(ctx)?.user_id;
        let found = balance(&app(ctx).ctx().db, host).await.map_err(told)?;
        Ok(Some(found.into()))
    }

    /// What was sent to the caller as a host, the newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn payouts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<Page<Payout>>> {
        let (app, host, wanted) = (app(ctx), caller(ctx)?.user_id, Wanted { first, after });
        let (paging, after) = wanted.open::<PayoutId>(app, ("/payments/payouts", &host)).await?;
        let rows = page_of_host(&app.ctx().db, host, after, paging.rows()).await.map_err(told)?;
        wanted.page(&paging, rows, |payout| payout.id, |payout| Some(Payout(payout))).map(Some)
    }

    /// What changed what the caller has as a host, the oldest first: the shares of what guests paid, what went back, what
    /// was sent. The days are of UTC; by default the 31 days up to today.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn statement(
        &self,
        ctx: &Context<'_>,
        from: Option<Date>,
        to: Option<Date>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<Page<Movement>>> {
        let (app, host, wanted) = (app(ctx), caller(ctx)?.user_id, Wanted { first, after });
        let (from, to) = statement_window(from, to, app.ctx().now()).map_err(told)?;
        let (paging, after) = wanted.open(app, ("/payments/statement", &(host, from, to))).await?;
        let window = Window { from, to, after, limit: paging.rows() };
        let rows = statement(&app.ctx().db, host, &window).await.map_err(told)?;
        let position =
            |row: &Row| Position { at: row.at, journal_id: row.journal_id, booking_id: row.booking_id };
        wanted.page(&paging, rows, position, |row| Some(Movement(row))).map(Some)
    }

    /// Disputes about the caller's bookings as a host, the newest first; all disputes for the staff.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn disputes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<Page<Dispute>>> {
        let (app, caller, wanted) = (app(ctx), caller(ctx)?, Wanted { first, after });
        let whose = if caller.is_admin() { Whose::Everybodys } else { Whose::Host(caller.user_id) };
        let list = ("/payments/disputes", &(caller.user_id, caller.is_admin()));
        let (paging, after) = wanted.open::<DisputeId>(app, list).await?;
        let found = store::disputes::page(&app.ctx().db, whose, after, paging.rows()).await.map_err(told)?;
        wanted.page(&paging, found, |dispute| dispute.id, |dispute| Some(Dispute(dispute))).map(Some)
    }

    /// The receipt of a payment and the credit notes of its refunds, for the guest who paid, the host who lets, and the
    /// staff.
    async fn receipts(&self, ctx: &Context<'_>, payment_id: ID) -> Result<Option<Vec<Receipt>>> {
        caller(ctx)?;
        let id: PaymentId = Kind::Payment.read(&payment_id)?;
        there(ctx.data_unchecked::<Loaders>().one(id).await?)?;
        let found = store::receipts::of_payment(&app(ctx).ctx().db, id).await.map_err(told)?;
        Ok(Some(found.into_iter().map(Into::into).collect()))
    }

    /// Complaints about reviews, the newest first: those that wait, or those that are `settled`. For the staff.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn review_reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(default)] settled: bool,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<Page<ReviewReport>>> {
        let (app, staff, wanted) = (app(ctx), staff(ctx)?, Wanted { first, after });
        // As REST has it, so that a cursor of the one goes on in the other.
        let list = ("/reviews/reports", &(staff, if settled { "settled" } else { "open" }));
        let (paging, after) = wanted.open::<Uuid>(app, list).await?;
        let found = reports(&app.ctx().db, settled, after, paging.rows()).await.map_err(told)?;
        wanted.page(&paging, found, |report| report.id, |report| Some(ReviewReport(report))).map(Some)
    }
}
