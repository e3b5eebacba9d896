//! What the read cache keeps of a listing: its document in two parts with the photos between them, whose addresses are
//! signed anew. Four lines: the version, the photos, the parts. JSON has no line ends of its own.

use serde_json::value::to_raw_value;
use services::Failure;
use store::photos::ReadyPhoto;
use store::properties::Property;
use web::media::Media;

use crate::dto::photo::PhotoDto;
use crate::dto::property::PropertyDto;

/// Where the photos stand in a document without any. A text of the host's cannot hold it: its quotes are escaped.
const PHOTOS: &str = ",\"photos\":[]";

/// What is kept of the listing.
pub(super) fn body(mut property: Property) -> Result<String, Failure> {
    let photos = serde_json::to_string(&std::mem::take(&mut property.photos))?;
    let version = property.version;
    let document = serde_json::to_string(&PropertyDto::new(property, Vec::new()))?;
    let (before, after) =
        document.split_once(PHOTOS).ok_or_else(|| Failure::internal("a listing has no place for photos"))?;
    Ok(format!("{version}\n{photos}\n{before}\n{after}"))
}

/// The listing's version and its document, with addresses of its photos.
pub(super) async fn dressed(media: &Media, body: &str) -> Result<(i64, String), Failure> {
    let parts: Vec<&str> = body.splitn(4, '\n').collect();
    let [version, photos, before, after] = parts.as_slice() else {
        return Err(Failure::internal("a kept listing lacks a line"));
    };
    let kept: Vec<ReadyPhoto> = serde_json::from_str(photos)?;
    let mut photos = Vec::with_capacity(kept.len());
    for photo in kept {
        let url = media.view(photo.id, &photo.key).await?;
        photos.push(PhotoDto::new(photo, url));
    }
    let photos = to_raw_value(&photos)?;
    let version = version.parse().map_err(|error: std::num::ParseIntError| Failure::internal(error))?;
    Ok((version, [before, ",\"photos\":", photos.get(), after].concat()))
}
