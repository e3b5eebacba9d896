//! What a modification costs.

use jiff::Timestamp;

use super::Stay;
use crate::cancellation::{Arrival, CancellationCase, CancelledBy, Charged, PolicySnapshot, removed_share};
use crate::guests::Guests;
use crate::listing::{ListingTerms, TaxCollector};
use crate::money::Money;
use crate::pricing::{
    Charges, LineKind, NightPrice, PriceLine, PriceRule, PricedStay, QuoteInput, RulesVersion, TaxShare,
    charges, quote,
};
use crate::refusal::Refusal;
use crate::rules::Calendar;

/// All that the price of a modification depends on.
#[derive(Clone, Copy, Debug)]
pub struct ModificationCase<'a> {
    /// The price of the booking as it is.
    pub booked: &'a PricedStay,
    /// Its nights.
    pub booked_stay: Stay,
    /// Its party.
    pub booked_guests: Guests,
    /// The nights that are wanted; at least one of them is booked.
    pub wanted_stay: Stay,
    /// The party that is wanted.
    pub wanted_guests: Guests,
    /// The listing as it is now.
    pub terms: &'a ListingTerms,
    /// What the host says of the wanted dates now.
    pub calendar: &'a Calendar,
    /// The cancellation policy on the booking.
    pub policy: &'a PolicySnapshot,
    /// Where the policy's deadlines are reckoned from.
    pub arrival: Arrival<'a>,
    /// When the booking was made.
    pub booked_at: Timestamp,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// When the modification is proposed.
    pub now: Timestamp,
    /// Who wants it: of nights that the host takes back nothing is kept.
    pub by: CancelledBy,
}

/// The price of a booking after its modification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repriced {
    /// The whole price, with the lines of before and those of the change.
    pub priced: PricedStay,
    /// The lines of the change; they sum to `difference`.
    pub lines: Vec<PriceLine>,
    /// What the guest pays more; less, where it is negative.
    pub difference: Money,
    /// The last instant at which giving up the nights costs the same; `None` where that does not matter.
    pub until: Option<Timestamp>,
}

/// What the wanted stay costs.
///
/// The nights that are in both stays keep their price. The others, and the fees and taxes that depend on nights and
/// guests, are reckoned by the listing's rules of today: fees and taxes by what they would be with and without the
/// change. Of nights that are given up the host keeps the policy's share; it is no longer part of the nights, so a later
/// cancellation does not give it back. Each line is rounded once, half-even.
///
/// Refuses a listing that is in another currency now (`currency_mismatch`) and amounts beyond 64 bits.
pub fn reprice(case: &ModificationCase<'_>) -> Result<Repriced, Refusal> {
    let parts = Parts::of(case)?;
    let share = removed_share(&cancellation(case), parts.removed_nights);
    let removed = parts.removed.checked_add(parts.fees_less)?;
    let retained = removed.fraction(share.kept.0, share.kept.1)?;
    let back = removed.checked_sub(retained)?;
    let added = parts.added.checked_add(parts.fees_more)?;

    let whole = case.booked.subtotal.checked_add(case.booked.retained())?;
    let part_of = |amount: Money, part: Money| {
        if whole.is_zero() {
            Ok(Money::zero(amount.currency()))
        } else {
            amount.fraction(part.amount(), whole.amount())
        }
    };
    let spares_fee = share.kept.0 == 0 && (case.by != CancelledBy::Guest || case.policy.refunds_guest_fee);
    let fee_back = if spares_fee { part_of(case.booked.guest_fee, removed)? } else { parts.none };
    let fee_more = added.percent_bp(case.terms.fee_model.guest_rate())?.checked_sub(fee_back)?;
    let host_more = added
        .percent_bp(case.terms.fee_model.host_rate())?
        .checked_sub(part_of(case.booked.host_fee, back)?)?;
    let tax_shares = parts.tax_shares(case, share.kept)?;
    let taxes = Money::sum(
        parts.none.currency(),
        tax_shares.iter().filter(|tax| !tax.included).map(|tax| tax.amount),
    )?;
    let taxes_more = taxes.checked_sub(case.booked.taxes)?;

    let lines = lines(&parts, retained, fee_more, taxes_more)?;
    let difference = Money::sum(parts.none.currency(), lines.iter().map(|line| line.amount))?;
    let priced = whole_price(
        case,
        &parts,
        &lines,
        Changes { added, removed, retained, fee_more, host_more, taxes, tax_shares },
    )?;
    Ok(Repriced { priced, lines, difference, until: share.until.filter(|_| !removed.is_zero()) })
}

