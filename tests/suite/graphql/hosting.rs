//! Listings from their making to their end, by mutations.

use serde_json::{Map, Value, json};
use tests::{Answer, Dates, Person, System};

use super::ask;

/// What REST takes, in the names of the graph.
fn graph(rest: &Value) -> Value {
    const CODES: [&str; 6] = ["kind", "booking_mode", "cancellation_policy", "basis", "of", "collected_by"];
    let camel = |name: &str| {
        let mut parts = name.split('_');
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |whole, part| whole + &part[..1].to_uppercase() + &part[1..])
    };
    match rest {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| match value.as_str().filter(|_| CODES.contains(&&**name)) {
                Some(code) => (camel(name), json!(code.to_uppercase())),
                None => (camel(name), graph(value)),
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(graph).collect(),
        other => other.clone(),
    }
}

/// Sends one mutation with its whole input as a variable.
async fn send(person: &Person<'_>, field: &str, input: &Value, shows: &str) -> Answer {
    let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let kind = match field {
        "publishProperty" | "unpublishProperty" | "deleteProperty" | "createCalendarLink"
        | "deleteCalendarLink" => "PropertyInput".to_owned(),
        _ => kind,
    };
    let query = format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ {shows} }} }}");
    ask(person.call("POST", "/graphql/").once(), &query, json!({ "input": input })).await
}

async fn done(person: &Person<'_>, field: &str, input: Value, shows: &str) -> Value {
    let answer = send(person, field, &input, shows).await;
    assert!(answer.body["errors"].is_null(), "{field}: {:#}", answer.body);
    assert_eq!(answer.status, 200);
    answer.body["data"][field].clone()
}

/// The pointer and the code of each fault that an answer names.
fn faults(answer: &Answer) -> Vec<String> {
    let of = |error: &Value| {
        format!(
            "{} {}",
            error["pointer"].as_str().unwrap_or_default(),
            error["code"].as_str().unwrap_or_default()
        )
    };
    let errors = &answer.body["errors"][0]["extensions"]["errors"];
    errors.as_array().into_iter().flatten().map(of).collect()
}

fn body() -> Value {
    let mut body = tests::listing_body();
    let usd = |amount: i64| json!({ "amount": amount, "currency": "USD" });
    body["weekend_percent"] = json!(10);
    body["fees"] = json!([
        { "kind": "pet", "charge": { "basis": "per_stay", "amount": usd(2_500) } },
        { "kind": "resort", "charge": { "basis": "percent", "percent": 5 } },
    ]);
    body["taxes"] = json!([
        { "name": "City tax", "charge": { "basis": "percent", "rate_ppm": 88_750, "of": "nights_and_fees" },
          "collected_by": "platform", "max_nights": 7 },
        { "name": "Visitors", "charge": { "basis": "guest_night", "amount": usd(200) }, "included": true,
          "collected_by": "host", "exempt_below_age": 13 },
    ]);
    body["discounts"] = json!({
        "length_of_stay": [{ "from_nights": 7, "percent": 20 }], "early_bird": [{ "days": 90, "percent": 5 }],
        "last_minute": [{ "days": 3, "percent": 10 }],
    });
    body["seasons"] = json!([{
        "name": "Summer", "first_night": "2031-06-01", "last_night": "2031-08-31", "nightly_price": usd(30_000),
    }]);
    body["max_pets"] = json!(1);
    body["units"] = json!(2);
    body["booking_window_days"] = json!(300);
    body
}

