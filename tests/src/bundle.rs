//! The functions as they are deployed: each binary a process of its own, called by the Runtime API.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use local::{Deployed, Gateway, Stack, StackOptions, Worker};
use local_lambda::api_gateway::{self, Origin};
use local_lambda::{Function, InvocationError, Settings};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::task::JoinSet;
use tower::util::BoxCloneSyncService;

use crate::rights::{Observed, Right, observe};
use crate::system::System;
use crate::template::{DeployedFunction, Template};

/// What the deployment itself calls, with control planes behind it that the local plane has none of: their own packages
/// test them.
const DEPLOYMENT: [&str; 2] = ["release-check", "rotate"];

/// All functions of the template that serve the marketplace, as processes.
#[derive(Debug)]
pub struct Bundle {
    functions: BTreeMap<String, Started>,
    _observers: JoinSet<()>,
}

#[derive(Debug)]
struct Started {
    function: Function,
    deployed: DeployedFunction,
    variables: HashMap<String, String>,
    observed: Observed,
    invocations: AtomicU64,
}

impl Bundle {
    /// Starts every function. Each process sees the variables that the template sets for it, with the
    /// values in `variables`, and what Lambda itself sets.
    pub async fn start(variables: &HashMap<String, String>) -> Arc<Self> {
        let template = Template::read();
        let globals: Vec<String> = template.global_variables().into_iter().collect();
        let mut functions = BTreeMap::new();
        let mut observers = JoinSet::new();
        let serving =
            template.functions().into_iter().filter(|(name, _)| !DEPLOYMENT.contains(&name.as_str()));
        for (name, deployed) in serving {
            let binary = binary(&name).await;
            let mut settings = settings(&deployed, &globals, variables);
            let observed = observe(&mut settings.variables, &mut observers).await;
            let variables = settings.variables.clone();
            let function = Function::start(&binary, settings).await;
            let function = function.unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
            let invocations = AtomicU64::new(0);
            functions.insert(name, Started { function, deployed, variables, observed, invocations });
        }
        let bundle = Arc::new(Self { functions, _observers: observers });
        for (name, started) in &bundle.functions {
            started.function.ready().await.unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        bundle
    }

    /// A system whose every function is a process of its own.
    pub async fn system(change: impl FnOnce(&mut StackOptions)) -> (System, Arc<Self>) {
        let mut bundle = None;
        let started = &mut bundle;
        let system = System::start_by(change, async |cluster, options| {
            Stack::start_with(cluster, options, async |variables| {
                let bundle = Self::start(&variables).await;
                *started = Some(Arc::clone(&bundle));
                Ok(bundle.deployed())
            })
            .await
        })
        .await;
        (system, bundle.expect("started"))
    }

    /// Hands an event to a function.
    ///
    /// # Errors
    /// When the function says that it failed, or ends.
    pub async fn invoke(&self, name: &str, event: &Value) -> Result<Value, InvocationError> {
        self.started(name).function.invoke(event).await
    }

    /// How many events a function has been handed by the system.
    pub fn invocations(&self, name: &str) -> u64 {
        self.started(name).invocations.load(Ordering::SeqCst)
    }

    /// The functions' names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    /// The rights that a function's calls to AWS needed until now.
    pub fn needed(&self, template: &Template, name: &str) -> BTreeSet<Right> {
        let started = self.started(name);
        started.observed.needed(template, &started.deployed, &started.variables)
    }

    fn started(&self, name: &str) -> &Started {
        self.functions.get(name).unwrap_or_else(|| panic!("no function is called {name}"))
    }

    fn count(&self, name: &str) -> &Function {
        let started = self.started(name);
        started.invocations.fetch_add(1, Ordering::SeqCst);
        &started.function
    }

    fn deployed(self: &Arc<Self>) -> Deployed {
        let gateway = Gateway::new(|name| Ok::<_, Infallible>(self.behind_gateway(name)));
        let Ok(gateway) = gateway;
        let bundle = Arc::clone(self);
        Deployed {
            gateway,
            tick: Arc::new(move || {
                let bundle = Arc::clone(&bundle);
                Box::pin(async move {
                    // What the schedule sends where it is told of no input of its own.
                    bundle.count("scheduler").invoke(&json!({})).await?;
                    Ok(())
                })
            }),
            payments: self.behind_queue("payments-worker"),
            notifications: self.behind_queue("notifications-worker"),
            media: self.behind_queue("media-worker"),
            webhooks: self.behind_queue("webhooks-worker"),
            feeds: self.behind_queue("feeds-worker"),
        }
    }

    fn behind_gateway(self: &Arc<Self>, name: &'static str) -> local::Function {
        let bundle = Arc::clone(self);
        BoxCloneSyncService::new(tower::service_fn(move |request: Request| {
            let bundle = Arc::clone(&bundle);
            async move {
                let id = format!("{}=", uuid::Uuid::new_v4().simple());
                let origin = Origin::local(id, now());
                Ok::<_, Infallible>(api_gateway::call(bundle.count(name), request, &origin).await)
            }
        }))
    }

    fn behind_queue(self: &Arc<Self>, name: &'static str) -> Worker {
        let bundle = Arc::clone(self);
        Arc::new(move |event| {
            let bundle = Arc::clone(&bundle);
            Box::pin(async move {
                let event = serde_json::to_value(event).expect("JSON");
                let answer = bundle.count(name).invoke(&event).await;
                let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
                serde_json::from_value(answer).expect("a batch's response")
            })
        })
    }
}

fn now() -> jiff::Timestamp {
    domain::clock::Clock::now(&platform::SystemClock::default())
}

/// The variables that the deployment sets, no others.
pub(crate) fn settings(
    function: &DeployedFunction,
    globals: &[String],
    variables: &HashMap<String, String>,
) -> Settings {
    let names = function.variables.keys().chain(globals);
    let mut own: HashMap<String, String> = names
        .map(|name| {
            let value = variables.get(name);
            (name.clone(), value.unwrap_or_else(|| panic!("the local plane sets no {name}")).clone())
        })
        .collect();
    // Lambda itself sets region and credentials; where the services and the clock are, only the local plane says.
    let local =
        variables.iter().filter(|(name, _)| name.starts_with("AWS_") || *name == platform::clock::CLOCK_FILE);
    own.extend(local.map(|(name, value)| (name.clone(), value.clone())));
    let level = std::env::var("LOG_LEVEL").unwrap_or_else(|_| "off".to_owned());
    let quiet = level == "off";
    own.insert("LOG_LEVEL".to_owned(), level);
    if function.name == "migrate" {
        // The one function that the template gives the owner's secret.
        own.insert("DB_SECRET_ARN".to_owned(), local::OWNER_SECRET_ARN.to_owned());
    }
    Settings {
        name: function.name.clone(),
        memory_mb: function.memory_mb,
        timeout: function.timeout,
        variables: own,
        quiet,
    }
}

/// The binary of a package of this workspace, built as the tests are; or built before, in the folder `INNKEEP_BINARIES`.
pub async fn binary(name: &str) -> PathBuf {
    static FOLDER: OnceCell<PathBuf> = OnceCell::const_new();
    let folder = FOLDER.get_or_init(|| async {
        match std::env::var_os("INNKEEP_BINARIES") {
            Some(folder) => folder.into(),
            None => tokio::task::spawn_blocking(build_binaries).await.expect("a build"),
        }
    });
    folder.await.join(name)
}

/// `cargo test` builds no other package's binaries. A cargo inside its run takes no lock, and is instant when all is
/// fresh. Answers the folder of the binaries.
fn build_binaries() -> PathBuf {
    let executable = std::env::current_exe().expect("this executable");
    let folder = executable.parent().and_then(Path::parent).expect("…/target/<profile>/deps").to_owned();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--workspace", "--bins", "--quiet"]);
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    cargo.arg("--target-dir").arg(folder.parent().expect("…/target"));
    let status = cargo.status().expect("cargo");
    assert!(status.success(), "the binaries could not be built");
    folder
}