fn cancellation<'a>(case: &ModificationCase<'a>) -> CancellationCase<'a> {
    let PricedStay { subtotal, guest_fee, taxes, .. } = *case.booked;
    CancellationCase {
        policy: case.policy,
        charged: Charged { subtotal, guest_fee, taxes },
        arrival: case.arrival,
        booked_at: case.booked_at,
        confirmed_at: case.confirmed_at,
        now: case.now,
        by: case.by,
    }
}

/// The nights and charges that change.
struct Parts {
    none: Money,
    nights: Vec<NightPrice>,
    added_nights: u16,
    removed_nights: u16,
    added: Money,
    removed: Money,
    /// By how much giving up nights lowers the fees.
    fees_less: Money,
    /// By how much added nights and guests raise them; negative where fewer guests lower them.
    fees_more: Money,
    before: Charges,
    between: Charges,
    after: Charges,
}

impl Parts {
    fn of(case: &ModificationCase<'_>) -> Result<Self, Refusal> {
        let none = Money::zero(case.booked.total.currency());
        let sum =
            |nights: &[NightPrice]| Money::sum(none.currency(), nights.iter().map(|night| night.amount));
        let within =
            |stay: Stay, night: &NightPrice| (stay.check_in()..stay.check_out()).contains(&night.date);
        let (kept, removed): (Vec<_>, Vec<_>) =
            case.booked.nights.iter().cloned().partition(|night| within(case.wanted_stay, night));
        let wanted = input(case, case.wanted_stay, case.wanted_guests);
        let added: Vec<_> =
            quote(&wanted)?.nights.into_iter().filter(|night| !within(case.booked_stay, night)).collect();
        let mut nights = [kept.clone(), added.clone()].concat();
        nights.sort_by_key(|night| night.date);

        let shared = Stay::new(
            case.booked_stay.check_in().max(case.wanted_stay.check_in()),
            case.booked_stay.check_out().min(case.wanted_stay.check_out()),
        )?;
        let before = charges(&input(case, case.booked_stay, case.booked_guests), &case.booked.nights)?;
        let between = charges(&input(case, shared, case.booked_guests), &kept)?;
        let after = charges(&wanted, &nights)?;
        let count = |nights: &[NightPrice]| u16::try_from(nights.len()).unwrap_or(u16::MAX);
        Ok(Self {
            none,
            added_nights: count(&added),
            removed_nights: count(&removed),
            added: sum(&added)?,
            removed: sum(&removed)?,
            fees_less: before.fees.checked_sub(between.fees)?,
            fees_more: after.fees.checked_sub(between.fees)?,
            nights,
            before,
            between,
            after,
        })
    }

