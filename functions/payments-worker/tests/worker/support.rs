//! A worker with a database and a provider of its own, and a host with bookings to pay for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use aws_sdk_secretsmanager::Client;
use domain::clock::{Clock as _, ManualClock};
use domain::ids::{BookingId, PaymentId, UserId};
use domain::messages::{Message, MessageBody, ProviderEventId};
use domain::money::Money;
use jiff::Timestamp;
use local_aws::secrets::{Secrets, SecretsOptions};
use local_data_api::postgres::{Postgres, PostgresOptions};
use local_data_api::{DataApi, DataApiOptions};
use local_stripe::{Faults, Handle, LocalStripe, Options};
use payments_worker::Worker;
use platform::{Aws, Env, OsEntropy, WorkError};
use serde_json::{Value, json};
use services::payments::{IncomingEvent, receive_event};
use services::{Ctx, Failure, PublishError, Publisher};
use store::{Db, Statement};
use stripe::{Deployed, Event, EventKind, Settings};
use uuid::Uuid;

const CLUSTER: &str = "arn:aws:rds:us-east-1:000000000000:cluster:test";
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:test";
const TEMPLATE: &str = "worker_template";
const API_KEY: &str = "sk_test_worker";
/// What a booking costs.
pub(crate) const TOTAL: i64 = 37_200;
const PRICED: &str = include_str!("priced.json");

/// The messages stay in the outbox, where the tests find them.
#[derive(Debug)]
struct Nowhere;

#[async_trait::async_trait]
impl Publisher for Nowhere {
    async fn publish(&self, _: &[Message]) -> Result<(), PublishError> {
        Ok(())
    }
}

struct Shared {
    postgres: Postgres,
    api: DataApi,
}

/// Runs a future on a runtime of its own, also from within another.
fn block_on<T: Send>(future: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        scope.spawn(move || runtime.block_on(future)).join().unwrap()
    })
}

/// One PostgreSQL and one Data API for all tests, with a migrated template.
fn shared() -> &'static Shared {
    static SHARED: LazyLock<Shared> = LazyLock::new(|| {
        block_on(async {
            let postgres = Postgres::start(PostgresOptions::temporary()).await.unwrap();
            postgres.create_database(TEMPLATE, None).await.unwrap();
            let options = DataApiOptions::new(CLUSTER, SECRET, postgres.url("postgres"));
            let shared = Shared { api: DataApi::start(options).unwrap(), postgres };
            let db = db(&shared.api, TEMPLATE);
            store::migrations::migrate(&db, &clock()).await.unwrap();
            shared.api.close_database(TEMPLATE);
            shared
        })
    });
    &SHARED
}

fn clock() -> ManualClock {
    ManualClock::at("2026-06-01T12:00:00Z".parse().unwrap())
}

fn aws(endpoints: &[(&str, String)]) -> Aws {
    let fixed = [
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1".to_owned()),
    ];
    let variables: HashMap<String, String> =
        fixed.iter().chain(endpoints).map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Aws::from_env(&Env::from_map(variables)).unwrap()
}

fn db(api: &DataApi, database: &str) -> Db {
    let client = aws(&[("AWS_ENDPOINT_URL_RDS_DATA", api.url())]).rdsdata();
    Db::new(client, CLUSTER, SECRET, database, Arc::new(OsEntropy))
}

