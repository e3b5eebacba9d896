//! The provider's books and switches, for tests and a console.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::accounts::{Account, Standing, place};
use crate::balance::{Category, Movement, record};
use crate::books::BooksError;
use crate::desk::{Desk, Record};
use crate::disputes::{self, Dispute};
use crate::error::ApiError;
use crate::events::Event;
use crate::faults::Faults;
use crate::intents::{Intent, Status, authenticate};
use crate::provider::Provider;
use crate::refunds::{Refund, RefundStatus};
use crate::sweep::sweep;
use crate::transfers::Transfer;

/// A way into a running provider that does not go over HTTP. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle(pub(crate) Arc<Provider>);

/// Sums of one currency, in the provider's notation of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Held on cards, not taken.
    pub authorised: i64,
    /// Taken from cards.
    pub captured: i64,
    /// Given back, or on its way.
    pub refunded: i64,
    /// Sent on to accounts.
    pub transferred: i64,
    /// Withdrawn by open or lost disputes.
    pub disputed: i64,
    /// Kept by the provider for its work.
    pub fees: i64,
    /// Taken for what connected accounts owe the provider.
    pub collected: i64,
}

impl Totals {
    /// What the platform has left.
    pub fn balance(&self) -> i64 {
        self.captured - self.refunded - self.transferred - self.disputed - self.fees - self.collected
    }
}

/// The sums of each currency.
pub(crate) fn totals(desk: &Desk<'_>) -> Result<BTreeMap<String, Totals>, ApiError> {
    let mut all: BTreeMap<String, Totals> = BTreeMap::new();
    for intent in desk.all::<Intent>()? {
        let totals = all.entry(intent.currency.clone()).or_default();
        totals.authorised += intent.capturable();
        totals.captured += intent.received;
    }
    for refund in desk.all::<Refund>()?.into_iter().filter(|refund| refund.status != RefundStatus::Failed) {
        all.entry(refund.currency).or_default().refunded += refund.amount;
    }
    for transfer in desk.all::<Transfer>()? {
        all.entry(transfer.currency).or_default().transferred += transfer.amount;
    }
    for dispute in desk.all::<Dispute>()?.into_iter().filter(|dispute| !dispute.is_won()) {
        all.entry(dispute.currency).or_default().disputed += dispute.amount;
    }
    for movement in desk.all::<Movement>()? {
        let totals = all.entry(movement.currency).or_default();
        totals.fees += movement.fee;
        if movement.category == Category::ConnectCollectionTransfer {
            totals.collected -= movement.amount;
        }
    }
    Ok(all)
}

impl Handle {
    /// Where it serves, without a slash at the end.
    pub fn url(&self) -> &str {
        self.0.url()
    }

    /// Where webhooks go from now on; pending ones too. None keeps them pending.
    pub fn set_webhook_url(&self, url: Option<String>) {
        self.0.webhook_url.send_replace(url);
    }

    /// The faults in force; `next` counts down as they strike.
    pub fn faults(&self) -> Faults {
        self.0.faults.get()
    }

    /// Replaces the faults in force, starting their seeds afresh.
    pub fn set_faults(&self, faults: Faults) {
        self.0.faults.set(faults);
    }

    /// All payment intents as the API shows them, oldest first; so with the others.
    pub fn intents(&self) -> Result<Vec<Value>, BooksError> {
        self.views::<Intent>()
    }

    /// All refunds.
    pub fn refunds(&self) -> Result<Vec<Value>, BooksError> {
        self.views::<Refund>()
    }

    /// All transfers.
    pub fn transfers(&self) -> Result<Vec<Value>, BooksError> {
        self.views::<Transfer>()
    }

    /// All connected accounts.
    pub fn accounts(&self) -> Result<Vec<Value>, BooksError> {
        self.views::<Account>()
    }

    /// All disputes.
    pub fn disputes(&self) -> Result<Vec<Value>, BooksError> {
        self.views::<Dispute>()
    }

    /// All movements of the platform's balance.
    pub fn movements(&self) -> Result<Vec<Value>, BooksError> {
        self.views::<Movement>()
    }

    /// All events.
    pub fn events(&self) -> Result<Vec<Value>, BooksError> {
        self.views::<Event>()
    }

    /// The sums of each currency, by its lower-case code.
    pub fn totals(&self) -> Result<BTreeMap<String, Totals>, BooksError> {
        self.work(totals)
    }

