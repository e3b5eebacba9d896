//! Step 1: the price of each night, and the share of the discounts that falls on it.

use jiff::civil::{Date, Weekday};

use super::{LineKind, NightPrice, PriceLine, PriceRule, QuoteInput, nights_text};
use crate::listing::{ListingTerms, Season};
use crate::money::{BasisPoints, Money, MoneyError};
use crate::rules::Calendar;

/// The nights at their list prices, and the lines for them: one for each rule and season.
pub(super) fn list(input: &QuoteInput<'_>) -> Result<(Vec<NightPrice>, Vec<PriceLine>), MoneyError> {
    let mut nights = Vec::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for date in input.stay.nights() {
        let season = season_of(input.terms, date);
        let (price, rule) = list_price(input.terms, input.calendar, season, date)?;
        nights.push(NightPrice { date, amount: price, list_price: price, rule });
        let name = season.filter(|_| rule == PriceRule::SeasonPrice).map(|season| season.name.as_str());
        match groups.iter_mut().find(|group| (group.rule, group.season) == (rule, name)) {
            Some(group) => group.prices.push(price),
            None => groups.push(Group { rule, season: name, prices: vec![price] }),
        }
    }
    let lines = groups.iter().map(|group| group.line(input.terms)).collect::<Result<_, _>>()?;
    Ok((nights, lines))
}

/// Divides `net`, the nights after discounts, among the nights in the proportion of their list prices.
pub(super) fn spread(nights: &mut [NightPrice], net: Money) -> Result<(), MoneyError> {
    // List prices are not negative: a listing whose prices are is refused before it is stored.
    let weights: Vec<u64> =
        nights.iter().map(|night| night.list_price.amount().max(0).unsigned_abs()).collect();
    if weights.iter().all(|weight| *weight == 0) {
        return Ok(());
    }
    for (night, amount) in nights.iter_mut().zip(net.split_by_largest_remainder(&weights)?) {
        night.amount = amount;
    }
    Ok(())
}

/// Nights of one kind.
struct Group<'a> {
    rule: PriceRule,
    season: Option<&'a str>,
    prices: Vec<Money>,
}

impl Group<'_> {
    fn line(&self, terms: &ListingTerms) -> Result<PriceLine, MoneyError> {
        let amount = Money::sum(terms.currency, self.prices.iter().copied())?;
        let nights = nights_text(self.prices.len());
        let same = self.prices.first().filter(|first| self.prices.iter().all(|price| price == *first));
        let priced = same.map_or(nights.clone(), |price| format!("{nights} at {price}"));
        let label = self.season.map_or(priced.clone(), |season| format!("{season}: {priced}"));
        Ok(PriceLine { kind: LineKind::Night, label, amount, rule: self.rule })
    }
}

fn season_of(terms: &ListingTerms, date: Date) -> Option<&Season> {
    terms.seasons.iter().find(|season| (season.first_night..=season.last_night).contains(&date))
}

/// What the night of `date` costs before discounts, whoever stays.
pub fn night_price(terms: &ListingTerms, calendar: &Calendar, date: Date) -> Result<Money, MoneyError> {
    list_price(terms, calendar, season_of(terms, date), date).map(|(price, _)| price)
}

fn list_price(
    terms: &ListingTerms,
    calendar: &Calendar,
    season: Option<&Season>,
    date: Date,
) -> Result<(Money, PriceRule), MoneyError> {
    if let Some(price) = calendar.on(date).and_then(|rule| rule.price) {
        return Ok((price, PriceRule::DatePrice));
    }
    if let Some(season) = season {
        return Ok((season.nightly_price, PriceRule::SeasonPrice));
    }
    let base = terms.nightly_price;
    let uplift = terms.weekend_uplift;
    let is_weekend = matches!(date.weekday(), Weekday::Friday | Weekday::Saturday);
    if is_weekend && uplift != BasisPoints::default() {
        return Ok((base.checked_add(base.percent_bp(uplift)?)?, PriceRule::WeekendPrice));
    }
    Ok((base, PriceRule::BasePrice))
}