/// A worker, its surroundings, a host who can be paid, and a guest.
pub(crate) struct Bench {
    pub(crate) ctx: Ctx,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) provider: LocalStripe,
    pub(crate) worker: Worker,
    pub(crate) gateway: Deployed,
    pub(crate) host: UserId,
    pub(crate) guest: UserId,
    database: String,
    _secrets: Secrets,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let database = format!("worker_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let shared = tokio::task::spawn_blocking(shared).await.unwrap();
        shared.postgres.create_database(&database, Some(TEMPLATE)).await.unwrap();
        let clock = Arc::new(clock());
        let ctx = Ctx {
            db: db(&shared.api, &database),
            clock: clock.clone(),
            entropy: Arc::new(OsEntropy),
            publisher: Arc::new(Nowhere),
        };
        let provider = LocalStripe::start(Options {
            data_dir: None,
            port: 0,
            api_key: API_KEY.to_owned(),
            webhook_secret: "whsec_worker".to_owned(),
            webhook_url: None,
            clock: clock.clone(),
            entropy: Arc::new(OsEntropy),
        })
        .await
        .unwrap();
        let secrets =
            Secrets::start(SecretsOptions::in_memory(clock.clone(), Arc::new(OsEntropy))).await.unwrap();
        let client = Client::new(aws(&[("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url())]).sdk_config());
        let key = json!({ "api_key": API_KEY }).to_string();
        client.create_secret().name("stripe").secret_string(key).send().await.unwrap();
        let deployed = || {
            let settings = Settings {
                api_base: provider.url().to_owned(),
                public_url: "https://stay.example".to_owned(),
                api_secret_arn: "stripe".to_owned(),
                webhook_secret_arn: None,
            };
            Deployed::new(client.clone(), settings, clock.clone(), Arc::new(OsEntropy))
        };
        let worker = Worker::new(ctx.clone(), deployed());
        let gateway = deployed();
        let (host, guest) = (ctx.new_id(), ctx.new_id());
        let bench = Self { ctx, clock, provider, worker, gateway, host, guest, database, _secrets: secrets };
        bench.people().await;
        bench
    }

    async fn people(&self) {
        let now = self.ctx.now();
        for (user, name) in [(self.host, "host"), (self.guest, "guest")] {
            self.run(&format!(
                "INSERT INTO users (id, email, email_key, name, locale, time_zone, role, sessions_valid_from, created_at,
                     updated_at)
                 VALUES ('{user}', '{name}@example.com', '{name}@example.com', '{name}', 'en', 'UTC', 'member', '{now}',
                     '{now}', '{now}')"
            ))
            .await;
        }
        self.run(&format!(
            "INSERT INTO host_accounts (user_id, provider_account, state, created_at, updated_at)
             VALUES ('{}', 'acct_seeded', 'enabled', '{now}', '{now}')",
            self.host
        ))
        .await;
    }

    /// A booking that waits for its payment, its nights held for 15 minutes.
    pub(crate) async fn booking(&self, mode: &str) -> BookingId {
        let new = || self.ctx.new_id::<Uuid>();
        let (property, unit, quote, booking, claim) = (new(), new(), new(), new(), new());
        let (host, guest, now) = (self.host, self.guest, self.ctx.now());
        let ends = now + jiff::SignedDuration::from_mins(15);
        let policy = domain::cancellation::PolicySnapshot::current("flexible".parse().unwrap());
        let policy = serde_json::to_string(&policy).unwrap();
        self.run(&format!(
            "INSERT INTO properties (id, host_id, state, title, description, kind, latitude_e6, longitude_e6, address,
                 time_zone, capacity, bedrooms, beds, bathrooms_x2, amenities, currency, nightly_price, terms,
                 booking_mode, cancellation_policy, check_in_time, check_out_time, min_nights, max_nights, created_at,
                 updated_at)
             VALUES ('{property}', '{host}', 'draft', 'Home', '', 'apartment', 0, 0, '{{\"country\": \"DE\"}}', 'UTC', 4,
                 1, 1, 2, '{{}}', 'USD', 20000, '{{}}', '{mode}', 'flexible', '15:00', '11:00', 1, 30, '{now}', '{now}');
             INSERT INTO units (id, property_id, ordinal) VALUES ('{unit}', '{property}', 1);
             INSERT INTO quotes (id, property_id, guest_id, check_in, check_out, guests, terms, night_rules,
                 rules_version, priced, policy, property_version, currency, total, created_at, expires_at)
             VALUES ('{quote}', '{property}', '{guest}', '2026-07-01', '2026-07-02', '{{\"adults\": 2}}', '{{}}', '[]', 1,
                 '{PRICED}', '{policy}', 1, 'USD', {TOTAL}, '{now}', '{ends}');
             INSERT INTO bookings (id, quote_id, property_id, unit_id, host_id, guest_id, state, booking_mode, check_in,
                 check_out, time_zone, check_in_time, check_out_time, check_in_at, check_out_at, guests, priced, policy,
                 currency, total, payout, hold_expires_at, created_at, updated_at)
             VALUES ('{booking}', '{quote}', '{property}', '{unit}', '{host}', '{guest}', 'pending_payment', '{mode}',
                 '2026-07-01', '2026-07-02', 'UTC', '15:00', '11:00', '2026-07-01T15:00Z', '2026-07-02T11:00Z',
                 '{{\"adults\": 2}}', '{PRICED}', '{policy}', 'USD', {TOTAL}, 29100, '{ends}', '{now}', '{now}');
             INSERT INTO claims (id, unit_id, kind, booking_id, nights, padded, expires_at, created_at)
             VALUES ('{claim}', '{unit}', 'stay', '{booking}', '[2026-07-01,2026-07-02)', '[2026-07-01,2026-07-02)',
                 '{ends}', '{now}')"
        ))
        .await;
        booking.into()
    }

    /// Runs statements past the Data API.
    pub(crate) async fn run(&self, sql: &str) {
        shared().postgres.execute(&self.database, sql).await.unwrap();
    }

    /// The JSON of the only row of a query.
    pub(crate) async fn value(&self, sql: &str) -> Value {
        let sql: &'static str = Box::leak(format!("SELECT ({sql})::text").into_boxed_str());
        self.ctx.db.one(Statement::new(sql)).await.unwrap()
    }

    /// A column of a payment, as JSON.
    pub(crate) async fn payment(&self, payment: PaymentId, column: &str) -> Value {
        self.value(&format!(
            "SELECT coalesce(to_jsonb({column}), 'null') FROM payments WHERE id = '{payment}'"
        ))
        .await
    }

    /// Where a booking stands.
    pub(crate) async fn booking_state(&self, booking: BookingId) -> Value {
        self.value(&format!("SELECT to_jsonb(state) FROM bookings WHERE id = '{booking}'")).await
    }

    /// How often people were told `event` of a booking.
    pub(crate) async fn notices(&self, booking: BookingId, event: &str) -> Value {
        self.value(&format!(
            "SELECT to_jsonb(count(*)) FROM outbox WHERE topic = 'notifications'
             AND body ->> 'booking_id' = '{booking}' AND body ->> 'event' = '{event}'"
        ))
        .await
    }

    /// A fresh request to pay.
    pub(crate) async fn try_to_pay(
        &self,
        user: UserId,
        booking: BookingId,
        method: &str,
    ) -> Result<store::payments::Payment, Failure> {
        let key = self.ctx.new_id::<PaymentId>().to_string();
        services::payments::pay(&self.ctx, user, booking, method, &key).await
    }

    pub(crate) async fn pay(&self, booking: BookingId, method: &str) -> PaymentId {
        self.try_to_pay(self.guest, booking, method).await.unwrap().id
    }

    /// A payment that was taken.
    pub(crate) async fn captured(&self, method: &str) -> PaymentId {
        let booking = self.booking("instant").await;
        let payment = self.pay(booking, method).await;
        self.pump().await;
        assert_eq!(self.payment(payment, "state").await, "captured");
        payment
    }

    /// The messages that are not done.
    pub(crate) async fn open_messages(&self) -> Vec<Message> {
        let rows: Vec<Message> = self
            .ctx
            .db
            .rows(Statement::new(
                "SELECT jsonb_build_object('id', id, 'topic', topic, 'body', body)::text FROM outbox
                 WHERE topic = 'payments' AND done_at IS NULL ORDER BY id",
            ))
            .await
            .unwrap();
        rows
    }

    /// The only message that is not done.
    pub(crate) async fn open_message(&self) -> Message {
        let mut messages = self.open_messages().await;
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages.remove(0)
    }

    /// Works all messages, each delivered twice at once and once more later, until none is left.
    pub(crate) async fn pump(&self) {
        for _ in 0..20 {
            let messages = self.open_messages().await;
            if messages.is_empty() {
                return;
            }
            for message in messages {
                let (one, other) = tokio::join!(self.handle(&message), self.handle(&message));
                // Of two at once one may find the provider busy with the other.
                assert!(one.is_ok() || other.is_ok(), "{message:?}: {:?}", one.err());
                self.handle(&message).await.unwrap();
            }
        }
        panic!("messages that are never done: {:?}", self.open_messages().await);
    }

    pub(crate) async fn handle(&self, message: &Message) -> Result<(), WorkError> {
        self.worker.handle(message.clone()).await
    }

    pub(crate) fn books(&self) -> &Handle {
        self.provider.handle()
    }

    /// The next calls of a path come to nothing, or to nothing that is heard of.
    pub(crate) fn fail_next(&self, times: u32, kind: &Value, path: &str) {
        let faults = json!({ "api": [{ "kind": kind, "when": { "next": times }, "path": path }] });
        self.books().set_faults(serde_json::from_value::<Faults>(faults).unwrap());
    }

    /// The provider's events, oldest first.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.books().events().unwrap()
    }

    /// Takes an event in, as the webhook does.
    pub(crate) async fn receive(&self, event: &Value) {
        let payload = event.to_string();
        let read = Event::parse(payload.as_bytes()).unwrap();
        let incoming = IncomingEvent {
            id: ProviderEventId::try_from(read.id).unwrap(),
            kind: read.kind.name(),
            payload: &payload,
            is_acted_on: !matches!(read.kind, EventKind::Other(_)),
        };
        receive_event(&self.ctx, &incoming).await.unwrap();
    }

    pub(crate) async fn unprocessed(&self) -> Value {
        self.value("SELECT to_jsonb(count(*)) FROM provider_events WHERE processed_at IS NULL").await
    }

    pub(crate) fn advance(&self, minutes: i64) {
        self.clock.advance_millis(minutes * 60_000);
    }

    /// What time ends: holds are released and their bookings closed.
    pub(crate) async fn expire_holds(&self) {
        store::claims::expire_due(&self.ctx.db, self.ctx.now(), 100).await.unwrap();
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

pub(crate) fn usd(amount: i64) -> Money {
    Money::new(amount, "USD".parse().unwrap())
}

/// What a message asks for.
pub(crate) fn kind(message: &Message) -> String {
    match &message.body {
        MessageBody::Payments(step) => {
            serde_json::to_value(step).unwrap()["type"].as_str().unwrap().to_owned()
        }
        other => panic!("{other:?}"),
    }
}

/// The code of a refusal.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, services::Failure>) -> String {
    match result.unwrap_err() {
        services::Failure::Refused(refusal) | services::Failure::RefusedWith { refusal, .. } => {
            refusal.code.to_owned()
        }
        other => other.to_string(),
    }
}
