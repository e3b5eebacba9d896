//! From a `SendEmail` request to a mail.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use mail_parser::{Address, MessageParser};
use serde::Deserialize;

use super::address;
use super::mailbox::Mail;
use crate::error::AwsError;

/// The most recipients of a mail.
const MAX_RECIPIENTS: usize = 50;

/// The largest mail in bytes.
const MAX_MESSAGE: usize = 10 * 1024 * 1024;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SendEmail {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    content: Content,
    configuration_set_name: Option<String>,
    /// Without a meaning here, as the one below.
    #[serde(rename = "FeedbackForwardingEmailAddress")]
    _feedback: Option<String>,
    #[serde(rename = "EmailTags")]
    _tags: Option<serde_json::Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    bcc: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
enum Content {
    Simple(Simple),
    Raw(Raw),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Simple {
    subject: Text,
    body: Body,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Text {
    data: String,
    charset: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Header {
    name: String,
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Raw {
    /// Base64.
    data: String,
}

fn bad(message: impl Into<String>) -> AwsError {
    AwsError::sender("BadRequestException", message)
}

fn rejected(message: impl Into<String>) -> AwsError {
    AwsError::sender("MessageRejected", message)
}

impl SendEmail {
    /// The configuration set that it names.
    pub(super) fn configuration_set(&self) -> Option<String> {
        self.configuration_set_name.clone()
    }

    /// The mail as it lands in the mailbox, or the refusal.
    pub(super) fn into_mail(
        self,
        id: String,
        sent_at: Timestamp,
        identities: &[String],
    ) -> Result<Mail, AwsError> {
        let mail = Mail {
            id,
            from: self.from_email_address.unwrap_or_default(),
            to: self.destination.to,
            cc: self.destination.cc,
            bcc: self.destination.bcc,
            reply_to: self.reply_to_addresses,
            subject: String::new(),
            text: None,
            html: None,
            headers: Vec::new(),
            raw: None,
            sent_at,
        };
        let mail = match self.content {
            Content::Simple(simple) => simple.fill(mail)?,
            Content::Raw(raw) => raw.fill(mail)?,
        };
        check_addresses(&mail, identities)?;
        Ok(mail)
    }
}

fn check_addresses(mail: &Mail, identities: &[String]) -> Result<(), AwsError> {
    let recipients = mail.to.len() + mail.cc.len() + mail.bcc.len();
    if recipients == 0 {
        return Err(bad("Must have at least one recipient"));
    }
    if recipients > MAX_RECIPIENTS {
        return Err(bad(format!("Recipient count exceeds {MAX_RECIPIENTS}.")));
    }
    for recipient in mail.to.iter().chain(&mail.cc).chain(&mail.bcc).chain(&mail.reply_to) {
        address::bare(recipient)?;
    }
    let sender = address::bare(&mail.from)?;
    if !address::is_verified(identities, sender) {
        return Err(rejected(format!(
            "Email address is not verified. The identity {sender} failed the check."
        )));
    }
    Ok(())
}

impl Simple {
    fn fill(self, mail: Mail) -> Result<Mail, AwsError> {
        let subject = self.subject.read("Subject")?;
        if subject.chars().any(char::is_control) {
            return Err(bad("The subject must not have control characters."));
        }
        let text = self.body.text.map(|text| text.read("Text")).transpose()?;
        let html = self.body.html.map(|html| html.read("Html")).transpose()?;
        let size =
            subject.len() + text.as_ref().map_or(0, String::len) + html.as_ref().map_or(0, String::len);
        if text.is_none() && html.is_none() {
            return Err(bad("The body must have text or HTML."));
        }
        check_size(size)?;
        let headers = self.headers.into_iter().map(Header::read).collect::<Result<_, _>>()?;
        Ok(Mail { subject, text, html, headers, ..mail })
    }
}

impl Text {
    fn read(self, what: &str) -> Result<String, AwsError> {
        let charset = self.charset.as_deref().unwrap_or("US-ASCII");
        // Without a charset SES sends seven bits: other letters would arrive mangled.
        match (charset.to_ascii_uppercase().as_str(), self.data.is_ascii()) {
            ("UTF-8", _) | ("US-ASCII", true) => Ok(self.data),
            ("US-ASCII", false) => {
                Err(bad(format!("{what} has letters beyond US-ASCII and names no charset.")))
            }
            _ => Err(bad(format!("{what}: the charset {charset} is not taken here, use UTF-8."))),
        }
    }
}

impl Header {
    /// Bounds of the `MessageHeader` type in the service's reference.
    fn read(self) -> Result<(String, String), AwsError> {
        let name = self.name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
        let value = self.value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        let length = self.name.len() + self.value.len();
        if !name || !value || !(1..=126).contains(&self.name.len()) || self.value.is_empty() || length > 996 {
            return Err(bad(format!(
                "The header {:?} has a name or a value that is not allowed.",
                self.name
            )));
        }
        Ok((self.name, self.value))
    }
}

impl Raw {
    /// Takes the addresses of the request before those of the message's headers.
    fn fill(self, mail: Mail) -> Result<Mail, AwsError> {
        let raw = STANDARD.decode(&self.data).map_err(|_| bad("The raw message is not base64."))?;
        check_size(raw.len())?;
        let parsed =
            MessageParser::default().parse(&raw).ok_or_else(|| rejected("The raw message is not MIME."))?;
        let or = |given: Vec<String>, header: Option<&Address<'_>>| {
            if given.is_empty() { header.map(addresses).unwrap_or_default() } else { given }
        };
        let explicit = !(mail.to.is_empty() && mail.cc.is_empty() && mail.bcc.is_empty());
        let destination = |given, header| if explicit { given } else { or(given, header) };
        let headers =
            parsed.headers_raw().map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        let header_from = parsed.from().map(addresses).unwrap_or_default().join(", ");
        Ok(Mail {
            from: if mail.from.is_empty() { header_from } else { mail.from },
            to: destination(mail.to, parsed.to()),
            cc: destination(mail.cc, parsed.cc()),
            bcc: destination(mail.bcc, parsed.bcc()),
            reply_to: or(mail.reply_to, parsed.reply_to()),
            subject: parsed.subject().unwrap_or_default().to_owned(),
            text: parsed.text_body.first().and_then(|_| parsed.body_text(0)).map(Into::into),
            html: parsed.html_body.first().and_then(|_| parsed.body_html(0)).map(Into::into),
            headers,
            raw: Some(self.data),
            ..mail
        })
    }
}

fn addresses(header: &Address<'_>) -> Vec<String> {
    header.iter().filter_map(|address| address.address()).map(str::to_owned).collect()
}

fn check_size(bytes: usize) -> Result<(), AwsError> {
    if bytes > MAX_MESSAGE {
        return Err(rejected(format!("Message length is more than {MAX_MESSAGE} bytes long: {bytes}.")));
    }
    Ok(())
}
