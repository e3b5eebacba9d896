//! What a stay costs: a pure function that can be replayed.
//!
//! The order: 1. the price of each night (date, else season, else weekend, else base); 2. the rebate for a long stay; 3. the
//! rebate for booking early or late; 4. the promotion; 5. fees; 6. the guest's service fee on nights and fees; 7. taxes.
//! The host's service fee comes off the payout. Each line is rounded once, half-even; what is split goes by largest
//! remainder. The lines always sum to the total, and the same input gives the same bytes.

mod fees;
mod nights;
mod promotion;
mod rebates;
mod taxes;
mod version;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::coded::coded;
use crate::dates::Stay;
use crate::guests::Guests;
use crate::listing::{ListingTerms, TaxCollector};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::rules::Calendar;

pub use nights::night_price;
pub use promotion::{Benefit, PromoCode, Promotion};
pub use version::RulesVersion;

/// How long a quote stands.
pub const QUOTE_TTL: SignedDuration = SignedDuration::from_mins(15);

/// All that a price depends on.
#[derive(Clone, Copy, Debug)]
pub struct QuoteInput<'a> {
    /// The listing as it is, or as it was.
    pub terms: &'a ListingTerms,
    /// What the host says of the stay's dates.
    pub calendar: &'a Calendar,
    /// Which rules to reckon by; [`RulesVersion::CURRENT`] for a new quote.
    pub rules_version: RulesVersion,
    /// The nights.
    pub stay: Stay,
    /// The party.
    pub guests: Guests,
    /// The promotion whose code the guest gave.
    pub promotion: Option<&'a Promotion>,
    /// When the quote is made.
    pub now: Timestamp,
}

coded! {
    /// What a line is about.
    LineKind, "unknown_line_kind" {
        /// Nights at their own prices.
        Night = "night",
        /// Something off the nights; its amount is negative.
        Discount = "discount",
        /// A fee of the host.
        Fee = "fee",
        /// What the host keeps of nights that were given up; no part of nights and fees any more.
        Retained = "retained",
        /// The platform's service fee.
        GuestFee = "guest_fee",
        /// A tax that is added.
        Tax = "tax",
    }
}

coded! {
    /// The rule that made a line.
    PriceRule, "unknown_price_rule" {
        /// The base price.
        BasePrice = "base_price",
        /// The price of a Friday or Saturday night.
        WeekendPrice = "weekend_price",
        /// The price of a season.
        SeasonPrice = "season_price",
        /// The price of a date.
        DatePrice = "date_price",
        /// The rebate for a long stay.
        LengthOfStay = "length_of_stay",
        /// The rebate for booking early.
        EarlyBird = "early_bird",
        /// The rebate for booking late.
        LastMinute = "last_minute",
        /// The promotion.
        Promotion = "promotion",
        /// Cleaning.
        CleaningFee = "cleaning_fee",
        /// Guests above the included number.
        ExtraGuestFee = "extra_guest_fee",
        /// Pets.
        PetFee = "pet_fee",
        /// Linen.
        LinenFee = "linen_fee",
        /// Use of a resort.
        ResortFee = "resort_fee",
        /// The service of the house.
        ManagementFee = "management_fee",
        /// The house's other services.
        CommunityFee = "community_fee",
        /// The guest's share of the platform's fee.
        GuestServiceFee = "guest_service_fee",
        /// A tax by percent.
        PercentTax = "percent_tax",
        /// A tax by the night.
        NightTax = "night_tax",
        /// A tax by the guest.
        GuestTax = "guest_tax",
        /// A tax by guest and night.
        GuestNightTax = "guest_night_tax",
        /// Nights that a modification added.
        AddedNights = "added_nights",
        /// Nights that a modification gave up.
        RemovedNights = "removed_nights",
        /// Fees that a modification changed.
        ChangedFees = "changed_fees",
        /// Taxes that a modification changed.
        ChangedTaxes = "changed_taxes",
    }
}

/// One line of a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceLine {
    /// What it is about.
    pub kind: LineKind,
    /// For people.
    pub label: String,
    /// What it adds to the total.
    pub amount: Money,
    /// The rule that made it.
    pub rule: PriceRule,
}

/// One night of a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NightPrice {
    /// The date of the night.
    pub date: Date,
    /// What the night costs after its part of the discounts; the nights sum to the night and discount lines.
    pub amount: Money,
    /// What it costs before discounts.
    pub list_price: Money,
    /// The rule that made the list price.
    pub rule: PriceRule,
}

/// One tax of a price, added or included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxShare {
    /// What the guest reads.
    pub name: String,
    /// How much of what the guest pays it is.
    pub amount: Money,
    /// Whether the prices contain it; otherwise it has a line.
    pub included: bool,
    /// Who hands it to the authority.
    pub collected_by: TaxCollector,
}

