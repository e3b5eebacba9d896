use super::taxes::{share, tax};
use super::*;
use crate::listing::TaxBase;

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
