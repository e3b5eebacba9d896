//! Mails by Amazon SES.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader};
use platform::{Aws, LazyClient};
use services::notifications::{Mail, MailError, Mailer};

/// How long SES may take to answer. With the [lease](services::notifications::LEASE) of a mail in mind.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often a throttled mail is tried within one delivery.
const ATTEMPTS: u32 = 3;
/// The pause after the first throttled attempt; it doubles.
const PAUSE: Duration = Duration::from_millis(200);

/// Sends from one address, each mail once: the SDK's own retries are off, since they would also repeat a call whose
/// outcome is unknown, and SES has no idempotency key.
#[derive(Clone, Debug)]
pub struct SesMailer {
    client: LazyClient<Client>,
    from: String,
    configuration_set: String,
}

impl SesMailer {
    /// A mailer that sends from `from`, an address or `Name <address>`. What becomes of its mails is reported to the
    /// destinations of the configuration set. Calls nothing.
    pub fn new(aws: &Aws, from: impl Into<String>, configuration_set: impl Into<String>) -> Self {
        let client = aws.client(|config| {
            let timeouts = TimeoutConfig::builder().operation_timeout(TIMEOUT).build();
            let config = aws_sdk_sesv2::config::Builder::from(config)
                .retry_config(RetryConfig::disabled())
                .timeout_config(timeouts);
            Client::from_conf(config.build())
        });
        Self { client, from: from.into(), configuration_set: configuration_set.into() }
    }

    async fn attempt(&self, content: &EmailContent, to: &str) -> Result<(), SdkError<SendEmailError>> {
        self.client
            .send_email()
            .from_email_address(&self.from)
            .configuration_set_name(&self.configuration_set)
            .destination(Destination::builder().to_addresses(to).build())
            .content(content.clone())
            .send()
            .await
            .map(|_| ())
    }
}

#[async_trait]
impl Mailer for SesMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let content = content(mail).map_err(|error| MailError::Unavailable(error.into()))?;
        let mut pause = PAUSE;
        for _ in 1..ATTEMPTS {
            match self.attempt(&content, &mail.to).await {
                Err(error) if is_throttled(&error) => tokio::time::sleep(pause).await,
                other => return other.map_err(class),
            }
            pause *= 2;
        }
        self.attempt(&content, &mail.to).await.map_err(class)
    }
}

/// A simple message: SES writes the MIME, so that no value of ours can become a header.
///
/// SES sets `Message-ID` itself and refuses one of ours; the reference of the mail goes in a header of its own, which
/// also keeps mailboxes from folding different mails of one subject into each other.
fn content(mail: &Mail) -> Result<EmailContent, BuildError> {
    let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let header = |name: &str, value: &str| MessageHeader::builder().name(name).value(value).build();
    let body = Body::builder().text(utf8(&mail.text)?).html(utf8(&mail.html)?).build();
    let mut message = Message::builder()
        .subject(utf8(&mail.subject)?)
        .body(body)
        .headers(header("X-Entity-Ref-ID", &mail.reference)?)
        // RFC 3834: nobody's holiday notice answers it.
        .headers(header("Auto-Submitted", "auto-generated")?);
    if let Some(url) = &mail.unsubscribe {
        // RFC 8058; SES signs both with all other headers of its own (DKIM), as it demands.
        message = message
            .headers(header("List-Unsubscribe", &format!("<{url}>"))?)
            .headers(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")?);
    }
    Ok(EmailContent::builder().simple(message.build()).build())
}

fn is_throttled(error: &SdkError<SendEmailError>) -> bool {
    error.as_service_error().is_some_and(SendEmailError::is_too_many_requests_exception)
}

fn class(error: SdkError<SendEmailError>) -> MailError {
    let SdkError::ServiceError(context) = &error else {
        return match error {
            SdkError::ConstructionFailure(_) => MailError::Unavailable(error.into()),
            _ => MailError::OutcomeUnknown(error.into()),
        };
    };
    let (status, code) = (context.raw().status().as_u16(), context.err().code().unwrap_or_default());
    match remedy(status, code) {
        Remedy::GiveUp => MailError::Refused { code: code.to_owned() },
        Remedy::ComeAgain => MailError::Unavailable(error.into()),
        Remedy::Wait => MailError::OutcomeUnknown(error.into()),
    }
}

/// What may be done about an error of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remedy {
    /// The mail will never be taken.
    GiveUp,
    /// It was not taken, and may be later.
    ComeAgain,
    /// It may have been taken.
    Wait,
}

/// The errors of `SendEmail` in the service's reference. Those of the account (paused, suspended, an unproved sender)
/// pass when somebody sees to it; the mails wait until then.
fn remedy(status: u16, code: &str) -> Remedy {
    match (code, status) {
        ("MessageRejected" | "BadRequestException", _) => Remedy::GiveUp,
        (_, 500..) => Remedy::Wait,
        _ => Remedy::ComeAgain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_mails_own_faults_are_final() {
        assert_eq!(remedy(400, "MessageRejected"), Remedy::GiveUp);
        assert_eq!(remedy(400, "BadRequestException"), Remedy::GiveUp);
        for code in
            ["SendingPausedException", "AccountSuspendedException", "MailFromDomainNotVerifiedException"]
        {
            assert_eq!(remedy(400, code), Remedy::ComeAgain, "{code}");
        }
        assert_eq!(remedy(429, "TooManyRequestsException"), Remedy::ComeAgain);
        assert_eq!(remedy(500, "InternalFailure"), Remedy::Wait);
        assert_eq!(remedy(503, ""), Remedy::Wait);
    }

    #[test]
    fn a_mail_has_both_bodies_and_its_reference() {
        let mail = Mail {
            to: "guest@example.com".to_owned(),
            subject: "Zürich".to_owned(),
            text: "text".to_owned(),
            html: "<p>html</p>".to_owned(),
            unsubscribe: Some("https://innkeep.example/users/unsubscribe?token=x".to_owned()),
            reference: "message.recipient".to_owned(),
        };
        let content = content(&mail).unwrap();
        let message = content.simple().unwrap();
        assert_eq!(message.subject().unwrap().data(), "Zürich");
        let body = message.body().unwrap();
        assert_eq!((body.text().unwrap().data(), body.html().unwrap().data()), ("text", "<p>html</p>"));
        let headers: Vec<_> =
            message.headers().iter().map(|header| (header.name(), header.value())).collect();
        let fixed = [("X-Entity-Ref-ID", "message.recipient"), ("Auto-Submitted", "auto-generated")];
        let unsubscribe = [
            ("List-Unsubscribe", "<https://innkeep.example/users/unsubscribe?token=x>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ];
        assert_eq!(headers, [fixed, unsubscribe].concat());
        let must_be_told = Mail { unsubscribe: None, ..mail };
        assert_eq!(self::content(&must_be_told).unwrap().simple().unwrap().headers().len(), fixed.len());
    }
}
