use domain::booking::BookingState;
use domain::ids::PhotoId;
use domain::messages::DisputeNotice;
use domain::webhooks::DisabledReason;
use minijinja::context;
use serde_json::json;
use store::deliveries::{DisputeFacts, Home, ReceiptFacts, WebhookFacts};
use store::disputes::DisputeState;
use store::feeds::{ConflictFacts, TroubleFacts};
use uuid::Uuid;

use super::super::render::{Links, Templates, Words};
use super::feed;
use super::money::{dispute, receipt};
use super::webhook::webhook_disabled;
use super::*;

mod languages;

fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(number))
}

fn person(number: u128, name: &str, zone: &str) -> Person {
    Person {
        id: id(number),
        email: Some(format!("{}@example.com", name.to_lowercase())),
        name: name.to_owned(),
        locale: "en".parse().unwrap(),
        time_zone: zone.parse().unwrap(),
        unwanted: Vec::new(),
        suppressed: false,
    }
}

/// A booked stay in Paris of a guest from New York.
fn facts() -> BookingFacts {
    let address = json!({
        "line1": "12 rue de Rivoli", "city": "Paris", "region": "Île-de-France", "postal_code": "75004", "country": "FR",
    });
    BookingFacts {
        id: id(7),
        state: BookingState::Confirmed,
        check_in: "2026-12-04".parse().unwrap(),
        check_out: "2026-12-09".parse().unwrap(),
        check_in_at: "2026-12-04T14:00:00Z".parse().unwrap(),
        check_out_at: "2026-12-09T10:00:00Z".parse().unwrap(),
        checked_out_at: "2026-12-09T10:00:00Z".parse().unwrap(),
        home: Home {
            title: "Loft <by> the Seine".to_owned(),
            time_zone: "Europe/Paris".parse().unwrap(),
            address: serde_json::from_value(address).unwrap(),
        },
        guests: serde_json::from_value(json!({"adults": 2, "children": 1})).unwrap(),
        total: serde_json::from_value(json!({"amount": 125_400, "currency": "EUR"})).unwrap(),
        payout: serde_json::from_value(json!({"amount": 106_700, "currency": "EUR"})).unwrap(),
        hold_expires_at: Some("2026-11-24T15:00:00Z".parse().unwrap()),
        refund: Some(serde_json::from_value(json!({"amount": 88_000, "currency": "EUR"})).unwrap()),
        host_keeps: Some(serde_json::from_value(json!({"amount": 22_000, "currency": "EUR"})).unwrap()),
        guest: person(1, "Ada", "America/New_York"),
        host: person(2, "Blaise", "Europe/Paris"),
        guest_review_public: true,
        host_review_public: true,
    }
}

fn user_facts() -> UserFacts {
    UserFacts {
        person: person(1, "Ada", "America/New_York"),
        verified: false,
        pending_email: Some("new@example.test".to_owned()),
    }
}

fn photo_facts() -> PhotoFacts {
    PhotoFacts {
        host: person(2, "Blaise", "Europe/Paris"),
        property_id: id(3),
        title: "Loft".to_owned(),
        problem: Some("too_small".to_owned()),
    }
}

fn receipt_facts(kind: &str) -> ReceiptFacts {
    let amount = json!({ "amount": 125_400, "currency": "EUR" });
    let receipt = json!({
        "id": Uuid::from_u128(6), "number": 17, "kind": kind, "issuer": "Blaise <Pascal>",
        "booking_id": Uuid::from_u128(7), "payment_id": Uuid::from_u128(8), "refund_id": null,
        "corrects": (kind == "credit_note").then_some(16), "amount": amount,
        "lines": [{ "label": "5 nights <b>", "amount": amount }], "issued_at": "2026-11-23T23:30:00Z",
    });
    let BookingFacts { guest, home, check_in, check_out, .. } = facts();
    let receipt = serde_json::from_value(receipt).unwrap();
    ReceiptFacts { receipt, guest, title: home.title, check_in, check_out }
}

