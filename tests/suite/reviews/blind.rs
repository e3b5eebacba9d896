//! With and without a review that is not revealed, every answer to everybody but its author is the same to the byte.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{Answer, Person, System, operations};

use crate::world::World;

/// What somebody is told, by who asks and what: status, the headers that tell versions and pages, and the body.
type Told = BTreeMap<String, String>;

/// Headers that would tell of a change.
const HEADERS: [&str; 3] = ["etag", "link", "last-modified"];

/// What the description does not say how to ask: orders and filters by ratings, each list by each of its ids.
fn questions(world: &World<'_>) -> Vec<String> {
    let World { property, stayed, booking, .. } = world;
    let (host, guest) = (&world.host.id, &world.guest.id);
    let mut all: Vec<String> = [
        "sort=rating",
        "sort=relevance",
        "sort=newest",
        "min_rating=1",
        "min_rating=4",
        "q=mill",
        "lat=38.9&lon=-77.04",
    ]
    .map(|query| format!("/properties/?{query}"))
    .into();
    all.extend([
        format!("/properties/{property}/"),
        format!("/reviews/?property_id={property}"),
        format!("/reviews/?user_id={host}"),
        format!("/reviews/?user_id={guest}"),
        format!("/reviews/?booking_id={stayed}"),
        format!("/reviews/?booking_id={booking}"),
        format!("/users/{host}/"),
        format!("/users/{guest}/"),
        format!("/bookings/{stayed}/"),
        format!("/bookings/{stayed}/events/"),
        "/bookings/?role=host".to_owned(),
        "/bookings/?role=host&state=completed".to_owned(),
        "/bookings/?role=guest".to_owned(),
        "/properties/?host=me".to_owned(),
        "/payments/statement/".to_owned(),
        "/users/me/export/".to_owned(),
    ]);
    all
}

/// Each field of the graph that leads to a review, what counts or orders by reviews, and the pages of both.
fn documents(world: &World<'_>) -> Vec<String> {
    let World { property, other_property, stayed, booking, review, .. } = world;
    let (host, guest) = (&world.host.id, &world.guest.id);
    let node = |kind: &str, id: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("{kind}:{id}"))
    };
    let fields = "id uuid side overall categories { cleanliness } publicText privateText authorName author { id name }
        subject { id } booking { uuid } property { uuid } createdAt updatedAt revealsAt revealedAt response { text } version";
    let page = format!(
        "{{ edges {{ cursor node {{ {fields} }} }} nodes {{ uuid }}
        pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }}"
    );
    let listing = "uuid version updatedAt rating { average count }";
    let mut all = vec![
        format!("review(id: \"{review}\") {{ {fields} }}"),
        format!("node(id: \"{}\") {{ id ... on Review {{ {fields} }} }}", node("Review", review)),
        format!("nodes(ids: [\"{0}\", \"{0}\"]) {{ id }}", node("Review", review)),
        "bookings(filter: { role: HOST }) { edges { cursor node { uuid version allowedActions } } }"
            .to_owned(),
        format!(
            "bookings(filter: {{ role: GUEST }}, first: 5) {{ nodes {{ uuid version reviews {page} }} }}"
        ),
        format!(
            "viewer {{ version properties(first: 5) {{ edges {{ cursor node {{ {listing} reviews {page} }} }} }} }}"
        ),
        "conversations { nodes { uuid unreadCount lastMessage { text } } }".to_owned(),
    ];
    for (kind, id) in [("Property", property), ("Property", other_property), ("User", host), ("User", guest)]
    {
        all.push(format!("reviews(of: \"{}\") {page}", node(kind, id)));
        all.push(format!("reviews(of: \"{}\", first: 1) {page}", node(kind, id)));
    }
    for id in [stayed, booking] {
        all.push(format!("reviews(of: \"{}\") {page}", node("Booking", id)));
        all.push(format!(
            "booking(id: \"{id}\") {{ version updatedAt allowedActions trail {{ event at }} reviews {page} }}"
        ));
    }
    for id in [host, guest] {
        all.push(format!("user(id: \"{id}\") {{ name isHost reviews {page} }}"));
    }
    for id in [property, other_property] {
        all.push(format!("property(id: \"{id}\") {{ {listing} reviews {page} bookings(first: 5) {{ nodes {{ uuid reviews {page} }} }} }}"));
    }
    for sort in ["RELEVANCE", "RATING", "NEWEST", "PRICE"] {
        all.push(format!("properties(sort: {sort}) {{ edges {{ cursor node {{ {listing} }} }} }}"));
        all.push(format!("properties(sort: {sort}, first: 1) {{ edges {{ cursor node {{ uuid }} }} pageInfo {{ endCursor }} }}"));
    }
    for least in [1, 4] {
        all.push(format!("properties(filter: {{ minRating: {least} }}) {{ nodes {{ {listing} }} }}"));
    }
    all.into_iter().map(|root| format!("{{ {root} }}")).collect()
}

fn line(answer: &Answer) -> String {
    let mut body = answer.body.clone();
    if let Some(members) = body.as_object_mut() {
        // The request's own id, and until when a preview holds from now on.
        members.retain(|name, _| !["instance", "valid_until"].contains(&name.as_str()));
    }
    let headers = HEADERS.map(|name| format!("{name}: {}", answer.header(name)));
    format!("{} {headers:?} {body}", answer.status)
}

