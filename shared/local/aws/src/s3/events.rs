//! The news of a stored object.

use jiff::Timestamp;
use serde_json::{Value, json};

/// A stored object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectCreated {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// The object's size in bytes.
    pub size: u64,
    /// The object's entity tag without quotes; here the MD5 of its bytes.
    pub etag: String,
}

impl ObjectCreated {
    /// The message that S3 sends to a queue: a document with one record ("Event message structure", S3 user guide).
    ///
    /// As on AWS the key is encoded like a form's value.
    pub fn notification(&self, region: &str, now: Timestamp) -> Value {
        json!({"Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": region,
            "eventTime": now,
            "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "local"},
            "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "local",
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": {"principalId": "local"},
                    "arn": format!("arn:aws:s3:::{}", self.bucket),
                },
                "object": {
                    "key": form_encoded(&self.key),
                    "size": self.size,
                    "eTag": self.etag,
                    // Orders events of one key; sixteen hexadecimal digits.
                    "sequencer": format!("{:016X}", now.as_microsecond()),
                },
            },
        }]})
    }
}

fn form_encoded(key: &str) -> String {
    let encode = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        b'-' | b'.' | b'_' | b'*' | b'/' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    key.bytes().map(encode).collect()
}