fn dispute_facts(state: DisputeState) -> DisputeFacts {
    let BookingFacts { host, home, check_in, check_out, .. } = facts();
    let amount = serde_json::from_value(json!({ "amount": 125_400, "currency": "EUR" })).unwrap();
    DisputeFacts {
        booking_id: id(7),
        host,
        title: home.title,
        check_in,
        check_out,
        amount,
        reason: "product_not_received".to_owned(),
        state,
        evidence_due_at: Some("2026-12-02T12:00:00Z".parse().unwrap()),
    }
}

fn message_facts(text: &str) -> MessageFacts {
    MessageFacts {
        thread_id: id(8),
        recipient: person(2, "Blaise <Pascal>", "Europe/Paris"),
        author: "Ada".to_owned(),
        title: "Loft <by> the Seine".to_owned(),
        text: text.to_owned(),
    }
}

fn conflict_facts() -> ConflictFacts {
    let BookingFacts { host, home, check_in, check_out, .. } = facts();
    ConflictFacts {
        host,
        title: home.title,
        feed: "The other <platform>".to_owned(),
        booking_id: id(7),
        check_in,
        check_out,
        from: "2026-12-05".parse().unwrap(),
        to: "2026-12-07".parse().unwrap(),
    }
}

fn trouble_facts(given_up: bool) -> TroubleFacts {
    let BookingFacts { host, home, .. } = facts();
    TroubleFacts {
        host,
        property_id: id(3),
        title: home.title,
        feed: "The other <platform>".to_owned(),
        error: "not_a_calendar".to_owned(),
        since: "2026-11-23T20:15:00Z".parse().unwrap(),
        given_up,
    }
}

#[test]
fn a_host_is_told_which_nights_are_taken_twice() {
    let said = words(&feed::conflict(&conflict_facts()).unwrap());
    assert_eq!(said.subject, "Nights at Loft <by> the Seine are taken twice");
    for part in [
        "The other <platform>",
        "from Saturday, 5 December 2026 to Monday, 7 December 2026",
        "from Friday, 4 December 2026 to Wednesday, 9 December 2026",
        "/bookings/00000000-0000-0000-0000-000000000007",
    ] {
        assert!(said.text.contains(part), "{part}: {}", said.text);
    }
    assert!(said.html.contains("The other &lt;platform&gt;"), "{}", said.html);
}

#[test]
fn a_host_is_told_that_a_calendar_cannot_be_read_and_that_it_is_given_up() {
    let said = |given_up| words(&feed::trouble(&trouble_facts(given_up)).unwrap());
    let failing = said(false).text;
    assert!(
        failing.contains("no calendar that can be read") && failing.contains("Monday, 23 November 2026"),
        "{failing}"
    );
    assert!(said(true).subject.contains("no longer read"), "{}", said(true).subject);
    assert!(said(true).text.contains("stay taken"), "{}", said(true).text);
}

#[test]
fn a_message_is_quoted_line_by_line_and_one_without_words_is_not_sent() {
    let said = words(&new_message(&message_facts("Is it <b>quiet</b>?\n\nWe sleep late.")).unwrap());
    assert_eq!(said.subject, "Ada wrote to you about Loft <by> the Seine");
    assert!(said.text.contains("> Is it <b>quiet</b>?\n>\n> We sleep late."), "{}", said.text);
    assert!(said.html.contains("&lt;b&gt;quiet"), "{}", said.html);
    assert!(new_message(&message_facts("")).is_none());
}

fn webhook_facts(reason: DisabledReason) -> WebhookFacts {
    WebhookFacts {
        owner: person(2, "Blaise", "Europe/Paris"),
        url: "https://hooks.example/innkeep".to_owned(),
        disabled: Some(reason),
    }
}

#[test]
fn an_owner_is_told_of_an_endpoint_while_it_is_off() {
    let said = |reason| words(&webhook_disabled(&webhook_facts(reason)).unwrap()).text;
    assert!(said(DisabledReason::Failing).contains("three days"));
    assert!(said(DisabledReason::Gone).contains("410"));
    assert!(webhook_disabled(&webhook_facts(DisabledReason::ByOwner)).is_none());
    let on = WebhookFacts { disabled: None, ..webhook_facts(DisabledReason::Gone) };
    assert!(webhook_disabled(&on).is_none());
}

