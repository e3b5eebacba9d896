//! What one process keeps.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use moka::future::Cache;

use super::Entry;
use crate::Failure;

/// How long a process shows something without looking into the table.
const LIFE: Duration = Duration::from_secs(5);
/// How much a process keeps, in bytes.
const CAPACITY: u64 = 16 * 1024 * 1024;

/// An entry, and when the process got it.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) entry: Arc<Entry>,
    pub(super) at: Timestamp,
}

/// The entries of this process.
///
/// They end by the machine's steady clock, which nobody sets, and by the one clock that everything else goes by: a jump of
/// that one, forth or back, ends them at once.
#[derive(Default)]
pub(super) struct Near {
    // Made when it is first used: a function's start pays nothing for it.
    cache: OnceLock<Cache<String, Shown>>,
}

impl fmt::Debug for Near {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Near")
    }
}

impl Near {
    fn cache(&self) -> &Cache<String, Shown> {
        self.cache.get_or_init(|| {
            let bytes = |key: &String, shown: &Shown| key.len() + shown.entry.body.len() + 200;
            Cache::builder()
                .max_capacity(CAPACITY)
                .weigher(move |key, shown| u32::try_from(bytes(key, shown)).unwrap_or(u32::MAX))
                .time_to_live(LIFE)
                .build()
        })
    }

    /// What is here under `key`.
    pub(super) async fn find(&self, key: &str, now: Timestamp) -> Option<Arc<Entry>> {
        let cache = self.cache.get()?;
        let shown = cache.get(key).await?;
        if is_young(&shown, now) {
            return Some(shown.entry);
        }
        cache.invalidate(key).await;
        None
    }

    /// What `far` finds. Those who ask at once share one run of it, and its failure.
    pub(super) async fn fill<F>(&self, key: &str, far: F) -> Result<Arc<Entry>, Failure>
    where
        F: Future<Output = Result<Shown, Failure>> + Send,
    {
        let shown = self.cache().try_get_with_by_ref(key, far).await.map_err(own)?;
        Ok(shown.entry)
    }

    pub(super) async fn forget(&self, key: &str) {
        if let Some(cache) = self.cache.get() {
            cache.invalidate(key).await;
        }
    }
}

fn is_young(shown: &Shown, now: Timestamp) -> bool {
    let age = now.duration_since(shown.at);
    !age.is_negative() && age < SignedDuration::from_secs(LIFE.as_secs().cast_signed())
}

/// The failure of a run that others waited for, too.
fn own(shared: Arc<Failure>) -> Failure {
    Arc::try_unwrap(shared).unwrap_or_else(|shared| match &*shared {
        Failure::NotFound => Failure::NotFound,
        Failure::Unavailable { .. } => Failure::unavailable(shared),
        _ => Failure::internal(shared),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn shown(body: &str, second: i64) -> Shown {
        Shown { entry: Arc::new(Entry { revision: 1, body: body.to_owned() }), at: at(second) }
    }

    async fn body(near: &Near, second: i64, fresh: &str) -> String {
        if let Some(entry) = near.find("key", at(second)).await {
            return entry.body.clone();
        }
        near.fill("key", async { Ok(shown(fresh, second)) }).await.unwrap().body.clone()
    }

    #[tokio::test]
    async fn it_lives_five_seconds_by_the_one_clock_whichever_way_that_goes() {
        let near = Near::default();
        assert_eq!(body(&near, 0, "first").await, "first");
        assert_eq!(body(&near, 4, "second").await, "first");
        assert_eq!(body(&near, 5, "third").await, "third");
        assert_eq!(body(&near, 3, "fourth").await, "fourth", "the clock was set back");
        near.forget("key").await;
        assert_eq!(body(&near, 3, "fifth").await, "fifth");
    }

    #[tokio::test]
    async fn those_who_ask_at_once_share_one_run_and_its_failure_is_not_kept() {
        let (near, runs) = (Near::default(), AtomicU32::new(0));
        let ask = async |fails: bool| {
            let far = async {
                runs.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                if fails { Err(Failure::NotFound) } else { Ok(shown("one", 0)) }
            };
            near.fill("key", far).await.map(|entry| entry.body.clone())
        };
        let (one, two) = tokio::join!(ask(true), ask(true));
        assert!(matches!((one, two), (Err(Failure::NotFound), Err(Failure::NotFound))));
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        let (one, two, three) = tokio::join!(ask(false), ask(false), ask(false));
        assert_eq!([one.unwrap(), two.unwrap(), three.unwrap()], ["one", "one", "one"]);
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }
}
