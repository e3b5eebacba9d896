//! From what is asked to its answer.

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Variables};
use axum::extract::FromRequestParts as _;
use http::StatusCode;
use http::request::Parts;
use serde_json::Value;
use web::{Caller, IdempotencyKey, Problem};

use super::answer::Answer;
use super::asked::Asked;
use super::persisted::Found;
use super::{GraphqlState, is_open};
use crate::document::{self, Fault, Prepared};
use crate::errors;
use crate::loaders::Loaders;
use crate::meter::Meter;
use crate::nulls::Failures;
use crate::schema::Key;

/// One request's surroundings.
#[derive(Clone)]
pub(crate) struct Run<'a> {
    pub(crate) state: &'a GraphqlState,
    pub(crate) caller: Option<Caller>,
    /// The key under which the request is done once.
    pub(crate) key: Option<IdempotencyKey>,
    /// Whether the method is safe, so that nothing may change.
    pub(crate) safe: bool,
    /// Among how many operations the cost of one request is divided.
    pub(crate) share: usize,
}

/// The key, if one was sent; the layer around the router has read it already.
pub(crate) async fn key_of(parts: &mut Parts) -> Result<Option<IdempotencyKey>, Problem> {
    if !parts.headers.contains_key("idempotency-key") {
        return Ok(None);
    }
    IdempotencyKey::from_request_parts(parts, &()).await.map(Some)
}

impl Run<'_> {
    /// Answers one operation.
    pub(crate) async fn one(self, mut asked: Asked) -> Answer {
        match self.prepare(&mut asked).await {
            Ok(ready) => self.execute(asked, ready).await,
            Err(answer) => answer,
        }
    }

    /// Answers several, one after the other. All of them are looked at before the first is done; mutations go alone.
    pub(crate) async fn many(mut self, batch: Vec<Asked>) -> Answer {
        self.share = batch.len();
        let mut ready = Vec::with_capacity(batch.len());
        for mut asked in batch {
            let prepared = self.prepare(&mut asked).await;
            let mutates = prepared.as_ref().is_ok_and(|(ready, _)| ready.kind == OperationType::Mutation);
            if mutates && self.share > 1 {
                let detail = "Send a mutation by itself: its key and its answer belong together.";
                return Answer::refused(vec![errors::limit("mutation_in_batch", detail)]);
            }
            ready.push((asked, prepared));
        }
        let mut answers = Vec::with_capacity(ready.len());
        for (asked, prepared) in ready {
            answers.push(match prepared {
                Ok(prepared) => self.clone().execute(asked, prepared).await,
                Err(answer) => answer,
            });
        }
        Answer::Many(answers)
    }

    /// The document, if it may be executed by this method.
    async fn prepare(&self, asked: &mut Asked) -> Result<(Prepared, Found), Answer> {
        let now = self.state.app.ctx().now();
        let found =
            self.state.documents.find(asked, now).await.map_err(|error| Answer::refused(vec![error]))?;
        let query = &*found.text;
        let open = is_open(&self.state.app);
        let prepared = document::prepare(query, asked.operation_name.as_deref(), &asked.variables, open);
        let prepared = prepared.map_err(|fault| match fault {
            Fault::Unparsed(error) => Answer::unparsed(error),
            Fault::Refused(error) => Answer::refused(vec![error]),
        })?;
        let mutates = prepared.kind == OperationType::Mutation;
        if mutates && self.safe {
            let detail = "Send mutations by POST.";
            return Err(Answer::problem(&Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                detail,
            )));
        }
        if mutates && self.key.is_none() {
            let detail = "A mutation needs an Idempotency-Key.";
            let problem = Problem::new(StatusCode::BAD_REQUEST, "idempotency_key_missing", detail);
            return Err(Answer::problem(&problem));
        }
        Ok((prepared, found))
    }

    async fn execute(self, asked: Asked, (prepared, found): (Prepared, Found)) -> Answer {
        let Self { state, caller, key, share, .. } = self;
        let mutates = prepared.kind == OperationType::Mutation;
        let (meter, failures) = (Meter::new(share), Failures::default());
        let (loaders, reads) = Loaders::new(&state.app, caller, mutates);
        let mut request = Request::new(String::new())
            .variables(Variables::from_json(Value::Object(asked.variables)))
            .data(meter.clone())
            .data(failures.clone())
            .data(loaders)
            .data(state.app.clone())
            .data(state.media.clone())
            .data(state.cache.clone())
            .data(caller)
            .data(Key(key));
        request.operation_name = asked.operation_name.filter(|_| prepared.is_named);
        request.set_parsed_query(prepared.document);
        let mut response = reads.during(state.schema.execute(request)).await;
        if !meter.has_begun() {
            return Answer::refused(response.errors);
        }
        state.documents.keep(found, state.app.ctx().now()).await;
        meter.tell(&mut response);
        failures.tell(&mut response);
        let again = mutates && errors::nothing_done(&response);
        Answer::Executed { body: Box::new(response), again }
    }
}
