//! Signed addresses of objects (AWS Signature Version 4 in the query), made by AWS's own signer.
//!
//! The client of S3 would do the same and brings half a megabyte of code for it, which each cold start would fetch.

use std::time::Duration;

use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::identity::Identity;
use platform::Aws;
use platform::config::Env;
use services::Failure;

/// Signs addresses of one bucket's objects.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    /// The bucket's address without a slash at its end.
    base: String,
    region: String,
    credentials: Option<SharedCredentialsProvider>,
    time: SharedTimeSource,
}

impl Signer {
    /// A signer for `bucket`. Calls nothing.
    pub(super) fn new(env: &Env, aws: &Aws, bucket: &str) -> Self {
        let config = aws.sdk_config();
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        let base = match env.get("AWS_ENDPOINT_URL_S3") {
            // A stand-in has no subdomain for each bucket.
            Some(endpoint) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
            None => format!("https://{bucket}.s3.{region}.{}", dns_suffix(&region)),
        };
        let time = config.time_source().unwrap_or_default();
        Self { base, region, credentials: config.credentials_provider(), time }
    }

    /// An address at which `method` may be called on the object `key` for `expires_in`, with exactly these headers
    /// (names in lower case).
    pub(super) async fn url(
        &self,
        method: &str,
        key: &str,
        headers: &[(String, String)],
        expires_in: Duration,
    ) -> Result<String, Failure> {
        let credentials = self
            .credentials
            .as_ref()
            .ok_or_else(|| Failure::internal("no credentials to sign with"))?
            .provide_credentials()
            .await
            .map_err(Failure::internal)?;
        let url = format!("{}/{key}", self.base);
        self.signed(method, &url, headers, expires_in, &credentials.into())
    }

    fn signed(
        &self,
        method: &str,
        url: &str,
        headers: &[(String, String)],
        expires_in: Duration,
        identity: &Identity,
    ) -> Result<String, Failure> {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(expires_in);
        // S3 takes a path as it stands.
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let params = SigningParams::builder()
            .identity(identity)
            .region(&self.region)
            .name("s3")
            .time(self.time.now())
            .settings(settings)
            .build()
            .map_err(Failure::internal)?
            .into();
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = SignableRequest::new(method, url, headers, SignableBody::UnsignedPayload)
            .map_err(Failure::internal)?;
        let (instructions, _) = sign(request, &params).map_err(Failure::internal)?.into_parts();
        let mut request = http::Request::builder().uri(url).body(()).map_err(Failure::internal)?;
        instructions.apply_to_request_http1x(&mut request);
        Ok(request.uri().to_string())
    }
}

/// The domain below which a region's services stand.
/// Source: <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>.
fn dns_suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use aws_credential_types::Credentials;
    use aws_smithy_async::time::StaticTimeSource;

    use super::*;

    fn signer(region: &str, time: SharedTimeSource) -> Signer {
        let pairs = [("AWS_REGION", region), ("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "y")];
        let env = Env::from_map(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        Signer { time, ..Signer::new(&env, &Aws::from_env(&env).unwrap(), "examplebucket") }
    }

    /// The example of <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
    #[test]
    fn the_signature_is_the_one_that_amazon_publishes() {
        let time = StaticTimeSource::new(UNIX_EPOCH + Duration::from_hours(380_376));
        let credentials = Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            None,
            None,
            "example",
        );
        let url = signer("us-east-1", SharedTimeSource::new(time))
            .signed(
                "GET",
                "https://examplebucket.s3.amazonaws.com/test.txt",
                &[],
                Duration::from_hours(24),
                &credentials.into(),
            )
            .unwrap();
        assert!(url.contains("X-Amz-Date=20130524T000000Z"), "{url}");
        let expected = "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        assert!(url.contains(expected), "{url}");
    }

    #[tokio::test]
    async fn a_bucket_stands_in_its_region() {
        for (region, host) in [
            ("eu-central-1", "examplebucket.s3.eu-central-1.amazonaws.com"),
            ("cn-north-1", "examplebucket.s3.cn-north-1.amazonaws.com.cn"),
        ] {
            let signer = signer(region, SharedTimeSource::default());
            let url = signer.url("GET", "photos/a.jpg", &[], Duration::from_mins(1)).await.unwrap();
            assert!(url.starts_with(&format!("https://{host}/photos/a.jpg?")), "{url}");
        }
    }
}
