//! Who may do what: every operation of the API, tried by nobody and by a stranger on what is another's.

mod matrix;

use serde_json::{Value, json};
use tests::{Answer, Operation, System, operations};

use crate::world::{World, fill, tables};

/// What is expected of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// For everybody, without saying who it is.
    Public,
    /// For everybody who is signed in; it is about nothing that is another's.
    Member,
    /// About the caller's own things, and shows nothing else.
    Own,
    /// On an object that for a stranger is not there.
    Hidden,
    /// The same, where also nobody in particular may ask for what is public.
    HiddenFromAll,
    /// For the staff; that it is there is no secret.
    Staff,
}

use Access::{Hidden, HiddenFromAll, Member, Own, Public, Staff};

/// Every operation has a row. A new one gets its row here, and so is thought about.
const EXPECTED: &[(&str, Access)] = &[
    ("accept_booking", Hidden),
    ("accept_modification", Hidden),
    ("add_wishlist_item", Hidden),
    ("announce_photo", Hidden),
    ("begin_mfa", Own),
    ("begin_onboarding", Own),
    ("cancel_booking", Hidden),
    ("change_calendar", Hidden),
    ("change_feed", Hidden),
    ("change_preferences", Own),
    ("change_webhook_endpoint", Hidden),
    ("check_in_booking", Hidden),
    ("check_out_booking", Hidden),
    ("confirm_email_change", Public),
    ("confirm_mfa", Own),
    ("confirm_password_reset", Public),
    ("create_booking", Hidden),
    ("create_calendar_link", Hidden),
    ("create_feed", Hidden),
    ("create_payment", Hidden),
    ("create_promotion", Hidden),
    ("create_property", Own),
    ("create_quote", Member),
    ("create_refund", Hidden),
    ("create_review", Hidden),
    ("create_webhook_endpoint", Own),
    ("create_wishlist", Own),
    ("declare_no_show", Hidden),
    ("decline_booking", Hidden),
    ("decline_modification", Hidden),
    ("delete_calendar_link", Hidden),
    ("delete_feed", Hidden),
    ("delete_me", Own),
    ("delete_message_template", Hidden),
    ("delete_photo", Hidden),
    ("delete_promotion", Hidden),
    ("delete_property", Hidden),
    ("delete_review", Hidden),
    ("delete_webhook_endpoint", Hidden),
    ("delete_wishlist", Hidden),
    ("dismiss_cohost", Hidden),
    ("end_session", Hidden),
    ("export_calendar", Public),
    ("export_me", Own),
    ("get_balance", Own),
    ("get_booking", Hidden),
    ("get_calendar", Public),
    ("get_feed", Hidden),
    ("get_jwks", Public),
    ("get_me", Own),
    ("get_onboarding", Own),
    ("get_openapi", Public),
    ("get_payment", Hidden),
    ("get_problem_type", Public),
    ("get_property", Public),
    ("get_ranking", Hidden),
    ("get_review", HiddenFromAll),
    ("get_shared_wishlist", Public),
    ("get_statement", Own),
    ("get_thread", Hidden),
    ("get_user", Public),
    ("get_webhook_endpoint", Hidden),
    ("get_wishlist", Hidden),
    ("list_audit_entries", Staff),
    ("list_booking_events", Hidden),
    ("list_bookings", Own),
    ("list_clusters", Public),
    ("list_cohosts", Hidden),
    ("list_disputes", Own),
    ("list_facets", Public),
    ("list_feeds", Hidden),
    ("list_findings", Staff),
    ("list_message_templates", Hidden),
    ("list_messages", Hidden),
    ("list_modifications", Hidden),
    ("list_payments", Own),
    ("list_payouts", Own),
    ("list_photos", Hidden),
    ("list_preferences", Own),
    ("list_problem_types", Public),
    ("list_promotions", Hidden),
    ("list_properties", Public),
    ("list_receipts", Hidden),
    ("list_review_reports", Staff),
    ("list_reviews", Public),
    ("list_sessions", Own),
    ("list_threads", Own),
    ("list_webhook_deliveries", Hidden),
    ("list_webhook_endpoints", Own),
    ("list_wishlist_items", Hidden),
    ("list_wishlists", Own),
    ("login", Public),
    ("logout", Public),
    ("moderate_review", Staff),
    ("name_cohost", Hidden),
    ("order_photos", Hidden),
    ("override_refund", Staff),
    ("post_message", Hidden),
    ("preview_cancellation", Hidden),
    ("propose_modification", Hidden),
    ("publish_property", Hidden),
    ("read_thread", Hidden),
    ("receive_stripe_event", Public),
    ("redeliver_webhook", Hidden),
    ("refresh_feed", Hidden),
    ("refresh_session", Public),
    ("register_user", Public),
    ("relist_property", Staff),
    ("remove_mfa", Own),
    ("remove_wishlist_item", Hidden),
    ("rename_wishlist", Hidden),
    ("report_review", Hidden),
    ("request_email_change", Own),
    ("request_password_reset", Public),
    ("respond_to_review", Hidden),
    ("restore_user", Staff),
    ("rotate_webhook_secret", Hidden),
    ("set_message_template", Hidden),
    ("settle_finding", Staff),
    ("share_wishlist", Hidden),
    ("show_unsubscribe", Public),
    ("start_thread", Member),
    ("suspend_user", Staff),
    ("unlist_property", Staff),
    ("unpublish_property", Hidden),
    ("unshare_wishlist", Hidden),
    ("unsubscribe", Public),
    ("update_booking", Hidden),
    ("update_me", Own),
    ("update_property", Hidden),
    ("update_review", Hidden),
    ("verify_email", Public),
    ("withdraw_booking", Hidden),
];

