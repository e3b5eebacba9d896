//! Photos of listings.

use domain::ids::{OutboxId, PhotoId, PropertyId, UserId};
use domain::messages::{MediaMessage, MessageBody, NotificationMessage};
use domain::refusal::{FieldError, Refusal, RefusalClass};
use store::photos::{self, Announced, HostPhoto, MAX_PHOTOS, NewPhoto, Ordered, Work};

use crate::{Ctx, Failure};

/// Where an announced photo is uploaded to.
pub fn upload_key(id: PhotoId) -> String {
    format!("uploads/{id}")
}

/// Where a clean photo lies.
pub fn public_key(id: PhotoId) -> String {
    format!("photos/{id}.jpg")
}

/// The photo that was uploaded to `key`; `None` when the key is none of ours.
pub fn photo_of_upload(key: &str) -> Option<PhotoId> {
    key.strip_prefix("uploads/")?.parse().ok().filter(|id| upload_key(*id) == key)
}

/// Announces a photo of the host's listing, to be uploaded to [`upload_key`].
pub async fn announce(
    ctx: &Ctx,
    host: UserId,
    property_id: PropertyId,
    content_type: &str,
    caption: &str,
) -> Result<PhotoId, Failure> {
    let id: PhotoId = ctx.new_id();
    let upload_key = upload_key(id);
    let photo = NewPhoto { id, property_id, caption, content_type, upload_key: &upload_key };
    match photos::announce(&ctx.db, host, photo, ctx.now()).await? {
        Announced::Done => Ok(id),
        Announced::NoListing => Err(Failure::NotFound),
        Announced::TooMany => {
            let detail = format!("A listing has at most {MAX_PHOTOS} photos. Delete one first.");
            Err(Refusal::conflict("too_many_photos", detail).into())
        }
    }
}

/// The photos of the host's listing, those that wait and those that were rejected too.
pub async fn of_host(ctx: &Ctx, host: UserId, property_id: PropertyId) -> Result<Vec<HostPhoto>, Failure> {
    photos::of_host(&ctx.db, property_id, host).await?.ok_or(Failure::NotFound)
}

/// Puts the named photos first, in this order; the others follow in theirs.
pub async fn order(
    ctx: &Ctx,
    host: UserId,
    property_id: PropertyId,
    order: &[PhotoId],
) -> Result<Vec<HostPhoto>, Failure> {
    refuse_repeated(order)?;
    match photos::order(&ctx.db, property_id, host, order, ctx.now()).await? {
        Ordered::Done => of_host(ctx, host, property_id).await,
        Ordered::NoListing => Err(Failure::NotFound),
        Ordered::Unknown(unknown) => {
            Err(wrong_order(order, "unknown_photo", "The listing has no such photo.", |id| {
                unknown.contains(id)
            })
            .into())
        }
    }
}

fn refuse_repeated(order: &[PhotoId]) -> Result<(), Refusal> {
    let repeated = |id: &PhotoId| order.iter().filter(|other| *other == id).count() > 1;
    if order.iter().any(repeated) {
        return Err(wrong_order(order, "repeated", "Name each photo once.", repeated));
    }
    Ok(())
}

fn wrong_order(
    order: &[PhotoId],
    code: &'static str,
    detail: &str,
    wrong: impl Fn(&PhotoId) -> bool,
) -> Refusal {
    let errors = order
        .iter()
        .enumerate()
        .filter(|(_, id)| wrong(id))
        .map(|(at, _)| FieldError { pointer: format!("/order/{at}"), code, detail: detail.to_owned() })
        .collect();
    Refusal { errors, ..Refusal::new(RefusalClass::Rule, "validation_failed", detail) }
}

/// Takes a photo away; the worker removes what is stored of it.
pub async fn remove(ctx: &Ctx, host: UserId, property_id: PropertyId, id: PhotoId) -> Result<(), Failure> {
    let message = ctx.message(MessageBody::Media(MediaMessage::Remove { photo_id: id }));
    if !photos::remove(&ctx.db, property_id, host, id, &message, ctx.now()).await? {
        return Err(Failure::NotFound);
    }
    ctx.publish(&[message]).await;
    Ok(())
}

/// The photo as the worker sees it.
pub async fn work(ctx: &Ctx, id: PhotoId) -> Result<Option<Work>, Failure> {
    Ok(photos::work(&ctx.db, id).await?)
}

/// Shows the clean photo, which lies at [`public_key`] by now. Answers false when nobody waits for it any more.
pub async fn accept(ctx: &Ctx, id: PhotoId, size: (u32, u32)) -> Result<bool, Failure> {
    Ok(photos::mark_ready(&ctx.db, id, &public_key(id), size, ctx.now()).await?)
}

/// Rejects the photo by a stable code and has its host told.
pub async fn reject(ctx: &Ctx, id: PhotoId, problem: &str) -> Result<(), Failure> {
    let message =
        ctx.message(MessageBody::Notifications(NotificationMessage::PhotoRejected { photo_id: id }));
    if photos::mark_rejected(&ctx.db, id, problem, &message, ctx.now()).await? {
        ctx.publish(&[message]).await;
    }
    Ok(())
}

/// Says that nothing is stored of the deleted photo any more.
pub async fn removed(ctx: &Ctx, id: PhotoId, message: OutboxId) -> Result<(), Failure> {
    Ok(photos::mark_removed(&ctx.db, id, message, ctx.now()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_keys_are_uploads() {
        let id = PhotoId::from(uuid::Uuid::from_u128(7));
        assert_eq!(photo_of_upload(&upload_key(id)), Some(id));
        for other in ["uploads/", "uploads/x", "photos/7.jpg", "uploads/00000000000000000000000000000007"] {
            assert_eq!(photo_of_upload(other), None, "{other}");
        }
    }

    #[test]
    fn a_photo_named_twice_is_refused_at_both_places() {
        let id = |number| PhotoId::from(uuid::Uuid::from_u128(number));
        let refusal = refuse_repeated(&[id(1), id(2), id(1)]).unwrap_err();
        let pointers: Vec<&str> = refusal.errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/order/0", "/order/2"]);
    }
}
