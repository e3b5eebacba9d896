use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::properties::any_input;
use super::taxes::{share, tax};
use super::*;
use crate::listing::TaxBase;

/// A quote as it was once made: all that it was reckoned from, and the text of the price.
#[derive(serde::Serialize, serde::Deserialize)]
struct Stored {
    rules_version: RulesVersion,
    terms: ListingTerms,
    calendar: Calendar,
    stay: Stay,
    guests: Guests,
    promotion: Option<Promotion>,
    now: Timestamp,
    priced: String,
}

impl Stored {
    fn price(&self) -> String {
        let Self { terms, calendar, rules_version, stay, guests, promotion, now, .. } = self;
        let input = QuoteInput {
            terms,
            calendar,
            rules_version: *rules_version,
            stay: *stay,
            guests: *guests,
            promotion: promotion.as_ref(),
            now: *now,
        };
        serde_json::to_string(&quote(&input).unwrap()).unwrap()
    }
}

/// Quotes with every kind of rule, in currencies of 0, 2 and 3 decimals; `UPDATE_QUOTES=1` adds those of a new version of the
/// rules, and never touches those that are there.
#[test]
fn stored_quotes_are_reckoned_to_the_same_bytes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/pricing/tests/quotes.jsonl");
    let mut text = std::fs::read_to_string(path).unwrap_or_default();
    let read =
        |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Stored>>();
    let current = |quote: &Stored| quote.rules_version == RulesVersion::CURRENT;
    if std::env::var_os("UPDATE_QUOTES").is_some() && !read(&text).iter().any(current) {
        let mut runner = TestRunner::deterministic();
        for _ in 0..20 {
            let (terms, calendar, promotion, nights, guests) =
                any_input().new_tree(&mut runner).unwrap().current();
            let (rules_version, now, priced) = (RulesVersion::CURRENT, now(), String::new());
            let stay = stay(nights);
            let quote = Stored { rules_version, terms, calendar, stay, guests, promotion, now, priced };
            let quote = Stored { priced: quote.price(), ..quote };
            text.push_str(&serde_json::to_string(&quote).unwrap());
            text.push('\n');
        }
        std::fs::write(path, &text).unwrap();
    }
    let quotes = read(&text);
    assert!(quotes.iter().any(current), "UPDATE_QUOTES=1 makes quotes of these rules");
    for quote in &quotes {
        assert_eq!(quote.price(), quote.priced);
    }
    // They are worth keeping: each rule has its lines among them.
    for rule in [
        "date_price",
        "season_price",
        "length_of_stay",
        "early_bird",
        "promotion",
        "percent_tax",
        "guest_night_tax",
    ] {
        assert!(quotes.iter().any(|quote| quote.priced.contains(rule)), "{rule}");
    }
}

#[test]
fn the_stored_text_of_a_price_is_fixed() {
    let text = r#"{"lines":[{"kind":"night","label":"1 night at 200.00 USD","amount":{"amount":20000,"currency":"USD"},"rule":"base_price"},{"kind":"fee","label":"Cleaning","amount":{"amount":10000,"currency":"USD"},"rule":"cleaning_fee"},{"kind":"guest_fee","label":"Service fee","amount":{"amount":4200,"currency":"USD"},"rule":"guest_service_fee"},{"kind":"tax","label":"City tax","amount":{"amount":3000,"currency":"USD"},"rule":"percent_tax"}],"nights":[{"date":"2026-06-01","amount":{"amount":20000,"currency":"USD"},"list_price":{"amount":20000,"currency":"USD"},"rule":"base_price"}],"subtotal":{"amount":30000,"currency":"USD"},"guest_fee":{"amount":4200,"currency":"USD"},"taxes":{"amount":3000,"currency":"USD"},"total":{"amount":37200,"currency":"USD"},"host_fee":{"amount":900,"currency":"USD"},"payout":{"amount":29100,"currency":"USD"},"tax_shares":[{"name":"City tax","amount":{"amount":3000,"currency":"USD"},"included":false,"collected_by":"platform"}],"rules_version":1}"#;
    let taxed = ListingTerms { taxes: vec![tax(share(100_000, TaxBase::NightsAndFees))], ..terms() };
    let priced = price(&taxed, stay(1));
    assert_eq!(serde_json::to_string(&priced).unwrap(), text);
    assert_eq!(serde_json::from_str::<PricedStay>(text).unwrap(), priced);
    assert!(serde_json::from_str::<RulesVersion>("2").is_err());
}

#[test]
fn the_stored_text_of_terms_is_fixed() {
    let text = include_str!("terms.json").trim_end();
    let terms: ListingTerms = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&terms).unwrap(), text);
    assert_eq!(terms.validate(), []);
    // What an older version did not know yet has a default.
    let least = r#"{"currency":"USD","zone":"America/New_York","booking_mode":"instant","nightly_price":{"amount":20000,"currency":"USD"},"cleaning_fee":{"amount":10000,"currency":"USD"},"capacity":4,"included_guests":2,"check_in_time":"15:00","check_out_time":"11:00","cancellation_policy":"flexible"}"#;
    assert_eq!(serde_json::from_str::<ListingTerms>(least).unwrap(), crate::fixtures::terms());
}
