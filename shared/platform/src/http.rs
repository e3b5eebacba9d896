//! How AWS is called: HTTP/1.1 over TLS, through hyper's own pooled client.
//!
//! The SDK's client (`aws-smithy-http-client`) is the same hyper and rustls with HTTP/2 on top, which none of the services
//! called here gains by and which is a twelfth of a zipped function.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use hyper::Uri;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::{self, connect::HttpConnector as TcpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::net::TcpStream;
use tower::timeout::Timeout;
use tower::timeout::error::Elapsed;
use tower::util::BoxCloneSyncService;

type Failed = Box<dyn Error + Send + Sync>;
/// Opens connections, within a time.
type Connect = BoxCloneSyncService<Uri, MaybeHttpsStream<TokioIo<TcpStream>>, Failed>;

/// A client of HTTP/1.1. Cheap to clone; clones share connections.
#[derive(Clone)]
pub(crate) struct Http1 {
    client: legacy::Client<Connect, SdkBody>,
}

impl fmt::Debug for Http1 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Http1").finish_non_exhaustive()
    }
}

impl Http1 {
    /// A client that trusts `roots` (PEM, several in one) and gives a connection `connect_timeout` to stand, TLS
    /// included. Opens none.
    pub(crate) fn new(roots: &[u8], connect_timeout: Duration) -> Result<Self, Failed> {
        let mut trusted = rustls::RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(roots) {
            trusted.add(root?)?;
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(trusted)
            .with_no_client_auth();
        let mut tcp = TcpConnector::new();
        tcp.set_nodelay(true);
        // A stand-in speaks plain HTTP; what is called is said by the configuration alone.
        tcp.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(BoxCloneSyncService::new(Timeout::new(connector, connect_timeout)));
        Ok(Self { client })
    }
}

impl HttpClient for Http1 {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector { client: self.clone(), read_timeout: settings.read_timeout() })
    }
}

/// The client for one operation's settings.
#[derive(Clone, Debug)]
struct Connector {
    client: Http1,
    /// From the request's start to the head of its answer.
    read_timeout: Option<Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let answer = self.client.client.request(request);
        let read_timeout = self.read_timeout;
        HttpConnectorFuture::new(async move {
            let answer = match read_timeout {
                None => answer.await,
                Some(limit) => tokio::time::timeout(limit, answer)
                    .await
                    .map_err(|elapsed| ConnectorError::timeout(elapsed.into()))?,
            };
            let answer = answer.map_err(connector_error)?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The class of an error: what the SDK and `store::Db` decide by.
fn connector_error(error: legacy::Error) -> ConnectorError {
    if source_of::<Elapsed>(&error).is_some() {
        return ConnectorError::timeout(error.into());
    }
    let hyper = source_of::<hyper::Error>(&error);
    if hyper.is_some_and(hyper::Error::is_user) {
        return ConnectorError::user(error.into());
    }
    // The other side went away in the middle of an answer.
    if hyper.is_some_and(hyper::Error::is_incomplete_message) {
        return ConnectorError::other(error.into(), Some(ErrorKind::TransientError));
    }
    let lost = hyper.is_some_and(|hyper| hyper.is_closed() || hyper.is_canceled());
    if error.is_connect() || lost || source_of::<std::io::Error>(&error).is_some() {
        return ConnectorError::io(error.into());
    }
    ConnectorError::other(error.into(), None)
}

/// The first error of this type below `error`.
fn source_of<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    std::iter::successors(error.source(), |&error| error.source()).find_map(|error| error.downcast_ref())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    const NO_ROOTS: &[u8] = b"";

    fn connector(read_timeout: Option<Duration>) -> Connector {
        Connector { client: Http1::new(NO_ROOTS, Duration::from_secs(1)).unwrap(), read_timeout }
    }

    fn get(port: u16) -> HttpRequest {
        HttpRequest::get(format!("http://127.0.0.1:{port}/")).unwrap()
    }

    /// Answers each connection's first request with `answer`, then closes it.
    async fn server(answer: Option<&'static [u8]>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 4096]).await;
                match answer {
                    Some(answer) => stream.write_all(answer).await.unwrap(),
                    None => std::future::pending().await,
                }
            }
        });
        port
    }

    #[tokio::test]
    async fn an_answer_comes_back_whole() {
        let port = server(Some(b"HTTP/1.1 418 x\r\ncontent-length: 5\r\n\r\nhello")).await;
        let answer = connector(None).call(get(port)).await.unwrap();
        assert_eq!(answer.status().as_u16(), 418);
        let body = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes();
        assert_eq!(&body[..], b"hello");
    }

    #[tokio::test]
    async fn nobody_there_is_io() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let error = connector(None).call(get(port)).await.unwrap_err();
        assert!(error.is_io(), "{error:?}");
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_may_be_tried_again() {
        let port = server(Some(b"HTTP/1.1 200 OK\r\ncontent-le")).await;
        let error = connector(None).call(get(port)).await.unwrap_err();
        assert_eq!(error.as_other(), Some(ErrorKind::TransientError), "{error:?}");
    }

    #[tokio::test]
    async fn silence_is_a_timeout() {
        let port = server(None).await;
        let error = connector(Some(Duration::from_millis(50))).call(get(port)).await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
    }

    #[tokio::test]
    async fn a_handshake_that_stalls_is_a_timeout() {
        let port = server(None).await;
        let client = Http1::new(NO_ROOTS, Duration::from_millis(50)).unwrap();
        let request = HttpRequest::get(format!("https://127.0.0.1:{port}/")).unwrap();
        let error = Connector { client, read_timeout: None }.call(request).await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
    }
}
