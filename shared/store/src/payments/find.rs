//! Reading payments.

use domain::ids::{PaymentId, UserId};

use super::{Payment, Result, payment_json};
use crate::batch::{self, batch};
use crate::db::{Db, DbError, Statement};
use crate::trail;

/// The payment, whoever asks.
pub async fn find(db: &Db, id: PaymentId) -> Result<Option<Payment>> {
    let sql = concat!(
        "SELECT (",
        payment_json!(),
        ")::text FROM payments p JOIN bookings b ON b.id = p.booking_id WHERE p.id = :id::uuid"
    );
    Ok(named(db.optional(Statement::new(sql).uuid("id", id).idempotent()).await?))
}

/// The payment, for the guest who pays or the host who lets.
pub async fn find_for(db: &Db, id: PaymentId, viewer: UserId) -> Result<Option<Payment>> {
    let sql = concat!(
        "SELECT (",
        payment_json!(),
        ")::text FROM payments p JOIN bookings b ON b.id = p.booking_id
         WHERE p.id = :id::uuid AND (p.guest_id = :viewer::uuid OR b.host_id = :viewer::uuid)"
    );
    Ok(named(db.optional(Statement::new(sql).uuid("id", id).uuid("viewer", viewer).idempotent()).await?))
}

/// Those of the payments that `viewer` pays or is paid by; with `everything`, all of them.
pub async fn find_many_for(
    db: &Db,
    ids: &[PaymentId],
    viewer: UserId,
    everything: bool,
) -> Result<Vec<Payment>> {
    const SQL: &str = batch!(concat!(
        "SELECT p.id, 1 AS part, (",
        payment_json!(),
        ")::text AS text FROM payments p JOIN bookings b ON b.id = p.booking_id
         WHERE p.id = ANY (string_to_array(:ids, ',')::uuid[])
           AND (:everything OR p.guest_id = :viewer::uuid OR b.host_id = :viewer::uuid)"
    ));
    let statement = || Statement::new(SQL).uuid("viewer", viewer).boolean("everything", everything);
    let found = batch::read(db, ids.iter().copied(), statement).await?;
    let texts = found.iter().flat_map(|(_, texts)| texts);
    texts.map(|text| serde_json::from_str(text).map_err(|source| DbError::Decode { source })).collect()
}

/// The same payment, said to be what this is about.
fn named(payment: Option<Payment>) -> Option<Payment> {
    payment.inspect(|payment| {
        trail::payment(payment.id);
        trail::booking(payment.booking_id);
    })
}

/// What a guest paid, the newest first, older than `after`.
pub async fn page_of_guest(
    db: &Db,
    guest: UserId,
    after: Option<PaymentId>,
    limit: u32,
) -> Result<Vec<Payment>> {
    let sql = concat!(
        "SELECT (",
        payment_json!(),
        ")::text FROM payments p JOIN bookings b ON b.id = p.booking_id
         WHERE p.guest_id = :guest::uuid
           AND p.id < coalesce(:after::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
         ORDER BY p.id DESC LIMIT :limit::int4"
    );
    let statement = Statement::new(sql)
        .uuid("guest", guest)
        .uuid_opt("after", after)
        .int("limit", i64::from(limit))
        .idempotent();
    db.rows(statement).await
}
