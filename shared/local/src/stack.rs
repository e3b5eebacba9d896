//! A running system.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use domain::clock::{Clock as _, SharedClock};
use domain::messages::Topic;
use domain::random::SharedEntropy;
use local_aws::{LocalAws, LocalAwsOptions, MailReports, UploadNotification};
use local_stripe::LocalStripe;
use platform::{Aws, Env, OsEntropy, SystemClock};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::database::Cluster;
use crate::environment::{
    self, BUCKET, MAIL_CONFIGURATION_SET, MAIL_FROM, Names, STRIPE_API_KEY, STRIPE_WEBHOOK_KEY,
};
use crate::functions::{self, Deployed};
use crate::plan::{QUEUES, UPLOAD_PREFIX, queue_name};
use crate::pump::{Mapping, Parked};
use crate::schedule::Schedule;
use crate::{access, provision, routes};

/// What to start.
#[derive(Clone, Debug)]
pub struct StackOptions {
    /// Where clients reach it. On another address than loopback there is no console, no clock and no fault.
    pub host: IpAddr,
    /// 0 picks a free one.
    pub port: u16,
    /// Where books, objects and the clock's offset are kept; `None` keeps them in memory or a temporary folder.
    pub data_dir: Option<PathBuf>,
    /// The database of this system; it is made if it is missing.
    pub database: String,
    /// The least severe level that is logged.
    pub log_level: String,
    /// Whether queues are worked and the schedule runs. Tests that drive the real binaries do it themselves.
    pub workers: bool,
    /// Whether what callers do is counted and limited, as it is where it is deployed.
    pub limits: bool,
}

impl StackOptions {
    /// A system in memory on a free loopback port, over the database `database`.
    pub fn in_memory(database: impl Into<String>) -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            data_dir: None,
            database: database.into(),
            log_level: "info".to_owned(),
            workers: true,
            limits: false,
        }
    }
}

/// A running system. Dropping it ends it at once; [`Stack::stop`] lets it finish what is under way.
pub struct Stack {
    handles: Arc<Handles>,
    address: SocketAddr,
    stop: DropGuard,
    tasks: JoinSet<()>,
    _scratch: Option<tempfile::TempDir>,
}

/// What the routes of the local plane and the tests reach into.
pub struct Handles {
    /// The database and the Data API; other systems may share them.
    pub cluster: Arc<Cluster>,
    /// The AWS services.
    pub services: LocalAws,
    /// The payment provider.
    pub stripe: LocalStripe,
    /// The variables that a function of this system is started with.
    pub variables: HashMap<String, String>,
    /// Clients of the services.
    pub aws: Aws,
    /// The one clock.
    pub clock: SharedClock,
    /// The file with the clock's offset in milliseconds.
    pub clock_file: PathBuf,
    /// Messages that failed and wait for their next turn.
    pub parked: Parked,
    pub(crate) schedule: Schedule,
}

impl Stack {
    /// Starts everything and answers once requests are served.
    pub async fn start(cluster: Arc<Cluster>, options: StackOptions) -> anyhow::Result<Self> {
        Self::start_with(cluster, options, async |variables| {
            let env = Env::from_map(variables);
            functions::deploy(&env, &Aws::from_env(&env)?)
        })
        .await
    }

    /// Starts everything with functions that `deploy` makes, such as processes of their own, from the variables that a
    /// deployment sets.
    pub async fn start_with(
        cluster: Arc<Cluster>,
        options: StackOptions,
        deploy: impl AsyncFnOnce(HashMap<String, String>) -> anyhow::Result<Deployed>,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((options.host, options.port))
            .await
            .with_context(|| format!("cannot listen on {}:{}", options.host, options.port))?;
        let address = listener.local_addr()?;
        let (folder, scratch) = folder(options.data_dir.as_deref())?;
        let clock_file = folder.join("clock-offset-ms");
        let clock = local_clock(&clock_file);
        let services = LocalAws::start(aws_options(&options, &clock)).await?;
        provision::queues(&services).await?;
        let stripe = start_stripe(&options, &clock, address).await?;
        let variables = environment::variables(
            &cluster,
            &services.endpoints(),
            |topic| services.sqs.queue_url(&queue_name(topic)),
            &Names {
                database: &options.database,
                public_url: &base_url(address),
                stripe_url: stripe.url(),
                clock_file: &clock_file,
                log_level: &options.log_level,
                limits: options.limits,
            },
        );
        let env = Env::from_map(variables.clone());
        let aws = Aws::from_env(&env)?;
        cluster.ensure_database(&options.database).await?;
        provision::resources(&aws, &cluster).await?;
        Box::pin(migrate::run(&environment::owner_env(&variables), &aws)).await.context("migrate")?;
        let deployed = deploy(variables.clone()).await?;
        let schedule = Schedule::new(Arc::clone(&clock), deployed.tick.clone());
        let handles = Arc::new(Handles {
            cluster,
            services,
            stripe,
            variables,
            aws,
            clock,
            clock_file,
            parked: Parked::default(),
            schedule,
        });
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        if options.workers {
            start_workers(&mut tasks, &handles, &deployed, &stop);
        }
        let db = platform::context::context(&env, &handles.aws, &[])?.db;
        let router = front(deployed, &handles, db, options.host);
        tasks.spawn(serve(listener, router, stop.clone()));
        Ok(Self { handles, address, stop: stop.drop_guard(), tasks, _scratch: scratch })
    }

