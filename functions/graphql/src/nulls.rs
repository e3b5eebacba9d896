//! Where something fails `null` stands in its place, or in that of the nearest thing around it that may be `null` (GraphQL,
//! October 2021, section 6.4.4). The library leaves the field out instead.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{QueryPathNode, QueryPathSegment, Response, ServerError, ServerResult, Value};

/// What failed in one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failures(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    any: AtomicBool,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    errors: Vec<ServerError>,
    /// Paths of what has lost a part that must be there.
    spoilt: BTreeSet<Vec<String>>,
    /// Paths of lists that have lost an item. Whether an item may be `null` is told by the field alone: of items the library
    /// says that none may.
    holed: BTreeSet<Vec<String>>,
}

impl Seen {
    /// Whether what is of this type has lost a part that must be there.
    fn is_spoilt(&self, path: &Vec<String>, kind: &str) -> bool {
        let needs_items = kind.trim_end_matches('!').ends_with("!]");
        self.spoilt.contains(path) || (needs_items && self.holed.contains(path))
    }
}

impl Failures {
    /// The value at a path, or `null` where it or a part that it needs failed.
    fn settle(
        &self,
        path: QueryPathNode<'_>,
        kind: &str,
        result: ServerResult<Option<Value>>,
    ) -> Option<Value> {
        let error = match result {
            Ok(value) if !self.0.any.load(Ordering::Acquire) => return value,
            Ok(value) if !self.seen().is_spoilt(&path.to_string_vec(), kind) => return value,
            Ok(_) => None,
            Err(error) => Some(error),
        };
        self.0.any.store(true, Ordering::Release);
        let mut seen = self.seen();
        seen.errors.extend(error);
        let mut parent = path.to_string_vec();
        parent.pop();
        if matches!(path.segment, QueryPathSegment::Index(_)) {
            seen.holed.insert(parent);
        } else if kind.ends_with('!') {
            seen.spoilt.insert(parent);
        }
        Some(Value::Null)
    }

    /// Puts the errors into the answer.
    pub(crate) fn tell(&self, response: &mut Response) {
        let mut seen = self.seen();
        response.errors.append(&mut seen.errors);
        if seen.spoilt.contains(&Vec::new()) {
            response.data = Value::Null;
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The extension of the schema that notes what fails.
pub(crate) struct Nulls;

impl ExtensionFactory for Nulls {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Nulls {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let (path, kind) = (*info.path_node, info.return_type.to_owned());
        let result = next.run(ctx, info).await;
        match ctx.data_opt::<Failures>() {
            Some(failures) => Ok(failures.settle(path, &kind, result)),
            None => result,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unused_async, reason = "every field's function is asynchronous for the macro")]

    use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Result, Schema};
    use serde_json::{Value as Json, json};

    use super::*;

    struct Root;

    #[Object]
    impl Root {
        async fn good(&self) -> Option<i32> {
            Some(1)
        }

        async fn may_fail(&self) -> Result<Option<i32>> {
            Err("it failed".into())
        }

        async fn must_not_fail(&self) -> Result<i32> {
            Err("it failed".into())
        }

        async fn maybe(&self) -> Option<Self> {
            Some(Self)
        }

        async fn surely(&self) -> Self {
            Self
        }

        async fn some(&self) -> Vec<Option<Self>> {
            vec![Some(Self), Some(Self)]
        }

        async fn all(&self) -> Option<Vec<Self>> {
            Some(vec![Self, Self])
        }
    }

    async fn asked(query: &str) -> (Json, Vec<Json>) {
        let failures = Failures::default();
        let schema = Schema::build(Root, EmptyMutation, EmptySubscription).extension(Nulls).finish();
        let mut response = schema.execute(Request::new(query).data(failures.clone())).await;
        failures.tell(&mut response);
        let json = serde_json::to_value(&response).unwrap();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        (json["data"].clone(), errors.into_iter().map(|error| error["path"].clone()).collect())
    }

    #[tokio::test]
    async fn null_stands_where_something_failed() {
        let (data, paths) = asked("{ good mayFail }").await;
        assert_eq!((data, paths), (json!({ "good": 1, "mayFail": null }), vec![json!(["mayFail"])]));
        let (data, _) = asked("{ mayFail }").await;
        assert_eq!(data, json!({ "mayFail": null }));
        let (data, paths) = asked("{ good maybe { good other: mayFail } }").await;
        assert_eq!(data, json!({ "good": 1, "maybe": { "good": 1, "other": null } }));
        assert_eq!(paths, [json!(["maybe", "other"])]);
    }

    #[tokio::test]
    async fn it_goes_up_to_what_may_be_null() {
        let (data, paths) = asked("{ good maybe { good surely { mustNotFail } } }").await;
        assert_eq!(data, json!({ "good": 1, "maybe": null }));
        assert_eq!(paths, [json!(["maybe", "surely", "mustNotFail"])]);
        assert_eq!(asked("{ good surely { mustNotFail } }").await.0, Json::Null);
        let (data, paths) = asked("{ some { good mustNotFail } }").await;
        assert_eq!((data, paths.len()), (json!({ "some": [null, null] }), 2));
        assert_eq!(asked("{ good all { mustNotFail } }").await.0, json!({ "good": 1, "all": null }));
    }
}
