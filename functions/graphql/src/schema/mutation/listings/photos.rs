//! Photos of listings.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::cohost::Act;
use domain::ids::PhotoId;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use services::photos::{announce, order, remove, upload_key};
use uuid::Uuid;
use web::Problem;
use web::dto::listing::NewPhoto;
use web::extract::valid;
use web::media::{Media, UPLOAD_TTL, Upload};

use super::{acting, tell};
use crate::errors::told_of_input;
use crate::schema::codes::PhotoType;
use crate::schema::hosting::HostPhoto;
use crate::schema::ids::Kind;
use crate::schema::{app, caller};

/// A photo to be uploaded.
#[derive(Debug, InputObject, Serialize)]
struct AnnouncePhotoInput {
    /// The listing.
    #[serde(skip)]
    property_id: ID,
    /// What the file is. The worker looks for itself.
    content_type: PhotoType,
    /// Exactly how many bytes the file has; up to 20 MiB.
    byte_length: i64,
    /// The host's words for it; up to 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    caption: Option<String>,
}

/// A new order of photos.
#[derive(Debug, InputObject)]
struct OrderPhotosInput {
    /// The listing.
    property_id: ID,
    /// The photos that come first, each once; up to 100. The others follow in the order that they have.
    order: Vec<Uuid>,
}

/// A photo to be taken away.
#[derive(Debug, InputObject)]
struct DeletePhotoInput {
    /// The listing.
    property_id: ID,
    /// The photo.
    photo_id: Uuid,
}

/// A photo that waits for its upload.
#[derive(Debug, SimpleObject)]
struct AnnouncePhotoPayload {
    /// Which one.
    photo_id: Uuid,
    /// Where it goes.
    upload: UploadTarget,
}

/// Where and how a file is uploaded.
#[derive(Debug, SimpleObject)]
struct UploadTarget {
    /// The method of the request.
    method: &'static str,
    /// Where it goes.
    url: String,
    /// Headers that must be sent with exactly these values.
    headers: Vec<UploadHeader>,
    /// When the address ends.
    expires_at: Timestamp,
}

/// A header of an upload.
#[derive(Debug, SimpleObject)]
struct UploadHeader {
    /// Its name.
    name: String,
    /// Its value.
    value: String,
}

/// The photos of a listing.
#[derive(Debug, SimpleObject)]
struct PhotosPayload {
    /// In their order.
    photos: Vec<HostPhoto>,
}

/// A photo that is gone.
#[derive(Debug, SimpleObject)]
struct PhotoIdPayload {
    /// Its id.
    photo_id: Uuid,
}

/// Mutations of photos.
#[derive(Default)]
pub(crate) struct PhotoMutations;

#[Object]
impl PhotoMutations {
    /// Announce a photo, and upload the file to the address in the answer within a quarter of an hour. It is shown once a
    /// worker has looked at it.
    async fn announce_photo(
        &self,
        ctx: &Context<'_>,
        input: AnnouncePhotoInput,
    ) -> Result<Option<AnnouncePhotoPayload>> {
        caller(ctx)?;
        let property = Kind::Property.read(&input.property_id)?;
        let new: NewPhoto = valid(&input).map_err(told_of_input)?;
        let (media_type, caption) =
            (new.content_type.media_type(), new.caption.as_ref().map_or("", domain::text::Line::as_str));
        let host = acting(ctx, property, Act::AnnouncePhoto).await?;
        let ctx_of_app = app(ctx).ctx();
        let id = announce(ctx_of_app, host, property, media_type, caption).await.map_err(told_of_input)?;
        let media = ctx.data_unchecked::<Media>();
        let upload = media.upload(&upload_key(id), media_type, new.byte_length).await;
        let Upload { url, headers } = upload.map_err(told_of_input)?;
        let ttl = SignedDuration::try_from(UPLOAD_TTL).unwrap_or_default();
        let upload = UploadTarget {
            method: "PUT",
            url,
            headers: headers.into_iter().map(|(name, value)| UploadHeader { name, value }).collect(),
            expires_at: ctx_of_app.now().saturating_add(ttl).unwrap_or(Timestamp::MAX),
        };
        Ok(Some(AnnouncePhotoPayload { photo_id: id.into(), upload }))
    }

    /// Order the photos. The first one stands for the listing in searches.
    async fn order_photos(
        &self,
        ctx: &Context<'_>,
        input: OrderPhotosInput,
    ) -> Result<Option<PhotosPayload>> {
        caller(ctx)?;
        let property = Kind::Property.read(&input.property_id)?;
        if !(1..=100).contains(&input.order.len()) {
            let detail = "Name 1 to 100 photos.";
            return Err(told_of_input(Problem::invalid("/order", "invalid_value", detail)));
        }
        let wanted: Vec<PhotoId> = input.order.into_iter().map(Into::into).collect();
        let host = acting(ctx, property, Act::OrderPhotos).await?;
        let photos = order(app(ctx).ctx(), host, property, &wanted).await.map_err(told_of_input)?;
        tell(ctx, property).await;
        Ok(Some(PhotosPayload { photos: photos.into_iter().map(HostPhoto).collect() }))
    }

    /// Delete a photo. It is no longer shown from now on.
    async fn delete_photo(
        &self,
        ctx: &Context<'_>,
        input: DeletePhotoInput,
    ) -> Result<Option<PhotoIdPayload>> {
        caller(ctx)?;
        let property = Kind::Property.read(&input.property_id)?;
        let host = acting(ctx, property, Act::RemovePhoto).await?;
        let photo_id = input.photo_id;
        remove(app(ctx).ctx(), host, property, photo_id.into()).await.map_err(told_of_input)?;
        tell(ctx, property).await;
        Ok(Some(PhotoIdPayload { photo_id }))
    }
}
