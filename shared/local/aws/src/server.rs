//! One HTTP server on an ephemeral loopback port.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::error::StartError;

/// How long [`HttpServer::stop`] waits for calls that are under way.
const GRACE: Duration = Duration::from_secs(2);

/// A socket that listens but is not served yet, so that its address can go into the router.
pub(crate) struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    stop: watch::Sender<bool>,
}

impl Bound {
    /// Binds 127.0.0.1 on a free port.
    pub(crate) async fn loopback() -> Result<Self, StartError> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(StartError::io("127.0.0.1:0"))?;
        let address = listener.local_addr().map_err(StartError::io("127.0.0.1:0"))?;
        Ok(Self { listener, address, stop: watch::Sender::new(false) })
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Turns true when the server is asked to stop; long polls listen to it.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Serves `router` until [`HttpServer::stop`] or the drop of the answer.
    pub(crate) fn serve(self, router: Router) -> HttpServer {
        self.serve_with(async move |listener, stopping| {
            let served = axum::serve(listener, router).with_graceful_shutdown(raised(stopping)).await;
            if let Err(error) = served {
                tracing::error!(%error, "a local server ended");
            }
        })
    }

    /// Gives the socket to `server`, which ends when the receiver turns true.
    pub(crate) fn serve_with<S, F>(self, server: S) -> HttpServer
    where
        S: FnOnce(TcpListener, watch::Receiver<bool>) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let task = tokio::spawn(server(self.listener, self.stop.subscribe()));
        HttpServer { address: self.address, stop: self.stop, task: Mutex::new(Some(task)) }
    }
}

/// Ends when `stopping` turns true or its sender is gone.
pub(crate) async fn raised(mut stopping: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop as well.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// A running server. Dropping it stops it, without waiting for calls under way.
#[derive(Debug)]
pub(crate) struct HttpServer {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl HttpServer {
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no more calls, lets those under way finish for two seconds, then cuts them.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(true);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut task) = task
            && tokio::time::timeout(GRACE, &mut task).await.is_err()
        {
            task.abort();
        }
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}
