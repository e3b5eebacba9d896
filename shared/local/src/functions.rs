//! The deployed functions, in this process: the same routers and workers that their binaries run.

use std::sync::Arc;

use domain::messages::{Message, Topic};
use outbound::UrlRule;
use payments::PaymentsState;
use platform::{Aws, Env, WorkError};
use properties::PropertiesState;
use tower::util::BoxCloneSyncService;
use users::UsersState;
use web::{App, Edge};

use crate::gateway::{Function, Gateway};
use crate::pump::Worker;
use crate::schedule::Tick;

/// All functions, ready to be called.
pub struct Deployed {
    /// Those that answer requests.
    pub gateway: Gateway,
    /// The scheduler.
    pub tick: Tick,
    /// The payments worker.
    pub payments: Worker,
    /// The notifications worker.
    pub notifications: Worker,
    /// The media worker.
    pub media: Worker,
    /// The webhooks worker.
    pub webhooks: Worker,
    /// The feeds worker.
    pub feeds: Worker,
}

impl Deployed {
    /// The worker behind a topic's queue.
    pub(crate) fn worker(&self, topic: Topic) -> Worker {
        Arc::clone(match topic {
            Topic::Payments => &self.payments,
            Topic::Notifications => &self.notifications,
            Topic::Media => &self.media,
            Topic::Webhooks => &self.webhooks,
            Topic::Feeds => &self.feeds,
        })
    }
}

/// Builds every function from the variables, as its own `main` does.
pub fn deploy(env: &Env, aws: &Aws) -> anyhow::Result<Deployed> {
    let scheduler = scheduler::Scheduler::from_env(env, aws)?;
    let tick: Tick = Arc::new(move || {
        let scheduler = scheduler.clone();
        Box::pin(async move {
            let outcome = scheduler.handle(serde_json::Value::Null).await;
            outcome.map(|_| ()).map_err(|error| anyhow::anyhow!("{error}"))
        })
    });
    let payments = Arc::new(payments_worker::Worker::from_env(env, aws)?);
    let notifications = Arc::new(notifications_worker::Worker::from_env(env, aws)?);
    let media = Arc::new(media_worker::Worker::from_env(env, aws)?);
    let webhooks = Arc::new(webhooks_worker::Worker::over(env, aws, fetcher()?)?);
    let feeds = Arc::new(feeds_worker::Worker::over(env, aws, fetcher()?)?);
    Ok(Deployed {
        gateway: gateway(env, aws)?,
        tick,
        payments: worker(move |message| {
            let payments = Arc::clone(&payments);
            async move { payments.handle(message).await }
        }),
        notifications: records(move |body| {
            let notifications = Arc::clone(&notifications);
            async move { notifications.handle(body).await }
        }),
        webhooks: worker(move |message| {
            let webhooks = Arc::clone(&webhooks);
            async move { webhooks.handle(message).await }
        }),
        feeds: worker(move |message| {
            let feeds = Arc::clone(&feeds);
            async move { feeds.handle(message).await }
        }),
        media: records(move |body| {
            let media = Arc::clone(&media);
            async move { media.handle(body).await }
        }),
    })
}

/// The HTTP functions behind their prefixes.
fn gateway(env: &Env, aws: &Aws) -> anyhow::Result<Gateway> {
    Gateway::new(|name| {
        Ok(match name {
            "users" => {
                let state = UsersState::from_env(env, aws)?;
                let edge = state.app().edge();
                function(users::router().with_state(state), edge)
            }
            "properties" => {
                let urls = UrlRule::unguarded_towards_this_machine_for_tests_and_local_use_only();
                let state = PropertiesState::over(env, aws, urls)?;
                let edge = state.app().edge();
                function(properties::router().with_state(state), edge)
            }
            "payments" => {
                let state = PaymentsState::from_env(env, aws)?;
                let edge = state.app().edge();
                function(payments::router().with_state(state), edge)
            }
            "bookings" => {
                let app = App::from_env(env, aws, bookings::TOPICS)?;
                function(bookings::router().with_state(app.clone()), app.edge())
            }
            "webhooks" => {
                let state = webhooks::WebhooksState::over(env, aws, fetcher()?)?;
                let edge = state.app().edge();
                function(webhooks::router().with_state(state), edge)
            }
            "reviews" => {
                let app = App::from_env(env, aws, reviews::TOPICS)?;
                function(reviews::router().with_state(app.clone()), app.edge())
            }
            "graphql" => {
                let state = graphql::GraphqlState::from_env(env, aws)?;
                let edge = state.app().edge();
                function(graphql::router(state), edge)
            }
            "messages" => {
                let app = App::from_env(env, aws, messages::TOPICS)?;
                function(messages::router().with_state(app.clone()), app.edge())
            }
            "wishlists" => {
                let app = App::from_env(env, aws, wishlists::TOPICS)?;
                function(wishlists::router().with_state(app.clone()), app.edge())
            }
            "fallback" => function(fallback::router(), Edge::stateless(env)),
            unknown => anyhow::bail!("no function is called {unknown}"),
        })
    })
}

/// Calls endpoints on this machine, too: a receiver that is tried out, or a test's.
fn fetcher() -> anyhow::Result<outbound::Fetcher> {
    Ok(outbound::Fetcher::unguarded_towards_this_machine_for_tests_and_local_use_only()?)
}

/// A router with the layers that `web::serve` puts around it.
fn function(router: axum::Router, edge: Edge) -> Function {
    BoxCloneSyncService::new(web::finish(router, edge))
}

/// A worker with the loop that `platform::serve_records` puts around it.
fn records<H, F>(handle: H) -> Worker
where
    H: Fn(String) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), WorkError>> + Send,
{
    let handle = Arc::new(handle);
    Arc::new(move |event| {
        let handle = Arc::clone(&handle);
        Box::pin(async move { platform::run_records(event, &*handle).await })
    })
}

/// A worker with the loop that `platform::serve_worker` puts around it.
fn worker<H, F>(handle: H) -> Worker
where
    H: Fn(Message) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), WorkError>> + Send,
{
    let handle = Arc::new(handle);
    Arc::new(move |event| {
        let handle = Arc::clone(&handle);
        Box::pin(async move { platform::run_batch(event, &*handle).await })
    })
}