/// Where a problem is to be seen, in words.
fn fault(operation: &Operation, who: &str, answer: &Answer, wanted: &str) -> String {
    let (status, code) = (answer.status, &answer.body["code"]);
    format!("{} {} by {who}: {status} {code}, not {wanted}", operation.method, operation.path)
}

/// Sends an operation with a good body on the world's objects, by the bearer of a token.
async fn send(world: &World<'_>, operation: &Operation, path: &str, token: Option<&str>) -> Answer {
    let call = world.call(operation, path);
    let call = match world.body(operation) {
        Some(body) => call.json(body),
        None if operation.is_unsafe() => call.json(json!({})),
        None => call,
    };
    let call = if let Some(token) = token { call.bearer(token) } else { call };
    call.send().await
}

/// A path with what its query needs.
fn with_query(world: &World<'_>, operation: &Operation, path: &str) -> String {
    let day = |days| tests::Dates::in_days(&world.guest, days, 1).check_in;
    match operation.id.as_str() {
        "get_calendar" => format!("{path}?from={}&to={}", day(1), day(9)),
        "list_clusters" => format!("{path}?bbox=-78,38,-76,40&zoom=9"),
        "export_calendar" => format!("{path}?token={}", world.calendar_token),
        "get_shared_wishlist" => format!("{path}?token={}", world.wishlist_token),
        "list_reviews" => format!("{path}?property_id={}", world.property),
        _ => path.to_owned(),
    }
}

