//! From names to addresses.

use std::fmt::Debug;
use std::io;
use std::net::IpAddr;

use async_trait::async_trait;

/// Looks names up.
#[async_trait]
pub trait Resolve: Debug + Send + Sync {
    /// The addresses of `host`, a name without a dot at its end; none where it has none.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The machine's own resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        // The port plays no part in it.
        let found = tokio::net::lookup_host((host, 443)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}
