//! Query strings.

use axum::extract::FromRequestParts;
use garde::Validate;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::wrong;
use crate::problem::Problem;

/// A query string that was read into `T` and obeys its rules. Every parameter stands at most once.
///
/// `T` derives `Deserialize` with `#[serde(deny_unknown_fields)]` and `garde::Validate`. `#[serde(flatten)]` does
/// not work here: it makes every value a text.
#[derive(Clone, Copy, Debug)]
pub struct ValidQuery<T>(pub T);

impl<T, S> FromRequestParts<S> for ValidQuery<T>
where
    T: DeserializeOwned + Validate<Context = ()>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let value: T = parse(parts.uri.query().unwrap_or_default())?;
        value.validate().map_err(|report| Problem::validation(wrong::rules(&report, wrong::Place::Query)))?;
        Ok(Self(value))
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    if let Some((name, _)) = pairs.clone().find(|(name, value)| name.contains('\0') || value.contains('\0')) {
        let pointer = format!("?{}", name.replace('\0', ""));
        return Err(Problem::invalid(pointer, "nul_character", "Texts must not have the character U+0000."));
    }
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs)).map_err(|error| {
        Problem::validation(vec![wrong::shape(error.path(), &error.inner().to_string(), wrong::Place::Query)])
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Search {
        #[garde(length(chars, max = 5))]
        q: Option<String>,
        #[serde(default = "twenty")]
        #[garde(range(min = 1, max = 100))]
        limit: u32,
    }

    fn twenty() -> u32 {
        20
    }

    async fn search(query: &str) -> Result<Search, Problem> {
        let request = http::Request::get(format!("/x?{query}")).body(()).unwrap();
        ValidQuery::<Search>::from_request_parts(&mut request.into_parts().0, &()).await.map(|query| query.0)
    }

    #[tokio::test]
    async fn parameters_are_typed() {
        let found = search("q=a%20b&limit=7").await.unwrap();
        assert_eq!((found.q.as_deref(), found.limit), (Some("a b"), 7));
        let found = search("").await.unwrap();
        assert_eq!((found.q, found.limit), (None, 20));
    }

    #[tokio::test]
    async fn wrong_parameters_are_pointed_at() {
        for (query, place) in [
            ("limit=x", "?limit wrong_type"),
            ("limit=-1", "?limit wrong_type"),
            ("limit=0", "?limit invalid_value"),
            ("q=toolong", "?q invalid_value"),
            ("other=1", "?other unknown_field"),
            ("q=a&q=b", "?q duplicate_field"),
            ("q=%00", "?q nul_character"),
        ] {
            let problem = search(query).await.unwrap_err();
            let error = &problem.errors()[0];
            assert_eq!(format!("{} {}", error.pointer, error.code), place, "{query}");
        }
    }
}
