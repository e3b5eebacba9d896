//! Mail lands in the mailbox, or is refused.

use std::path::PathBuf;
use std::sync::Arc;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{
    Body, Content, Destination, EmailContent, Message, MessageHeader, RawMessage, Template,
};
use domain::clock::ManualClock;
use local_aws::ses::{MailQuery, SendFault, Ses, SesOptions};

use crate::support::{self, code, config};

struct Fixture {
    ses: Ses,
    client: Client,
    clock: Arc<ManualClock>,
}

impl Fixture {
    async fn start(data_dir: Option<PathBuf>, identities: &[&str]) -> Self {
        let (clock, shared) = support::clock();
        let identities = identities.iter().map(|it| (*it).to_owned()).collect();
        let options =
            SesOptions { data_dir, identities, ..SesOptions::in_memory(shared, support::entropy()) };
        let ses = Ses::start(options).await.unwrap();
        let client = Client::from_conf(
            config!(aws_sdk_sesv2, ses.url()).retry_config(RetryConfig::disabled()).build(),
        );
        Self { ses, client, clock }
    }

    fn mail(&self, to: &str, subject: &str) -> SendEmailFluentBuilder {
        self.addressed(Destination::builder().to_addresses(to).build(), simple(subject, "Olá!"))
    }

    fn addressed(&self, destination: Destination, content: EmailContent) -> SendEmailFluentBuilder {
        let send = self.client.send_email().from_email_address("Innkeep <no-reply@example.com>");
        send.destination(destination).content(content)
    }

    async fn subjects(&self, query: MailQuery) -> Vec<String> {
        self.ses.list(query).await.unwrap().into_iter().map(|mail| mail.subject).collect()
    }
}

fn utf8(text: &str) -> Content {
    Content::builder().data(text).charset("UTF-8").build().unwrap()
}

fn simple(subject: &str, text: &str) -> EmailContent {
    let body = Body::builder().text(utf8(text)).html(utf8(&format!("<p>{text}</p>"))).build();
    let header =
        MessageHeader::builder().name("List-Unsubscribe").value("<https://example.com/u>").build().unwrap();
    let message = Message::builder().subject(utf8(subject)).body(body).headers(header).build();
    EmailContent::builder().simple(message).build()
}

fn raw(text: &str) -> EmailContent {
    EmailContent::builder().raw(RawMessage::builder().data(Blob::new(text)).build().unwrap()).build()
}

#[tokio::test]
async fn a_simple_mail_is_kept_as_it_was_sent() {
    let it = Fixture::start(None, &[]).await;
    let sent = it.mail("Ana <ana@example.com>", "Confirmação").reply_to_addresses("desk@example.com");
    let id = sent.send().await.unwrap().message_id.unwrap();
    let mails = it.ses.list(MailQuery::default()).await.unwrap();
    let json = serde_json::to_value(&mails).unwrap();
    let expected = serde_json::json!([{
        "id": id,
        "from": "Innkeep <no-reply@example.com>",
        "to": "Ana <ana@example.com>",
        "reply_to": ["desk@example.com"],
        "subject": "Confirmação",
        "text": "Olá!",
        "html": "<p>Olá!</p>",
        "headers": [["List-Unsubscribe", "<https://example.com/u>"]],
        "sent_at": "2027-03-01T12:00:00Z",
    }]);
    assert_eq!(json, expected);
}

#[tokio::test]
async fn a_raw_mail_is_taken_apart() {
    let it = Fixture::start(None, &[]).await;
    let mime = "From: Desk <desk@example.com>\r\nTo: ana@example.com, rui@example.com\r\n\
        Subject: =?UTF-8?Q?Ol=C3=A1?=\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain\r\n\
        --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<b>rich</b>\r\n--b--\r\n";
    it.client.send_email().content(raw(mime)).send().await.unwrap();
    let mail = it.ses.list(MailQuery::default()).await.unwrap().remove(0);
    assert_eq!((mail.from.as_str(), mail.subject.as_str()), ("desk@example.com", "Olá"));
    assert_eq!(mail.to, ["ana@example.com", "rui@example.com"]);
    assert_eq!((mail.text.as_deref(), mail.html.as_deref()), (Some("plain"), Some("<b>rich</b>")));
    assert!(mail.headers.contains(&("MIME-Version".to_owned(), "1.0".to_owned())));
    assert!(mail.raw.is_some());
}

