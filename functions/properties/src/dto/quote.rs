//! The schema of a quote. What is answered is [`services::quotes::QuoteDocument`]; a test holds the two together.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::dto::MoneyDto;
use web::dto::listing::{PolicyCode, invalid_fields};

/// The party of a stay.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Guests)]
#[serde(deny_unknown_fields)]
pub(crate) struct GuestsDto {
    /// People of 13 years and older.
    #[schema(minimum = 1, maximum = 50, example = 2)]
    adults: u8,
    /// People of 2 to 12 years.
    #[serde(default)]
    #[schema(maximum = 50)]
    children: u8,
    /// People under 2 years.
    #[serde(default)]
    #[schema(maximum = 10)]
    infants: u8,
    /// Animals.
    #[serde(default)]
    #[schema(maximum = 10)]
    pets: u8,
}

impl GuestsDto {
    /// The parsed party; each count that is out of bounds is named below `/guests`.
    pub(crate) fn parse(&self) -> Result<domain::guests::Guests, domain::refusal::Refusal> {
        let parsed = domain::guests::Guests::new(self.adults, self.children, self.infants, self.pets);
        parsed.map_err(|mut errors| {
            for error in &mut errors {
                error.pointer.insert_str(0, "/guests");
            }
            invalid_fields(errors)
        })
    }
}

/// An offer to one guest for one stay at one price.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Quote)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuoteDto {
    /// What a booking names.
    id: Uuid,
    /// The listing.
    property_id: Uuid,
    /// When it ends, a quarter of an hour after it was made.
    expires_at: Timestamp,
    /// The date of arrival.
    check_in: Date,
    /// The date of departure.
    check_out: Date,
    /// The party.
    guests: GuestsDto,
    /// Every line of the bill; they sum to the total.
    lines: Vec<LineDto>,
    /// Nights and fees after discounts.
    subtotal: MoneyDto,
    /// The guest's service fee.
    guest_fee: MoneyDto,
    /// The taxes that are added.
    taxes: MoneyDto,
    /// What the guest pays.
    total: MoneyDto,
    /// What the host gets.
    payout: MoneyDto,
    /// Every night with its part of the discounts.
    nights: Vec<NightDto>,
    /// What a cancellation would give back.
    cancellation: CancellationDto,
}

/// One line of a price.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PriceLine)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineDto {
    /// What it is about: `night`, `discount`, `fee`, `guest_fee` or `tax`.
    #[schema(example = "night")]
    kind: String,
    /// For people.
    #[schema(example = "5 nights at 200.00 USD")]
    label: String,
    /// What it adds to the total; discounts are negative.
    amount: MoneyDto,
    /// The rule that made it.
    #[schema(example = "base_price")]
    rule: String,
}

/// One night of a price.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = NightPrice)]
#[serde(deny_unknown_fields)]
pub(crate) struct NightDto {
    /// Its date.
    date: Date,
    /// What it costs.
    amount: MoneyDto,
}

/// What a cancellation would give back.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Cancellation)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancellationDto {
    /// The policy.
    #[schema(value_type = PolicyCode)]
    policy: domain::cancellation::CancellationPolicyCode,
    /// Until when how much of nights and fees comes back, the next one first.
    deadlines: Vec<DeadlineDto>,
}

/// A deadline of a cancellation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Deadline)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeadlineDto {
    /// The last instant.
    until: Timestamp,
    /// How much comes back, in percent.
    refund_percent: u8,
}

#[cfg(test)]
mod tests {
    use domain::cancellation::PolicySnapshot;
    use domain::dates::Stay;
    use domain::guests::Guests;
    use domain::pricing::{QuoteInput, RulesVersion, quote};
    use domain::rules::Calendar;
    use services::quotes::QuoteDocument;
    use store::quotes::Quote;
    use utoipa::PartialSchema;
    use uuid::Uuid;

    use super::*;
    use web::dto::listing::CreateProperty;

    fn priced() -> Quote {
        let schema = serde_json::to_value(CreateProperty::schema()).unwrap();
        let body: CreateProperty = serde_json::from_value(schema["example"].clone()).unwrap();
        let (terms, calendar) = (body.parse().unwrap().listing.terms, Calendar::default());
        let stay = Stay::new("2026-06-01".parse().unwrap(), "2026-06-09".parse().unwrap()).unwrap();
        let (guests, now) = (Guests::new(2, 1, 0, 0).unwrap(), "2026-01-01T00:00:00Z".parse().unwrap());
        let rules_version = RulesVersion::CURRENT;
        let input = QuoteInput {
            terms: &terms,
            calendar: &calendar,
            rules_version,
            stay,
            guests,
            promotion: None,
            now,
        };
        Quote {
            id: Uuid::from_u128(1).into(),
            property_id: Uuid::from_u128(2).into(),
            guest_id: Uuid::from_u128(3).into(),
            stay,
            guests,
            promotion: None,
            priced: quote(&input).unwrap(),
            policy: PolicySnapshot::current(terms.cancellation_policy),
            terms,
            calendar,
            rules_version,
            property_version: 1,
            created_at: now,
            expires_at: now,
        }
    }

    /// What is answered is written elsewhere, for every protocol: it must be what is described here, no less, no more.
    #[test]
    fn the_answer_is_what_the_schema_says() {
        let quote = priced();
        let answered = serde_json::to_value(QuoteDocument::from(&quote)).unwrap();
        assert!(!answered["cancellation"]["deadlines"].as_array().unwrap().is_empty());
        let described: QuoteDto = serde_json::from_value(answered.clone()).unwrap();
        assert_eq!(serde_json::to_value(described).unwrap(), answered);
    }
}
