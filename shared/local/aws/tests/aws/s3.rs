//! Objects through the SDK and through presigned URLs.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;
use local_aws::s3::{ObjectCreated, S3, S3Options};
use reqwest::{Method, Response};

use crate::support::{code, config};

struct Fixture {
    s3: S3,
    client: Client,
    stored: Arc<Mutex<Vec<ObjectCreated>>>,
}

impl Fixture {
    /// A service with the bucket `photos` and objects of up to 1 MiB.
    async fn start() -> Self {
        let stored = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&stored);
        let on_put: local_aws::s3::OnPut = Arc::new(move |object| {
            told.lock().unwrap().push(object);
            Box::pin(std::future::ready(()))
        });
        let options = S3Options { max_object: 1024 * 1024, on_put: Some(on_put), ..S3Options::default() };
        let s3 = S3::start(options).await.unwrap();
        let client = Client::from_conf(config!(aws_sdk_s3, s3.url()).force_path_style(true).build());
        client.create_bucket().bucket("photos").send().await.unwrap();
        Self { s3, client, stored }
    }

    async fn presigned_put(&self, key: &str, presigning: PresigningConfig) -> PresignedRequest {
        let put =
            self.client.put_object().bucket("photos").key(key).content_type("image/jpeg").content_length(4);
        put.presigned(presigning).await.unwrap()
    }

    async fn presigned_get(&self, key: &str, presigning: PresigningConfig) -> PresignedRequest {
        self.client.get_object().bucket("photos").key(key).presigned(presigning).await.unwrap()
    }
}

fn minute() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_mins(1)).unwrap()
}

/// A minute that ended long ago. Signing follows the machine's clock, here as on AWS.
#[expect(clippy::disallowed_methods, reason = "the signature's clock is the machine's")]
fn minute_in_the_past() -> PresigningConfig {
    let start = SystemTime::now() - Duration::from_hours(1);
    PresigningConfig::builder().start_time(start).expires_in(Duration::from_mins(1)).build().unwrap()
}

async fn put(url: &str, content_type: &str, body: &'static str) -> Response {
    let request = reqwest::Client::new()
        .put(url)
        .header("content-type", content_type)
        .header("origin", "http://a.example");
    request.body(body).send().await.unwrap()
}

#[tokio::test]
async fn objects_come_back_and_are_files_under_the_root() {
    let it = Fixture::start().await;
    let send = it.client.put_object().bucket("photos").key("p/1 a.jpg").content_type("image/jpeg");
    send.body(ByteStream::from_static(b"jpeg")).send().await.unwrap();
    assert_eq!(std::fs::read(it.s3.root().join("photos/p/1 a.jpg")).unwrap(), b"jpeg");
    let got = it.client.get_object().bucket("photos").key("p/1 a.jpg").send().await.unwrap();
    assert_eq!(got.content_type(), Some("image/jpeg"));
    assert_eq!(got.body.collect().await.unwrap().into_bytes().as_ref(), b"jpeg");
    let listed = it.client.list_objects_v2().bucket("photos").prefix("p/").send().await.unwrap();
    assert_eq!(listed.contents()[0].key(), Some("p/1 a.jpg"));
    let head = it.client.head_object().bucket("photos").key("p/1 a.jpg").send().await.unwrap();
    assert_eq!(head.content_length(), Some(4));
    it.client.delete_object().bucket("photos").key("p/1 a.jpg").send().await.unwrap();
    let missing = it.client.get_object().bucket("photos").key("p/1 a.jpg").send().await.unwrap_err();
    assert!(missing.into_service_error().is_no_such_key());
}

