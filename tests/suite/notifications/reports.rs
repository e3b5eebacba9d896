//! What the mail service reports of its mails comes back, and counts.

use domain::messages::Topic;
use serde_json::{Value, json};
use tests::{Dates, Person, System};

use super::{thread, told, write};

/// What was reported of somebody's mails: the kinds, in order.
async fn reported(person: &Person<'_>) -> Vec<String> {
    person.system().settle().await;
    let rows = format!(
        "SELECT event || ' ' || detail FROM mail_events WHERE user_id = '{}' ORDER BY received_at, mail_id",
        person.id
    );
    person.system().sql(&rows).await.into_iter().flatten().collect()
}

/// Somebody with this address, who has proved it: the simulator's mailbox can be read here.
async fn person<'s>(system: &'s System, name: &str, email: &str) -> Person<'s> {
    const PASSWORD: &str = "a-fine-long-password";
    let registration = json!({ "email": email, "password": PASSWORD, "name": name });
    system.call("POST", "/users/").json(registration).send().await.expect(202);
    system.settle().await;
    let token = json!({ "token": system.mailed_token(email).await });
    system.call("POST", "/users/verify/").json(token).send().await.expect(204);
    system.sign_in(email, PASSWORD).await
}

async fn subjects(system: &System, email: &str) -> Vec<String> {
    system.settle().await;
    let mails = system.mails(email).await;
    mails.iter().map(|mail| mail["subject"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_bounced_gets_what_must_be_told_and_nothing_else() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|_| {}).await;
    let (gone, back) = ("bounce+gus@simulator.amazonses.com", "success+gus@simulator.amazonses.com");
    let guest = person(&system, "Gus Guest", gone).await;
    assert_eq!(reported(&guest).await, ["hard_bounce Permanent/General"], "the proof of the address bounced");

    guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
    guest.call("POST", "/users/password-reset/").json(json!({ "email": gone })).send().await.expect(202);
    // Receipts are sent by the schedule.
    system.advance(120).await;
    let told = subjects(&system, gone).await;
    let is_told = |words: &str| told.iter().any(|subject| subject.contains(words));
    assert!(is_told("Confirm your mail address") && is_told("Choose a new password"), "{told:?}");
    assert!(is_told("Receipt 1 "), "the law wants it told: {told:?}");
    assert!(!is_told("is booked"), "{told:?}");
    assert!(subjects(&system, &host.email).await.iter().any(|subject| subject.starts_with("Gus comes")));

    // Another address lifts it.
    let guest = guest.again().await;
    guest.call("POST", "/users/me/email/").json(json!({ "email": back })).send().await.expect(202);
    system.settle().await;
    let token = json!({ "token": system.mailed_token(back).await });
    guest.call("POST", "/users/me/email/confirm/").json(token).send().await.expect(204);
    guest.stays(&property, Dates::in_days(&guest, 60, 2)).await;
    assert!(subjects(&system, back).await.iter().any(|subject| subject.contains("is booked")));
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_complains_is_written_to_no_more_and_a_full_mailbox_is_only_counted() {
    let system = System::start().await;
    let guest = system.person("Gus Guest").await;
    let annoyed = person(&system, "Anna Annoyed", "complaint+anna@simulator.amazonses.com").await;
    let full = person(&system, "Fred Full", "mailboxfull+fred@simulator.amazonses.com").await;
    assert_eq!(reported(&annoyed).await, ["complaint abuse"]);
    for (host, mails) in [(&annoyed, 0), (&full, 1)] {
        host.onboard().await;
        let property = host.lists(|_| {}).await;
        thread(&guest, &property).await;
        assert_eq!(told(host).await.len(), mails, "{}", host.email);
    }
    let transient = "soft_bounce Transient/MailboxFull";
    assert!(reported(&full).await.len() >= 2 && reported(&full).await.iter().all(|one| one == transient));
    // Counted for a month, and forgotten.
    system.advance(31 * 86_400).await;
    assert!(reported(&full).await.is_empty());
    assert_eq!(reported(&annoyed).await, ["complaint abuse"]);
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

fn bounce(mail: &str, address: &str) -> Value {
    json!({
        "eventType": "Bounce", "mail": { "messageId": mail, "destination": [address] },
        "bounce": {
            "bounceType": "Permanent", "bounceSubType": "NoEmail",
            "bouncedRecipients": [{ "emailAddress": address }],
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_once_and_half_a_report_is_put_aside() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let thread = thread(&guest, &property).await;
    assert_eq!(told(&host).await.len(), 1);
    let queue = local::plan::queue_name(Topic::Notifications);
    let tell = async |body: String| system.handles().services.sqs.send(&queue, body).await.unwrap();
    let shouted = format!("Hanna <{}>", host.email.to_uppercase());
    for _ in 0..3 {
        tell(bounce("0100-1", &shouted).to_string()).await;
    }
    tell(bounce("0100-1", "nobody@example.test").to_string()).await;
    tell("Successfully validated SNS topic for Amazon SES event publishing.".to_owned()).await;
    assert_eq!(reported(&host).await, ["hard_bounce Permanent/NoEmail"], "however often it comes");
    assert!(reported(&guest).await.is_empty());
    write(&guest, &thread).await;
    assert_eq!(told(&host).await.len(), 1);
    assert_eq!(system.dead_letters().await, 0);

    let mut half = bounce("0100-2", &guest.email);
    half["bounce"] = Value::Null;
    tell(half.to_string()).await;
    for _ in 0..=local::plan::MAX_RECEIVE_COUNT {
        system.advance(200).await;
    }
    assert_eq!(system.dead_letters().await, 1);
    assert!(reported(&guest).await.is_empty());

    // What is held about somebody is told, without the digest, and goes with the account.
    let rows = host.again().await.call("GET", "/users/me/export/").send().await.expect(200).body;
    let rows = rows["mail_events"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert!(rows[0]["event"] == "hard_bounce" && rows[0].get("address").is_none(), "{rows:#?}");
    system.stop().await;
}

/// The mail service is away for good: the mail is put aside, and is sent once when somebody sends it back.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_nobody_takes_becomes_a_dead_letter_and_goes_out_once_after_all() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    system.settle().await;
    system.handles().services.ses.fail_next(1_000, local_aws::ses::SendFault::Paused);
    thread(&guest, &property).await;
    for _ in 0..=local::plan::MAX_RECEIVE_COUNT {
        system.advance(200).await;
    }
    assert!(system.dead_letters().await >= 1, "it was tried and given up");
    assert_eq!(told(&host).await.len(), 0);
    system.handles().services.ses.fail_next(0, local_aws::ses::SendFault::Paused);
    // The outbox sends again what is not done.
    system.advance(2 * 3_600).await;
    assert_eq!(told(&host).await.len(), 1);
    system.advance(2 * 3_600).await;
    assert_eq!(told(&host).await.len(), 1, "once");
    system.stop().await;
}
