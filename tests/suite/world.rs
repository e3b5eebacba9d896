//! A system with one of everything in it, and what each operation of the API is called with.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use serde_json::{Value, json};
use tests::{Call, Dates, Operation, Person, System, document, resolved};

/// One of everything: a listing with a photo, a stay to come and one that is over, a payment, a hidden review.
pub(crate) struct World<'s> {
    pub(crate) system: &'s System,
    pub(crate) document: Value,
    /// Has the listing.
    pub(crate) host: Person<'s>,
    /// Has the stays.
    pub(crate) guest: Person<'s>,
    /// One of the staff.
    pub(crate) staff: Person<'s>,
    /// Has a listing and nothing to do with the others.
    pub(crate) stranger: Person<'s>,
    /// On the market.
    pub(crate) property: String,
    /// The stranger's listing.
    pub(crate) other_property: String,
    /// The host's, not on the market.
    pub(crate) draft: String,
    /// Announced, of the listing.
    pub(crate) photo: String,
    /// Of the listing.
    pub(crate) promotion: String,
    /// Of the listing: a calendar that is nowhere.
    pub(crate) feed: String,
    /// Of the link to the listing's calendar.
    pub(crate) calendar_token: String,
    /// Confirmed, in a month.
    pub(crate) booking: String,
    /// Proposed for the booking by the guest.
    pub(crate) modification: String,
    /// Completed.
    pub(crate) stayed: String,
    /// Of the confirmed booking.
    pub(crate) payment: String,
    /// The guest's, of the stay that is over; the host has not written.
    pub(crate) review: String,
    /// The guest's, not used.
    pub(crate) quote: String,
    /// About the booking, begun by the guest.
    pub(crate) thread: String,
    /// The host's, where nobody listens.
    pub(crate) endpoint: String,
    /// To the endpoint, of the booking.
    pub(crate) delivery: String,
    /// The guest's, with the listing in it, shared.
    pub(crate) wishlist: String,
    /// Of the link to the wishlist.
    pub(crate) wishlist_token: String,
    /// Where the guest is signed in.
    pub(crate) session: String,
}

