//! Reading one booking.

use domain::ids::{BookingId, PaymentId, QuoteId};

use super::{Booking, Part, Result, assemble, booking_parts, booking_rows};
use crate::batch::{self, batch};
use crate::db::{Db, DbError, Statement};

/// The booking, whoever asks.
pub async fn find(db: &Db, id: BookingId) -> Result<Option<Booking>> {
    let sql = concat!("WITH b AS (SELECT * FROM bookings WHERE id = :id::uuid) ", booking_rows!());
    Ok(assemble(db.rows(Statement::new(sql).uuid("id", id).idempotent()).await?))
}

/// The bookings, whoever asks.
pub async fn find_many(db: &Db, ids: &[BookingId]) -> Result<Vec<Booking>> {
    const SQL: &str = concat!(
        "WITH b AS (SELECT * FROM bookings WHERE id = ANY (string_to_array(:ids, ',')::uuid[])) ",
        batch!(booking_parts!())
    );
    let found = batch::read(db, ids.iter().copied(), || Statement::new(SQL)).await?;
    let parts = |texts: &[String]| texts.iter().map(|text| serde_json::from_str::<Part>(text)).collect();
    let booking = |(_, texts): &(uuid::Uuid, Vec<String>)| match parts(texts) {
        Ok(parts) => assemble(parts).map(Ok),
        Err(source) => Some(Err(DbError::Decode { source })),
    };
    found.iter().filter_map(booking).collect()
}

/// The booking that a quote became.
pub async fn find_by_quote(db: &Db, quote: QuoteId) -> Result<Option<Booking>> {
    let sql = concat!("WITH b AS (SELECT * FROM bookings WHERE quote_id = :quote::uuid) ", booking_rows!());
    Ok(assemble(db.rows(Statement::new(sql).uuid("quote", quote).idempotent()).await?))
}

/// The booking that a payment is for.
pub async fn find_by_payment(db: &Db, payment: PaymentId) -> Result<Option<Booking>> {
    let sql = concat!(
        "WITH b AS (SELECT * FROM bookings
                    WHERE id = (SELECT booking_id FROM payments WHERE id = :payment::uuid)) ",
        booking_rows!()
    );
    Ok(assemble(db.rows(Statement::new(sql).uuid("payment", payment).idempotent()).await?))
}