/// The listing without what differs from one to the next.
async fn shown(host: &Person<'_>, id: &Value) -> Value {
    let path = format!("/properties/{}/", id.as_str().unwrap());
    let mut shown = host.call("GET", &path).send().await.expect(200).body;
    shown
        .as_object_mut()
        .unwrap()
        .retain(|name, _| !["id", "created_at", "updated_at"].contains(&name.as_str()));
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_the_same_whichever_way_it_is_made() {
    let system = System::start().await;
    let host = system.host("Hild Host").await;
    let by_rest = host.call("POST", "/properties/").json(body()).send().await.expect(201).body["id"].clone();
    let made = done(&host, "createProperty", graph(&body()), "existed property { uuid }").await;
    assert_eq!(made["existed"], false);
    let by_graph = made["property"]["uuid"].clone();
    assert_eq!(shown(&host, &by_graph).await, shown(&host, &by_rest).await);
    // What the graph shows of it is what was said.
    let query = "query($id: ID!) { property(id: $id) {
        fees { kind charge { basis amount { amount currency } percent } }
        taxes { name charge { basis ratePpm of amount { amount currency } } maxNights exemptBelowAge included collectedBy }
        discounts { lengthOfStay { fromNights percent } earlyBird { days percent } lastMinute { days percent } }
        seasons { name firstNight lastNight nightlyPrice { amount currency } }
        weekendPercent maxPets units bookingWindowDays feeModel } }";
    let seen = ask(host.call("POST", "/graphql/"), query, json!({ "id": by_graph })).await.expect(200).body;
    let (seen, said) = (&seen["data"]["property"], graph(&body()));
    for name in ["discounts", "seasons", "weekendPercent", "maxPets", "units", "bookingWindowDays"] {
        assert_eq!(seen[name], said[name], "{name}");
    }
    assert_eq!((&seen["fees"][1]["charge"]["percent"], &seen["fees"][0]["kind"]), (&json!(5), &json!("PET")));
    assert_eq!(
        (&seen["taxes"][0]["charge"]["of"], &seen["feeModel"]),
        (&json!("NIGHTS_AND_FEES"), &json!("SPLIT"))
    );

    // The same refusals at the same places.
    let wrong: &[(&str, Value)] = &[
        ("/location/lat", json!(91)),
        ("/bathrooms", json!(1.3)),
        ("/title", json!("")),
        ("/currency", json!("XXQ")),
        ("/nightly_price/amount", json!(0)),
        ("/fees/0/charge/percent", json!(3)),
        ("/taxes/0/charge/rate_ppm", json!(2_000_000)),
        ("/discounts/length_of_stay/0/from_nights", json!(0)),
        ("/seasons/0/last_night", json!("2031-05-01")),
        ("/check_in_time", json!("25:00")),
    ];
    for (pointer, value) in wrong {
        let mut body = body();
        match body.pointer_mut(pointer) {
            Some(place) => *place = value.clone(),
            None => body["fees"][0]["charge"]["percent"] = value.clone(),
        }
        let rest = host.call("POST", "/properties/").json(body.clone()).send().await;
        assert_eq!(rest.status, 422, "{pointer}: {:#}", rest.body);
        let answer = send(&host, "createProperty", &graph(&body), "existed").await;
        let errors = rest.body["errors"].as_array().cloned().unwrap_or_default();
        let expected: Vec<String> = errors
            .iter()
            .map(|error| {
                let path = error["pointer"].as_str().unwrap().trim_start_matches('/');
                let names = json!({ path: 1 });
                let name = graph(&names).as_object().unwrap().keys().next().unwrap().clone();
                format!("/input/{name} {}", error["code"].as_str().unwrap())
            })
            .collect();
        assert_eq!((faults(&answer), answer.status), (expected, 294), "{pointer}: {:#}", answer.body);
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_let_by_mutations() {
    let system = System::start().await;
    let (host, helper) = (system.host("Hope Host").await, system.person("Cleo Cohost").await);
    host_all(&system, &host, &helper).await;
    system.stop().await;
}

/// Everything that a host does with a listing.
pub(crate) async fn host_all(system: &System, host: &Person<'_>, helper: &Person<'_>) {
    let made = done(host, "createProperty", graph(&body()), "property { id uuid version state }").await;
    let (id, uuid) = (made["property"]["id"].clone(), made["property"]["uuid"].as_str().unwrap().to_owned());
    assert_eq!(made["property"]["state"], "DRAFT");
    let published =
        done(host, "publishProperty", json!({ "propertyId": id }), "property { state version }").await;
    assert_eq!(published["property"]["state"], "PUBLISHED");
    // A stranger's answer is kept; a change shows all the same.
    let stranger = format!("/properties/{uuid}/");
    system.call("GET", &stranger).send().await.expect(200);
    let change = json!({ "propertyId": id, "title": "Mill, renewed", "cleaningFee": null, "minNights": 2 });
    let changed =
        done(host, "updateProperty", change, "property { title cleaningFee { amount } minNights version }")
            .await;
    assert_eq!(changed["property"]["cleaningFee"], Value::Null);
    // What another process keeps to itself it keeps for five seconds; the table was told at once.
    system.advance(6).await;
    assert_eq!(system.call("GET", &stranger).send().await.expect(200).body["title"], "Mill, renewed");
    let version = changed["property"]["version"].as_i64().unwrap() - 1;
    let stale = json!({ "propertyId": id, "version": version, "title": "x" });
    let answer = send(host, "updateProperty", &stale, "property { title }").await.expect(294);
    assert_eq!(super::code(&answer), "precondition_failed");

    let dates = Dates::in_days(host, 20, 3);
    let nights = json!({ "propertyId": id, "changes": [
        { "from": dates.check_in, "to": dates.check_out, "price": { "amount": 45_000, "currency": "USD" }, "blocked": true },
    ] });
    let nights = done(host, "changeCalendar", nights, "nights { date state price { amount } }").await;
    let nights = nights["nights"].as_array().unwrap();
    assert_eq!((nights.len(), &nights[0]["state"]), (3, &json!("BLOCKED")));
    let wrong = json!({ "propertyId": id, "changes": [{ "from": dates.check_in, "to": dates.check_out, "minNights": 0 }] });
    let answer = send(host, "changeCalendar", &wrong, "nights { date }").await.expect(294);
    assert_eq!(faults(&answer), ["/input/changes/0/minNights out_of_range"]);

    let link = done(host, "createCalendarLink", json!({ "propertyId": id }), "path token").await;
    system.call("GET", link["path"].as_str().unwrap()).send().await.expect(200);
    done(host, "deleteCalendarLink", json!({ "propertyId": id }), "propertyId").await;
    system.call("GET", link["path"].as_str().unwrap()).send().await.expect(404);

    let promotion = json!({ "propertyId": id, "code": "GRAPH-10", "percent": 10, "minNights": 2 });
    let promotion = done(host, "createPromotion", promotion, "promotion { uuid code percent }").await;
    let list = "query($id: ID!) { promotions(propertyId: $id) { uuid used } cohosts(propertyId: $id) { user { id } }
        ranking(propertyId: $id, q: \"mill\") { points of parts { part points } } listingPhotos(propertyId: $id) { uuid state url } }";
    let seen = ask(host.call("POST", "/graphql/"), list, json!({ "id": id })).await.expect(200).body;
    assert_eq!(seen["data"]["promotions"][0]["uuid"], promotion["promotion"]["uuid"]);
    assert_eq!(seen["data"]["ranking"]["parts"].as_array().unwrap().len(), 7);
    let gone = json!({ "propertyId": id, "promotionId": promotion["promotion"]["uuid"] });
    done(host, "deletePromotion", gone, "promotionId").await;
    let both = json!({ "propertyId": id, "code": "BOTH", "percent": 5, "amount": { "amount": 1, "currency": "USD" } });
    let answer = send(host, "createPromotion", &both, "promotion { uuid }").await.expect(294);
    assert_eq!(faults(&answer), ["/input/percent one_benefit_required"]);

    let named = json!({ "propertyId": id, "userId": helper.id, "permissions": ["CALENDAR", "LISTING"] });
    let named = done(host, "nameCohost", named, "cohosts { user { uuid } permissions }").await;
    assert_eq!(named["cohosts"][0]["permissions"], json!(["CALENDAR", "LISTING"]), "{named:#}");
    let by_helper = json!({ "propertyId": id, "title": "Mill, by a helper" });
    done(helper, "updateProperty", by_helper, "property { title }").await;
    done(host, "dismissCohost", json!({ "propertyId": id, "userId": helper.id }), "userId").await;

    pictures(system, host, &id).await;
    done(host, "unpublishProperty", json!({ "propertyId": id }), "property { state }").await;
    system.advance(6).await;
    system.call("GET", &stranger).send().await.expect(404);
    done(host, "deleteProperty", json!({ "propertyId": id }), "propertyId").await;
    system.settle().await;
}

/// Two photos: uploaded, put into order, one taken away.
async fn pictures(system: &System, host: &Person<'_>, id: &Value) {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let mut photos = Vec::new();
    for _ in 0..2 {
        let bytes = crate::photos::jpeg(800, 600);
        let input = json!({ "propertyId": id, "contentType": "JPEG", "byteLength": bytes.len(), "caption": "The stove" });
        let shows = "photoId upload { method url headers { name value } expiresAt }";
        let announced = done(host, "announcePhoto", input, shows).await;
        let upload = &announced["upload"];
        let mut request = client.put(upload["url"].as_str().unwrap()).body(bytes);
        for header in upload["headers"].as_array().unwrap() {
            if header["name"] != "content-length" {
                request = request.header(header["name"].as_str().unwrap(), header["value"].as_str().unwrap());
            }
        }
        assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
        photos.push(announced["photoId"].clone());
        system.settle().await;
    }
    let order = json!({ "propertyId": id, "order": [photos[1]] });
    let ordered = done(host, "orderPhotos", order, "photos { uuid state url width }").await;
    assert_eq!(
        (&ordered["photos"][0]["uuid"], &ordered["photos"][0]["state"]),
        (&photos[1], &json!("READY"))
    );
    done(host, "deletePhoto", json!({ "propertyId": id, "photoId": photos[0] }), "photoId").await;
    let query = "query($id: ID!) { property(id: $id) { photos { uuid url caption width height } } }";
    let seen = ask(host.call("POST", "/graphql/"), query, json!({ "id": id })).await.expect(200).body;
    let shown = &seen["data"]["property"]["photos"];
    assert_eq!((shown.as_array().unwrap().len(), &shown[0]["uuid"]), (1, &photos[1]), "{seen:#}");
    assert!(reqwest::get(shown[0]["url"].as_str().unwrap()).await.unwrap().status().is_success());
    let large = json!({ "propertyId": id, "contentType": "PNG", "byteLength": 30_000_000 });
    let answer = send(host, "announcePhoto", &large, "photoId").await.expect(294);
    assert_eq!(faults(&answer), ["/input/byteLength invalid_value"]);
}