/// A stay of two nights from tomorrow on, lived to its end.
async fn lives<'s>(guest: &Person<'s>, property: &str) -> (Person<'s>, String) {
    let dates = Dates::in_days(guest, 1, 2);
    let id = guest.stays(property, dates).await;
    let noon =
        |date: jiff::civil::Date| date.at(23, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    guest.system().advance_to(noon(dates.check_in)).await;
    let mut guest = guest.again().await;
    for (step, then) in [("check-in", dates.check_out), ("check-out", dates.check_out)] {
        guest
            .call("POST", &format!("/bookings/{id}/{step}/"))
            .once()
            .json(json!({}))
            .send()
            .await
            .expect(200);
        // Two hours before leaving.
        let morning = noon(then).checked_sub(10.hours()).unwrap();
        if guest.system().now() < morning {
            guest.system().advance_to(morning).await;
            guest = guest.again().await;
        }
    }
    (guest, id)
}

impl<'s> World<'s> {
    pub(crate) async fn make(system: &'s System) -> World<'s> {
        let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
        let stranger = system.host("Stan Stranger").await;
        let staff = crate::money::promoted(&system.person("Stella Staff").await).await;
        let property = host.lists(|_| {}).await;
        let other_property = stranger.lists(|_| {}).await;
        let (guest, stayed) = lives(&guest, &property).await;
        let (host, stranger, staff) = (host.again().await, stranger.again().await, staff.again().await);
        let draft =
            host.call("POST", "/properties/").json(tests::listing_body()).send().await.expect(201).text("id");
        let announced = json!({ "content_type": "image/jpeg", "byte_length": 1000 });
        let photos = format!("/properties/{property}/photos/");
        let photo = host.call("POST", &photos).json(announced).send().await.expect(201).text("id");
        let promotions = format!("/properties/{property}/promotions/");
        let new = json!({ "code": "WORLD", "benefit": { "basis": "percent", "percent": 5 } });
        let promotion = host.call("POST", &promotions).json(new).send().await.expect(201).text("id");
        let link = format!("/properties/{property}/calendar-link/");
        let calendar_token = host.call("POST", &link).send().await.expect(201).text("token");
        let new = json!({ "url": "https://nobody.invalid/hooks", "events": ["booking.confirmed"] });
        let endpoint = host.call("POST", "/webhooks/endpoints/").json(new).send().await.expect(201);
        let endpoint = endpoint.body["endpoint"]["id"].as_str().unwrap().to_owned();
        let feeds = format!("/properties/{property}/feeds/");
        let new = json!({ "name": "Elsewhere", "url": "https://calendars.invalid/nights.ics" });
        let feed = host.call("POST", &feeds).json(new).send().await.expect(201).text("id");
        let booking = guest.stays(&property, Dates::in_days(&guest, 30, 3)).await;
        let log = format!("/webhooks/endpoints/{endpoint}/deliveries/");
        let log = host.call("GET", &log).send().await.expect(200);
        let delivery = log.body["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(guest.booking(&booking).await.body["state"], "confirmed");
        let modifications = format!("/bookings/{booking}/modifications/");
        let wanted = json!({ "guests": { "adults": 3 } });
        let modification =
            guest.call("POST", &modifications).once().json(wanted).send().await.expect(201).text("id");
        let paid = guest.call("GET", "/payments/").send().await.expect(200);
        let of_booking = |payment: &&Value| payment["booking_id"] == booking.as_str();
        let payment = paid.body["items"].as_array().unwrap().iter().find(of_booking).unwrap()["id"].clone();
        let review = json!({ "booking_id": stayed, "overall": 5, "public_text": "A warm stove." });
        let review = guest.call("POST", "/reviews/").once().json(review).send().await.expect(201).text("id");
        let quote = guest.quote(&property, Dates::in_days(&guest, 60, 3)).await.expect(201).text("id");
        let words = json!({ "booking_id": booking, "text": "We come by train." });
        let thread = guest.call("POST", "/messages/threads/").once().json(words).send().await;
        let thread = thread.expect(201).text("thread_id");
        let welcome = json!({ "hours": 24, "text": "Welcome, {guest_name}." });
        let template = format!("/messages/templates/{property}/before_check_in");
        host.call("PUT", &template).json(welcome).send().await.expect(204);
        let name = json!({ "name": "By the sea" });
        let wishlist =
            guest.call("POST", "/wishlists/").once().json(name).send().await.expect(201).text("id");
        let wishes = format!("/wishlists/{wishlist}");
        guest.call("PUT", &format!("{wishes}/items/{property}/")).send().await.expect(204);
        let link = guest.call("POST", &format!("{wishes}/share/")).send().await;
        let wishlist_token = link.expect(201).text("token");
        let sessions = guest.call("GET", "/users/me/sessions/").send().await.expect(200);
        let session = sessions.body["items"][0]["id"].as_str().unwrap().to_owned();
        system.settle().await;
        World {
            endpoint,
            delivery,
            session,
            system,
            document: document(),
            host,
            guest,
            staff,
            stranger,
            property,
            other_property,
            draft,
            photo,
            promotion,
            feed,
            calendar_token,
            booking,
            modification,
            stayed,
            payment: payment.as_str().unwrap().to_owned(),
            review,
            quote,
            thread,
            wishlist,
            wishlist_token,
        }
    }

    /// The object that a parameter of a path means.
    pub(crate) fn object(&self, parameter: &str) -> &str {
        match parameter {
            "property_id" => &self.property,
            "photo_id" => &self.photo,
            "promotion_id" => &self.promotion,
            "feed_id" => &self.feed,
            "booking_id" => &self.booking,
            "modification_id" => &self.modification,
            "payment_id" => &self.payment,
            "review_id" => &self.review,
            "user_id" => &self.guest.id,
            "session_id" => &self.session,
            "endpoint_id" => &self.endpoint,
            "delivery_id" => &self.delivery,
            // Of nothing: what it would be is for the staff alone.
            "finding_id" => "0199c1a0-7c00-7000-8000-000000000002",
            "thread_id" => &self.thread,
            "moment" => "before_check_in",
            "wishlist_id" => &self.wishlist,
            "code" => "not_found",
            other => panic!("say in tests/suite/world.rs which object {{{other}}} means"),
        }
    }

    /// Every object that is not the stranger's.
    pub(crate) fn objects(&self) -> [&str; 11] {
        let Self {
            property,
            draft,
            photo,
            promotion,
            booking,
            stayed,
            payment,
            review,
            quote,
            thread,
            wishlist,
            ..
        } = self;
        [property, draft, photo, promotion, booking, stayed, payment, review, quote, thread, wishlist]
    }

    /// The path of an operation on this world's objects.
    pub(crate) fn path(&self, operation: &Operation) -> String {
        fill(&operation.path, |parameter| self.object(parameter).to_owned())
    }

    /// Whose operation it is.
    pub(crate) fn owner(&self, operation: &Operation) -> &Person<'s> {
        let of_staff = [
            "list_audit_entries",
            "list_findings",
            "list_review_reports",
            "moderate_review",
            "override_refund",
            "relist_property",
            "restore_user",
            "settle_finding",
            "suspend_user",
            "unlist_property",
        ];
        if of_staff.contains(&&*operation.id) {
            return &self.staff;
        }
        let by_host = operation.path.starts_with("/properties")
            || operation.path.starts_with("/webhooks")
            || operation.path.starts_with("/messages/templates")
            || [
                "create_refund",
                "accept_booking",
                "accept_modification",
                "decline_booking",
                "declare_no_show",
            ]
            .contains(&&*operation.id);
        if by_host && operation.id != "create_quote" { &self.host } else { &self.guest }
    }

    /// A body that the operation takes; `None` where it takes none, or anything.
    pub(crate) fn body(&self, operation: &Operation) -> Option<Value> {
        let schema = operation.body_schema(&self.document)?;
        let mut body = match &schema["example"] {
            Value::Null => sample(&self.document, schema),
            example => example.clone(),
        };
        let in_days = |days: i64| json!(Dates::in_days(&self.guest, days, 1).check_in);
        match operation.id.as_str() {
            "create_booking" => body["quote_id"] = json!(self.quote),
            "create_payment" => body["booking_id"] = json!(self.booking),
            "create_review" => body["booking_id"] = json!(self.stayed),
            "start_thread" => body["property_id"] = json!(self.property),
            "moderate_review" => body["decision"] = json!("kept"),
            "order_photos" => body["order"] = json!([self.photo]),
            "name_cohost" => body["user_id"] = json!(self.guest.id),
            "create_quote" => {
                body["check_in"] = in_days(90);
                body["check_out"] = in_days(92);
            }
            "change_calendar" => {
                body["changes"] = json!([{ "from": in_days(90), "to": in_days(92), "min_nights": 2 }]);
            }
            "update_property" => _ = body.as_object_mut().unwrap().remove("currency"),
            _ => {}
        }
        Some(body)
    }

    /// A call with all headers that the operation wants beside the caller's token.
    pub(crate) fn call(&self, operation: &Operation, path: &str) -> Call {
        let call = self.system.call(&operation.method, path);
        let call = if operation.requires_header("Idempotency-Key") { call.once() } else { call };
        if operation.requires_header("If-Match") { call.header("if-match", "*") } else { call }
    }
}

/// Whether a pattern says more than that a text has no U+0000.
pub(crate) fn chooses(schema: &Value) -> bool {
    schema["pattern"].as_str().is_some_and(|pattern| pattern != "^[^\\u0000]*$")
}

/// A path with its parameters filled in.
pub(crate) fn fill(path: &str, mut value: impl FnMut(&str) -> String) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').expect("a closing brace");
        filled.push_str(before);
        filled.push_str(&value(name));
        rest = after;
    }
    filled + rest
}

