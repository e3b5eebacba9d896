//! Lists: newest first, by cursor.

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params, params_from_iter};
use serde_json::json;

use crate::desk::{Desk, Record};
use crate::error::ApiError;
use crate::form::Form;
use crate::route::Reply;

/// Keeps the documents whose `field` is one of these values.
#[derive(Debug)]
pub(crate) struct Filter {
    /// A name of the stored document, never of the request.
    pub(crate) field: &'static str,
    pub(crate) any_of: Vec<String>,
}

impl Filter {
    /// A filter on one value, if there is one.
    pub(crate) fn on(field: &'static str, value: Option<String>) -> Option<Self> {
        value.map(|value| Self { field, any_of: vec![value] })
    }
}

/// Answers a page of `limit` (1 to 100, otherwise 10) objects after `starting_after` or before `ending_before`.
pub(crate) fn list<R: Record>(
    desk: &Desk<'_>,
    mut form: Form,
    path: &str,
    filters: &[Filter],
) -> Result<Reply, ApiError> {
    let window = form.window()?;
    let limit = form.integer("limit")?.unwrap_or(10);
    if !(1..=100).contains(&limit) {
        return Err(ApiError::parameter("limit", "parameter_invalid_integer", "limit must be 1 to 100"));
    }
    let after = form.take("starting_after").map(|id| seq::<R>(desk, &id, "starting_after")).transpose()?;
    let before = form.take("ending_before").map(|id| seq::<R>(desk, &id, "ending_before")).transpose()?;
    // In a list, paths begin at its objects.
    let expand: Vec<String> = form
        .list("expand")
        .into_iter()
        .map(|path| path.strip_prefix("data.").map_or_else(|| path.clone(), str::to_owned))
        .collect();
    form.finish()?;

    let mut sql =
        "SELECT doc FROM records WHERE kind = ? AND created BETWEEN ? AND ? AND seq < ? AND seq > ?"
            .to_owned();
    let mut values: Vec<Sql> = vec![
        R::KIND.to_owned().into(),
        window.from.into(),
        window.to.into(),
        after.unwrap_or(i64::MAX).into(),
        before.unwrap_or(0).into(),
    ];
    for filter in filters {
        let marks = vec!["?"; filter.any_of.len()].join(", ");
        sql.push_str(" AND json_extract(doc, '$.");
        sql.push_str(filter.field);
        sql.push_str("') IN (");
        sql.push_str(&marks);
        sql.push(')');
        values.extend(filter.any_of.iter().cloned().map(Sql::from));
    }
    // A page before a cursor holds what is nearest to it, still shown newest first.
    sql.push_str(if before.is_some() { " ORDER BY seq ASC LIMIT ?" } else { " ORDER BY seq DESC LIMIT ?" });
    values.push((limit + 1).into());

    let mut statement = desk.db.prepare_cached(&sql)?;
    let docs = statement.query_map(params_from_iter(values), |row| row.get::<_, String>(0))?;
    let mut data = Vec::new();
    for doc in docs {
        data.push(desk.expanded(&serde_json::from_str::<R>(&doc?)?, &expand)?);
    }
    let has_more = data.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if has_more {
        data.pop();
    }
    if before.is_some() {
        data.reverse();
    }
    Ok(Reply::ok(json!({ "object": "list", "url": path, "has_more": has_more, "data": data })))
}

fn seq<R: Record>(desk: &Desk<'_>, id: &str, param: &str) -> Result<i64, ApiError> {
    desk.db
        .prepare_cached("SELECT seq FROM records WHERE id = ?1 AND kind = ?2")?
        .query_row(params![id, R::KIND], |row| row.get(0))
        .optional()?
        .ok_or_else(|| ApiError::missing(R::KIND, id, param))
}
