//! What a host lets be written by itself.

use domain::conversation::{Moment, Template};
use domain::ids::PropertyId;
use jiff::Timestamp;
use serde::Deserialize;

use crate::db::{Db, DbError, Statement};

/// A template as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StoredTemplate {
    /// When it goes out.
    pub moment: Moment,
    /// How many hours before the arrival or after the departure.
    pub hours: u16,
    /// The words, with variables.
    pub text: String,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// The templates of a listing, in the order of a stay.
pub async fn of_listing(db: &Db, property: PropertyId) -> Result<Vec<StoredTemplate>, DbError> {
    db.rows(
        Statement::new(
            "SELECT jsonb_build_object('moment', t.moment, 'hours', t.hours, 'text', t.text,
                 'updated_at', t.updated_at)::text
             FROM message_templates t WHERE t.property_id = :property::uuid
             ORDER BY array_position(ARRAY['on_confirmation', 'before_check_in', 'after_check_out'], t.moment)",
        )
        .uuid("property", property)
        .idempotent(),
    )
    .await
}

/// Sets a template; stays that are booked follow it, but for a confirmation that is past.
pub async fn set(db: &Db, property: PropertyId, template: &Template, now: Timestamp) -> Result<(), DbError> {
    let hours = i64::from(template.hours());
    change(db, property, template.moment(), Some(hours), Some(template.text()), now).await.map(|_| ())
}

/// Takes a template away, and what was to be written by it; answers whether there was one.
pub async fn remove(db: &Db, property: PropertyId, moment: Moment, now: Timestamp) -> Result<bool, DbError> {
    change(db, property, moment, None, None, now).await
}

async fn change(
    db: &Db,
    property: PropertyId,
    moment: Moment,
    hours: Option<i64>,
    text: Option<&str>,
    now: Timestamp,
) -> Result<bool, DbError> {
    db.one(
        Statement::new(
            "SELECT to_jsonb(set_message_template(
                 :property::uuid, :moment, :hours::int4, :text, :now::timestamptz))::text",
        )
        .uuid("property", property)
        .text("moment", moment.code())
        .int("hours", hours)
        .text("text", text)
        .instant("now", now),
    )
    .await
}
