//! `GET /payments/statement`: every movement of what a host has, as JSON or CSV.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use services::payments::statement_window;
use store::payouts::{Movement as Row, Position, Window, statement};
use uuid::Uuid;
use web::dto::MoneyDto;
use web::{App, Caller, Page, Paging, Problem, ValidQuery};

/// Which movements, and in which form.
#[derive(Debug, Deserialize, garde::Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatementQuery {
    /// The first day, in UTC; by default 31 days ago.
    #[garde(skip)]
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Date>,
    /// The last day, in UTC; by default today.
    #[garde(skip)]
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Date>,
    /// `json`, or `csv` for a spreadsheet.
    #[serde(default)]
    #[garde(skip)]
    #[param(inline)]
    format: Format,
    /// How many movements at most.
    #[serde(default = "hundred")]
    #[garde(range(min = 1, max = 1000))]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: u32,
    /// `next_cursor` of the page before; with CSV it is in the header `Link`.
    #[garde(inner(length(bytes, max = 1024)))]
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

const fn hundred() -> u32 {
    100
}

/// How a statement is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// Pages of objects.
    #[default]
    Json,
    /// RFC 4180, with a header.
    Csv,
}

/// One movement of what a host has.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "at": "2026-06-01T12:00:03Z", "event": "capture", "booking_id": "01936f0d-11aa-7b0e-8f3c-5a7d9e21c9b4",
    "reference": "01936f0e-7a1c-7c3e-9d52-0d6f0c6f2a11", "amount": {"amount": 106_700, "currency": "USD"},
}))]
pub(crate) struct Movement {
    /// When.
    at: Timestamp,
    /// What: `capture`, `refund`, `refund_failed`, `payout`, `payout_failed`, `dispute_lost` or `write_off`.
    #[schema(max_length = 64)]
    event: &'static str,
    /// For which booking.
    booking_id: Uuid,
    /// The payment, refund, payout or dispute that it comes from.
    #[schema(max_length = 255)]
    reference: String,
    /// How much more you have; below zero how much less.
    #[schema(value_type = MoneyDto)]
    amount: Money,
}

impl From<Row> for Movement {
    fn from(row: Row) -> Self {
        Self {
            at: row.at,
            event: row.event.code(),
            booking_id: row.booking_id.into(),
            reference: row.subject,
            amount: row.amount,
        }
    }
}

/// What changed what you have as a host, the oldest first: your shares of what guests paid, what went back, what was
/// sent to you. The sum of all is your balance.
#[utoipa::path(
    get, path = "/payments/statement", tag = "payments", operation_id = "get_statement",
    params(StatementQuery),
    responses(
        (status = 200, description = "A page of movements", headers(("Link" = String)),
            content((Page<Movement> = "application/json"), (String = "text/csv"))),
        web::Problems,
    ),
)]
pub(crate) async fn get_statement(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    ValidQuery(query): ValidQuery<StatementQuery>,
) -> Result<Response, Problem> {
    let (from, to) = statement_window(query.from, query.to, app.ctx().now())?;
    let list = ("/payments/statement", &(caller.user_id, from, to));
    let (paging, after) = Paging::open(&app, list, query.limit, query.cursor.as_deref()).await?;
    let window = Window { from, to, after, limit: paging.rows() };
    let rows = statement(&app.ctx().db, caller.user_id, &window).await?;
    let position =
        |row: &Row| Position { at: row.at, journal_id: row.journal_id, booking_id: row.booking_id };
    let page: Page<Movement> = paging.page(rows, position)?;
    Ok(match query.format {
        Format::Json => page.respond(&uri),
        Format::Csv => csv(&page.items, page.link(&uri)),
    })
}

/// A text as a cell: quoted where RFC 4180 demands it, and never a formula, which a spreadsheet would run
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !text.contains([',', '"', '\r', '\n']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// RFC 4180, with a header.
fn csv(items: &[Movement], link: Option<HeaderValue>) -> Response {
    let mut text = String::from("at,event,booking_id,reference,currency,amount,amount_minor\r\n");
    for item in items {
        let money = item.amount.to_string();
        let amount = money.split(' ').next().unwrap_or_default();
        let currency = item.amount.currency().code();
        let Movement { at, event, booking_id, .. } = item;
        let reference = cell(&item.reference);
        let minor = item.amount.amount();
        // Writing to a string does not fail.
        let _ = write!(text, "{at},{event},{booking_id},{reference},{currency},{amount},{minor}\r\n");
    }
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"statement.csv\""),
    ];
    let mut response = (headers, text).into_response();
    if let Some(link) = link {
        response.headers_mut().insert(LINK, link);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_breaks_its_row() {
        for (text, written) in [
            ("01936f0e-7a1c-7c3e-9d52-0d6f0c6f2a11", "01936f0e-7a1c-7c3e-9d52-0d6f0c6f2a11"),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("a,b\r\nc", "\"a,b\r\nc\""),
            ("", ""),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }
}
