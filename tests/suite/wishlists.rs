//! Lists of listings, and the links by which others read them.

use futures::future::join_all;
use jiff::ToSpan as _;
use serde_json::{Value, json};
use tests::{Answer, Person, System};

async fn list(person: &Person<'_>, name: &str) -> String {
    let path = person.call("POST", "/wishlists/").json(json!({ "name": name })).send().await.expect(201);
    assert_eq!(path.header("location"), format!("/wishlists/{}", path.text("id")));
    path.text("id")
}

async fn add(person: &Person<'_>, list: &str, property: &str) -> Answer {
    person.call("PUT", &format!("/wishlists/{list}/items/{property}/")).send().await
}

async fn items(person: &Person<'_>, list: &str) -> Vec<Value> {
    let path = format!("/wishlists/{list}/items/?limit=100");
    let page = person.call("GET", &path).send().await.expect(200);
    page.body["items"].as_array().unwrap().clone()
}

/// The listings of a list, the last added first.
async fn members(person: &Person<'_>, list: &str) -> Vec<String> {
    let items = items(person, list).await;
    items.iter().map(|item| item["property_id"].as_str().unwrap().to_owned()).collect()
}

async fn share(person: &Person<'_>, list: &str) -> String {
    let link = person.call("POST", &format!("/wishlists/{list}/share/")).send().await.expect(201);
    assert_eq!(link.text("path"), format!("/wishlists/shared?token={}", link.text("token")));
    link.text("path")
}

async fn listings(host: &Person<'_>, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(host.lists(|_| {}).await);
    }
    ids
}

