//! Steps 2 to 4: what comes off the nights. Each acts on what the one before has left.

use super::{LineKind, PriceLine, PriceRule, QuoteInput, nights_text, push};
use crate::dates::days_between;
use crate::listing::AdvanceDiscount;
use crate::money::{BasisPoints, Money};
use crate::refusal::Refusal;

/// Adds the discount lines behind the night lines.
pub(super) fn apply(input: &QuoteInput<'_>, lines: &mut Vec<PriceLine>) -> Result<(), Refusal> {
    if let Some((off, from_nights)) = length_of_stay(input) {
        let label = format!("{off} off from {}", nights_text(usize::from(from_nights)));
        take_off(lines, input, PriceRule::LengthOfStay, label, off)?;
    }
    if let Some((rule, off)) = advance(input) {
        let label = match rule {
            PriceRule::EarlyBird => format!("{off} off for booking early"),
            _ => format!("{off} off for booking late"),
        };
        take_off(lines, input, rule, label, off)?;
    }
    if let Some(promotion) = input.promotion {
        let left = left(lines, input)?;
        let off = promotion.off(left, input.stay, input.now)?;
        let label = format!("Promotion {}", promotion.code);
        push(lines, LineKind::Discount, PriceRule::Promotion, label, off.checked_neg()?);
    }
    Ok(())
}

/// The rebate of the largest threshold that the stay reaches.
fn length_of_stay(input: &QuoteInput<'_>) -> Option<(BasisPoints, u16)> {
    let nights = input.stay.night_count();
    let reached =
        input.terms.discounts.length_of_stay.iter().filter(|discount| discount.from_nights <= nights);
    reached.max_by_key(|discount| discount.from_nights).map(|discount| (discount.off, discount.from_nights))
}

/// The rebate for booking early, else the one for booking late.
fn advance(input: &QuoteInput<'_>) -> Option<(PriceRule, BasisPoints)> {
    let ahead = days_between(input.terms.zone.today(input.now), input.stay.check_in());
    let days = |discount: &&AdvanceDiscount| i64::from(discount.days);
    let discounts = &input.terms.discounts;
    let early = discounts.early_bird.iter().filter(|discount| days(discount) <= ahead).max_by_key(days);
    let late = discounts.last_minute.iter().filter(|discount| ahead <= days(discount)).min_by_key(days);
    early
        .map(|discount| (PriceRule::EarlyBird, discount.off))
        .or(late.map(|discount| (PriceRule::LastMinute, discount.off)))
}

fn take_off(
    lines: &mut Vec<PriceLine>,
    input: &QuoteInput<'_>,
    rule: PriceRule,
    label: String,
    off: BasisPoints,
) -> Result<(), Refusal> {
    let amount = left(lines, input)?.percent_bp(off)?.checked_neg()?;
    push(lines, LineKind::Discount, rule, label, amount);
    Ok(())
}

fn left(lines: &[PriceLine], input: &QuoteInput<'_>) -> Result<Money, Refusal> {
    Ok(Money::sum(input.terms.currency, lines.iter().map(|line| line.amount))?)
}