#[test]
fn a_host_is_told_of_a_dispute_until_when_evidence_counts_and_how_it_ended() {
    let said = |notice, state| words(&dispute(notice, &dispute_facts(state)).unwrap());
    let opened = said(DisputeNotice::Opened, DisputeState::Open);
    assert!(opened.subject.starts_with("A bank took back 1254.00 EUR"), "{}", opened.subject);
    assert!(opened.text.contains("reason: the stay did not take place"), "{}", opened.text);
    assert!(opened.text.contains("Evidence counts until Wednesday, 2 December 2026"), "{}", opened.text);
    assert!(said(DisputeNotice::Won, DisputeState::Won).text.contains("decided for you"));
    assert!(said(DisputeNotice::Lost, DisputeState::Lost).text.contains("your next payouts"));
    let late = dispute(DisputeNotice::Opened, &dispute_facts(DisputeState::Lost));
    assert!(late.is_none(), "the end was told");
}

#[test]
fn a_receipt_can_be_printed_and_read_aloud() {
    let said = words(&receipt(&receipt_facts("receipt")).unwrap());
    for part in [
        "<html lang=\"en\">",
        "<h1 id=\"document\"",
        "aria-labelledby=\"document\"",
        "<caption",
        "scope=\"col\"",
        "scope=\"row\"",
        "<dd style=\"margin:0 0 8px\">Blaise &lt;Pascal&gt;</dd>",
        "5 nights &lt;b&gt;",
        ">1254.00 EUR</td>",
        "@media print",
    ] {
        assert!(said.html.contains(part), "{part}: {}", said.html);
    }
    assert!(!said.html.contains("<b>"), "{}", said.html);
    assert!(!words(&notice_letter()).html.contains("<table"), "only documents have one");
}

fn notice_letter() -> Letter {
    booking(Notice::Confirmed, &facts()).remove(0)
}

#[test]
fn a_receipt_says_its_number_its_lines_and_what_it_corrects() {
    let letter = receipt(&receipt_facts("receipt")).unwrap();
    let said = words(&letter);
    assert_eq!(said.subject, "Receipt 17 for your stay at Loft <by> the Seine");
    assert!(said.text.contains("5 nights <b>: 1254.00 EUR"), "{}", said.text);
    assert!(said.text.contains("Monday, 23 November 2026"), "{}", said.text);
    assert!(said.html.contains("Blaise &lt;Pascal&gt;"), "{}", said.html);
    let said = words(&receipt(&receipt_facts("credit_note")).unwrap());
    assert!(said.subject.starts_with("Credit note 17") && said.text.contains("receipt 16"), "{}", said.text);
}

/// One message of each kind. A new variant does not compile until it stands here.
fn every_message() -> Vec<NotificationMessage> {
    let mut all = vec![
        NotificationMessage::VerifyEmail { user_id: id(1) },
        NotificationMessage::AlreadyRegistered { user_id: id(1) },
        NotificationMessage::PasswordReset { user_id: id(1) },
        NotificationMessage::PasswordChanged { user_id: id(1) },
        NotificationMessage::EmailChange { user_id: id(1) },
        NotificationMessage::EmailChangeAsked { user_id: id(1) },
        NotificationMessage::ReviewsRevealed { booking_id: id(7) },
        NotificationMessage::Receipt { receipt_id: id(6) },
        NotificationMessage::PhotoRejected { photo_id: id::<PhotoId>(5) },
        NotificationMessage::WebhookDisabled { endpoint_id: id(4) },
        NotificationMessage::NewMessage { message_id: id(3) },
        NotificationMessage::FeedConflict { conflict_id: id(10) },
        NotificationMessage::FeedFailing { feed_id: id(11) },
    ];
    all.extend(
        Notice::ALL.iter().map(|event| NotificationMessage::Booking { booking_id: id(7), event: *event }),
    );
    all.extend(
        DisputeNotice::ALL
            .iter()
            .map(|event| NotificationMessage::Dispute { dispute_id: id(9), event: *event }),
    );
    for message in &all {
        match message {
            NotificationMessage::VerifyEmail { .. }
            | NotificationMessage::AlreadyRegistered { .. }
            | NotificationMessage::PasswordReset { .. }
            | NotificationMessage::PasswordChanged { .. }
            | NotificationMessage::EmailChange { .. }
            | NotificationMessage::EmailChangeAsked { .. }
            | NotificationMessage::Booking { .. }
            | NotificationMessage::ReviewsRevealed { .. }
            | NotificationMessage::Receipt { .. }
            | NotificationMessage::Dispute { .. }
            | NotificationMessage::WebhookDisabled { .. }
            | NotificationMessage::NewMessage { .. }
            | NotificationMessage::FeedConflict { .. }
            | NotificationMessage::FeedFailing { .. }
            | NotificationMessage::PhotoRejected { .. } => {}
        }
    }
    all
}

