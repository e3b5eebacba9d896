//! Clients that are made when they are first used: an SDK's client costs more to make than all else that a function does
//! before its first event, and hardly any event needs all of them.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

type Make<C> = Box<dyn FnOnce() -> C + Send + Sync>;

/// A client of an AWS service, made once, when it is first used. Cheap to clone; clones share the client.
pub struct LazyClient<C> {
    client: Arc<LazyLock<C, Make<C>>>,
}

impl<C> LazyClient<C> {
    /// A client that `make` makes when it is first used. `make` calls nobody.
    pub fn new(make: impl FnOnce() -> C + Send + Sync + 'static) -> Self {
        Self { client: Arc::new(LazyLock::new(Box::new(make))) }
    }
}

impl<C: Clone + Send + Sync + 'static> LazyClient<C> {
    /// Another client, of this one's making.
    pub fn map<D>(&self, make: impl FnOnce(&C) -> D + Send + Sync + 'static) -> LazyClient<D> {
        let first = self.clone();
        LazyClient::new(move || make(&first))
    }
}

impl<C> Clone for LazyClient<C> {
    fn clone(&self) -> Self {
        Self { client: Arc::clone(&self.client) }
    }
}

impl<C> Deref for LazyClient<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.client
    }
}

impl<C: Send + Sync + 'static> From<C> for LazyClient<C> {
    fn from(client: C) -> Self {
        Self::new(move || client)
    }
}

impl<C> fmt::Debug for LazyClient<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LazyClient")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn it_is_made_once_and_not_before_its_first_use() {
        let made = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&made);
        let client = LazyClient::new(move || counter.fetch_add(1, Ordering::SeqCst) + 41);
        let other = client.map(|number| number + 1);
        assert_eq!(made.load(Ordering::SeqCst), 0);
        assert_eq!((*other, *client, *client.clone()), (42, 41, 41));
        assert_eq!(made.load(Ordering::SeqCst), 1);
    }
}
