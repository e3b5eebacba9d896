//! A running system for one test.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use local::{Cluster, Stack, StackOptions};
use local_data_api::postgres::PostgresOptions;
use serde_json::{Value, json};
use store::Db;
use tokio::sync::OnceCell;

use crate::answer::Call;

/// The database that each test's own is a copy of.
const TEMPLATE: &str = "innkeep_template";
/// How long anything that happens by itself may take before a test gives up on it.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// Webhooks that are due later than this wait for the clock to be moved.
const WAITED_FOR_MILLIS: i64 = 10_000;

static CLUSTER: OnceCell<Arc<Cluster>> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// The PostgreSQL that all tests of this process share, with a migrated template.
///
/// # Panics
/// When no PostgreSQL can be had: there is nothing to test then.
pub async fn cluster() -> Arc<Cluster> {
    CLUSTER
        .get_or_init(|| async {
            let cluster = Cluster::start(PostgresOptions::temporary()).await.expect("a PostgreSQL");
            cluster.ensure_database(TEMPLATE).await.expect("the template");
            let db = owner_of(&cluster, TEMPLATE);
            store::migrations::migrate(&db, &platform::SystemClock::default()).await.expect("the schema");
            Arc::new(cluster)
        })
        .await
        .clone()
}

fn owner_of(cluster: &Cluster, database: &str) -> Db {
    let variables = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local-secret-key"),
        ("AWS_ENDPOINT_URL_RDS_DATA", &cluster.data_api().url()),
    ];
    let env = platform::Env::from_map(
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    );
    let aws = platform::Aws::from_env(&env).expect("clients");
    Db::new(
        aws.rdsdata(),
        local::CLUSTER_ARN,
        local::OWNER_SECRET_ARN,
        database,
        Arc::new(platform::OsEntropy),
    )
}

/// `LOG_LEVEL=warn cargo test … -- --nocapture` shows what the functions log.
fn log_what_is_asked_for() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let level = std::env::var("LOG_LEVEL").unwrap_or_else(|_| "off".to_owned());
        let said = std::panic::take_hook();
        platform::telemetry::init_from(&platform::Env::from_map([("LOG_LEVEL".to_owned(), level)].into()));
        // The functions keep a panic's message to themselves; a test is to say what it missed.
        std::panic::set_hook(said);
    });
}

/// A system of its own: database, queues, tables, mailbox, payment provider and clock.
pub struct System {
    stack: Option<Stack>,
    url: String,
    database: String,
    client: reqwest::Client,
}

impl System {
    /// Starts one.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts one whose options are changed first.
    pub async fn start_with(change: impl FnOnce(&mut StackOptions)) -> Self {
        Self::start_by(change, async |cluster, options| Stack::start(cluster, options).await).await
    }

    /// Starts one in a way of its own.
    pub(crate) async fn start_by(
        change: impl FnOnce(&mut StackOptions),
        start: impl AsyncFnOnce(Arc<Cluster>, StackOptions) -> anyhow::Result<Stack>,
    ) -> Self {
        log_what_is_asked_for();
        let cluster = cluster().await;
        let database = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        cluster.clone_database(TEMPLATE, &database).await.expect("a database");
        let mut options = StackOptions::in_memory(&database);
        change(&mut options);
        let stack = start(cluster, options).await.expect("a system");
        let url = stack.url();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        let system = Self { stack: Some(stack), url, database, client };
        // The suite under a switch of the provider, from the beginning: `{"webhooks": {"duplicates": 2}}`.
        if let Ok(faults) = std::env::var("INNKEEP_TEST_FAULTS") {
            let faults = serde_json::from_str(&faults).expect("faults as JSON");
            system.handles().stripe.handle().set_faults(faults);
        }
        system
    }

    /// The running stack itself.
    pub fn stack(&self) -> &Stack {
        self.stack.as_ref().expect("running")
    }

    /// What the system is made of.
    pub fn handles(&self) -> &Arc<local::Handles> {
        self.stack.as_ref().expect("running").handles()
    }

