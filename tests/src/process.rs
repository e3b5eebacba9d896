//! The command itself, in a process of its own that may be killed, and its visitors, who do not give up.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::answer::{Answer, Call};
use crate::system::PATIENCE;

/// A running `innkeep`. Dropped, it is killed.
#[derive(Debug)]
pub struct Innkeep {
    child: Child,
    url: String,
}

impl Innkeep {
    /// Starts it on a port of its own choice and waits until it is ready.
    ///
    /// # Errors
    /// What it said when it ended instead.
    ///
    /// # Panics
    /// When it neither gets ready nor ends.
    pub fn start(program: &Path, data_dir: &Path, seed: &str) -> Result<Self, (ExitStatus, String)> {
        let mut child = Command::new(program)
            .args(["serve", "--port", "0", "--seed", seed, "--data-dir"])
            .arg(data_dir)
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command");
        let (output, errors) = (child.stdout.take(), child.stderr.take());
        let mut this = Self { child, url: String::new() };
        let said = said_by(output.expect("its output"), errors.expect("its errors"));
        let mut all = String::new();
        let deadline = Instant::now() + PATIENCE;
        loop {
            match said.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(rest) = line.strip_prefix("Ready: ") {
                        rest.split_whitespace().next().expect("its address").clone_into(&mut this.url);
                        // Whatever else it says is read, or it would wait for a reader.
                        std::thread::spawn(move || while said.recv().is_ok() {});
                        return Ok(this);
                    }
                    all.push_str(&line);
                    all.push('\n');
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err((this.child.wait().expect("its end"), all));
                }
                Err(RecvTimeoutError::Timeout) => panic!("it does not get ready: {all}"),
            }
        }
    }

    /// Where it is reached.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends it at once, as a lost machine would.
    ///
    /// # Panics
    /// When it is gone already.
    pub fn kill(mut self) {
        assert_eq!(self.child.try_wait().expect("its state"), None, "it ended by itself");
        self.child.kill().expect("it dies");
        self.child.wait().expect("its end");
    }

    /// Asks it to stop (SIGTERM); answers how it ended and how long that took.
    ///
    /// # Panics
    /// When it does not stop.
    pub fn terminate(mut self) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().expect("kill").success());
        while asked.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return (status, asked.elapsed());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not stop");
    }
}

impl Drop for Innkeep {
    fn drop(&mut self) {
        // An error means that it is gone, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of both streams, as they come.
fn said_by(output: ChildStdout, errors: ChildStderr) -> Receiver<String> {
    let (sender, receiver) = channel();
    pass_on(output, sender.clone());
    pass_on(errors, sender);
    receiver
}

fn pass_on(from: impl Read + Send + 'static, to: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if to.send(line).is_err() {
                return;
            }
        }
    });
}

/// Somebody with an account on a system that comes and goes. Clones are the same person.
#[derive(Clone, Debug)]
pub struct Visitor {
    client: reqwest::Client,
    url: Arc<RwLock<String>>,
    token: String,
}

impl Visitor {
    /// Signs in.
    pub async fn sign_in(url: &str, email: &str, password: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        let mut this = Self { client, url: Arc::new(RwLock::new(url.to_owned())), token: String::new() };
        let login = json!({ "email": email, "password": password });
        let call = this.call("POST", "/users/login/").json(login);
        this.token = call.send().await.expect(200).text("access_token");
        this
    }

    /// Tells the visitor, and all clones, where the system is now.
    pub fn moved(&self, url: &str) {
        url.clone_into(&mut self.url.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// A call by this person.
    pub fn call(&self, method: &str, path: &str) -> Call {
        let url = format!("{}{path}", self.url.read().unwrap_or_else(PoisonError::into_inner));
        let call = Call::new(self.client.clone(), method, url);
        if self.token.is_empty() { call } else { call.bearer(&self.token) }
    }

    /// Posts under one key until there is an answer that does not ask for another try.
    ///
    /// # Panics
    /// When that takes too long.
    pub async fn persist(&self, path: &str, key: &str, body: &Value) -> Answer {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let call = self.call("POST", path).header("idempotency-key", key).json(body.clone());
            let answer = call.attempt().await;
            match answer {
                Ok(answer) if answer.status < 500 && answer.body["code"] != "idempotency_in_flight" => {
                    return answer;
                }
                _ => assert!(Instant::now() < deadline, "{path}: {answer:?}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
