//! What people do with each other: list, quote, book, pay.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::people::Person;

/// The dates of a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    /// The first night.
    pub check_in: Date,
    /// The day of leaving.
    pub check_out: Date,
}

impl Dates {
    /// A stay that begins so many days after today (UTC) and lasts so many nights.
    pub fn in_days(person: &Person<'_>, days: i64, nights: i64) -> Self {
        let today = person.system().now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let check_in = today.checked_add(days.days()).expect("a date");
        Self { check_in, check_out: check_in.checked_add(nights.days()).expect("a date") }
    }
}

/// A listing that can be published as it stands: 200.00 a night, 10 % more on weekends, 100.00 for cleaning, flexible.
pub fn listing_body() -> Value {
    json!({
        "title": "House at the mill pond",
        "description": "A small brick house with a wood stove, a quarter of an hour from the station.",
        "kind": "house",
        "location": {
            "lat": 38.9072, "lon": -77.0369, "time_zone": "America/New_York",
            "address": { "line1": "12 Mill Lane", "city": "Washington", "region": "DC",
                         "postal_code": "20001", "country": "US" }
        },
        "capacity": 4, "bedrooms": 2, "beds": 3, "bathrooms": 1.5,
        "amenities": ["wifi", "kitchen"],
        "currency": "USD",
        "nightly_price": { "amount": 20000, "currency": "USD" },
        "cleaning_fee": { "amount": 10000, "currency": "USD" },
        "booking_mode": "instant",
        "cancellation_policy": "flexible",
        "check_in_time": "15:00", "check_out_time": "11:00",
        "min_nights": 1, "max_nights": 60
    })
}

impl Person<'_> {
    /// Lists and publishes a property; answers its id.
    pub async fn lists(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut body = listing_body();
        change(&mut body);
        let draft = self.call("POST", "/properties/").once().json(body).send().await.expect(201);
        let id = draft.text("id");
        let publish =
            self.call("POST", &format!("/properties/{id}/publish/")).once().json(json!({})).send().await;
        publish.expect(200);
        id
    }

    /// Asks for a quote for two adults.
    pub async fn quote(&self, property: &str, dates: Dates) -> Answer {
        let body = json!({
            "check_in": dates.check_in, "check_out": dates.check_out,
            "guests": { "adults": 2, "children": 0, "infants": 0, "pets": 0 },
        });
        self.call("POST", &format!("/properties/{property}/quotes/")).json(body).send().await
    }

    /// Books a quote.
    pub async fn book(&self, quote: &str) -> Answer {
        self.call("POST", "/bookings/").once().json(json!({ "quote_id": quote })).send().await
    }

    /// Quotes and books; answers the booking.
    pub async fn holds(&self, property: &str, dates: Dates) -> Answer {
        let quote = self.quote(property, dates).await.expect(201).text("id");
        self.book(&quote).await.expect(201)
    }

    /// Pays for a booking; answers the payment as it was taken up.
    pub async fn pay(&self, booking: &str, method: &str) -> Answer {
        let body = json!({ "booking_id": booking, "payment_method": method });
        self.call("POST", "/payments/").once().json(body).send().await
    }

    /// Quotes, books and pays, and waits until the booking has moved on; answers its id.
    pub async fn stays(&self, property: &str, dates: Dates) -> String {
        let booking = self.holds(property, dates).await.text("id");
        self.pay(&booking, "pm_card_visa").await.expect(202);
        self.system().settle().await;
        booking
    }

    /// A booking as this person sees it.
    pub async fn booking(&self, id: &str) -> Answer {
        self.call("GET", &format!("/bookings/{id}/")).send().await.expect(200)
    }
}
