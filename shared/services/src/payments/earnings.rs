//! What hosts read of their earnings.

use domain::ids::BookingId;
use domain::invalid::Invalid;
use domain::money::Money;
use domain::refusal::Refusal;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::host_accounts::HostAccountState;
use store::payouts::{Balance, CurrencyBalance};

/// How far back a statement begins by default, in days.
const DAYS: i64 = 31;

/// What keeps money from being sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// `not_onboarded`, `account_restricted`, `negative_balance`, `disputed` or `payout_failed`.
    pub reason: &'static str,
    /// How much is held, or owed.
    pub amount: Money,
    /// The booking whose payment is disputed.
    pub booking_id: Option<BookingId>,
}

/// What keeps a host's money from being sent: of each currency, and of each booking whose payment is disputed.
pub fn holds(balance: &Balance) -> Vec<Held> {
    let of_currency = |of: &CurrencyBalance| {
        why(balance.account, of).map(|reason| Held { reason, amount: of.payable, booking_id: None })
    };
    let disputed = balance.disputed.iter().map(|hold| Held {
        reason: "disputed",
        amount: hold.amount,
        booking_id: Some(hold.booking_id),
    });
    balance.currencies.iter().filter_map(of_currency).chain(disputed).collect()
}

/// Why what is payable is not sent, if it is not.
fn why(account: Option<HostAccountState>, of: &CurrencyBalance) -> Option<&'static str> {
    match (of.payable.amount(), account) {
        (0, _) => None,
        (..0, _) => Some("negative_balance"),
        (_, None | Some(HostAccountState::Pending)) => Some("not_onboarded"),
        (_, Some(HostAccountState::Restricted)) => Some("account_restricted"),
        (_, Some(HostAccountState::Enabled)) => of.failure.as_ref().map(|_| "payout_failed"),
    }
}

/// The half-open window of the whole days of a statement, in UTC: by default the 31 days up to today.
///
/// Refuses with `invalid_dates` at `/from` or `/to`.
pub fn statement_window(
    from: Option<Date>,
    to: Option<Date>,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), Refusal> {
    let start = |date: Date| date.to_zoned(TimeZone::UTC).map(|day| day.timestamp());
    let refused = |pointer: &str, detail: &str| Invalid::new("invalid_dates", detail).refuse(pointer);
    let out_of_range = |pointer: &str| refused(pointer, "Choose a date of this era.");
    let today = now.to_zoned(TimeZone::UTC).date();
    let last = to.unwrap_or(today);
    let ends = last.tomorrow().and_then(start).map_err(|_| out_of_range("/to"))?;
    let begins = match from {
        Some(from) => start(from).map_err(|_| out_of_range("/from"))?,
        None => ends.saturating_sub(SignedDuration::from_hours(24 * (DAYS + 1))).unwrap_or(Timestamp::MIN),
    };
    if begins >= ends {
        return Err(refused("/from", "Choose a first day that is not after the last."));
    }
    Ok((begins, ends))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reason(
        account: Option<HostAccountState>,
        payable: i64,
        failure: Option<&str>,
    ) -> Option<&'static str> {
        let usd = |amount: i64| json!({ "amount": amount, "currency": "USD" });
        let of: CurrencyBalance = serde_json::from_value(json!({
            "pending": usd(0), "payable": usd(payable), "in_transit": usd(0), "paid": usd(0),
            "next_release_at": null, "failure": failure,
        }))
        .unwrap();
        why(account, &of)
    }

    #[test]
    fn whoever_is_not_paid_is_told_why() {
        use HostAccountState::{Enabled, Pending, Restricted};
        assert_eq!(reason(Some(Enabled), 0, None), None);
        assert_eq!(reason(Some(Enabled), 100, None), None, "it goes out within the minute");
        assert_eq!(reason(Some(Enabled), 100, Some("provider_rejected")), Some("payout_failed"));
        assert_eq!(reason(Some(Restricted), 100, None), Some("account_restricted"));
        assert_eq!(reason(Some(Pending), 100, None), Some("not_onboarded"));
        assert_eq!(reason(None, 100, None), Some("not_onboarded"));
        assert_eq!(reason(Some(Enabled), -1, None), Some("negative_balance"));
    }

    #[test]
    fn days_are_whole_and_in_order() {
        let now: Timestamp = "2026-06-15T12:00:00Z".parse().unwrap();
        let window = |from: Option<&str>, to: Option<&str>| {
            let date = |text: Option<&str>| text.map(|text| text.parse().unwrap());
            statement_window(date(from), date(to), now)
                .map(|(from, to)| (from.to_string(), to.to_string()))
                .map_err(|refusal| refusal.code.to_owned())
        };
        let of = |from: &str, to: &str| Ok((format!("{from}T00:00:00Z"), format!("{to}T00:00:00Z")));
        assert_eq!(window(None, None), of("2026-05-15", "2026-06-16"));
        assert_eq!(window(Some("2026-06-15"), Some("2026-06-15")), of("2026-06-15", "2026-06-16"));
        assert_eq!(window(Some("2026-06-16"), Some("2026-06-15")), Err("validation_failed".to_owned()));
        assert_eq!(window(None, Some("9999-12-31")), Err("validation_failed".to_owned()));
    }
}
