//! What a document costs, counted before it is executed and told with its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::{Response, ServerError, ValidationResult, value};

use crate::errors;

/// What one request may cost: roughly, how many fields its answer may have.
pub(crate) const MAX_COST: usize = 10_000;

/// The meter of one request.
#[derive(Clone, Debug)]
pub(crate) struct Meter(Arc<Reading>);

#[derive(Debug)]
struct Reading {
    limit: usize,
    cost: AtomicUsize,
    begun: AtomicBool,
}

impl Meter {
    /// A meter for one of `share` operations, which divide among them what a request may cost: so the whole is known to
    /// keep the limit before the first is done.
    pub(crate) fn new(share: usize) -> Self {
        let limit = MAX_COST / share.max(1);
        Self(Arc::new(Reading { limit, cost: AtomicUsize::new(0), begun: AtomicBool::new(false) }))
    }

    /// Whether the document passed, so that fields were resolved.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.begun.load(Ordering::Relaxed)
    }

    /// The reading for the answer's `extensions.cost`.
    pub(crate) fn tell(&self, response: &mut Response) {
        let (cost, limit) = (self.0.cost.load(Ordering::Relaxed), self.0.limit);
        response.extensions.insert("cost".to_owned(), value!({ "requested": cost, "limit": limit }));
    }
}

/// The extension of the schema that reads the meter.
pub(crate) struct Metering;

impl ExtensionFactory for Metering {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Metering {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await.map_err(errors::invalid_document)?;
        let Some(Meter(reading)) = ctx.data_opt::<Meter>() else { return Ok(result) };
        reading.cost.store(result.complexity, Ordering::Relaxed);
        if result.complexity > reading.limit {
            let detail = format!(
                "This costs {}; {} is the most. Ask for less at a time.",
                result.complexity, reading.limit
            );
            return Err(vec![errors::limit("query_too_costly", detail)]);
        }
        reading.begun.store(true, Ordering::Relaxed);
        Ok(result)
    }
}
