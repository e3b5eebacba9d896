//! A connection to an address that was looked at, and one exchange over it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio_rustls::TlsConnector;

use crate::error::FetchError;
use crate::target::Target;

/// The workspace's one crypto stack, whatever else is linked, trusting `roots`.
pub(crate) fn tls(roots: RootCertStore) -> Result<TlsConnector, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The roots that browsers trust.
pub(crate) fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// An answer whose body is still to come. The connection ends with this.
pub(crate) struct Exchange {
    pub(crate) response: Response<Incoming>,
    pub(crate) connection: Connection,
}

/// The task that drives a connection: it ends where the exchange does, also one that is given up halfway.
pub(crate) struct Connection(AbortHandle);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends `request` to the first of the target's addresses that takes a connection.
pub(crate) async fn exchange(
    target: &Target,
    tls: &TlsConnector,
    request: Request<Full<Bytes>>,
) -> Result<Exchange, FetchError> {
    let stream = open(&target.addresses).await?;
    if !target.is_tls() {
        return send(stream, request).await;
    }
    let host = target.host().trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host.to_owned())
        .map_err(|error| FetchError::Tls(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
    let stream = tls.connect(name, stream).await.map_err(FetchError::Tls)?;
    send(stream, request).await
}

async fn open(addresses: &[SocketAddr]) -> Result<TcpStream, FetchError> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true).map_err(FetchError::Connect)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(FetchError::Connect(last))
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Exchange, FetchError> {
    let failed = |error: hyper::Error| FetchError::Http(error.into());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let connection = Connection(tokio::spawn(connection).abort_handle());
    let response = sender.send_request(request).await.map_err(failed)?;
    Ok(Exchange { response, connection })
}
