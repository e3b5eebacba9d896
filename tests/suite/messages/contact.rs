//! Contact data: hidden until a stay is confirmed, wherever a message is shown.

use serde_json::{Value, json};
use tests::{Dates, System};

use super::{start, texts, thread, write};

const SECRET: &str = "gus@elsewhere.example";

#[tokio::test(flavor = "multi_thread")]
async fn contact_data_is_shown_while_a_stay_is_confirmed_and_not_before() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let words = format!("Write to {SECRET}.com or call +49 30 1234567.");
    let hidden = "Write to ••• or call •••.";
    let said = start(&guest, ("property_id", &property), &words).await.expect(201);
    assert_eq!((&said.body["text"], &said.body["is_masked"]), (&json!(hidden), &json!(true)));
    let enquiry = said.text("thread_id");
    let booking = guest.holds(&property, Dates::in_days(&guest, 30, 2)).await.text("id");
    let of_booking = start(&host, ("booking_id", &booking), "My number is zero six 12 34 56 78.").await;
    let of_booking = of_booking.expect(201).text("thread_id");
    let shown = async |id: &str| {
        let mut all = Vec::new();
        for person in [&host.again().await, &guest.again().await] {
            let seen = thread(person, id).await;
            let list = person.call("GET", "/messages/threads/").send().await.expect(200);
            let items = list.body["items"].as_array().unwrap();
            let listed = items.iter().find(|item| item["id"] == id).unwrap();
            assert_eq!(listed["last_message"], seen["last_message"]);
            assert_eq!(
                texts(person, id).await.last().map(String::as_str),
                seen["last_message"]["text"].as_str()
            );
            all.push((seen["last_message"]["text"].clone(), seen["contact_shown"].clone()));
        }
        assert_eq!(all[0], all[1], "both read the same");
        all.remove(0)
    };
    assert_eq!(shown(&enquiry).await, (json!(hidden), json!(false)));
    assert_eq!(shown(&of_booking).await, (json!("My number is •••."), json!(false)));
    // Nowhere else either: not in mails, exports of the other side, kept answers.
    system.settle().await;
    for person in [&host, &guest] {
        let mails = Value::from(system.mails(&person.email).await).to_string();
        assert!(mails.contains("•••") && !mails.contains(SECRET) && !mails.contains("12 34 56"), "{mails}");
    }
    let export =
        host.again().await.call("GET", "/users/me/export/").send().await.expect(200).body.to_string();
    assert!(!export.contains(SECRET) && export.contains("12 34 56"), "one's own words alone");

    guest.again().await.pay(&booking, "pm_card_visa").await.expect(202);
    system.settle().await;
    assert_eq!(shown(&enquiry).await, (json!(words), json!(true)));
    assert_eq!(shown(&of_booking).await.0, json!("My number is zero six 12 34 56 78."));
    write(&guest.again().await, &of_booking, &words).await.expect(201);
    system.settle().await;
    let mails = system.mails(&host.email).await;
    assert!(mails.last().unwrap()["text"].as_str().unwrap().contains(SECRET), "{mails:#?}");

    // As the address is: a stay that is called off closes what it opened.
    let cancel = format!("/bookings/{booking}/cancel/");
    let reason = json!({ "reason": "Another year." });
    guest.again().await.call("POST", &cancel).once().json(reason).send().await.expect(200);
    assert_eq!(shown(&enquiry).await, (json!(hidden), json!(false)));
    system.stop().await;
}