    /// Each tax after the change: what it was, less the part of what is given up, and what is added.
    fn tax_shares(&self, case: &ModificationCase<'_>, kept: (i64, i64)) -> Result<Vec<TaxShare>, Refusal> {
        let mut shares = case.booked.tax_shares.clone();
        let same = |one: &TaxShare, other: &TaxShare| {
            (&one.name, one.included, one.collected_by) == (&other.name, other.included, other.collected_by)
        };
        let mut add = |tax: &TaxShare, amount: Money| -> Result<(), Refusal> {
            match shares.iter_mut().find(|share| same(share, tax)) {
                Some(share) => share.amount = share.amount.checked_add(amount)?,
                None => shares.push(TaxShare { amount, ..tax.clone() }),
            }
            Ok(())
        };
        let back = |amount: Money| amount.fraction(kept.1 - kept.0, kept.1);
        for tax in &self.before.tax_shares {
            add(tax, back(tax.amount)?.checked_neg()?)?;
        }
        for tax in &self.between.tax_shares {
            add(tax, back(tax.amount)?)?;
            add(tax, tax.amount.checked_neg()?)?;
        }
        for tax in &self.after.tax_shares {
            add(tax, tax.amount)?;
        }
        shares.retain(|share| !share.amount.is_zero());
        Ok(shares)
    }
}

const fn input<'a>(case: &ModificationCase<'a>, stay: Stay, guests: Guests) -> QuoteInput<'a> {
    QuoteInput {
        terms: case.terms,
        calendar: case.calendar,
        rules_version: RulesVersion::CURRENT,
        stay,
        guests,
        promotion: None,
        now: case.now,
    }
}

fn lines(parts: &Parts, retained: Money, fee: Money, taxes: Money) -> Result<Vec<PriceLine>, Refusal> {
    let fees = parts.fees_more.checked_sub(parts.fees_less)?;
    let nights = |count: u16| if count == 1 { "1 night".to_owned() } else { format!("{count} nights") };
    let (more, less) = (nights(parts.added_nights), nights(parts.removed_nights));
    let all = [
        (LineKind::Night, PriceRule::RemovedNights, format!("{less} given up"), parts.removed.checked_neg()?),
        (LineKind::Night, PriceRule::AddedNights, format!("{more} added"), parts.added),
        (LineKind::Fee, PriceRule::ChangedFees, "Fees of the change".to_owned(), fees),
        (LineKind::Retained, PriceRule::RemovedNights, format!("Kept for {less} given up"), retained),
        (LineKind::GuestFee, PriceRule::GuestServiceFee, "Service fee of the change".to_owned(), fee),
        (LineKind::Tax, PriceRule::ChangedTaxes, "Taxes of the change".to_owned(), taxes),
    ];
    let line = |(kind, rule, label, amount)| PriceLine { kind, label, amount, rule };
    Ok(all.into_iter().map(line).filter(|line| !line.amount.is_zero()).collect())
}

/// The sums of the change.
struct Changes {
    added: Money,
    removed: Money,
    retained: Money,
    fee_more: Money,
    host_more: Money,
    taxes: Money,
    tax_shares: Vec<TaxShare>,
}

fn whole_price(
    case: &ModificationCase<'_>,
    parts: &Parts,
    lines: &[PriceLine],
    changes: Changes,
) -> Result<PricedStay, Refusal> {
    let booked = case.booked;
    let Changes { added, removed, retained, fee_more, host_more, taxes, tax_shares } = changes;
    let subtotal = booked.subtotal.checked_add(added)?.checked_sub(removed)?;
    let retained = booked.retained().checked_add(retained)?;
    let guest_fee = booked.guest_fee.checked_add(fee_more)?;
    let host_fee = booked.host_fee.checked_add(host_more)?;
    let total = subtotal.checked_add(retained)?.checked_add(guest_fee)?.checked_add(taxes)?;
    let platform = tax_shares.iter().filter(|tax| tax.collected_by == TaxCollector::Platform);
    let handed_on = Money::sum(total.currency(), platform.map(|tax| tax.amount))?;
    let payout = total.checked_sub(guest_fee)?.checked_sub(host_fee)?.checked_sub(handed_on)?;
    Ok(PricedStay {
        lines: [&booked.lines, lines].concat(),
        nights: parts.nights.clone(),
        subtotal,
        guest_fee,
        taxes,
        total,
        host_fee,
        payout,
        tax_shares,
        rules_version: RulesVersion::CURRENT,
        retained: Some(retained).filter(|retained| !retained.is_zero()),
    })
}