/// What a stay costs and who gets what. The total is the payout, both service fees and the platform's taxes; it is also
/// the subtotal, what is retained, the guest's service fee and the added taxes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedStay {
    /// Every line of the bill; they sum to `total`.
    pub lines: Vec<PriceLine>,
    /// Every night.
    pub nights: Vec<NightPrice>,
    /// Nights and fees after discounts.
    pub subtotal: Money,
    /// The guest's service fee.
    pub guest_fee: Money,
    /// The taxes that are added.
    pub taxes: Money,
    /// What the guest pays.
    pub total: Money,
    /// The host's service fee.
    pub host_fee: Money,
    /// What the host gets, with the taxes that the host hands to the authority.
    pub payout: Money,
    /// Each tax.
    pub tax_shares: Vec<TaxShare>,
    /// The rules that it was reckoned by.
    pub rules_version: RulesVersion,
    /// What the host keeps of nights that modifications gave up; no cancellation gives it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retained: Option<Money>,
}

impl PricedStay {
    /// What the host keeps of nights that modifications gave up.
    pub fn retained(&self) -> Money {
        self.retained.unwrap_or(Money::zero(self.total.currency()))
    }
}

/// What depends on nights that have their price already.
pub(crate) struct Charges {
    /// The host's fees.
    pub(crate) fees: Money,
    /// Each tax.
    pub(crate) tax_shares: Vec<TaxShare>,
}

/// The fees and taxes of a stay whose nights cost `nights`.
pub(crate) fn charges(input: &QuoteInput<'_>, nights: &[NightPrice]) -> Result<Charges, Refusal> {
    let sum = Money::sum(input.terms.currency, nights.iter().map(|night| night.amount))?;
    let fees =
        Money::sum(input.terms.currency, fees::lines(input, sum)?.into_iter().map(|line| line.amount))?;
    let (_, tax_shares) = taxes::reckon(input, nights, fees)?;
    Ok(Charges { fees, tax_shares })
}

/// What the stay costs.
///
/// Asks no rule of the stay, see [`crate::rules::check_stay`]. Refuses a promotion that does not hold (`promo_expired`,
/// `promo_not_yet_valid`, `promo_min_nights`, at `/promo_code`), mixed currencies (`currency_mismatch`) and amounts beyond
/// 64 bits (`amount_out_of_range`).
pub fn quote(input: &QuoteInput<'_>) -> Result<PricedStay, Refusal> {
    match input.rules_version {
        RulesVersion::V1 => first_rules(input),
    }
}

fn first_rules(input: &QuoteInput<'_>) -> Result<PricedStay, Refusal> {
    let terms = input.terms;
    let currency = terms.currency;
    let sum = |lines: &[PriceLine]| Money::sum(currency, lines.iter().map(|line| line.amount));

    let (mut nights, mut lines) = nights::list(input)?;
    rebates::apply(input, &mut lines)?;
    nights::spread(&mut nights, sum(&lines)?)?;

    let fee_lines = fees::lines(input, sum(&lines)?)?;
    let fees = sum(&fee_lines)?;
    lines.extend(fee_lines);
    let subtotal = sum(&lines)?;

    let guest_fee = subtotal.percent_bp(terms.fee_model.guest_rate())?;
    push(&mut lines, LineKind::GuestFee, PriceRule::GuestServiceFee, "Service fee", guest_fee);
    let (tax_lines, tax_shares) = taxes::reckon(input, &nights, fees)?;
    let taxes = sum(&tax_lines)?;
    lines.extend(tax_lines);

    let host_fee = subtotal.percent_bp(terms.fee_model.host_rate())?;
    let payout = payout(subtotal.checked_sub(host_fee)?, &tax_shares)?;
    let total = sum(&lines)?;
    let rules_version = input.rules_version;
    Ok(PricedStay {
        lines,
        nights,
        subtotal,
        guest_fee,
        taxes,
        total,
        host_fee,
        payout,
        tax_shares,
        rules_version,
        retained: None,
    })
}

/// The host also gets the added taxes to hand on, and does not get the included ones that the platform hands on.
fn payout(earned: Money, tax_shares: &[TaxShare]) -> Result<Money, Refusal> {
    tax_shares.iter().try_fold(earned, |payout, tax| match (tax.included, tax.collected_by) {
        (false, TaxCollector::Host) => Ok(payout.checked_add(tax.amount)?),
        (true, TaxCollector::Platform) => Ok(payout.checked_sub(tax.amount)?),
        (false, TaxCollector::Platform) | (true, TaxCollector::Host) => Ok(payout),
    })
}

/// Adds a line, unless it says nothing.
fn push(
    lines: &mut Vec<PriceLine>,
    kind: LineKind,
    rule: PriceRule,
    label: impl Into<String>,
    amount: Money,
) {
    if !amount.is_zero() {
        lines.push(PriceLine { kind, label: label.into(), amount, rule });
    }
}

/// "1 night", "2 nights".
fn nights_text(count: usize) -> String {
    if count == 1 { "1 night".to_owned() } else { format!("{count} nights") }
}

#[cfg(test)]
mod tests;
