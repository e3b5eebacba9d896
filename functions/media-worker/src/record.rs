//! What may lie in the queue: the bucket's news of uploads, and messages of ours.

use domain::ids::{OutboxId, PhotoId};
use domain::messages::{MediaMessage, Message, MessageBody};
use platform::WorkError;
use serde::Deserialize;
use services::photos::photo_of_upload;

/// Something to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// A message of ours, with the row that is marked when it is done.
    Message(OutboxId, MediaMessage),
    /// A file was uploaded.
    Uploaded(PhotoId),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Message(Message),
    /// Amazon S3 user guide, "Event message structure".
    Events {
        #[serde(rename = "Records")]
        records: Vec<Event>,
    },
    /// What S3 sends once, when notifications are configured.
    Test {
        #[serde(rename = "Event")]
        event: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    event_name: String,
    s3: Entity,
}

#[derive(Deserialize)]
struct Entity {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
}

/// What the body asks for; nothing for news of other objects and for S3's test event.
pub(crate) fn read(body: &str, bucket: &str) -> Result<Vec<Task>, WorkError> {
    // The body is not quoted: it may be anything.
    let body =
        serde_json::from_str(body).map_err(|_| WorkError::message("a record is neither news nor message"))?;
    match body {
        Body::Message(Message { id, body: MessageBody::Media(message) }) => {
            Ok(vec![Task::Message(id, message)])
        }
        Body::Message(_) => Err(WorkError::message("a message of another queue")),
        Body::Test { event } if event == "s3:TestEvent" => Ok(Vec::new()),
        Body::Test { .. } => Err(WorkError::message("an unknown kind of news")),
        Body::Events { records } => Ok(records.iter().filter_map(|event| uploaded(event, bucket)).collect()),
    }
}

fn uploaded(event: &Event, bucket: &str) -> Option<Task> {
    if !event.event_name.starts_with("ObjectCreated:") || event.s3.bucket.name != bucket {
        tracing::warn!(event = event.event_name, "news that nobody asked for");
        return None;
    }
    // Keys come encoded like a form's value.
    let form = format!("key={}", event.s3.object.key);
    let (_, key) = form_urlencoded::parse(form.as_bytes()).next()?;
    photo_of_upload(&key).map(Task::Uploaded)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "00000000-0000-0000-0000-000000000007";

    fn id() -> PhotoId {
        ID.parse().unwrap()
    }

    fn news(bucket: &str, name: &str, key: &str) -> String {
        json!({"Records": [{
            "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": name,
            "s3": {"bucket": {"name": bucket, "arn": "x"}, "object": {"key": key, "size": 1}},
        }]})
        .to_string()
    }

    #[test]
    fn news_of_an_upload_names_its_photo() {
        let key = format!("uploads/{ID}");
        let task = vec![Task::Uploaded(id())];
        assert_eq!(read(&news("b", "ObjectCreated:Put", &key), "b").unwrap(), task);
        let encoded = key.replace('/', "%2F").replace('-', "%2D");
        assert_eq!(read(&news("b", "ObjectCreated:CompleteMultipartUpload", &encoded), "b").unwrap(), task);
    }

    #[test]
    fn other_news_is_nothing_to_do() {
        let key = format!("uploads/{ID}");
        for body in [
            news("other", "ObjectCreated:Put", &key),
            news("b", "ObjectRemoved:Delete", &key),
            news("b", "ObjectCreated:Put", "photos/x.jpg"),
            json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}).to_string(),
        ] {
            assert!(read(&body, "b").unwrap().is_empty(), "{body}");
        }
    }

    #[test]
    fn messages_of_ours_are_read_and_others_refused() {
        let message = |topic: &str, body: serde_json::Value| {
            json!({"id": ID, "topic": topic, "body": body}).to_string()
        };
        let remove = message("media", json!({"type": "remove", "photo_id": ID}));
        let expected = Task::Message(ID.parse().unwrap(), MediaMessage::Remove { photo_id: id() });
        assert_eq!(read(&remove, "b").unwrap(), [expected]);
        for body in [
            message("payments", json!({"type": "capture", "payment_id": ID})),
            json!({"Event": "s3:Other"}).to_string(),
            "{}".to_owned(),
            "nonsense".to_owned(),
        ] {
            assert!(read(&body, "b").is_err(), "{body}");
        }
    }
}
