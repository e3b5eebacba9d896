//! Where both sides sold the same night, and where one only tells the other what it heard.

use tests::Dates;

use super::*;

async fn conflict_mails(system: &System, email: &str) -> usize {
    let mails = system.mails(email).await;
    mails.iter().filter(|mail| mail["subject"].as_str().unwrap().contains("taken twice")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stay_on_nights_that_are_taken_elsewhere_stands_and_its_host_is_told_once() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 10, 4)).await;
    let platform = Platform::start();
    let at = |days| day(&system, days);
    platform.says(calendar(&[("mon", at(8), at(12)), ("far", at(30), at(33))]));
    let feed = add(&host, &property, &platform.url()).await;

    assert_eq!(guest.booking(&booking).await.body["state"], "confirmed");
    assert_eq!(imported(&system).await, nights(&system, &[(8, 10), (30, 33)]), "but for the stay's");
    assert_sound(&system).await;
    let seen = get(&host, &property, &feed).await;
    assert_eq!(seen["conflicts"].as_array().unwrap().len(), 1);
    let conflict = &seen["conflicts"][0];
    assert_eq!(
        (&conflict["booking_id"], &conflict["from"], &conflict["to"]),
        (&json!(booking), &json!(at(10)), &json!(at(12)))
    );
    assert_eq!(conflict_mails(&system, &host.email).await, 1);
    let mail = system.mails(&host.email).await.pop().unwrap()["text"].as_str().unwrap().to_owned();
    assert!(mail.contains("Elsewhere") && !mail.contains("c0ffee"), "{mail}");

    // Another name and another beginning each time, the same end: the same conflict.
    for (uid, from) in [("tue", 9), ("wed", 10), ("thu", 11)] {
        platform.says(calendar(&[(uid, at(from), at(12)), ("far", at(30), at(33))]));
        read_again(&system).await;
        assert_eq!(get(&host, &property, &feed).await["conflicts"].as_array().unwrap().len(), 1);
    }
    assert_eq!(conflict_mails(&system, &host.email).await, 1);

    // The event goes, and so does the conflict; for a moment it is back: still the same.
    platform.says(calendar(&[("far", at(30), at(33))]));
    read_again(&system).await;
    assert_eq!(get(&host, &property, &feed).await["conflicts"], json!([]));
    platform.says(calendar(&[("fri", at(11), at(12)), ("far", at(30), at(33))]));
    read_again(&system).await;
    assert_eq!(get(&host, &property, &feed).await["conflicts"].as_array().unwrap().len(), 1);
    assert_eq!(conflict_mails(&system, &host.email).await, 1);

    // The stay is called off: its nights are the other side's before anybody can have them.
    let cancel = guest.call("POST", &format!("/bookings/{booking}/cancel/")).once();
    cancel.json(json!({ "reason": "Rain" })).send().await.expect(200);
    assert_eq!(imported(&system).await, nights(&system, &[(11, 12), (30, 33)]));
    assert_eq!(get(&host, &property, &feed).await["conflicts"], json!([]));
    guest.quote(&property, Dates::in_days(&guest, 10, 4)).await.refused(409, "dates_unavailable");
    guest.quote(&property, Dates::in_days(&guest, 12, 2)).await.expect(201);
    assert_sound(&system).await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_ends_leaves_its_nights_to_the_calendar_that_says_them() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    guest.holds(&property, Dates::in_days(&guest, 10, 4)).await;
    let platform = Platform::start();
    platform.says(calendar(&[("a", day(&system, 9), day(&system, 12))]));
    let feed = add(&host, &property, &platform.url()).await;
    assert_eq!(imported(&system).await, nights(&system, &[(9, 10)]));
    assert_eq!(get(&host, &property, &feed).await["conflicts"], json!([]), "nothing is booked");
    system.advance(16 * 60).await;
    assert_eq!(imported(&system).await, nights(&system, &[(9, 10), (10, 12)]));
    assert_sound(&system).await;
    let guest = guest.again().await;
    guest.quote(&property, Dates::in_days(&guest, 11, 2)).await.refused(409, "dates_unavailable");
    // And the next reading makes one claim of the two.
    system.advance(A_WHILE).await;
    assert_eq!(imported(&system).await, nights(&system, &[(9, 12)]));
    system.stop().await;
}