#[tokio::test]
async fn presigned_urls_work_for_what_was_signed_and_nothing_else() {
    let it = Fixture::start().await;
    let url = it.presigned_put("p/1.jpg", minute()).await.uri().to_owned();
    let stored = || it.s3.root().join("photos/p/1.jpg").exists();

    assert_eq!(put(&url, "image/png", "jpeg").await.status(), 403, "another type");
    assert_eq!(put(&url, "image/jpeg", "jpeg!").await.status(), 403, "another length");
    assert_eq!(put(&url.replace("1.jpg", "2.jpg"), "image/jpeg", "jpeg").await.status(), 403, "another key");
    let longer = url.replace("X-Amz-Expires=60", "X-Amz-Expires=600");
    assert_ne!(longer, url);
    assert_eq!(put(&longer, "image/jpeg", "jpeg").await.status(), 403, "another life");
    let read = reqwest::get(&url).await.unwrap();
    assert_eq!(read.status(), 403, "another method");
    let unsigned = url.split_once('?').unwrap().0;
    assert_eq!(put(unsigned, "image/jpeg", "jpeg").await.status(), 403, "no signature");
    let late = it.presigned_put("p/1.jpg", minute_in_the_past()).await;
    let refused = put(late.uri(), "image/jpeg", "jpeg").await;
    assert_eq!(refused.status(), 403, "too late");
    assert!(refused.text().await.unwrap().contains("<Code>AccessDenied</Code>"));
    assert!(!stored());
    assert!(it.stored.lock().unwrap().is_empty());

    let done = put(&url, "image/jpeg", "jpeg").await;
    assert_eq!(done.status(), 200);
    assert_eq!(done.headers()["access-control-allow-origin"], "*");
    assert!(stored());

    let get = it.presigned_get("p/1.jpg", minute()).await;
    let answer = reqwest::get(get.uri()).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    assert_eq!(answer.text().await.unwrap(), "jpeg");
    assert_eq!(reqwest::get(get.uri().replace("1.jpg", "2.jpg")).await.unwrap().status(), 403);
    let late = it.presigned_get("p/1.jpg", minute_in_the_past()).await;
    assert_eq!(reqwest::get(late.uri()).await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_stored_object_is_told_before_the_sender_is_answered() {
    let it = Fixture::start().await;
    let url = it.presigned_put("p/ä 1.jpg", minute()).await.uri().to_owned();
    assert_eq!(put(&url, "image/jpeg", "jpeg").await.status(), 200);
    let object = it.stored.lock().unwrap().remove(0);
    // printf jpeg | md5sum
    let etag = "ab4f3ccba74857c5f2ba0d5b7dbf65e1".to_owned();
    assert_eq!(
        object,
        ObjectCreated { bucket: "photos".to_owned(), key: "p/ä 1.jpg".to_owned(), size: 4, etag }
    );
    let event = object.notification("us-east-1", "2027-03-01T12:00:00Z".parse().unwrap());
    let record = &event["Records"][0];
    assert_eq!(
        (&record["eventName"], &record["s3"]["bucket"]["name"]),
        (&"ObjectCreated:Put".into(), &"photos".into())
    );
    assert_eq!(
        (&record["s3"]["object"]["key"], &record["s3"]["object"]["size"]),
        (&"p/%C3%A4+1.jpg".into(), &4.into())
    );
}

#[tokio::test]
async fn browsers_may_ask_first() {
    let it = Fixture::start().await;
    let ask = reqwest::Client::new().request(Method::OPTIONS, format!("{}/photos/p/1.jpg", it.s3.url()));
    let ask = ask.header("origin", "http://a.example").header("access-control-request-method", "PUT");
    let answer = ask.header("access-control-request-headers", "content-type").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert!(answer.headers()["access-control-allow-methods"].to_str().unwrap().contains("PUT"));
}

#[tokio::test]
async fn what_the_folder_cannot_hold_is_refused() {
    let it = Fixture::start().await;
    let put = |bucket: &str, key: &str, size: usize| {
        let put = it.client.put_object().bucket(bucket).key(key);
        put.body(ByteStream::from(vec![b'x'; size])).send()
    };
    assert_eq!(code!(put("missing", "a", 1)), "NoSuchBucket");
    assert!(!it.s3.root().join("missing").exists());
    for key in ["a/../../other/b", "a//b", "a/./b", "a/", "a\\b", "a\nb"] {
        assert_eq!(code!(put("photos", key, 1)), "InvalidArgument", "{key:?}");
    }
    assert_eq!(code!(put("photos", &"k".repeat(200), 1)), "KeyTooLongError");
    put("photos", "a/b", 1).await.unwrap();
    assert_eq!(code!(put("photos", "a", 1)), "InvalidArgument");
    assert_eq!(code!(put("photos", "a/b/c", 1)), "InvalidArgument");
    put("photos", "full", 1024 * 1024).await.unwrap();
    assert_eq!(code!(put("photos", "more", 1024 * 1024 + 1)), "EntityTooLarge");
    assert_eq!(code!(put("photos", "much", 3 * 1024 * 1024)), "EntityTooLarge");
    let again = it.client.create_bucket().bucket("photos").send().await.unwrap_err().into_service_error();
    assert!(again.is_bucket_already_owned_by_you());
}

#[tokio::test]
async fn strangers_and_endless_bodies_are_refused() {
    let it = Fixture::start().await;
    let credentials = aws_sdk_s3::config::Credentials::new("local", "guessed", None, None, "tests");
    let stranger = config!(aws_sdk_s3, it.s3.url()).force_path_style(true).credentials_provider(credentials);
    let listing = Client::from_conf(stranger.build()).list_objects_v2().bucket("photos");
    assert_eq!(code!(listing.send()), "SignatureDoesNotMatch");

    // A body of unknown length goes out in chunks.
    let url = it.presigned_put("p/1.jpg", minute()).await.uri().to_owned();
    let request = format!(
        "PUT {} HTTP/1.1\r\nhost: {}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n4\r\njpeg\r\n0\r\n\r\n",
        url.strip_prefix(&it.s3.url()).unwrap(),
        it.s3.url().strip_prefix("http://").unwrap(),
    );
    let answer = raw(&it.s3.url(), &request).await;
    assert!(answer.starts_with("HTTP/1.1 411 "), "{answer}");
    let eternal = url.replace("X-Amz-Expires=60", "X-Amz-Expires=604801");
    assert!(
        put(&eternal, "image/jpeg", "jpeg")
            .await
            .text()
            .await
            .unwrap()
            .contains("AuthorizationQueryParametersError")
    );
}

/// Sends bytes that no client library would send, and reads all that comes back.
async fn raw(url: &str, request: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn objects_outlive_the_service_in_a_folder_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let options = S3Options { root: Some(folder.path().join("new")), ..S3Options::default() };
    let client = |s3: &S3| Client::from_conf(config!(aws_sdk_s3, s3.url()).force_path_style(true).build());
    let s3 = S3::start(options.clone()).await.unwrap();
    client(&s3).create_bucket().bucket("photos").send().await.unwrap();
    client(&s3)
        .put_object()
        .bucket("photos")
        .key("a")
        .body(ByteStream::from_static(b"x"))
        .send()
        .await
        .unwrap();
    s3.stop().await;
    let s3 = S3::start(options).await.unwrap();
    client(&s3).head_object().bucket("photos").key("a").send().await.unwrap();

    let temporary = S3::start(S3Options::default()).await.unwrap();
    let root = temporary.root().to_owned();
    assert!(root.is_dir());
    temporary.stop().await;
    assert!(!root.exists());
}
