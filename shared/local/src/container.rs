//! The whole API and its workers in one process, against the services that the environment names: what a container runs.
//!
//! Nothing of the local plane is in it. The variables are those that a deployment sets for all functions together, with
//! the application's database user; AWS is reached as the SDKs reach it. Several may run side by side: the queues share
//! their messages out, and the schedule's work may be done twice at once.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use platform::config::QueuesConfig;
use platform::{Aws, Env, SystemClock};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::functions::{self, Deployed};
use crate::plan::QUEUES;
use crate::pump::{Mapping, Parked};
use crate::routes;
use crate::schedule::Schedule;

/// What to start.
#[derive(Clone, Copy, Debug)]
pub struct ContainerOptions {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port to listen on; 0 picks a free one.
    pub port: u16,
    /// Whether queues are worked and the schedule runs here, beside the requests.
    pub workers: bool,
    /// Whether a proxy stands before it that says in the last entry of `X-Forwarded-For` who calls. Without one, that
    /// header is anybody's word.
    pub behind_proxy: bool,
}

/// A running container. Dropping it ends it at once; [`Container::stop`] lets it finish what is under way.
#[derive(Debug)]
pub struct Container {
    address: SocketAddr,
    stop: DropGuard,
    tasks: JoinSet<()>,
}

impl Container {
    /// Starts everything and answers once requests are served.
    pub async fn start(env: &Env, aws: &Aws, options: ContainerOptions) -> anyhow::Result<Self> {
        let deployed = functions::deploy(env, aws)?;
        let ctx = platform::context::context(env, aws, &[])?;
        let listener = TcpListener::bind((options.host, options.port))
            .await
            .with_context(|| format!("cannot listen on {}:{}", options.host, options.port))?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        if options.workers {
            start_workers(&mut tasks, env, aws, &deployed, &stop)?;
        }
        let router = routes::health(ctx.db).fallback_service(deployed.gateway.router());
        let router = if options.behind_proxy { router.layer(from_fn(caller_of_proxy)) } else { router };
        tasks.spawn(serve(listener, router, stop.clone()));
        Ok(Self { address, stop: stop.drop_guard(), tasks })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes nothing more, finishes what is under way within `patience`, and ends.
    pub async fn stop(mut self, patience: Duration) {
        drop(self.stop);
        let finished = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, finished).await.is_err() {
            tracing::warn!("what was under way is left; messages come again");
        }
    }
}

fn start_workers(
    tasks: &mut JoinSet<()>,
    env: &Env,
    aws: &Aws,
    deployed: &Deployed,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    for plan in QUEUES {
        let variable = QueuesConfig::variable(plan.topic);
        let mapping = Mapping {
            client: aws.sqs(),
            queue_url: env.get(variable).with_context(|| format!("{variable} is missing"))?,
            batch_size: plan.batch_size,
            concurrency: plan.concurrency,
            worker: deployed.worker(plan.topic),
            parked: Parked::default(),
        };
        tasks.spawn(mapping.run(stop.clone()));
    }
    let clock = Arc::new(SystemClock::from_env(env));
    tasks.spawn(Schedule::new(clock, deployed.tick.clone()).run(stop.clone()));
    Ok(())
}

async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the gateway ended");
    }
}

/// Puts the caller that the proxy names in the place of the proxy. The proxy adds its entry at the end: what stands
/// before it is the caller's own word.
async fn caller_of_proxy(mut request: Request, next: Next) -> Response {
    let said = request.headers().get_all("x-forwarded-for").iter().next_back();
    let last = said.and_then(|value| value.to_str().ok()).and_then(|value| value.rsplit(',').next());
    if let Some(caller) = last.and_then(|entry| entry.trim().parse::<IpAddr>().ok()) {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(caller, 0)));
    }
    next.run(request).await
}