async fn ask(world: &World<'_>, (who, token): (&str, Option<&str>), path: &str, told: &mut Told) {
    let call = world.system.call("GET", path);
    let call = if let Some(token) = token { call.bearer(token) } else { call };
    told.insert(format!("{who} {path}"), line(&call.send().await));
}

async fn ask_graph(world: &World<'_>, (who, token): (&str, Option<&str>), document: String, told: &mut Told) {
    let call = world.system.call("POST", "/graphql/").json(json!({ "query": document }));
    let call = if let Some(token) = token { call.bearer(token) } else { call };
    let answer = call.send().await;
    assert!(!answer.body["data"].is_null(), "{document}: {:#}", answer.body);
    told.insert(format!("{who} {document}"), line(&answer));
}

/// Everything that everybody but `author` can get to know.
///
/// Whatever new way leads to a review is to be asked here, too.
async fn known(world: &World<'_>, author: &Person<'_>, third: &[(&str, &Person<'_>)]) -> Told {
    let system = world.system;
    system.settle().await;
    let sides = [("guest", &world.guest), ("host", &world.host), ("stranger", &world.stranger)];
    let others: Vec<(&str, &Person<'_>)> =
        sides.into_iter().chain(third.iter().copied()).filter(|(_, person)| person.id != author.id).collect();
    let mut askers: Vec<(&str, Option<&str>)> = vec![("nobody", None)];
    askers.extend(others.iter().map(|(who, person)| (*who, Some(person.token.as_str()))));
    let mut told = Told::new();
    for asker in askers {
        for operation in operations(&world.document).iter().filter(|one| one.method == "GET") {
            // The same for everybody, and large.
            if ["get_openapi", "get_jwks"].contains(&&*operation.id) {
                continue;
            }
            ask(world, asker, &world.path(operation), &mut told).await;
        }
        for path in questions(world) {
            ask(world, asker, &path, &mut told).await;
        }
        for document in documents(world) {
            ask_graph(world, asker, document, &mut told).await;
        }
    }
    for (who, person) in others {
        told.insert(
            format!("mails to the {who}"),
            Value::from(system.mails(&person.email).await).to_string(),
        );
    }
    told
}

/// What differs.
fn differences(one: &Told, other: &Told) -> Vec<String> {
    assert!(one.keys().eq(other.keys()), "not the same questions");
    let differ = one.iter().filter(|(what, said)| other[*what] != **said);
    differ.map(|(what, said)| format!("{what}\n  {said}\n  {}", other[what])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unrevealed_review_changes_no_answer_to_anybody_else() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let cohost = system.person("Cor Cohost").await;
    let named = json!({ "user_id": cohost.id, "permissions": ["calendar", "listing", "bookings"] });
    let path = format!("/properties/{}/cohosts/", world.property);
    world.host.call("POST", &path).json(named).send().await.expect(201);
    let member = system.person("Mia Member").await;
    let third = [("co-host", &cohost), ("member", &member)];
    // One rating more would show an average and change the order.
    for (property, sum) in [(&world.property, 9), (&world.other_property, 8)] {
        let ratings =
            format!("UPDATE properties SET rating_sum = {sum}, rating_count = 2 WHERE id = '{property}'");
        system.try_sql(&ratings).await.unwrap();
    }

    // What is due by itself in the next minutes is over before anything is compared.
    system.advance(180).await;

    // The guest's review is there already; then it changes, then it is gone without a trace.
    let with = known(&world, &world.guest, &third).await;
    assert!(with.len() > 400, "only {} answers", with.len());
    let review = format!("/reviews/{}/", world.review);
    let edit = json!({ "overall": 1, "public_text": "Cold.", "private_text": "The stove smokes." });
    world.guest.call("PATCH", &review).header("if-match", "*").json(edit).send().await.expect(200);
    let edited = known(&world, &world.guest, &third).await;
    assert!(differences(&with, &edited).is_empty(), "{:#?}", differences(&with, &edited));
    world.guest.call("DELETE", &review).send().await.expect(204);
    let without = known(&world, &world.guest, &third).await;
    assert!(differences(&with, &without).is_empty(), "{:#?}", differences(&with, &without));

    // The other way round: the host writes first.
    let before = known(&world, &world.host, &third).await;
    let words = json!({ "booking_id": world.stayed, "overall": 2, "public_text": "Left it cold." });
    let written = world.host.call("POST", "/reviews/").once().json(words).send().await.expect(201);
    let after = known(&world, &world.host, &third).await;
    assert!(differences(&before, &after).is_empty(), "{:#?}", differences(&before, &after));
    let theirs = format!("/reviews/{}/", written.text("id"));
    world.guest.call("GET", &theirs).send().await.refused(404, "not_found");
    world
        .guest
        .call("POST", &format!("{theirs}report/"))
        .json(json!({ "reason": "?" }))
        .send()
        .await
        .expect(404);

    // The check sees what it looks for: counted too early, a review shows.
    let counted =
        format!("UPDATE properties SET rating_sum = 14, rating_count = 3 WHERE id = '{}'", world.property);
    system.try_sql(&counted).await.unwrap();
    let leaked = differences(&after, &known(&world, &world.host, &third).await);
    assert!(leaked.iter().any(|what| what.contains("sort=rating")), "{leaked:#?}");
    assert!(leaked.iter().any(|what| what.starts_with("nobody /properties/")), "{leaked:#?}");
    for field in ["sort: RATING", "minRating: 4", "{ property(id:"] {
        assert!(leaked.iter().any(|what| what.contains(field)), "{field}: {leaked:#?}");
    }
    system.stop().await;
}
