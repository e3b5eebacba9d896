//! Conversations, and other dates for a stay that is booked.

use serde_json::{Value, json};
use tests::{Dates, Person, System};

use super::writes::change;
use super::{ask, code};

#[tokio::test(flavor = "multi_thread")]
async fn guest_and_host_write_to_each_other() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hera Host").await, system.person("Gill Guest").await);
    let property = host.lists(|_| {}).await;
    talk(&system, &host, &guest, &property).await;
    system.stop().await;
}

/// An enquiry, its answer, and what is written by itself.
pub(crate) async fn talk(system: &System, host: &Person<'_>, guest: &Person<'_>, property: &str) {
    let shows = "message { text isMasked seq side conversation { id uuid side unreadCount } }";
    let asked = "{ propertyId: $v, text: \"Write to gill@example.org.\" }";
    let asked = change(guest, "startConversation", asked, shows, json!({ "v": property })).await;
    let message = &asked.body["data"]["startConversation"]["message"];
    assert_eq!((&message["isMasked"], &message["seq"]), (&json!(true), &json!(1)), "{message:#}");
    assert!(!message["text"].as_str().unwrap().contains("example.org"), "{message:#}");
    let id = message["conversation"]["id"].clone();

    let list = "{ conversations { nodes { id side unreadCount messages { nodes { text } pageInfo { hasNextPage } } } } }";
    let seen = ask(host.call("POST", "/graphql/"), list, json!({})).await.expect(200).body;
    let of_host = &seen["data"]["conversations"]["nodes"][0];
    assert_eq!((&of_host["id"], &of_host["side"]), (&id, &json!("HOST")));
    assert_eq!(of_host["unreadCount"], 1);
    let answer = "{ conversationId: $v, text: \"Gladly.\" }";
    change(host, "sendMessage", answer, shows, json!({ "v": id })).await;
    let read = "{ conversationId: $v, upTo: 2 }";
    let read =
        change(guest, "markConversationRead", read, "conversation { unreadCount }", json!({ "v": id })).await;
    assert_eq!(read.body["data"]["markConversationRead"]["conversation"]["unreadCount"], 0);

    // Page by page, by the cursors of REST.
    let page = "query($id: ID!, $after: String) { conversation(id: $id) {
        uuid messages(first: 1, after: $after) { nodes { seq } pageInfo { hasNextPage endCursor } } } }";
    let first = ask(guest.call("POST", "/graphql/"), page, json!({ "id": id })).await.expect(200).body;
    let first = &first["data"]["conversation"];
    let cursor = first["messages"]["pageInfo"]["endCursor"].as_str().unwrap();
    assert_eq!(first["messages"]["nodes"], json!([{ "seq": 2 }]));
    let second = ask(guest.call("POST", "/graphql/"), page, json!({ "id": id, "after": cursor })).await;
    let second = &second.expect(200).body["data"]["conversation"]["messages"];
    assert_eq!(
        (&second["nodes"], &second["pageInfo"]["hasNextPage"]),
        (&json!([{ "seq": 1 }]), &json!(false))
    );
    let path =
        format!("/messages/threads/{}/messages/?limit=1&cursor={cursor}", first["uuid"].as_str().unwrap());
    let rest = guest.call("GET", &path).send().await.expect(200);
    assert_eq!(rest.body["items"][0]["seq"], 1);

    // What is wrong is named in the input.
    let both = "mutation($v: ID!) { startConversation(input: { propertyId: $v, bookingId: $v, text: \"x\" }) { message { seq } } }";
    let answer =
        ask(guest.call("POST", "/graphql/").once(), both, json!({ "v": property })).await.expect(294);
    let error = &answer.body["errors"][0]["extensions"]["errors"][0];
    assert_eq!(
        (&error["pointer"], &error["code"]),
        (&json!("/input/propertyId"), &json!("one_subject_required"))
    );
    let own =
        "mutation($v: ID!) { startConversation(input: { propertyId: $v, text: \"x\" }) { message { seq } } }";
    let answer = ask(host.call("POST", "/graphql/").once(), own, json!({ "v": property })).await.expect(294);
    assert_eq!(code(&answer), "own_listing", "{:#}", answer.body);

    let welcome = "{ propertyId: $v, moment: BEFORE_CHECK_IN, hours: 24, text: \"Welcome, {guest_name}.\" }";
    change(host, "setMessageTemplate", welcome, "moment", json!({ "v": property })).await;
    let kept = "query($v: ID!) { messageTemplates(propertyId: $v) { moment hours text } }";
    let kept = ask(host.call("POST", "/graphql/"), kept, json!({ "v": property })).await.expect(200).body;
    let template = json!([{ "moment": "BEFORE_CHECK_IN", "hours": 24, "text": "Welcome, {guest_name}." }]);
    assert_eq!(kept["data"]["messageTemplates"], template);
    let gone = "{ propertyId: $v, moment: BEFORE_CHECK_IN }";
    change(host, "removeMessageTemplate", gone, "moment", json!({ "v": property })).await;
    system.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stay_is_modified_by_mutations() {
    let system = System::start().await;
    let (host, guest) = (system.host("Hedi Host").await, system.person("Gert Guest").await);
    let property = host.lists(|_| {}).await;
    modify(&system, &host, &guest, &property).await;
    system.stop().await;
}

