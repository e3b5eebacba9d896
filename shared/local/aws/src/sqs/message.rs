//! What a message may hold, and its digests.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::error;
use crate::error::AwsError;

/// Custom attributes by name.
pub(super) type MessageAttributes = BTreeMap<String, AttributeValue>;

/// One attribute's value.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct AttributeValue {
    data_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    /// Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_value: Option<String>,
}

impl AttributeValue {
    /// The value's kind (1 text, 2 bytes: the digest's marks) and bytes.
    fn parts(&self) -> Option<(u8, Vec<u8>)> {
        let kind = self.data_type.split('.').next()?;
        match (kind, &self.string_value, &self.binary_value) {
            ("String" | "Number", Some(text), None) => Some((1, text.as_bytes().to_vec())),
            ("Binary", None, Some(text)) => Some((2, STANDARD.decode(text).ok()?)),
            _ => None,
        }
    }
}

/// What a sender hands over, before it is a message.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) body: &'a str,
    pub(super) delay_seconds: Option<i64>,
    pub(super) attributes: &'a MessageAttributes,
    pub(super) trace_header: Option<&'a str>,
}

impl<'a> Draft<'a> {
    /// Checks the parts and takes the trace header out of the system attributes.
    pub(super) fn new(
        body: &'a str,
        delay_seconds: Option<i64>,
        attributes: &'a MessageAttributes,
        system: &'a MessageAttributes,
    ) -> Result<Self, AwsError> {
        if body.is_empty() {
            return Err(error::missing_parameter("MessageBody"));
        }
        if !body.chars().all(is_allowed) {
            return Err(error::invalid_contents());
        }
        if delay_seconds.is_some_and(|delay| !(0..=900).contains(&delay)) {
            let reason =
                "Value for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.";
            return Err(error::invalid_parameter(reason));
        }
        check_attributes(attributes)?;
        Ok(Self { body, delay_seconds, attributes, trace_header: trace_header(system)? })
    }

    /// Body and custom attributes in bytes: what the size limit counts.
    pub(super) fn size(&self) -> usize {
        let attribute = |(name, value): (&String, &AttributeValue)| {
            name.len() + value.data_type.len() + value.parts().map_or(0, |(_, bytes)| bytes.len())
        };
        self.body.len() + self.attributes.iter().map(attribute).sum::<usize>()
    }
}

/// The characters of XML 1.0, as the service's reference lists them.
fn is_allowed(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

fn trace_header(system: &MessageAttributes) -> Result<Option<&str>, AwsError> {
    let mut header = None;
    for (name, value) in system {
        if name != "AWSTraceHeader" || value.data_type != "String" || value.parts().is_none() {
            let reason =
                format!("Message system attribute name '{name}' is invalid or has a value of another type.");
            return Err(error::invalid_parameter(reason));
        }
        header = value.string_value.as_deref();
    }
    Ok(header)
}

fn check_attributes(attributes: &MessageAttributes) -> Result<(), AwsError> {
    if attributes.len() > 10 {
        return Err(error::invalid_parameter(
            "Number of message attributes exceeds the allowed maximum [10].",
        ));
    }
    for (name, value) in attributes {
        let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
        let lower = name.to_ascii_lowercase();
        let reserved = lower.starts_with("aws.") || lower.starts_with("amazon.");
        if !letters || dots || reserved || !(1..=256).contains(&name.len()) {
            return Err(error::invalid_parameter(format!(
                "The message attribute name '{name}' is not allowed."
            )));
        }
        let number = !value.data_type.starts_with("Number")
            || value
                .string_value
                .as_deref()
                .is_some_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite));
        let text = value.string_value.as_deref().is_none_or(|text| text.chars().all(is_allowed));
        let full = value.parts().is_some_and(|(_, bytes)| !bytes.is_empty());
        if !number || !text || !full || value.data_type.len() > 256 {
            let reason =
                format!("The message attribute '{name}' must hold a non-empty value of its data type.");
            return Err(error::invalid_parameter(reason));
        }
    }
    Ok(())
}

/// MD5 as 32 hexadecimal digits. SQS defines it as a check against corruption, not as a safeguard.
pub(super) fn md5_hex(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The digest over attributes: by name, each part behind its length ("Calculating the MD5 message digest for message
/// attributes", SQS developer guide). `None` without attributes.
pub(super) fn md5_of_attributes(attributes: &MessageAttributes) -> Option<String> {
    let mut encoded = Vec::new();
    let mut part = |bytes: &[u8], kind: Option<u8>| {
        encoded.extend(kind);
        encoded.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        encoded.extend_from_slice(bytes);
    };
    for (name, value) in attributes {
        let (kind, bytes) = value.parts()?;
        part(name.as_bytes(), None);
        part(value.data_type.as_bytes(), None);
        part(&bytes, Some(kind));
    }
    (!attributes.is_empty()).then(|| md5_hex(&encoded))
}
