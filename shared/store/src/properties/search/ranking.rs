//! What the rank of one listing is made of.

use domain::cancellation::CancellationPolicyCode;
use domain::ids::{PropertyId, UserId};
use domain::listing::BookingMode;
use domain::ranking::RankFacts;
use serde::Deserialize;

use super::Result;
use super::sql::conditions::{query, rank_of_words};
use crate::db::{Db, Statement};

#[derive(Deserialize)]
struct Row {
    rating_sum: i64,
    rating_count: i64,
    description_length: i64,
    amenities: i64,
    booking_mode: BookingMode,
    policy: CancellationPolicyCode,
    words_e3: Option<i64>,
}

/// What the rank of the host's listing is made of, for a search with these words; `None` when the host has no such
/// listing.
pub async fn rank_facts(
    db: &Db,
    id: PropertyId,
    host: UserId,
    words: Option<&str>,
) -> Result<Option<RankFacts>> {
    let row: Option<Row> = db
        .optional(
            Statement::new(concat!(
                "SELECT jsonb_build_object(
                     'rating_sum', p.rating_sum, 'rating_count', p.rating_count,
                     'description_length', length(p.description), 'amenities', cardinality(p.amenities),
                     'booking_mode', p.booking_mode, 'policy', p.cancellation_policy,
                     'words_e3', CASE WHEN :words::text IS NOT NULL THEN
                         CASE WHEN p.words @@ ",
                query!(),
                " THEN (",
                rank_of_words!(),
                " * 1000)::int8 ELSE 0 END END)::text
                 FROM properties p
                 WHERE p.id = :id::uuid AND p.host_id = :host::uuid AND p.state <> 'archived'"
            ))
            .uuid("id", id)
            .uuid("host", host)
            .text("words", words)
            .idempotent(),
        )
        .await?;
    Ok(row.map(|row| RankFacts {
        rating_sum: row.rating_sum,
        rating_count: row.rating_count,
        description_length: row.description_length,
        amenities: row.amenities,
        booking_mode: row.booking_mode,
        policy: row.policy,
        words_e3: row.words_e3,
    }))
}
