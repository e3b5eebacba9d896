use serde_json::{Value, json};

use super::*;
use crate::import::row::{Record, Records};

fn choices() -> Choices {
    Choices {
        currency: "USD".parse().unwrap(),
        policy: CancellationPolicyCode::Moderate,
        address: None,
        publish: true,
    }
}

fn row() -> Row {
    let text = |text: &str| text.to_owned();
    Row {
        id: text("42"),
        name: text("Blue door"),
        description: text("Quiet.<br />Near the park."),
        latitude: text("38.9"),
        longitude: text("-77.01234567"),
        property_type: text("Entire rental unit"),
        room_type: text("Entire home/apt"),
        accommodates: text("3"),
        bathrooms: text("1.5"),
        bathrooms_text: text("1.5 baths"),
        bedrooms: text("1"),
        beds: text("2"),
        amenities: text(r#"["Wifi", "Fast wifi \u2013 100 Mbps", "Hot tub"]"#),
        price: text("$1,234.00"),
        minimum_nights: text("2"),
        maximum_nights: text("30"),
        instant_bookable: text("t"),
    }
}

/// The plan of the good row after `change`.
fn plan(change: impl FnOnce(&mut Row)) -> Result<Plan, Rejection> {
    let mut row = row();
    change(&mut row);
    Planner::new(choices()).plan(&row)
}

/// What was mended, and one value of the request.
fn mended(pointer: &str, change: impl FnOnce(&mut Row)) -> (Vec<Mend>, Value) {
    let plan = plan(change).unwrap();
    let request = serde_json::to_value(&plan.request).unwrap();
    // What the good row is always mended by says nothing here.
    let others = plan.mended.into_iter().filter(|mend| *mend != Mend::DescriptionMarkup).collect();
    (others, request.pointer(pointer).cloned().unwrap_or(Value::Null))
}

fn rejected(change: impl FnOnce(&mut Row)) -> Rejection {
    plan(change).unwrap_err()
}

#[test]
fn a_good_row_is_the_body_that_the_api_takes() {
    let plan = plan(|_| ()).unwrap();
    assert_eq!((plan.mended, plan.unready), (vec![Mend::DescriptionMarkup], None));
    let expected = json!({
        "source_ref": "42", "title": "Blue door", "description": "Quiet.\nNear the park.", "kind": "apartment",
        "location": {
            "lat": 38.9, "lon": -77.012_346,
            "address": {"city": "Washington", "region": "District of Columbia", "country": "US"},
            "time_zone": "America/New_York",
        },
        "capacity": 3, "bedrooms": 1, "beds": 2, "bathrooms": 1.5, "amenities": ["wifi", "hot_tub"],
        "currency": "USD", "nightly_price": {"amount": 123_400, "currency": "USD"},
        "booking_mode": "instant", "cancellation_policy": "moderate",
        "check_in_time": "15:00", "check_out_time": "11:00", "min_nights": 2, "max_nights": 30,
    });
    assert_eq!(serde_json::to_value(plan.request).unwrap(), expected);
}

#[test]
fn a_row_without_a_good_price_becomes_a_draft() {
    for (price, unready) in [
        ("", Unready::PriceMissing),
        ("ask me", Unready::PriceUnreadable),
        ("$0.00", Unready::PriceOutOfRange),
    ] {
        let plan = plan(|row| price.clone_into(&mut row.price)).unwrap();
        assert_eq!(plan.unready, Some(unready));
        let request = serde_json::to_value(plan.request).unwrap();
        assert_eq!(request.get("nightly_price"), None, "an absent price is absent, not null");
    }
    assert_eq!(
        mended("/nightly_price/amount", |row| row.price = "$9.999".into()),
        (vec![Mend::PriceRounded], json!(1000))
    );
}

#[test]
fn publishing_may_be_left_out() {
    let mut planner = Planner::new(Choices { publish: false, ..choices() });
    let plan = planner.plan(&row()).unwrap();
    assert_eq!(plan.unready, Some(Unready::NotAsked));
    assert!(plan.request.nightly_price.is_some());
}

#[test]
fn capacities() {
    assert_eq!(mended("/capacity", |row| row.accommodates = "2.0".into()), (vec![], json!(2)));
    assert_eq!(
        mended("/capacity", |row| row.accommodates = "51".into()),
        (vec![Mend::CapacityCapped], json!(50))
    );
    for unknown in ["0", "", "many"] {
        assert_eq!(rejected(|row| unknown.clone_into(&mut row.accommodates)), Rejection::CapacityUnknown);
    }
}

#[test]
fn rooms_and_beds() {
    assert_eq!(mended("/bedrooms", |row| row.bedrooms = "0".into()), (vec![], json!(0)));
    assert_eq!(
        mended("/bedrooms", |row| row.bedrooms = String::new()),
        (vec![Mend::BedroomsUnknown], json!(1))
    );
    assert_eq!(
        mended("/bedrooms", |row| row.bedrooms = "300".into()),
        (vec![Mend::BedroomsCapped], json!(50))
    );
    let no_beds = |bedrooms: &'static str| {
        mended("/beds", move |row| (row.beds, row.bedrooms) = (String::new(), bedrooms.into()))
    };
    assert_eq!(no_beds("3"), (vec![Mend::BedsUnknown], json!(3)));
    assert_eq!(no_beds("0"), (vec![Mend::BedsUnknown], json!(1)));
    assert_eq!(mended("/beds", |row| row.beds = "101".into()), (vec![Mend::BedsCapped], json!(100)));
}