/// Proposed and declined, proposed and accepted.
pub(crate) async fn modify(system: &System, host: &Person<'_>, guest: &Person<'_>, property: &str) {
    let dates = Dates::in_days(guest, 40, 2);
    let booking = guest.stays(property, dates).await;
    let wanted = "{ bookingId: $v, guests: { adults: 3 } }";
    let shows = "modification { uuid state proposedBy difference { amount } booking { uuid } }";
    let propose = async || {
        let made = change(guest, "proposeModification", wanted, shows, json!({ "v": booking })).await;
        let made = made.body["data"]["proposeModification"]["modification"].clone();
        assert_eq!((&made["state"], &made["proposedBy"]), (&json!("PROPOSED"), &json!("GUEST")), "{made:#}");
        made["uuid"].clone()
    };
    let answer = async |field: &str, id: &Value| {
        let query = format!(
            "mutation($v: ID!, $u: UUID!) {{ {field}(input: {{ bookingId: $v, modificationId: $u }}) {{ {shows} }} }}"
        );
        let call = host.call("POST", "/graphql/").once();
        let said = ask(call, &query, json!({ "v": booking, "u": id })).await.expect(200);
        said.body["data"][field]["modification"]["state"].clone()
    };
    let first = propose().await;
    assert_eq!(answer("declineModification", &first).await, "DECLINED");
    let second = propose().await;
    assert_eq!(answer("acceptModification", &second).await, "ACCEPTED");
    system.settle().await;
    let query = "query($id: ID!) { booking(id: $id) { guests { adults } modifications { uuid state } trail { event actor } } }";
    let seen = ask(guest.call("POST", "/graphql/"), query, json!({ "id": booking })).await.expect(200).body;
    let seen = &seen["data"]["booking"];
    assert_eq!(seen["guests"]["adults"], 3, "{seen:#}");
    let states = json!([{ "uuid": second, "state": "ACCEPTED" }, { "uuid": first, "state": "DECLINED" }]);
    assert_eq!(seen["modifications"], states);
    assert_eq!(seen["trail"][0]["actor"], "GUEST", "{seen:#}");
    let nothing =
        "mutation($v: ID!) { proposeModification(input: { bookingId: $v }) { modification { uuid } } }";
    let answer =
        ask(guest.call("POST", "/graphql/").once(), nothing, json!({ "v": booking })).await.expect(294);
    assert!(!code(&answer).is_empty(), "{:#}", answer.body);
}
