//! Photos from the host's disk to the guest's screen.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _, RgbImage};
use serde_json::{Value, json};
use tests::{Answer, Person, System};

/// A camera's name, in a place where cameras write it (a comment segment).
const SECRET: &[u8] = b"SECRETCAM at 38.9072 N 77.0369 W";

pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_pixel(width, height, image::Rgb([200, 100, 50]));
    let mut bytes = Vec::new();
    JpegEncoder::new(&mut bytes).write_image(&picture, width, height, ExtendedColorType::Rgb8).unwrap();
    let length = u16::try_from(SECRET.len() + 2).unwrap().to_be_bytes();
    let comment = [&[0xFF, 0xFE][..], &length, SECRET].concat();
    bytes.splice(2..2, comment);
    bytes
}

async fn announce(host: &Person<'_>, property: &str, content_type: &str, length: usize) -> Answer {
    let body = json!({"content_type": content_type, "byte_length": length, "caption": "The stove"});
    host.call("POST", &format!("/properties/{property}/photos/")).json(body).send().await
}

async fn put(upload: &Value, bytes: Vec<u8>) -> u16 {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let mut request = client.put(upload["url"].as_str().unwrap()).body(bytes);
    for (name, value) in upload["headers"].as_object().unwrap() {
        if name != "content-length" {
            request = request.header(name, value.as_str().unwrap());
        }
    }
    request.send().await.unwrap().status().as_u16()
}

async fn get(url: &str) -> (u16, Vec<u8>) {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let answer = client.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

/// Announces and uploads; answers the photo's id.
async fn upload(host: &Person<'_>, property: &str, bytes: Vec<u8>) -> String {
    let announced = announce(host, property, "image/jpeg", bytes.len()).await.expect(201);
    assert_eq!(put(&announced.body["upload"], bytes).await, 200);
    host.system().settle().await;
    announced.text("id")
}

async fn photos(host: &Person<'_>, property: &str) -> Vec<Value> {
    let list = host.call("GET", &format!("/properties/{property}/photos/")).send().await.expect(200);
    list.body["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_cleaned_before_it_is_shown() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|_| {}).await;
    let bytes = jpeg(3_000, 1_500);
    let announced = announce(&host, &property, "image/jpeg", bytes.len()).await.expect(201);
    assert_eq!(photos(&host, &property).await[0]["state"], "awaiting_upload");
    let longer = [bytes.clone(), vec![0]].concat();
    assert_eq!(put(&announced.body["upload"], longer).await, 403, "only what was announced");
    assert_eq!(put(&announced.body["upload"], bytes).await, 200);
    system.settle().await;

    let seen = system.call("GET", &format!("/properties/{property}")).send().await.expect(200);
    let shown = &seen.body["photos"][0];
    assert_eq!((&shown["width"], &shown["height"]), (&json!(2_560), &json!(1_280)));
    assert_eq!(shown["caption"], "The stove");
    let (status, file) = get(shown["url"].as_str().unwrap()).await;
    assert_eq!(status, 200);
    assert!(file.starts_with(&[0xFF, 0xD8]) && !file.windows(9).any(|part| part == b"SECRETCAM"));
    let found = system.call("GET", "/properties/?q=mill").send().await.expect(200);
    assert_eq!(found.body["items"][0]["cover_photo"]["id"], shown["id"]);
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_photo_is_rejected_and_its_host_told() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|_| {}).await;
    let before = system.mails(&host.email).await.len();
    upload(&host, &property, b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()).await;
    let photo = &photos(&host, &property).await[0];
    assert_eq!((&photo["state"], &photo["problem"]), (&json!("rejected"), &json!("unsupported_type")));
    assert_eq!(photo["url"], Value::Null);
    assert_eq!(system.mails(&host.email).await.len(), before + 1);
    let seen = system.call("GET", &format!("/properties/{property}")).send().await.expect(200);
    assert_eq!(seen.body["photos"], json!([]));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_are_ordered_and_taken_away() {
    let system = System::start().await;
    let (host, other) = (system.host("Hanna Host").await, system.person("Otto Other").await);
    let property = host.lists(|_| {}).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(upload(&host, &property, jpeg(200, 100)).await);
    }
    let order = |who: &Person<'_>, ids: Value| {
        who.call("PATCH", &format!("/properties/{property}/photos/")).json(json!({"order": ids})).send()
    };
    let listed = |answer: Answer| -> Vec<String> {
        let items = answer.body["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let moved = order(&host, json!([ids[2], ids[0]])).await.expect(200);
    assert_eq!(listed(moved), [ids[2].clone(), ids[0].clone(), ids[1].clone()]);
    let repeated = order(&host, json!([ids[0], ids[1], ids[0]])).await.expect(422);
    assert_eq!(repeated.pointers(), ["/order/0", "/order/2"]);
    assert_eq!(order(&host, json!([ids[0], property])).await.expect(422).pointers(), ["/order/1"]);
    order(&other, json!([ids[0]])).await.refused(404, "not_found");

    let seen = system.call("GET", &format!("/properties/{property}")).send().await.expect(200);
    let url = seen.body["photos"][0]["url"].as_str().unwrap().to_owned();
    assert_eq!(get(&url).await.0, 200);
    let delete =
        |who: &Person<'_>| who.call("DELETE", &format!("/properties/{property}/photos/{}/", ids[2])).send();
    delete(&other).await.refused(404, "not_found");
    delete(&host).await.expect(204);
    delete(&host).await.refused(404, "not_found");
    system.settle().await;
    assert_eq!(get(&url).await.0, 404, "nothing is stored of it");
    assert_eq!(photos(&host, &property).await.len(), 2);
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}
