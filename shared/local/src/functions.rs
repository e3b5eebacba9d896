//! The deployed functions, in this process: the same routers and workers that their binaries run.

use std::sync::Arc;

use domain::messages::Topic;
use platform::{Aws, Env};
use tower::util::BoxCloneSyncService;
use users::UsersState;
use web::Edge;

use crate::gateway::{Function, Gateway};
use crate::pump::Worker;
use crate::schedule::Tick;

/// All functions, ready to be called.
pub(crate) struct Deployed {
    pub(crate) gateway: Gateway,
    pub(crate) tick: Tick,
    payments: Worker,
    notifications: Worker,
    media: Worker,
}

impl Deployed {
    /// The worker behind a topic's queue.
    pub(crate) fn worker(&self, topic: Topic) -> Worker {
        Arc::clone(match topic {
            Topic::Payments => &self.payments,
            Topic::Notifications => &self.notifications,
            Topic::Media => &self.media,
        })
    }
}

/// Builds every function from the variables, as its own `main` does.
pub(crate) fn deploy(env: &Env, aws: &Aws) -> anyhow::Result<Deployed> {
    let users = UsersState::from_env(env, aws)?;
    let users_edge = users.app().edge();
    let default = function(fallback::router(), Edge::stateless(env));
    let users = function(users::router().with_state(users), users_edge);
    let gateway = Gateway::new(vec![("users", users.clone()), (".well-known", users)], default);
    let unbuilt: Worker = Arc::new(|event| {
        Box::pin(async move {
            let mut r = aws_lambda_events::event::sqs::SqsBatchResponse::default();
            for m in event.records {
                let mut f = aws_lambda_events::event::sqs::BatchItemFailure::default();
                f.item_identifier = m.message_id.unwrap_or_default();
                r.batch_item_failures.push(f);
            }
            r
        })
    });
    let tick: Tick = Arc::new(|| Box::pin(async { Ok(()) }));
    Ok(Deployed { gateway, tick, payments: unbuilt.clone(), notifications: unbuilt.clone(), media: unbuilt })
}

/// A router with the layers that `web::serve` puts around it.
fn function(router: utoipa_axum::router::OpenApiRouter, edge: Edge) -> Function {
    let service = web::finish(router, edge);
    BoxCloneSyncService::new(service)
}
