//! Webhooks: signed, delivered until they are taken, as badly as the faults demand.

use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use rusqlite::params;
use sha2::Sha256;
use tokio::sync::watch;

use crate::desk::{Desk, Record};
use crate::error::ApiError;
use crate::events::Event;
use crate::provider::{Provider, hex};
use crate::sweep::sweep;

/// How often the clock is looked at: it may be moved without a sign.
const LOOK: Duration = Duration::from_millis(250);

/// The pauses between attempts, in milliseconds of the clock; after the last one the provider gives up.
const RETRY_MS: [i64; 9] =
    [1_000, 5_000, 30_000, 300_000, 1_800_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000];

/// A webhook on its way.
struct Delivery {
    seq: i64,
    event: String,
    attempts: usize,
}

/// Delivers until told to stop.
pub(crate) async fn run(provider: Arc<Provider>, client: reqwest::Client, mut stop: watch::Receiver<bool>) {
    let mut urls = provider.webhook_url.subscribe();
    loop {
        if let Err(error) = sweep(&provider) {
            tracing::error!(message = error.message, "the provider's sweep failed");
        }
        let url = urls.borrow_and_update().clone();
        if let Some(url) = url {
            tokio::select! {
                () = round(&provider, &client, &url) => {}
                _ = stop.changed() => return,
            }
        }
        tokio::select! {
            () = provider.wake.notified() => {}
            _ = urls.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => return,
        }
    }
}

/// Delivers what is due, one after another, until nothing is.
async fn round(provider: &Provider, client: &reqwest::Client, url: &str) {
    loop {
        let mut batch = due(provider);
        if batch.is_empty() {
            return;
        }
        if let Some(gather) = provider.faults.gather_ms() {
            tokio::time::sleep(Duration::from_millis(gather)).await;
            batch = due(provider);
            provider.faults.shuffle(&mut batch);
        }
        for delivery in batch {
            let taken = attempt(provider, client, url, &delivery).await;
            if let Err(error) = settle(provider, &delivery, taken) {
                tracing::error!(message = error.message, "a webhook's outcome could not be recorded");
                return;
            }
        }
    }
}

fn due(provider: &Provider) -> Vec<Delivery> {
    let found: Result<Vec<Delivery>, rusqlite::Error> = provider.books.transact(|db| {
        let mut statement = db.prepare_cached(
            "SELECT seq, event, attempts FROM deliveries WHERE due_ms <= ?1 ORDER BY due_ms, seq LIMIT 100",
        )?;
        let rows = statement.query_map([provider.now_ms()], |row| {
            Ok(Delivery { seq: row.get(0)?, event: row.get(1)?, attempts: row.get(2)? })
        })?;
        rows.collect()
    });
    found.unwrap_or_else(|error| {
        tracing::error!(%error, "pending webhooks could not be read");
        Vec::new()
    })
}

/// Sends one webhook; true if it was taken with a 2xx.
async fn attempt(provider: &Provider, client: &reqwest::Client, url: &str, delivery: &Delivery) -> bool {
    let event = provider.books.transact(|db| {
        let desk = Desk::unasked(provider, db);
        Ok::<_, ApiError>(desk.get::<Event>(&delivery.event, "id")?.view(provider.url()))
    });
    let Ok(event) = event else { return false };
    let body = event.to_string();
    let signature = sign(&provider.webhook_secret, provider.now_ms().div_euclid(1000), &body);
    let sent = client
        .post(url)
        .header("content-type", "application/json; charset=utf-8")
        .header("stripe-signature", signature)
        .body(body)
        .send()
        .await;
    match sent {
        Ok(response) => response.status().is_success(),
        Err(error) => {
            tracing::debug!(%error, event = delivery.event, "a webhook was not taken");
            false
        }
    }
}

/// Strikes a taken webhook off, puts another one off, or gives up on it.
fn settle(provider: &Provider, delivery: &Delivery, taken: bool) -> Result<(), ApiError> {
    provider.books.transact(|db| {
        match RETRY_MS.get(delivery.attempts) {
            Some(pause) if !taken => db
                .prepare_cached("UPDATE deliveries SET attempts = attempts + 1, due_ms = ?2 WHERE seq = ?1")?
                .execute(params![delivery.seq, provider.now_ms().saturating_add(*pause)])?,
            _ => db.prepare_cached("DELETE FROM deliveries WHERE seq = ?1")?.execute([delivery.seq])?,
        };
        Ok(())
    })
}

/// `t=…,v1=…`: HMAC-SHA256 over `t.body`, in hexadecimal.
pub(crate) fn sign(secret: &str, at: i64, body: &str) -> String {
    // HMAC takes keys of any length, so there is nothing to fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{at}.{body}").as_bytes());
    format!("t={at},v1={}", hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_hmac_over_instant_and_body() {
        // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
        assert_eq!(
            sign("whsec_test", 1_700_000_000, r#"{"id":"evt_1"}"#),
            "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"
        );
    }
}
