//! Reading one booking.

use domain::ids::{BookingId, PaymentId, QuoteId};

use super::{Booking, Result, assemble, booking_rows};
use crate::db::{Db, Statement};

/// The booking, whoever asks.
pub async fn find(db: &Db, id: BookingId) -> Result<Option<Booking>> {
    let sql = concat!("WITH b AS (SELECT * FROM bookings WHERE id = :id::uuid) ", booking_rows!());
    Ok(assemble(db.rows(Statement::new(sql).uuid("id", id).idempotent()).await?))
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