#[tokio::test]
async fn the_mailbox_is_read_by_recipient_time_and_place() {
    let it = Fixture::start(None, &[]).await;
    let first = it.mail("ana@example.com", "1").send().await.unwrap().message_id.unwrap();
    it.clock.advance_millis(1000);
    it.mail("Rui <RUI@example.com>", "2").send().await.unwrap();
    it.mail("ana@example.com", "3").send().await.unwrap();
    assert_eq!(it.subjects(MailQuery { after: Some(first), ..MailQuery::default() }).await, ["2", "3"]);
    let since = Some("2027-03-01T12:00:01Z".parse().unwrap());
    assert_eq!(it.subjects(MailQuery { since, ..MailQuery::default() }).await, ["2", "3"]);
    let recipient = |address: &str| MailQuery { recipient: Some(address.to_owned()), ..MailQuery::default() };
    assert_eq!(it.subjects(recipient("rui@example.com")).await, ["2"]);
    assert_eq!(it.subjects(MailQuery { limit: Some(1), ..recipient("ana@example.com") }).await, ["1"]);
    it.ses.clear().await.unwrap();
    assert!(it.subjects(MailQuery::default()).await.is_empty());
}

#[tokio::test]
async fn malformed_and_oversize_mail_is_refused() {
    let it = Fixture::start(None, &[]).await;
    for address in [
        "ana",
        "ana@",
        "@example.com",
        "ana@localhost",
        "a b@example.com",
        "ana@-x.com",
        "ana@example.com\r\nBcc: x@example.com",
        "Ana <ana@example.com",
        ".ana@example.com",
        "olá@example.com",
    ] {
        assert_eq!(code!(it.mail(address, "s").send()), "BadRequestException", "{address}");
        let from = it.mail("ana@example.com", "s").from_email_address(address);
        assert_eq!(code!(from.send()), "BadRequestException", "{address}");
    }
    let many = |count: usize| {
        let (to, bcc) = (vec!["a@example.com".to_owned(); 25], vec!["b@example.com".to_owned(); count - 25]);
        Destination::builder().set_to_addresses(Some(to)).set_bcc_addresses(Some(bcc)).build()
    };
    it.addressed(many(50), simple("s", "x")).send().await.unwrap();
    assert_eq!(code!(it.addressed(many(51), simple("s", "x")).send()), "BadRequestException");
    assert_eq!(
        code!(it.addressed(Destination::builder().build(), simple("s", "x")).send()),
        "BadRequestException"
    );
    assert_eq!(code!(it.mail("a@example.com", "a\r\nBcc: b@example.com").send()), "BadRequestException");
    let long = "x".repeat(10 * 1024 * 1024);
    assert_eq!(
        code!(it.mail("a@example.com", "s").content(raw(&format!("Subject: s\r\n\r\n{long}"))).send()),
        "MessageRejected"
    );
    assert_eq!(
        code!(it.mail("a@example.com", "s").content(simple("s", &"x".repeat(8 * 1024 * 1024))).send()),
        "RequestEntityTooLarge"
    );
    let ascii = Message::builder().subject(Content::builder().data("Olá").build().unwrap());
    let ascii = ascii.body(Body::builder().text(utf8("x")).build()).build();
    let ascii = EmailContent::builder().simple(ascii).build();
    assert_eq!(code!(it.mail("a@example.com", "s").content(ascii).send()), "BadRequestException");
    let template = EmailContent::builder().template(Template::builder().template_name("t").build()).build();
    assert_eq!(code!(it.mail("a@example.com", "s").content(template).send()), "SerializationException");
    assert_eq!(it.subjects(MailQuery::default()).await.len(), 1);
}

#[tokio::test]
async fn only_verified_identities_send_when_there_are_any() {
    let it = Fixture::start(None, &["example.com", "me@other.example"]).await;
    it.mail("ana@example.net", "domain").send().await.unwrap();
    it.mail("ana@example.net", "address").from_email_address("me@other.example").send().await.unwrap();
    let stranger = it.mail("ana@example.net", "x").from_email_address("you@other.example");
    assert!(stranger.send().await.unwrap_err().into_service_error().is_message_rejected());
}

#[tokio::test]
async fn faults_hit_as_many_calls_as_asked() {
    let it = Fixture::start(None, &[]).await;
    it.ses.fail_next(2, SendFault::Throttled);
    for _ in 0..2 {
        let error = it.mail("a@example.com", "s").send().await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), 429);
        assert!(error.into_service_error().is_too_many_requests_exception());
    }
    it.mail("a@example.com", "through").send().await.unwrap();
    it.ses.fail_next(1, SendFault::Paused);
    let error = it.mail("a@example.com", "s").send().await.unwrap_err().into_service_error();
    assert!(error.is_sending_paused_exception());
    assert_eq!(it.subjects(MailQuery::default()).await, ["through"]);
}

#[tokio::test]
async fn mail_outlives_the_service() {
    let folder = tempfile::tempdir().unwrap();
    let it = Fixture::start(Some(folder.path().to_owned()), &[]).await;
    it.mail("a@example.com", "kept").send().await.unwrap();
    let before = it.ses.list(MailQuery::default()).await.unwrap();
    it.ses.stop().await;
    let it = Fixture::start(Some(folder.path().to_owned()), &[]).await;
    assert_eq!(it.ses.list(MailQuery::default()).await.unwrap(), before);
}
