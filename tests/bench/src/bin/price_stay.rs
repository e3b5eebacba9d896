//! Prices one stay as many times as the argument says, so that instructions can be counted: seven nights with a season, a
//! date's price, discounts, a promotion, fees of every basis and a tax. Prints the sum of the totals, which nothing may
//! optimise away.

use domain::pricing::{QuoteInput, RulesVersion, quote};
use domain::rules::Calendar;
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let times: u32 = std::env::args().nth(1).ok_or("how many times is missing")?.parse()?;
    let usd = |amount: i64| json!({ "amount": amount, "currency": "USD" });
    let terms = serde_json::from_value(json!({
        "currency": "USD", "zone": "America/New_York", "booking_mode": "instant", "nightly_price": usd(20_000),
        "weekend_uplift": 1_000, "cleaning_fee": usd(10_000), "capacity": 4, "included_guests": 1,
        "seasons": [{ "name": "Fair week", "first_night": "2026-06-03", "last_night": "2026-06-04",
            "nightly_price": usd(50_000) }],
        "fees": [
            { "kind": "linen", "charge": { "per_person": usd(500) } },
            { "kind": "extra_guest", "charge": { "per_person_night": usd(1_000) } },
            { "kind": "management", "charge": { "percent": 200 } },
        ],
        "discounts": { "length_of_stay": [{ "from_nights": 7, "off": 1_000 }],
            "early_bird": [{ "days": 30, "off": 500 }], "last_minute": [] },
        "taxes": [{ "name": "City tax", "charge": { "percent": { "rate_ppm": 100_000, "base": "nights_and_fees" } },
            "max_nights": 7, "exempt_from_nights": 31, "exempt_below_age": null, "included": false,
            "collected_by": "platform" }],
        "check_in_time": "15:00", "check_out_time": "11:00", "cancellation_policy": "flexible",
    }))?;
    let calendar: Calendar = serde_json::from_value(json!([]))?;
    let promotion = serde_json::from_value(json!({ "code": "TEN-OFF", "benefit": { "amount": usd(1_000) },
        "valid_from": null, "valid_until": null, "min_nights": 2 }))?;
    let input = QuoteInput {
        terms: &terms,
        calendar: &calendar,
        rules_version: RulesVersion::CURRENT,
        stay: serde_json::from_value(json!({ "check_in": "2026-06-01", "check_out": "2026-06-08" }))?,
        guests: serde_json::from_value(json!({ "adults": 2, "children": 1, "infants": 0, "pets": 0 }))?,
        promotion: Some(&promotion),
        now: "2026-04-01T12:00:00Z".parse()?,
    };
    let mut sum = 0;
    for _ in 0..times {
        sum += quote(std::hint::black_box(&input))?.total.amount();
    }
    std::io::Write::write_all(&mut std::io::stdout(), format!("{sum}\n").as_bytes())?;
    Ok(())
}