#[test]
fn every_operation_has_a_row_and_every_row_its_operation() {
    let mut of_document: Vec<_> =
        operations(&tests::document()).into_iter().map(|operation| operation.id).collect();
    of_document.sort();
    let of_table: Vec<_> = EXPECTED.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(of_document, of_table, "tests/suite/sweep.rs says what is expected of each operation");
    for operation in operations(&tests::document()) {
        let (_, access) = EXPECTED.iter().find(|(id, _)| *id == operation.id).unwrap();
        assert_eq!(operation.is_public(), matches!(access, Public | HiddenFromAll), "{}", operation.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_and_strangers_reach_what_is_theirs_alone() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let before = tables(&system).await;
    let mut faults = Vec::new();
    for operation in operations(&world.document) {
        let (_, access) =
            EXPECTED.iter().find(|(id, _)| *id == operation.id).expect("a row for each operation");
        let path = with_query(&world, &operation, &world.path(&operation));
        if matches!(access, Public) {
            continue;
        }
        let nobody = send(&world, &operation, &path, None).await;
        let refused = match access {
            HiddenFromAll => nobody.status == 404,
            _ => nobody.status == 401 && nobody.body["code"] == "unauthenticated",
        };
        if !refused {
            faults.push(fault(&operation, "nobody", &nobody, "401 or 404"));
        }
        let forged = send(&world, &operation, &path, Some(&format!("{}x", world.guest.token))).await;
        if forged.status != 401 || forged.body["code"] != "invalid_token" {
            faults.push(fault(&operation, "a forged token", &forged, "401 invalid_token"));
        }
        if matches!(access, Hidden | HiddenFromAll) {
            let stranger = send(&world, &operation, &path, Some(&world.stranger.token)).await;
            if stranger.status != 404 || stranger.body["code"] != "not_found" {
                faults.push(fault(&operation, "a stranger", &stranger, "404 not_found"));
            }
        }
        if matches!(access, Staff) {
            let stranger = send(&world, &operation, &path, Some(&world.stranger.token)).await;
            if stranger.status != 403 || stranger.body["code"] != "admin_only" {
                faults.push(fault(&operation, "a stranger", &stranger, "403 admin_only"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    system.settle().await;
    assert_eq!(tables(&system).await, before, "a refused call changes nothing");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_open_operations_show_nobody_anything_of_anybody() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let mut faults = Vec::new();
    for operation in operations(&world.document) {
        let (_, access) =
            EXPECTED.iter().find(|(id, _)| *id == operation.id).expect("a row for each operation");
        let path = with_query(&world, &operation, &world.path(&operation));
        // Whoever did this has nothing left to be shown.
        if operation.id == "delete_me" {
            continue;
        }
        let answer = match access {
            Public => send(&world, &operation, &path, None).await,
            Own | Member => send(&world, &operation, &path, Some(&world.stranger.token)).await,
            Hidden | HiddenFromAll | Staff => continue,
        };
        let refused = ["unauthenticated", "forbidden", "admin_only", "not_found", "method_not_allowed"];
        if refused.iter().any(|code| answer.body["code"] == *code) || answer.status >= 500 {
            faults.push(fault(&operation, "anybody", &answer, "an answer"));
        }
        let text = answer.body.to_string();
        // What is on the market, and who is there, everybody may know.
        let known = [world.property.as_str(), world.guest.id.as_str()];
        for object in world.objects().into_iter().filter(|object| !known.contains(object)) {
            if text.contains(object) {
                faults.push(format!("{} {} shows {object}: {text}", operation.method, operation.path));
            }
        }
        if operation.id != "get_me" && text.contains("gus.guest@example.test") {
            faults.push(format!("{} {} shows an address: {text}", operation.method, operation.path));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    system.stop().await;
}

/// The refusals above mean something: the same paths are answered to whom they belong.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_is_there_for_its_owner() {
    let system = System::start().await;
    let world = World::make(&system).await;
    for operation in operations(&world.document) {
        let (_, access) =
            EXPECTED.iter().find(|(id, _)| *id == operation.id).expect("a row for each operation");
        if operation.is_unsafe() || matches!(access, Public | Staff) {
            continue;
        }
        let path = with_query(&world, &operation, &world.path(&operation));
        let person = if operation.id == "get_onboarding" { &world.host } else { world.owner(&operation) };
        send(&world, &operation, &path, Some(&person.token)).await.expect(200);
    }
    system.stop().await;
}

/// A draft is there for its host alone, and a photo only under its own listing.
#[tokio::test(flavor = "multi_thread")]
async fn drafts_and_detours_lead_nowhere() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let mut faults: Vec<String> = Vec::new();
    let staff = |id: &str| EXPECTED.iter().any(|(known, access)| *known == id && *access == Staff);
    for operation in operations(&world.document)
        .iter()
        .filter(|one| one.path.starts_with("/properties/{property_id}") && !staff(&one.id))
    {
        let draft = fill(&operation.path, |name| match name {
            "property_id" => world.draft.clone(),
            name => world.object(name).to_owned(),
        });
        let draft = with_query(&world, operation, &draft);
        for (who, token) in [("a stranger", Some(&world.stranger.token)), ("nobody", None)] {
            let answer = send(&world, operation, &draft, token.map(String::as_str)).await;
            let signed_out = token.is_none() && answer.status == 401 && !operation.is_public();
            if answer.status != 404 && !signed_out {
                faults.push(fault(operation, who, &answer, "404"));
            }
        }
    }
    let detour = format!("/properties/{}/photos/{}", world.other_property, world.photo);
    let answer = world.stranger.call("DELETE", &detour).send().await;
    assert_eq!(answer.status, 404, "another's photo by one's own listing: {:#}", answer.body);
    let order = json!({ "order": [world.photo] });
    let photos = format!("/properties/{}/photos", world.other_property);
    let answer = world.stranger.call("PATCH", &photos).json(order).send().await;
    assert!([404, 422].contains(&answer.status), "{:#}", answer.body);
    assert!(faults.is_empty(), "{faults:#?}");
    system.stop().await;
}

/// Once both have written, anybody reads the reviews; that makes nobody else their author.
#[tokio::test(flavor = "multi_thread")]
async fn what_everybody_reads_is_still_not_everybodys() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let of_host = json!({ "booking_id": world.stayed, "overall": 4, "public_text": "Left it tidy." });
    world.host.call("POST", "/reviews/").once().json(of_host).send().await.expect(201);
    let path = format!("/reviews/{}", world.review);
    world.stranger.call("GET", &path).send().await.expect(200);
    let answers = [
        world
            .stranger
            .call("PATCH", &path)
            .header("if-match", "*")
            .json(json!({ "overall": 1 }))
            .send()
            .await,
        world.stranger.call("DELETE", &path).send().await,
        world.stranger.call("POST", &format!("{path}/response")).json(json!({ "text": "No." })).send().await,
        world
            .stranger
            .call("PATCH", &format!("/properties/{}", world.property))
            .header("if-match", "*")
            .json(json!({ "title": "Mine" }))
            .send()
            .await,
    ];
    for answer in answers {
        answer.refused(404, "not_found");
    }
    let seen = system.call("GET", &path).send().await.expect(200);
    assert_eq!((&seen.body["overall"], &seen.body["response"]), (&json!(5), &Value::Null));
    system.stop().await;
}
