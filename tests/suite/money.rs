//! Money beyond the payment itself: the ledger, hosts' earnings and payouts, disputes, reconciliation, receipts.

mod crash_points;
mod disputes;
mod fees;
mod histories;
mod hosts;
mod ledger;
mod payouts;
mod receipts;
mod reconciliation;
mod webhooks;

use serde_json::Value;
use tests::{Dates, Person, System};

/// What must hold of the books at any rest, whatever happened before.
pub(crate) async fn ledger_holds(system: &System) {
    for (what, query) in INVARIANTS {
        assert_eq!(system.sql(query).await, [], "{what}");
    }
    let held = "SELECT jsonb_build_object('currency', lower(c.currency), 'held', c.held - coalesce(r.open, 0))::text
         FROM (SELECT currency, sum(amount)::int8 AS held FROM ledger_entries
               WHERE account = 'provider_balance' GROUP BY currency) c
         LEFT JOIN (SELECT p.currency, sum(r.amount)::int8 AS open FROM refunds r JOIN payments p ON p.id = r.payment_id
                    WHERE r.state = 'pending' GROUP BY p.currency) r ON r.currency = c.currency";
    let provider = system.handles().stripe.handle();
    let theirs = provider.totals().expect("the provider's books");
    let posted = system.sql("SELECT provider_id FROM provider_fees").await;
    let movements = provider.movements().expect("the provider's books");
    // A fee that was not told yet waits for the next reconciliation.
    let untold = |currency: &str| -> i64 {
        let open = movements.iter().filter(|one| {
            one["currency"] == currency && !posted.contains(&one["id"].as_str().map(str::to_owned))
        });
        open.map(|one| one["fee"].as_i64().expect("a fee")).sum()
    };
    for row in system.sql(held).await.into_iter().flatten() {
        let row: Value = serde_json::from_str(&row).expect("a row of JSON");
        let currency = row["currency"].as_str().expect("a currency");
        let balance = theirs.get(currency).map_or(0, local_stripe::Totals::balance);
        assert_eq!(
            row["held"],
            balance + untold(currency),
            "what the ledger says the provider holds, in {currency}"
        );
    }
}

/// Queries that answer what is wrong: nothing, if all is well.
const INVARIANTS: &[(&str, &str)] = &[
    (
        "every journal sums to zero",
        "SELECT journal_id::text FROM ledger_entries GROUP BY journal_id, currency HAVING sum(amount) <> 0",
    ),
    (
        "what is captured is in the ledger, and once",
        "SELECT p.id::text FROM payments p
         LEFT JOIN ledger_journals j ON j.event = 'capture' AND j.subject = p.id::text
         LEFT JOIN ledger_entries n ON n.journal_id = j.id AND n.account = 'provider_balance'
         WHERE p.captured <> coalesce(n.amount, 0)",
    ),
    (
        "what is promised back is what refunds are open",
        "SELECT 'refunds_payable' FROM ledger_entries WHERE account = 'refunds_payable'
         HAVING -coalesce(sum(amount), 0) <> (SELECT coalesce(sum(amount), 0) FROM refunds WHERE state = 'pending')",
    ),
    (
        "what is on its way to hosts is what payouts are open",
        "SELECT 'payouts_in_transit' FROM ledger_entries WHERE account = 'payouts_in_transit'
         HAVING -coalesce(sum(amount), 0) <> (SELECT coalesce(sum(amount), 0) FROM payouts WHERE state = 'pending')",
    ),
    (
        "what is disputed is what disputes are open",
        "SELECT 'disputed_funds' FROM ledger_entries WHERE account = 'disputed_funds'
         HAVING coalesce(sum(amount), 0) <> (SELECT coalesce(sum(amount), 0) FROM disputes WHERE state = 'open')",
    ),
    (
        "earnings are what the entries say",
        "SELECT e.booking_id::text FROM host_earnings e
         WHERE (e.pending, e.payable) <> (
             SELECT coalesce(-sum(n.amount) FILTER (WHERE n.account = 'host_pending'), 0)::int8,
                    coalesce(-sum(n.amount) FILTER (WHERE n.account = 'host_payable'), 0)::int8
             FROM ledger_entries n WHERE n.booking_id = e.booking_id)
            OR e.paid <> (SELECT coalesce(sum(i.amount), 0) FROM payout_items i JOIN payouts p ON p.id = i.payout_id
                          WHERE i.booking_id = e.booking_id AND p.state <> 'failed')",
    ),
    (
        "a booking's shares are what its guest paid and did not get back",
        "SELECT b.id::text FROM bookings b
         CROSS JOIN LATERAL (
             SELECT coalesce(sum(p.captured - p.refunded), 0)
                    - coalesce(sum((SELECT coalesce(sum(d.amount), 0) FROM disputes d
                                    WHERE d.payment_id = p.id AND d.state = 'lost')), 0) AS kept
             FROM payments p WHERE p.booking_id = b.id) k
         CROSS JOIN LATERAL (
             SELECT coalesce((SELECT pending + payable + paid FROM host_earnings e WHERE e.booking_id = b.id), 0)
                    + coalesce(-sum(n.amount) FILTER (
                        WHERE n.account IN ('host_fees', 'guest_fees', 'taxes_payable', 'write_offs')), 0) AS shares
             FROM ledger_entries n WHERE n.booking_id = b.id) s
         WHERE k.kept <> s.shares",
    ),
    (
        "nothing is released within 24 hours of check-in",
        "SELECT r.booking_id::text FROM earning_releases r JOIN bookings b ON b.id = r.booking_id
         WHERE r.released_at < greatest(b.check_in_at, b.checked_in_at) + interval '24 hours'",
    ),
];

