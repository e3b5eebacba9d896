//! A function's role lets it do what its code calls, and nothing more.

use serde_json::json;
use tests::rights::{granted, is_the_platforms};
use tests::{Bundle, System, Template};

use super::{announced, photo};
use crate::world::World;

/// Rights that no call below needs: function, action, resource, and what they are for.
const KEPT: &[(&str, &str, &str, &str)] = &[
    ("media-worker", "s3:ListBucket", "MediaBucket", "S3 says 404 of what is gone, and not 403"),
    ("notifications-worker", "ses:SendEmail", "Domain", "either the address is verified or its domain"),
    (
        "scheduler",
        "dynamodb:UpdateItem",
        "AnchorsTable",
        "remembers entries of the audit log; nobody makes one here",
    ),
    (
        "feeds-worker",
        "sqs:SendMessage",
        "NotificationsQueue",
        "tells of conflicts, and of a day without success",
    ),
    ("scheduler", "sqs:SendMessage", "FeedsQueue", "asks for calendars that are due; none is so soon"),
    ("scheduler", "sqs:SendMessage", "MediaQueue", "sends again what nobody worked off"),
    (
        "webhooks-worker",
        "sqs:SendMessage",
        "NotificationsQueue",
        "tells an owner whose endpoint has failed for three days",
    ),
];

/// What the journey leaves out: ways back, refusals, the other side of everything.
async fn detours(system: &System) {
    let world = World::make(system).await;
    let guest = &world.guest;
    for (path, person) in [
        ("/bookings/", guest),
        ("/payments/", guest),
        ("/reviews/", guest),
        ("/messages/threads/", guest),
        ("/wishlists/", guest),
        ("/graphql/", guest),
        ("/webhooks/endpoints/", &world.host),
        ("/properties/", &world.host),
        ("/users/me/mfa/confirm/", guest),
    ] {
        // Nothing was begun: the key is free again.
        let refused = person.call("POST", path).once().body("application/json", "{").send().await;
        assert_eq!(refused.status, 400, "{path}");
    }
    // The second of two reviews lets both be seen.
    let review = json!({ "booking_id": world.stayed, "overall": 5, "public_text": "Careful guests." });
    world.host.call("POST", "/reviews/").once().json(review).send().await.expect(201);
    let cancel = format!("/bookings/{}/cancel/", world.booking);
    guest.call("POST", &cancel).once().json(json!({ "reason": "Another year." })).send().await.expect(200);
    // By the functions' own programs, from the mail service back to the row.
    let bounced = json!({ "email": "bounce@simulator.amazonses.com", "password": "a-fine-long-password", "name": "Bo" });
    system.call("POST", "/users/").json(bounced).send().await.expect(202);
    system.settle().await;
    let reported = system.sql("SELECT event FROM mail_events").await;
    assert_eq!(reported, [Some("hard_bounce".to_owned())]);
    guest.call("GET", "/users/me/sessions/").send().await.expect(200);
    guest.call("DELETE", &format!("/users/me/sessions/{}/", world.session)).send().await.expect(204);
    system.settle().await;
    crate::graphql::writes::live(system).await;
    let (letting, asking) = (system.host("Gerda Graph").await, system.person("Gisela Graph").await);
    let home = letting.lists(|_| {}).await;
    crate::graphql::hosting::host_all(system, &letting, &asking).await;
    crate::graphql::talk::talk(system, &letting, &asking, &home).await;
    crate::graphql::talk::modify(system, &letting, &asking, &home).await;
    unheard(&world).await;

    let (host, property, id) = photo(system).await;
    let seen = system.call("GET", &format!("/properties/{property}/")).send().await.expect(200);
    let shown = seen.body["photos"][0]["url"].as_str().unwrap().to_owned();
    assert!(reqwest::get(shown).await.unwrap().status().is_success());
    let place = format!("/properties/{property}/photos/");
    announced(&host, &property, b"no picture at all".to_vec()).await;
    host.call("DELETE", &format!("{place}{id}/")).send().await.expect(204);
    system.settle().await;
    let left = host.call("GET", &place).send().await.expect(200);
    assert!(left.body["items"].as_array().unwrap().iter().all(|photo| photo["id"] != id.as_str()));
}

/// Nobody hears the host's webhooks: they are sent again by hand, and by the schedule.
async fn unheard(world: &World<'_>) {
    let again = format!("/webhooks/deliveries/{}/redeliver/", world.delivery);
    world.host.call("POST", &again).once().send().await.expect(202);
    world.system.settle().await;
    world.system.advance(60).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_function_may_do_what_it_does_and_nothing_more() {
    let (system, bundle) = Bundle::system(|options| options.limits = true).await;
    detours(&system).await;

    let template = Template::read();
    let functions = template.functions();
    let mut wrong = Vec::new();
    for name in bundle.names().filter(|name| *name != "migrate") {
        let (granted, needed) = (granted(&template, &functions[name]), bundle.needed(&template, name));
        for (action, resource) in needed.difference(&granted) {
            wrong.push(format!("{name} may not {action} on {resource}, but does"));
        }
        for (action, resource) in granted.difference(&needed).filter(|(action, _)| !is_the_platforms(action))
        {
            let kept =
                |kept: &&(&str, &str, &str, &str)| (kept.0, kept.1, kept.2) == (name, action, resource);
            if !KEPT.iter().any(|each| kept(&each)) {
                wrong.push(format!("{name} may {action} on {resource}, and never does"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    system.stop().await;
}
