//! Step 7: taxes, added or included.

use super::{LineKind, NightPrice, PriceLine, PriceRule, QuoteInput, TaxShare, push};
use crate::guests::Guests;
use crate::listing::{Tax, TaxBase, TaxCharge};
use crate::money::{Money, MoneyError};

/// One whole, in millionths.
const WHOLE_PPM: i64 = 1_000_000;

/// The lines of the taxes that are added, and every tax with its amount; `fees` is the sum of the host's fees.
pub(super) fn reckon(
    input: &QuoteInput<'_>,
    nights: &[NightPrice],
    fees: Money,
) -> Result<(Vec<PriceLine>, Vec<TaxShare>), MoneyError> {
    let (mut lines, mut shares) = (Vec::new(), Vec::new());
    for tax in input.terms.taxes.iter().filter(|tax| applies(input, tax)) {
        let (rule, amount) = amount(input, tax, nights, fees)?;
        if amount.is_zero() {
            continue;
        }
        if !tax.included {
            push(&mut lines, LineKind::Tax, rule, tax.name.as_str(), amount);
        }
        let (included, collected_by) = (tax.included, tax.collected_by);
        shares.push(TaxShare { name: tax.name.to_string(), amount, included, collected_by });
    }
    Ok((lines, shares))
}

fn applies(input: &QuoteInput<'_>, tax: &Tax) -> bool {
    tax.exempt_from_nights.is_none_or(|exempt| input.stay.night_count() < exempt)
}

fn amount(
    input: &QuoteInput<'_>,
    tax: &Tax,
    nights: &[NightPrice],
    fees: Money,
) -> Result<(PriceRule, Money), MoneyError> {
    let taxed = nights.len().min(tax.max_nights.map_or(usize::MAX, usize::from));
    let count = i64::try_from(taxed).unwrap_or(i64::MAX);
    let guests = taxed_guests(input.guests, tax.exempt_below_age);
    match tax.charge {
        TaxCharge::Night(price) => Ok((PriceRule::NightTax, price.checked_mul(count)?)),
        TaxCharge::Guest(price) => Ok((PriceRule::GuestTax, price.checked_mul(guests)?)),
        TaxCharge::GuestNight(price) => Ok((PriceRule::GuestNightTax, price.checked_mul(guests * count)?)),
        TaxCharge::Percent { rate_ppm, base } => {
            let taxed_nights = nights.iter().take(taxed).map(|night| night.amount);
            let taxed_nights = Money::sum(input.terms.currency, taxed_nights)?;
            let basis = match base {
                TaxBase::Nights => taxed_nights,
                TaxBase::Fees => fees,
                TaxBase::NightsAndFees => taxed_nights.checked_add(fees)?,
            };
            let whole = if tax.included { WHOLE_PPM + included_ppm(input, base) } else { WHOLE_PPM };
            Ok((PriceRule::PercentTax, basis.fraction(i64::from(rate_ppm), whole)?))
        }
    }
}

/// The rates of all taxes that prices of this base include: 100 with 10 % and 5 % in it are 115, not 115.5.
fn included_ppm(input: &QuoteInput<'_>, base: TaxBase) -> i64 {
    let included = input.terms.taxes.iter().filter(|tax| tax.included && applies(input, tax));
    included
        .filter_map(|tax| match tax.charge {
            TaxCharge::Percent { rate_ppm, base: other } if other == base => Some(i64::from(rate_ppm)),
            _ => None,
        })
        .sum()
}

/// How many a tax by the guest counts. Ages are known by class only: an exemption holds for a class when all of it is
/// younger than the age.
fn taxed_guests(guests: Guests, exempt_below_age: Option<u8>) -> i64 {
    let age = exempt_below_age.unwrap_or(0);
    let children = if age >= 13 { 0 } else { guests.children() };
    let infants = if age >= 2 { 0 } else { guests.infants() };
    i64::from(guests.adults()) + i64::from(children) + i64::from(infants)
}
