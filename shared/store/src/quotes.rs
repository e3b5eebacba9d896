//! Offers: one guest, one stay, one price, a quarter of an hour.

use domain::cancellation::PolicySnapshot;
use domain::dates::Stay;
use domain::guests::Guests;
use domain::ids::{PromotionId, PropertyId, QuoteId, UserId};
use domain::listing::ListingTerms;
use domain::pricing::{NightPrice, PricedStay, Promotion, RulesVersion};
use domain::rules::Calendar;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::db::{Db, DbError, Statement};
use crate::properties::stay::{StoredNight, calendar_of, has_free_unit, rules_of_stay};

/// A quote with all that it was reckoned from.
#[derive(Clone, Debug)]
pub struct Quote {
    /// Which one.
    pub id: QuoteId,
    /// For what.
    pub property_id: PropertyId,
    /// For whom.
    pub guest_id: UserId,
    /// The nights.
    pub stay: Stay,
    /// The party.
    pub guests: Guests,
    /// The promotion whose code the guest gave, as it was at the time.
    pub promotion: Option<(PromotionId, Promotion)>,
    /// The listing's terms at the time.
    pub terms: ListingTerms,
    /// What the host said of the stay's dates at the time.
    pub calendar: Calendar,
    /// The rules that it was reckoned by.
    pub rules_version: RulesVersion,
    /// The price.
    pub priced: PricedStay,
    /// The cancellation policy.
    pub policy: PolicySnapshot,
    /// The listing's version at the time.
    pub property_version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A listing as it is now, as far as a quote depends on it.
#[derive(Clone, Debug)]
pub struct Present {
    /// Whose it is.
    pub host_id: UserId,
    /// Whether it is on the market.
    pub published: bool,
    /// The version.
    pub version: i64,
    /// The terms.
    pub terms: ListingTerms,
    /// What the host says of the stay's dates.
    pub calendar: Calendar,
    /// Whether one of its units is free for the whole stay.
    pub free: bool,
    /// Whether the quote became a booking before.
    pub spent: bool,
}

type Result<T> = std::result::Result<T, DbError>;

/// Keeps a quote.
pub async fn insert(db: &Db, quote: &Quote) -> Result<()> {
    let total = quote.priced.total;
    let promotion = quote.promotion.as_ref();
    let promotion_text = promotion.map(|(_, promotion)| serde_json::to_string(promotion)).transpose()?;
    db.affected(
        Statement::new(
            "INSERT INTO quotes (id, property_id, guest_id, check_in, check_out, guests, promo_code,
                                 promotion_id, promotion, terms, night_rules, rules_version, priced, policy, property_version, currency, total, created_at, expires_at)
             VALUES (:id::uuid, :property::uuid, :guest::uuid, :check_in::date, :check_out::date, :guests::jsonb,
                     :promo_code, :promotion_id::uuid, :promotion::jsonb, :terms::jsonb, :night_rules::jsonb,
                     :rules_version::int4, :priced::jsonb,
                     :policy::jsonb, :property_version::int8, :currency, :total::int8, :created_at::timestamptz,
                     :expires_at::timestamptz)
             ON CONFLICT (id) DO NOTHING",
        )
        .uuid("id", quote.id)
        .uuid("property", quote.property_id)
        .uuid("guest", quote.guest_id)
        .date("check_in", quote.stay.check_in())
        .date("check_out", quote.stay.check_out())
        .json("guests", &quote.guests)?
        .text("promo_code", promotion.map(|(_, promotion)| promotion.code.as_str()))
        .uuid_opt("promotion_id", promotion.map(|(id, _)| *id))
        .text("promotion", promotion_text.as_deref())
        .json("terms", &quote.terms)?
        .json("night_rules", &quote.calendar)?
        .int("rules_version", i64::from(u16::from(quote.rules_version)))
        .json("priced", &quote.priced)?
        .json("policy", &quote.policy)?
        .int("property_version", quote.property_version)
        .text("currency", total.currency().code())
        .int("total", total.amount())
        .instant("created_at", quote.created_at)
        .instant("expires_at", quote.expires_at)
        .idempotent(),
    )
    .await
    .map(|_| ())
}

