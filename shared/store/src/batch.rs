//! Reads of many things by their ids, in one statement for all of them.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::db::{Db, DbError, Statement};

/// SQL: rows `(id, part, text)` in their order. An answer has 1 MiB at most, so rows beyond some 900 KB are cut off; how
/// many is before each row's text.
macro_rules! batch {
    ($rows:expr) => {
        concat!(
            "SELECT (s.count - s.ordinal) || ' ' || s.id || ' ' || s.text
             FROM (SELECT t.id, t.text, count(*) OVER () AS count, row_number() OVER w AS ordinal,
                          sum(octet_length(t.text) + 100) OVER w AS size
                   FROM (",
            $rows,
            ") t WINDOW w AS (ORDER BY t.id, t.part ROWS UNBOUNDED PRECEDING)) s
             WHERE s.size <= 900000 OR s.ordinal = 1
             ORDER BY s.ordinal"
        )
    };
}

/// SQL: the ids that are asked for, as a row each.
macro_rules! asked_ids {
    () => {
        "unnest(string_to_array(:ids, ',')::uuid[]) AS k(id)"
    };
}

pub(crate) use {asked_ids, batch};

/// Ids with the texts of each.
pub(crate) type Texts = Vec<(Uuid, Vec<String>)>;

/// The texts of each id that has any. `statement` makes the statement without its parameter `:ids`.
///
/// What was cut off is asked for again; that takes things of which a hundred fill a megabyte.
pub(crate) async fn read(
    db: &Db,
    ids: impl IntoIterator<Item = impl Into<Uuid>>,
    statement: impl Fn() -> Statement,
) -> Result<Texts, DbError> {
    let mut wanted: BTreeSet<Uuid> = ids.into_iter().map(Into::into).collect();
    let mut all = Vec::new();
    while !wanted.is_empty() {
        let ids = wanted.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
        let rows = db.texts(statement().text("ids", ids.as_str()).idempotent()).await?;
        let (mut found, left) = grouped(&rows)?;
        if left == 0 {
            all.append(&mut found);
            return Ok(all);
        }
        // The last one may lack some of its rows.
        let Some((last, _)) = found.pop().filter(|_| !found.is_empty()) else {
            return Err(DbError::inconsistent("batch", "one thing is too large for an answer"));
        };
        wanted.retain(|id| *id >= last);
        all.append(&mut found);
    }
    Ok(all)
}

/// What is in the texts of each id that has any; as [`read`] reads them.
pub(crate) async fn read_as<K: From<Uuid>, T: DeserializeOwned>(
    db: &Db,
    ids: impl IntoIterator<Item = impl Into<Uuid>>,
    statement: impl Fn() -> Statement,
) -> Result<Vec<(K, Vec<T>)>, DbError> {
    let value = |text: &String| serde_json::from_str(text).map_err(|source| DbError::Decode { source });
    let found = read(db, ids, statement).await?;
    found
        .iter()
        .map(|(id, texts)| Ok(((*id).into(), texts.iter().map(value).collect::<Result<_, _>>()?)))
        .collect()
}

/// The rows of each id, and how many more there were.
fn grouped(rows: &[String]) -> Result<(Texts, u64), DbError> {
    let mut groups: Texts = Vec::new();
    let mut left = 0;
    for row in rows {
        let parts = row.split_once(' ').and_then(|(left, rest)| Some((left, rest.split_once(' ')?)));
        let (count, (id, text)) =
            parts.ok_or_else(|| DbError::inconsistent("batch", "a row without its id"))?;
        left = count.parse().map_err(|error| DbError::inconsistent("batch", error))?;
        let id: Uuid = id.parse().map_err(|error| DbError::inconsistent("batch", error))?;
        match groups.last_mut().filter(|(last, _)| *last == id) {
            Some((_, texts)) => texts.push(text.to_owned()),
            None => groups.push((id, vec![text.to_owned()])),
        }
    }
    Ok((groups, left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_grouped_by_their_id() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let rows = [format!("3 {one} {{\"a\": 1}}"), format!("2 {one} [ ]"), format!("1 {two} null")];
        let (groups, left) = grouped(&rows).unwrap();
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(groups, [(one, texts(&["{\"a\": 1}", "[ ]"])), (two, texts(&["null"]))]);
        assert_eq!(left, 1);
        assert!(grouped(&["x".to_owned()]).is_err());
    }
}
