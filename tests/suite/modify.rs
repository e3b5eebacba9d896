//! Changing stays that are booked: proposed, answered, charged, swapped; and every way in which that ends otherwise.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Value, json};
use tests::{Answer, Dates, Person, System};

/// A host, a guest, a listing, and a stay of five nights in forty days.
struct Booked<'s> {
    system: &'s System,
    host: Person<'s>,
    guest: Person<'s>,
    property: String,
    booking: String,
    dates: Dates,
}

impl<'s> Booked<'s> {
    async fn new(system: &'s System, change: impl FnOnce(&mut Value)) -> Booked<'s> {
        let (host, guest) = (system.host("Hanna Host").await, system.person("Gus Guest").await);
        Self::between(system, host, guest, change).await
    }

    /// One of several in a system.
    async fn of(system: &'s System, name: &str) -> Booked<'s> {
        let host = system.host(&format!("Host of {name}")).await;
        let guest = system.person(&format!("Guest of {name}")).await;
        Self::between(system, host, guest, |_| {}).await
    }

    async fn between(
        system: &'s System,
        host: Person<'s>,
        guest: Person<'s>,
        change: impl FnOnce(&mut Value),
    ) -> Booked<'s> {
        let property = host.lists(change).await;
        let dates = Dates::in_days(&guest, 40, 5);
        let booking = guest.stays(&property, dates).await;
        assert_eq!(guest.booking(&booking).await.body["state"], "confirmed");
        Booked { system, host, guest, property, booking, dates }
    }

    fn day(&self, days: i64) -> Date {
        self.dates.check_in.checked_add(days.days()).unwrap()
    }

    async fn propose(&self, by: &Person<'_>, wanted: Value) -> Answer {
        by.call("POST", &format!("/bookings/{}/modifications/", self.booking))
            .once()
            .json(wanted)
            .send()
            .await
    }

    async fn answer(&self, by: &Person<'_>, id: &str, word: &str) -> Answer {
        let path = format!("/bookings/{}/modifications/{id}/{word}/", self.booking);
        by.call("POST", &path).once().json(json!({})).send().await
    }

    async fn modification(&self) -> Value {
        let path = format!("/bookings/{}/modifications/", self.booking);
        self.guest.again().await.call("GET", &path).send().await.expect(200).body["items"][0].clone()
    }

    /// The nights that the claim has.
    async fn claim(&self) -> (Date, Date) {
        let (_, claims) = self.system.live_claims(&self.property).await;
        let own =
            claims.iter().find(|claim| claim.booking.as_deref() == Some(&self.booking)).expect("a claim");
        (own.dates.check_in, own.dates.check_out)
    }

    /// What happened to the booking, in words.
    async fn events(&self) -> Vec<String> {
        let path = format!("/bookings/{}/events/", self.booking);
        let trail = self.guest.again().await.call("GET", &path).send().await.expect(200);
        let items = trail.body["items"].as_array().unwrap().clone();
        items.iter().map(|one| one["event"].as_str().unwrap().to_owned()).collect()
    }

    async fn now(&self) -> Value {
        self.guest.again().await.booking(&self.booking).await.body
    }
}

fn amount(value: &Value) -> i64 {
    value["amount"].as_i64().unwrap()
}

/// What stands at the provider: captured less refunded.
fn taken(system: &System) -> i64 {
    let totals = system.handles().stripe.handle().totals().unwrap();
    let usd = totals.values().next().expect("a currency");
    usd.captured - usd.refunded
}

#[tokio::test(flavor = "multi_thread")]
async fn a_longer_stay_is_charged_and_swapped() {
    let system = System::start().await;
    let booked = Booked::new(&system, |body| body["weekend_percent"] = json!(0)).await;
    let before = booked.now().await;
    let payout = amount(&booked.host.booking(&booked.booking).await.body["payout"]);
    let wanted = json!({ "check_out": booked.day(7) });
    let proposed = booked.propose(&booked.guest, wanted.clone()).await.expect(201);
    assert_eq!(amount(&proposed.body["difference"]), 45_600, "{:#}", proposed.body);
    assert_eq!(
        (&proposed.body["state"], &proposed.body["proposed_by"]),
        (&json!("proposed"), &json!("guest"))
    );
    let id = proposed.text("id");
    booked
        .propose(&booked.host, json!({ "check_out": booked.day(3) }))
        .await
        .refused(409, "modification_open");
    booked.answer(&booked.guest, &id, "accept").await.refused(409, "illegal_transition");
    let stranger = system.person("Sue").await;
    booked.answer(&stranger, &id, "accept").await.refused(404, "not_found");
    assert_eq!(booked.claim().await, (booked.day(0), booked.day(5)), "nothing is held for a proposal");

    booked.answer(&booked.host, &id, "accept").await.expect(200);
    system.settle().await;
    let modification = booked.modification().await;
    assert_eq!(modification["state"], "accepted", "{modification:#}");
    let after = booked.now().await;
    assert_eq!(after["check_out"], json!(booked.day(7)));
    assert_eq!(amount(&after["total"]), amount(&before["total"]) + 45_600);
    assert_eq!(amount(&booked.host.booking(&booked.booking).await.body["payout"]), payout + 38_800);
    assert_eq!(booked.claim().await, (booked.day(0), booked.day(7)));
    assert_eq!(taken(&system), amount(&after["total"]));
    assert_eq!(after["payments"].as_array().unwrap().len(), 2);
    let lines: i64 = after["lines"].as_array().unwrap().iter().map(|line| amount(&line["amount"])).sum();
    assert_eq!(lines, amount(&after["total"]));
    let events = booked.events().await;
    booked.answer(&booked.host, &id, "accept").await.expect(200);
    assert_eq!(booked.events().await, events, "accepting twice is accepting once");

    // A cancellation in time gives both charges back.
    let host = booked.host.again().await;
    let reason = json!({ "reason": "The roof leaks." });
    let path = format!("/bookings/{}/cancel/", booked.booking);
    let cancelled = host.call("POST", &path).once().json(reason).send().await.expect(200);
    assert_eq!(cancelled.body["refund"], after["total"]);
    system.settle().await;
    assert_eq!(taken(&system), 0);
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_charge_leaves_the_booking_as_it_was() {
    let system = System::start().await;
    let booked = Booked::new(&system, |_| {}).await;
    let before = booked.now().await;
    let wanted = json!({ "check_out": booked.day(7), "payment_method": "pm_card_chargeDeclined" });
    booked.propose(&booked.host, wanted.clone()).await.refused(422, "guest_only");
    let id = booked.propose(&booked.guest, wanted).await.expect(201).text("id");
    booked.answer(&booked.host, &id, "accept").await.expect(200);
    system.settle().await;
    assert_eq!(booked.modification().await["state"], "payment_failed");
    let after = booked.now().await;
    for part in ["check_in", "check_out", "total", "lines", "state", "guests"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    assert_eq!(booked.claim().await, (booked.day(0), booked.day(5)));
    assert_eq!(taken(&system), amount(&before["total"]));
    assert!(system.mails(&booked.guest.email).await.iter().any(|mail| mail.to_string().contains("declined")));
    // The nights are on sale again, and the next proposal may be made.
    let other = system.person("Otto").await;
    other.holds(&booked.property, Dates { check_in: booked.day(5), check_out: booked.day(7) }).await;
    booked
        .propose(&booked.guest.again().await, json!({ "check_out": booked.day(6) }))
        .await
        .refused(409, "dates_unavailable");
    booked.propose(&booked.guest.again().await, json!({ "guests": { "adults": 3 } })).await.expect(201);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nights_are_held_while_the_guest_proves_and_free_when_it_takes_too_long() {
    let system = System::start().await;
    let booked = Booked::new(&system, |_| {}).await;
    let method = "pm_card_authenticationRequired";
    let wanted = json!({ "check_in": booked.day(-2), "payment_method": method });
    let id = booked.propose(&booked.guest, wanted.clone()).await.expect(201).text("id");
    booked.answer(&booked.host, &id, "accept").await.expect(200);
    system.settle().await;
    assert_eq!(booked.modification().await["state"], "paying");
    assert_eq!(booked.claim().await, (booked.day(-2), booked.day(5)), "held");
    let other = system.person("Otto").await;
    let nights = Dates { check_in: booked.day(-2), check_out: booked.day(0) };
    other.quote(&booked.property, nights).await.refused(409, "dates_unavailable");
    system.advance(15 * 60 + 61).await;
    assert_eq!(booked.modification().await["state"], "expired");
    assert_eq!(booked.claim().await, (booked.day(0), booked.day(5)));
    let paid = booked.guest.again().await.call("GET", "/payments/").send().await.expect(200);
    let states: Vec<&Value> =
        paid.body["items"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["cancelled", "captured"]);
    other.again().await.holds(&booked.property, nights).await;
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

/// A charge took too long and the schedule has not looked yet: whoever wants the nights takes them over.
#[tokio::test(flavor = "multi_thread")]
async fn nights_of_a_charge_that_takes_too_long_are_taken_over() {
    let system = System::start().await;
    for taker in ["a guest", "a modification", "the host"] {
        let booked = Booked::of(&system, taker).await;
        let (before, method) = (booked.now().await, "pm_card_authenticationRequired");
        let nights = Dates { check_in: booked.day(5), check_out: booked.day(7) };
        let wanted = json!({ "check_out": booked.day(7), "payment_method": method });
        let id = booked.propose(&booked.guest, wanted).await.expect(201).text("id");
        booked.answer(&booked.host, &id, "accept").await.expect(200);
        system.settle().await;
        assert_eq!(booked.claim().await, (booked.day(0), booked.day(7)), "held");
        // Somebody stays behind these nights, who wants to come two nights earlier.
        let neighbour = system.person(&format!("Nora of {taker}")).await;
        let behind = Dates { check_in: booked.day(7), check_out: booked.day(9) };
        let behind = neighbour.stays(&booked.property, behind).await;
        neighbour.quote(&booked.property, nights).await.refused(409, "dates_unavailable");
        // The clock moves, and the schedule does not get through.
        let outage = local_data_api::FaultPlan {
            sql_contains: Some("expire_modifications(".to_owned()),
            outage: Some(local_data_api::Outage::AccessDenied),
            ..Default::default()
        };
        let faults = system.handles().cluster.data_api().faults();
        faults.set_for(system.database(), outage);
        crate::races::move_clock(&system, 15 * 60 + 1);
        let (host, neighbour) = (booked.host.again().await, neighbour.again().await);
        assert_eq!(booked.modification().await["state"], "paying", "nobody has looked");
        assert_eq!(booked.claim().await, (booked.day(0), booked.day(5)), "it counts for nothing any more");
        let days =
            format!("/properties/{}/calendar/?from={}&to={}", booked.property, booked.day(4), booked.day(7));
        let days = neighbour.call("GET", &days).send().await.expect(200);
        let states: Vec<&Value> =
            days.body["items"].as_array().unwrap().iter().map(|day| &day["state"]).collect();
        assert_eq!(states, ["booked", "available", "available"], "{:#}", days.body);
        match taker {
            "a guest" => _ = neighbour.holds(&booked.property, nights).await,
            "a modification" => {
                let path = format!("/bookings/{behind}/modifications/");
                let earlier = json!({ "check_in": booked.day(5) });
                let proposed = neighbour.call("POST", &path).once().json(earlier).send().await.expect(201);
                let path = format!("{path}{}/accept/", proposed.text("id"));
                host.call("POST", &path).once().json(json!({})).send().await.expect(200);
            }
            _ => {
                let block =
                    json!({ "changes": [{ "from": booked.day(5), "to": booked.day(6), "blocked": true }] });
                let path = format!("/properties/{}/calendar/", booked.property);
                host.call("PATCH", &path).json(block).send().await.expect(200);
            }
        }
        assert_eq!(booked.modification().await["state"], "expired", "in the statement of {taker}");
        system.settle().await;
        let after = booked.now().await;
        for part in ["check_in", "check_out", "total", "lines", "state", "guests"] {
            assert_eq!(after[part], before[part], "{part}");
        }
        assert_eq!(booked.events().await.last().unwrap(), "modification_expired");
        faults.clear_for(system.database());
        system.advance(61).await;
        let paid = booked.guest.again().await.call("GET", "/payments/").send().await.expect(200);
        assert_eq!(paid.body["items"][0]["state"], "cancelled", "what was asked of the bank is let go");
        assert_eq!(booked.claim().await, (booked.day(0), booked.day(5)));
    }
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nights_that_are_given_up_go_back_by_the_policy() {
    let system = System::start().await;
    let booked = Booked::new(&system, |body| {
        body["cancellation_policy"] = json!("firm");
        body["cleaning_fee"] = Value::Null;
    })
    .await;
    // Beyond the grace, forty days before: firm gives all back until thirty.
    system.advance(25 * 3600).await;
    let guest = booked.guest.again().await;
    let before = booked.now().await;
    let shorter = booked.propose(&guest, json!({ "check_out": booked.day(4) })).await.expect(201);
    assert!(amount(&shorter.body["difference"]) < 0);
    let id = shorter.text("id");
    booked.answer(&booked.host.again().await, &id, "accept").await.expect(200);
    system.settle().await;
    let after = booked.now().await;
    assert_eq!(amount(&after["total"]), amount(&before["total"]) + amount(&shorter.body["difference"]));
    assert_eq!(taken(&system), amount(&after["total"]));
    assert_eq!(booked.claim().await, (booked.day(0), booked.day(4)));

    // Twenty days before it gives half of the night back, and keeps the service fee.
    system.advance(19 * 86_400).await;
    let guest = booked.guest.again().await;
    let shorter = booked.propose(&guest, json!({ "check_out": booked.day(3) })).await.expect(201);
    let lines = shorter.body["lines"].as_array().unwrap();
    let of = |kind: &str| lines.iter().find(|line| line["kind"] == kind).map(|line| amount(&line["amount"]));
    assert_eq!(of("retained").unwrap() * -2, of("night").unwrap(), "{lines:#?}");
    assert_eq!(of("guest_fee"), None);
    // The host may not, and the guest takes it back.
    let id = shorter.text("id");
    assert_eq!(booked.answer(&guest, &id, "decline").await.expect(200).body["state"], "withdrawn");
    booked.answer(&booked.host.again().await, &id, "accept").await.refused(409, "modification_over");
    // What the host wants back costs the guest nothing.
    let asked =
        booked.propose(&booked.host.again().await, json!({ "check_out": booked.day(3) })).await.expect(201);
    assert!(amount(&asked.body["difference"]) < amount(&shorter.body["difference"]));
    let id = asked.text("id");
    assert_eq!(booked.answer(&guest, &id, "decline").await.expect(200).body["state"], "declined");
    let events = booked.events().await;
    assert_eq!(
        events[events.len() - 6..],
        [
            "modification_proposed",
            "modification_accepted",
            "modification_proposed",
            "modification_withdrawn",
            "modification_proposed",
            "modification_declined"
        ]
    );
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_lapses_and_what_cannot_be_is_refused() {
    let system = System::start().await;
    let booked = Booked::new(&system, |body| {
        body["max_nights"] = json!(8);
        body["units"] = json!(2);
    })
    .await;
    let guest = &booked.guest;
    booked.propose(guest, json!({})).await.refused(422, "nothing_changed");
    booked.propose(guest, json!({ "check_out": booked.day(12) })).await.refused(422, "max_nights");
    booked.propose(guest, json!({ "guests": { "adults": 9 } })).await.refused(422, "over_capacity");
    let apart = json!({ "check_in": booked.day(5), "check_out": booked.day(7) });
    booked.propose(guest, apart).await.refused(422, "dates_apart");
    // A host may go beyond the listing's rules.
    let long = booked.propose(&booked.host, json!({ "check_out": booked.day(10) })).await.expect(201);
    system.advance(24 * 3600 + 61).await;
    assert_eq!(booked.modification().await["state"], "expired");
    booked.answer(&guest.again().await, &long.text("id"), "accept").await.refused(409, "modification_over");

    // On another unit, where the own one is taken behind the stay.
    let other = system.person("Otto").await;
    let (_, claims) = system.live_claims(&booked.property).await;
    let behind = Dates { check_in: booked.day(5), check_out: booked.day(8) };
    other.stays(&booked.property, behind).await;
    let (_, now) = system.live_claims(&booked.property).await;
    assert!(now.iter().all(|claim| claim.unit == claims[0].unit), "both on the first: {now:?}");
    let guest = booked.guest.again().await;
    let id = booked.propose(&guest, json!({ "check_out": booked.day(7) })).await.expect(201).text("id");
    booked.answer(&booked.host.again().await, &id, "accept").await.expect(200);
    system.settle().await;
    assert_eq!(booked.modification().await["state"], "accepted");
    let (_, now) = system.live_claims(&booked.property).await;
    let own = now.iter().find(|claim| claim.booking.as_deref() == Some(&booked.booking)).unwrap();
    assert_ne!(own.unit, claims[0].unit);
    assert_eq!((own.dates.check_in, own.dates.check_out), (booked.day(0), booked.day(7)));
    system.stop().await;
}

/// The host books the nights away, or the guest cancels, between the acceptance and the bank's word.
#[tokio::test(flavor = "multi_thread")]
async fn a_charge_for_a_stay_that_is_cancelled_meanwhile_is_let_go() {
    let system = System::start().await;
    let booked = Booked::new(&system, |_| {}).await;
    let method = "pm_card_authenticationRequired";
    let wanted = json!({ "check_out": booked.day(6), "payment_method": method });
    let id = booked.propose(&booked.guest, wanted).await.expect(201).text("id");
    booked.answer(&booked.host, &id, "accept").await.expect(200);
    system.settle().await;
    let payments = booked.guest.call("GET", "/payments/").send().await.expect(200);
    let waiting = &payments.body["items"][0];
    assert_eq!(waiting["state"], "requires_action");
    let reason = json!({ "reason": "We are ill." });
    let path = format!("/bookings/{}/cancel/", booked.booking);
    booked.guest.call("POST", &path).once().json(reason).send().await.expect(200);
    // The guest proves it all the same.
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .get(waiting["next_action"]["url"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    system.settle().await;
    system.advance(15 * 60 + 61).await;
    let (_, claims) = system.live_claims(&booked.property).await;
    assert!(claims.is_empty(), "{claims:?}");
    assert_eq!(taken(&system), 0);
    assert_eq!(booked.modification().await["state"], "expired");
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

/// Nights may be gone when the answer comes; holds that ran out on them are taken over.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_takes_what_is_free_by_then() {
    let system = System::start().await;
    let booked = Booked::new(&system, |_| {}).await;
    let before = booked.now().await;
    let id =
        booked.propose(&booked.guest, json!({ "check_out": booked.day(7) })).await.expect(201).text("id");
    let other = system.person("Otto").await;
    let behind = Dates { check_in: booked.day(6), check_out: booked.day(8) };
    let hold = other.holds(&booked.property, behind).await.text("id");
    booked.answer(&booked.host, &id, "accept").await.refused(409, "dates_unavailable");
    let after = booked.now().await;
    for part in ["check_in", "check_out", "guests", "total", "state", "payments"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    assert_eq!(booked.claim().await, (booked.day(0), booked.day(5)));
    assert_eq!(booked.modification().await["state"], "proposed", "it may still be accepted");

    // The other's hold is over, and nobody has tidied up.
    let ended =
        format!("UPDATE claims SET expires_at = created_at WHERE booking_id = '{hold}' RETURNING id::text");
    assert_eq!(system.sql(&ended).await.len(), 1);
    booked.answer(&booked.host, &id, "accept").await.expect(200);
    system.settle().await;
    assert_eq!(booked.modification().await["state"], "accepted");
    assert_eq!(booked.claim().await, (booked.day(0), booked.day(7)));
    assert_eq!(other.booking(&hold).await.body["state"], "expired");
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}

/// Both sides, and strangers, at once: one proposal is open at a time, one answer counts, and of two who want the nights
/// one has them.
#[tokio::test(flavor = "multi_thread")]
async fn answers_and_bookings_at_once_agree() {
    let system = System::start().await;
    let booked = Booked::new(&system, |_| {}).await;
    let rival = system.person("Riva").await;
    let nights = Dates { check_in: booked.day(5), check_out: booked.day(7) };
    for round in 0..4 {
        let quote = rival.quote(&booked.property, nights).await.expect(201).text("id");
        let proposals = futures::future::join_all(
            (0..5).map(|_| booked.propose(&booked.guest, json!({ "check_out": booked.day(7) }))),
        )
        .await;
        let made: Vec<&Answer> = proposals.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(made.len(), 1, "{proposals:?}");
        let id = made[0].text("id");
        let (accepted, declined, booking) = tokio::join!(
            booked.answer(&booked.host, &id, "accept"),
            booked.answer(&booked.guest, &id, "decline"),
            rival.book(&quote),
        );
        system.settle().await;
        let state = booked.modification().await["state"].clone();
        let (_, claims) = system.live_claims(&booked.property).await;
        let rivals = claims.iter().filter(|claim| claim.booking.as_deref() != Some(&booked.booking)).count();
        let said = format!("{round}: {} {} {}: {state}", accepted.status, declined.status, booking.status);
        assert_eq!(booking.status == 201, rivals == 1, "{said}");
        assert_eq!(state == "accepted", accepted.status == 200, "{said}");
        assert!(!(accepted.status == 200 && declined.status == 200), "{said}");
        let end = if state == "accepted" { booked.day(7) } else { booked.day(5) };
        assert_eq!(booked.claim().await, (booked.day(0), end), "{said}");
        if state == "accepted" || rivals == 1 {
            // Nothing is left to fight for.
            assert!(!(state == "accepted" && rivals == 1), "{said}");
            break;
        }
    }
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}