/// What [`load`] makes of a message once the rows are read.
fn letters(message: &NotificationMessage, facts: &BookingFacts) -> Vec<Letter> {
    match message {
        NotificationMessage::Booking { event, .. } => booking(*event, facts),
        NotificationMessage::ReviewsRevealed { .. } => reviews_revealed(facts),
        NotificationMessage::Receipt { .. } => {
            let kinds = ["receipt", "credit_note"].into_iter();
            kinds.filter_map(|kind| receipt(&receipt_facts(kind))).collect()
        }
        NotificationMessage::PhotoRejected { .. } => photo_rejected(&photo_facts()).into_iter().collect(),
        NotificationMessage::NewMessage { .. } => {
            new_message(&message_facts("Hi.\n\nBye.")).into_iter().collect()
        }
        NotificationMessage::WebhookDisabled { .. } => {
            let reasons = [DisabledReason::Failing, DisabledReason::Gone];
            reasons.iter().filter_map(|reason| webhook_disabled(&webhook_facts(*reason))).collect()
        }
        NotificationMessage::FeedConflict { .. } => feed::conflict(&conflict_facts()).into_iter().collect(),
        NotificationMessage::FeedFailing { .. } => {
            [false, true].iter().filter_map(|given_up| feed::trouble(&trouble_facts(*given_up))).collect()
        }
        NotificationMessage::Dispute { event, .. } => {
            dispute(*event, &dispute_facts(DisputeState::Open)).into_iter().collect()
        }
        _ => account(message, &user_facts()).into_iter().collect(),
    }
}

fn words(letter: &Letter) -> Words {
    let values = match letter.secret {
        Some(_) => context! { token => "kq3N-token", expires => "tomorrow" },
        None => letter.values.clone(),
    };
    let link = format!("https://innkeep.example{}", letter.path);
    let links = Links { action: &link, unsubscribe: None };
    Templates::new().render(letter.language, &letter.template, &values, letter.before, &links).unwrap()
}

fn notice(event: Notice, facts: &BookingFacts, side: ReviewSide) -> Words {
    let (person, _) = sides(facts, side);
    let letters = booking(event, facts);
    words(letters.iter().find(|letter| letter.recipient == person.id).unwrap())
}

#[test]
fn every_message_has_words_for_each_of_its_recipients() {
    let parts = ["footer", "receipt_document.html", "receipt_document.txt", "stay"];
    let mut used: Vec<String> = parts.map(str::to_owned).to_vec();
    for message in every_message() {
        let letters = letters(&message, &facts());
        assert!(!letters.is_empty(), "{message:?} is for nobody");
        for letter in letters {
            let words = words(&letter);
            assert!(!words.subject.is_empty() && !words.subject.contains('\n'), "{message:?}");
            assert!(words.text.len() > 100 && words.html.contains("</html>"), "{message:?}");
            assert!(!words.text.contains('{') && !words.html.contains("{{"), "{message:?}");
            used.push(letter.template);
        }
    }
    used.sort();
    used.dedup();
    for language in Language::ALL {
        let folder = format!("{}/", language.tag());
        let names = super::super::catalogue::all();
        let mut known: Vec<_> = names.filter_map(|(name, _)| name.strip_prefix(&folder)).collect();
        known.sort_unstable();
        assert_eq!(known, used, "templates of {folder} and what is sent");
    }
}