#[test]
fn baths() {
    let of = |text: &'static str, number: &'static str| {
        mended("/bathrooms", move |row| (row.bathrooms_text, row.bathrooms) = (text.into(), number.into()))
    };
    assert_eq!(of("1.5 shared baths", ""), (vec![], json!(1.5)));
    assert_eq!(of("Shared half-bath", ""), (vec![], json!(0.5)));
    assert_eq!(of("", "2.0"), (vec![], json!(2.0)));
    assert_eq!(of("", ""), (vec![Mend::BathroomsUnknown], json!(1.0)));
    assert_eq!(of("1.75 baths", ""), (vec![Mend::BathroomsRounded], json!(2.0)));
    assert_eq!(of("51 baths", ""), (vec![Mend::BathroomsCapped], json!(50.0)));
}

#[test]
fn nights_keep_the_minimum() {
    let of = |min: &'static str, max: &'static str| {
        let row = move |row: &mut Row| (row.minimum_nights, row.maximum_nights) = (min.into(), max.into());
        plan(row).map(|plan| {
            let mends: Vec<Mend> =
                plan.mended.into_iter().filter(|mend| *mend != Mend::DescriptionMarkup).collect();
            (plan.request.min_nights, plan.request.max_nights, mends)
        })
    };
    assert_eq!(of("31", "28"), Ok((31, 31, vec![Mend::MaxNightsRaised])));
    assert_eq!(of("1", "2147483647"), Ok((1, 365, vec![Mend::MaxNightsCapped])));
    assert_eq!(of("365", "1125"), Ok((365, 365, vec![Mend::MaxNightsCapped])));
    assert_eq!(of("0", "0"), Ok((1, 365, vec![Mend::MinNightsUnknown, Mend::MaxNightsUnknown])));
    assert_eq!(of("", "7"), Ok((1, 7, vec![Mend::MinNightsUnknown])));
    assert_eq!(of("366", "1125").unwrap_err(), Rejection::MinNightsTooMany);
}

#[test]
fn kinds() {
    let of = |kind: &'static str, room: &'static str| {
        mended("/kind", move |row| (row.property_type, row.room_type) = (kind.into(), room.into()))
    };
    assert_eq!(of("Room in boutique hotel", ""), (vec![], json!("hotel_room")));
    assert_eq!(of("Casa particular", "Private room"), (vec![], json!("private_room")));
    assert_eq!(of("Floor", "Entire home/apt"), (vec![Mend::KindUnknown], json!("other")));
    assert_eq!(of("", ""), (vec![Mend::KindUnknown], json!("other")));
}

