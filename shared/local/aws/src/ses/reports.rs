//! What becomes of mails to the mailbox simulator of SES, told in the form that SES publishes to a topic.

use serde_json::{Value, json};

use super::address;
use super::mailbox::Mail;

/// The domain of the simulator, as SES has it.
const SIMULATOR: &str = "simulator.amazonses.com";

/// The reports on a mail: one for each recipient that does not just take it.
///
/// `bounce`, `suppressionlist` and `complaint` are those of SES, with or without a label (`bounce+anything`);
/// `mailboxfull`, which bounces for a while, is ours: SES has none such.
pub(super) fn of(mail: &Mail) -> Vec<Value> {
    mail.to.iter().chain(&mail.cc).chain(&mail.bcc).filter_map(|recipient| report(mail, recipient)).collect()
}

fn report(mail: &Mail, recipient: &str) -> Option<Value> {
    let address = address::bare(recipient).ok()?;
    let (local, domain) = address.split_once('@')?;
    if !domain.eq_ignore_ascii_case(SIMULATOR) {
        return None;
    }
    let name = local.split_once('+').map_or(local, |(name, _)| name).to_ascii_lowercase();
    let (kind, member, what) = match name.as_str() {
        "bounce" => ("Bounce", "bounce", bounce(mail, address, "Permanent", "General")),
        "suppressionlist" => {
            ("Bounce", "bounce", bounce(mail, address, "Permanent", "OnAccountSuppressionList"))
        }
        "mailboxfull" => ("Bounce", "bounce", bounce(mail, address, "Transient", "MailboxFull")),
        "complaint" => ("Complaint", "complaint", complaint(mail, address)),
        _ => return None,
    };
    let about = json!({
        "timestamp": mail.sent_at.to_string(), "messageId": mail.id, "source": mail.from, "destination": mail.to,
        "headersTruncated": false, "headers": [], "commonHeaders": { "subject": mail.subject }, "tags": {},
    });
    let mut report = json!({ "eventType": kind, "mail": about });
    report[member] = what;
    Some(report)
}

fn bounce(mail: &Mail, address: &str, kind: &str, sub_kind: &str) -> Value {
    json!({
        "feedbackId": format!("{}-feedback", mail.id), "bounceType": kind, "bounceSubType": sub_kind,
        "bouncedRecipients": [{ "emailAddress": address, "action": "failed", "status": "5.1.1" }],
        "timestamp": mail.sent_at.to_string(), "reportingMTA": format!("dns; {SIMULATOR}"),
    })
}

fn complaint(mail: &Mail, address: &str) -> Value {
    json!({
        "feedbackId": format!("{}-feedback", mail.id), "complaintSubType": null,
        "complainedRecipients": [{ "emailAddress": address }],
        "timestamp": mail.sent_at.to_string(), "arrivalDate": mail.sent_at.to_string(),
        "userAgent": "Amazon SES Mailbox Simulator", "complaintFeedbackType": "abuse",
    })
}
