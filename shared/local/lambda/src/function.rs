//! One execution environment: a process with the Runtime API before it.

use std::collections::HashMap;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::runtime_api::{InvocationError, RuntimeApi, serve};

/// How a function is deployed.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The function's name.
    pub name: String,
    /// In MB; told to the function, not enforced.
    pub memory_mb: u32,
    /// How long one event may take.
    pub timeout: Duration,
    /// The variables that its deployment sets, credentials included. The process sees these and Lambda's own.
    pub variables: HashMap<String, String>,
    /// Throws its log away.
    pub quiet: bool,
}

/// A running function. Dropping it kills the process.
#[derive(Debug)]
pub struct Function {
    api: Arc<RuntimeApi>,
    started: Instant,
    timeout: Duration,
    _tasks: JoinSet<()>,
}

impl Function {
    /// Starts the binary. Its log goes where this process's output goes, or nowhere, its last words into
    /// [`InvocationError::Ended`]. Answers at once: see [`Function::ready`].
    pub async fn start(binary: &Path, settings: Settings) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let api = Arc::new(RuntimeApi::new(&settings.name));
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, Arc::clone(&api)));
        let started = Instant::now();
        let child = Command::new(binary)
            .env_clear()
            .envs(&settings.variables)
            .envs(own_variables(&settings, &address.to_string()))
            .stdin(Stdio::null())
            .stdout(if settings.quiet { Stdio::null() } else { Stdio::inherit() })
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        tasks.spawn(watch(child, Arc::clone(&api)));
        Ok(Self { api, started, timeout: settings.timeout, _tasks: tasks })
    }

    /// Waits until the process asks for its first event: Lambda's init phase. Answers how long that took.
    pub async fn ready(&self) -> Result<Duration, InvocationError> {
        let asked = self.api.first_poll().await?;
        Ok(asked.duration_since(self.started))
    }

    /// Hands it an event and waits for the answer.
    pub async fn invoke(&self, event: &Value) -> Result<Value, InvocationError> {
        self.api.invoke(event, self.timeout).await
    }
}

/// What Lambda itself tells every function.
fn own_variables(settings: &Settings, runtime_api: &str) -> [(&'static str, String); 9] {
    [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", settings.name.clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", settings.memory_mb.to_string()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", settings.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
        ("TZ", ":UTC".to_owned()),
    ]
}

async fn watch(child: Child, api: Arc<RuntimeApi>) {
    let how = match child.wait_with_output().await {
        Ok(output) => format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim()),
        Err(error) => error.to_string(),
    };
    api.ended(&how);
}
