//! Judging a race for nights by its history: what everybody was answered, and what the table says in the end.

use serde_json::Value;

use crate::answer::Answer;
use crate::system::System;
use crate::trade::Dates;

/// Nights of a unit that are off sale.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The unit.
    pub unit: String,
    /// The booking that has them; none for the host's own.
    pub booking: Option<String>,
    /// The nights.
    pub dates: Dates,
}

/// An attempt to book and what came of it.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// What was wanted.
    pub dates: Dates,
    /// What was answered.
    pub answer: Answer,
}

impl Attempt {
    /// Whether the nights were said to be held.
    pub fn won(&self) -> bool {
        self.answer.status == 201
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
            "SELECT jsonb_build_array(c.unit_id, c.booking_id, lower(c.nights), upper(c.nights))::text
             FROM claims c JOIN units u ON u.id = c.unit_id
             WHERE u.property_id = '{property}' AND c.released_at IS NULL
               AND (c.expires_at IS NULL OR c.expires_at > '{}')",
            self.now()
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

/// What is wrong with a race in which nothing was given back: empty if all is well.
///
/// - No two claims of a unit share a night.
/// - Everybody who was told so has the nights that were asked for, once; nobody else has any.
/// - Whoever was refused could have had no unit: on each of them some night was somebody else's in the end, and since
///   nothing was given back, no earlier moment was worse.
/// - There is no third answer.
pub fn faults_of_race(units: &[String], claims: &[Claim], attempts: &[Attempt]) -> Vec<String> {
    let mut faults = overlaps(claims);
    let mut promised = Vec::new();
    for Attempt { dates, answer } in attempts {
        match (answer.status, answer.body["code"].as_str()) {
            (201, _) => {
                let id = answer.text("id");
                let own: Vec<_> =
                    claims.iter().filter(|claim| claim.booking.as_deref() == Some(id.as_str())).collect();
                match own.as_slice() {
                    [claim] if claim.dates == *dates => {}
                    _ => faults.push(format!("{id} was promised {dates:?} and has {own:?}")),
                }
                promised.push(id);
            }
            (409, Some("dates_unavailable")) => {
                let free = units.iter().find(|unit| {
                    !claims.iter().any(|claim| claim.unit == **unit && claim.dates.overlap(*dates))
                });
                if let Some(unit) = free {
                    faults.push(format!("{dates:?} was refused, but {unit} is free"));
                }
            }
            (status, _) => faults.push(format!("{dates:?} was answered {status}: {}", answer.body)),
        }
    }
    let kept = claims.iter().filter_map(|claim| claim.booking.as_ref());
    faults.extend(kept.filter(|id| !promised.contains(id)).map(|id| format!("{id} was promised to nobody")));
    let count = promised.len();
    promised.sort();
    promised.dedup();
    if promised.len() < count {
        faults.push(format!("{} bookings were promised {count} times", promised.len()));
    }
    faults
}

/// The pairs of claims that share a night of a unit.
fn overlaps(claims: &[Claim]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, one) in claims.iter().enumerate() {
        for other in &claims[index + 1..] {
            if one.unit == other.unit && one.dates.overlap(other.dates) {
                found.push(format!("{one:?} overlaps {other:?}"));
            }
        }
    }
    found
}
