//! Judging a race for nights by its history: what everybody was answered, when, and what the table says in the end.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::Value;

use crate::answer::Answer;
use crate::system::System;
use crate::trade::Dates;

/// Nights of a unit that are off sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The unit.
    pub unit: String,
    /// The booking that has them; none for the host's own.
    pub booking: Option<String>,
    /// The nights.
    pub dates: Dates,
}

/// What came of an attempt to book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The nights were said to be held for this booking.
    Won(String),
    /// Somebody else was said to have them.
    Refused,
    /// Something else was said.
    Failed(String),
}

impl From<&Answer> for Outcome {
    fn from(answer: &Answer) -> Self {
        match (answer.status, answer.body["code"].as_str()) {
            (201, _) => Self::Won(answer.text("id")),
            (409, Some("dates_unavailable")) => Self::Refused,
            (status, _) => Self::Failed(format!("{status}: {}", answer.body)),
        }
    }
}

/// An attempt to book and what came of it.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// What was wanted.
    pub dates: Dates,
    /// What was answered.
    pub outcome: Outcome,
    /// When it was asked.
    pub began: Instant,
    /// When the answer was there.
    pub ended: Instant,
}

impl Attempt {
    /// Makes an attempt and looks at the clock before and after it.
    pub async fn make(dates: Dates, attempt: impl Future<Output = Outcome>) -> Self {
        let began = Instant::now();
        let outcome = attempt.await;
        Self { dates, outcome, began, ended: Instant::now() }
    }

    /// The booking that has the nights, if they were said to be held.
    pub fn booking(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Won(booking) => Some(booking),
            Outcome::Refused | Outcome::Failed(_) => None,
        }
    }

    /// Whether the nights were said to be held.
    pub fn won(&self) -> bool {
        self.booking().is_some()
    }
}

impl Dates {
    /// Whether two stays share a night.
    pub fn overlap(self, other: Self) -> bool {
        self.check_in < other.check_out && other.check_in < self.check_out
    }
}

impl System {
    /// The units of a listing and the claims that stand on them now.
    pub async fn live_claims(&self, property: &str) -> (Vec<String>, Vec<Claim>) {
        let units = format!("SELECT id::text FROM units WHERE property_id = '{property}' ORDER BY ordinal");
        let claims = format!(
            "SELECT jsonb_build_array(c.unit_id, c.booking_id, lower(h.nights), upper(h.nights))::text
             FROM claims c JOIN units u ON u.id = c.unit_id
             CROSS JOIN LATERAL (SELECT CASE WHEN c.grown_until <= '{now}' THEN c.firm ELSE c.nights END) h (nights)
             WHERE u.property_id = '{property}' AND c.released_at IS NULL
               AND (c.expires_at IS NULL OR c.expires_at > '{now}')",
            now = self.now()
        );
        let units = self.sql(&units).await.into_iter().flatten().collect();
        (units, self.sql(&claims).await.iter().flatten().map(|row| claim(row)).collect())
    }
}

fn claim(row: &str) -> Claim {
    let row: Value = serde_json::from_str(row).expect("a row of JSON");
    let text = |index: usize| row[index].as_str().map(str::to_owned);
    let date = |index: usize| text(index).expect("a date").parse().expect("a date");
    Claim {
        unit: text(0).expect("a unit"),
        booking: text(1),
        dates: Dates { check_in: date(2), check_out: date(3) },
    }
}

/// What is wrong with a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Two claims of a unit share a night.
    Overlap(Claim, Claim),
    /// A booking was promised, and these are the claims that it has in place of the one.
    Missing {
        /// Which.
        booking: String,
        /// The nights that it was promised.
        promised: Dates,
        /// What it has.
        found: Vec<Claim>,
    },
    /// A booking was promised to several.
    Repeated(String),
    /// A booking has nights and was promised to nobody.
    Unasked(Claim),
    /// Nights were refused that this unit had free at every moment until the refusal.
    FalseRefusal {
        /// What was wanted.
        wanted: Dates,
        /// Where it was free.
        unit: String,
    },
    /// There was a third answer.
    Failed(String),
}