/// The balances of a booking's accounts: a debit above zero, a credit below. What the provider kept is left out.
pub(crate) async fn accounts_of(system: &System, booking: &str) -> Value {
    let query = format!(
        "SELECT coalesce(jsonb_object_agg(account, balance), '{{}}')::text
         FROM (SELECT account, sum(amount)::int8 AS balance FROM ledger_entries n JOIN ledger_journals j ON j.id = n.journal_id
               WHERE coalesce(n.booking_id, j.booking_id) = '{booking}' AND j.event <> 'provider_fee' GROUP BY account HAVING sum(amount) <> 0) a"
    );
    let rows = system.sql(&query).await;
    serde_json::from_str(rows[0].as_deref().expect("a row")).expect("JSON")
}

/// The instant of a booking's check-in by the listing's clock.
pub(crate) fn arrival(dates: Dates) -> jiff::Timestamp {
    let zone = jiff::tz::TimeZone::get("America/New_York").expect("the zone");
    dates.check_in.at(15, 0, 0, 0).to_zoned(zone).expect("an instant").timestamp()
}

/// What a host has, as the host sees it.
pub(crate) async fn balance(host: &Person<'_>) -> Value {
    host.call("GET", "/payments/balance/").send().await.expect(200).body
}

/// An amount of an answer, in minor units.
pub(crate) fn minor(value: &Value) -> i64 {
    value["amount"].as_i64().expect("an amount")
}

/// The id of the newest payment for a booking.
pub(crate) async fn payment_of(guest: &Person<'_>, booking: &str) -> String {
    let booking = guest.booking(booking).await;
    let payments = booking.body["payments"].as_array().expect("payments");
    payments.last().expect("a payment")["id"].as_str().expect("an id").to_owned()
}

/// The provider's name of the newest payment for a booking.
pub(crate) async fn intent_of(system: &System, booking: &str) -> String {
    let query =
        format!("SELECT provider_id FROM payments WHERE booking_id = '{booking}' ORDER BY id DESC LIMIT 1");
    system.sql(&query).await.into_iter().flatten().next().expect("the provider's name")
}

/// The same person as one of the staff.
pub(crate) async fn promoted<'s>(person: &Person<'s>) -> Person<'s> {
    let system = person.system();
    let client = system.handles().cluster.postgres().connect(system.database()).await.expect("a connection");
    let sql = format!("UPDATE users SET role = 'admin' WHERE id = '{}'", person.id);
    client.batch_execute(&sql).await.expect("a role");
    person.again().await
}
