//! Photos, as hosts announce them.

use domain::text::Line;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

/// The largest upload, in bytes.
const MAX_BYTES: i64 = 20 * 1024 * 1024;

/// A photo to be uploaded.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"content_type": "image/jpeg", "byte_length": 1_234_567, "caption": "The river from the window"}))]
pub struct NewPhoto {
    /// What the file is. The worker looks for itself.
    pub content_type: PhotoType,
    /// Exactly how many bytes the file has.
    #[garde(range(min = 1, max = MAX_BYTES))]
    #[schema(minimum = 1, maximum = 20_971_520)]
    pub byte_length: i64,
    /// The host's words for it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub caption: Option<Line<0, 200>>,
}

/// The kinds of files that are taken.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub enum PhotoType {
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// WebP.
    #[serde(rename = "image/webp")]
    Webp,
}

impl PhotoType {
    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}