#[test]
fn amenities_become_codes() {
    let of = |cell: String| mended("/amenities", move |row| row.amenities = cell);
    assert_eq!(of(String::new()), (vec![], json!([])));
    assert_eq!(of("{Wifi}".into()), (vec![Mend::AmenitiesUnreadable], json!([])));
    assert_eq!(of(r#"["熱水", "TV"]"#.into()), (vec![Mend::AmenityDropped], json!(["tv"])));
    let many: Vec<String> = (0..=MAX_AMENITIES).map(|number| format!("Thing {number}")).collect();
    let (mends, codes) = of(serde_json::to_string(&many).unwrap());
    assert_eq!((mends, codes.as_array().unwrap().len()), (vec![Mend::AmenitiesCapped], MAX_AMENITIES));
}

#[test]
fn booking_modes() {
    assert_eq!(mended("/booking_mode", |row| row.instant_bookable = "f".into()), (vec![], json!("request")));
    assert_eq!(
        mended("/booking_mode", |row| row.instant_bookable = String::new()),
        (vec![Mend::BookingModeUnknown], json!("request"))
    );
}

#[test]
fn what_is_nowhere_is_rejected() {
    for (lat, lon) in [("90.1", "0"), ("0", "-180.5"), ("", ""), ("north", "west"), ("NaN", "0")] {
        let at = |row: &mut Row| (row.latitude, row.longitude) = (lat.into(), lon.into());
        assert_eq!(rejected(at), Rejection::LocationInvalid, "{lat} {lon}");
    }
}

#[test]
fn another_city_must_be_named() {
    let paris = |row: &mut Row| (row.latitude, row.longitude) = ("48.85".into(), "2.35".into());
    assert_eq!(rejected(paris), Rejection::CityUnknown);
    let address = serde_json::from_value(json!({"city": "Paris", "country": "FR"})).unwrap();
    let mut row = row();
    paris(&mut row);
    let plan = Planner::new(Choices { address: Some(address), ..choices() }).plan(&row).unwrap();
    let place = serde_json::to_value(plan.request.location).unwrap();
    assert_eq!(place["time_zone"], "Europe/Paris");
    assert_eq!(place["address"], json!({"city": "Paris", "country": "FR"}));
}

#[test]
fn ids_are_needed_and_count_once() {
    assert_eq!(rejected(|row| row.id = " ".into()), Rejection::IdMissing);
    assert_eq!(rejected(|row| row.id = "4 2".into()), Rejection::IdInvalid);
    assert_eq!(rejected(|row| row.id = "é".into()), Rejection::IdInvalid);
    assert_eq!(rejected(|row| row.id = "1".repeat(101)), Rejection::IdInvalid);

    let mut planner = Planner::new(choices());
    let bad = Row { accommodates: "0".into(), ..row() };
    assert_eq!(planner.plan(&bad).unwrap_err(), Rejection::CapacityUnknown);
    assert!(planner.plan(&row()).is_ok(), "a rejected row does not take its id with it");
    assert_eq!(planner.plan(&row()).unwrap_err(), Rejection::IdDuplicate);
}

/// Every row of the real data is taken, as a draft or not, or rejected by name.
///
/// The data set is not part of the project: the test skips, with a message, unless `LISTINGS_CSV` names a copy.
#[test]
fn every_row_of_the_real_data_is_accounted_for() {
    let Some(path) = std::env::var_os("LISTINGS_CSV") else {
        eprintln!("skipped: LISTINGS_CSV names no file");
        return;
    };
    let records = Records::open(path.as_ref(), &indicatif::ProgressBar::hidden()).unwrap();
    let mut planner = Planner::new(choices());
    let (mut rows, mut priced, mut drafts) = (0, 0, 0);
    let mut rejected = std::collections::BTreeMap::new();
    let mut mended = std::collections::BTreeMap::new();
    for record in records {
        rows += 1;
        let Record::Row(row) = record else { panic!("{record:?}") };
        match planner.plan(&row) {
            Ok(plan) => {
                assert_eq!(plan.unready.is_none(), plan.request.nightly_price.is_some());
                assert!(plan.request.min_nights <= plan.request.max_nights);
                *if plan.unready.is_some() { &mut drafts } else { &mut priced } += 1;
                for mend in plan.mended {
                    *mended.entry(mend).or_insert(0) += 1;
                }
            }
            Err(reason) => *rejected.entry(reason).or_insert(0) += 1,
        }
    }
    eprintln!(
        "{rows} rows: {priced} with a price, {drafts} drafts, rejected {rejected:?}, mended {mended:?}"
    );
    assert_eq!(priced + drafts + rejected.values().sum::<i32>(), rows);
    assert!(rows > 0 && priced * 2 > rows, "most rows are good");
}
