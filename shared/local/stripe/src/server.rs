//! Starting, listening, stopping.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::clock::SharedClock;
use domain::random::SharedEntropy;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::books::{Books, BooksError};
use crate::handle::Handle;
use crate::provider::Provider;
use crate::respond::respond;
use crate::webhooks;

/// What a provider is started with.
#[derive(Debug)]
pub struct Options {
    /// Where the books live; in memory if None.
    pub data_dir: Option<PathBuf>,
    /// The port on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// The key that callers must show.
    pub api_key: String,
    /// Signs the webhooks.
    pub webhook_secret: String,
    /// Where webhooks go; they wait while it is None.
    pub webhook_url: Option<String>,
    /// Instants, deadlines and the pauses between deliveries follow it.
    pub clock: SharedClock,
    /// Identifiers come from it.
    pub entropy: SharedEntropy,
}

/// The provider could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The books could not be opened.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// The port could not be bound.
    #[error("cannot listen on 127.0.0.1: {0}")]
    Listen(#[from] io::Error),
    /// The client that delivers webhooks could not be made.
    #[error("the webhooks' client: {0}")]
    Client(#[from] reqwest::Error),
}

/// A running provider; dropping it stops it at once.
#[derive(Debug)]
pub struct LocalStripe {
    handle: Handle,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    deliverer: JoinHandle<()>,
}

impl LocalStripe {
    /// Opens the books and serves on 127.0.0.1. Must be called within a tokio runtime.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let books = Books::open(options.data_dir.as_deref())?;
        let provider = Arc::new(Provider::new(
            options.clock,
            options.entropy,
            books,
            options.api_key,
            options.webhook_secret,
            options.webhook_url,
        ));
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        provider.url.get_or_init(|| url);
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            // Webhooks stay on this machine: without roots the client need not look for the system's.
            .tls_certs_only([])
            .build()?;
        let (stop, stopped) = watch::channel(false);
        let deliverer = tokio::spawn(webhooks::run(Arc::clone(&provider), client, stopped.clone()));
        let server = tokio::spawn(accept(Arc::clone(&provider), listener, stopped));
        Ok(Self { handle: Handle(provider), stop, server, deliverer })
    }

    /// Where it serves, such as `http://127.0.0.1:4242`.
    pub fn url(&self) -> &str {
        self.handle.url()
    }

    /// The books and switches.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Where webhooks go from now on; pending ones too. None keeps them pending.
    pub fn set_webhook_url(&self, url: Option<String>) {
        self.handle.set_webhook_url(url);
    }

    /// Takes no more calls, ends those begun, and returns when all is written.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        // Both end of themselves; an error means that they were stopped already.
        let _ended = (&mut self.server).await;
        let _ended = (&mut self.deliverer).await;
    }
}

impl Drop for LocalStripe {
    fn drop(&mut self) {
        self.server.abort();
        self.deliverer.abort();
    }
}

async fn accept(provider: Arc<Provider>, listener: TcpListener, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(Arc::clone(&provider), stream, stopped.clone()));
                }
                // Out of file handles, most likely: give others time to close theirs.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
        }
    }
    drop(listener);
    let ended = tokio::time::timeout(Duration::from_secs(5), async {
        while connections.join_next().await.is_some() {}
    });
    if ended.await.is_err() {
        tracing::warn!("the payment provider stopped with calls unanswered");
    }
}

/// Serves one connection. An error of the service closes it without an answer: that is the fault `Manner::Drop`.
async fn converse(provider: Arc<Provider>, stream: TcpStream, mut stopped: watch::Receiver<bool>) {
    let service = service_fn(move |request| respond(Arc::clone(&provider), request));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the payment provider ended early");
    }
}
