//! The books as tables: debits left, credits right.

use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use maud::{Markup, html};

use super::{AT, Account, Journal, Shown};
use crate::pages::{Page, instant, money, short_id, words};

/// The whole page.
pub(super) fn page(ledger: &Shown, booking: &str, account: &str, now: Timestamp) -> Response {
    let body = html! {
        @if !booking.is_empty() { p { "Only of the booking " (short_id(booking)) ". " a href=(AT) { "Show all" } } }
        h2 { "Balances" }
        @if ledger.accounts.is_empty() { p.empty { "Nothing was posted yet: money is posted when it is captured." } }
        @else { (balances(&ledger.accounts, booking)) }
        h2 #journals { "Journals" @if !account.is_empty() { " of " (words(account)) } }
        @if !account.is_empty() { p { a href=(address(booking, "", None)) { "Of all accounts" } } }
        @if ledger.journals.is_empty() { p.empty { "There are none." } }
        @for journal in &ledger.journals { (one(journal)) }
        @if let Some(before) = &ledger.next { p { a href=(address(booking, account, Some(before))) { "Older journals" } } }
    };
    Page { title: "Ledger", at: AT, now: Some(now), aside: None, body }.into_response()
}

fn address(booking: &str, account: &str, before: Option<&str>) -> String {
    let given = [("booking", booking), ("account", account), ("before", before.unwrap_or_default())];
    let given: Vec<String> = given
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{AT}?{}#journals", given.join("&"))
}

fn balances(accounts: &[Account], booking: &str) -> Markup {
    html! {
        @for of_currency in accounts.chunk_by(|left, right| left.currency == right.currency) {
            @let currency = of_currency[0].currency.as_str();
            @let total: i64 = of_currency.iter().map(|account| account.balance).sum();
            div.scroll tabindex="0" role="region" aria-label={ "Balances in " (currency) } {
                table {
                    caption { (currency) }
                    thead { tr {
                        th scope="col" { "Account" } th scope="col" { "Kind" } th.number scope="col" { "Debits" }
                        th.number scope="col" { "Credits" } th.number scope="col" { "Balance" }
                    } }
                    tbody {
                        @for account in of_currency {
                            tr {
                                th scope="row" { a href=(address(booking, &account.code, None)) { (words(&account.code)) } }
                                td { (account.kind) }
                                td.number { (money(account.debits, currency)) }
                                td.number { (money(account.credits, currency)) }
                                td.number { (side(account.balance, currency)) }
                            }
                        }
                    }
                    tfoot { tr {
                        th scope="row" colspan="4" { "All accounts" }
                        td.number {
                            @if total == 0 { span.state data-tone="good" { "in balance" } }
                            @else { span.state data-tone="bad" { "out by " (money(total, currency)) } }
                        }
                    } }
                }
            }
        }
    }
}

/// `12.00 USD Dr`: without a sign, as book-keepers write it.
fn side(amount: i64, currency: &str) -> Markup {
    let size = money(amount.saturating_abs(), currency);
    html! {
        (size) " "
        @match amount.signum() {
            1 => abbr title="debit" { "Dr" },
            -1 => abbr title="credit" { "Cr" },
            _ => {}
        }
    }
}

fn one(journal: &Journal) -> Markup {
    html! {
        section.journal aria-labelledby={ "j-" (journal.id) } {
            div.row.apart {
                h3 id={ "j-" (journal.id) } { (words(&journal.event)) " " (short_id(&journal.id)) }
                p.muted {
                    (instant(journal.at))
                    @if let Some(booking) = &journal.booking_id {
                        ", booking " a href={ (AT) "?booking=" (booking) } { (short_id(booking)) }
                    }
                }
            }
            div.scroll tabindex="0" role="region" aria-label="Entries" {
                table.entries {
                    thead { tr {
                        th scope="col" { "Account" } th.number scope="col" { "Debit" } th.number scope="col" { "Credit" }
                    } }
                    tbody {
                        @for entry in &journal.entries {
                            tr {
                                th.credit[entry.amount < 0] scope="row" { (words(&entry.account)) }
                                td.number { @if entry.amount > 0 { (money(entry.amount, &entry.currency)) } }
                                td.number { @if entry.amount < 0 { (money(entry.amount.saturating_neg(), &entry.currency)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