    /// Where clients reach it, without a slash at the end.
    pub fn url(&self) -> String {
        base_url(self.address)
    }

    /// What the system is made of.
    pub fn handles(&self) -> &Arc<Handles> {
        &self.handles
    }

    /// Finishes what is under way and stops everything but the shared cluster.
    pub async fn stop(mut self) {
        drop(self.stop);
        while self.tasks.join_next().await.is_some() {}
        if let Ok(handles) = Arc::try_unwrap(self.handles) {
            handles.stripe.stop().await;
            handles.services.stop().await;
        }
    }
}

fn base_url(address: SocketAddr) -> String {
    // Whoever listens everywhere is reached by this machine's own name.
    let ip = if address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

fn folder(data_dir: Option<&Path>) -> anyhow::Result<(PathBuf, Option<tempfile::TempDir>)> {
    if let Some(folder) = data_dir {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        return Ok((folder.to_owned(), None));
    }
    let scratch = tempfile::tempdir()?;
    Ok((scratch.path().to_owned(), Some(scratch)))
}

fn local_clock(file: &Path) -> SharedClock {
    let variables = HashMap::from([(platform::clock::CLOCK_FILE.to_owned(), file.display().to_string())]);
    let clock = SystemClock::from_env(&Env::from_map(variables));
    tracing::debug!(now = %clock.now(), "the local clock");
    Arc::new(clock)
}

fn entropy() -> SharedEntropy {
    Arc::new(OsEntropy)
}

fn aws_options(options: &StackOptions, clock: &SharedClock) -> LocalAwsOptions {
    let mut aws = LocalAwsOptions::in_memory(Arc::clone(clock), entropy());
    aws.data_dir.clone_from(&options.data_dir);
    aws.upload_notifications = vec![UploadNotification {
        bucket: BUCKET.to_owned(),
        prefix: UPLOAD_PREFIX.to_owned(),
        queue: queue_name(Topic::Media),
    }];
    let sender = MAIL_FROM.rsplit_once('<').map_or(MAIL_FROM, |(_, address)| address.trim_end_matches('>'));
    aws.mail_identities = vec![sender.to_owned()];
    aws.mail_reports = vec![MailReports {
        configuration_set: MAIL_CONFIGURATION_SET.to_owned(),
        queue: queue_name(Topic::Notifications),
    }];
    aws
}

async fn start_stripe(
    options: &StackOptions,
    clock: &SharedClock,
    address: SocketAddr,
) -> anyhow::Result<LocalStripe> {
    let options = local_stripe::Options {
        data_dir: options.data_dir.clone(),
        port: 0,
        api_key: STRIPE_API_KEY.to_owned(),
        webhook_secret: STRIPE_WEBHOOK_KEY.to_owned(),
        webhook_url: Some(format!("{}/payments/webhooks/stripe/", base_url(address))),
        clock: Arc::clone(clock),
        entropy: entropy(),
    };
    Ok(LocalStripe::start(options).await?)
}

fn start_workers(
    tasks: &mut JoinSet<()>,
    handles: &Arc<Handles>,
    deployed: &Deployed,
    stop: &CancellationToken,
) {
    for plan in QUEUES {
        let mapping = Mapping {
            client: handles.aws.sqs(),
            queue_url: handles.services.sqs.queue_url(&queue_name(plan.topic)),
            batch_size: plan.batch_size,
            concurrency: plan.concurrency,
            worker: deployed.worker(plan.topic),
            parked: handles.parked.clone(),
        };
        tasks.spawn(mapping.run(stop.clone()));
    }
    tasks.spawn(handles.schedule.clone().run(stop.clone()));
}

fn front(deployed: Deployed, handles: &Arc<Handles>, db: store::Db, host: IpAddr) -> Router {
    let gateway = deployed.gateway.router();
    let own = routes::health(db);
    let own = if access::is_private(host) { own.merge(routes::private(Arc::clone(handles))) } else { own };
    own.fallback_service(gateway)
}

async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the gateway ended");
    }
}