async fn by_staff(staff: &Person<'_>, path: &str) {
    staff.call("POST", path).json(json!({ "reason": "A complaint." })).send().await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_its_owners_from_its_making_to_its_end() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let places = listings(&host, 3).await;
    let (sea, city) = (list(&guest, " By the sea ").await, list(&guest, "City").await);
    for place in &places {
        add(&guest, &sea, place).await.expect(204);
        system.advance(1).await;
    }
    let newest_first: Vec<String> = places.iter().rev().cloned().collect();
    assert_eq!(members(&guest, &sea).await, newest_first);
    let shown = &items(&guest, &sea).await[0]["property"];
    assert_eq!((&shown["city"], &shown["nightly_price"]["amount"]), (&json!("Washington"), &json!(20_000)));
    // Page by page.
    let path = format!("/wishlists/{sea}/items/");
    let page = guest.call("GET", &format!("{path}?limit=2")).send().await.expect(200);
    let rest = format!("{path}?limit=2&cursor={}", page.text("next_cursor"));
    let rest = guest.call("GET", &rest).send().await.expect(200);
    assert_eq!(
        (&rest.body["items"][0]["property_id"], &rest.body["next_cursor"]),
        (&json!(places[0]), &Value::Null)
    );

    let seen = guest.call("GET", &format!("/wishlists/{sea}/")).send().await.expect(200);
    assert_eq!(
        (&seen.body["name"], &seen.body["item_count"], &seen.body["is_shared"]),
        (&json!("By the sea"), &json!(3), &json!(false))
    );
    let rename = |etag: &str| {
        let call = guest.call("PATCH", &format!("/wishlists/{sea}/")).header("if-match", etag);
        call.json(json!({ "name": "By the ocean" }))
    };
    let renamed = rename(seen.header("etag")).send().await.expect(200);
    assert_ne!(renamed.header("etag"), seen.header("etag"));
    rename(seen.header("etag")).send().await.refused(412, "precondition_failed");
    let all = guest.call("GET", "/wishlists/").send().await.expect(200);
    let names: Vec<&Value> = all.body["items"].as_array().unwrap().iter().map(|list| &list["name"]).collect();
    assert_eq!(names, ["City", "By the ocean"]);

    // Out it goes, once; and nothing of it is anybody else's.
    let first = format!("/wishlists/{sea}/items/{}/", places[0]);
    guest.call("DELETE", &first).send().await.expect(204);
    guest.call("DELETE", &first).send().await.refused(404, "not_found");
    add(&guest, &city, &places[1]).await.expect(204);
    add(&host, &city, &places[2]).await.refused(404, "not_found");
    host.call("DELETE", &format!("/wishlists/{city}/items/{}/", places[1]))
        .send()
        .await
        .refused(404, "not_found");
    host.call("DELETE", &format!("/wishlists/{city}/")).send().await.refused(404, "not_found");
    assert_eq!(host.call("GET", "/wishlists/").send().await.expect(200).body["items"], json!([]));
    assert_eq!(members(&guest, &city).await, [places[1].clone()]);
    guest.call("DELETE", &format!("/wishlists/{city}/")).send().await.expect(204);
    guest.call("GET", &format!("/wishlists/{city}/")).send().await.refused(404, "not_found");
    assert_eq!(members(&guest, &sea).await.len(), 2, "the other list is as it was");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_the_list_until_it_is_taken_back() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let places = listings(&host, 2).await;
    let id = list(&guest, "By the sea").await;
    for place in &places {
        add(&guest, &id, place).await.expect(204);
        system.advance(1).await;
    }
    let read = async |path: &str| system.call("GET", path).send().await;
    let first = share(&guest, &id).await;
    let seen = read(&first).await.expect(200);
    assert_eq!(seen.header("cache-control"), "private, no-store");
    assert_eq!((&seen.body["name"], seen.body["items"].as_array().unwrap().len()), (&json!("By the sea"), 2));
    let text = seen.body.to_string();
    for secret in [&id, &guest.id, &guest.email, "Gus"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(guest.call("GET", &format!("/wishlists/{id}/")).send().await.body["is_shared"] == true);
    // A cursor is good for the list that gave it.
    let page = read(&format!("{first}&limit=1")).await.expect(200);
    assert_eq!(page.body["items"][0]["property_id"], places[1]);
    let cursor = page.text("next_cursor");
    let rest = read(&format!("{first}&limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!(
        (&rest.body["items"][0]["property_id"], &rest.body["next_cursor"]),
        (&json!(places[0]), &Value::Null)
    );
    let other = share(&guest, &list(&guest, "City").await).await;
    read(&format!("{other}&cursor={cursor}")).await.refused(422, "validation_failed");
    // What is kept does not open it.
    let digest = format!("SELECT encode(share_digest, 'hex') FROM wishlists WHERE id = '{id}'");
    let digest = system.sql(&digest).await.remove(0).unwrap();
    read(&format!("/wishlists/shared?token={digest}")).await.refused(404, "not_found");

    let second = share(&guest, &id).await;
    read(&first).await.refused(404, "not_found");
    read(&second).await.expect(200);
    let link = format!("/wishlists/{id}/share/");
    host.call("DELETE", &link).send().await.refused(404, "not_found");
    host.call("POST", &link).send().await.refused(404, "not_found");
    guest.call("DELETE", &link).send().await.expect(204);
    read(&second).await.refused(404, "not_found");
    guest.call("DELETE", &link).send().await.refused(404, "not_found");
    let third = share(&guest, &id).await;
    read(&third).await.expect(200);
    guest.call("DELETE", &format!("/wishlists/{id}/")).send().await.expect(204);
    read(&third).await.refused(404, "not_found");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_with_its_owners_account() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let staff = crate::identity::admin(&system, "Ann Admin").await;
    let id = list(&guest, "By the sea").await;
    add(&guest, &id, &host.lists(|_| {}).await).await.expect(204);
    let link = share(&guest, &id).await;
    let read = async || system.call("GET", &link).send().await;
    read().await.expect(200);
    by_staff(&staff, &format!("/users/{}/suspend/", guest.id)).await;
    read().await.refused(404, "not_found");
    by_staff(&staff, &format!("/users/{}/restore/", guest.id)).await;
    read().await.expect(200);
    system.advance_to(system.now().checked_add(2.seconds()).unwrap()).await;
    let guest = guest.again().await;
    guest.call("DELETE", "/users/me/").send().await.expect(204);
    read().await.refused(404, "not_found");
    let left = "SELECT count(*)::text FROM wishlists UNION ALL SELECT count(*)::text FROM wishlist_items";
    assert_eq!(system.sql(left).await, [Some("0".to_owned()), Some("0".to_owned())]);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_the_market_stays_in_the_list_without_a_word_about_it() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let staff = crate::identity::admin(&system, "Ann Admin").await;
    let place = host.lists(|listing| listing["title"] = json!("Mill of secrets")).await;
    let draft = host.call("POST", "/properties/").json(tests::listing_body()).send().await.text("id");
    let id = list(&guest, "By the sea").await;
    let link = share(&guest, &id).await;
    add(&guest, &id, &draft).await.refused(404, "not_found");
    add(&guest, &id, &guest.id).await.refused(404, "not_found");
    add(&guest, &id, &place).await.expect(204);
    let shown = async || {
        let mut seen = Vec::new();
        for answer in [
            guest.call("GET", &format!("/wishlists/{id}/items/")).send().await,
            system.call("GET", &link).send().await,
        ] {
            let items = answer.expect(200).body["items"].take();
            assert_eq!((items.as_array().unwrap().len(), &items[0]["property_id"]), (1, &json!(place)));
            seen.push(items[0]["property"]["title"].clone());
        }
        assert_eq!(seen[0], seen[1], "owner and reader see the same");
        seen.remove(0)
    };
    assert_eq!(shown().await, "Mill of secrets");
    let property = format!("/properties/{place}");
    by_staff(&staff, &format!("{property}/unlist/")).await;
    assert_eq!(shown().await, Value::Null);
    // It is in: to add it anew changes nothing.
    add(&guest, &id, &place).await.expect(204);
    add(&guest, &list(&guest, "Another").await, &place).await.refused(404, "not_found");
    by_staff(&staff, &format!("{property}/relist/")).await;
    host.call("POST", &format!("{property}/publish/")).json(json!({})).send().await.expect(200);
    assert_eq!(shown().await, "Mill of secrets");
    host.call("DELETE", &property).send().await.expect(204);
    assert_eq!(shown().await, Value::Null);
    guest.call("DELETE", &format!("/wishlists/{id}/items/{place}/")).send().await.expect(204);
    system.stop().await;
}

/// Adds as many copies of a listing to a list by the back door.
async fn fill(system: &System, list: &str, property: &str, count: usize) {
    let columns = "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = 'properties' AND is_generated = 'NEVER' AND column_name <> 'id'";
    let columns = system.sql(columns).await.remove(0).unwrap();
    let copy = format!(
        "WITH copies AS (INSERT INTO properties (id, {columns})
             SELECT gen_random_uuid(), {columns} FROM properties CROSS JOIN generate_series(1, {count})
             WHERE id = '{property}' RETURNING id)
         INSERT INTO wishlist_items SELECT '{list}', id, '2020-01-01T00:00:00Z' FROM copies"
    );
    system.try_sql(&copy).await.unwrap();
}

/// Who adds at the same time is counted, and what is added by many is in once.
#[tokio::test(flavor = "multi_thread")]
async fn bounds_and_single_entries_hold_in_a_race() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
    let places = listings(&host, 6).await;
    let id = list(&guest, "By the sea").await;
    for answer in join_all((0..12).map(|_| add(&guest, &id, &places[0]))).await {
        answer.expect(204);
    }
    assert_eq!(members(&guest, &id).await, [places[0].clone()]);
    let version = system.sql(&format!("SELECT version::text FROM wishlists WHERE id = '{id}'")).await;
    assert_eq!(version, [Some("2".to_owned())], "added once");

    fill(&system, &id, &places[0], 197).await;
    let answers = join_all(places[1..].iter().map(|place| add(&guest, &id, place))).await;
    let taken = answers.iter().filter(|answer| answer.status == 204).count();
    assert_eq!(taken, 2, "{answers:#?}");
    for answer in answers.into_iter().filter(|answer| answer.status != 204) {
        answer.refused(409, "wishlist_full");
    }
    add(&guest, &id, &places[0]).await.expect(204);
    let seen = guest.call("GET", &format!("/wishlists/{id}/")).send().await;
    assert_eq!(seen.body["item_count"], 200);
    guest.call("DELETE", &format!("/wishlists/{id}/items/{}/", places[0])).send().await.expect(204);
    add(&guest, &id, &places[0]).await.expect(204);

    let many = "INSERT INTO wishlists (id, owner_id, name, created_at, updated_at)
        SELECT gen_random_uuid(), owner_id, 'One of many', created_at, created_at
        FROM wishlists CROSS JOIN generate_series(1, 46)";
    system.try_sql(many).await.unwrap();
    let make = |number: usize| {
        let call = guest.call("POST", "/wishlists/").json(json!({ "name": format!("List {number}") }));
        async move { call.send().await }
    };
    let answers = join_all((0..8).map(make)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3, "{answers:#?}");
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.refused(409, "too_many_wishlists");
    }
    assert_eq!(list(&host, "Another's are not counted").await.len(), 36);
    system.stop().await;
}
