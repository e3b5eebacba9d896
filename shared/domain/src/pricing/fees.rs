//! Step 5: the host's fees.

use super::{LineKind, PriceLine, PriceRule, QuoteInput, push};
use crate::listing::{Fee, FeeCharge, FeeKind};
use crate::money::{Money, MoneyError};

/// The lines of the fees; `nights` is what the nights cost after discounts.
pub(super) fn lines(input: &QuoteInput<'_>, nights: Money) -> Result<Vec<PriceLine>, MoneyError> {
    let mut lines = Vec::new();
    if let Some(cleaning) = input.terms.cleaning_fee {
        push(&mut lines, LineKind::Fee, PriceRule::CleaningFee, "Cleaning", cleaning);
    }
    for fee in &input.terms.fees {
        let (rule, label) = naming(fee.kind);
        push(&mut lines, LineKind::Fee, rule, label, amount(input, fee, nights)?);
    }
    Ok(lines)
}

fn amount(input: &QuoteInput<'_>, fee: &Fee, nights: Money) -> Result<Money, MoneyError> {
    let persons = persons(input, fee.kind);
    if persons == 0 {
        return Ok(Money::zero(input.terms.currency));
    }
    let count = i64::from(input.stay.night_count());
    match fee.charge {
        FeeCharge::PerStay(price) => Ok(price),
        FeeCharge::PerNight(price) => price.checked_mul(count),
        FeeCharge::PerPerson(price) => price.checked_mul(persons),
        FeeCharge::PerPersonNight(price) => price.checked_mul(persons * count),
        FeeCharge::Percent(share) => nights.percent_bp(share),
    }
}

/// Whom the fee counts.
fn persons(input: &QuoteInput<'_>, kind: FeeKind) -> i64 {
    let counted = i64::from(input.guests.counted());
    match kind {
        FeeKind::ExtraGuest => (counted - i64::from(input.terms.included_guests.get())).max(0),
        FeeKind::Pet => i64::from(input.guests.pets()),
        FeeKind::Linen | FeeKind::Resort | FeeKind::Management | FeeKind::Community => counted,
    }
}

const fn naming(kind: FeeKind) -> (PriceRule, &'static str) {
    match kind {
        FeeKind::ExtraGuest => (PriceRule::ExtraGuestFee, "Extra guests"),
        FeeKind::Pet => (PriceRule::PetFee, "Pets"),
        FeeKind::Linen => (PriceRule::LinenFee, "Linen"),
        FeeKind::Resort => (PriceRule::ResortFee, "Resort fee"),
        FeeKind::Management => (PriceRule::ManagementFee, "Management fee"),
        FeeKind::Community => (PriceRule::CommunityFee, "Community fee"),
    }
}
