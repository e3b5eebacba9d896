//! What an import did.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// How many rows are named for a reason.
const EXAMPLES: usize = 5;

/// What an import did. Every row that was read was created, was there already, was refused, or is unfinished.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Rows of the file that were looked at.
    pub rows_read: u64,
    /// Listings that are new.
    pub created: u64,
    /// Listings that an earlier import had made.
    pub already_there: u64,
    /// Listings, new or not, that were published now.
    pub published: u64,
    /// Rows that were under way when the import was stopped.
    pub unfinished: u64,
    /// Listings, new or not, that are drafts, and why.
    pub drafts: Tally,
    /// Rows that were taken with a change, and which; a row may have several.
    pub mended: Tally,
    /// Rows that were not taken, and why.
    pub refused: Tally,
    /// Why the import ended before the file did.
    pub stopped: Option<String>,
    /// How long it took, in seconds.
    #[serde(rename = "duration_seconds", serialize_with = "seconds")]
    pub duration: Duration,
    /// Rows in a second.
    pub rows_per_second: f64,
}

/// Rows counted by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many rows there are.
    pub rows: u64,
    /// By the reason's stable code.
    pub reasons: BTreeMap<String, Reason>,
}

/// One reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// For people.
    pub meaning: String,
    /// How many rows it concerns.
    pub rows: u64,
    /// The ids of the first of them, up to 5.
    pub examples: Vec<String>,
}

impl Report {
    /// Whether the whole file was gone through. Rows that were refused are no fault of the import.
    pub const fn is_complete(&self) -> bool {
        self.stopped.is_none()
    }

    pub(super) fn finish(&mut self, duration: Duration) {
        self.duration = duration;
        let milliseconds = u32::try_from(duration.as_millis()).unwrap_or(u32::MAX).max(1);
        let rows = u32::try_from(self.rows_read).unwrap_or(u32::MAX);
        self.rows_per_second = f64::from(rows) * 1_000.0 / f64::from(milliseconds);
    }
}

impl Tally {
    /// Counts the row `id` once, under each of `reasons` (code and meaning).
    pub(super) fn add<C, M>(&mut self, id: &str, reasons: impl IntoIterator<Item = (C, M)>)
    where
        C: Into<String>,
        M: Into<String>,
    {
        let before = self.rows;
        for (code, meaning) in reasons {
            self.rows = before + 1;
            let reason = self.reasons.entry(code.into()).or_default();
            reason.rows += 1;
            if reason.meaning.is_empty() {
                reason.meaning = meaning.into();
            }
            if reason.examples.len() < EXAMPLES {
                reason.examples.push(id.to_owned());
            }
        }
    }
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

/// A table.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>9}  rows read", self.rows_read)?;
        writeln!(f, "{:>9}  created", self.created)?;
        writeln!(f, "{:>9}  there already", self.already_there)?;
        writeln!(f, "{:>9}  published", self.published)?;
        table(f, "drafts", &self.drafts)?;
        table(f, "mended", &self.mended)?;
        table(f, "refused", &self.refused)?;
        if self.unfinished > 0 {
            writeln!(f, "{:>9}  unfinished", self.unfinished)?;
        }
        write!(f, "{:>9.1}  seconds, {:.1} rows/s", self.duration.as_secs_f64(), self.rows_per_second)?;
        match &self.stopped {
            Some(why) => write!(f, "\nStopped before the end: {why}. The same command goes on from here."),
            None => Ok(()),
        }
    }
}

/// The reasons of a tally, the commonest first.
fn table(f: &mut fmt::Formatter<'_>, name: &str, tally: &Tally) -> fmt::Result {
    writeln!(f, "{:>9}  {name}", tally.rows)?;
    let mut reasons: Vec<_> = tally.reasons.iter().collect();
    reasons.sort_by_key(|(_, reason)| std::cmp::Reverse(reason.rows));
    for (code, reason) in reasons {
        let ids = reason.examples.join(", ");
        writeln!(f, "{:>15}  {code}: {} (such as {ids})", reason.rows, reason.meaning)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_with_two_reasons_is_one_row() {
        let mut tally = Tally::default();
        tally.add("1", [("a", "first"), ("b", "second")]);
        tally.add("2", [("a", "first")]);
        tally.add("3", Vec::<(&str, &str)>::new());
        for id in 4..=9 {
            tally.add(&id.to_string(), [("b", "second")]);
        }
        let (a, b) = (&tally.reasons["a"], &tally.reasons["b"]);
        assert_eq!((tally.rows, a.rows, b.rows), (8, 2, 7));
        assert_eq!(b.examples, ["1", "4", "5", "6", "7"]);
    }

    #[test]
    fn the_table_and_the_json_tell_the_same() {
        let mut report = Report { rows_read: 3, created: 2, published: 1, ..Report::default() };
        report.drafts.add("7", [("price_missing", "the row has no price")]);
        report.refused.add("8", [("id_duplicate", "an earlier row has this id")]);
        report.stopped = Some("the file breaks off".to_owned());
        report.finish(Duration::from_millis(1_500));
        let table = "        3  rows read
        2  created
        0  there already
        1  published
        1  drafts
              1  price_missing: the row has no price (such as 7)
        0  mended
        1  refused
              1  id_duplicate: an earlier row has this id (such as 8)
      1.5  seconds, 2.0 rows/s
Stopped before the end: the file breaks off. The same command goes on from here.";
        assert_eq!(report.to_string(), table);
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["refused"]["reasons"]["id_duplicate"]["examples"], serde_json::json!(["8"]));
        assert_eq!((&json["duration_seconds"], &json["rows_per_second"]), (&1.5.into(), &2.0.into()));
        assert!(!report.is_complete());
    }
}