#[derive(Deserialize)]
struct Row {
    id: QuoteId,
    property_id: PropertyId,
    guest_id: UserId,
    check_in: Date,
    check_out: Date,
    guests: Guests,
    promotion_id: Option<PromotionId>,
    promotion: Option<Promotion>,
    rules_version: RulesVersion,
    policy: PolicySnapshot,
    property_version: i64,
    created_at: Timestamp,
    expires_at: Timestamp,
    host_id: UserId,
    published: bool,
    version: i64,
    free: bool,
    spent: bool,
}

/// The guest's own quote, and the listing as it is now.
pub async fn find(db: &Db, id: QuoteId, guest: UserId, now: Timestamp) -> Result<Option<(Quote, Present)>> {
    // Rows have 64 KB at most, and the nights of a year's stay alone may come near: so each part is a row.
    let texts = db
        .texts(
            Statement::new(concat!(
                "SELECT part.text
                 FROM quotes q JOIN properties p ON p.id = q.property_id
                 CROSS JOIN LATERAL (VALUES
                     (1, jsonb_build_object(
                         'id', q.id, 'property_id', q.property_id, 'guest_id', q.guest_id, 'check_in', q.check_in,
                         'check_out', q.check_out, 'guests', q.guests, 'promotion_id', q.promotion_id,
                         'promotion', q.promotion,
                         'rules_version', q.rules_version, 'policy', q.policy,
                         'property_version', q.property_version, 'created_at', q.created_at,
                         'expires_at', q.expires_at, 'host_id', p.host_id, 'published', p.state = 'published',
                         'version', p.version, 'spent', EXISTS (SELECT FROM bookings b WHERE b.quote_id = q.id),
                         'free', ",
                has_free_unit!("q.check_in", "q.check_out"),
                ")::text),
                     (2, q.terms::text), (3, q.night_rules::text),
                     (4, (q.priced || '{\"nights\": []}')::text), (5, (q.priced -> 'nights')::text),
                     (6, p.terms::text), (7, ",
                rules_of_stay!("q.check_in", "q.check_out"),
                "::text)) AS part (ordinal, text)
                 WHERE q.id = :id::uuid AND q.guest_id = :guest::uuid
                 ORDER BY part.ordinal",
            ))
            .uuid("id", id)
            .uuid("guest", guest)
            .instant("now", now)
            .idempotent(),
        )
        .await?;
    let [row, terms, rules, priced, nights, present_terms, present_rules] = texts.as_slice() else {
        return Ok(None);
    };
    let (row, mut priced): (Row, PricedStay) = (decode(row)?, decode(priced)?);
    priced.nights = decode::<Vec<NightPrice>>(nights)?;
    let present_terms: ListingTerms = decode(present_terms)?;
    let present = Present {
        host_id: row.host_id,
        published: row.published,
        version: row.version,
        calendar: calendar_of(decode::<Vec<StoredNight>>(present_rules)?, present_terms.currency),
        terms: present_terms,
        free: row.free,
        spent: row.spent,
    };
    let quote = Quote {
        id: row.id,
        property_id: row.property_id,
        guest_id: row.guest_id,
        stay: Stay::new(row.check_in, row.check_out)
            .map_err(|error| DbError::inconsistent("quotes", error))?,
        guests: row.guests,
        promotion: row.promotion_id.zip(row.promotion),
        terms: decode(terms)?,
        calendar: decode(rules)?,
        rules_version: row.rules_version,
        priced,
        policy: row.policy,
        property_version: row.property_version,
        created_at: row.created_at,
        expires_at: row.expires_at,
    };
    Ok(Some((quote, present)))
}

fn decode<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| DbError::Decode { source })
}