/// What another platform makes of our calendar: the events that it read there, named as it likes.
async fn reread(system: &System, link: &str, rename: bool) -> String {
    let ours = system.call("GET", link).send().await.expect(200).body.as_str().unwrap().to_owned();
    if rename { ours.replace("UID:", "UID:theirs-").replace("@innkeep", "@elsewhere.example") } else { ours }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_nights_come_back_and_take_nothing() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    let booking = guest.stays(&property, Dates::in_days(&guest, 10, 4)).await;
    let (from, to) = (day(&system, 20), day(&system, 23));
    let block = json!({ "changes": [{ "from": from, "to": to, "blocked": true }] });
    host.call("PATCH", &format!("/properties/{property}/calendar/")).json(block).send().await.expect(200);
    let link = host.call("POST", &format!("/properties/{property}/calendar-link/")).send().await.expect(201);
    let link = link.text("path");
    let (named, renamed) = (Platform::start(), Platform::start());
    named.says(reread(&system, &link, false).await);
    renamed.says(reread(&system, &link, true).await);
    let mut feeds = Vec::new();
    for platform in [&named, &renamed] {
        feeds.push(add(&host, &property, &platform.url()).await);
    }
    assert_eq!(imported(&system).await, []);
    for feed in &feeds {
        let seen = get(&host, &property, feed).await;
        assert_eq!(
            (&seen["events"], &seen["nights"], &seen["conflicts"]),
            (&json!(2), &json!(0), &json!([]))
        );
        assert!(seen["said"].as_array().unwrap().iter().all(|event| event["own"] == true), "{seen}");
    }
    assert_eq!(conflict_mails(&system, &host.email).await, 0);

    // Called off here, still told there: by our name it is known for what it is.
    let cancel = guest.call("POST", &format!("/bookings/{booking}/cancel/")).once();
    cancel.json(json!({ "reason": "Rain" })).send().await.expect(200);
    system.advance(6 * 60).await;
    assert_eq!(
        imported(&system).await,
        nights(&system, &[(10, 14)]),
        "by a name of theirs it could be anybody's"
    );
    renamed.says(reread(&system, &link, true).await);
    system.advance(A_WHILE).await;
    assert_eq!(imported(&system).await, []);

    // Another listing's calendar is another's, also if it is ours.
    let host = host.again().await;
    let other = host.lists(|_| {}).await;
    let twin = Platform::start();
    twin.says(reread(&system, &link, false).await);
    add(&host, &other, &twin.url()).await;
    assert_eq!(imported(&system).await, nights(&system, &[(20, 23)]));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_slides_by_a_day_each_day_makes_no_noise() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|_| {}).await;
    // The other platform's own window ends in forty nights; a stay lies across its end.
    let booking = guest.stays(&property, Dates::in_days(&guest, 39, 4)).await;
    let platform = Platform::start();
    let slides = |today: i64| calendar(&[("window", day(&system, today + 40), day(&system, today + 400))]);
    platform.says(slides(0));
    let feed = add(&host, &property, &platform.url()).await;
    let first = day(&system, 0);
    for passed in 1..=3 {
        let from = first.checked_add((40 + passed).days()).unwrap();
        platform.says(calendar(&[("window", from, from.checked_add(360.days()).unwrap())]));
        system.advance(24 * 3600).await;
        let host = host.again().await;
        let open = get(&host, &property, &feed).await["conflicts"].as_array().unwrap().len();
        assert_eq!(open, usize::from(passed < 3), "{passed}");
        assert_sound(&system).await;
    }
    assert_eq!(conflict_mails(&system, &host.email).await, 1);
    let guest = guest.again().await;
    assert_eq!(guest.booking(&booking).await.body["state"], "confirmed");
    system.stop().await;
}