/// What is wrong with a race in which nothing was given back: empty if all is well.
///
/// - No two claims of a unit share a night.
/// - Everybody who was told so has the nights that were asked for, once; nobody else has any.
/// - Whoever was refused could have had no unit: on each of them some night was somebody else's by then. Since nothing is
///   given back, a claim stands from some moment of its own attempt until the end: so an attempt that began only after a
///   refusal does not explain it.
/// - There is no third answer.
pub fn faults_of_race(units: &[String], claims: &[Claim], attempts: &[Attempt]) -> Vec<Fault> {
    let mut faults = overlaps(claims);
    let mut asked: HashMap<&str, Instant> = HashMap::new();
    for attempt in attempts {
        let Some(booking) = attempt.booking() else { continue };
        if asked.insert(booking, attempt.began).is_some() {
            faults.push(Fault::Repeated(booking.to_owned()));
        }
        faults.extend(unkept(claims, booking, attempt.dates));
    }
    for attempt in attempts {
        match &attempt.outcome {
            Outcome::Won(_) => {}
            Outcome::Refused => faults.extend(unexplained(units, claims, attempt, &asked)),
            Outcome::Failed(said) => faults.push(Fault::Failed(said.clone())),
        }
    }
    let unasked =
        claims.iter().filter(|claim| claim.booking.as_deref().is_some_and(|id| !asked.contains_key(id)));
    faults.extend(unasked.cloned().map(Fault::Unasked));
    faults
}

/// A promise that was not kept.
fn unkept(claims: &[Claim], booking: &str, promised: Dates) -> Option<Fault> {
    let own = |claim: &&Claim| claim.booking.as_deref() == Some(booking);
    let found: Vec<Claim> = claims.iter().filter(own).cloned().collect();
    match found.as_slice() {
        [claim] if claim.dates == promised => None,
        _ => Some(Fault::Missing { booking: booking.to_owned(), promised, found }),
    }
}

/// A refusal that nothing explains: some unit had all the nights free until it was given.
fn unexplained(
    units: &[String],
    claims: &[Claim],
    refused: &Attempt,
    asked: &HashMap<&str, Instant>,
) -> Option<Fault> {
    // What nobody in this history asked for was there before it.
    let stood = |claim: &&Claim| {
        let began = claim.booking.as_deref().and_then(|booking| asked.get(booking));
        began.is_none_or(|began| *began < refused.ended)
    };
    let in_the_way: Vec<&str> = claims
        .iter()
        .filter(|claim| claim.dates.overlap(refused.dates))
        .filter(stood)
        .map(|claim| claim.unit.as_str())
        .collect();
    let free = units.iter().find(|unit| !in_the_way.contains(&unit.as_str()))?;
    Some(Fault::FalseRefusal { wanted: refused.dates, unit: free.clone() })
}