/// The smallest value of a schema.
pub(crate) fn sample(document: &Value, schema: &Value) -> Value {
    let (schema, _) = resolved(document, schema);
    if let Some(one) = schema["oneOf"].get(0) {
        return sample(document, one);
    }
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if let Some(one) = schema["enum"].get(0) {
        return one.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "boolean" => json!(true),
        "integer" | "number" => {
            let least = schema["minimum"].as_f64().unwrap_or(0.0).max(1.0);
            if kind == "integer" { json!(least as i64) } else { json!(least) }
        }
        "array" => json!([sample(document, &schema["items"])]),
        "object" => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            required.map(|name| (name.to_owned(), sample(document, &schema["properties"][name]))).collect()
        }
        _ => json!(text(schema)),
    }
}

fn text(schema: &Value) -> String {
    match (schema["format"].as_str(), schema["pattern"].as_str()) {
        (Some("uuid"), _) => "0199c1a0-7c00-7000-8000-000000000001".to_owned(),
        (Some("date"), _) => "2031-05-01".to_owned(),
        (Some("date-time"), _) => "2031-05-01T12:00:00Z".to_owned(),
        (_, Some("^[A-Z]{3}$")) => "USD".to_owned(),
        (_, Some("^[A-Z]{2}$")) => "US".to_owned(),
        (_, Some(time)) if time.contains(':') => "15:00".to_owned(),
        _ => "x".repeat(usize::try_from(schema["minLength"].as_u64().unwrap_or(1).max(1)).unwrap()),
    }
}

/// How many rows each table has, and what is in them.
pub(crate) async fn tables(system: &System) -> BTreeMap<String, String> {
    let names = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
    let mut counts = Vec::new();
    for name in system.sql(names).await.into_iter().flatten() {
        counts.push(format!(
            "SELECT '{name} ' || count(*) || ' ' || md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {name} t"
        ));
    }
    let rows = system.sql(&counts.join(" UNION ALL ")).await.into_iter().flatten();
    rows.map(|row| row.split_once(' ').map(|(name, rest)| (name.to_owned(), rest.to_owned())).unwrap())
        .collect()
}