#[test]
fn a_confirmed_guest_reads_it_all() {
    let words = notice(Notice::Confirmed, &facts(), ReviewSide::Guest);
    assert_eq!(words.subject, "Your stay at Loft <by> the Seine is booked");
    assert_eq!(
        words.text,
        "Hello Ada,

Your stay is booked, and Blaise is looking forward to it. You paid 1254.00 EUR.

Loft <by> the Seine
Paris, Île-de-France, FR
Check-in: Friday, 4 December 2026, from 15:00
Check-out: Wednesday, 9 December 2026, until 11:00
Guests: 2 adults, 1 child

Address:
12 rue de Rivoli
75004 Paris
Île-de-France
FR

See your booking:
https://innkeep.example/bookings/00000000-0000-0000-0000-000000000007

-- 
You get this mail because of your account with Innkeep. Nobody reads answers to this address.
"
    );
    assert!(words.html.contains("<title>Your stay at Loft &lt;by&gt; the Seine is booked</title>"));
    assert!(words.html.contains("Address:<br>\n12 rue de Rivoli<br>"));
    assert!(!words.html.contains("<by>"));
}

#[test]
fn nobody_reads_the_street_before_it_is_booked_nor_the_address_of_the_other() {
    for message in every_message() {
        for letter in letters(&message, &facts()) {
            let is_booked_guest = letter.template == "confirmed_guest";
            let words = words(&letter);
            for part in [&words.text, &words.html] {
                assert_eq!(part.contains("Rivoli"), is_booked_guest, "{}", letter.template);
                assert!(!part.contains("@example.com"), "{}", letter.template);
            }
            assert!(!words.subject.contains("Rivoli") && !words.subject.contains('@'));
        }
    }
    let mut moved_on = facts();
    moved_on.home.address = moved_on.home.address.public();
    assert!(!notice(Notice::Confirmed, &moved_on, ReviewSide::Guest).text.contains("Address"));
}

#[test]
fn instants_are_told_by_the_readers_own_clock() {
    let host = notice(Notice::Requested, &facts(), ReviewSide::Host).text;
    assert!(host.contains("until Tuesday, 24 November 2026, 16:00 (Europe/Paris)"), "{host}");
    let guest = notice(Notice::Requested, &facts(), ReviewSide::Guest).text;
    assert!(guest.contains("until Tuesday, 24 November 2026, 10:00 (America/New_York)"), "{guest}");
    let review = notice(Notice::Completed, &facts(), ReviewSide::Host).text;
    assert!(review.contains("until Wednesday, 23 December 2026, 11:00 (Europe/Paris)"), "{review}");
}

#[test]
fn refunds_are_told_as_they_were_settled() {
    let refund = |amount: Option<i64>| {
        let mut facts = facts();
        facts.state = BookingState::CancelledByGuest;
        facts.refund = amount
            .map(|amount| serde_json::from_value(json!({"amount": amount, "currency": "JPY"})).unwrap());
        notice(Notice::CancelledByGuest, &facts, ReviewSide::Guest).text
    };
    assert!(refund(Some(88_000)).contains("88000 JPY goes back to your card"));
    assert!(refund(Some(0)).contains("nothing is refunded"));
    assert!(refund(None).contains("Your stay is cancelled.\n"));
    let host = notice(Notice::CancelledByGuest, &facts(), ReviewSide::Host).text;
    assert!(host.contains("you keep 220.00 EUR before our service fee"));
}

#[test]
fn a_late_mail_says_so() {
    let mut facts = facts();
    let late = Language::English.outdated();
    assert!(!notice(Notice::Confirmed, &facts, ReviewSide::Host).text.contains(late));
    facts.state = BookingState::CancelledByHost;
    let words = notice(Notice::Confirmed, &facts, ReviewSide::Host);
    assert!(words.text.starts_with(late) && words.html.contains(late));
}

