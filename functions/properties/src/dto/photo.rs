//! Photos as they are shown.

use jiff::Timestamp;
use serde::Serialize;
use store::photos::{HostPhoto, PhotoState, ReadyPhoto};
use utoipa::ToSchema;
use uuid::Uuid;

/// A photo that may be shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Photo)]
pub(crate) struct PhotoDto {
    /// Which one.
    id: Uuid,
    /// Where it is to be had for an hour at least half of which is left; do not keep it.
    #[schema(format = "uri")]
    url: String,
    /// The host's words for it; may be empty.
    #[schema(max_length = 200)]
    caption: String,
    /// In pixels.
    width: u32,
    /// In pixels.
    height: u32,
}

impl PhotoDto {
    pub(crate) fn new(photo: ReadyPhoto, url: String) -> Self {
        let ReadyPhoto { id, caption, width, height, .. } = photo;
        Self { id: id.into(), url, caption, width, height }
    }
}

/// Where a photo is in its life.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = PhotoState)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PhotoStateDto {
    /// It is not uploaded yet, or being looked at.
    AwaitingUpload,
    /// It is clean and shown.
    Ready,
    /// It could not be used.
    Rejected,
    /// It was taken away.
    Deleted,
}

/// A photo as its host sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HostPhoto)]
pub(crate) struct HostPhotoDto {
    /// Which one.
    id: Uuid,
    /// Where it is in its life.
    state: PhotoStateDto,
    /// The host's words for it; may be empty.
    caption: String,
    /// Where it is to be had for a while, when it is ready.
    #[schema(format = "uri")]
    url: Option<String>,
    /// In pixels, when it is ready.
    width: Option<u32>,
    /// In pixels, when it is ready.
    height: Option<u32>,
    /// Why it was rejected; a stable code.
    #[schema(example = "unsupported_type")]
    problem: Option<String>,
    /// When the upload was announced.
    created_at: Timestamp,
}

impl HostPhotoDto {
    pub(crate) fn new(photo: HostPhoto, url: Option<String>) -> Self {
        let state = match photo.state {
            PhotoState::AwaitingUpload => PhotoStateDto::AwaitingUpload,
            PhotoState::Ready => PhotoStateDto::Ready,
            PhotoState::Rejected => PhotoStateDto::Rejected,
            PhotoState::Deleted => PhotoStateDto::Deleted,
        };
        Self {
            id: photo.id.into(),
            state,
            caption: photo.caption,
            url,
            width: photo.width,
            height: photo.height,
            problem: photo.problem,
            created_at: photo.created_at,
        }
    }
}

/// The photos of a listing, as its host sees them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HostPhotos {
    /// In their order.
    pub(crate) items: Vec<HostPhotoDto>,
}
