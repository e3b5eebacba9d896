//! `POST /properties/{property_id}/photos`: announce a photo, to be uploaded.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::cohost::Act;
use domain::ids::PropertyId;
use domain::text::Line;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use services::cohosts::acting_host;
use services::photos::{announce, upload_key};
use utoipa::ToSchema;
use uuid::Uuid;
use web::dto::listing::NewPhoto;
use web::media::{Media, UPLOAD_TTL, Upload};
use web::{App, Caller, PathId, Problem, ValidJson};

/// A photo that waits for its upload.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnnouncedPhoto {
    /// Which one.
    id: Uuid,
    /// Where it goes.
    upload: UploadTarget,
}

/// Where and how a file is uploaded.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UploadTarget {
    /// The method of the request.
    #[schema(example = "PUT")]
    method: &'static str,
    /// Where it goes.
    #[schema(format = "uri")]
    url: String,
    /// Headers that must be sent with exactly these values.
    headers: BTreeMap<String, String>,
    /// When the address ends.
    expires_at: Timestamp,
}

/// Announce a photo.
///
/// Upload the file to the address in the answer within a quarter of an hour. It is shown once a worker has looked at
/// it, taken out all that a camera writes into a file beside the picture, and turned it upright. A file that is no
/// picture is rejected, and its host told.
#[utoipa::path(
    post, path = "/properties/{property_id}/photos", tag = "properties", operation_id = "announce_photo",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    request_body = NewPhoto,
    responses((status = 201, description = "Where to upload it", body = AnnouncedPhoto), web::Problems),
)]
pub(crate) async fn announce_photo(
    State(app): State<App>,
    State(media): State<Media>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
    ValidJson(input): ValidJson<NewPhoto>,
) -> Result<impl IntoResponse, Problem> {
    let content_type = input.content_type.media_type();
    let caption = input.caption.as_ref().map_or("", Line::as_str);
    let host = acting_host(app.ctx(), caller.user_id, property_id, Act::AnnouncePhoto).await?;
    let id = announce(app.ctx(), host, property_id, content_type, caption).await?;
    let Upload { url, headers } = media.upload(&upload_key(id), content_type, input.byte_length).await?;
    let ttl = SignedDuration::try_from(UPLOAD_TTL).unwrap_or_default();
    let upload = UploadTarget {
        method: "PUT",
        url,
        headers: headers.into_iter().collect(),
        expires_at: app.ctx().now().saturating_add(ttl).unwrap_or(Timestamp::MAX),
    };
    Ok((StatusCode::CREATED, Json(AnnouncedPhoto { id: id.into(), upload })))
}