/// The pairs of claims that share a night of a unit.
fn overlaps(claims: &[Claim]) -> Vec<Fault> {
    let mut found = Vec::new();
    for (index, one) in claims.iter().enumerate() {
        for other in &claims[index + 1..] {
            if one.unit == other.unit && one.dates.overlap(other.dates) {
                found.push(Fault::Overlap(one.clone(), other.clone()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn dates(from: i8, to: i8) -> Dates {
        Dates { check_in: jiff::civil::date(2026, 6, from), check_out: jiff::civil::date(2026, 6, to) }
    }

    fn claim(unit: &str, booking: &str, from: i8, to: i8) -> Claim {
        Claim { unit: unit.to_owned(), booking: Some(booking.to_owned()), dates: dates(from, to) }
    }

    /// Attempts of the first second, of which each takes one from its beginning to its end.
    struct Clock(Instant);

    impl Clock {
        fn attempt(&self, (from, to): (i8, i8), (began, ended): (u64, u64), outcome: Outcome) -> Attempt {
            let at = |second| self.0 + Duration::from_secs(second);
            Attempt { dates: dates(from, to), outcome, began: at(began), ended: at(ended) }
        }
    }

    fn won(booking: &str) -> Outcome {
        Outcome::Won(booking.to_owned())
    }

    fn faults(units: &[&str], claims: &[Claim], attempts: &[Attempt]) -> Vec<Fault> {
        let units: Vec<String> = units.iter().map(|unit| (*unit).to_owned()).collect();
        faults_of_race(&units, claims, attempts)
    }

    #[test]
    fn a_clean_history_has_no_faults() {
        let clock = Clock(Instant::now());
        let claims = [claim("u1", "a", 1, 4), claim("u1", "b", 4, 6)];
        let attempts = [
            clock.attempt((1, 4), (0, 1), won("a")),
            clock.attempt((4, 6), (0, 1), won("b")),
            clock.attempt((3, 5), (0, 1), Outcome::Refused),
            clock.attempt((5, 9), (1, 2), Outcome::Refused),
        ];
        assert_eq!(faults(&["u1"], &claims, &attempts), []);
        assert_eq!(faults(&["u1"], &[], &[]), []);
    }

    #[test]
    fn nights_sold_twice_are_an_overlap_of_one_unit() {
        let clock = Clock(Instant::now());
        let attempts = [clock.attempt((1, 4), (0, 1), won("a")), clock.attempt((3, 5), (0, 1), won("b"))];
        let twice = [claim("u1", "a", 1, 4), claim("u1", "b", 3, 5)];
        assert_eq!(faults(&["u1"], &twice, &attempts), [Fault::Overlap(twice[0].clone(), twice[1].clone())]);
        let apart = [claim("u1", "a", 1, 4), claim("u2", "b", 3, 5)];
        assert_eq!(faults(&["u1", "u2"], &apart, &attempts), []);
    }

    #[test]
    fn a_promise_without_its_row_is_missing() {
        let clock = Clock(Instant::now());
        let attempts = [clock.attempt((1, 4), (0, 1), won("a"))];
        let missing =
            |found: Vec<Claim>| Fault::Missing { booking: "a".to_owned(), promised: dates(1, 4), found };
        assert_eq!(faults(&["u1"], &[], &attempts), [missing(vec![])]);
        let shorter = claim("u1", "a", 1, 3);
        assert_eq!(faults(&["u1"], std::slice::from_ref(&shorter), &attempts), [missing(vec![shorter])]);
        let both = vec![claim("u1", "a", 1, 4), claim("u2", "a", 1, 4)];
        assert_eq!(faults(&["u1", "u2"], &both, &attempts), [missing(both.clone())]);
    }

    #[test]
    fn a_row_without_its_promise_is_unasked() {
        let stray = claim("u1", "c", 7, 8);
        assert_eq!(faults(&["u1"], std::slice::from_ref(&stray), &[]), [Fault::Unasked(stray)]);
        // A host's own block is nobody's promise.
        let block = Claim { booking: None, ..claim("u1", "", 7, 8) };
        assert_eq!(faults(&["u1"], &[block], &[]), []);
    }

    #[test]
    fn a_booking_promised_to_two_is_repeated() {
        let clock = Clock(Instant::now());
        let attempt = clock.attempt((1, 4), (0, 1), won("a"));
        let found = faults(&["u1"], &[claim("u1", "a", 1, 4)], &[attempt.clone(), attempt]);
        assert_eq!(found, [Fault::Repeated("a".to_owned())]);
    }

    #[test]
    fn a_refusal_of_free_nights_is_false() {
        let clock = Clock(Instant::now());
        let claims = [claim("u1", "a", 1, 4)];
        let first = clock.attempt((1, 4), (0, 2), won("a"));
        let refused = |wanted, times| [first.clone(), clock.attempt(wanted, times, Outcome::Refused)];
        let false_on = |unit: &str, wanted| vec![Fault::FalseRefusal { wanted, unit: unit.to_owned() }];
        // The day of turnover is free.
        assert_eq!(faults(&["u1"], &claims, &refused((4, 6), (0, 2))), false_on("u1", dates(4, 6)));
        // So is another unit.
        assert_eq!(faults(&["u1", "u2"], &claims, &refused((2, 3), (0, 2))), false_on("u2", dates(2, 3)));
        assert_eq!(faults(&["u1"], &claims, &refused((2, 3), (0, 2))), []);
    }

    /// The end of a race alone would excuse whoever refused nights that somebody took only afterwards.
    #[test]
    fn what_was_asked_for_later_explains_no_refusal() {
        let clock = Clock(Instant::now());
        let claims = [claim("u1", "a", 1, 4)];
        let refused = clock.attempt((2, 3), (0, 1), Outcome::Refused);
        let later = [clock.attempt((1, 4), (2, 3), won("a")), refused.clone()];
        let found = Fault::FalseRefusal { wanted: dates(2, 3), unit: "u1".to_owned() };
        assert_eq!(faults(&["u1"], &claims, &later), [found]);
        let meanwhile = [clock.attempt((1, 4), (0, 3), won("a")), refused];
        assert_eq!(faults(&["u1"], &claims, &meanwhile), []);
    }

    #[test]
    fn a_third_answer_is_a_failure() {
        let clock = Clock(Instant::now());
        let answer = |status, code: &str| Answer {
            call: "POST /bookings/".to_owned(),
            status,
            headers: reqwest::header::HeaderMap::default(),
            body: serde_json::json!({ "code": code, "id": "a" }),
        };
        assert_eq!(Outcome::from(&answer(201, "")), won("a"));
        assert_eq!(Outcome::from(&answer(409, "dates_unavailable")), Outcome::Refused);
        for (status, code) in [(409, "conflict"), (503, "unavailable"), (422, "min_nights")] {
            let outcome = Outcome::from(&answer(status, code));
            let Outcome::Failed(said) = &outcome else { panic!("{outcome:?}") };
            assert!(said.starts_with(&status.to_string()), "{said}");
            let attempt = clock.attempt((1, 4), (0, 1), outcome.clone());
            assert_eq!(faults(&["u1"], &[], &[attempt]), [Fault::Failed(said.clone())]);
        }
    }
}
