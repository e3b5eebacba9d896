//! What hosts do with calendars, and who may.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_a_secret_and_is_shown_to_nobody() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|_| {}).await;
    let platform = Platform::start();
    platform.says(calendar(&[]));
    let made =
        create(&host, &property, json!({ "name": "Elsewhere", "url": platform.url() })).await.expect(201);
    system.settle().await;
    let id = made.text("id");
    assert_eq!(made.header("location"), format!("/properties/{property}/feeds/{id}"));
    assert!(made.text("host").starts_with("127.0.0.1:"));
    let path = format!("/properties/{property}/feeds/");
    let listed = host.call("GET", &path).send().await.expect(200);
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
    let read = host.call("GET", &format!("{path}{id}/")).send().await.expect(200);
    let export = host.call("GET", "/users/me/export/").send().await.expect(200);
    assert!(export.body.to_string().contains(&id));
    for answer in [&made, &listed, &read, &export] {
        assert!(!answer.body.to_string().contains("c0ffee"), "{}", answer.call);
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calendars_are_kept_by_the_host_and_who_has_the_permission() {
    let system = System::start().await;
    let (host, helper) = (system.host("Hanna Host").await, system.person("Hal Helper").await);
    let property = host.lists(|_| {}).await;
    let platform = Platform::start();
    platform.says(calendar(&[]));
    let feed = add(&host, &property, &platform.url()).await;
    let path = format!("/properties/{property}/feeds/");
    helper.call("GET", &path).send().await.refused(404, "not_found");
    let name = |permission: &str| {
        let body = json!({ "user_id": helper.id, "permissions": [permission] });
        host.call("POST", &format!("/properties/{property}/cohosts/")).json(body).send()
    };
    name("listing").await.expect(201);
    helper.call("GET", &path).send().await.refused(404, "not_found");
    name("calendar").await.expect(201);
    helper.call("GET", &path).send().await.expect(200);
    let second = json!({ "name": "Second", "url": platform.url() });
    create(&helper, &property, second).await.expect(201);
    system.settle().await;
    let acts = system.sql("SELECT action FROM audit_log WHERE action LIKE 'cohost%feed'").await;
    assert_eq!(acts, [Some("cohost_add_feed".to_owned())]);

    // Changed by who read it last.
    let one = format!("{path}{feed}/");
    let tag = host.call("GET", &one).send().await.expect(200).header("etag").to_owned();
    let rename = json!({ "name": "Renamed" });
    host.call("PATCH", &one).json(rename.clone()).send().await.refused(428, "precondition_required");
    let renamed =
        host.call("PATCH", &one).header("if-match", &tag).json(rename.clone()).send().await.expect(200);
    assert_eq!(renamed.text("name"), "Renamed");
    host.call("PATCH", &one)
        .header("if-match", &tag)
        .json(rename)
        .send()
        .await
        .refused(412, "precondition_failed");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_not_too_many_and_they_are_not_read_too_often() {
    let system = System::start().await;
    let host = system.host("Hanna Host").await;
    let property = host.lists(|_| {}).await;
    let platform = Platform::start();
    platform.says(calendar(&[]));
    let new = json!({ "name": "Elsewhere", "url": platform.url() });
    let mut ids = Vec::new();
    for _ in 0..10 {
        ids.push(create(&host, &property, new.clone()).await.expect(201).text("id"));
    }
    create(&host, &property, new.clone()).await.refused(409, "too_many_feeds");
    let path = format!("/properties/{property}/feeds/{}", ids[3]);
    host.call("DELETE", &path).send().await.expect(204);
    let again = create(&host, &property, new).await.expect(201).text("id");
    system.settle().await;
    let lanes = system.sql("SELECT string_agg(lane::text, ' ' ORDER BY lane) FROM feeds").await;
    assert_eq!(lanes, [Some("1 2 3 4 5 6 7 8 9 10".to_owned())]);

    platform.asked();
    let refresh = format!("/properties/{property}/feeds/{again}/refresh/");
    let refused = host.call("POST", &refresh).send().await.refused(429, "refreshed_too_soon");
    assert!(!refused.header("retry-after").is_empty());
    system.advance(5 * 60).await;
    host.call("POST", &refresh).send().await.expect(202);
    system.settle().await;
    assert_eq!(platform.asked().len(), 1);
    for url in [
        "http://stays.example/a.ics",
        "ftp://stays.example/a.ics",
        "https://10.0.0.1/a.ics",
        "https://a:b@stays.example/",
    ] {
        let refused = create(&host, &property, json!({ "name": "x", "url": url })).await.expect(422);
        assert_eq!(refused.pointers(), ["/url"], "{url}");
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_units_a_calendar_takes_the_nights_of_one() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let property = host.lists(|listing| listing["units"] = json!(2)).await;
    let platform = Platform::start();
    platform.says(calendar(&[("a", day(&system, 5), day(&system, 8))]));
    let new = |unit: Value| json!({ "name": "Elsewhere", "url": platform.url(), "unit": unit });
    let refused = create(&host, &property, new(Value::Null)).await.refused(422, "validation_failed");
    assert_eq!(refused.body["errors"][0]["code"], "unit_required", "{}", refused.body);
    assert_eq!(refused.pointers(), ["/unit"]);
    create(&host, &property, new(json!(3))).await.refused(422, "validation_failed");
    let made = create(&host, &property, new(json!(2))).await.expect(201);
    assert_eq!(made.body["unit"], 2);
    system.settle().await;
    assert_eq!(imported(&system).await, nights(&system, &[(5, 8)]));
    // The other unit is had still, once.
    let dates = tests::Dates::in_days(&guest, 5, 3);
    guest.stays(&property, dates).await;
    guest.quote(&property, dates).await.refused(409, "dates_unavailable");
    system.stop().await;
}
