//! Addresses of photos in the bucket, signed by this function: nobody reads or writes there without one.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation};
use aws_sdk_s3::presigning::PresigningConfig;
use domain::ids::PhotoId;
use platform::Aws;
use platform::config::Env;
use services::Failure;
use tokio::time::Instant;

/// How long an upload may begin after its announcement.
pub(crate) const UPLOAD_TTL: Duration = Duration::from_mins(15);
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
    client: Client,
    bucket: Arc<str>,
    kept: Arc<Mutex<HashMap<PhotoId, (Instant, String)>>>,
}

impl fmt::Debug for Media {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Media").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

/// Where and how a photo is uploaded.
#[derive(Debug)]
pub(crate) struct Upload {
    /// The address.
    pub(crate) url: String,
    /// The headers that must be sent, with exactly these values.
    pub(crate) headers: Vec<(String, String)>,
}

impl Media {
    /// A signer for `bucket`. Calls nothing.
    pub fn new(env: &Env, aws: &Aws, bucket: impl Into<Arc<str>>) -> Self {
        let config = Builder::from(aws.sdk_config())
            // A checksum of the empty body would be signed into the address of an upload.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            // A stand-in has no subdomain for each bucket.
            .force_path_style(env.get("AWS_ENDPOINT_URL_S3").is_some());
        Self { client: Client::from_conf(config.build()), bucket: bucket.into(), kept: Arc::default() }
    }

    /// An address to upload `byte_length` bytes of `content_type` to `key`; anything else it does not take.
    pub(crate) async fn upload(
        &self,
        key: &str,
        content_type: &str,
        byte_length: i64,
    ) -> Result<Upload, Failure> {
        let request = self
            .client
            .put_object()
            .bucket(&*self.bucket)
            .key(key)
            .content_type(content_type)
            .content_length(byte_length)
            .presigned(expires_in(UPLOAD_TTL)?)
            .await
            .map_err(Failure::internal)?;
        let header = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(Upload { url: request.uri().to_owned(), headers: request.headers().map(header).collect() })
    }

    /// An address at which the clean photo may be read.
    pub(crate) async fn view(&self, id: PhotoId, key: &str) -> Result<String, Failure> {
        self.view_at(id, key, Instant::now()).await
    }

    async fn view_at(&self, id: PhotoId, key: &str, now: Instant) -> Result<String, Failure> {
        if let Some(url) = self.kept(id, now) {
            return Ok(url);
        }
        let request = self.client.get_object().bucket(&*self.bucket).key(key);
        let request = request.presigned(expires_in(VIEW_TTL)?).await.map_err(Failure::internal)?;
        let url = request.uri().to_owned();
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

fn expires_in(time: Duration) -> Result<PresigningConfig, Failure> {
    PresigningConfig::expires_in(time).map_err(Failure::internal)
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