#[test]
fn the_token_stands_alone_on_a_line() {
    for message in [
        NotificationMessage::VerifyEmail { user_id: id(1) },
        NotificationMessage::PasswordReset { user_id: id(1) },
    ] {
        let letter = account(&message, &user_facts()).unwrap();
        let words = words(&letter);
        assert_eq!(words.text.lines().filter(|line| *line == "token=kq3N-token").count(), 1);
        // What was typed in at registration is not ours to send to the address's owner.
        assert!(!words.text.contains("Ada"));
    }
    let verified = UserFacts { verified: true, ..user_facts() };
    assert!(account(&NotificationMessage::VerifyEmail { user_id: id(1) }, &verified).is_none());
    assert!(account(&NotificationMessage::PasswordReset { user_id: id(1) }, &verified).is_some());
}

#[test]
fn nothing_that_people_type_ends_a_line() {
    let mut facts = facts();
    facts.guest.name = "Eve\r\nBcc: all@example.org\r\n\r\ntoken=mine".to_owned();
    facts.home.title = "Loft\u{2028}\nSubject: x".to_owned();
    for event in Notice::ALL {
        for letter in booking(*event, &facts) {
            let words = words(&letter);
            assert!(
                words.subject.chars().all(|character| !character.is_control() && character != '\u{2028}')
            );
            let starts = ["Bcc:", "Subject:", "token="];
            assert!(!words.text.lines().any(|line| starts.iter().any(|start| line.starts_with(start))));
        }
    }
}

#[test]
fn an_erased_account_gets_nothing() {
    let mut facts = facts();
    facts.guest.email = None;
    let letters = booking(Notice::Confirmed, &facts);
    assert_eq!(letters.iter().map(|letter| letter.recipient).collect::<Vec<_>>(), [facts.host.id]);
}

#[test]
fn each_side_is_told_what_it_may_read() {
    let mut facts = facts();
    (facts.guest_review_public, facts.host_review_public) = (false, true);
    let texts: Vec<String> = reviews_revealed(&facts).iter().map(|letter| words(letter).text).collect();
    assert!(texts[0].contains("what Blaise wrote of you"), "{}", texts[0]);
    assert!(texts[1].contains("what you wrote of Ada"), "{}", texts[1]);
    facts.host_review_public = false;
    assert!(reviews_revealed(&facts).is_empty());
}

#[test]
fn what_is_unwanted_is_not_sent_unless_it_must_be_told() {
    let mut facts = facts();
    facts.guest.unwanted = NotificationKind::ALL.to_vec();
    for message in every_message() {
        let kind = NotificationKind::of(&message);
        for letter in letters(&message, &facts).into_iter().map(|letter| Letter { kind, ..letter }) {
            let unwanted = letter.recipient == facts.guest.id && !letter.unwanted.is_empty();
            assert_eq!(is_sent(&letter), kind.duty().is_some() || !unwanted, "{}", letter.template);
        }
    }
}

#[test]
fn an_address_that_takes_no_mail_gets_what_outweighs_that() {
    for (kind, is_told) in [
        (NotificationKind::Security, true),
        (NotificationKind::Receipts, true),
        (NotificationKind::Disputes, true),
        (NotificationKind::Bookings, false),
        (NotificationKind::Messages, false),
    ] {
        assert_eq!(is_sent(&Letter { kind, suppressed: true, ..notice_letter() }), is_told, "{kind}");
        assert!(is_sent(&Letter { kind, suppressed: false, ..notice_letter() }), "{kind}");
    }
}

#[test]
fn what_may_be_turned_off_says_how_in_both_bodies() {
    let letter = new_message(&message_facts("Hi.")).unwrap();
    let url = "https://innkeep.example/users/unsubscribe?token=abc";
    let links = Links { action: "https://innkeep.example/x", unsubscribe: Some(url) };
    for language in Language::ALL {
        let said =
            Templates::new().render(*language, &letter.template, &letter.values, None, &links).unwrap();
        assert!(
            said.text.ends_with(&format!("{}{} {url}\n", language.unsubscribe(), language.colon())),
            "{}",
            said.text
        );
        assert!(said.html.contains(&format!("{}</a></footer>", language.unsubscribe())), "{}", said.html);
    }
    assert!(!words(&letter).html.contains("unsubscribe"));
}