    /// How many webhooks wait to be delivered, or delivered again.
    pub fn pending_webhooks(&self) -> Result<u64, BooksError> {
        self.work(|desk| Ok(desk.db.query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0))?))
    }

    /// How many of them are due within so many milliseconds.
    pub fn webhooks_due_within(&self, millis: i64) -> Result<u64, BooksError> {
        self.work(|desk| {
            let until = desk.now_ms.saturating_add(millis);
            let due = "SELECT count(*) FROM deliveries WHERE due_ms <= ?1";
            Ok(desk.db.query_row(due, [until], |row| row.get(0))?)
        })
    }

    /// Delivers what is pending at once, however late it was to be.
    pub fn deliver_now(&self) -> Result<(), BooksError> {
        self.work(|desk| {
            desk.db.execute("UPDATE deliveries SET due_ms = ?1 WHERE due_ms > ?1", [desk.now_ms])?;
            Ok(())
        })
    }

    /// Delivers an event again.
    pub fn resend(&self, event: &str) -> Result<(), BooksError> {
        self.work(|desk| {
            desk.get::<Event>(event, "id")?;
            desk.enqueue(event, desk.now_ms)
        })
    }

    /// Ends the authentication that an intent waits for, as its page would.
    pub fn authenticate(&self, intent: &str, proved: bool) -> Result<Value, BooksError> {
        self.work(|desk| {
            let mut intent: Intent = desk.get(intent, "intent")?;
            if intent.status != Status::RequiresAction {
                return Err(intent.unexpected_state("authenticated"));
            }
            authenticate::finish(desk, &mut intent, proved)?;
            Ok(desk.view(&intent))
        })
    }

    /// Completes the onboarding of an account, as its page would, or lifts a restriction.
    pub fn enable_account(&self, account: &str) -> Result<Value, BooksError> {
        self.place(account, Standing::Enabled)
    }

    /// Stops an account's payouts until what is named in `due` is provided.
    pub fn restrict_account(&self, account: &str, due: Vec<String>) -> Result<Value, BooksError> {
        let deadline = Some(self.0.now_ms().div_euclid(1000));
        self.place(account, Standing::Restricted { due, deadline })
    }

    /// A connected account stands below zero, and the provider takes `amount` for it from the platform's balance.
    pub fn collect_for_account(&self, account: &str, amount: i64, currency: &str) -> Result<(), BooksError> {
        self.work(|desk| {
            desk.get::<Account>(account, "account")?;
            record(desk, Category::ConnectCollectionTransfer, (-amount, 0, currency), account, None)?;
            Ok(())
        })
    }

    /// A guest's bank disputes `amount`, or all, of a captured payment.
    pub fn open_dispute(&self, intent: &str, amount: Option<i64>, reason: &str) -> Result<Value, BooksError> {
        self.work(|desk| {
            let mut intent: Intent = desk.get(intent, "payment_intent")?;
            let amount = amount.unwrap_or(intent.received);
            Ok(desk.view(&disputes::open(desk, &mut intent, amount, reason)?))
        })
    }

    /// The bank decides a dispute.
    pub fn close_dispute(&self, dispute: &str, won: bool) -> Result<Value, BooksError> {
        self.work(|desk| Ok(desk.view(&disputes::close(desk, dispute, won)?)))
    }

    /// Applies what time has brought about since; also done before each call and every quarter of a second.
    pub fn sweep(&self) -> Result<(), BooksError> {
        sweep(&self.0).map_err(refused)?;
        self.0.wake.notify_one();
        Ok(())
    }

    fn place(&self, account: &str, standing: Standing) -> Result<Value, BooksError> {
        self.work(|desk| {
            let mut account: Account = desk.get(account, "account")?;
            place(desk, &mut account, standing)?;
            Ok(desk.view(&account))
        })
    }

    fn views<R: Record>(&self) -> Result<Vec<Value>, BooksError> {
        self.work(|desk| Ok(desk.all::<R>()?.iter().map(|record| desk.view(record)).collect()))
    }

    fn work<T>(&self, work: impl FnOnce(&Desk<'_>) -> Result<T, ApiError>) -> Result<T, BooksError> {
        let done = self.0.books.transact(|db| work(&Desk::unasked(&self.0, db))).map_err(refused)?;
        self.0.wake.notify_one();
        Ok(done)
    }
}

fn refused(error: ApiError) -> BooksError {
    BooksError::Refused(error.message)
}