    /// Where it is reached.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of its database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// A call without a caller.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(self.client.clone(), method, format!("{}{path}", self.url))
    }

    /// How many statements the Data API has run for this system.
    pub fn statements(&self) -> u64 {
        self.handles().cluster.data_api().statements_in(&self.database)
    }

    /// The system's present instant.
    pub fn now(&self) -> jiff::Timestamp {
        self.handles().clock.now()
    }

    /// Moves the clock and lets everything happen that is due by then.
    pub async fn advance(&self, seconds: i64) {
        self.call("POST", "/_local/clock/")
            .json(json!({ "advance_seconds": seconds }))
            .send()
            .await
            .expect(200);
        self.settle().await;
    }

    /// Puts the clock at an instant and lets everything happen that is due by then.
    pub async fn advance_to(&self, now: jiff::Timestamp) {
        self.call("POST", "/_local/clock/").json(json!({ "now": now })).send().await.expect(200);
        self.settle().await;
    }

    /// Waits until no message waits or is being worked on, and no webhook is on its way. Messages that failed wait for
    /// the clock to move past their visibility, webhooks that are late until it nears their time.
    pub async fn settle(&self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // The queues and the provider are looked at one after the other, and work may pass from one to the other
            // between two looks: but not without a statement.
            let statements = self.statements();
            let (messages, webhooks) = self.under_way().await;
            let again = self.under_way().await;
            if (messages, webhooks) == (0, 0) && again == (0, 0) && self.statements() == statements {
                return;
            }
            assert!(Instant::now() < deadline, "never settled: {messages} messages, {webhooks} webhooks");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How many messages wait or are worked on, and how many webhooks are on their way.
    async fn under_way(&self) -> (u64, u64) {
        let handles = self.handles();
        let queues = handles.services.sqs.queues().await.expect("the queues");
        let busy: u64 = queues
            .iter()
            .filter(|queue| !queue.is_dead_letter_queue)
            .map(|queue| queue.visible + queue.in_flight + queue.delayed)
            .sum();
        // What failed comes again when its visibility ends: that takes a move of the clock. What was given up does not.
        let letters = handles.services.sqs.dead_letters(1000).await.expect("the dead letters");
        handles.parked.forget(letters.values().flatten().map(|letter| letter.id.as_str()));
        let busy = busy.saturating_sub(handles.parked.count() as u64);
        (busy, handles.stripe.handle().webhooks_due_within(WAITED_FOR_MILLIS).expect("the provider's books"))
    }

    /// The mails to an address, oldest first.
    pub async fn mails(&self, address: &str) -> Vec<Value> {
        let answer =
            self.call("GET", &format!("/_local/mail/?to={}", address.replace('+', "%2B"))).send().await;
        answer.expect(200).body.as_array().cloned().expect("a list of mails")
    }

    /// Every message that was given up.
    pub async fn dead_letters(&self) -> usize {
        let letters = self.handles().services.sqs.dead_letters(1000).await.expect("the dead letters");
        letters.values().map(Vec::len).sum()
    }

    /// The values of one column of text, straight from the database: for what no call answers.
    pub async fn sql(&self, query: &str) -> Vec<Option<String>> {
        let client = self.handles().cluster.postgres().connect(&self.database).await.expect("a connection");
        let rows = client.query(query, &[]).await.expect("a good query");
        rows.iter().map(|row| row.get::<_, Option<String>>(0)).collect()
    }

    /// Runs a statement straight on the database, as its owner, and says whether it was taken.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn try_sql(&self, query: &str) -> Result<(), String> {
        let client = self.handles().cluster.postgres().connect(&self.database).await.expect("a connection");
        client.query(query, &[]).await.map(|_| ()).map_err(|error| error.to_string())
    }

    /// Stops the system and removes its database.
    pub async fn stop(mut self) {
        if let Some(stack) = self.stack.take() {
            stack.stop().await;
        }
        cluster().await.drop_database(&self.database).await.expect("the database goes");
    }
}
