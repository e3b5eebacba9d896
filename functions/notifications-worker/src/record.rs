//! What may lie in the queue: messages of ours, and reports of the mail service.

use domain::messages::Message;
use domain::notification::MailEvent;
use platform::WorkError;
use serde::Deserialize;
use services::notifications::MailReport;

/// What SES sends once to a topic that it is told of (developer guide, "Set up event destinations").
const GREETING: &str = "Successfully validated SNS topic";
/// The longest words of the mail service that are kept, in characters.
const MAX_DETAIL: usize = 100;
/// The longest id of a mail, in bytes.
const MAX_ID: usize = 200;

/// Something to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// A mail to write.
    Message(Message),
    /// Something became of a mail.
    Report(MailReport),
    /// Nothing.
    Nothing,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Message(Message),
    Event(Event),
}

/// Amazon SES developer guide, "Contents of event data that Amazon SES publishes to Amazon SNS".
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "eventType")]
    kind: String,
    mail: Mail,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    message_id: String,
}

#[derive(Deserialize)]
struct Bounce {
    #[serde(rename = "bounceType")]
    kind: String,
    #[serde(rename = "bounceSubType")]
    sub_kind: String,
    #[serde(rename = "bouncedRecipients")]
    recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
struct Complaint {
    #[serde(rename = "complainedRecipients")]
    recipients: Vec<Recipient>,
    #[serde(rename = "complaintFeedbackType")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
}

/// What a body asks for.
///
/// # Errors
/// Where it is neither a message nor a whole report.
pub(crate) fn read(body: &str) -> Result<Task, WorkError> {
    if body.starts_with(GREETING) {
        return Ok(Task::Nothing);
    }
    // The body is not quoted: it may be anything, and has addresses in it.
    let body = serde_json::from_str(body)
        .map_err(|_| WorkError::message("a record is neither a message nor a report"))?;
    match body {
        Body::Message(message) => Ok(Task::Message(message)),
        Body::Event(event) => report(event),
    }
}

fn report(event: Event) -> Result<Task, WorkError> {
    let (event_of, detail, recipients) = match (event.kind.as_str(), event.bounce, event.complaint) {
        ("Bounce", Some(bounce), _) => {
            // What is not permanent may arrive tomorrow; that includes what SES cannot tell.
            let permanent = bounce.kind == "Permanent";
            let event = if permanent { MailEvent::HardBounce } else { MailEvent::SoftBounce };
            let detail = format!("{}/{}", bounce.kind, bounce.sub_kind);
            (event, detail, bounce.recipients)
        }
        // Somebody took it out of the junk again.
        ("Complaint", _, Some(complaint)) if complaint.kind.as_deref() == Some("not-spam") => {
            return Ok(Task::Nothing);
        }
        ("Complaint", _, Some(complaint)) => {
            let detail = complaint.kind.unwrap_or_else(|| "unknown".to_owned());
            (MailEvent::Complaint, detail, complaint.recipients)
        }
        ("Bounce" | "Complaint", ..) => return Err(WorkError::message("a report says not what it reports")),
        // Nobody asked for it.
        _ => return Ok(Task::Nothing),
    };
    let mail_id = event.mail.message_id;
    if mail_id.is_empty() || mail_id.len() > MAX_ID || recipients.is_empty() {
        return Err(WorkError::message("a report is of no mail, or of nobody"));
    }
    Ok(Task::Report(MailReport {
        mail_id,
        event: event_of,
        addresses: recipients.into_iter().map(|recipient| bare(&recipient.email_address)).collect(),
        detail: detail.chars().filter(|character| !character.is_control()).take(MAX_DETAIL).collect(),
    }))
}

/// The address in `Name <address>`, in which form SES hands on some recipients.
fn bare(address: &str) -> String {
    let inner = address.rsplit_once('<').map_or(address, |(_, rest)| rest.trim_end_matches('>'));
    inner.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read_json(body: &Value) -> Result<Task, WorkError> {
        read(&body.to_string())
    }

    fn bounce(kind: &str) -> Value {
        json!({
            "eventType": "Bounce",
            "bounce": {
                "bounceType": kind, "bounceSubType": "General", "feedbackId": "0100", "reportingMTA": "dsn; a.example",
                "bouncedRecipients": [{ "emailAddress": "Gus <gus@example.com>", "action": "failed", "status": "5.1.1" }],
            },
            "mail": { "messageId": "0100-7", "destination": ["gus@example.com"], "tags": {} },
        })
    }

    fn complaint(kind: Option<&str>) -> Value {
        json!({
            "eventType": "Complaint",
            "complaint": {
                "complainedRecipients": [{ "emailAddress": "gus@example.com" }], "feedbackId": "0100",
                "complaintFeedbackType": kind,
            },
            "mail": { "messageId": "0100-7" },
        })
    }

    fn said(body: &Value) -> (MailEvent, String, Vec<String>) {
        match read_json(body).unwrap() {
            Task::Report(report) => {
                assert_eq!(report.mail_id, "0100-7");
                (report.event, report.detail, report.addresses)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reports_are_told_apart() {
        let gus = vec!["gus@example.com".to_owned()];
        for (body, event, detail) in [
            (bounce("Permanent"), MailEvent::HardBounce, "Permanent/General"),
            (bounce("Transient"), MailEvent::SoftBounce, "Transient/General"),
            (bounce("Undetermined"), MailEvent::SoftBounce, "Undetermined/General"),
            (complaint(Some("abuse")), MailEvent::Complaint, "abuse"),
            (complaint(None), MailEvent::Complaint, "unknown"),
        ] {
            assert_eq!(said(&body), (event, detail.to_owned(), gus.clone()));
        }
        assert_eq!(read_json(&complaint(Some("not-spam"))).unwrap(), Task::Nothing);
        let delivery = json!({ "eventType": "Delivery", "mail": { "messageId": "0100-7" }, "delivery": {} });
        assert_eq!(read_json(&delivery).unwrap(), Task::Nothing);
        let greeting = "Successfully validated SNS topic for Amazon SES event publishing.";
        assert_eq!(read(greeting).unwrap(), Task::Nothing);
    }

    #[test]
    fn half_a_report_is_none() {
        let mut nobody = bounce("Permanent");
        nobody["bounce"]["bouncedRecipients"] = json!([]);
        let mut of_nothing = bounce("Permanent");
        of_nothing["mail"]["messageId"] = json!("");
        let mut silent = bounce("Permanent");
        silent["bounce"] = Value::Null;
        for body in [nobody, of_nothing, silent, json!({ "eventType": "Bounce" }), json!("Bounce"), json!({})]
        {
            assert!(read_json(&body).is_err(), "{body}");
        }
        assert!(read("no JSON").is_err());
    }

    #[test]
    fn messages_stay_messages() {
        let id = "00000000-0000-0000-0000-000000000007";
        let body = json!({ "id": id, "topic": "notifications", "body": { "type": "password_reset", "user_id": id } });
        assert!(matches!(read_json(&body).unwrap(), Task::Message(_)));
    }
}
