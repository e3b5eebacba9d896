//! Search: `GET /v1/payment_intents/search`.

use serde_json::{Value, json};

use crate::desk::{Desk, Record};
use crate::error::ApiError;
use crate::form::Form;
use crate::intents::Intent;
use crate::route::Reply;

/// How long an object stays out of the search, in milliseconds of the clock. The provider states that new and changed objects are
/// searchable in less than a minute in normal times and that search is not for reading what was just written.
const LAG_MS: i64 = 60_000;

/// `field:'value'`, joined by AND.
#[derive(Debug, PartialEq)]
enum Clause {
    Metadata(String, String),
    Status(String),
}

/// `GET /v1/payment_intents/search`: by `metadata['key']:'value'` and `status:'value'`, joined by AND.
pub(crate) fn intents(desk: &Desk<'_>, mut form: Form) -> Result<Reply, ApiError> {
    let clauses = parse(&form.require("query")?).ok_or_else(|| {
        ApiError::parameter("query", "parameter_invalid", "We were unable to parse your search query.")
    })?;
    let limit = form.integer("limit")?.unwrap_or(10);
    form.finish()?;
    let horizon = (desk.now_ms - LAG_MS).div_euclid(1000);
    let mut found: Vec<Value> = Vec::new();
    for intent in desk.all::<Intent>()? {
        if intent.created() <= horizon && clauses.iter().all(|clause| holds(clause, &intent)) {
            found.push(desk.view(&intent));
        }
    }
    found.reverse();
    let limit = usize::try_from(limit.clamp(1, 100)).unwrap_or(100);
    let has_more = found.len() > limit;
    found.truncate(limit);
    Ok(Reply::ok(json!({
        "object": "search_result",
        "url": "/v1/payment_intents/search",
        "has_more": has_more,
        "next_page": null,
        "data": found,
    })))
}

fn holds(clause: &Clause, intent: &Intent) -> bool {
    match clause {
        Clause::Metadata(key, value) => intent.metadata.get(key) == Some(value),
        Clause::Status(status) => intent.status.as_str() == status,
    }
}

fn parse(query: &str) -> Option<Vec<Clause>> {
    query.split(" AND ").map(|clause| parse_clause(clause.trim())).collect()
}

fn parse_clause(clause: &str) -> Option<Clause> {
    let (field, value) = clause.rsplit_once(':')?;
    let value = unquote(value)?;
    if field == "status" {
        return Some(Clause::Status(value));
    }
    let key = field.strip_prefix("metadata[")?.strip_suffix(']')?;
    Some(Clause::Metadata(unquote(key)?, value))
}

fn unquote(text: &str) -> Option<String> {
    let inner = ['\'', '"']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)))?;
    (!inner.contains(['\'', '"', '\\'])).then(|| inner.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        let clause = Clause::Metadata("payment_id".into(), "p-1".into());
        assert_eq!(parse("metadata['payment_id']:'p-1'"), Some(vec![clause]));
        let both = parse("metadata[\"a\"]:\"b\" AND status:'canceled'");
        assert_eq!(
            both,
            Some(vec![Clause::Metadata("a".into(), "b".into()), Clause::Status("canceled".into())])
        );
        for wrong in ["", "metadata[a]:'b'", "metadata['a']=b", "amount>5", "status:'a' OR status:'b'"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
