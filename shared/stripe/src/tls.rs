//! The HTTP client, with the public roots; made at the first call only.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

use crate::config::StripeConfig;

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

/// A client that speaks TLS by the workspace's one crypto stack, whatever else is linked, and trusts the roots that browsers do.
pub(crate) fn http_client(config: &StripeConfig) -> Result<reqwest::Client, ClientError> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(config.connect_timeout)
        .timeout(config.attempt_timeout)
        .redirect(reqwest::redirect::Policy::none())
        // The key goes to the provider and through nobody else's hands.
        .no_proxy()
        .build()?;
    Ok(client)
}
