//! Addresses of photos in the bucket, signed by this function: nobody reads or writes there without one.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ids::PhotoId;
use platform::Aws;
use platform::config::Env;
use services::Failure;
use tokio::time::Instant;

use self::sign::Signer;

mod sign;

/// How long an upload may begin after its announcement.
pub const UPLOAD_TTL: Duration = Duration::from_mins(15);
/// How long a photo's address holds.
const VIEW_TTL: Duration = Duration::from_hours(1);
/// How long an address is handed out again: whoever gets it has half an hour left at least, and caches find the photo
/// under the address they know.
const REUSE: Duration = Duration::from_mins(30);
/// More addresses than these are not kept.
const MAX_KEPT: usize = 20_000;

/// Signs addresses. Cheap to clone; clones share what they have signed.
#[derive(Clone)]
pub struct Media {
    signer: Arc<Signer>,
    kept: Arc<Mutex<HashMap<PhotoId, (Instant, String)>>>,
}

impl fmt::Debug for Media {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Media").field("signer", &self.signer).finish_non_exhaustive()
    }
}

/// Where and how a photo is uploaded.
#[derive(Debug)]
pub struct Upload {
    /// The address.
    pub url: String,
    /// The headers that must be sent, with exactly these values.
    pub headers: Vec<(String, String)>,
}

impl Media {
    /// A signer for `bucket`. Calls nothing.
    pub fn new(env: &Env, aws: &Aws, bucket: &str) -> Self {
        Self { signer: Arc::new(Signer::new(env, aws, bucket)), kept: Arc::default() }
    }

    /// An address to upload `byte_length` bytes of `content_type` to `key`; anything else it does not take.
    pub async fn upload(&self, key: &str, content_type: &str, byte_length: i64) -> Result<Upload, Failure> {
        let header = |name: &str, value: String| (name.to_owned(), value);
        let headers = vec![
            header("content-length", byte_length.to_string()),
            header("content-type", content_type.to_owned()),
        ];
        let url = self.signer.url("PUT", key, &headers, UPLOAD_TTL).await?;
        Ok(Upload { url, headers })
    }

    /// An address at which the clean photo may be read.
    pub async fn view(&self, id: PhotoId, key: &str) -> Result<String, Failure> {
        self.view_at(id, key, Instant::now()).await
    }

    async fn view_at(&self, id: PhotoId, key: &str, now: Instant) -> Result<String, Failure> {
        if let Some(url) = self.kept(id, now) {
            return Ok(url);
        }
        let url = self.signer.url("GET", key, &[], VIEW_TTL).await?;
        self.keep(id, now, url.clone());
        Ok(url)
    }

    fn kept(&self, id: PhotoId, now: Instant) -> Option<String> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&id).filter(|(signed, _)| now.duration_since(*signed) < REUSE).map(|(_, url)| url.clone())
    }

    fn keep(&self, id: PhotoId, now: Instant, url: String) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.retain(|_, (signed, _)| now.duration_since(*signed) < REUSE);
        }
        if kept.len() < MAX_KEPT {
            kept.insert(id, (now, url));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media() -> Media {
        let pairs = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"),
        ];
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let env = Env::from_map(pairs.collect());
        Media::new(&env, &Aws::from_env(&env).unwrap(), "photos-bucket")
    }

    fn id() -> PhotoId {
        uuid::Uuid::from_u128(7).into()
    }

    #[tokio::test]
    async fn an_upload_is_bound_to_its_type_and_length() {
        let upload = media().upload("uploads/x", "image/png", 1234).await.unwrap();
        assert!(upload.url.starts_with("http://127.0.0.1:1/photos-bucket/uploads/x?"), "{}", upload.url);
        assert!(
            upload.url.contains("X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost"),
            "{}",
            upload.url
        );
        assert!(upload.url.contains("X-Amz-Expires=900"), "{}", upload.url);
        assert!(!upload.url.to_lowercase().contains("checksum"), "{}", upload.url);
        let mut headers = upload.headers;
        headers.sort();
        let expected = [("content-length", "1234"), ("content-type", "image/png")];
        assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[tokio::test]
    async fn an_address_is_handed_out_again_for_half_an_hour() {
        let (media, start) = (media(), Instant::now());
        let view = async |key, after| media.view_at(id(), key, start + after).await.unwrap();
        let first = view("photos/a.jpg", Duration::ZERO).await;
        assert!(first.contains("X-Amz-Expires=3600"), "{first}");
        // Another key would be signed otherwise: what is kept goes by the photo.
        assert_eq!(view("photos/b.jpg", REUSE.saturating_sub(Duration::from_secs(1))).await, first);
        assert!(view("photos/b.jpg", REUSE).await.contains("photos/b.jpg"));
    }
}
