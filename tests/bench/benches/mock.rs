//! A DynamoDB that has no item but takes every write, with or without TLS by a certificate of its own.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, header::CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// The running mock; it ends when it is dropped.
pub(crate) struct Mock {
    url: String,
    certificate: String,
    _tasks: JoinSet<()>,
}

impl Mock {
    /// One without TLS.
    pub(crate) async fn plain() -> anyhow::Result<Self> {
        Self::listen("http", String::new(), None).await
    }

    /// One behind TLS.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(anyhow::Error::msg)?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        let tls = TlsAcceptor::from(Arc::new(config));
        Self::listen("https", made.cert.pem(), Some(tls)).await
    }

    async fn listen(scheme: &str, certificate: String, tls: Option<TlsAcceptor>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("{scheme}://localhost:{}", listener.local_addr()?.port());
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, tls));
        Ok(Self { url, certificate, _tasks: tasks })
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// In PEM.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        match tls.clone() {
            Some(tls) => connections.spawn(async move {
                // A client that goes away is no news.
                if let Ok(stream) = tls.accept(stream).await {
                    serve(stream).await;
                }
            }),
            None => connections.spawn(serve(stream)),
        };
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin) {
    let answer = |_| async {
        let body = Body::from(r#"{"Attributes":{"full_at_ms":{"N":"0"}}}"#);
        let response = Response::builder().header(CONTENT_TYPE, "application/x-amz-json-1.0").body(body);
        Ok::<_, Infallible>(response.unwrap_or_default())
    };
    // A client that goes away is no news.
    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await;
}
